"""What was asked of a run, and how to ask for it again."""

import json
import shlex

import pytest
from click.testing import CliRunner

import neurode
from neurode.cli.main import cli
from neurode.datasets import make_loans
from neurode.runs.config import reproduce

LOANS = make_loans(300).with_columns(owner=(make_loans(300)["funded_amnt"] // 1000).cast(int))


def test_the_command_in_the_report_makes_the_same_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    LOANS.write_csv("loans.csv")
    given = [
        "train", "loans.csv", "--target", "problem_loan", "--task", "classification", "--positive", "0",
        "--kind", "purpose=category", "--epochs", "2", "--batch-size", "16", "--learning-rate", "0.01",
        "--dropout", "0.1", "--balance", "oversample", "--balance-ratio", "0.5", "--focal-gamma", "1.5",
        "--calibration", "temperature", "--refer", "rate=0.1", "--base-rate", "0=0.6,1=0.4",
        "--hidden", "4,3", "--cost", "fn=5,fp=1,refer=0.25", "--threshold", "cost", "--group", "owner",
        "--fractions", "0.6,0.2,0.2", "--folds", "2", "--seed", "3", "--output", "first",
    ]  # fmt: skip
    first = CliRunner().invoke(cli, given)
    assert first.exit_code == 0, first.output
    config = json.loads((tmp_path / "first" / "last" / "config.json").read_text())
    command = reproduce(config)
    page = (tmp_path / "first" / "last" / "report.html").read_text()
    assert "--calibration temperature" in page
    again = CliRunner().invoke(cli, shlex.split(command)[1:])
    assert again.exit_code == 0, again.output
    folders = [path for path in (tmp_path / "first").iterdir() if path.name != "last"]
    assert len(folders) == 2
    both = [json.loads((folder / "config.json").read_text()) for folder in folders]
    assert {**both[0], "made": ""} == {**both[1], "made": ""}
    metrics = [
        json.loads((folder / "evaluation.json").read_text())["network"]["metrics"] for folder in folders
    ]
    assert metrics[0] == metrics[1]


BASE = {"table": "loans.csv", "target": "late", "seed": 0}


@pytest.mark.parametrize(
    ("config", "text"),
    [
        ({"target": ["late", "lost"]}, "--target late --target lost"),
        ({"threshold": "capacity=200 of 10000"}, "--threshold 'capacity=200 of 10000'"),
        ({"cost": {"false_negative": 5.0, "true_positive": -1.0}, "threshold": "cost"},
         """--cost '{"false_negative": 5.0, "true_positive": -1.0}'"""),
        ({"positive": -1}, "--positive=-1"),
        ({"settings": {"base_rate": None}}, "--base-rate none"),
        ({"settings": {"hidden_layer_sizes": []}}, "--hidden 0"),
        ({"settings": {"class_weight": "balanced"}}, "--class-weight balanced"),
        ({"time": "a day", "fractions": [0.5, 0.25, 0.25]}, "--time 'a day' --fractions 0.5,0.25,0.25"),
        ({"query": "SELECT 1", "database_table": "t", "trust_pickle": True},
         "--table t --query 'SELECT 1' --seed 0 --trust-pickle"),
        ({"schema": "kinds.json", "split_column": "part"}, "--split-column part --schema kinds.json"),
    ],
    ids=["targets", "rule", "prices", "hyphen", "no correction", "no layer", "weights", "time", "source",
         "schema"],
)  # fmt: skip
def test_every_option_is_told(config, text):
    assert text in reproduce(BASE | config)


@pytest.mark.parametrize(
    "config",
    [
        {"in_memory": True, "table": "DataFrame"},
        {"settings": {"patience": 3}},
        {"settings": {"batch_size": "auto"}},
        {"settings": {"network": "?"}, "objects": ["network"]},
        {"schema": {"columns": []}},
    ],
    ids=["frame", "no such option", "auto", "object", "schema"],
)
def test_what_no_option_says_is_a_call(config):
    call = reproduce(BASE | config)
    compile(call, "report", "eval")
    assert call.startswith("neurode.train(")
    for name in config.get("settings", {}):
        assert f"{name}=" in call


def test_a_run_of_a_frame_with_objects_is_told_as_a_call(quick):
    from neurode.optimizers import Adam

    run = quick(LOANS, "problem_loan", optimizer=Adam(0.01), learning_rate=None)
    assert "optimizer=optimizer" in (run.path / "report.html").read_text()
    assert neurode.load(run.path / "model.neurode").threshold_ == run.model.threshold_
