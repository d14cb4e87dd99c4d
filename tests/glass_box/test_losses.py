"""Every loss in the glass box: a network with an output for each, against its textbook form in float64."""

import runpy
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from neurode import activations, trace
from neurode.layers import Dense, Input
from neurode.models import Model

conformance = runpy.run_path(str(Path(__file__).parents[1] / "losses" / "test_conformance.py"))
CASES, SHARES, target_for = (conformance[name] for name in ("CASES", "SHARES", "target_for"))
ROWS, UNITS = conformance["ROWS"], conformance["UNITS"]
WEIGHTS = {case: 1.0 + number for number, case in enumerate(CASES)}


def activation_of(case):
    return "sigmoid" if case in SHARES else CASES[case][0].link


@pytest.fixture(scope="module")
def targets():
    return {name: target_for(loss, np.random.default_rng(3)) for name, (loss, _) in CASES.items()}


@pytest.fixture(scope="module")
def traced(targets):
    x = Input((4,))
    model = Model(x, [Dense(UNITS, activation=activation_of(name), name=name)(x) for name in CASES], seed=5)
    model.compile(
        "sgd", {name: loss for name, (loss, _) in CASES.items()}, loss_weights=WEIGHTS, metrics=None
    )
    rows = np.random.default_rng(1).normal(size=(ROWS, 4)).astype(np.float32)
    return trace(model, rows, targets)


@pytest.fixture(params=CASES)
def case(request):
    return request.param


def textbook(case, targets, traced):
    """The loss of each row as a function of the raw scores."""
    loss, naive = CASES[case]
    target = targets[case].astype(int if loss.sparse else float)
    final = activation_of(case) if case in SHARES else "linear"
    share = {"sigmoid": lambda z: 1 / (1 + np.exp(-z)), "linear": lambda z: z}[final]
    return lambda z: naive(target, share(z))


def test_the_loss_of_each_row_is_that_of_the_textbook(traced, targets, case):
    z = traced.layer(case).z.astype(np.float64)
    np.testing.assert_allclose(
        traced.row_losses[case], textbook(case, targets, traced)(z), rtol=1e-4, atol=1e-5
    )
    np.testing.assert_allclose(traced.output_losses[case], traced.row_losses[case].mean(), rtol=1e-5)


def test_the_whole_is_the_weighted_sum(traced):
    total = sum(WEIGHTS[name] * loss for name, loss in traced.output_losses.items())
    np.testing.assert_allclose(traced.loss, total, rtol=1e-5)
    assert traced.penalty == 0


def test_the_gradient_of_raw_scores_is_the_slope_of_the_textbook(traced, targets, case):
    z, rows = traced.layer(case).z.astype(np.float64), textbook(case, targets, traced)
    slope = np.zeros_like(z)
    for place in np.ndindex(z.shape):
        bump = np.zeros_like(z)
        bump[place] = 1e-6
        slope[place] = (rows(z + bump).mean() - rows(z - bump).mean()) / 2e-6
    np.testing.assert_allclose(traced.layer(case).gradient_z / WEIGHTS[case], slope, rtol=1e-3, atol=1e-5)


def test_the_gradient_of_predictions_is_that_of_the_loss_of_predictions(traced, targets, case):
    loss, _ = CASES[case]
    target = jnp.asarray(targets[case])
    weighted = lambda p: WEIGHTS[case] * loss.rows_of_prediction(target, p).mean()  # noqa: E731
    slope = jax.grad(weighted)(jnp.asarray(traced.predictions[case]))
    np.testing.assert_allclose(traced.layer(case).gradient_a, slope, rtol=1e-4, atol=1e-5)


def test_both_gradients_of_an_output_are_linked_by_its_activation(traced, case):
    output, final = traced.layer(case), activations.get(activation_of(case))
    _, back = jax.vjp(final, jnp.asarray(output.z))
    through = back(jnp.asarray(output.gradient_a))[0]
    # Probabilities are rounded and clipped, raw scores are not.
    np.testing.assert_allclose(through, output.gradient_z, rtol=1e-3, atol=1e-3 * np.abs(through).max())


def test_gradients_of_weights_are_sums_over_the_rows(traced, case):
    # ∂L/∂W = xᵀ ∂L/∂z and ∂L/∂b = Σ ∂L/∂z.
    output = traced.layer(case)
    x, slope = output.input.astype(np.float64), output.gradient_z.astype(np.float64)
    scale = np.abs(slope).max()
    np.testing.assert_allclose(traced.gradients[f"{case}/kernel"], x.T @ slope, rtol=1e-4, atol=1e-5 * scale)
    np.testing.assert_allclose(
        traced.gradients[f"{case}/bias"], slope.sum(axis=0), rtol=1e-4, atol=1e-5 * scale
    )


def test_all_agree_with_finite_differences(traced, case):
    arrays = {array.path: array for array in traced.check.arrays}
    assert traced.check.agrees
    assert arrays[f"{case}/kernel"].checked > 0
    # Against the gradient of the array itself, not of the losses with the greatest weights.
    assert arrays[f"{case}/kernel"].difference < 1e-3
