"""The two numbers about numbers that Keras keeps: `epsilon`, and the type of floats, which here is fixed."""

from neurode.errors import ArgumentError

_settings = {"epsilon": 1e-7}


def epsilon() -> float:
    """The small number that keeps logarithms and quotients finite, 1e-7 unless set.

    Example:
        >>> epsilon()
        1e-07
    """
    return _settings["epsilon"]


def set_epsilon(value: float | int) -> None:
    """Sets `epsilon` for the whole process; programs that are compiled already keep the old number."""
    if not value > 0:
        raise ArgumentError(f"set_epsilon({value!r})", hint="epsilon is a number above 0")
    _settings["epsilon"] = float(value)


def floatx() -> str:
    """The type of floats, always `"float32"`."""
    return "float32"


def set_floatx(value: str) -> None:
    """Accepts `"float32"`, the only type of floats here.

    Raises:
        ArgumentError: If it is another type.
    """
    if value != "float32":
        raise ArgumentError(f"set_floatx({value!r})", available="types of floats: 'float32'")
