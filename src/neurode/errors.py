"""Every exception that neurode raises on purpose, and how its message is worded.

A message says the problem with the value that was met, then what is available, then a hint.
"""

import difflib
from collections.abc import Collection, Iterable


class NeurodeError(Exception):
    """Base class: a problem that the reader of the message can fix.

    Args:
        problem: One line, with the value that was met.
        available: What could have been given instead, one line or a few.
        hint: The next action to take.

    Example:
        >>> print(NeurodeError("the table has no rows", hint="check the query"))
        the table has no rows
        hint: check the query
    """

    def __init__(self, problem: str, *, available: str = "", hint: str = "") -> None:
        self.problem, self.available, self.hint = problem, available, hint
        parts = [problem, *([f"\n{available}"] if available else []), *([f"hint: {hint}"] if hint else [])]
        super().__init__("\n".join(parts))

    def __reduce__(self) -> tuple:
        # The keyword-only arguments have to survive a trip between processes.
        return _rebuild, (type(self), self.problem, self.available, self.hint)


def _rebuild(kind: type[NeurodeError], problem: str, available: str, hint: str) -> NeurodeError:
    error = kind.__new__(kind)
    NeurodeError.__init__(error, problem, available=available, hint=hint)
    return error


class UnknownNameError(NeurodeError, ValueError):
    """A name (column, layer, loss, metric) that does not exist.

    Example:
        >>> print(UnknownNameError("column", "problem_lone", ["grade", "problem_loan"]))
        no column named 'problem_lone'
        <BLANKLINE>
        columns: 'grade', 'problem_loan'
        hint: did you mean 'problem_loan'?
    """

    def __init__(self, kind: str, name: object, known: Collection[str]) -> None:
        close = difflib.get_close_matches(str(name), known, n=1)
        super().__init__(
            f"no {kind} named {name!r}",
            available=f"{plural(kind)}: {listed(known)}",
            hint=f"did you mean {close[0]!r}?" if close else "",
        )


class TableError(NeurodeError, ValueError):
    """A table that cannot be read, or cannot carry what was asked of it."""


class DataTypeError(NeurodeError, TypeError):
    """A value of a type that does not fit."""


class ArgumentError(NeurodeError, ValueError):
    """An argument outside its range, or arguments that contradict each other."""


class ShapeError(NeurodeError, ValueError):
    """Arrays whose shapes do not fit each other or the layer they enter."""


class FileError(NeurodeError, ValueError):
    """A file or folder that cannot be read or written as asked."""


class ModelFileError(FileError):
    """A model file that is corrupt, edited, too large, or from a newer format."""


class NotFittedError(NeurodeError, ValueError, AttributeError):
    """A model that was asked for an answer before it was trained or built."""


class MissingPackageError(NeurodeError, ImportError):
    """A package that is not installed and that only one feature needs."""


class DivergedError(NeurodeError, ArithmeticError):
    """Training whose loss became infinite or not a number before anything was learned."""


def listed(names: Iterable[object], most: int = 8) -> str:
    """The names as a sentence part, the tail counted instead of printed.

    Example:
        >>> listed(["a", "b", "c"], most=2)
        "'a', 'b', … (1 more)"
    """
    names = list(names)
    shown = ", ".join(map(repr, names[:most]))
    return shown if len(names) <= most else f"{shown}, … ({len(names) - most} more)"


def plural(noun: str) -> str:
    """The plural of a regular English noun: `loss` → `losses`, `entry of a list` → `entries of a list`."""
    noun, of, whole = noun.partition(" of ")
    if of:
        return plural(noun) + of + whole
    if noun.endswith("y"):
        return noun[:-1] + "ies"
    return noun + ("es" if noun.endswith(("s", "x", "ch")) else "s")
