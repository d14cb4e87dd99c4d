"""What all optimisers share: clipping, decay, averages of the weights and accumulation around a bare rule."""

import copy
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import KW_ONLY, field, fields
from typing import Any, ClassVar, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from neurode.errors import ArgumentError, DataTypeError
from neurode.optimizers import schedules
from neurode.optimizers.schedules import LearningRateSchedule
from neurode.records import record

Scalar = Float[Array, ""]
Step = Int[Array, ""]
Weights = Any
"""A pytree of arrays; one flat vector is such a tree with one leaf."""

Rate = float | int | LearningRateSchedule | Callable[[], Any]


class Kept(NamedTuple):
    """The state of an optimiser that averages weights or accumulates gradients.

    Args:
        rule: The state of the rule.
        average: The running mean of the weights, or ().
        gradients: The sum of gradients since the last change, or ().
    """

    rule: Any
    average: Weights
    gradients: Weights


@record
class Optimizer:
    r"""Base class of optimisers. One of your own is a `record` with `init` and `update`.

    A step clips the gradient, takes the decay off the weights, adds the change of the rule and then updates
    the average. What is off costs nothing.

    Args:
        learning_rate: Size of a step, at least 0; a schedule; or a function without arguments, which is read
            when training is compiled. A number may be set later and nothing is compiled again.
        weight_decay: $\lambda$: each step first takes $\eta \lambda w$ off the weights.
        clipnorm: Largest norm of the gradient of one array of weights. Longer ones are shortened to it.
        clipvalue: Largest absolute value of one number of the gradient.
        global_clipnorm: Largest norm of the gradient of all weights together. At most one of the three is
            given.
        use_ema: Whether training ends with the running mean of the weights.
        ema_momentum: How slowly that mean forgets, in [0, 1].
        ema_overwrite_frequency: After so many steps, each time, the mean takes the place of the weights.
        gradient_accumulation_steps: So many gradients, at least 2, are averaged for one change. The mean of
            weights is updated with every gradient all the same, as in Keras.
        name: A label, without effect.

    References:
        Loshchilov and Hutter (2019), [Decoupled Weight Decay
        Regularization](https://arxiv.org/abs/1711.05101).
        Pascanu, Mikolov and Bengio (2013), [On the difficulty of training recurrent neural
        networks](https://arxiv.org/abs/1211.5063), algorithm 1, for the clipping of norms.
    """

    learning_rate: Rate = 0.001
    _: KW_ONLY
    weight_decay: float | int | None = None
    clipnorm: float | int | None = None
    clipvalue: float | int | None = None
    global_clipnorm: float | int | None = None
    use_ema: bool = False
    ema_momentum: float | int = 0.99
    ema_overwrite_frequency: int | None = None
    gradient_accumulation_steps: int | None = None
    name: str | None = field(default=None, compare=False)
    _without_decay: tuple[str, ...] = field(default=(), init=False, repr=False)

    settable = ("learning_rate",)
    _steps_taken: ClassVar[Any] = None

    def __new__(cls, *arguments: Any, **options: Any) -> "Optimizer":
        known = {field.name for field in fields(cls)}
        for old, hint in _OLD_ARGUMENTS.items():
            if old in options.keys() - known:
                raise ArgumentError(f"{cls.__name__} has no argument {old!r}", hint=hint.format(options[old]))
        return super().__new__(cls)

    def __post_init__(self) -> None:
        if self.name is None:
            object.__setattr__(self, "name", type(self).__name__.lower())
        if not callable(self.learning_rate):
            object.__setattr__(self, "learning_rate", _checked_rate(self.learning_rate))
        self._check_clipping()
        steps, every = self.gradient_accumulation_steps, self.ema_overwrite_frequency
        if steps and steps < 2:
            raise ArgumentError(f"gradient_accumulation_steps={steps!r}", hint="give 2 or more, or None")
        if self.use_ema:
            check_share("ema_momentum", self.ema_momentum)
            if every is not None and every < 1:
                raise ArgumentError(f"ema_overwrite_frequency={every!r}", hint="give 1 or more, or None")

    def _check_clipping(self) -> None:
        clips = {name: getattr(self, name) for name in ("clipnorm", "clipvalue", "global_clipnorm")}
        given = {name: value for name, value in clips.items() if value is not None}
        said = ", ".join(f"{name}={value!r}" for name, value in given.items())
        if len(given) > 1:
            raise ArgumentError(f"{said} are given together", hint="give one of them")
        if any(not value >= 0 for value in given.values()):
            raise ArgumentError(said, hint="give a number above 0, or None")

    @property
    def iterations(self) -> int:
        """The number of steps that the model compiled with this optimiser has taken."""
        return 0 if self._steps_taken is None else self._steps_taken()

    @property
    def elementwise(self) -> bool:
        """Whether one flat vector of all weights may stand in for the tree of arrays.

        Such a vector is faster. A rule that looks at a whole array, its shape or its name says False.
        """
        return not self.clipnorm and not (self.weight_decay and self._without_decay)

    def init(self, weights: Weights) -> Any:
        """The state of the rule before the first step."""
        return ()

    def update(
        self, gradient: Weights, state: Any, weights: Weights, learning_rate: Scalar, step: Step
    ) -> tuple[Weights, Any]:
        """The bare rule: what is added to the weights at step `step`, counted from 1, and the next state."""
        raise NotImplementedError

    def start(self, weights: Weights) -> Any:
        """The whole state before the first step."""
        rule = self.init(weights)
        if not self._keeps_more:
            return rule
        zeros = zeros_of(weights) if self.gradient_accumulation_steps else ()
        return Kept(rule, weights if self.use_ema else (), zeros)

    def step(
        self, gradient: Weights, state: Any, weights: Weights, learning_rate: Scalar, step: Step
    ) -> tuple[Weights, Any]:
        """The weights and the state after step number `step`, counted from 1."""
        if not self._keeps_more:
            return self._moved(gradient, state, weights, learning_rate, step)
        rule, average, sums = state
        changes = step
        if count := self.gradient_accumulation_steps:
            changes = (step - 1) // count + 1
            full = step % count == 0
            sums = jax.tree.map(jnp.add, sums, gradient)
            gradient = jax.tree.map(lambda total: total / count, sums)
            moved = self._moved(gradient, rule, weights, learning_rate, changes)
            # A choice instead of a branch: the rule costs little, and one kernel can hold it.
            weights, rule, sums = _chosen(full, (*moved, zeros_of(sums)), (weights, rule, sums))
        else:
            weights, rule = self._moved(gradient, rule, weights, learning_rate, step)
        if self.use_ema:
            weights, average = self._averaged(weights, average, changes)
        return weights, Kept(rule, average, sums)

    def final(self, state: Any, weights: Weights) -> Weights:
        """The weights at the end of training."""
        return state.average if self.use_ema else weights

    def rate(self, learning_rate: Scalar, step: Step) -> Scalar:
        """The learning rate of step number `step`: that of the schedule, or else the given one."""
        if not callable(self.learning_rate):
            return learning_rate
        scheduled = isinstance(self.learning_rate, LearningRateSchedule)
        rate = self.learning_rate(step - 1) if scheduled else self.learning_rate()  # type: ignore[call-arg]
        return jnp.asarray(rate, jnp.float32)

    def without_learning_rate(self) -> "Optimizer":
        """The rule alone, on which a compiled program depends: no number for the rate, but a schedule."""
        rule = copy.copy(self)
        vars(rule).pop("_steps_taken", None)  # A cached program must not keep a model alive.
        if not callable(self.learning_rate):
            object.__setattr__(rule, "learning_rate", 0.0)
        return rule

    def exclude_from_weight_decay(
        self, var_list: Iterable[Any] | None = None, var_names: Iterable[str] | None = None
    ) -> None:
        """Spares weights the decay, by their names within a layer; to be called before training.

        Args:
            var_list: Not supported: weights have no identity here.
            var_names: Patterns, such as `["bias"]`. A weight whose name holds one of them is spared.
        """
        if var_list:
            raise ArgumentError("weights in var_list cannot be told apart", hint='write var_names=["bias"]')
        object.__setattr__(self, "_without_decay", tuple(var_names or ()))

    def get_config(self) -> dict[str, Any]:
        """The arguments that build it again; a schedule becomes its own configuration."""
        config = {field.name: getattr(self, field.name) for field in fields(self) if field.init}
        if isinstance(self.learning_rate, LearningRateSchedule):
            config["learning_rate"] = schedules.serialize(self.learning_rate)
        return {name: list(value) if isinstance(value, tuple) else value for name, value in config.items()}

    @classmethod
    def from_config(
        cls, config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None
    ) -> "Optimizer":
        """Builds it from its arguments; those of Keras's files are taken too."""
        config = dict(config)
        if isinstance(config.get("learning_rate"), Mapping):
            config["learning_rate"] = schedules.deserialize(config["learning_rate"], custom_objects)
        # A scaled loss helps numbers of 16 bits only, so there is nothing to scale back in 32.
        config.pop("loss_scale_factor", None)
        return cls(**config)

    def decay_of(self, path: str, weight: Array) -> float | int | None:
        """The decay of one array of weights, which `path` names as `layer/weight`."""
        return None if self.is_spared_decay(path) else self.weight_decay

    def is_spared_decay(self, path: str) -> bool:
        """Whether `exclude_from_weight_decay` named this array of weights."""
        return any(re.search(pattern, path.rpartition("/")[2]) for pattern in self._without_decay)

    @property
    def _keeps_more(self) -> bool:
        return self.use_ema or bool(self.gradient_accumulation_steps)

    def _moved(
        self, gradient: Weights, state: Any, weights: Weights, learning_rate: Scalar, step: Step
    ) -> tuple[Weights, Any]:
        gradient = self._clipped(gradient)

        def decayed(path: str, weight: Array) -> Array:
            decay = self.decay_of(path, weight)
            return weight - weight * decay * learning_rate if decay else weight

        weights = map_with_path(decayed, weights)
        change, state = self.update(gradient, state, weights, learning_rate, step)
        return jax.tree.map(jnp.add, weights, change), state

    def _clipped(self, gradient: Weights) -> Weights:
        norm = lambda arrays: jnp.sqrt(sum(jnp.sum(jnp.square(g)) for g in arrays))  # noqa: E731
        shortened = lambda length, limit: limit / jnp.maximum(length, limit)  # noqa: E731
        if self.clipnorm:
            return jax.tree.map(lambda g: g * shortened(norm([g]), self.clipnorm), gradient)
        if self.global_clipnorm:
            factor = shortened(norm(jax.tree.leaves(gradient)), self.global_clipnorm)
            return jax.tree.map(lambda g: g * factor, gradient)
        if limit := self.clipvalue:
            return jax.tree.map(lambda g: jnp.clip(g, -limit, limit), gradient)
        return gradient

    def _averaged(self, weights: Weights, average: Weights, changes: Step) -> tuple[Weights, Weights]:
        # The mean begins with the weights after the first step, not with those before.
        momentum = jnp.where(changes == 1, 0.0, self.ema_momentum)
        average = jax.tree.map(lambda a, w: momentum * a + (1 - momentum) * w, average, weights)
        if every := self.ema_overwrite_frequency:
            weights = _chosen(changes % every == 0, average, weights)
        return weights, average


_OLD_ARGUMENTS = {
    "lr": "write learning_rate={!r}",
    "decay": "write learning_rate=schedules.InverseTimeDecay(0.001, decay_steps=1, decay_rate={!r})",
}


def zeros_of(weights: Weights) -> Weights:
    """Zeros in the shapes of the weights.

    Example:
        >>> zeros_of({"bias": jnp.ones(2)})
        {'bias': Array([0., 0.], dtype=float32)}
    """
    return jax.tree.map(jnp.zeros_like, weights)


def toward(old: Weights, new: Weights, share: float | int) -> Weights:
    """The running mean `old + share (new - old)`.

    Example:
        >>> toward(jnp.array(0.0), jnp.array(2.0), 0.25)
        Array(0.5, dtype=float32, weak_type=True)
    """
    return jax.tree.map(lambda old, new: old + share * (new - old), old, new)


def map_with_path(function: Callable[..., Any], tree: Weights, *rest: Weights) -> Weights:
    """The tree of `function("layer/weight", leaf, …)`.

    Example:
        >>> map_with_path(lambda path, leaf: path, {"dense": {"bias": 0}})
        {'dense': {'bias': 'dense/bias'}}
    """

    def named(path: Any, *leaves: Any) -> Any:
        return function(jax.tree_util.keystr(path, simple=True, separator="/"), *leaves)

    return jax.tree_util.tree_map_with_path(named, tree, *rest)


def check_share(name: str, value: float | int) -> None:
    """Refuses a number outside [0, 1]."""
    if not 0 <= value <= 1:
        raise ArgumentError(f"{name}={value!r}", hint="give a number from 0 to 1")


def _chosen(which: Any, one: Any, other: Any) -> Any:
    return jax.tree.map(lambda one, other: jnp.where(which, one, other), one, other)


def _checked_rate(rate: Any) -> float:
    try:
        number = float(rate)
    except (TypeError, ValueError):
        raise DataTypeError(
            f"learning_rate={rate!r}", hint="give a number such as 0.001 or a schedule"
        ) from None
    if not 0 <= number < float("inf"):
        raise ArgumentError(f"learning_rate={rate!r}", hint="give a positive number such as 0.001")
    return number
