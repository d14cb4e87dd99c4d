"""Every section of the page: what it says, and when it is there."""

import itertools
import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace

import numpy as np
import pytest

from neurode.evaluation import Comparison, Prices, judge
from neurode.evaluation.decisions import Counts
from neurode.evaluation.wording import quantity
from neurode.reporting import Origin, render_card, render_report
from neurode.reporting.asked import question, training
from neurode.reporting.html import view_of
from neurode.reporting.limits import limits
from neurode.reporting.money import bills, mean_cost
from neurode.reporting.segments import segment_views

HOSTILE = ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7 * 7 }}"]


def tree(text):
    return ElementTree.fromstring(text.removeprefix("<!DOCTYPE html>"))


def local(element):
    return element.tag.rpartition("}")[2]


def headings(text):
    return [element.text for element in tree(text).iter() if local(element) == "h2"]


def test_every_kind_of_record_is_a_whole_page(made, kind):
    text = made.page(kind)
    root = tree(text)
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    met = re.findall(r"url\(#([^)]+)\)", text) + re.findall(r'href="#([^"]+)"', text)
    met += [element.get("aria-labelledby") for element in root.iter() if element.get("aria-labelledby")]
    assert set(met) <= set(ids)
    levels = [int(local(e)[1]) for e in root.iter() if re.fullmatch(r"h[1-6]", local(e))]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    for table in (each for each in root.iter() if local(each) == "table"):
        assert local(table[0]) == "caption"
        assert all(e.get("scope") in {"row", "col"} for e in table.iter() if local(e) == "th")
    names = [element.get("aria-label") for element in root.iter() if element.get("role") == "region"]
    names += [e.text for e in root.iter() if local(e) == "h2"]
    assert len(names) == len(set(names))


def test_the_contents_list_every_section_in_order(made, kind):
    text = made.page(kind)
    links = [e for e in tree(text).iter() if local(e) == "a"]
    assert [link.text for link in links] == headings(text)


def test_a_full_record_is_read_in_this_order(made):
    assert headings(made.page("two classes")) == [
        "What was asked", "The data", "The network", "How training went", "Against the baselines",
        "How it ranks", "Threshold and money", "Whether its probabilities are kept", "Where it errs",
        "On other rows", "What moves its answers", "Three rows, explained", "Limits",
        "How to make this again",
    ]  # fmt: skip


def test_more_classes_and_numbers_leave_out_what_they_lack(made):
    three, number = headings(made.page("three classes")), headings(made.page("a number"))
    assert "What it decides" in three
    assert not {"Threshold and money", "How it ranks"} & {*three, *number}
    assert "Whether its probabilities are kept" not in number
    assert "Target by target" not in number
    assert "Target by target" in headings(made.page("two numbers"))


def test_hostile_names_stay_text_in_the_new_sections(made):
    record = made.of_classes()
    bad = HOSTILE[0]
    (example,) = record.examples
    record = replace(
        record,
        segments={bad: record.segments["late"]},
        drivers=[replace(record.drivers[0], output=bad, columns=HOSTILE[:2])],
        examples=[replace(example, title=bad, answer=HOSTILE[1], cells={bad: bad}, changes=HOSTILE)],
        diagnosis={"findings": [dict.fromkeys(made.finding, bad)], "looked_at": HOSTILE},
        origin=Origin(bad, HOSTILE[1], {bad: (bad, HOSTILE[2])}),
    )
    text = render_report(record)
    assert {local(e) for e in tree(text).iter()}.isdisjoint({"script", "img"})
    assert "{{ 7 * 7 }}" in text


def test_findings_are_told_with_their_advice_and_health_too(made):
    text = render_report(replace(made.light, diagnosis={"findings": (made.finding,), "looked_at": ()}))
    assert all(part in text for part in ("dead units", "3 of 8 units", "silu instead of relu"))
    healthy = render_report(replace(made.light, diagnosis={"findings": (), "looked_at": ("the weights",)}))
    assert "found nothing" in healthy
    assert "the weights" in healthy
    assert "How training went" not in render_report(made.light)


def test_a_bill_is_the_mean_price_of_the_confusion_matrix(made):
    record = made.of_classes()
    network = record.comparison.network
    (negative, alarms), (missed, found) = network.confusion.counts.tolist()
    n_rows = negative + alarms + missed + found
    expected = 1000 * (5 * missed + alarms) / n_rows
    rows = {bill.name: bill for bill in bills(record)}
    assert list(rows) == [
        "network",
        "logistic regression",
        "nobody called ‘class 1’",
        "everybody called ‘class 1’",
    ]
    assert float(rows["network"].cost.replace(",", "")) == pytest.approx(expected, rel=1e-3)
    nobody, everybody = 5000 * (missed + found) / n_rows, 1000 * (negative + alarms) / n_rows
    saved = float(rows["network"].saved.replace("+", "").replace("−", "-").replace(",", ""))
    assert saved == pytest.approx(min(nobody, everybody) - expected, rel=1e-2)
    assert rows["everybody called ‘class 1’"].saved == "0"
    assert "What it costs" in made.page("two classes")


def test_the_interval_of_a_bill_is_that_of_the_mean_over_rows():
    prices, counts = Prices(false_negative=5.0, false_positive=1.0, true_positive=-2.0), Counts(7, 20, 60, 13)
    paid = np.repeat([-2.0, 1.0, 0.0, 5.0], [7, 20, 60, 13])
    mean, half = mean_cost(prices, counts)
    assert mean == pytest.approx(paid.mean())
    assert half == pytest.approx(1.959964 * paid.std(ddof=1) / 10, rel=1e-6)


def test_without_prices_there_is_no_bill(made):
    record = made.of_classes()
    record = replace(record, thresholds=replace(record.thresholds, prices=None))
    assert bills(record) == []
    assert "What it costs" not in made.page("three classes")


def test_segments_beyond_chance_come_first_and_the_others_only_in_full(made):
    record = made.of_numbers()
    (view,) = segment_views(record)
    assert view.deviating[0].label == "C"
    assert view.deviating[0].worse
    assert [row.label for row in view.others] == ["A", "B", "C"]
    assert view.everything.cells[0][0] == "400"
    # The interval of all rows is the one of the page's head, by resamples, not one more by a formula.
    (name,) = record.segments
    mae = record.comparison.network.metrics["mae"]
    assert view.everything.cells[3][1] == f"{quantity(mae.lower)} – {quantity(mae.upper)}"
    assert record.segments[name].everything.metrics["mae"] != mae
    assert "segments of larger targets have larger ones" in view.summary
    (bare,) = segment_views(replace(record, in_full=()))
    assert bare.others == []


@pytest.mark.parametrize(
    ("origin", "said"),
    [
        (Origin(synthetic=True), "synthetic"), (Origin(interrupted=3), "interrupted after epoch 3"),
        (Origin(shifted=True), "shifted"), (Origin(deployment="95.0 % / 5.0 %"), "95.0 % / 5.0 %"),
        (Origin(periods={"test": ("2025-01-01", "2025-06-30")}), "test from 2025-01-01 to 2025-06-30"),
    ],
)  # fmt: skip
def test_a_limit_is_told_where_it_holds_and_only_there(made, origin, said):
    record = made.of_classes()
    assert said in " ".join(limits(replace(record, origin=origin)))
    assert said not in " ".join(limits(replace(record, origin=Origin())))


@pytest.mark.parametrize(
    ("unseen", "said"),
    [
        ({"numbers": 0}, "no test row has such a value, so nothing here tests it"),
        ({"numbers": 1}, "1 test row has such a value, too few"),
        ({"levels": 1200}, "1,200 test rows have such a level."),
    ],
)
def test_what_training_never_saw_is_counted_among_the_test_rows(made, unseen, said):
    record = replace(made.of_classes(), origin=Origin(unseen=unseen))
    text = " ".join(limits(record))
    assert said in text
    assert ("beyond the range" in text) == ("numbers" in unseen)
    assert "beyond the range" not in " ".join(limits(replace(record, origin=Origin())))


def test_a_precision_of_no_call_is_no_number(made):
    record = made.of_classes(complete=False)
    target = np.arange(400) % 2
    never = judge("network", target, np.full((400, 2), 0.5), ["no", "yes"], 0.9, n_resamples=0)
    record = replace(record, comparison=Comparison(never), thresholds=None)
    view = view_of(record)
    assert [value for value, name, _ in view.headlines if name == "of its calls right"] == ["–"]
    table = view.details["decisions"]
    cells = dict(zip([title for title, _ in table.columns], table.rows[0][1]))
    assert cells["precision"].value == "–"
    assert cells["recall"].value == "0.000"


def test_the_threshold_is_told_to_the_last_digit(made):
    record = made.of_classes()
    line = record.comparison.network.threshold
    for text in (made.page("two classes"), render_card(record)):
        (told,) = set(re.findall(r"(?:exactly|probability of) (0\.\d{5,})", text))
        assert float(told) == line


def test_the_card_holds_the_confusion_counts_and_the_bill(made):
    record = made.of_classes()
    text = render_card(record)
    for label, counts in zip(record.comparison.network.classes, record.comparison.network.confusion.counts):
        assert f"| {label} | {counts[0]:,} | {counts[1]:,} |" in text
    for bill in bills(record):
        assert f"| {bill.name} | {bill.cost} ({bill.interval}) | {bill.saved} |" in text
    assert "Cost of" not in render_card(made.of_classes(3))


def test_a_question_counts_the_columns_that_are_read(made):
    record = made.of_numbers(2)
    schema = [{"name": "age"}, {"name": "price 0", "feature": False}, {"name": "group", "feature": False}]
    assert "from 1 column of the table loans.csv" in question(replace(record, schema=schema))[0]


def test_what_least_cost_means_on_these_rows_is_told(made):
    assert "which flatters it" in made.page("two classes")


def test_classes_with_few_test_rows_are_named(made):
    assert "400" not in " ".join(limits(made.of_classes()))
    few = " ".join(limits(made.of_classes(8)))
    assert "50 of ‘class 0’" in few
    assert "3 more classes" in few


def test_what_was_asked_and_how_it_went_are_sentences(made):
    assert "the probability that late is ‘class 1’" in question(made.of_classes())[0]
    assert "which of 3 classes" in question(made.of_classes(3))[0]
    assert "predict price 0" in question(made.of_numbers())[0]
    assert "2 numbers" in question(made.of_numbers(2))[0]
    record = made.of_classes()
    assert training(record) == (
        "The network learned for 2 epochs; the weights of epoch 1 were kept, after which the loss on "
        "validation "
        "rows no longer fell enough."
    )
    assert training(replace(record, best_epoch=2)).endswith("the weights of the last were kept.")
    assert training(replace(record, history={})) == ""
