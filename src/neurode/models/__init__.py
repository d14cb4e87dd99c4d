"""Networks with their weights: Keras's face on the engine."""

from neurode.models.architecture import clone_model as clone_model
from neurode.models.architecture import model_from_json as model_from_json
from neurode.models.keras_format import from_keras as from_keras
from neurode.models.model import Model as Model
from neurode.models.saving import load_model as load_model
from neurode.models.saving import save_model as save_model
from neurode.models.sequential import Sequential as Sequential
from neurode.models.table import table_network as table_network
