"""Names of the tables that neurode brings along, each with the column to be predicted."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import polars as pl

from neurode.datasets.credit_default import load_credit_default
from neurode.datasets.loans import make_loans
from neurode.errors import UnknownNameError


@dataclass(frozen=True)
class Dataset:
    """A table by name.

    Args:
        target: The column to be predicted.
        load: Makes or reads the table.
        description: One line for a list.
        synthetic: Whether code made its rows, instead of the world.
    """

    target: str
    load: Callable[[], pl.DataFrame]
    description: str
    synthetic: bool = False


DATASETS = {
    "credit_default": Dataset(
        target="default_payment_next_month",
        load=load_credit_default,
        description="30,000 credit card holders in Taiwan (Yeh 2009, CC BY 4.0)",
    ),
    "loans": Dataset(
        target="problem_loan",
        load=partial(make_loans, 50_000),
        description="50,000 synthetic loan applications, made by code",
        synthetic=True,
    ),
}


def get(name: str) -> Dataset:
    """The dataset of that name.

    Example:
        >>> get("credit_default").target
        'default_payment_next_month'
    """
    if name not in DATASETS:
        raise UnknownNameError("dataset", name, DATASETS)
    return DATASETS[name]


def load(name: str) -> pl.DataFrame:
    """The table of that name.

    Example:
        >>> load("credit_default").shape
        (30000, 24)
    """
    return get(name).load()
