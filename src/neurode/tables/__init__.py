"""Tables: read, understood column by column, encoded for a network, split. Nothing here loads JAX."""

from neurode.tables.columns import KINDS, Column, Dtype, Kind
from neurode.tables.encoding import Encoding
from neurode.tables.guards import Guards
from neurode.tables.levels import CategoryEncoding
from neurode.tables.scaling import SCALINGS, NumberEncoding, Scaling
from neurode.tables.schema import Schema
from neurode.tables.sources import read_table
from neurode.tables.splitting import Split, stratified_split
from neurode.tables.target import EncodedTarget, encode_target

__all__ = [
    "KINDS",
    "SCALINGS",
    "CategoryEncoding",
    "Column",
    "Dtype",
    "EncodedTarget",
    "Encoding",
    "Guards",
    "Kind",
    "NumberEncoding",
    "Scaling",
    "Schema",
    "Split",
    "encode_target",
    "read_table",
    "stratified_split",
]
