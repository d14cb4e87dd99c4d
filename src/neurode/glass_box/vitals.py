"""Vital signs: how far signals get through a network on a batch, and how much a step changes its weights."""

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from neurode import activations
from neurode.glass_box.watching import Place, Values, is_real, watched
from neurode.layers import ELU, Graph, Layer, LeakyReLU, ReLU
from neurode.losses import Loss
from neurode.models import Model
from neurode.training import Rows, Task, TrainState, stepper
from neurode.training.compilation import enable_cache, once_options
from neurode.training.objective import look, losses_of_rows
from neurode.training.state import Batch
from neurode.typing import Params

BOUNDED = ("sigmoid", "hard_sigmoid", "sparse_sigmoid", "tanh", "hard_tanh", "softsign")
"""Activations that are flat at both ends: their units saturate."""

RECTIFIERS = (
    "relu", "relu6", "elu", "celu", "selu", "gelu", "silu", "hard_silu", "mish", "softplus", "squareplus",
    "sparse_plus",
)  # fmt: skip
"""Activations that are flat for low scores: their units die."""

LAYERS: dict[type[Layer], str] = {ReLU: "relu", LeakyReLU: "leaky_relu", ELU: "elu"}
"""Layers that are an activation themselves."""

STEEPEST = {"sigmoid": 0.25, "hard_sigmoid": 1 / 6, "sparse_sigmoid": 0.5}
"""The largest slope of an activation where it is not about 1."""

TINY = float(np.finfo(np.float32).tiny)

FLAT = {"bounded": 0.06, "rectifier": 1e-3}
"""A slope of so small a share of the steepest is flat. Of a tanh that is beyond ±0.97, of a sigmoid outside
0.015 to 0.985; a rectifier is only counted where next to nothing gets back through it."""


@dataclass(frozen=True, eq=False)
class LayerVitals:
    """One layer on a batch.

    Attributes:
        name: The layer's name; `inner/dense` is a layer of the model `inner`.
        activation: The name of its activation, None where there is none or it is not known.
        family: "rectifier", "bounded", or None for an activation that is neither.
        flat: For each unit the share of rows on which its activation is flat; None without a family, and
            at the outputs, where being sure is no illness.
        signal: How much of the loss arrives: the length of each row's ∂loss/∂output, as a root mean square
            over the rows. None for a layer that does not give the network's units.
        gradient_norm: The length of ∂loss/∂weights of the whole batch, as in training; None without weights.
        weight_norm: The length of the weights that train.
        kernel_update: The length of what the optimiser's next step would change of the kernel, by that of the
            kernel; None without a kernel, or before the first step.
    """

    name: str
    activation: str | None
    family: str | None
    flat: np.ndarray | None
    signal: float | None
    gradient_norm: float | None
    weight_norm: float | None
    kernel_update: float | None

    @property
    def dead(self) -> float:
        """The share of units that let nothing back on any row."""
        return 0.0 if self.flat is None or self.family != "rectifier" else float((self.flat >= 1).mean())

    @property
    def saturated(self) -> float:
        """The share of units that are at one of their ends on 95 % of the rows or more."""
        return 0.0 if self.flat is None or self.family != "bounded" else float((self.flat >= 0.95).mean())


def layer_vitals(model: Model, x: Any, y: Any, sample_weight: Any = None) -> tuple[LayerVitals, ...]:
    """The vital signs of every layer that has weights or an activation, in the order of the network.

    One compiled program for a network and a number of rows: pass the same number again where it matters.

    Args:
        model: Compiled with a loss.
        x: Inputs as in `Model.fit`, best a few hundred rows.
        y: Targets.
        sample_weight: What each row counts for in the loss.

    Raises:
        NotFittedError: If the model is not compiled.
        ShapeError, DataTypeError: If x or y do not fit the model.

    Example:
        >>> from neurode.layers import Dense, Input
        >>> from neurode.models import Sequential
        >>> model = Sequential([Input((2,)), Dense(3, activation="relu"), Dense(1)])
        >>> model.compile("sgd", "mse")
        >>> hidden, output = layer_vitals(model, np.ones((4, 2)), np.zeros(4))
        >>> hidden.name, hidden.family, hidden.flat.shape, output.flat
        ('dense', 'rectifier', (3,), None)

    References:
        Glorot and Bengio (2010), [Understanding the difficulty of training deep feedforward neural
        networks](https://proceedings.mlr.press/v9/glorot10a.html), section 4.2: the back-propagated signal.
    """
    rows = model._rows(x, y, sample_weight)
    task, now = model.task, model.train_state
    found, gradient = _program(task)(now.without_optimizer(), rows)
    measured: Any = {
        **jax.device_get(found),
        "update": {} if now.opt_state is None else _updates(task, now, gradient),
    }

    def of(part: _Part) -> LayerVitals:
        number = lambda name: _number(measured[name].get(part.name))  # noqa: E731
        return LayerVitals(
            name=part.name,
            activation=part.activation,
            family=part.family,
            flat=measured["flat"].get(part.name),
            signal=number("signal"),
            gradient_norm=number("gradient"),
            weight_norm=number("weight"),
            kernel_update=number("update"),
        )

    return tuple(of(part) for part in {part.name: part for part in _parts(model.network)}.values())


def row_losses(loss: Loss, target: Any, prediction: Any) -> Float[np.ndarray, " rows"]:
    """The loss of each row, from predictions.

    Example:
        >>> from neurode import losses
        >>> row_losses(losses.get("mse"), np.zeros((2, 1)), np.array([[1.0], [2.0]]))
        array([1., 4.], dtype=float32)
    """
    rows = _rows_of(loss)(np.asarray(target), np.asarray(prediction, np.float32))
    return np.asarray(rows, np.float32)


def output_activations(model: Model) -> tuple[str, ...]:
    """The name of the activation that each output of a network ends in."""
    return tuple(map(activations.name_of, model.network.head()[1]))


@functools.lru_cache(maxsize=64)
def _rows_of(loss: Loss) -> Callable[..., Array]:
    return jax.jit(loss.rows_of_prediction, compiler_options=once_options())


class _Part(NamedTuple):
    """One use of a layer that has weights or an activation: its place, and how it may go flat."""

    node: tuple[int, ...]
    name: str
    layer: Layer
    is_output: bool

    @property
    def function(self) -> Any:
        """The activation, or None."""
        layer: Any = self.layer
        return layer.value if type(layer) in LAYERS else getattr(layer, "activation", None)

    @property
    def activation(self) -> str | None:
        if self.function is None:
            return None
        layer = self.layer
        return LAYERS[type(layer)] if type(layer) in LAYERS else activations.name_of(self.function)

    @property
    def family(self) -> str | None:
        name = self.activation
        if type(self.layer) not in LAYERS and activations.ACTIVATIONS.get(str(name)) is not self.function:
            return None  # A function of a person's own, whatever it is called.
        return "bounded" if name in BOUNDED else "rectifier" if name in RECTIFIERS else None


@functools.lru_cache(maxsize=64)
def _program(task: Task) -> Callable[[TrainState, Rows], tuple[dict[str, dict[str, Array]], Params]]:
    enable_cache()

    # It runs once, or once an epoch: compiling is what costs.
    @functools.partial(jax.jit, compiler_options=once_options())
    def vitals(now: TrainState, rows: Rows) -> tuple[dict[str, dict[str, Array]], Params]:
        lengths, gradient = _gradients(task, now, rows)
        return {**_signals(task, now, rows), **lengths}, gradient

    return vitals


def _gradients(task: Task, now: TrainState, rows: Rows) -> tuple[dict[str, dict[str, Array]], Params]:
    """Lengths of gradients and weights by layer, and the gradient itself."""
    batch = Batch(rows.x, rows.y, rows.weight, None)

    def objective(params: Params) -> Array:
        return look(task, params, now.state, batch, train=True, key=jax.random.key(0)).loss

    gradient = jax.grad(objective)(now.params)
    free = lambda params: _by_layer(task.network.trained(params)[0])  # noqa: E731
    lengths = lambda params: {name: _length(own.values()) for name, own in free(params).items()}  # noqa: E731
    return {"gradient": lengths(gradient), "weight": lengths(now.params)}, gradient


def _updates(task: Task, now: TrainState, gradient: Params) -> dict[str, float]:
    """By how much of its own length the optimiser's next step would change each kernel."""
    moved = _by_layer(stepper(task.network, task.optimizer)(now, gradient).params)
    found = {}
    for name, own in _by_layer(task.network.trained(now.params)[0]).items():
        if "kernel" in own:
            kernel = np.asarray(own["kernel"])
            change = np.linalg.norm(np.asarray(moved[name]["kernel"]) - kernel)
            found[name] = float(change / max(float(np.linalg.norm(kernel)), TINY))
    return found


def _signals(task: Task, now: TrainState, rows: Rows) -> dict[str, dict[str, Array]]:
    """By layer the signal that comes back, and the share of rows on which each unit is flat."""
    network, finals = task.network.head()
    parts = _parts(task.network)

    def total(taps: Values) -> tuple[Array, Values]:
        values: Values = {}

        def see(place: Place, value: Any) -> Any:
            values[place] = value + taps[place] if place in taps else value
            return values[place]

        scores = watched(network, see).run(now.params, now.state, rows.x).outputs
        losses = [
            output.loss_weight * losses_of_rows(output.loss, final, target, score, final(score)).sum()
            for output, final, target, score in zip(task.outputs, finals, rows.y, scores)
            if output.loss is not None
        ]
        return jnp.stack(losses).sum(), values

    shapes = jax.eval_shape(lambda: total({})[1])
    outputs = [(part.node, "a") for part in parts if is_real(shapes.get((part.node, "a")))]
    # What is added to an output, 0, has the gradient of the output itself: that of each row's own loss, since
    # outside of training no row sees another.
    taps = {place: jnp.zeros(shapes[place].shape, shapes[place].dtype) for place in outputs}
    returned, values = jax.grad(total, has_aux=True)(taps)
    signal: dict[str, Array] = {}
    flat: dict[str, Array] = {}
    for part in parts:
        back = returned.get((part.node, "a"))
        if back is not None:
            signal.setdefault(part.name, jnp.sqrt(jnp.square(back).sum() / back.shape[0]))
        if part.family is not None and not part.is_output:
            score = values[part.node, "z"]
            slope = jnp.abs(jax.jvp(part.function, (score,), (jnp.ones_like(score),))[1])
            limit = FLAT[part.family] * STEEPEST.get(part.activation or "", 1.0)
            flat.setdefault(part.name, (slope.reshape(-1, slope.shape[-1]) < limit).mean(axis=0))
    return {"signal": signal, "flat": flat}


def _parts(network: Graph, node: tuple[int, ...] = (), path: str = "", is_last: bool = True) -> list[_Part]:
    """The layers that have weights or an activation, those of inner networks too."""
    found, value = [], len(network.inputs)
    fed = {number for use in network.nodes for number in use.inputs}
    for number, use in enumerate(network.nodes):
        place, name = (*node, number), f"{path}{use.layer.label}"
        is_output = is_last and value in network.outputs and value not in fed
        if isinstance(use.layer, Graph):
            found += _parts(use.layer, place, f"{name}/", is_output)
            value += len(use.layer.outputs)
            continue
        found.append(_Part(place, name, use.layer, is_output))
        value += 1
    return [part for part in found if part.layer.weight_names or part.function is not None]


def _by_layer(params: Mapping[str, Any], path: str = "") -> dict[str, dict[str, Array]]:
    """The weight arrays of each layer, those of inner networks too."""
    found: dict[str, dict[str, Array]] = {}
    for name, value in params.items():
        if isinstance(value, Mapping):
            found |= _by_layer(value, f"{path}{name}/")
        else:
            found.setdefault(path[:-1], {})[name] = value
    return found


def _length(arrays: Any) -> Array:
    return jnp.sqrt(jnp.stack([jnp.square(array).sum() for array in arrays]).sum())


def _number(value: Any) -> float | None:
    return None if value is None else float(value)
