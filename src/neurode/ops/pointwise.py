"""Ops that work number by number."""

from typing import Any

import jax
import jax.numpy as jnp

from neurode.ops.application import alias, as_array, binary, bitwise, dtype_of, op, unary


def _whole_or(function: Any) -> Any:
    """JAX refuses to round a truth value, Keras leaves it as it is."""
    return lambda x: x if x.dtype == bool else function(x)


unary(
    {
        "absolute": (jnp.abs, "$|x|$."),
        "arccos": (jnp.arccos, "The angle whose cosine is $x$."),
        "arccosh": (jnp.arccosh, "The number whose hyperbolic cosine is $x$."),
        "arcsin": (jnp.arcsin, "The angle whose sine is $x$."),
        "arcsinh": (jnp.arcsinh, "The number whose hyperbolic sine is $x$."),
        "arctan": (jnp.arctan, "The angle whose tangent is $x$."),
        "arctanh": (jnp.arctanh, "The number whose hyperbolic tangent is $x$."),
        "bitwise_not": (jnp.invert, "Every bit turned round."),
        "cbrt": (jnp.cbrt, r"$\sqrt[3]{x}$."),
        "ceil": (lambda x: jnp.ceil(_floats(x)), "The next whole number, as a float."),
        "cos": (jnp.cos, "Cosine of an angle in radians."),
        "cosh": (jnp.cosh, "Hyperbolic cosine."),
        "deg2rad": (jnp.deg2rad, "Degrees to radians."),
        "erf": (lambda x: jax.lax.erf(_floats(x)), r"$\frac{2}{\sqrt\pi} \int_0^x e^{-t^2} dt$."),
        "erfc": (lambda x: jax.lax.erfc(_floats(x)), "$1 - erf(x)$, exact in the tail."),
        "erfinv": (lambda x: jax.lax.erf_inv(_floats(x)), "The number whose `erf` is $x$."),
        "exp": (jnp.exp, "$e^x$."),
        "exp2": (jnp.exp2, "$2^x$."),
        "expm1": (jnp.expm1, "$e^x - 1$, exact near 0."),
        "fabs": (jnp.fabs, "$|x|$ as a float."),
        "floor": (lambda x: jnp.floor(_floats(x)), "The whole number below, as a float."),
        "i0": (jnp.i0, "Modified Bessel function of the first kind, order 0."),
        "isfinite": (jnp.isfinite, "Whether it is neither infinite nor NaN."),
        "isinf": (jnp.isinf, "Whether it is infinite."),
        "isnan": (jnp.isnan, "Whether it is NaN."),
        "isneginf": (jnp.isneginf, "Whether it is minus infinity."),
        "isposinf": (jnp.isposinf, "Whether it is plus infinity."),
        "log": (jnp.log, "Natural logarithm."),
        "log10": (jnp.log10, "Logarithm to base 10."),
        "log1p": (jnp.log1p, r"$\ln(1 + x)$, exact near 0."),
        "log2": (jnp.log2, "Logarithm to base 2."),
        "logical_not": (jnp.logical_not, "Whether it is 0 or false."),
        "negative": (jnp.negative, "$-x$."),
        "rad2deg": (jnp.rad2deg, "Radians to degrees."),
        "reciprocal": (jnp.reciprocal, "$1 / x$."),
        "rsqrt": (lambda x: jax.lax.rsqrt(_floats(x)), r"$1 / \sqrt{x}$."),
        "sign": (jnp.sign, "-1, 0 or 1."),
        "signbit": (jnp.signbit, "Whether the sign is minus, of -0.0 too."),
        "sin": (jnp.sin, "Sine of an angle in radians."),
        "sinc": (jnp.sinc, r"$\sin(\pi x) / (\pi x)$."),
        "sinh": (jnp.sinh, "Hyperbolic sine."),
        "sqrt": (jnp.sqrt, r"$\sqrt{x}$."),
        "square": (jnp.square, "$x^2$."),
        "tan": (jnp.tan, "Tangent of an angle in radians."),
        "tanh": (jnp.tanh, "Hyperbolic tangent."),
        "trunc": (_whole_or(jnp.trunc), "The whole number towards 0."),
    }
)
alias(abs="absolute", bitwise_invert="bitwise_not")

binary(
    {
        "add": (jnp.add, "$x_1 + x_2$."),
        "arctan2": (jnp.arctan2, "The angle of the point $(x_2, x_1)$."),
        "divide": (jnp.divide, "$x_1 / x_2$ as a float."),
        "equal": (jnp.equal, "Whether $x_1 = x_2$."),
        "floor_divide": (jnp.floor_divide, r"$\lfloor x_1 / x_2 \rfloor$."),
        "fmax": (jnp.fmax, "The larger one; a NaN loses."),
        "fmin": (jnp.fmin, "The smaller one; a NaN loses."),
        "fmod": (jnp.fmod, "What is left of the division, with the sign of $x_1$."),
        "gcd": (jnp.gcd, "Greatest common divisor."),
        "greater": (jnp.greater, "Whether $x_1 > x_2$."),
        "greater_equal": (jnp.greater_equal, r"Whether $x_1 \ge x_2$."),
        "heaviside": (jnp.heaviside, "0 where $x_1 < 0$, 1 where $x_1 > 0$, $x_2$ at 0."),
        "hypot": (jnp.hypot, r"$\sqrt{x_1^2 + x_2^2}$."),
        "lcm": (jnp.lcm, "Least common multiple."),
        "ldexp": (jnp.ldexp, "$x_1 2^{x_2}$."),
        "less": (jnp.less, "Whether $x_1 < x_2$."),
        "less_equal": (jnp.less_equal, r"Whether $x_1 \le x_2$."),
        "logaddexp": (jnp.logaddexp, r"$\ln(e^{x_1} + e^{x_2})$."),
        "logaddexp2": (jnp.logaddexp2, r"$\log_2(2^{x_1} + 2^{x_2})$."),
        "logical_and": (jnp.logical_and, "Whether both are true."),
        "logical_or": (jnp.logical_or, "Whether one is true."),
        "logical_xor": (jnp.logical_xor, "Whether exactly one is true."),
        "maximum": (jnp.maximum, "The larger one; a NaN wins."),
        "minimum": (jnp.minimum, "The smaller one; a NaN wins."),
        "mod": (jnp.mod, "What is left of the division, with the sign of $x_2$."),
        "multiply": (jnp.multiply, "$x_1 x_2$."),
        "nextafter": (jnp.nextafter, "The float after $x_1$ in the direction of $x_2$."),
        "not_equal": (jnp.not_equal, r"Whether $x_1 \ne x_2$."),
        "power": (jnp.power, "$x_1^{x_2}$."),
        "subtract": (jnp.subtract, "$x_1 - x_2$."),
    }
)
alias(true_divide="divide")

bitwise(
    {
        "bitwise_and": (jnp.bitwise_and, "The bits that are set in both."),
        "bitwise_left_shift": (jnp.left_shift, "The bits moved up by $y$ places."),
        "bitwise_or": (jnp.bitwise_or, "The bits that are set in either."),
        "bitwise_right_shift": (jnp.right_shift, "The bits moved down by $y$ places."),
        "bitwise_xor": (jnp.bitwise_xor, "The bits that are set in exactly one."),
    }
)
alias(left_shift="bitwise_left_shift", right_shift="bitwise_right_shift")


@op
def clip(x: Any, x_min: Any, x_max: Any) -> Any:
    """The numbers, kept between `x_min` and `x_max`; `None` leaves a side open.

    Example:
        >>> clip([-1.0, 0.5, 7.0], 0.0, 1.0).tolist()
        [0.0, 0.5, 1.0]
    """
    x = as_array(x)
    return jnp.clip(x.astype("int32") if x.dtype == bool else x, x_min, x_max)


@op
def divide_no_nan(x1: Any, x2: Any) -> Any:
    """$x_1 / x_2$, and 0 where $x_2$ is 0; its gradient there is 0 too.

    Example:
        >>> divide_no_nan([1.0, 1.0], [2.0, 0.0]).tolist()
        [0.5, 0.0]
    """
    x1, x2 = as_array(x1), as_array(x2)
    return jnp.where(x2 == 0, 0, x1 / jnp.where(x2 == 0, 1, x2))


@op
def isclose(
    x1: Any, x2: Any, rtol: float | int = 1e-5, atol: float | int = 1e-8, equal_nan: bool = False
) -> Any:
    r"""Whether $|x_1 - x_2| \le \text{atol} + \text{rtol} |x_2|$."""
    return jnp.isclose(as_array(x1), as_array(x2), rtol, atol, equal_nan)


@op
def allclose(
    x1: Any, x2: Any, rtol: float | int = 1e-5, atol: float | int = 1e-8, equal_nan: bool = False
) -> Any:
    """Whether all numbers are close, as in `isclose`."""
    return jnp.allclose(as_array(x1), as_array(x2), rtol, atol, equal_nan)


@op
def nan_to_num(
    x: Any, nan: float | int = 0.0, posinf: float | int | None = None, neginf: float | int | None = None
) -> Any:
    """The numbers with NaN and the infinities replaced, the infinities by the largest floats unless given."""
    return jnp.nan_to_num(as_array(x), nan=nan, posinf=posinf, neginf=neginf)


@op
def round(x: Any, decimals: int = 0) -> Any:
    """Rounded to `decimals` places, halves to the even neighbour.

    Example:
        >>> round([0.5, 1.5, 2.5]).tolist()
        [0.0, 2.0, 2.0]
    """
    x = as_array(x)
    if decimals < 0 and not jnp.issubdtype(x.dtype, jnp.floating):
        return jnp.round(x.astype("float32"), decimals).astype(x.dtype)
    return x if x.dtype == bool else jnp.round(x, decimals)


@op
def where(condition: Any, x1: Any = None, x2: Any = None) -> Any:
    """`x1` where the condition is true, else `x2`; with the condition alone, the places where it is true.

    Example:
        >>> where([True, False], 1.0, 0.0).tolist()
        [1.0, 0.0]
    """
    if x1 is None and x2 is None:
        return jnp.where(as_array(condition))
    return jnp.where(as_array(condition), as_array(x1), as_array(x2))


@op
def select(condlist: Any, choicelist: Any, default: Any = 0) -> Any:
    """For each place the choice of the first condition that is true, else `default`."""
    return jnp.select([as_array(c) for c in condlist], [as_array(c) for c in choicelist], default=default)


@op
def cast(x: Any, dtype: Any) -> Any:
    """The same numbers in another type; 64-bit types become 32-bit ones.

    Example:
        >>> cast([True, False], "float32").tolist()
        [1.0, 0.0]
    """
    return as_array(x).astype(dtype_of(dtype))


@op
def saturate_cast(x: Any, dtype: Any) -> Any:
    """`cast`, with numbers outside the range of the type brought to its ends."""
    kind = dtype_of(dtype)
    if kind.kind == "b":
        return as_array(x).astype(bool)
    limits: Any = jnp.iinfo(kind) if jnp.issubdtype(kind, jnp.integer) else jnp.finfo(kind)
    x = as_array(x)
    x = x.astype("int32") if x.dtype == bool else x
    low, high = limits.min, limits.max
    own: Any = jnp.iinfo(x.dtype) if jnp.issubdtype(x.dtype, jnp.integer) else jnp.finfo(x.dtype)
    return jnp.clip(x, max(low, own.min), min(high, own.max)).astype(kind)


def _floats(x: Any) -> Any:
    return x if jnp.issubdtype(x.dtype, jnp.floating) else x.astype("float32")
