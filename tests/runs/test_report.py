"""The report of a run: rendered again from its folder alone, and honest about folders that are none."""

import hashlib
import json
import shutil
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from neurode.datasets import make_loans
from neurode.errors import ArgumentError, FileError, UnknownNameError
from neurode.reporting import render_card, render_report
from neurode.reporting.drivers import unexplained
from neurode.reporting.money import bills
from neurode.reporting.numbers import percent
from neurode.runs import report
from neurode.runs.config import reproduce
from neurode.runs.fingerprint import fingerprint
from neurode.runs.origin import origin_of, validation_in_words
from neurode.runs.report import RECORD, read_run

TARGET = "problem_loan"
LOANS = make_loans(600)


@pytest.fixture(scope="module")
def run(quick):
    return quick(LOANS, TARGET, cost={"false_negative": 5, "false_positive": 1}, folds=2)


@pytest.fixture(scope="module")
def record(run):
    return read_run(run.path)[0]


def test_the_folder_alone_gives_the_same_page_and_card_byte_for_byte(run, tmp_path):
    moved = tmp_path / "moved"
    moved.mkdir()
    shutil.copy(run.path / RECORD, moved)
    for name in ("report.html", "model_card.md"):
        path = report(moved, tmp_path / name)
        assert path.read_bytes() == (run.path / name).read_bytes()
        assert report(run, tmp_path / name).read_bytes() == path.read_bytes()


def test_the_link_to_the_newest_run_is_a_run_too(run, tmp_path):
    assert report(run.path.parent / "last", tmp_path / "a.html") == tmp_path / "a.html"


def test_left_out_examples_leave_no_row_behind(run, record, tmp_path):
    texts = [report(run, tmp_path / f"{shown}.html", examples=shown).read_text() for shown in (True, False)]
    assert ["Three rows, explained" in text for text in texts] == [True, False]
    for example in record.examples:
        assert f"Row {example.row:,}" in texts[0]
        assert f"Row {example.row:,}" not in texts[1]


def test_of_all_other_rows_only_ranks_are_kept(run, record):
    rows = pl.read_parquet(run.path / "predictions.parquet").filter(pl.col("part") == "test")["row"]
    assert {example.row for example in record.examples} < set(rows)
    standing = record.drivers[0].standing
    assert np.nanmin(standing) >= 0
    assert np.nanmax(standing) <= 1


def test_examples_are_the_highest_the_nearest_and_the_lowest(run, record):
    scores = pl.read_parquet(run.path / "predictions.parquet").filter(pl.col("part") == "test")
    probability = scores["probability_1"].to_numpy()
    rows = scores["row"].to_numpy()
    line = run.model.threshold_
    expected = [probability.argmax(), np.abs(probability - line).argmin(), probability.argmin()]
    assert [example.row for example in record.examples] == rows[expected].tolist()
    for example, place in zip(record.examples, expected):
        assert example.prediction == pytest.approx(probability[place], abs=1e-6)
        assert example.base_value + example.contributions.sum() == pytest.approx(example.prediction, abs=1e-5)
        called = "1" if probability[place] >= line else "0"
        assert f"called ‘{called}’, actually ‘{LOANS[TARGET][int(example.row)]}’" in example.answer
        assert all(reason.contribution > 0 for reason in example.reasons)
        assert example.changes


def test_curves_and_segments_are_those_of_the_test_rows(run, record):
    network = record.comparison.network
    scores = pl.read_parquet(run.path / "predictions.parquet").filter(pl.col("part") == "test")
    assert record.ks.statistic == pytest.approx(network.metrics["ks"].value)
    assert record.gains.base_rate == pytest.approx((scores["target"].cast(pl.Int64) == 1).mean())
    assert record.thresholds.prices.false_negative == 5
    everything = record.segments[TARGET].everything
    assert everything.n_rows == network.n_rows
    assert everything.predicted == pytest.approx(scores["probability_1"].mean(), abs=1e-6)
    grades = [each for each in record.segments[TARGET].segments if each.column == "grade"]
    frame = LOANS[scores["row"].to_numpy()]
    assert {each.label: each.n_rows for each in grades} == dict(frame["grade"].value_counts().iter_rows())


def test_the_cross_validation_is_in_the_report(run, record):
    assert record.cross_validation == json.loads(
        json.dumps(run.cross_validation.to_json()), object_hook=tupled
    )
    assert "fold 2" in (run.path / "report.html").read_text()


def tupled(document):
    return {name: tuple(part) if isinstance(part, list) else part for name, part in document.items()}


def test_a_split_by_time_names_its_periods_and_rows_can_be_kept_out_from_the_start(quick):
    months = pl.Series("month", np.arange(600) % 24 + 1)
    run = quick(LOANS.with_columns(months), TARGET, time="month", examples=False)
    (record,) = read_run(run.path)
    assert record.origin.periods["training"][0] == "1"
    assert record.origin.periods["test"][1] == "24"
    assert "has not seen what came after" in (run.path / "report.html").read_text()
    assert record.examples == ()
    assert "examples=False" in reproduce(run.config)
    assert "--no-examples" in reproduce({**run.config, "in_memory": None})


def test_made_rows_are_called_made(run):
    assert not origin_of(run, {}, {}).synthetic
    assert origin_of(replace(run, config={**run.config, "table": "loans"}), {}, {}).synthetic


def test_several_classes_numbers_and_labels_have_what_fits(quick):
    frame = LOANS.with_columns(
        three=pl.Series(np.repeat(["a", "b", "c"], 200)),
        large=(pl.col("funded_amnt") > 12_000).cast(pl.Int64),
    )
    (three,) = read_run(quick(frame, "three").path)
    assert three.thresholds is None
    assert [driver.output for driver in three.drivers] == ["a", "b", "c"]
    assert {example.title for example in three.examples} <= {
        "The surest call", "The closest call", "The surest mistake",
    }  # fmt: skip
    (numbers,) = read_run(quick(frame.drop("three"), ["annual_inc", "funded_amnt"]).path)
    assert list(numbers.segments) == ["annual_inc", "funded_amnt"]
    assert [driver.unit for driver in numbers.drivers] == ["number", "number"]
    assert all(example.reasons == () and example.changes == () for example in numbers.examples)
    run = quick(frame.drop("three"), [TARGET, "large"])
    labels = read_run(run.path)
    assert [record.target for record in labels] == [TARGET, "large"]
    assert [record.drivers[0].output for record in labels] == [TARGET, "large"]
    assert (run.path / "model_card-2-large.md").exists()


def test_a_format_goes_by_the_ending_or_by_name(run, tmp_path):
    assert report(run, tmp_path / "a.md").read_text().startswith("# Model card")
    assert report(run, tmp_path / "a.txt", format="html").read_text().startswith("<!DOCTYPE")
    with pytest.raises(ArgumentError, match="says no format"):
        report(run, tmp_path / "a.pdf")
    with pytest.raises(UnknownNameError, match="did you mean 'markdown'"):
        report(run, format="markdwn")


def test_a_folder_that_is_no_run_is_named_with_the_runs_beside_it(run, tmp_path):
    with pytest.raises(FileError, match="no run folder") as caught:
        report(run.path.parent / "lost")
    assert run.path.name in str(caught.value)
    with pytest.raises(FileError, match="is no run folder"):
        report(tmp_path)
    (tmp_path / "report.html").write_text("")
    with pytest.raises(FileError, match="is a file, not a run folder"):
        report(tmp_path / "report.html")


def test_a_file_of_the_folder_stands_for_the_run(run, tmp_path):
    assert (
        report(run.path / "report.html", tmp_path / "a.html").read_bytes()
        == (run.path / "report.html").read_bytes()
    )
    assert report(run.path / "report.html", format="markdown") == run.path / "model_card.md"


REFER = {"false_negative": 5, "false_positive": 1, "refer": 0.2}


@pytest.fixture(scope="module")
def referring(quick):
    return quick(LOANS, TARGET, cost=REFER, refer="rate=0.5", calibration="platt")


def test_the_bill_with_referral_is_what_the_written_predictions_cost(referring):
    (record,) = read_run(referring.path)
    scores = pl.read_parquet(referring.path / "predictions.parquet").filter(pl.col("part") == "test")
    actual, called = scores["target"].cast(pl.String).to_list(), scores["prediction"].to_list()
    prices = {("1", "0"): 5.0, ("0", "1"): 1.0}
    paid = [prices.get(pair, 0.2 if pair[1] == "refer" else 0.0) for pair in zip(actual, called)]
    assert 0.2 in paid
    first = bills(record)[0]
    assert first.name == "network with referral"
    assert float(first.cost.replace(",", "")) == pytest.approx(1000 * np.mean(paid), rel=1e-3)
    found = np.mean([call == "1" for real, call in zip(actual, called) if real == "1"])
    page = (referring.path / "report.html").read_text()
    assert f"<strong>{percent(float(found))}</strong>" in page
    assert "found by the network alone" in page
    assert "refer 0.2; what is not named costs nothing" in page
    assert "refer 0.2" in referring.decision
    assert "network with referral" in (referring.path / "model_card.md").read_text()


def test_a_referral_without_a_price_has_no_bill(quick):
    run = quick(LOANS, TARGET, cost={"false_negative": 5, "false_positive": 1}, refer="rate=0.3")
    (record,) = read_run(run.path)
    assert "network with referral" not in [bill.name for bill in bills(record)]
    assert "No price of a referral was named" in (run.path / "report.html").read_text()


def test_ranges_and_levels_are_those_of_the_training_rows(quick):
    frame = LOANS.with_columns(
        part=pl.Series(["train"] * 400 + ["validation"] * 100 + ["test"] * 100),
        amount=pl.Series([*np.linspace(0, 10, 500), *np.linspace(5, 20, 100)]),
        place=pl.Series((["north", "south"] * 250) + ["east"] * 3 + ["north"] * 97),
    )
    frame = frame.select("part", "amount", "place", TARGET)
    (record,) = read_run(quick(frame, TARGET, split_column="part").path)
    known = {column["name"]: column for column in record.schema}
    most = frame["amount"][:400].max()
    assert known["amount"]["values"] == f"0 … {most:.6g}"
    assert known["place"]["values"] == "north, south"
    assert known["amount"]["feature"]
    assert not known[TARGET]["feature"]
    assert known["part"]["notes"].startswith("says the part")
    assert record.origin.unseen == {"numbers": (frame["amount"][500:] > most).sum(), "levels": 3}


def test_the_card_counts_the_inputs_that_the_first_layer_gets(run, record):
    n_inputs = run.model.model_.get_layer("table").columns_of_features().size
    assert record.network.layer_sizes[0] == n_inputs > record.network.n_columns
    assert len(record.network.input_groups) == n_inputs
    assert np.asarray(record.network.biases[0]).shape == (4,)
    assert f": {n_inputs} → 4 → 1 units from encoded inputs" in (run.path / "model_card.md").read_text()


def test_the_table_can_be_told_again_by_its_bytes_or_its_rows(quick, tmp_path):
    path = tmp_path / "loans.csv"
    LOANS.write_csv(path)
    known = quick(path, TARGET, epochs=1)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert known.config["fingerprint"] == {"of": "the file", "sha256": digest}
    for name in ("report.html", "model_card.md"):
        text = (known.path / name).read_text()
        assert digest in text
        assert known.config["made"] in text
    assert known.config["made"].endswith("+00:00")


def test_rows_have_one_fingerprint_and_a_changed_cell_another():
    found = [fingerprint(None, frame)["sha256"] for frame in (LOANS, LOANS.clone(), LOANS[::-1])]
    changed = LOANS.with_columns(pl.col("funded_amnt") + (pl.int_range(pl.len()) == 7))
    assert found[0] == found[1]
    assert len({*found, fingerprint(None, changed)["sha256"]}) == 3
    assert fingerprint(None, LOANS.rename({"grade": "note"}))["sha256"] != found[0]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({}, "The validation rows ended its training."),
        ({"early_stopping": False}, "The validation rows were only watched."),
        ({"threshold": "f1"}, "The validation rows ended its training and chose its threshold."),
        ({"threshold": 0.3, "early_stopping": False}, "The validation rows were only watched."),
        ({"threshold": "f1", "refer": "rate=0.1", "calibration": "platt"},
         "The validation rows ended its training and chose its calibration, threshold and refer band."),
    ],
)  # fmt: skip
def test_what_the_validation_rows_decided_is_told_as_it_was(quick, settings, said):
    run = quick(LOANS, TARGET, epochs=1, **settings)
    assert validation_in_words(run.model) == said
    assert said in (run.path / "report.html").read_text()


def test_every_class_is_explained_or_named_as_left_out(quick):
    frame = LOANS.with_columns(five=pl.Series(np.array(list("abcde"))[np.arange(600) % 5]))
    (record,) = read_run(quick(frame, "five", epochs=1).path)
    assert [driver.output for driver in record.drivers] == list("abcde")
    assert unexplained(record) == ""
    fewer = replace(record, drivers=record.drivers[:3])
    assert unexplained(fewer) == "These are the most frequent classes. Not taken apart here: 'd', 'e'."
    assert unexplained(fewer).replace("'", "&#39;") in render_report(fewer)
    assert "Not taken apart here" in render_card(fewer)


def test_an_older_run_and_a_damaged_one_say_what_to_do(run, tmp_path):
    shutil.copy(run.path / "config.json", tmp_path)
    with pytest.raises(FileError, match=r"a run without report\.json") as caught:
        report(tmp_path)
    assert "train again" in str(caught.value)
    text = (run.path / RECORD).read_text()
    (tmp_path / RECORD).write_text(text.replace('"n_rows":90', '"n_rows":91'))
    with pytest.raises(FileError, match="not as it was written"):
        report(tmp_path)
