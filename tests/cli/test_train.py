"""Every option of `neurode train`: what it is read as, and what it prints."""

import inspect
import json

import click
import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner

import neurode.runs
from neurode.cli import train as module
from neurode.cli.main import cli
from neurode.cli.options import base_rate, class_weights, prices, shares
from neurode.datasets import make_loans
from neurode.estimators import NeuralClassifier
from neurode.evaluation import CALIBRATIONS
from neurode.evaluation.rules import AT_LEAST, GREATEST
from neurode.runs.config import COLUMNS, SETTINGS
from neurode.tables import BALANCES

CONTEXT, OPTION = click.Context(module.command), click.Option(["--given"])


@pytest.fixture
def asked(monkeypatch):
    """What the command asks of the library; no network is trained."""
    calls = []

    def record(table, target, **named):
        calls.append({"table": table, "target": target, **named})
        raise neurode.errors.ArgumentError("enough")

    monkeypatch.setattr(neurode.runs, "train", record)

    def ask(*arguments):
        result = CliRunner().invoke(cli, ["train", *arguments])
        assert "enough" in result.stderr, result.output
        return calls[-1]

    return ask


def test_nothing_is_asked_that_was_not_given(asked):
    call = asked("loans.csv", "-t", "late")
    assert call["target"] == ["late"]
    known = inspect.signature(neurode.runs.run.Run).parameters
    assert not set(call) & set(known) - {"schema"}
    settings = set(inspect.signature(NeuralClassifier).parameters) - {
        "threshold",
        "cost",
        "positive",
        "kinds",
    }
    assert not set(call) & settings


def test_options_reach_the_library(asked):
    call = asked(
        "loans.csv", "-t", "late", "-t", "lost", "--balance", "smote", "--balance-ratio", "0.5",
        "--base-rate", "none", "--focal-gamma", "2", "--calibration", "platt", "--refer", "cost",
        "--cost", "tp=0,fp=1,tn=0,fn=5,refer=0.5", "--group", "customer", "--time", "month", "--folds", "3",
        "--split-column", "part", "--fractions", "0.5,0.25,0.25", "--task", "regression", "--hidden", "0",
    )  # fmt: skip
    assert call["target"] == ["late", "lost"]
    assert call["base_rate"] is None
    assert call["hidden_layer_sizes"] == ()
    assert call["cost"] == {
        "true_positive": 0, "false_positive": 1, "true_negative": 0, "false_negative": 5, "refer": 0.5,
    }  # fmt: skip
    assert call["fractions"] == (0.5, 0.25, 0.25)
    expected = {"balance": "smote", "balance_ratio": 0.5, "focal_gamma": 2.0, "calibration": "platt",
                "refer": "cost", "group": "customer", "time": "month", "split_column": "part", "folds": 3,
                "task": "regression"}  # fmt: skip
    assert {name: call[name] for name in expected} == expected


def test_every_setting_that_a_report_tells_is_an_option():
    options = {name for parameter in module.command.params for name in parameter.opts}
    assert {f"--{option}" for option in [*SETTINGS.values(), *COLUMNS.values()]} <= options


def test_the_help_names_the_rules_and_ways():
    text = " ".join(CliRunner().invoke(cli, ["train", "--help"], terminal_width=300).stdout.split())
    for name in (*BALANCES, *CALIBRATIONS, *(f"{name}=" for name in AT_LEAST), "capacity=200 of 10000", "f2"):
        assert name in text
    assert set(GREATEST) - {"balanced_accuracy"} <= set(text.replace(",", " ").split())


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5:1", {"false_negative": 5.0, "false_positive": 1.0}),
        ("fn=5, fp=1", {"false_negative": 5.0, "false_positive": 1.0}),
        ("true_positive=-2", {"true_positive": -2.0}),
        ('{"false_negative": 5, "refer": 0.5}', {"false_negative": 5.0, "refer": 0.5}),
        (None, None),
    ],
)
def test_prices_are_read(text, value):
    assert prices(CONTEXT, OPTION, text) == value


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (prices, "5"), (prices, "5:"), (prices, "fn=x"), (prices, '{"fn": "5"}'), (prices, "fn=1,fn=2"),
        (class_weights, "paid"), (class_weights, "=3"), (base_rate, "paid=x"), (base_rate, ""),
        (shares, "0.5"), (shares, "a,b,c"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_a_usage_error(read, text):
    with pytest.raises(click.BadParameter):
        read(CONTEXT, OPTION, text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("training", "training"), ("none", "none"), ("0.02", 0.02), ("0", 0.0),
        ("paid=0.9,late=0.1", {"paid": 0.9, "late": 0.1}),
        ("a = b=0.5,c=0.5", {"a = b": 0.5, "c": 0.5}),
    ],
)  # fmt: skip
def test_class_rates_are_read(text, value):
    assert base_rate(CONTEXT, OPTION, text) == value


def run(*arguments):
    return CliRunner().invoke(cli, list(map(str, arguments)))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("train")
    loans = make_loans(400)
    loans.with_columns(
        large=(pl.col("funded_amnt") > 12_000).cast(pl.Int64), income=pl.col("annual_inc") / 12
    ).drop("annual_inc").write_csv(folder / "loans.csv")
    return folder


def trained(folder, output, *arguments):
    result = run("train", folder / "loans.csv", "--epochs", 2, "--hidden", 4, "-o", output, *arguments)
    assert result.exit_code == 0, result.output
    return result


def test_a_decision_is_printed_with_its_band_and_goes_on_at_scoring(folder, tmp_path):
    result = trained(
        folder, tmp_path, "-t", "problem_loan", "--balance", "downsample", "--calibration", "isotonic",
        "--cost", "5:1", "--refer", "rate=0.2",
    )  # fmt: skip
    flat = " ".join(result.stdout.split())
    for words in ("which is corrected", "by isotonic regression on 60 validation rows", "95 % interval",
                  "a person decides, by the rule rate=0.2", "Of the test rows"):  # fmt: skip
        assert words in flat
    model = tmp_path / "last" / "model.neurode"
    plain = run("predict", model, folder / "loans.csv", "-o", tmp_path / "plain.parquet")
    assert plain.exit_code == 0, plain.output
    moved = run("predict", model, folder / "loans.csv", "--base-rate", 0.02, "-o", tmp_path / "moved.parquet")
    assert "moved to 2.0 % positive rows" in moved.stderr
    before, after = (pl.read_parquet(tmp_path / f"{name}.parquet") for name in ("plain", "moved"))
    assert "refer" in before["prediction"].to_list()
    base = neurode.load(model).decision_.base_rates
    odds = before["probability_1"] / (1 - before["probability_1"]) * (0.02 / 0.98) / (base[1] / base[0])
    np.testing.assert_allclose(after["probability_1"], odds / (1 + odds), rtol=1e-9)
    for rate, problem in (("2", "base_rate=2.0"), ("0=0.5", "classes: 0, 1")):
        refused = run("predict", model, folder / "loans.csv", "--base-rate", rate)
        assert refused.exit_code == 1
        assert problem in refused.stderr


def test_numbers_are_trained_checked_and_scored(folder, tmp_path):
    result = trained(folder, tmp_path, "-t", "income", "--folds", 2)
    assert "ridge regression" in result.stdout
    assert "2 folds" in result.stdout
    model = tmp_path / "last" / "model.neurode"
    run("predict", model, folder / "loans.csv", "-o", tmp_path / "out.csv")
    assert pl.read_csv(tmp_path / "out.csv").columns == ["prediction"]
    checked = json.loads(run("predict", model, folder / "loans.csv", "--check", "--json").stdout)
    assert [score["name"] for score in checked["scores"]] == ["prediction"]
    refused = run("predict", model, folder / "loans.csv", "--base-rate", 0.1)
    assert "--base-rate with a model that has no classes" in refused.stderr


def test_labels_are_trained_and_scored(folder, tmp_path):
    result = trained(folder, tmp_path, "-t", "problem_loan", "-t", "large")
    assert "report-1-problem_loan.html" in result.stdout
    run("predict", tmp_path / "last" / "model.neurode", folder / "loans.csv", "-o", tmp_path / "out.csv")
    assert pl.read_csv(tmp_path / "out.csv").columns == [
        "probability_problem_loan", "probability_large", "prediction_problem_loan", "prediction_large",
    ]  # fmt: skip


def test_json_tells_decision_and_folds(folder, tmp_path):
    result = trained(folder, tmp_path, "-t", "problem_loan", "--folds", 2, "--json")
    document = json.loads(result.stdout)
    assert document["cross_validation"]["n_folds"] == 2
    assert document["decision"]["correction"] is True
