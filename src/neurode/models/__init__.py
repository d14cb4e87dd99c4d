"""Models: networks with weights and Keras's stateful face."""

from neurode.models.model import Model as Model
from neurode.models.sequential import Sequential as Sequential
