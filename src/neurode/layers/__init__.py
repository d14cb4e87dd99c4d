"""Layers.

Frozen specs that make weights and apply them. `LAYERS` is the closed list that a model file may name.
"""

from neurode.layers.activation import Activation as Activation
from neurode.layers.chain import Chain as Chain
from neurode.layers.dense import Dense as Dense
from neurode.layers.dropout import Dropout as Dropout
from neurode.layers.encoding import TableEncoding as TableEncoding
from neurode.layers.input import Input as Input
from neurode.layers.layer import Layer as Layer
from neurode.layers.normalization import BatchNormalization as BatchNormalization

LAYERS: dict[str, type[Layer]] = {
    kind.__name__: kind for kind in (Activation, BatchNormalization, Dense, Dropout, TableEncoding)
}
