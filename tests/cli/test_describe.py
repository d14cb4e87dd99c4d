import json

import polars as pl
import pytest
from click.testing import CliRunner

from neurode.cli.main import cli
from neurode.datasets import make_loans


def run(*arguments):
    return CliRunner().invoke(cli, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def loans(tmp_path_factory):
    path = tmp_path_factory.mktemp("tables") / "loans.csv"
    make_loans(400).with_columns(copy=pl.col("problem_loan") * 7.5).write_csv(path)
    return path


def test_the_table_its_spread_and_its_warnings_are_printed(loans):
    result = run("describe", loans, "-t", "problem_loan")
    assert result.exit_code == 0, result.output
    assert "400 rows" in result.stdout
    assert "█" in result.stdout
    assert "'copy': tells 'problem_loan' by itself: ROC AUC 1.000\n    hint: leave it out" in result.stdout
    assert "\x1b" not in result.stdout


def test_a_kind_that_a_person_decides_on_is_used(loans):
    result = run("describe", loans, "--kind", "copy=category", "--json")
    kinds = {column["name"]: column["kind"] for column in json.loads(result.stdout)["columns"]}
    assert kinds["copy"] == "category"


def test_json_holds_schema_histograms_and_warnings(loans):
    document = json.loads(run("describe", loans, "-t", "problem_loan", "--json").stdout)
    assert set(document) == {"columns", "n_rows", "target", "histograms", "warnings"}
    assert document["warnings"][0]["kind"] == "leakage"
    assert sum(document["histograms"]["annual_inc"]["counts"]) == 400


@pytest.mark.parametrize(("name", "head"), [("c.png", b"\x89PNG"), ("c.svg", b"<?xml"), ("c.pdf", b"%PDF")])
def test_correlations_are_drawn_to_a_file(loans, tmp_path, name, head):
    result = run("describe", loans, "-t", "problem_loan", "--figure", tmp_path / name)
    assert result.exit_code == 0, result.output
    assert (tmp_path / name).read_bytes().startswith(head)
    assert str(tmp_path / name) in result.stderr
    assert "400 rows" in result.stdout


def test_a_figure_of_another_ending_is_refused_before_anything_is_read(tmp_path):
    result = run("describe", tmp_path / "no.csv", "--figure", tmp_path / "c.gif")
    assert result.exit_code == 1
    assert "cannot draw a file that ends in '.gif'" in result.stderr


def test_a_terminal_gets_a_drawn_table(loans, monkeypatch):
    from neurode.cli import describe
    from neurode.tables import describe_table, read_table

    monkeypatch.setenv("COLUMNS", "150")
    frame = read_table(loans).rename({"copy": "[red]copy"})
    with CliRunner().isolation() as (stdout, *_):
        describe._print_rich(describe_table(frame, "problem_loan"))
        text = stdout.getvalue().decode()
    assert "400 rows" in text
    assert "[red]copy" in text
    assert "leakage" in text


def test_an_embedded_dataset_is_described_by_its_name():
    result = run("describe", "credit_default")
    assert result.exit_code == 0
    assert "30,000 rows" in result.stdout
