"""Datasets: the table that ships with neurode, and loans made by code."""

from neurode.datasets.credit_default import load_credit_default
from neurode.datasets.loans import make_loans
from neurode.datasets.registry import DATASETS, Dataset, get, load

__all__ = ["DATASETS", "Dataset", "get", "load", "load_credit_default", "make_loans"]
