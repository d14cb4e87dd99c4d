"""Pickled frames: read only where the user says that the file is to be trusted."""

from typing import Any

from neurode.errors import FileError
from neurode.tables.content import Content


def read_pickle(content: Content, *, trusted: bool) -> Any:
    """The object in a pickle: a pandas or polars frame, a dict of columns, an array.

    Args:
        content: The pickle.
        trusted: Whether the user vouches for it. A pickle is a program that builds an object; whoever wrote
            it decides what it does on the machine that reads it.

    Raises:
        FileError: It is not trusted, is damaged, or needs a package that is not installed.
    """
    if not trusted:
        raise FileError(
            f"{content.name!r} is a pickle, and reading a pickle can run any code that its writer put in",
            hint="export it as Parquet; if the file is your own, say trust_pickle=True or --trust-pickle",
        )
    import pickle

    try:
        with content.open() as stream:
            return pickle.load(stream)
    except ModuleNotFoundError as error:
        raise FileError(
            f"{content.name!r} was written with the package {error.name!r}, which is not installed",
            hint="install it, or export the table as Parquet where it was written",
        ) from None
    # What a pickle runs may fail in any way.
    except Exception as error:
        raise FileError(
            f"{content.name!r} cannot be unpickled: {type(error).__name__}: {error}",
            hint="it may be cut off, or written with other versions; export the table as Parquet instead",
        ) from None
