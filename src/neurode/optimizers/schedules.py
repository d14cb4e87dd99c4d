"""Learning-rate schedules: the rate as a function of the number of steps taken so far.

Each is also useful alone: called with a step number, or an array of them, it gives the rates.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import jax.numpy as jnp

from neurode.errors import ArgumentError, DataTypeError
from neurode.identifiers import Configured, Vocabulary

Number = float | int


class LearningRateSchedule(Configured):
    """Step number in, learning rate out. The first step of training is number 0.

    One of your own defines `__call__(step)` with functions of `neurode.ops` or `jax.numpy`; the step is a
    traced integer there. It is compared by identity, so another object compiles another program.

    Example:
        >>> class Halved(LearningRateSchedule):
        ...     def __init__(self, first):
        ...         self.first = first
        ...     def __call__(self, step):
        ...         return self.first / (step + 1)
        >>> Halved(0.1)(1)
        0.05
    """

    def __call__(self, step: Any) -> Any:
        """The rate at step number `step`."""
        raise NotImplementedError(f"{type(self).__name__} has no __call__(self, step)")

    def get_config(self) -> dict[str, Any]:
        """The arguments that build it again, as JSON has them."""
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in super().get_config().items()
        }


@dataclass(frozen=True)
class ExponentialDecay(LearningRateSchedule):
    r"""$\eta_0 \, r^{s / T}$.

    Args:
        initial_learning_rate: $\eta_0$.
        decay_steps: $T$, the steps in which the rate falls by the factor $r$.
        decay_rate: $r$, above 0.
        staircase: Whether $s / T$ is rounded down, so that the rate falls once in $T$ steps.
        name: A label, without effect.

    Example:
        >>> ExponentialDecay(0.1, decay_steps=10, decay_rate=0.5)(20)
        Array(0.025, dtype=float32)
    """

    initial_learning_rate: Number
    decay_steps: Number
    decay_rate: Number
    staircase: bool = False
    name: str | None = field(default="ExponentialDecay", compare=False)

    def __post_init__(self) -> None:
        _check_steps("decay_steps", self.decay_steps)

    def __call__(self, step: Any) -> Any:
        done = _float(step) / self.decay_steps
        return self.initial_learning_rate * self.decay_rate ** (jnp.floor(done) if self.staircase else done)


@dataclass(frozen=True)
class InverseTimeDecay(LearningRateSchedule):
    r"""$\eta_0 / (1 + r s / T)$.

    The old `decay` argument of optimisers was this, with $T = 1$.

    Args:
        initial_learning_rate: $\eta_0$.
        decay_steps: $T$.
        decay_rate: $r$.
        staircase: Whether $s / T$ is rounded down.
        name: A label, without effect.

    Example:
        >>> InverseTimeDecay(0.1, decay_steps=10, decay_rate=1.0)(10)
        Array(0.05, dtype=float32)
    """

    initial_learning_rate: Number
    decay_steps: Number
    decay_rate: Number
    staircase: bool = False
    name: str | None = field(default="InverseTimeDecay", compare=False)

    def __post_init__(self) -> None:
        _check_steps("decay_steps", self.decay_steps)

    def __call__(self, step: Any) -> Any:
        done = _float(step) / self.decay_steps
        return self.initial_learning_rate / (
            1 + self.decay_rate * (jnp.floor(done) if self.staircase else done)
        )


@dataclass(frozen=True)
class PolynomialDecay(LearningRateSchedule):
    r"""$(\eta_0 - \eta_T) (1 - s / T)^p + \eta_T$, and $\eta_T$ from step $T$ on.

    Args:
        initial_learning_rate: $\eta_0$.
        decay_steps: $T$.
        end_learning_rate: $\eta_T$.
        power: $p$; 1 is a straight line.
        cycle: Whether $T$ doubles, triples, … as it is passed, so that the rate jumps up again.
        name: A label, without effect.

    Example:
        >>> PolynomialDecay(0.5, decay_steps=4, end_learning_rate=0.0)(jnp.arange(6)).tolist()
        [0.5, 0.375, 0.25, 0.125, 0.0, 0.0]
    """

    initial_learning_rate: Number
    decay_steps: Number
    end_learning_rate: Number = 0.0001
    power: Number = 1.0
    cycle: bool = False
    name: str | None = field(default="PolynomialDecay", compare=False)

    def __post_init__(self) -> None:
        _check_steps("decay_steps", self.decay_steps)

    def __call__(self, step: Any) -> Any:
        done = _float(step) / self.decay_steps
        share = done / jnp.maximum(jnp.ceil(done), 1) if self.cycle else jnp.minimum(done, 1)
        fall = self.initial_learning_rate - self.end_learning_rate
        return fall * (1 - share) ** self.power + self.end_learning_rate


@dataclass(frozen=True)
class PiecewiseConstantDecay(LearningRateSchedule):
    """One rate up to and including each boundary, and one after the last.

    Args:
        boundaries: The last step of each rate, rising.
        values: The rates, one more than there are boundaries.
        name: A label, without effect.

    Example:
        >>> PiecewiseConstantDecay([2, 4], [0.5, 0.25, 0.125])(jnp.arange(6)).tolist()
        [0.5, 0.5, 0.5, 0.25, 0.25, 0.125]
    """

    boundaries: tuple[Number, ...] | list
    values: tuple[Number, ...] | list
    name: str | None = field(default="PiecewiseConstant", compare=False)

    def __post_init__(self) -> None:
        # Lists have no hash, and the schedule is part of what a compiled program depends on.
        for part in ("boundaries", "values"):
            object.__setattr__(self, part, tuple(getattr(self, part)))
        if len(self.boundaries) != len(self.values) - 1:
            raise ArgumentError(
                f"{len(self.boundaries)} boundaries and {len(self.values)} values",
                hint="give one value more than boundaries",
            )
        if list(self.boundaries) != sorted(self.boundaries):
            raise ArgumentError(f"boundaries={list(self.boundaries)}", hint="give them in rising order")

    def __call__(self, step: Any) -> Any:
        step = jnp.asarray(step)
        rate = jnp.full(step.shape, self.values[0], jnp.float32)
        for boundary, value in zip(self.boundaries, self.values[1:]):
            rate = jnp.where(step > boundary, value, rate)
        return rate


@dataclass(frozen=True)
class CosineDecay(LearningRateSchedule):
    r"""Half a cosine from $\eta_0$ to $\alpha \eta_0$, after a straight warm-up if one is asked for.

    $\eta_0 \left((1 - \alpha) \frac{1 + \cos(\pi s / T)}{2} + \alpha\right)$, and its end from step $T$ on.
    Where `initial_learning_rate` is a whole number, such as the 0 of a warm-up, Keras 3.15 rounds every rate
    down to a whole number; here it is a number like any other.

    Args:
        initial_learning_rate: $\eta_0$, or where the warm-up begins.
        decay_steps: $T$, the warm-up not counted.
        alpha: $\alpha$, the share of the rate that is left at the end.
        name: A label, without effect.
        warmup_target: The rate at the end of the warm-up, from which the cosine falls. None for no warm-up.
        warmup_steps: Steps of the warm-up.

    Example:
        >>> rate = CosineDecay(0.0, 10, warmup_target=0.5, warmup_steps=4)
        >>> rate(jnp.array([0, 2, 4, 9, 14])).round(3).tolist()
        [0.0, 0.25, 0.5, 0.25, 0.0]

    References:
        Loshchilov and Hutter (2017), [SGDR](https://arxiv.org/abs/1608.03983), eq. 5 without restarts.
    """

    initial_learning_rate: Number
    decay_steps: Number
    alpha: Number = 0.0
    name: str | None = field(default="CosineDecay", compare=False)
    warmup_target: Number | None = None
    warmup_steps: Number = 0

    def __post_init__(self) -> None:
        _check_steps("decay_steps", self.decay_steps)

    def __call__(self, step: Any) -> Any:
        step, first, target = _float(step), self.initial_learning_rate, self.warmup_target
        if target is None:
            return first * self._left(step)
        cosine = target * self._left(step - self.warmup_steps)
        if not self.warmup_steps:
            return cosine
        line = first + (target - first) * step / self.warmup_steps
        return jnp.where(step < self.warmup_steps, line, cosine)

    def _left(self, step: Any) -> Any:
        return _cosine(jnp.minimum(step / self.decay_steps, 1), self.alpha)


@dataclass(frozen=True)
class CosineDecayRestarts(LearningRateSchedule):
    r"""Half a cosine over and over, each period `t_mul` times as long and `m_mul` times as high.

    The number of the period comes from a logarithm, which may round across a restart. That is put right here;
    in Keras 3.15 the first step of a period may get the rate of the last step of the period before.

    Args:
        initial_learning_rate: The rate at the start of the first period.
        first_decay_steps: Steps of the first period.
        t_mul: Length of a period in lengths of the one before, at least 1.
        m_mul: Height of a period in heights of the one before.
        alpha: The share of `initial_learning_rate` that no rate goes below.
        name: A label, without effect.

    Example:
        >>> CosineDecayRestarts(0.5, 2)(jnp.array([0, 1, 2, 4, 6])).round(6).tolist()
        [0.5, 0.25, 0.5, 0.25, 0.5]

    References:
        Loshchilov and Hutter (2017), [SGDR](https://arxiv.org/abs/1608.03983), eq. 5.
    """

    initial_learning_rate: Number
    first_decay_steps: Number
    t_mul: Number = 2.0
    m_mul: Number = 1.0
    alpha: Number = 0.0
    name: str | None = field(default="SGDRDecay", compare=False)

    def __post_init__(self) -> None:
        _check_steps("first_decay_steps", self.first_decay_steps)
        if not self.t_mul >= 1:
            raise ArgumentError(
                f"t_mul={self.t_mul!r}", hint="periods that shrink come to an end; give 1 or more"
            )

    def __call__(self, step: Any) -> Any:
        period, share = self._period(_float(step) / self.first_decay_steps)
        return self.initial_learning_rate * _cosine(share, self.alpha, self.m_mul**period)

    def _period(self, done: Any) -> tuple[Any, Any]:
        """The number of the period and the share of it that is over."""
        growth = float(self.t_mul)
        if growth == 1:
            return jnp.floor(done), done - jnp.floor(done)
        begin = lambda period: (growth**period - 1) / (growth - 1)  # noqa: E731
        period = jnp.floor(jnp.log1p(done * (growth - 1)) / math.log(growth))
        # A begin is a rounded power, so a step that is on it to within rounding counts as the begin.
        reached = done * (1 + 5e-7)
        period = jnp.where(reached >= begin(period + 1), period + 1, period)
        period = jnp.where(reached < begin(period), period - 1, period)
        return period, jnp.maximum(done - begin(period), 0) / growth**period


def _cosine(share: Any, alpha: Number, height: Any = 1.0) -> Any:
    return (1 - alpha) * height * 0.5 * (1 + jnp.cos(math.pi * share)) + alpha


def _float(step: Any) -> Any:
    return jnp.asarray(step).astype(jnp.float32)


def _check_steps(name: str, steps: Number) -> None:
    if not steps > 0:
        raise ArgumentError(f"{name}={steps!r}", hint="give a number of steps above 0")


def _no_function(function: Any) -> Any:
    raise DataTypeError(
        f"{function!r} is no schedule",
        hint="derive a class from LearningRateSchedule with `__call__(self, step)`",
    )


SCHEDULES: dict[str, type[LearningRateSchedule]] = {
    kind.__name__: kind
    for kind in (
        ExponentialDecay,
        PiecewiseConstantDecay,
        PolynomialDecay,
        InverseTimeDecay,
        CosineDecay,
        CosineDecayRestarts,
    )
}

_NAMES = Vocabulary("schedule", SCHEDULES, LearningRateSchedule, _no_function)


def serialize(learning_rate_schedule: LearningRateSchedule) -> dict[str, Any]:
    """The configuration of a schedule: `{"class_name": …, "config": …}`.

    Example:
        >>> serialize(PiecewiseConstantDecay([2], [0.5, 0.25]))["config"]["boundaries"]
        [2]
    """
    return _NAMES.serialize(learning_rate_schedule)


def deserialize(
    config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None
) -> LearningRateSchedule:
    """The schedule of a configuration; `custom_objects` adds classes of the user's own by name.

    Raises:
        UnknownNameError: If no schedule has this name.

    Example:
        >>> config = {"initial_learning_rate": 0.1, "decay_steps": 9}
        >>> deserialize({"class_name": "CosineDecay", "config": config})(0)
        Array(0.1, dtype=float32)
    """
    return _NAMES.deserialize(config, custom_objects)
