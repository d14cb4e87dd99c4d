"""`neurode report`: what it writes and prints."""

import json

import pytest
from click.testing import CliRunner

from neurode.cli.main import cli
from neurode.datasets import make_loans
from neurode.runs import train


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return train(make_loans(400), "problem_loan", output=tmp_path_factory.mktemp("runs"), epochs=2,
                 hidden_layer_sizes=(4,))  # fmt: skip


def ask(*arguments):
    return CliRunner().invoke(cli, ["report", *map(str, arguments)])


def test_it_writes_the_report_again_where_it_is_told_to(run, tmp_path):
    result = ask(run.path, "-o", tmp_path / "again.html")
    assert result.exit_code == 0
    assert result.stdout.strip() == str(tmp_path / "again.html")
    assert (tmp_path / "again.html").read_bytes() == (run.path / "report.html").read_bytes()


def test_the_newest_run_is_the_default(run, monkeypatch, tmp_path):
    (tmp_path / "runs").symlink_to(run.path.parent, target_is_directory=True)
    monkeypatch.chdir(tmp_path)
    result = ask("--format", "markdown")
    assert result.stdout.strip() == "runs/last/model_card.md"


def test_examples_can_be_left_out(run, tmp_path):
    ask(run.path, "-o", tmp_path / "a.html", "--no-examples")
    assert "Three rows, explained" not in (tmp_path / "a.html").read_text()
    assert json.loads(ask(run.path, "--no-examples", "--json").stdout)[0]["examples"] == []


def test_the_record_is_printed_as_json(run):
    (record,) = json.loads(ask(run.path, "--json").stdout)
    assert record["target"] == "problem_loan"
    assert record["examples"]


def test_a_lost_run_is_an_error_without_traceback(tmp_path):
    result = ask(tmp_path / "lost")
    assert result.exit_code == 1
    assert "no run folder" in result.stderr
    assert "hint:" in result.stderr
    assert "Traceback" not in result.stderr
