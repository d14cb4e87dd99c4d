"""The model that a command is about: a file, or the run folder that it lies in."""

from pathlib import Path
from typing import Any

from neurode.errors import FileError, ModelFileError

MODEL = "model.neurode"
"""The model of a run folder."""


def saved_model(path: Path) -> Any:
    """The model of a file or of a run folder: an estimator, or a bare network.

    Raises:
        FileError: If there is no such file, or the folder holds no model.
        ModelFileError: If it is damaged.
    """
    from neurode.estimators import load

    if path.is_dir():
        if not (path / MODEL).exists():
            raise FileError(
                f"{str(path)!r} is a folder without a {MODEL}",
                hint="name a run folder, such as runs/last, or a model file",
            )
        path /= MODEL
    return load(path)


def saved_estimator(path: Path, instead: str) -> Any:
    """The estimator of a file or of a run folder, which takes tables.

    Args:
        path: Of either.
        instead: What takes arrays, in Python.

    Raises:
        FileError: If there is no such file, or the folder holds no model.
        ModelFileError: If it is damaged, or holds a bare network.
    """
    model = saved_model(path)
    if not hasattr(model, "encoding_"):
        raise ModelFileError(
            f"{str(path)!r} holds a bare network, which takes arrays, not tables",
            hint=f"in Python: {instead}",
        )
    return model
