import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace

import numpy as np
import pytest

from neurode.evaluation import Comparison, judge_regression
from neurode.reporting import NetworkRecord, ReportRecord, render_report
from neurode.reporting.regression import MOST_TARGETS, regression_view

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }}",
    "' onload='x",
    "$x_2$",
]


def compared(names=("price",), models=("network", "mean", "ridge regression"), rows=400):
    generator = np.random.default_rng(0)
    target = np.exp(generator.normal(size=(rows, len(names)))) * 1000
    guesses = (target + 100 * generator.normal(size=target.shape), np.tile(target.mean(axis=0), (rows, 1)))
    guesses += (target + 400 * generator.normal(size=target.shape),)
    judged = [
        judge_regression(model, target, guess, names, n_resamples=50, fit_seconds=1.5)
        for model, guess in zip(models, guesses)
    ]
    return Comparison(judged[0], tuple(judged[1:]))


def record(**more):
    return ReportRecord(
        title="What price?",
        comparison=compared(**more),
        network=NetworkRecord(
            [2, 4, 1], ["area", "rooms"], ["price"], ["relu", "linear"], None, 17, "Layers"
        ),
        history={"loss": [0.7, 0.6], "val_loss": [0.7, 0.65]},
        schema=[{"name": "area", "kind": "number", "gaps": 0.25, "values": "18 to 99"}],
        warnings=["a warning"],
        splits={"training": 2000, "test": 400},
        reproduce="neurode train houses.csv --target price",
    )


def page(report):
    """The report as a tree: it parses as XML, so tags are closed and text is escaped."""
    text = render_report(report)
    return text, ElementTree.fromstring(text.removeprefix("<!DOCTYPE html>"))


def local(element):
    return element.tag.rpartition("}")[2]


@pytest.fixture(scope="module")
def report():
    return page(record())


@pytest.fixture(scope="module")
def five():
    return page(record(names=[f"target {i}" for i in range(5)]))


@pytest.mark.parametrize("name", ["report", "five"])
def test_it_parses_and_every_id_is_unique_and_met(name, request):
    text, root = request.getfixturevalue(name)
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    labelled = [e.get("aria-labelledby") for e in root.iter() if e.get("aria-labelledby")]
    assert set(re.findall(r"url\(#([^)]+)\)", text)) | set(labelled) <= set(ids)


def test_several_targets_get_a_table_of_their_own(report, five):
    assert "Target by target" not in report[0]
    assert "Target by target" in five[0]


def test_the_sections_are_those_of_a_regression(report):
    headings = [e.text for e in report[1].iter() if local(e) == "h2"]
    assert headings == [
        "The data",
        "The network",
        "How training went",
        "Against the baselines",
        "Where it misses",
        "Limits",
        "How to make this again",
    ]


def test_headline_table_and_conclusion_tell_the_same_numbers(report):
    text, _ = report
    network = compared().network
    r2, mae = (network.metrics[name] for name in ("r2", "mae"))
    assert text.count(f"{r2.value:.3f}") >= 2
    assert text.count(f"{mae.value:,.2f}") >= 3
    assert f"{r2.lower:.3f} – {r2.upper:.3f}" in text
    assert f"explains {100 * r2.value:.1f}\u00a0% of the variance" in text


def test_the_deciles_are_told_row_by_row(report):
    _, root = report
    captions = {
        (table[0].text or "").split(",")[0]: table for table in root.iter() if local(table) == "table"
    }
    rows = [
        e for e in captions["Errors from the lowest predictions to the highest"].iter() if local(e) == "tr"
    ]
    deciles = compared().network.by_target[0].deciles
    assert len(rows) == 1 + len(deciles.n_rows)
    assert [cell.text for cell in rows[1]][:2] == ["1", f"{deciles.n_rows[0]}"]


def test_figures_have_a_role_a_name_and_a_caption(report):
    figures = [e for e in report[1].iter() if local(e) == "figure"]
    assert len(figures) == 6
    for figure in figures:
        svg, caption = list(figure)
        assert svg.get("role") == "img"
        assert svg.get("aria-label")
        assert caption.text


def test_tables_have_captions_and_their_heads_a_scope(report):
    tables = [e for e in report[1].iter() if local(e) == "table"]
    assert len(tables) >= 5
    for table in tables:
        assert local(table[0]) == "caption"
        assert all(e.get("scope") in {"row", "col"} for e in table.iter() if local(e) == "th")


def test_only_the_first_targets_are_drawn_and_the_page_says_so(five):
    text, root = five
    figures = [e for e in root.iter() if local(e) == "figure"]
    assert len(figures) == 1 + 3 * MOST_TARGETS + 2
    assert "drawn for the first 3 of 5 targets" in text
    assert "target 4" in text


def test_hostile_names_stay_text():
    text, root = page(record(names=HOSTILE[1:3], models=HOSTILE[:3]))
    assert {local(e) for e in root.iter()}.isdisjoint({"script", "img"})
    assert not [name for e in root.iter() for name in e.attrib if name.rpartition("}")[2].startswith("on")]
    assert "{{ 7 * 7 }}" in text


def test_the_best_of_each_metric_is_marked():
    comparison = compared()
    table = regression_view(record(), comparison).models
    assert [title for title, _ in table.columns] == ["R²", "MAE", "RMSE"]
    assert [lower for _, lower in table.columns] == [False, True, True]
    assert [[cell.is_best for cell in cells] for _, cells in table.rows] == [
        [True] * 3,
        [False] * 3,
        [False] * 3,
    ]


def test_a_model_far_off_does_not_squeeze_the_figure():
    comparison = compared()
    target = np.arange(50.0)
    far = judge_regression("far", target, 1e6 * target, n_resamples=20)
    _, root = page(ReportRecord("Far", replace(comparison, baselines=(*comparison.baselines, far))))
    label = next(e.get("aria-label") for e in root.iter() if (e.get("aria-label") or "").startswith("R²"))
    assert "ridge regression" in label
    assert "far" not in label


def test_a_constant_target_and_a_single_row_still_give_a_report():
    for target in (np.full(30, 2.0), np.ones(1)):
        alone = judge_regression("network", target, target + 1, n_resamples=20)
        text, _ = page(ReportRecord("Alone", Comparison(alone, (alone,))))
        assert "cannot be judged" in text


def test_the_same_record_gives_the_same_page(report):
    assert render_report(record()) == report[0]


def test_it_is_small_enough_to_mail():
    large = record(names=["a", "b", "c"], rows=20_000)
    assert len(render_report(large).encode()) < 500_000
