"""Identifiers: Keras names one thing by a string, a class, a configuration, an object or a function."""

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from neurode.errors import ArgumentError, DataTypeError, UnknownNameError


class Configured:
    """Something that a configuration describes: what `get_config` gives, `from_config` takes."""

    def get_config(self) -> dict[str, Any]:
        """The arguments that build it again. A class of your own that takes arguments overrides this."""
        if not is_dataclass(self):
            return {}
        return {field.name: getattr(self, field.name) for field in fields(self) if field.init}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """Builds it from its arguments."""
        return cls(**config)


@dataclass(frozen=True)
class Vocabulary:
    """All that one kind of thing can be called.

    Args:
        kind: The noun for messages: `"initializer"`.
        known: What each name builds.
        base: The class of the objects.
        wrap: Turns a function of the user's own into such an object.
    """

    kind: str
    known: Mapping[str, Callable[..., Any]]
    base: type
    wrap: Callable[[Callable[..., Any]], Any]

    def get(self, identifier: Any) -> Any:
        """The object that `identifier` means.

        Raises:
            UnknownNameError: If there is no such name.
            DataTypeError: If it is none of the kinds of identifier.
        """
        if isinstance(identifier, Mapping):
            return self.deserialize(identifier)
        if isinstance(identifier, str):
            return self._named(identifier, self.known)()
        if inspect.isclass(identifier):
            identifier = identifier()
        if isinstance(identifier, self.base):
            return identifier
        if callable(identifier):
            return self.wrap(identifier)
        raise DataTypeError(
            f"{identifier!r} is no {self.kind}",
            hint="give a name, a class, a configuration, an object or a function",
        )

    def deserialize(self, config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
        """The object of a configuration, or of a name; `custom_objects` adds names of the user's own."""
        known = {**self.known, **(custom_objects or {})}
        if not isinstance(config, Mapping):
            return self._named(config, known)() if isinstance(config, str) else self.get(config)
        # Files of the first release say "class".
        made = self._named(config.get("class_name", config.get("class")), known)
        arguments = dict(config.get("config") or {})
        if inspect.isclass(made):
            return made.from_config(arguments) if hasattr(made, "from_config") else made(**arguments)
        # A name of the user's own may stand for a function, which has nothing to configure.
        return self.wrap(made) if custom_objects and made in custom_objects.values() else made(**arguments)

    def serialize(self, identifier: Any) -> dict[str, Any]:
        """The configuration of an object: `{"class_name": …, "config": …}`."""
        made = self.get(identifier)
        return {"class_name": type(made).__name__, "config": made.get_config()}

    def serialized(self, identifier: Any) -> str | dict[str, Any]:
        """The same for a file: a name stays a name, and what no file can carry is refused.

        Raises:
            ArgumentError: If it is a function or class of the user's own.
        """
        if isinstance(identifier, str):
            return identifier
        made = self.get(identifier)
        if type(made) not in self.known.values():
            raise ArgumentError(
                f"the {self.kind} {identifier!r} is of your own, which a file cannot carry",
                hint="save the weights with model.get_weights() and build the network from code",
            )
        return self.serialize(made)

    def _named(self, name: Any, known: Mapping[str, Any]) -> Any:
        if name not in known:
            raise UnknownNameError(self.kind, name, known)
        return known[name]


def snake_case(name: str) -> str:
    """A class name as Keras writes it in the name of a layer or a metric.

    Example:
        >>> snake_case("BatchNormalization")
        'batch_normalization'
    """
    name = re.sub(r"(.)([A-Z][a-z0-9]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()
