import json
import subprocess
import sys

import polars as pl
import pytest
from click.testing import CliRunner

from neurode.cli.main import COMMANDS, cli
from neurode.datasets import make_loans


def run(*arguments):
    return CliRunner().invoke(cli, list(map(str, arguments)))


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cli")
    make_loans(400).write_csv(folder / "loans.csv")
    result = run("train", folder / "loans.csv", "-t", "problem_loan", "--epochs", 2, "--hidden", 4,
                 "-o", folder / "runs", "--cost", "5:1")  # fmt: skip
    assert result.exit_code == 0, result.output
    return folder, result


def test_train_prints_the_comparison_and_where_things_are(trained):
    _, result = trained
    for name in (
        "network",
        "majority",
        "logistic regression",
        "gradient boosting",
        "report.html",
        "model.neurode",
    ):
        assert name in result.stdout
    assert "cost" in result.stdout


def test_the_run_folder_is_complete(trained):
    folder, _ = trained
    files = sorted(path.name for path in (folder / "runs" / "last").iterdir())
    assert files == [
        "config.json", "diagnosis.json", "evaluation.json", "events.jsonl", "model.neurode", "model_card.md",
        "predictions.parquet", "report.html", "report.json",
    ]  # fmt: skip
    events = [
        json.loads(line) for line in (folder / "runs" / "last" / "events.jsonl").read_text().splitlines()
    ]
    assert [event["event"] for event in events] == ["start", "epoch", "epoch", "end"]


def test_predict_writes_each_format(trained, tmp_path):
    folder, _ = trained
    model = folder / "runs" / "last" / "model.neurode"
    readers = {"csv": pl.read_csv, "parquet": pl.read_parquet, "arrow": pl.read_ipc}
    for ending, read in readers.items():
        assert run("predict", model, folder / "loans.csv", "-o", tmp_path / f"out.{ending}").exit_code == 0
        scored = read(tmp_path / f"out.{ending}")
        assert scored.columns == ["probability_1", "prediction"]
        assert scored.height == 400


def test_predict_to_standard_output_is_data_alone(trained):
    folder, _ = trained
    result = run("predict", folder / "runs" / "last" / "model.neurode", folder / "loans.csv", "--keep")
    header, *rows = result.stdout.splitlines()
    assert header.endswith("probability_1,prediction")
    assert len(rows) == 400


def test_predict_json_is_one_object_a_row(trained):
    folder, _ = trained
    result = run("predict", folder / "runs" / "last" / "model.neurode", folder / "loans.csv", "--json")
    assert set(json.loads(result.stdout.splitlines()[0])) == {"probability_1", "prediction"}


def test_a_given_threshold_replaces_the_stored_one(trained):
    folder, _ = trained
    model = folder / "runs" / "last" / "model.neurode"
    everybody = run("predict", model, folder / "loans.csv", "--threshold", 0).stdout
    assert all(line.endswith(",1") for line in everybody.splitlines()[1:])


def test_train_json_is_one_object(tmp_path):
    make_loans(300).write_csv(tmp_path / "loans.csv")
    result = run(
        "train",
        tmp_path / "loans.csv",
        "-t",
        "problem_loan",
        "--epochs",
        1,
        "-o",
        tmp_path / "runs",
        "--json",
    )
    document = json.loads(result.stdout)
    assert document["splits"] == {"training": 210, "validation": 45, "test": 45}


def test_describe_shows_every_column(trained):
    folder, _ = trained
    result = run("describe", folder / "loans.csv", "-t", "problem_loan")
    assert "400 rows" in result.stdout
    for name in ("grade", "annual_inc", "problem_loan"):
        assert name in result.stdout


def test_a_described_schema_can_be_edited_and_trained_with(trained, tmp_path):
    folder, _ = trained
    schema = json.loads(run("describe", folder / "loans.csv", "-t", "problem_loan", "--json").stdout)
    for column in schema["columns"]:
        if column["name"] == "grade":
            column["kind"] = "text"
    (tmp_path / "schema.json").write_text(json.dumps(schema))
    result = run("train", folder / "loans.csv", "-t", "problem_loan", "--schema", tmp_path / "schema.json",
                 "--epochs", 1, "-o", tmp_path / "runs")  # fmt: skip
    assert result.exit_code == 0, result.output
    assert "grade: left out" in result.stderr


def test_a_mistyped_command_lists_the_commands():
    result = run("trian", "x.csv")
    assert result.exit_code == 2
    assert all(name in result.stderr for name in COMMANDS)


def loaded_by(code):
    heavy = ("jax", "sklearn", "polars", "matplotlib")
    script = f"import sys\n{code}\nprint([name for name in {heavy} if name in sys.modules])"
    return subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    ).stdout.strip()


def test_import_and_help_load_nothing_heavy():
    assert loaded_by("import neurode") == "[]"
    help_code = (
        "from click.testing import CliRunner\nfrom neurode.cli.main import cli\n"
        "assert CliRunner().invoke(cli, ['--help']).exit_code == 0"
    )
    assert loaded_by(help_code) == "[]"
    for name in COMMANDS:
        assert loaded_by(help_code.replace("'--help'", f"'{name}', '--help'")) == "[]"
