"""Every kind of source goes into every command."""

import gzip
import json
import pickle
import sqlite3
import zipfile
from contextlib import closing

import polars as pl
import pytest
from click.testing import CliRunner

from neurode.cli.main import cli
from neurode.datasets import make_loans

LOANS = make_loans(300).select("problem_loan", "term", "annual_inc", "purpose")


def run(*arguments):
    return CliRunner().invoke(cli, list(map(str, arguments)))


def write_zip(path, members):
    with zipfile.ZipFile(path, "w") as archive:
        for name, frame in members.items():
            archive.writestr(name, frame.write_csv())


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The same table in every form."""
    folder = tmp_path_factory.mktemp("sources")
    (folder / "loans.csv.gz").write_bytes(gzip.compress(LOANS.write_csv().encode()))
    (folder / "loans.pkl").write_bytes(pickle.dumps(LOANS))
    write_zip(folder / "bank.zip", {"loans.csv": LOANS, "other.csv": LOANS.head(3)})
    for part in ("parts/kind=a", "files"):
        (folder / part).mkdir(parents=True)
    LOANS[:100].write_csv(folder / "files" / "1.csv")
    LOANS[100:].write_csv(folder / "files" / "2.csv")
    LOANS[:100].write_parquet(folder / "parts" / "kind=a" / "1.parquet")
    LOANS[100:].write_parquet(folder / "parts" / "kind=a" / "2.parquet")
    with closing(sqlite3.connect(folder / "bank.db")) as connection, connection:
        connection.execute("CREATE TABLE loans (problem_loan, term, annual_inc, purpose)")
        connection.executemany("INSERT INTO loans VALUES (?, ?, ?, ?)", LOANS.rows())
    return folder


SOURCES = {
    "gzip": ["loans.csv.gz"],
    "zip": ["bank.zip", "--table", "loans.csv"],
    "folder": ["parts"],
    "pattern": ["files/*.csv"],
    "sqlite address": ["sqlite:///bank.db"],
    "sqlite query": ["sqlite:///bank.db", "--query", "SELECT * FROM loans"],
    "pickle": ["loans.pkl", "--trust-pickle"],
}


@pytest.fixture(scope="module")
def model(folder, tmp_path_factory):
    runs = tmp_path_factory.mktemp("runs")
    trained = run(
        "train", folder / "loans.csv.gz", "-t", "problem_loan", "--epochs", 2, "--hidden", 4, "-o", runs
    )
    assert trained.exit_code == 0, trained.output
    return runs / "last" / "model.neurode"


@pytest.mark.parametrize("source", SOURCES)
def test_describe_takes_every_source(folder, source, monkeypatch):
    monkeypatch.chdir(folder)
    result = run("describe", *SOURCES[source], "-t", "problem_loan")
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("300 rows")


@pytest.mark.parametrize("source", SOURCES)
def test_predict_gives_every_source_the_same_scores(folder, source, model, monkeypatch):
    monkeypatch.chdir(folder)
    result = run("predict", model, *SOURCES[source])
    assert result.exit_code == 0, result.output
    assert result.stdout == run("predict", model, "files/*.csv").stdout


# The library reads all of them alike, so training on the two with options tells the rest.
@pytest.mark.parametrize("source", ["sqlite query", "pickle"])
def test_train_takes_every_source_and_says_which(folder, source, tmp_path, monkeypatch):
    monkeypatch.chdir(folder)
    result = run(
        "train", *SOURCES[source], "-t", "problem_loan", "--epochs", 1, "--hidden", 0, "-o", tmp_path
    )
    assert result.exit_code == 0, result.output
    config = json.loads((tmp_path / "last" / "config.json").read_text())
    assert (config["table"], config["rows"]) == (SOURCES[source][0], 300)


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        (["bank.zip"], "holds 2 tables, and none was named\n\ntables: 'loans.csv', 'other.csv'"),
        (["bank.zip", "--table", "loan.csv"], "did you mean 'loans.csv'?"),
        (["loans.pkl"], "is a pickle, and reading a pickle can run any code"),
        (["files"], "is a folder without Parquet parts\n\ntables in it: '1.csv', '2.csv'"),
        (["files/*.tsv"], "no file matches 'files/*.tsv'"),
        (["*"], "holds files of"),
        (["mysql://ann:secret@host/bank"], "no reader for the address 'mysql://ann:***@host/bank'"),
        (
            ["postgresql://ann:secret@127.0.0.1:1/bank"],
            "'postgresql://ann:***@127.0.0.1:1/bank' cannot be opened",
        ),
    ],
    ids=lambda value: value[0].partition(":")[0] if isinstance(value, list) else "",
)
@pytest.mark.parametrize("command", ["describe", "train", "predict"])
def test_a_source_that_cannot_be_read_is_explained(
    folder, command, source, problem, model, tmp_path, monkeypatch
):
    monkeypatch.chdir(folder)
    before = {"describe": [], "train": ["-o", tmp_path / "runs", "-t", "problem_loan"], "predict": [model]}[
        command
    ]
    result = run(command, *before, *source)
    assert result.exit_code == 1, result.output
    assert problem in result.stderr
    assert "secret" not in result.output
    assert "Traceback" not in result.output
    assert not (tmp_path / "runs").exists()


def test_columns_of_folders_are_features(folder, monkeypatch):
    monkeypatch.chdir(folder)
    described = json.loads(run("describe", "parts", "-t", "problem_loan", "--json").stdout)
    assert [column["name"] for column in described["columns"]] == [*LOANS.columns, "kind"]
    assert pl.read_parquet("parts").columns == [*LOANS.columns, "kind"]
