import numpy as np
import polars as pl
import pytest

from neurode import datasets
from neurode.errors import UnknownNameError


@pytest.mark.parametrize("name", datasets.DATASETS)
def test_every_dataset_has_its_target(name):
    frame = datasets.load(name)
    assert set(frame[datasets.get(name).target]) == {0, 1}
    assert sum(frame.null_count().row(0)) == 0


def test_an_unknown_dataset_is_refused():
    with pytest.raises(
        UnknownNameError, match=r"no dataset named 'loan'.*\n.*\n.*\nhint: did you mean 'loans'"
    ):
        datasets.load("loan")


def test_the_embedded_table_is_the_published_one():
    frame = datasets.load_credit_default()
    assert frame.shape == (30_000, 24)
    assert frame["default_payment_next_month"].sum() == 6_636
    assert frame["limit_bal"].cast(pl.Int64).sum() == 5_024_529_680


def test_the_licence_stands_beside_the_table():
    from importlib import resources

    text = (resources.files("neurode.datasets") / "README.md").read_text()
    assert "10.24432/C55S3H" in text
    assert "CC BY 4.0" in text


def test_equal_seeds_give_equal_loans():
    assert datasets.make_loans(100, seed=1).equals(datasets.make_loans(100, seed=1))
    assert not datasets.make_loans(100, seed=1).equals(datasets.make_loans(100, seed=2))


def test_one_loan_is_a_table_too():
    assert datasets.make_loans(1).shape == (1, 16)


def test_loans_are_like_loans():
    loans = datasets.make_loans(50_000)
    assert 0.18 < loans["problem_loan"].mean() < 0.22
    assert loans["emp_length_num"].is_between(0, 10).all()
    assert set(loans["term"]) == {36, 60}
    assert (loans["sub_grade"].str.head(1) == loans["grade"]).all()
    assert (loans["annual_inc"] > 0).all()
    # Incomes are skewed: the mean lies above the median.
    assert loans["annual_inc"].mean() > loans["annual_inc"].median()


def test_the_grade_tells_of_trouble():
    loans = datasets.make_loans(50_000)
    rates = loans.group_by("grade").agg(pl.col("problem_loan").mean()).sort("grade")["problem_loan"]
    assert (np.diff(rates) > 0).all()


def test_one_hot_loans_have_77_features():
    loans = datasets.make_loans(50_000).drop("problem_loan")
    words = [c for c, dtype in loans.schema.items() if dtype == pl.String or c in {"term", "unemployed"}]
    assert sum(loans[c].n_unique() for c in words) + loans.width - len(words) == 77
