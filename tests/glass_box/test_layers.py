"""Every layer in the glass box: all kinds side by side in one network, beside its loss written out again."""

import runpy
from dataclasses import replace
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from neurode import trace
from neurode.layers import (
    ActivityRegularization,
    Concatenate,
    Dense,
    Embedding,
    Flatten,
    Graph,
    Input,
    Lambda,
    TableEncoding,
)
from neurode.models import Model
from neurode.typing import Columns

conformance = runpy.run_path(str(Path(__file__).parents[1] / "layers" / "test_conformance.py"))
shape_for, rows_for, OF_CODES = (conformance[name] for name in ("shape_for", "rows_for", "OF_CODES"))
SEVERAL = ("dense_gelu", "batch_frozen", "encoding_pieces", "encoding_embedded")
"""Second cases of a layer that differ in what the glass box shows."""


def cases():
    """Of every layer type the first case, and those of `SEVERAL`."""
    seen = set()
    for name, layer in conformance["CASES"].items():
        if not isinstance(layer, Graph) and (type(layer) not in seen or name in SEVERAL):
            seen.add(type(layer))
            yield name, layer


CASES = dict(cases())
IN_TRAINING = (
    "dropout", "alpha_dropout", "gaussian_dropout", "gaussian_noise", "batch", "batch_frozen", "dense",
)  # fmt: skip
"""Cases that are otherwise in training, and one that is not."""
ROWS = 6


def name_of(case):
    return f"{case}_case"


def count_of(case):
    """How many inputs the case has."""
    return len(shape_for(CASES[case])) if CASES[case].takes_many else 1


class Bench:
    """One network of all cases: each has inputs of its own, and their flattened outputs meet in one unit."""

    def __init__(self, cases, training):
        self.inputs, self.x, ends = [], [], []
        for seed, case in enumerate(cases):
            layer = CASES[case]
            several, rows = layer.takes_many, rows_for(layer, seed=seed)
            shapes = shape_for(layer) if several else (shape_for(layer),)
            self.x += [jax.tree.map(np.asarray, part) for part in (rows if several else (rows,))]
            dtype = "int32" if isinstance(layer, OF_CODES) else "float32"
            own = [Input(shape, dtype=dtype) for shape in shapes]
            self.inputs += own
            y = replace(layer, name=name_of(case))(own if len(own) > 1 else own[0])
            y = Lambda(lambda y: y.astype(jnp.float32))(y)
            ends.append(Flatten()(y) if len(y.shape) > 2 else y)
        self.model = Model(self.inputs, Dense(1, activation="tanh", name="end")(Concatenate()(ends)), seed=1)
        self.model.compile("sgd", "mse")
        self.y = np.linspace(-1, 1, ROWS)[:, None].astype(np.float32)
        self.trace = trace(self.model, self.x, self.y, training=training)

    def loss(self, params, inputs):
        """The loss again, from the layers' own functions and the textbook."""
        state, place, parts, penalty = self.model.read_weights()[1], 0, [], 0.0
        for case, layer in CASES.items():
            own, name = tuple(inputs[place : place + count_of(case)]), name_of(case)
            place += count_of(case)
            x = own if layer.takes_many else own[0]
            y, _ = layer.apply(params.get(name, {}), state.get(name, {}), x)
            if isinstance(layer, ActivityRegularization):
                penalty += (layer.l1 * jnp.abs(y).sum() + layer.l2 * (y**2).sum()) / ROWS
            parts.append(y.astype(jnp.float32).reshape(ROWS, -1))
        end = params["end"]
        prediction = jnp.tanh(jnp.concatenate(parts, axis=1) @ end["kernel"] + end["bias"][None, :])
        return ((prediction - self.y) ** 2).mean() + penalty


@pytest.fixture(scope="module")
def bench():
    return Bench(CASES, training=False)


@pytest.fixture(scope="module")
def trained():
    return Bench(IN_TRAINING, training=True)


@pytest.fixture(scope="module")
def expected(bench):
    """The loss, its gradient in the weights and in the inputs that are numbers, by JAX."""
    params = bench.model.read_weights()[0]
    numbers = [x.numbers if isinstance(x, Columns) else x for x in bench.x]

    def loss(params, numbers):
        inputs = [
            Columns(part, jnp.asarray(x.codes)) if isinstance(x, Columns) else part
            for x, part in zip(bench.x, numbers)
        ]
        return bench.loss(params, inputs)

    whole = jax.jit(jax.value_and_grad(loss, argnums=(0, 1), allow_int=True))
    return whole(params, numbers)


@pytest.fixture(params=CASES)
def case(request):
    return request.param


def of_case(paths, case):
    return [path for path in paths if path.startswith(f"{name_of(case)}/")]


def test_the_loss_is_that_of_the_textbook(bench, expected):
    np.testing.assert_allclose(bench.trace.loss, expected[0], rtol=1e-6)
    assert bench.trace.penalty > 0


def test_predictions_are_those_of_predict_to_the_last_bit(bench):
    np.testing.assert_array_equal(bench.trace.predictions["end"], bench.model.predict(bench.x))


def test_gradients_of_weights_are_those_of_jax(bench, expected, case):
    weights = expected[1][0].get(name_of(case), {})
    trainable = CASES[case].trainable
    assert set(of_case(bench.trace.gradients, case)) == {
        f"{name_of(case)}/{name}" for name in weights if trainable
    }
    for name, gradient in weights.items():
        if trainable:
            found = bench.trace.gradients[f"{name_of(case)}/{name}"]
            np.testing.assert_allclose(found, gradient, rtol=1e-4, atol=1e-6)


def test_gradients_of_inputs_are_those_of_jax(bench, expected, case):
    place = sum(map(count_of, list(CASES)[: list(CASES).index(case)]))
    for number in range(place, place + count_of(case)):
        gradient, found = expected[1][1][number], bench.trace.inputs[number].gradient
        if isinstance(CASES[case], OF_CODES):
            assert found is None
        else:
            n_columns = gradient.shape[1] if isinstance(CASES[case], TableEncoding) else None
            np.testing.assert_allclose(found[:, :n_columns], gradient, rtol=1e-4, atol=1e-6)


def agrees(found, case):
    arrays = {array.path: array for array in found.check.arrays}
    return all(
        arrays[path].checked + arrays[path].at_edges > 0 and arrays[path].difference < 1e-3
        for path in of_case(found.gradients, case)
    )


def test_gradients_of_weights_agree_with_finite_differences(bench, case):
    assert agrees(bench.trace, case)


@pytest.mark.parametrize("case", IN_TRAINING)
def test_so_do_those_of_a_pass_of_training(trained, case):
    assert agrees(trained.trace, case)


def test_the_whole_agrees_with_finite_differences(bench, trained):
    assert bench.trace.check.agrees
    assert trained.trace.check.agrees
    assert bench.trace.check.checked > 200


def test_what_a_layer_gives_on_is_what_it_computes(bench, case):
    layer, pass_of = CASES[case], bench.trace.layer(name_of(case))
    params, state = bench.model.read_weights()
    name = name_of(case)
    own = [Columns(*map(jnp.asarray, x)) if isinstance(x, Columns) else jnp.asarray(x) for x in bench.x]
    place = [part.name for part in bench.trace.inputs].index(pass_of.sources[0])
    given = tuple(own[place : place + len(pass_of.sources)])
    x = given if layer.takes_many else given[0]
    y, _ = layer.apply(params.get(name, {}), state.get(name, {}), x)
    assert pass_of.kind == type(layer).__name__
    np.testing.assert_allclose(pass_of.a, y, rtol=1e-6, atol=1e-6)


def test_layers_with_an_activation_show_their_weighted_sums(bench, case):
    shown = bench.trace.layer(name_of(case)).z is not None
    kinds = {"Dense", "Activation", "ReLU", "LeakyReLU", "ELU", "PReLU", "Softmax"}
    assert shown == (type(CASES[case]).__name__ in kinds)


def test_a_frozen_layer_has_no_gradient_but_passes_one_back(bench):
    frozen = bench.trace.layer("batch_frozen_case")
    assert "batch_frozen_case/gamma" in bench.trace.frozen
    assert not frozen.trainable
    assert np.abs(frozen.gradient_a).sum() > 0


def test_an_embedding_has_no_gradient_of_codes(bench):
    place = [part.name for part in bench.trace.inputs].index(bench.trace.layer("embedding_case").sources[0])
    assert isinstance(CASES["embedding"], Embedding)
    assert bench.trace.inputs[place].gradient is None


def test_normalisation_in_training_is_by_the_batch(bench, trained):
    a = trained.trace.layer("batch_case").a
    np.testing.assert_allclose(a.mean(axis=0), 0, atol=1e-5)
    assert np.abs(bench.trace.layer("batch_case").a.mean(axis=0)).max() > 1e-2


def test_what_dropout_drops_is_a_zero_that_passes_no_gradient_back(bench, trained):
    dropped = trained.trace.layer("dropout_case")
    zeros = dropped.a == 0
    assert 0 < zeros.sum() < zeros.size
    place = [part.name for part in trained.trace.inputs].index(dropped.sources[0])
    assert not trained.trace.inputs[place].gradient[zeros].any()
    assert not (bench.trace.layer("dropout_case").a == 0).any()
