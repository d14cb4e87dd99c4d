"""Packages that only some callbacks need."""

from importlib import import_module
from types import ModuleType

from neurode.errors import MissingPackageError


def needed(module: str, package: str, feature: str) -> ModuleType:
    """Imports a module of a package that may not be there.

    Args:
        module: The module's name.
        package: The name to install it by.
        feature: What needs it, for the message.

    Raises:
        MissingPackageError: If it is not installed.

    Example:
        >>> try:
        ...     needed("no_such_module", "no-such-package", "this example")
        ... except MissingPackageError as error:
        ...     print(error)
        this example needs the package 'no-such-package', which is not installed
        hint: pip install no-such-package
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        if error.name != module.split(".")[0]:
            raise
        raise MissingPackageError(
            f"{feature} needs the package {package!r}, which is not installed", hint=f"pip install {package}"
        ) from error
