"""The arguments of scikit-learn's perceptrons, checked when a fit begins."""

import math
from collections.abc import Iterable
from numbers import Integral, Real
from typing import Any

import numpy as np

from neurode.errors import ArgumentError, UnknownNameError

STOCHASTIC = ("sgd", "adam")
"""The solvers that go batch by batch."""

NAMES = {
    "activation": ("identity", "logistic", "tanh", "relu"),
    "solver": ("lbfgs", *STOCHASTIC),
    "learning_rate": ("constant", "invscaling", "adaptive"),
    "loss": ("squared_error", "poisson"),
}
"""Arguments that are one of a few names."""

RANGES: dict[str, tuple[str, float | int, float | int]] = {
    "alpha": ("[)", 0, math.inf),
    "learning_rate_init": ("()", 0, math.inf),
    "power_t": ("[)", 0, math.inf),
    "tol": ("[)", 0, math.inf),
    "momentum": ("[]", 0, 1),
    "validation_fraction": ("[)", 0, 1),
    "beta_1": ("[)", 0, 1),
    "beta_2": ("[)", 0, 1),
    "epsilon": ("()", 0, math.inf),
}
"""Arguments that are numbers in a range, whose ends belong to it where the bracket is square."""

COUNTS = ("batch_size", "max_iter", "n_iter_no_change", "max_fun")
FLAGS = ("shuffle", "warm_start", "nesterovs_momentum", "early_stopping")


def check_parameters(parameters: dict[str, Any]) -> None:
    """Refuses arguments outside their range.

    Args:
        parameters: What `get_params` gives.

    Raises:
        UnknownNameError: If a name does not exist.
        ArgumentError: If a number is outside its range, or something is of the wrong type.

    Example:
        >>> check_parameters({"solver": "adam", "alpha": -1.0})
        Traceback (most recent call last):
        neurode.errors.ArgumentError: alpha=-1.0
        hint: give a number in [0, inf)
    """
    for name, value in parameters.items():
        if name in NAMES and not (isinstance(value, str) and value in NAMES[name]):
            raise UnknownNameError(name, value, NAMES[name])
        if name in RANGES and not _is_within(value, *RANGES[name]):
            ends, low, high = RANGES[name]
            raise ArgumentError(f"{name}={value!r}", hint=f"give a number in {ends[0]}{low}, {high}{ends[1]}")
        if name in COUNTS and not _is_count(value) and not _is_also(name, value):
            also = f", or {_ALSO[name]!r}" if name in _ALSO else ""
            raise ArgumentError(f"{name}={value!r}", hint=f"give a whole number, at least 1{also}")
        if name in FLAGS and not isinstance(value, bool | np.bool_):
            raise ArgumentError(f"{name}={value!r}", hint="give True or False")


def layer_sizes(given: Any) -> tuple[int, ...]:
    """The units of each hidden layer, from one number or several; none is a linear model.

    Raises:
        ArgumentError: If one of them is no whole number above 0.

    Example:
        >>> layer_sizes(8), layer_sizes([8, 4]), layer_sizes(())
        ((8,), (8, 4), ())
    """
    sizes = tuple(given) if isinstance(given, Iterable) and not isinstance(given, str) else (given,)
    if not all(map(_is_count, sizes)):
        raise ArgumentError(
            f"hidden_layer_sizes={given!r}", hint="give whole numbers above 0, such as (100,) or (64, 32)"
        )
    return tuple(map(int, sizes))


_ALSO = {"batch_size": "auto", "n_iter_no_change": math.inf}


def _is_count(value: Any) -> bool:
    return isinstance(value, Integral) and not isinstance(value, bool) and int(value) >= 1


def _is_also(name: str, value: Any) -> bool:
    return name in _ALSO and isinstance(value, str | float) and value == _ALSO[name]


def _is_within(value: Any, ends: str, low: float | int, high: float | int) -> bool:
    if not isinstance(value, Real):
        return False
    number = float(value)
    above = number >= low if ends[0] == "[" else number > low
    return above and (number <= high if ends[1] == "]" else number < high)
