"""Every bad input ends in one screen of words, exit status 1, no traceback, and nothing half-written."""

import os

import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner

from neurode.cli.main import cli
from neurode.datasets import make_loans

GOOD = make_loans(300).with_columns(pl.col("problem_loan").cast(pl.Int64))


def text(content):
    return lambda path: path.write_text(content)


def data(content):
    return lambda path: path.write_bytes(content)


def frame(**columns):
    return lambda path: GOOD.with_columns(**columns).write_csv(path)


TABLES = {
    "missing": (lambda path: None, "no file"),
    "empty": (text(""), "empty"),
    "header only": (text("a,b,problem_loan\n"), "no rows"),
    "not UTF-8": (data(b"name,problem_loan\nJos\xe9,1\nAna,0\n" * 5), "UTF-8"),
    "ragged": (text("a,b,problem_loan\n1,2,0\n1,2,3,0\n" * 4), "line 3"),
    "binary": (data(b"\x00\x01\x02\xff" * 300), "binary"),
    "excel": (data(b"PK\x03\x04" + b"\x00" * 200), "zip"),
    "duplicate columns": (text("a,a,problem_loan\n1,2,0\n3,4,1\n"), "'a'"),
    "no target": (lambda path: GOOD.drop("problem_loan").write_csv(path), "no column named 'problem_loan'"),
    "constant target": (frame(problem_loan=pl.lit(1)), "one class"),
    "target of gaps": (frame(problem_loan=pl.lit(None, pl.Int64)), "no value"),
    "one row of a class": (
        frame(problem_loan=pl.Series([1] + [0] * 299)),
        "with a single row",
    ),
    "constant number as target": (frame(problem_loan=pl.lit(1.5)), "nothing to predict"),
    "text as target": (frame(problem_loan=pl.Series([f"word {n}" for n in range(300)])), "looks like a text"),
    "no feature columns": (
        lambda path: GOOD.select("problem_loan", pl.lit(3).alias("x")).write_csv(path),
        "no column to learn",
    ),
    "infinities": (frame(annual_inc=pl.Series([np.inf] + [1.0, 2.5] * 149 + [3.0])), "infinite"),
}


@pytest.mark.parametrize("case", TABLES)
def test_a_bad_table_is_explained(case, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    make, message = TABLES[case]
    make(tmp_path / "loans.csv")
    result = CliRunner().invoke(cli, ["train", "loans.csv", "--target", "problem_loan", "--epochs", "2"])
    assert result.exit_code == 1, result.output
    assert message in result.stderr
    assert "hint:" in result.stderr or "columns:" in result.stderr
    assert "Traceback" not in result.output
    assert len(result.stderr.splitlines()) < 15
    assert result.stdout == ""
    assert [path for path in tmp_path.iterdir() if path.name != "loans.csv"] == []


def train(tmp_path, *arguments, table=GOOD):
    table.write_csv(tmp_path / "loans.csv")
    command = ["train", str(tmp_path / "loans.csv"), "-t", "problem_loan", "--epochs", "2", "--hidden", "4"]
    return CliRunner().invoke(cli, [*command, "-o", str(tmp_path / "runs"), *arguments])


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["--threshold", "f0"], 1, "hint: recall weighs beta times as much: f2"),
        (["--threshold", "recal=0.8"], 1, "cannot read the threshold rule 'recal=0.8'"),
        (["--threshold", "cost"], 1, "(--cost 5:1)"),
        (["--cost", "5:1", "--threshold", "f1"], 1, "without a rule"),
        (["--cost", "fn=5,x=1"], 1, "cost= has no place for 'x'"),
        (["--cost", "{5"], 2, "fn=5,fp=1"),
        (["--balance", "smot"], 1, "did you mean 'smote'"),
        (["--balance", "smote", "--balance-ratio", "0"], 1, "not in (0, 1]"),
        (["--balance-ratio", "0.5"], 1, "--balance downsample"),
        (["--class-weight", "3"], 2, "paid=1,late=5"),
        (["--class-weight", "7=3"], 1, "classes: 0, 1"),
        (["--calibration", "plat"], 1, "did you mean 'platt'"),
        (["--refer", "some"], 1, "rules: 'rate=0.1'"),
        (["--base-rate", "half"], 2, "a share such as 0.02"),
        (["--base-rate", "2"], 1, "base_rate=2.0"),
        (["--focal-gamma", "-1"], 1, "0 or more"),
        (["--task", "regresion"], 1, "did you mean 'regression'"),
        (["--task", "regression", "--calibration", "platt"], 1, "--task classification"),
        (["--task", "regression", "--positive", "1"], 1, "--task classification"),
        (["-t", "problem_loan"], 1, "named twice"),
        (["-t", "grade", "--task", "classification"], 1, "'grade' holds more than 0 and 1"),
        (["--group", "purpos"], 1, "did you mean 'purpose'"),
        (["--time", "grade"], 1, "write dates as YYYY-MM-DD"),
        (["--split-column", "grade"], 1, "name no part"),
        (["--fractions", "0.5,0.5"], 2, "0.6,0.2,0.2"),
        (["--fractions", "0.8,0.2,0"], 1, "three shares above 0"),
        (["--folds", "1"], 2, "x>=2"),
        (["--folds", "3", "--split-column", "grade"], 1, "leave one of them out"),
        (["--threshold", "recall=2"], 1, "recall=2"),
        (["--cost", "5"], 2, "5:1"),
        (["--positive", "maybe"], 1, "no class named 'maybe'"),
        (["--kind", "zip=category"], 1, "no column named 'zip'"),
        (["--kind", "purpose=colour"], 1, "'colour'"),
        (["--hidden", "64,x"], 2, "64,32"),
        (["--schema", "none.json"], 1, "cannot read the schema"),
        (["--table", "loans"], 1, "database"),
        (["--learning-rate", "-1"], 1, "learning_rate=-1"),
        (["--learning-rate", "1e30"], 1, "the loss became infinite or NaN"),
    ],
)
def test_a_bad_option_is_explained(tmp_path, arguments, status, message):
    result = train(tmp_path, *arguments)
    assert result.exit_code == status, result.output
    assert message in result.stderr
    assert "Traceback" not in result.output
    assert not (tmp_path / "runs").exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_an_unwritable_folder_is_named(tmp_path):
    tmp_path.chmod(0o500)
    result = CliRunner().invoke(cli, ["train", "--output", str(tmp_path / "runs")])
    assert result.exit_code == 1
    assert "cannot make a run folder" in result.stderr


def test_a_file_in_place_of_the_output_folder_is_named(tmp_path):
    (tmp_path / "runs").write_text("not a folder")
    result = train(tmp_path)
    assert result.exit_code == 1
    assert "cannot make a run folder" in result.stderr


def test_a_full_disk_is_named_and_leaves_nothing(tmp_path, monkeypatch):
    import zipfile

    def full(*arguments, **named):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(zipfile.ZipFile, "writestr", full)
    result = train(tmp_path)
    assert result.exit_code == 1
    assert "No space left on device" in result.stderr
    assert not (tmp_path / "runs").exists()


def test_numbers_with_separators_and_percent_signs_are_read_and_said(tmp_path):
    table = GOOD.with_columns(
        annual_inc=pl.Series([f"{1000 * i + 12345:,}" for i in range(300)]),
        percent_bc_gt_75=pl.Series([f"{i / 7:.1f}%" for i in range(300)]),
    )
    result = train(tmp_path, table=table)
    assert result.exit_code == 0, result.output
    assert "annual_inc" in result.stderr
    assert "percent_bc_gt_75" in result.stderr


def test_a_category_of_ten_thousand_levels_is_learned_from(tmp_path):
    rng = np.random.default_rng(0)
    table = make_loans(30_000).select("problem_loan", "term", "annual_inc")
    table = table.with_columns(employer=pl.Series(rng.integers(0, 10_000, 30_000)).cast(pl.String) + " Ltd")
    result = train(tmp_path, table=table)
    assert result.exit_code == 0, result.output


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    folder = tmp_path_factory.mktemp("model")
    assert train(folder).exit_code == 0
    return folder / "runs" / "last" / "model.neurode"


def predict(model, tmp_path, table, *arguments):
    table.write_csv(tmp_path / "new.csv")
    return CliRunner().invoke(cli, ["predict", str(model), str(tmp_path / "new.csv"), *arguments])


def test_a_prediction_table_without_a_column_is_refused(model, tmp_path):
    result = predict(
        model, tmp_path, GOOD.drop("annual_inc").rename({"term": "terms"}), "-o", str(tmp_path / "out.csv")
    )
    assert result.exit_code == 1
    assert "'annual_inc'" in result.stderr
    assert "'terms' looks like 'term'" in result.stderr
    assert not (tmp_path / "out.csv").exists()


def test_other_types_are_refused_with_the_value_met(model, tmp_path):
    result = predict(model, tmp_path, GOOD.with_columns(annual_inc=pl.lit("lots")))
    assert result.exit_code == 1
    assert "'lots'" in result.stderr
    assert "annual_inc" in result.stderr


def test_extra_columns_and_unseen_levels_are_noted(model, tmp_path):
    result = predict(model, tmp_path, GOOD.with_columns(purpose=pl.lit("a rocket"), extra=pl.lit(1)).head(5))
    assert result.exit_code == 0
    assert "'purpose': 5 of 5 rows have a level that training never saw" in result.stderr
    assert "'extra'" in result.stderr
    assert len(result.stdout.splitlines()) == 6


def test_a_model_that_is_no_model_is_refused(model, tmp_path):
    (tmp_path / "fake.neurode").write_bytes(model.read_bytes()[:-200])
    result = predict(tmp_path / "fake.neurode", tmp_path, GOOD)
    assert result.exit_code == 1
    assert "refused" in result.stderr


def test_an_unknown_ending_of_the_output_is_refused_before_work(model, tmp_path):
    result = predict(model, tmp_path, GOOD, "-o", str(tmp_path / "scores.xlsx"))
    assert result.exit_code == 1
    assert "endings" in result.stderr
