"""Layers.

Frozen specs that make weights and apply them. `LAYERS` is the closed list that a model file may name.
"""

from neurode.layers.activation import Activation as Activation
from neurode.layers.activation_layers import ELU as ELU
from neurode.layers.activation_layers import LeakyReLU as LeakyReLU
from neurode.layers.activation_layers import PReLU as PReLU
from neurode.layers.activation_layers import ReLU as ReLU
from neurode.layers.activation_layers import Softmax as Softmax
from neurode.layers.category_encoding import CategoryEncoding as CategoryEncoding
from neurode.layers.dense import Dense as Dense
from neurode.layers.discretization import Discretization as Discretization
from neurode.layers.dot import Dot as Dot
from neurode.layers.dot import dot as dot
from neurode.layers.dropout import AlphaDropout as AlphaDropout
from neurode.layers.dropout import Dropout as Dropout
from neurode.layers.embedding import Embedding as Embedding
from neurode.layers.encoding import TableEncoding as TableEncoding
from neurode.layers.graph import Graph as Graph
from neurode.layers.hashing import Hashing as Hashing
from neurode.layers.identity import ActivityRegularization as ActivityRegularization
from neurode.layers.identity import Identity as Identity
from neurode.layers.input import Input as Input
from neurode.layers.input import InputLayer as InputLayer
from neurode.layers.lambda_layer import Lambda as Lambda
from neurode.layers.layer import Layer as Layer
from neurode.layers.lookup import IntegerLookup as IntegerLookup
from neurode.layers.lookup import StringLookup as StringLookup
from neurode.layers.merging import Add as Add
from neurode.layers.merging import Average as Average
from neurode.layers.merging import Concatenate as Concatenate
from neurode.layers.merging import Maximum as Maximum
from neurode.layers.merging import Minimum as Minimum
from neurode.layers.merging import Multiply as Multiply
from neurode.layers.merging import Subtract as Subtract
from neurode.layers.merging import add as add
from neurode.layers.merging import average as average
from neurode.layers.merging import concatenate as concatenate
from neurode.layers.merging import maximum as maximum
from neurode.layers.merging import minimum as minimum
from neurode.layers.merging import multiply as multiply
from neurode.layers.merging import subtract as subtract
from neurode.layers.noise import GaussianDropout as GaussianDropout
from neurode.layers.noise import GaussianNoise as GaussianNoise
from neurode.layers.normalization import BatchNormalization as BatchNormalization
from neurode.layers.operation import Operation as Operation
from neurode.layers.place import Placed as Placed
from neurode.layers.place import Weight as Weight
from neurode.layers.pooling import GlobalAveragePooling1D as GlobalAveragePooling1D
from neurode.layers.pooling import GlobalMaxPooling1D as GlobalMaxPooling1D
from neurode.layers.reshaping import Flatten as Flatten
from neurode.layers.reshaping import Permute as Permute
from neurode.layers.reshaping import RepeatVector as RepeatVector
from neurode.layers.reshaping import Reshape as Reshape
from neurode.layers.row_normalization import GroupNormalization as GroupNormalization
from neurode.layers.row_normalization import LayerNormalization as LayerNormalization
from neurode.layers.row_normalization import RMSNormalization as RMSNormalization
from neurode.layers.row_normalization import UnitNormalization as UnitNormalization
from neurode.layers.scaling import Normalization as Normalization
from neurode.layers.scaling import Rescaling as Rescaling
from neurode.layers.tensor import Tensor as Tensor

# Keras's shorter names.
GlobalAvgPool1D, GlobalMaxPool1D = GlobalAveragePooling1D, GlobalMaxPooling1D

LAYERS: dict[str, type[Layer]] = {
    kind.__name__: kind
    for kind in (
        Activation,
        ActivityRegularization,
        Add,
        AlphaDropout,
        Average,
        BatchNormalization,
        CategoryEncoding,
        Concatenate,
        Dense,
        Discretization,
        Dot,
        Dropout,
        ELU,
        Embedding,
        Flatten,
        GaussianDropout,
        GaussianNoise,
        GlobalAveragePooling1D,
        GlobalMaxPooling1D,
        GroupNormalization,
        Hashing,
        Identity,
        InputLayer,
        IntegerLookup,
        Lambda,
        LayerNormalization,
        LeakyReLU,
        Maximum,
        Minimum,
        Multiply,
        Normalization,
        Operation,
        PReLU,
        Permute,
        RMSNormalization,
        ReLU,
        RepeatVector,
        Rescaling,
        Reshape,
        Softmax,
        StringLookup,
        Subtract,
        TableEncoding,
        UnitNormalization,
    )
}
