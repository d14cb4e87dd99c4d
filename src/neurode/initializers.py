"""Initial weights: `initializer(key, shape) -> array`, with Keras's names and defaults."""

import math
from dataclasses import asdict, dataclass
from typing import Any, Protocol, runtime_checkable

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray

from neurode.errors import ArgumentError, UnknownNameError
from neurode.typing import Shape


@runtime_checkable
class Initializer(Protocol):
    """Anything that draws initial weights."""

    def __call__(self, key: PRNGKeyArray, shape: Shape) -> Float[Array, "..."]: ...


@dataclass(frozen=True)
class Constant:
    """Every weight is `value`."""

    value: float = 0.0

    def __call__(self, key: PRNGKeyArray, shape: Shape) -> Float[Array, "..."]:
        return jnp.full(shape, self.value, jnp.float32)


@dataclass(frozen=True)
class RandomUniform:
    """Uniform between `minval` and `maxval`."""

    minval: float = -0.05
    maxval: float = 0.05

    def __call__(self, key: PRNGKeyArray, shape: Shape) -> Float[Array, "..."]:
        return jax.random.uniform(key, shape, jnp.float32, self.minval, self.maxval)


@dataclass(frozen=True)
class RandomNormal:
    """Normal with mean `mean` and standard deviation `stddev`."""

    mean: float = 0.0
    stddev: float = 0.05

    def __call__(self, key: PRNGKeyArray, shape: Shape) -> Float[Array, "..."]:
        return self.mean + self.stddev * jax.random.normal(key, shape, jnp.float32)


@dataclass(frozen=True)
class TruncatedNormal:
    """Normal, drawn again beyond two standard deviations."""

    mean: float = 0.0
    stddev: float = 0.05

    def __call__(self, key: PRNGKeyArray, shape: Shape) -> Float[Array, "..."]:
        return self.mean + self.stddev * jax.random.truncated_normal(key, -2.0, 2.0, shape, jnp.float32)


@dataclass(frozen=True)
class VarianceScaling:
    r"""Draws with variance $\text{scale} / n$, so that signals keep their size from layer to layer.

    Args:
        scale: Target variance times $n$.
        mode: $n$ is the number of inputs (`"fan_in"`), outputs (`"fan_out"`) or their mean (`"fan_avg"`).
        distribution: `"uniform"`, or `"truncated_normal"` (whose cut at two standard deviations is made up
            for).

    Example:
        >>> kernel = VarianceScaling(2.0, "fan_in")(jax.random.key(0), (300, 400))
        >>> kernel.shape, round(float(kernel.var() * 300), 1)
        ((300, 400), 2.0)

    References:
        Glorot and Bengio (2010), eq. 16; He et al. (2015), arXiv 1502.01852, eq. 10.
    """

    scale: float = 1.0
    mode: str = "fan_in"
    distribution: str = "truncated_normal"

    def __call__(self, key: PRNGKeyArray, shape: Shape) -> Float[Array, "..."]:
        fan_in, fan_out = (shape[0], shape[0]) if len(shape) < 2 else (math.prod(shape[:-1]), shape[-1])
        n = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[self.mode]
        variance = self.scale / max(1.0, n)
        if self.distribution == "uniform":
            limit = math.sqrt(3 * variance)
            return jax.random.uniform(key, shape, jnp.float32, -limit, limit)
        # 0.8796… is the standard deviation of a standard normal cut at ±2.
        return TruncatedNormal(stddev=math.sqrt(variance) / 0.87962566103423978)(key, shape)


INITIALIZERS: dict[str, Initializer] = {
    "zeros": Constant(0.0),
    "ones": Constant(1.0),
    "random_uniform": RandomUniform(),
    "random_normal": RandomNormal(),
    "truncated_normal": TruncatedNormal(),
    "glorot_uniform": VarianceScaling(1.0, "fan_avg", "uniform"),
    "glorot_normal": VarianceScaling(1.0, "fan_avg"),
    "he_uniform": VarianceScaling(2.0, "fan_in", "uniform"),
    "he_normal": VarianceScaling(2.0, "fan_in"),
    "lecun_uniform": VarianceScaling(1.0, "fan_in", "uniform"),
    "lecun_normal": VarianceScaling(1.0, "fan_in"),
}


CLASSES: dict[str, type] = {
    kind.__name__: kind for kind in (Constant, RandomUniform, RandomNormal, TruncatedNormal, VarianceScaling)
}


def get(name: str | dict[str, Any] | Initializer) -> Initializer:
    """Returns the initializer called `name`; an initializer is returned unchanged, a configuration is built.

    Raises:
        UnknownNameError: If no initializer has this name.

    Example:
        >>> get("zeros")(jax.random.key(0), (2,))
        Array([0., 0.], dtype=float32)
    """
    if isinstance(name, dict):
        if name.get("class") not in CLASSES:
            raise UnknownNameError("initializer", name.get("class"), CLASSES)
        return CLASSES[name["class"]](**name["config"])
    if not isinstance(name, str):
        return name
    if name not in INITIALIZERS:
        raise UnknownNameError("initializer", name, INITIALIZERS)
    return INITIALIZERS[name]


def serialized(initializer: str | Initializer) -> str | dict[str, Any]:
    """The initializer as JSON.

    Raises:
        ArgumentError: If it is a function of the user's own, which no file can carry.

    Example:
        >>> serialized(RandomUniform(-1.0, 1.0))
        {'class': 'RandomUniform', 'config': {'minval': -1.0, 'maxval': 1.0}}
    """
    if isinstance(initializer, str):
        return initializer
    if type(initializer) in CLASSES.values():
        return {"class": type(initializer).__name__, "config": asdict(initializer)}  # type: ignore[call-overload]
    raise ArgumentError(
        f"the initializer {initializer!r} is of your own, which a file cannot carry",
        hint="save the weights with model.get_weights() and build the network from code",
    )
