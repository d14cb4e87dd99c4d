"""The glass box: one pass forward and backward through a network, with every number on the way."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import jax
import numpy as np

from neurode.glass_box.assembly import Fed, layers_of, with_last_activations
from neurode.glass_box.checking import GradientCheck, checked_gradients
from neurode.glass_box.passes import Losses, Pass, forward, random_bytes, there_and_back
from neurode.glass_box.record import InputPass, Trace
from neurode.glass_box.subject import Subject, subject_of
from neurode.glass_box.watching import Values
from neurode.models import seeding
from neurode.models.prediction import predict_rows
from neurode.optimizers import SGD
from neurode.optimizers.optimizer import map_with_path
from neurode.training import Task, TrainState, start_of, stepper
from neurode.typing import Columns, Params


def trace(
    model: Any,
    x: Any,
    y: Any = None,
    *,
    sample_weight: Any = None,
    training: bool = False,
    seed: int | None = None,
    check: bool = True,
) -> Trace:
    r"""Every number of one pass through a network: forward, and with a target backward up to the step.

    For each layer $z = xW + b$ and $a = \phi(z)$; the loss of each row and of all; $\partial L/\partial a$,
    $\partial L/\partial z$, $\partial L/\partial W$, $\partial L/\partial b$; and what the optimiser, as it
    stands, would add to each weight. The numbers are the engine's own, in float32. Nothing of the model
    changes.

    A last sigmoid or softmax is fused with its cross-entropy: its $\partial L/\partial z$ comes from raw
    scores and is finite for any; its $\partial L/\partial a$ is that of the loss of predictions, which for a
    prediction of 0 or 1 is clipped, as in Keras.

    Args:
        model: A built `Model` or `Sequential`, or a fitted `NeuralClassifier` or `NeuralRegressor`, whose
            network is looked into, up to its own outputs: calibration comes after them.
        x: At most 1,000 rows, as `fit` and `predict` take them; for an estimator a raw table.
        y: Their target. Without it there is the pass forward alone.
        sample_weight: Weight of each row in the loss.
        training: Whether it is a pass of training: dropout on, normalisation by the statistics of the batch.
            The step is then the one that `train_on_batch` takes next.
        seed: Where the noise of such a pass comes from; the model's own seed if left out.
        check: Whether to compare the gradients with finite differences.

    Raises:
        NotFittedError: If the model is not built or fitted, or there is a target but it is not compiled.
        ShapeError, DataTypeError, TableError: If rows or target do not fit the model.
        ArgumentError: If there are more than 1,000 rows, or weights without a target.

    Example:
        >>> from neurode.layers import Dense, Input
        >>> from neurode.models import Sequential
        >>> model = Sequential([Input((2,)), Dense(1, activation="sigmoid")])
        >>> model.set_weights([np.array([[0.5], [-1.0]]), np.array([0.25])])
        >>> model.compile("sgd", "binary_crossentropy")
        >>> found = trace(model, [[1.0, 0.5]], [1.0])
        >>> found.layer("dense").z, found.check.agrees
        (array([[0.25]], dtype=float32), True)
        >>> print(trace(model, [[1.0, 0.5]], [1.0], check=False))
        1 row through sequential, in use
        <BLANKLINE>
        input input_layer
          x0  1    ∂L/∂x -0.2189
          x1  0.5  ∂L/∂x 0.4378
        <BLANKLINE>
        dense: Dense, sigmoid, 1 unit, from input_layer
          0  1 × 0.5 + 0.5 × -1 + 0.25 = z 0.25 → a 0.5622  ∂L/∂a -1.779  ∂L/∂z -0.4378
        <BLANKLINE>
        prediction dense  0.5622  target 1  loss 0.5759
        loss 0.5759
        <BLANKLINE>
        step 1 of SGD, learning rate 0.01
          weight              value  gradient  step
          dense/bias[0]       0.25   -0.4378   0.004378
          dense/kernel[0, 0]  0.5    -0.4378   0.004378
          dense/kernel[1, 0]  -1     -0.2189   0.002189

    References:
        Rumelhart, Hinton and Williams (1986), [Learning representations by back-propagating
        errors](https://doi.org/10.1038/323533a0), eq. 3 to 8.
    """
    subject = subject_of(model, x, y, sample_weight)
    model = subject.model
    params, state = model.read_weights()
    seed = model.seed if seed is None else seeding.checked(seed)
    done = int(model.train_state.step)
    noise = random_bytes(model.network, subject.x, seed, done) if training else None
    values: Values = {}
    if training:
        values = forward(model.network, True)(params, state, subject.x, noise)
    else:
        # In use, the very numbers of `predict`: it pads a few rows to more.
        values = predict_rows(forward(model.network, False), params, state, subject.x)
    if subject.y is None:
        return _record(subject, training, _as_numpy(values), _Backward())
    back = there_and_back(_without_rule(model.task), training)(params, state, subject.batch, noise)
    found = jax.tree.map(np.asarray, back)
    values = with_last_activations(model.network, found.values) if training else _as_numpy(values)
    return _record(subject, training, values, _backward(subject, found, noise, training, check))


class _Backward(NamedTuple):
    """What a target adds to a trace; all empty without one."""

    values: Values = {}  # noqa: RUF012  Nobody writes into it.
    losses: Losses | None = None
    gradients: Mapping[str, np.ndarray] = {}
    steps: Mapping[str, np.ndarray] = {}
    rate: float | None = None
    step: int | None = None
    check: GradientCheck | None = None


def _backward(subject: Subject, found: Pass, noise: Any, training: bool, check: bool) -> _Backward:
    model, task = subject.model, subject.model.task
    now = model.train_state
    free, _ = task.network.trained(found.weights)
    gradients = _by_path(free)
    values = with_last_activations(task.network, found.gradients)
    after, rate = _after_a_step(task, now, model.learning_rate, found.weights)
    stood, moved = _by_path(now.params), _by_path(after.params)
    compared = None
    if check:
        of_inputs = {
            f"inputs/{name}": values[(), f"input {number}"]
            for number, name in enumerate(model.input_names)
            if ((), f"input {number}") in values
        }
        compared = checked_gradients(
            _without_rule(task),
            now.params,
            now.state,
            subject.batch,
            noise,
            gradients | of_inputs,
            train=training,
        )
    return _Backward(
        values=values,
        losses=found.losses,
        gradients=gradients,
        steps={path: moved[path] - stood[path] for path in gradients},
        rate=rate,
        step=int(after.step),
        check=compared,
    )


def _without_rule(task: Task) -> Task:
    """The task as the passes see it: which optimiser comes after them makes no other program."""
    return replace(task, optimizer=SGD(0.0))


def _after_a_step(task: Task, now: TrainState, rate: float, gradient: Params) -> tuple[TrainState, float]:
    """What the optimiser makes of a gradient, and at which rate."""
    opt_state = now.opt_state
    if opt_state is None:
        opt_state = start_of(task.network, task.optimizer)(now.params)
    now = now._replace(opt_state=opt_state, learning_rate=np.float32(rate))
    after = stepper(task.network, task.optimizer)(now, gradient)
    return after, float(task.optimizer.rate(after.learning_rate, after.step))


def _record(subject: Subject, training: bool, values: Values, back: _Backward) -> Trace:
    model, losses = subject.model, back.losses
    params, state = (_by_path(tree) for tree in model.read_weights())
    outputs, with_loss = model.output_names, list[str]()
    if losses is not None:
        with_loss = [output.name for output in model.task.outputs if output.loss is not None]
    inputs = tuple(
        InputPass(name, columns, subject.shown(number), _of_input(subject, number, back.values))
        for number, (name, columns) in enumerate(zip(model.input_names, subject.columns))
    )
    fed = [Fed(part.name, part.value) for part in inputs]
    return Trace(
        name=model.name or model.kind,
        training=training,
        inputs=inputs,
        layers=tuple(layers_of(model.network, fed, params | state, values, back.values, subject.units)),
        predictions={name: values[(), f"prediction {number}"] for number, name in enumerate(outputs)},
        targets=dict(zip(outputs, subject.y or ())),
        loss=None if losses is None else float(losses.total),
        output_losses={} if losses is None else dict(zip(with_loss, map(float, losses.outputs))),
        row_losses={} if losses is None else dict(zip(with_loss, map(np.asarray, losses.rows))),
        penalty=None if losses is None else float(losses.penalty),
        weights=params,
        gradients=back.gradients,
        frozen=tuple(path for path in params if losses is not None and path not in back.gradients),
        steps=back.steps,
        optimizer=None if losses is None else type(model.optimizer).__name__,
        learning_rate=back.rate,
        step=back.step,
        check=back.check,
    )


def _of_input(subject: Subject, number: int, gradients: Values) -> np.ndarray | None:
    found, x = gradients.get(((), f"input {number}")), subject.inputs[number]
    if found is None or not isinstance(x, Columns):
        return found
    # A word has no slope.
    return np.hstack([found, np.full(np.shape(x.codes), np.nan, np.float32)])


def _by_path(tree: Params) -> dict[str, np.ndarray]:
    """The arrays of a tree of weights by path."""
    found: dict[str, np.ndarray] = {}
    map_with_path(lambda path, array: found.setdefault(path, np.asarray(array)), tree)
    return found


def _as_numpy(values: Values) -> Values:
    return {place: np.asarray(value) for place, value in values.items()}
