import json

import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner

import neurode
from neurode.cli.main import cli
from neurode.datasets import make_loans
from neurode.estimators import NeuralClassifier, NeuralRegressor

LOANS = make_loans(200)
FEATURES, TARGET = LOANS.drop("problem_loan"), LOANS["problem_loan"]
QUICK = {"hidden_layer_sizes": (4,), "epochs": 3, "early_stopping": False, "random_state": 0}


def run(*arguments):
    return CliRunner().invoke(cli, ["explain", *map(str, arguments)])


def document(*arguments):
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("explain")
    NeuralClassifier(**QUICK, threshold=0.3).fit(FEATURES, TARGET).save(folder / "model.neurode")
    FEATURES.write_csv(folder / "loans.csv")
    FEATURES.head(1).write_csv(folder / "one.csv")
    return folder


@pytest.fixture(scope="module")
def several(folder):
    classes = np.array(["a", "b", "c"])[np.arange(200) % 3]
    NeuralClassifier(**QUICK).fit(FEATURES, classes).save(folder / "classes.neurode")
    return folder / "classes.neurode"


@pytest.fixture(scope="module")
def price(folder):
    amounts = FEATURES["funded_amnt"].to_numpy() * 2.0 + 1
    NeuralRegressor(**QUICK).fit(FEATURES, amounts).save(folder / "price.neurode")
    return folder / "price.neurode"


def test_a_row_s_values_add_up_to_its_prediction(folder):
    found = document(folder, folder / "loans.csv", "--row", 7)
    classifier = neurode.load(folder / "model.neurode")
    probability = classifier.predict_proba(FEATURES)[7, 1]
    assert found["row"] == 7
    assert found["output"] == "1"
    assert found["prediction"] == pytest.approx(probability)
    assert found["decision"] == classifier.predict(FEATURES)[7]
    assert found["threshold"] == pytest.approx(classifier.threshold_)
    moved = [each["moved"] for each in found["values"]]
    assert sum(moved) == pytest.approx(probability - found["base_value"], abs=1e-6)
    assert sorted(map(abs, moved), reverse=True) == pytest.approx(list(map(abs, moved)))
    assert {each["column"] for each in found["values"]} == set(FEATURES.columns)


def test_a_row_is_told_in_full(folder):
    result = run(folder / "model.neurode", folder / "loans.csv", "--row", 3)
    assert result.exit_code == 0, result.output
    for words in (
        "prediction",
        "probability of 1",
        "decision",
        "1 from 0.3 on",
        "base value",
        "adds",
        "nearest change",
    ):
        assert words in result.stdout
    assert "\x1b" not in result.stdout


def test_reasons_and_the_nearest_change_are_left_out_on_request(folder):
    found = document(folder, folder / "loans.csv", "--row", 0, "--reasons", 0, "--no-change")
    assert found["reasons"] is None
    assert found["nearest_change"] is None


def test_the_nearest_change_keeps_to_what_may_change(folder):
    asked = (folder, folder / "loans.csv", "--row", 0, "--reasons", 0)
    free = document(*asked)["nearest_change"]
    first = free["changes"][0]["columns"][0]["column"]
    kept = document(*asked, "--immutable", first, "--only-up", "annual_inc")["nearest_change"]
    changes = [column for change in kept["changes"] for column in change["columns"]]
    assert changes
    assert first not in {column["column"] for column in changes}
    assert all(c["after"] > c["before"] for c in changes if c["column"] == "annual_inc")


def test_groups_count_as_one_column(folder):
    found = document(
        folder, folder / "loans.csv", "--row", 0, "--no-change", "--group", "money=annual_inc, funded_amnt"
    )
    names = {each["column"] for each in found["values"]}
    assert "money" in names
    assert not names & {"annual_inc", "funded_amnt"}


def test_the_wording_of_a_reason_is_used(folder):
    options = [
        part for name in FEATURES.columns for part in ("--wording", f"{name}=It is so: {name} = {{value}}")
    ]
    result = run(folder, folder / "loans.csv", "--row", 5, "--no-change", *options)
    assert result.exit_code == 0, result.output
    assert "It is so: " in result.stdout


def test_a_table_is_told_by_importance(folder):
    found = document(folder / "model.neurode", folder / "loans.csv")
    sizes = [each["1"] for each in found["importance"]]
    assert found["rows"] == 200
    assert sizes == sorted(sizes, reverse=True)
    printed = run(folder / "model.neurode", folder / "loans.csv").stdout
    assert "200 rows" in printed
    assert [name for name in FEATURES.columns if name not in printed] == []


def test_of_a_large_table_some_rows_are_explained_and_that_is_said(folder, tmp_path):
    pl.concat([FEATURES] * 6).write_parquet(tmp_path / "many.parquet")
    result = run(folder, tmp_path / "many.parquet", "--json")
    assert json.loads(result.stdout)["rows"] == 1000
    assert "1,000 of 1,200 rows" in result.stderr


@pytest.mark.parametrize(("ending", "read"), [("csv", pl.read_csv), ("parquet", pl.read_parquet)])
def test_the_values_of_all_rows_are_written(folder, tmp_path, ending, read):
    path = tmp_path / f"shap.{ending}"
    result = run(folder, folder / "loans.csv", "-o", path)
    assert result.exit_code == 0, result.output
    assert f"{path}: 200 rows" in result.stderr
    written = read(path)
    added = written.select(f"shap_{name}" for name in FEATURES.columns).sum_horizontal()
    assert (added + written["base_value"]).to_numpy() == pytest.approx(
        written["prediction"].to_numpy(), abs=1e-5
    )
    probability = neurode.load(folder / "model.neurode").predict_proba(FEATURES)[:, 1]
    assert written["prediction"].to_numpy() == pytest.approx(probability, abs=1e-6)


def test_the_reasons_of_all_rows_are_written(folder, tmp_path):
    path = tmp_path / "reasons.csv"
    assert run(folder, folder / "loans.csv", "--reasons", 2, "-o", path).exit_code == 0
    written = pl.read_csv(path)
    assert written["row"].n_unique() > 100
    assert written["rank"].max() == 2
    assert set(written["column"]) <= set(FEATURES.columns)


@pytest.mark.parametrize(
    ("row", "name", "head", "words"),
    [((), "f.pdf", b"%PDF", b""), (("--row", 4, "--no-change"), "f.svg", b"<?xml", b"threshold 0.3")],
    ids=["table", "row"],
)
def test_values_are_drawn_to_a_file(folder, tmp_path, row, name, head, words):
    result = run(folder, folder / "loans.csv", *row, "--figure", tmp_path / name)
    assert result.exit_code == 0, result.output
    assert (tmp_path / name).read_bytes().startswith(head)
    assert words in (tmp_path / name).read_bytes()
    assert f"figure: {tmp_path / name}" in result.stderr


def test_the_background_is_what_rows_are_compared_with(folder):
    alone = run(folder, folder / "one.csv", "--row", 0)
    assert alone.exit_code == 1
    assert "one row cannot be compared with itself" in alone.stderr
    assert "--background FILE" in alone.stderr
    found = document(
        folder, folder / "one.csv", "--row", 0, "--background", folder / "loans.csv", "--no-change"
    )
    assert found["values"] == document(folder, folder / "loans.csv", "--row", 0, "--no-change")["values"]


def test_the_same_seed_gives_the_same_values(folder):
    asked = (folder, folder / "loans.csv", "--row", 1, "--no-change", "--reasons", 0)
    assert document(*asked) == document(*asked)
    assert document(*asked) != document(*asked, "--seed", 1)


def test_of_several_classes_the_one_that_the_row_is_given_is_explained(several, folder, tmp_path):
    decisions = neurode.load(several).predict(FEATURES)
    found = document(several, folder / "loans.csv", "--row", 2, "--no-change")
    assert found["output"] == found["decision"] == decisions[2]
    chosen = document(several, folder / "loans.csv", "--row", 2, "--no-change", "--of", "c")
    assert chosen["output"] == "c"
    assert document(several, folder / "loans.csv")["outputs"] == ["a", "b", "c"]
    assert (
        run(several, folder / "loans.csv", "-o", tmp_path / "s.csv", "--figure", tmp_path / "s.svg").exit_code
        == 0
    )
    assert "prediction_b" in pl.read_csv(tmp_path / "s.csv").columns


def test_a_number_is_explained_without_a_decision(price, folder):
    found = document(price, folder / "loans.csv", "--row", 2)
    assert found["prediction"] == pytest.approx(neurode.load(price).predict(FEATURES)[2], rel=1e-5)
    assert found["decision"] is None
    assert found["nearest_change"] is None
    assert "decision" not in run(price, folder / "loans.csv", "--row", 2).stdout


def test_of_several_labels_one_is_explained_and_has_its_own_decision(folder, tmp_path):
    labels = np.column_stack([TARGET.to_numpy(), 1 - TARGET.to_numpy()])
    model = NeuralClassifier(**QUICK).fit(FEATURES, labels)
    model.save(tmp_path / "labels.neurode")
    result = run(tmp_path / "labels.neurode", folder / "loans.csv", "--row", 4, "--of", 1, "--json")
    found = json.loads(result.stdout)
    assert found["prediction"] == pytest.approx(model.predict_proba(FEATURES)[4, 1])
    assert found["decision"] == model.predict(FEATURES)[4, 1]
    assert found["nearest_change"] is None
    assert "'0' is explained" in run(tmp_path / "labels.neurode", folder / "loans.csv", "--row", 4).stderr
    written = run(tmp_path / "labels.neurode", folder / "loans.csv", "--reasons", 2, "-o", tmp_path / "r.csv")
    assert written.exit_code == 1
    assert "reasons of 2 outputs at once" in written.stderr
    assert "--of NAME" in written.stderr


def test_a_row_that_is_referred_says_so(folder, tmp_path):
    model = NeuralClassifier(**QUICK, refer="0..1").fit(FEATURES, TARGET)
    model.save(tmp_path / "refer.neurode")
    found = document(tmp_path / "refer.neurode", folder / "loans.csv", "--row", 0, "--no-change")
    assert found["decision"] == model.predict(FEATURES)[0] == "refer"


def test_what_does_not_exist_is_named(folder, tmp_path):
    model, table = folder / "model.neurode", folder / "loans.csv"
    neurode.Sequential([neurode.Input((3,)), neurode.layers.Dense(1)]).save(tmp_path / "bare.neurode")
    cases = {
        (model, table, "--row", 5000): "row 5000 does not exist\n\nrows: 0 … 199",
        (tmp_path / "no.neurode", table): "no file",
        (tmp_path / "bare.neurode", table): "holds a bare network",
        (tmp_path, table): "a folder without a model.neurode",
        (model, tmp_path / "no.csv"): "no.csv",
        (model, table, "--of", "2"): "no output named '2'",
        (model, table, "--group", "money=annual_ink,funded_amnt"): "did you mean 'annual_inc'?",
        (model, table, "--row", 0, "--immutable", "grad"): "did you mean 'grade'?",
        (model, table, "-o", "shap.xlsx"): "cannot write 'shap.xlsx'",
        (model, table, "--figure", "f.gif"): "cannot draw a file that ends in '.gif'",
    }
    for arguments, problem in cases.items():
        result = run(*arguments)
        assert result.exit_code == 1, arguments
        assert problem in result.stderr
        assert "Traceback" not in result.output


def test_options_that_contradict_each_other_are_usage_errors(folder):
    model, table = folder / "model.neurode", folder / "loans.csv"
    cases = {
        ("--row", 0, "-o", "shap.csv"): "leave out --row",
        ("--immutable", "grade"): "--immutable is for the nearest change of one row",
        ("--reasons", 4): "give -o FILE, or --row N",
        ("--row", -1): "-1 is not in the range",
        ("--group", "money"): "'money' is not NAME=COL,COL",
        ("--group", "money=,"): "'money' has no columns",
        ("--wording", "a=b", "--wording", "a=c"): "'a' is there twice",
        ("--rwo", 1): "--row",
    }
    cases[("--row", 0, "--adverse", "low", "--reasons", 0)] = "--reasons 0 tells none"
    cases[("--adverse", "low")] = "--adverse is for reasons"
    for options, problem in cases.items():
        result = run(model, table, *options)
        assert result.exit_code == 2, options
        assert problem in result.stderr


def test_reasons_say_which_way_they_push_and_nothing_is_called_adverse(folder):
    usual = run(folder, folder / "loans.csv", "--row", 5, "--no-change").stdout
    assert "reasons that raise the probability of 1 (--adverse low: what lowers it)" in usual
    low = run(folder, folder / "loans.csv", "--row", 5, "--no-change", "--adverse", "low").stdout
    assert "reasons that lower the probability of 1\n" in low
    assert "adverse reasons" not in usual + low


def test_several_classes_and_numbers_have_reasons_when_they_are_asked_for(several, price, folder):
    asked = (folder / "loans.csv", "--row", 2, "--no-change")
    for model in (several, price):
        assert document(model, *asked)["reasons"] is None
        assert "reasons that" not in run(model, *asked).stdout
        assert document(model, *asked, "--adverse", "low")["reasons"]["adverse"] == "low"
        assert document(model, *asked, "--reasons", 2)["reasons"]["adverse"] == "high"


def test_the_reasons_of_a_row_are_those_of_the_whole_table(folder, tmp_path):
    run(folder, folder / "loans.csv", "--reasons", 2, "-o", tmp_path / "r.csv")
    written = pl.read_csv(tmp_path / "r.csv")
    for row in (0, 57, 199):
        found = document(folder, folder / "loans.csv", "--row", row, "--no-change", "--reasons", 2)
        (told,) = found["reasons"]["rows"]
        of_table = written.filter(pl.col("row") == row)["column"].to_list()
        assert [each["column"] for each in told["reasons"]] == of_table


def test_a_nearest_change_that_is_left_out_is_told(price, folder):
    result = run(price, folder / "loans.csv", "--row", 2)
    assert "no nearest change: a number decides nothing" in result.stderr
    refused = run(price, folder / "loans.csv", "--row", 2, "--immutable", "grade")
    assert refused.exit_code == 1
    assert "--immutable is for the nearest change" in refused.stderr


def test_how_many_rows_have_reasons_is_told(folder, tmp_path):
    pl.concat([FEATURES] * 6).write_parquet(tmp_path / "many.parquet")
    result = run(folder, tmp_path / "many.parquet", "--reasons", 1, "-o", tmp_path / "r.csv")
    assert "importance by 1,000 of 1,200 rows, evenly spread; r.csv has the reasons of all" in result.stderr
