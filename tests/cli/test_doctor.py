import json
import shutil

import pytest
from click.testing import CliRunner

from neurode.cli.main import cli
from neurode.datasets import make_loans


def run(*arguments):
    return CliRunner().invoke(cli, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("doctor")
    make_loans(600).write_csv(folder / "loans.csv")
    # So small a step leaves every weight where it was drawn.
    result = run("train", folder / "loans.csv", "-t", "problem_loan", "--epochs", 10, "--hidden", 4,
                 "--learning-rate", 1e-7, "-o", folder / "runs")  # fmt: skip
    assert result.exit_code == 0, result.output
    return folder / "runs" / "last", result


def test_train_tells_what_is_more_than_a_note(trained):
    folder, result = trained
    findings = json.loads((folder / "diagnosis.json").read_text())["findings"]
    told = [finding for finding in findings if finding["severity"] != "note"]
    assert told
    for finding in told:
        line = f"note: {finding['name']}: {finding['evidence']}; try: {finding['advice']}"
        assert line in result.stderr.splitlines()
    assert "try:" not in result.stdout


def test_doctor_prints_the_findings_of_a_run(trained):
    folder, _ = trained
    result = run("doctor", folder)
    assert result.exit_code == 0, result.output
    assert "severe: " in result.stdout
    assert "looked at: the weights, the history of" in result.stdout


def test_json_is_one_object(trained):
    folder, _ = trained
    document = json.loads(run("doctor", folder, "--json").stdout)
    assert document == json.loads((folder / "diagnosis.json").read_text())
    assert set(document) == {"healthy", "findings", "looked_at"}


def test_what_is_no_run_is_named(trained, tmp_path):
    assert "give a run folder" in run("doctor", tmp_path / "nowhere").stderr
    old = shutil.copytree(trained[0], tmp_path / "old")
    (old / "diagnosis.json").write_text("{")
    assert "is no JSON document" in run("doctor", old).stderr
    (old / "diagnosis.json").write_text("{}")
    assert "no diagnosis" in run("doctor", old).stderr
    (old / "diagnosis.json").unlink()
    result = run("doctor", old)
    assert result.exit_code == 1
    assert "train again" in result.stderr


def test_a_file_of_a_run_stands_for_its_run(trained, tmp_path):
    folder, _ = trained
    assert run("doctor", folder / "model.neurode").stdout == run("doctor", folder).stdout
    alone = tmp_path / "alone.neurode"
    alone.write_text("")
    result = run("doctor", alone)
    assert result.exit_code == 1
    assert "is a file, and in no run folder" in result.stderr
