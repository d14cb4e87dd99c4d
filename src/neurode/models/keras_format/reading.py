"""A model of Keras, from its file or from memory, as a model of neurode with the same predictions."""

import os
from collections.abc import Mapping
from graphlib import CycleError
from typing import Any

from neurode.errors import DataTypeError, MissingPackageError, ModelFileError, NeurodeError
from neurode.models.keras_format.compiling import compile_as_in_keras
from neurode.models.keras_format.file import KerasModel, read_keras_file, read_keras_model
from neurode.models.keras_format.layers import problems_of
from neurode.models.keras_format.network import Given, model_of_entry
from neurode.models.model import Model


def from_keras(source: Any, custom_objects: Mapping[str, Any] | None = None, compile: bool = True) -> Model:
    """The model of neurode with the layers, weights and predictions of a model of Keras.

    Only descriptions and numbers are read; code in a file is never run. What differs: a model with a dict of
    outputs predicts a list in that order, and the optimiser starts afresh.

    Args:
        source: A `.keras` file, an old `.h5` file of a whole model, or a model of Keras in memory. Files need
            h5py: `pip install "neurode[keras]"`.
        custom_objects: Functions and classes of your own that the model uses, by name, written with neurode's
            layers and ops. The function of a Lambda layer goes by its own name or by the layer's.
        compile: Whether to compile it as it was in Keras. What neurode has not is named in a warning, and the
            model is then not compiled.

    Raises:
        ModelFileError: If the file is damaged, or the model has layers that neurode has not, all of which are
            named.
        DataTypeError: If the source is neither a file nor a model of Keras.

    Example:
        >>> from_keras("no_such_file.keras")
        Traceback (most recent call last):
        ...
        neurode.errors.FileError: 'no_such_file.keras' cannot be read: No such file or directory
    """
    if isinstance(source, Model):
        raise DataTypeError("the model is neurode's already", hint="use it as it is, or clone_model(model)")
    of_file = isinstance(source, str | os.PathLike)
    found = read_keras_file(source) if of_file else read_keras_model(source)
    custom = dict(custom_objects or {})
    where = repr(str(source)) if of_file else f"the model {found.entry['config'].get('name')!r}"
    model = _checked(found, custom, where)
    settings = found.entry.get("compile_config")
    if compile and settings:
        compile_as_in_keras(model, settings, found.entry["config"].get("output_layers"), custom)
    return model


def _checked(found: KerasModel, custom: Mapping[str, Any], where: str) -> Model:
    try:
        if problems := list(problems_of(found.entry, custom)):
            raise ModelFileError(
                f"{where} has {len(problems)} layer{'s' * (len(problems) > 1)} that neurode cannot have",
                available="\n".join(problems),
                hint="replace them in Keras, or hand in layers of your own: custom_objects={'Name': Layer}",
            )
        return model_of_entry(found.entry, found.weights(), Given(custom, {}))
    except (ModelFileError, MissingPackageError):
        raise
    except NeurodeError as error:
        raise ModelFileError(
            f"{where} cannot be built: {error.problem}", available=error.available, hint=error.hint
        ) from error
    except CycleError as error:
        raise ModelFileError(f"{where} is no network: its layers feed each other in a circle") from error
    except (LookupError, TypeError, ValueError, AttributeError, OverflowError, RecursionError) as error:
        raise ModelFileError(f"{where} does not describe a model of Keras: {error!r}") from error
