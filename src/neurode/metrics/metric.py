"""What a metric is: measure a batch, merge, read the value; and Keras's stateful face on the same object."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any, ClassVar, TypeVar, dataclass_transform

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from neurode.errors import ArgumentError, ShapeError
from neurode.identifiers import snake_case
from neurode.metrics.variables import Variable, initial_value

Kind = TypeVar("Kind")


@dataclass_transform(frozen_default=True, eq_default=False, field_specifiers=(field,))
def spec(kind: type[Kind]) -> type[Kind]:
    """A frozen dataclass that leaves equality and printing to `Metric`.

    A subclass of the user's own, without the decorator, may keep attributes of its own, as in Keras.
    """
    return dataclass(frozen=True, eq=False, repr=False)(kind)


@spec
class Metric:
    """Base class of all metrics.

    A metric of ours is a frozen record: `measure` gives what one batch contributes, `merge` joins two
    contributions (a plain sum unless a metric says otherwise), `read` gives the value. The engine keeps the
    contributions. Used by hand, as in Keras, the object keeps them itself: `update_state` adds a batch,
    `result` reads, `reset_state` forgets, and a call does the first two.

    A metric of your own is written as in Keras, with `add_weight`, `update_state` and `result`.

    Args:
        name: What it is called in a history. `None` means Keras's name of the metric.
        dtype: For Keras's sake. All metrics compute in float32.

    Example:
        >>> class Largest(Metric):
        ...     def __init__(self, name="largest", **settings):
        ...         super().__init__(name=name, **settings)
        ...         self.largest = self.add_weight(name="largest")
        ...     def update_state(self, y_true, y_pred, sample_weight=None):
        ...         self.largest.assign(jnp.maximum(self.largest.value, y_pred.max()))
        ...     def result(self):
        ...         return self.largest.value
        >>> largest = Largest()
        >>> largest.update_state(None, jnp.array([1.0, 3.0]))
        >>> float(largest(None, jnp.array([2.0])))
        3.0
    """

    name: str | None = field(default=None, kw_only=True)
    dtype: Any = field(default=None, kw_only=True)

    default_name: ClassVar[str] = "metric"
    sparse: ClassVar[Any] = False
    """Whether targets are class numbers `(rows,)` instead of one column a unit.

    `None` leaves them as they were given, for a function of the user's own."""
    rows_only: ClassVar[bool] = False
    """Whether rows of weight 0 have to be cut off before `measure`, since a function of the user's own sees
    the whole batch."""
    vector_is_row: ClassVar[bool] = False
    """Whether `update_state` takes two vectors for a single row of many units, as Keras does where a metric
    reduces the last axis, instead of for a column of rows."""

    _state: ClassVar[Any] = None
    _variables: ClassVar[tuple[Variable, ...]] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", self.name or self._own_name())
        if self.dtype not in (None, "float32", "int32", "int"):
            raise ArgumentError(f"dtype={self.dtype!r}", hint="leave it out: metrics compute in float32")
        object.__setattr__(self, "dtype", None)

    def _own_name(self) -> str:
        return self.default_name if is_spec(type(self)) else snake_case(type(self).__name__)

    def measure(self, target: Array, prediction: Array, weight: Float[Array, " rows"]) -> Any:
        """What these rows contribute. A row of weight 0 contributes nothing."""
        raise NotImplementedError(f"{type(self).__name__} has no measure(target, prediction, weight)")

    def merge(self, first: Any, second: Any) -> Any:
        """Two contributions as one. Zeros change nothing."""
        return jax.tree.map(jnp.add, first, second)

    def read(self, state: Any) -> Any:
        """The value of what was contributed."""
        raise NotImplementedError(f"{type(self).__name__} has no read(state)")

    @property
    def carries(self) -> bool:
        """Whether this is a metric of the user's own in Keras's way.

        Its contributions cannot be merged: the engine carries its state through `update`.
        """
        own = takewhile(lambda kind: not is_spec(kind), type(self).__mro__)
        return any({"update_state", "result"} & vars(kind).keys() for kind in own)

    def start(self, target: Any, prediction: Any, weight: Any = None) -> Any:
        """The state before the first batch.

        Args:
            target: Targets of any batch, or their `jax.ShapeDtypeStruct`. Only shapes count.
            prediction: Predictions likewise.
            weight: Weights likewise.
        """
        if not self.carries:
            weight = jax.ShapeDtypeStruct((prediction.shape[0],), jnp.float32) if weight is None else weight
            return _zeros(jax.eval_shape(self.measure, target, prediction, weight))
        empty = self._in_place_of((None, None), self.reset_state)[1]
        after = jax.eval_shape(lambda *batch: self.update(empty, *batch), target, prediction, weight)
        # What `update_state` made only now begins as it was made.
        made = [variable.initial for variable in self._variables[len(empty[0]) :]]
        return [*empty[0], *made], None if after[1] is None else _zeros(after[1])

    def update(self, state: Any, target: Any, prediction: Any, weight: Any = None) -> Any:
        """The state after one more batch; pure, whatever the metric.

        Args:
            state: From `start` or the last `update`.
            target: As for `measure`.
            prediction: As for `measure`.
            weight: One a row. A metric of the user's own gets it as `sample_weight`, or nothing for `None`.
        """
        if not self.carries:
            weight = jnp.ones(prediction.shape[0], jnp.float32) if weight is None else weight
            return self.merge(state, self.measure(target, prediction, weight))
        extra = () if weight is None else (weight,)
        return self._in_place_of(state, lambda: self.update_state(target, prediction, *extra))[1]

    def value(self, state: Any) -> Any:
        """The value of a state from `update`, whatever the metric."""
        return self._in_place_of(state, self.result)[0] if self.carries else self.read(state)

    def add_weight(
        self, shape: Any = (), initializer: Any = None, dtype: Any = None, name: str | None = None
    ) -> Variable:
        """A number or array that `update_state` may assign to, in a metric of your own."""
        shape = (shape,) if isinstance(shape, int) else tuple(shape)
        variable = Variable(initial_value(shape, initializer, dtype), name=name)
        object.__setattr__(self, "_variables", (*self._variables, variable))
        return variable

    def add_variable(
        self,
        shape: Any,
        initializer: Any,
        dtype: Any = None,
        aggregation: str = "sum",
        name: str | None = None,
    ) -> Variable:
        """The same as `add_weight`, in Keras's newer words."""
        return self.add_weight(shape, initializer, dtype, name)

    @property
    def variables(self) -> list[Variable]:
        """What `add_weight` made."""
        return list(self._variables)

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Adds a batch to what this object has seen.

        Args:
            y_true: Targets: one a row, or `(rows, units)`.
            y_pred: Predictions.
            sample_weight: One a row, or a single number.
        """
        self._add(self.measure(*self._as_arrays(y_true, y_pred, sample_weight)))

    def result(self) -> Any:
        """The value over all that `update_state` has seen since the last `reset_state`."""
        return self.read(self._nothing() if self._state is None else self._state)

    def reset_state(self) -> None:
        """Forgets what was seen."""
        object.__setattr__(self, "_state", None)
        for variable in self._variables:
            variable.assign(np.zeros(variable.shape, variable.dtype))

    def __call__(self, *batch: Any, **named: Any) -> Any:
        """Adds a batch and returns the value over everything seen so far, as in Keras."""
        self.update_state(*batch, **named)
        return self.result()

    def get_config(self) -> dict[str, Any]:
        """The settings as plain values."""
        values = {f.name: getattr(self, f.name) for f in dataclasses.fields(self) if f.init}
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in (values | {"dtype": "float32"}).items()
        }

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> "Metric":
        """The metric with these settings."""
        return cls(**config)

    def _add(self, contribution: Any) -> None:
        state = contribution if self._state is None else self.merge(self._state, contribution)
        object.__setattr__(self, "_state", state)

    def _nothing(self) -> Any:
        """The state when nothing was seen, of a network of as few units as the settings allow."""
        cell = jax.ShapeDtypeStruct((1, self._units_at_least()), jnp.float32)
        target = jax.ShapeDtypeStruct((1,), jnp.int32) if self.sparse else cell
        return Metric.start(self, target, cell)

    def _units_at_least(self) -> int:
        return 1

    def _as_arrays(self, y_true: Any, y_pred: Any, sample_weight: Any) -> tuple[Array, Array, Array]:
        prediction, target = jnp.asarray(y_pred, jnp.float32), jnp.asarray(y_true)
        weight = None if sample_weight is None else jnp.asarray(sample_weight, jnp.float32).reshape(-1)
        single = weight is None or weight.size == 1
        if prediction.ndim == 1 and self.vector_is_row and single and (self.sparse or target.ndim == 1):
            prediction = prediction[None, :]
        else:
            units = prediction.shape[-1] if prediction.ndim > 1 else 1
            prediction = prediction.reshape(-1, units)
        wanted = (len(prediction),) if self.sparse else prediction.shape
        if target.size != np.prod(wanted):
            raise ShapeError(f"targets of shape {target.shape} do not fit predictions of {prediction.shape}")
        target = target.reshape(wanted) if self.sparse else target.astype(jnp.float32).reshape(wanted)
        rows = len(prediction)
        if weight is not None and weight.size not in (1, rows):
            raise ShapeError(f"{weight.size} sample weights for {rows} rows", hint="give one weight a row")
        return target, prediction, jnp.broadcast_to(jnp.float32(1) if weight is None else weight, (rows,))

    def _in_place_of(self, state: Any, call: Any) -> tuple[Any, Any]:
        """What `call` returns with this state in place, and the state after it.

        The object stays as it was.
        """
        before = [variable.value for variable in self._variables], self._state
        try:
            self._put(*state)
            returned = call()
            return returned, ([variable.value for variable in self._variables], self._state)
        finally:
            made = [variable.initial for variable in self._variables[len(before[0]) :]]
            self._put([*before[0], *made], before[1])

    def _put(self, values: Any, sums: Any) -> None:
        object.__setattr__(self, "_state", sums)
        for variable, value in zip(self._variables, values or (), strict=False):
            variable.value = value

    def __eq__(self, other: object) -> bool:
        # A class of the user's own may hold settings that no field knows.
        if self is other or not is_spec(type(self)):
            return self is other
        return type(self) is type(other) and _values(self) == _values(other)

    def __hash__(self) -> int:
        return hash((type(self), _values(self))) if is_spec(type(self)) else id(self)

    def __repr__(self) -> str:
        defaults = {"name": self._own_name(), "dtype": None}
        shown = {
            f.name: getattr(self, f.name)
            for f in sorted(dataclasses.fields(self), key=lambda f: f.name in defaults)
            if f.init and getattr(self, f.name) != defaults.get(f.name, f.default)
        }
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in shown.items())})"


def is_spec(kind: type) -> bool:
    """Whether a class is one of ours, all of whose settings are fields."""
    return "__dataclass_params__" in vars(kind) or not issubclass(kind, Metric)


def ratio(numerator: Array, denominator: Array) -> Array:
    """The quotient, 0 where the divisor is 0.

    Example:
        >>> ratio(jnp.array([1.0, 1.0]), jnp.array([2.0, 0.0])).tolist()
        [0.5, 0.0]
    """
    safe = jnp.where(denominator == 0, 1, denominator)
    return jnp.where(denominator == 0, 0, numerator / safe)


def _values(metric: Metric) -> tuple:
    return tuple(getattr(metric, f.name) for f in dataclasses.fields(metric))


def _zeros(shapes: Any) -> Any:
    return jax.tree.map(lambda leaf: jnp.zeros(leaf.shape, leaf.dtype), shapes)
