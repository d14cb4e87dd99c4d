"""What Keras saved, read: JSON and numbers, nothing executed."""

from neurode.models.keras_format.file import is_keras_file as is_keras_file
from neurode.models.keras_format.reading import from_keras as from_keras
