"""Splitting: rows to learn from, rows to choose by, and rows to be judged by."""

from neurode.tables.splitting.checks import check_split
from neurode.tables.splitting.chronological import time_split
from neurode.tables.splitting.folding import folds
from neurode.tables.splitting.grouped import grouped_split
from neurode.tables.splitting.marked import column_split
from neurode.tables.splitting.parts import Fractions, Split
from neurode.tables.splitting.stratified import quantile_bins, random_split, stratified_split
from neurode.tables.splitting.table import split_rows

__all__ = [
    "Fractions",
    "Split",
    "check_split",
    "column_split",
    "folds",
    "grouped_split",
    "quantile_bins",
    "random_split",
    "split_rows",
    "stratified_split",
    "time_split",
]
