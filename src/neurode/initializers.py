"""Initial weights, with Keras's names: `draw(key, shape)` for a network, `initializer(shape)` on its own."""

import inspect
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, PRNGKeyArray

from neurode.errors import ArgumentError, DataTypeError, ShapeError
from neurode.identifiers import Configured, Vocabulary
from neurode.typing import Shape


class Initializer(Configured):
    """Draws initial weights.

    One of your own defines `__call__(shape, dtype=None)` as in Keras, or `draw(key, shape)` to follow the
    model's seed.

    Example:
        >>> GlorotUniform(seed=1)((2, 3)).shape
        (2, 3)
    """

    def draw(self, key: PRNGKeyArray, shape: Shape) -> Float[Array, "..."]:
        """Weights of this shape in float32; the same key gives the same weights."""
        if type(self).__call__ is Initializer.__call__:
            raise DataTypeError(
                f"the initializer {type(self).__name__} draws nothing",
                hint="define __call__(shape, dtype=None)",
            )
        return jnp.asarray(self(shape, dtype="float32"), jnp.float32)

    def __call__(self, shape: Any, dtype: Any = None) -> Any:
        """Weights of this shape without a network, from `seed` or else from a fixed key."""
        if isinstance(dtype, tuple):
            # The older order, (key, shape).
            return self.draw(shape, dtype)
        drawn = self.draw(jax.random.key(0), tuple(shape))
        return drawn if dtype is None else drawn.astype(jax.dtypes.canonicalize_dtype(dtype))


@dataclass(frozen=True)
class Zeros(Initializer):
    """Every weight is 0."""

    def draw(self, key: PRNGKeyArray, shape: Shape) -> Float[Array, "..."]:
        return jnp.zeros(shape, jnp.float32)


@dataclass(frozen=True)
class Ones(Initializer):
    """Every weight is 1."""

    def draw(self, key: PRNGKeyArray, shape: Shape) -> Float[Array, "..."]:
        return jnp.ones(shape, jnp.float32)


@dataclass(frozen=True, eq=False)
class Constant(Initializer):
    """Every weight is `value`; an array is spread over the shape, for a table of ready weights.

    Args:
        value: A number, or an array that broadcasts to the shape.

    Example:
        >>> Constant([1.0, 2.0])((2, 2)).tolist()
        [[1.0, 2.0], [1.0, 2.0]]
    """

    value: Any = 0.0

    def draw(self, key: PRNGKeyArray, shape: Shape) -> Float[Array, "..."]:
        values = np.asarray(self.value, np.float32)
        try:
            return jnp.asarray(np.broadcast_to(values, shape))
        except ValueError:
            raise ShapeError(
                f"Constant of shape {values.shape} does not fit weights of shape {shape}"
            ) from None

    def get_config(self) -> dict[str, Any]:
        return {"value": np.asarray(self.value).tolist()}

    # The generated methods would compare arrays element by element.
    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and np.array_equal(self.value, other.value)

    def __hash__(self) -> int:
        return hash((type(self), np.asarray(self.value, np.float64).tobytes()))


@dataclass(frozen=True)
class Identity(Initializer):
    """`gain` on the diagonal of a matrix, 0 elsewhere.

    Example:
        >>> Identity(2.0)((2, 3)).tolist()
        [[2.0, 0.0, 0.0], [0.0, 2.0, 0.0]]
    """

    gain: float | int = 1.0

    def draw(self, key: PRNGKeyArray, shape: Shape) -> Float[Array, "..."]:
        if len(shape) != 2:
            raise ShapeError(f"Identity draws matrices, not weights of shape {shape}")
        return self.gain * jnp.eye(*shape, dtype=jnp.float32)


class _Random(Initializer):
    """One that draws; its `seed`, where given, stands in for the key of the network."""

    seed: int | None

    def __post_init__(self) -> None:
        if self.seed is not None and (
            isinstance(self.seed, bool) or not isinstance(self.seed, (int, np.integer))
        ):
            raise ArgumentError(
                f"{type(self).__name__}(seed={self.seed!r})",
                hint="seed is a whole number, or None for the model's",
            )

    def draw(self, key: PRNGKeyArray, shape: Shape) -> Float[Array, "..."]:
        return self._drawn(key if self.seed is None else jax.random.key(self.seed), shape)

    def _drawn(self, key: PRNGKeyArray, shape: Shape) -> Float[Array, "..."]:
        raise NotImplementedError


@dataclass(frozen=True)
class RandomUniform(_Random):
    """Uniform between `minval` and `maxval`.

    Args:
        minval: Lower end.
        maxval: Upper end.
        seed: A whole number for these weights alone; `None` follows the model's seed.
    """

    minval: float | int = -0.05
    maxval: float | int = 0.05
    seed: int | None = None

    def _drawn(self, key: PRNGKeyArray, shape: Shape) -> Float[Array, "..."]:
        return jax.random.uniform(key, shape, jnp.float32, self.minval, self.maxval)


@dataclass(frozen=True)
class RandomNormal(_Random):
    """Normal with mean `mean` and standard deviation `stddev`; `seed` as in `RandomUniform`."""

    mean: float | int = 0.0
    stddev: float | int = 0.05
    seed: int | None = None

    def _drawn(self, key: PRNGKeyArray, shape: Shape) -> Float[Array, "..."]:
        return self.mean + self.stddev * jax.random.normal(key, shape, jnp.float32)


@dataclass(frozen=True)
class TruncatedNormal(_Random):
    """Normal, drawn again beyond two standard deviations; `seed` as in `RandomUniform`."""

    mean: float | int = 0.0
    stddev: float | int = 0.05
    seed: int | None = None

    def _drawn(self, key: PRNGKeyArray, shape: Shape) -> Float[Array, "..."]:
        return self.mean + self.stddev * jax.random.truncated_normal(key, -2.0, 2.0, shape, jnp.float32)


@dataclass(frozen=True)
class VarianceScaling(_Random):
    r"""Draws with variance $\text{scale} / n$, so that signals keep their size from layer to layer.

    Args:
        scale: Target variance times $n$, above 0.
        mode: $n$ is the number of inputs (`"fan_in"`), outputs (`"fan_out"`) or their mean (`"fan_avg"`).
        distribution: `"uniform"`, `"untruncated_normal"`, or `"truncated_normal"` (whose cut at two standard
            deviations is made up for).
        seed: A whole number for these weights alone; `None` follows the model's seed.
        input_axes: Axes whose product is the number of inputs; `None` takes all but the last.
        output_axes: Axes whose product is the number of outputs, given together with `input_axes`.

    Example:
        >>> kernel = VarianceScaling(2.0, "fan_in")((300, 400))
        >>> kernel.shape, round(float(kernel.var() * 300), 1)
        ((300, 400), 2.0)

    References:
        Glorot and Bengio (2010), eq. 16; He et al. (2015), arXiv 1502.01852, eq. 10.
    """

    scale: float | int = 1.0
    mode: str = "fan_in"
    distribution: str = "truncated_normal"
    seed: int | None = None
    input_axes: Sequence[int] | None = None
    output_axes: Sequence[int] | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        distribution = self.distribution.lower()
        # Keras's older word. Axes become tuples because a record has to be hashable.
        object.__setattr__(
            self, "distribution", "truncated_normal" if distribution == "normal" else distribution
        )
        for name in ("input_axes", "output_axes"):
            axes = getattr(self, name)
            object.__setattr__(self, name, None if axes is None else tuple(axes))
        if not self.scale > 0:
            raise ArgumentError(f"VarianceScaling(scale={self.scale!r})", hint="scale is above 0")
        _one_of("mode", self.mode, ("fan_in", "fan_out", "fan_avg"))
        _one_of("distribution", self.distribution, ("uniform", "truncated_normal", "untruncated_normal"))

    def _drawn(self, key: PRNGKeyArray, shape: Shape) -> Float[Array, "..."]:
        fan_in, fan_out = _fans(shape, self.input_axes, self.output_axes)
        n = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[self.mode]
        variance = self.scale / max(1.0, n)
        if self.distribution == "uniform":
            limit = math.sqrt(3 * variance)
            return jax.random.uniform(key, shape, jnp.float32, -limit, limit)
        if self.distribution == "untruncated_normal":
            return RandomNormal(stddev=math.sqrt(variance)).draw(key, shape)
        # 0.8796… is the standard deviation of a standard normal cut at ±2.
        return TruncatedNormal(stddev=math.sqrt(variance) / 0.87962566103423978).draw(key, shape)


class _Scaled(VarianceScaling):
    """A `VarianceScaling` whose scale, mode and distribution have a name of their own."""

    scaling: tuple[float, str, str]

    def __init__(
        self,
        seed: int | None = None,
        input_axes: Sequence[int] | None = None,
        output_axes: Sequence[int] | None = None,
    ) -> None:
        super().__init__(*self.scaling, seed, input_axes, output_axes)

    def get_config(self) -> dict[str, Any]:
        return {"seed": self.seed, "input_axes": self.input_axes, "output_axes": self.output_axes}

    def __repr__(self) -> str:
        given = [f"{name}={value!r}" for name, value in self.get_config().items() if value is not None]
        return f"{type(self).__name__}({', '.join(given)})"


class GlorotUniform(_Scaled):
    r"""Uniform within $\pm\sqrt{6 / (n_\text{in} + n_\text{out})}$: Glorot and Bengio (2010), eq. 16."""

    scaling = (1.0, "fan_avg", "uniform")


class GlorotNormal(_Scaled):
    r"""Cut normal of variance $2 / (n_\text{in} + n_\text{out})$: Glorot and Bengio (2010), eq. 12."""

    scaling = (1.0, "fan_avg", "truncated_normal")


class HeUniform(_Scaled):
    r"""Uniform within $\pm\sqrt{6 / n_\text{in}}$, for `relu`: He et al. (2015), eq. 10."""

    scaling = (2.0, "fan_in", "uniform")


class HeNormal(_Scaled):
    r"""Cut normal of variance $2 / n_\text{in}$, for `relu`: He et al. (2015), eq. 10."""

    scaling = (2.0, "fan_in", "truncated_normal")


class LecunUniform(_Scaled):
    r"""Uniform within $\pm\sqrt{3 / n_\text{in}}$: LeCun et al. (1998), eq. 16."""

    scaling = (1.0, "fan_in", "uniform")


class LecunNormal(_Scaled):
    r"""Cut normal of variance $1 / n_\text{in}$, for `selu`: LeCun et al. (1998), eq. 16."""

    scaling = (1.0, "fan_in", "truncated_normal")


@dataclass(frozen=True)
class Orthogonal(_Random):
    r"""A random orthogonal matrix times `gain`: $W^T W = g^2 I$, or $W W^T = g^2 I$ for a wide one.

    More than two axes are drawn as a matrix whose rows are all but the last.

    Args:
        gain: $g$.
        seed: A whole number for these weights alone; `None` follows the model's seed.

    Example:
        >>> kernel = Orthogonal(2.0)((3, 2))
        >>> jnp.round(jnp.abs(kernel.T @ kernel), 3).tolist()
        [[4.0, 0.0], [0.0, 4.0]]

    References:
        Saxe et al. (2014), arXiv 1312.6120.
    """

    gain: float | int = 1.0
    seed: int | None = None

    def _drawn(self, key: PRNGKeyArray, shape: Shape) -> Float[Array, "..."]:
        if len(shape) < 2:
            raise ShapeError(f"Orthogonal draws matrices, not weights of shape {shape}")
        rows, columns = math.prod(shape[:-1]), shape[-1]
        tall = jax.random.normal(key, (max(rows, columns), min(rows, columns)), jnp.float32)
        q, r = jnp.linalg.qr(tall)
        # Without the signs of the diagonal, some orthogonal matrices would come more often than others.
        q = q * jnp.where(jnp.diagonal(r) < 0, -1.0, 1.0)[None, :]
        return self.gain * (q.T if rows < columns else q).reshape(shape)


@dataclass(frozen=True)
class Function(Initializer):
    """A function of the user's own: `(shape, dtype)` as in Keras, or `(key, shape)` for the model's seed."""

    function: Callable[..., Any]

    def draw(self, key: PRNGKeyArray, shape: Shape) -> Float[Array, "..."]:
        parameters = [*inspect.signature(self.function).parameters]
        if parameters[:1] == ["key"]:
            return jnp.asarray(self.function(key, shape), jnp.float32)
        keywords = {"dtype": "float32"} if "dtype" in parameters else {}
        return jnp.asarray(self.function(shape, **keywords), jnp.float32)


zeros, ones, constant, identity, orthogonal = Zeros, Ones, Constant, Identity, Orthogonal
random_uniform, random_normal, truncated_normal = RandomUniform, RandomNormal, TruncatedNormal
variance_scaling, glorot_uniform, glorot_normal = VarianceScaling, GlorotUniform, GlorotNormal
he_uniform, he_normal, lecun_uniform, lecun_normal = HeUniform, HeNormal, LecunUniform, LecunNormal
IdentityInitializer, OrthogonalInitializer = Identity, Orthogonal

INITIALIZERS: dict[str, type[Initializer]] = {
    "zeros": Zeros,
    "ones": Ones,
    "constant": Constant,
    "identity": Identity,
    "random_uniform": RandomUniform,
    "random_normal": RandomNormal,
    "truncated_normal": TruncatedNormal,
    "variance_scaling": VarianceScaling,
    "glorot_uniform": GlorotUniform,
    "glorot_normal": GlorotNormal,
    "he_uniform": HeUniform,
    "he_normal": HeNormal,
    "lecun_uniform": LecunUniform,
    "lecun_normal": LecunNormal,
    "orthogonal": Orthogonal,
}
"""What each name draws. A class's own name and Keras's older words are understood too."""

_OLDER: dict[str, type[Initializer]] = {
    "zero": Zeros,
    "one": Ones,
    "uniform": RandomUniform,
    "normal": RandomNormal,
    "IdentityInitializer": Identity,
    "OrthogonalInitializer": Orthogonal,
}
_VOCABULARY = Vocabulary(
    "initializer",
    INITIALIZERS | {kind.__name__: kind for kind in INITIALIZERS.values()} | _OLDER,
    Initializer,
    Function,
)


def get(identifier: Any) -> Initializer:
    """The initializer that a name, a class, a configuration, an array or a function means.

    An array is the weights themselves. An initializer is returned unchanged.

    Raises:
        UnknownNameError: If no initializer has this name.

    Example:
        >>> get("zeros")((2,)).tolist()
        [0.0, 0.0]
        >>> get({"class_name": "Constant", "config": {"value": 2.0}})
        Constant(value=2.0)
    """
    return (
        Constant(identifier)
        if isinstance(identifier, (np.ndarray, jax.Array))
        else _VOCABULARY.get(identifier)
    )


def serialize(initializer: Any) -> dict[str, Any]:
    """The configuration of an initializer.

    Example:
        >>> serialize(Orthogonal(seed=1))
        {'class_name': 'Orthogonal', 'config': {'gain': 1.0, 'seed': 1}}
    """
    return _VOCABULARY.serialize(get(initializer))


def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Initializer:
    """The initializer of a configuration; `custom_objects` names classes or functions of your own."""
    return _VOCABULARY.deserialize(config, custom_objects)


def serialized(initializer: Any) -> str | dict[str, Any]:
    """The initializer as JSON for a file; a name stays a name.

    Raises:
        ArgumentError: If it is a function or class of the user's own, which no file can carry.

    Example:
        >>> serialized(RandomUniform(-1.0, 1.0))
        {'class_name': 'RandomUniform', 'config': {'minval': -1.0, 'maxval': 1.0, 'seed': None}}
    """
    return _VOCABULARY.serialized(initializer)


def _fans(
    shape: Shape, input_axes: Sequence[int] | None, output_axes: Sequence[int] | None
) -> tuple[int, int]:
    """Numbers of inputs and outputs; axes before the last two are shared by both, as in Keras."""
    if input_axes is not None and output_axes is not None:
        return math.prod(shape[axis] for axis in input_axes), math.prod(shape[axis] for axis in output_axes)
    if len(shape) < 2:
        return math.prod(shape), math.prod(shape)
    shared = math.prod(shape[:-2])
    return shared * shape[-2], shared * shape[-1]


def _one_of(argument: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise ArgumentError(
            f"VarianceScaling({argument}={value!r})", available=f"{argument}: {', '.join(known)}"
        )
