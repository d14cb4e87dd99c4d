"""Records: frozen dataclasses, a few of whose settings a person may change later.

A frozen record can be the key of a compiled program. Keras's users expect to write `layer.trainable = False`
and `optimizer.learning_rate = 0.01` all the same; the engine therefore keys on copies that nobody else holds.
"""

from dataclasses import FrozenInstanceError, dataclass, field
from typing import Any, TypeVar, dataclass_transform

Record = TypeVar("Record")


@dataclass_transform(field_specifiers=(field,))
def record(kind: type[Record]) -> type[Record]:
    """A frozen dataclass whose attributes listed in the class's `settable` may be set.

    Example:
        >>> @record
        ... class Step:
        ...     size: float = 1.0
        ...     settable = ("size",)
        >>> step = Step()
        >>> step.size = 2.0
        >>> step
        Step(size=2.0)
    """
    made = dataclass(frozen=True)(kind)
    setattr(made, "__setattr__", _set)  # noqa: B010  A type checker takes the plain form for a mistake.
    return made


def _set(self: Any, name: str, value: Any) -> None:
    if name not in getattr(self, "settable", ()) and not name.startswith("_"):
        raise FrozenInstanceError(
            f"{type(self).__name__}.{name} cannot be changed\nhint: make a new one with {name}={value!r}"
        )
    object.__setattr__(self, name, value)
