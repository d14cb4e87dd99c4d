"""Tables: read, understood column by column, encoded for a network, split. Nothing here loads JAX."""

from neurode.tables.balancing import BALANCES, Balanced, balance
from neurode.tables.checking import check_table
from neurode.tables.columns import KINDS, Column, Dtype, Kind
from neurode.tables.correlations import Correlations, rank_correlations
from neurode.tables.description import Description, describe_table
from neurode.tables.encoding import Encoding
from neurode.tables.findings import Check, ColumnCheck
from neurode.tables.histograms import Histogram, TopLevels, column_histograms
from neurode.tables.inspection import TableWarning, inspect_table
from neurode.tables.levels import CategoryEncoding
from neurode.tables.profile import Profile
from neurode.tables.scaling import SCALINGS, NumberEncoding, Scaling
from neurode.tables.schema import Schema
from neurode.tables.sources import read_table
from neurode.tables.splitting import (
    Split,
    check_split,
    column_split,
    folds,
    grouped_split,
    quantile_bins,
    random_split,
    split_rows,
    stratified_split,
    time_split,
)
from neurode.tables.target import EncodedTarget, class_values, encode_target, numeric_target
from neurode.tables.urls import source_name, source_stem

__all__ = [
    "BALANCES",
    "KINDS",
    "SCALINGS",
    "Balanced",
    "CategoryEncoding",
    "Check",
    "Column",
    "ColumnCheck",
    "Correlations",
    "Description",
    "Dtype",
    "EncodedTarget",
    "Encoding",
    "Histogram",
    "Kind",
    "NumberEncoding",
    "Profile",
    "Scaling",
    "Schema",
    "Split",
    "TableWarning",
    "TopLevels",
    "balance",
    "check_split",
    "check_table",
    "class_values",
    "column_histograms",
    "column_split",
    "describe_table",
    "encode_target",
    "folds",
    "grouped_split",
    "inspect_table",
    "numeric_target",
    "quantile_bins",
    "random_split",
    "rank_correlations",
    "read_table",
    "source_name",
    "source_stem",
    "split_rows",
    "stratified_split",
    "time_split",
]
