"""Models: networks with weights and Keras's stateful face."""

from neurode.models.model import Model as Model
from neurode.models.saving import load_model as load_model
from neurode.models.sequential import Sequential as Sequential
from neurode.models.table import table_network as table_network
