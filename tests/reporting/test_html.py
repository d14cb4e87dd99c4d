import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from neurode.errors import FileError
from neurode.evaluation import Comparison, choose_threshold, judge
from neurode.reporting import NetworkRecord, ReportRecord, render_report, write_report

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</svg></style><script>",
    "{{ 7 * 7 }}",
    "' onload='x",
]


def comparison(n_classes, labels=None, names=("network", "logistic regression")):
    generator = np.random.default_rng(0)
    target = np.arange(400) % n_classes
    classes = labels or [f"class {i}" for i in range(n_classes)]
    models = []
    for strength in (1.0, 0.5):
        probability = generator.random((400, n_classes)) + strength * np.eye(n_classes)[target]
        models.append(probability / probability.sum(axis=1, keepdims=True))
    threshold = choose_threshold(target, models[0], "f1") if n_classes == 2 else None
    value = threshold and threshold.value
    judged = [judge(n, target, p, classes, value, n_resamples=50) for n, p in zip(names, models)]
    return Comparison(judged[0], tuple(judged[1:]), threshold)


def full(n_classes=2, **more):
    sizes = [3, 20, 1 if n_classes == 2 else n_classes]
    return ReportRecord(
        title="Problem loans",
        subtitle="a table, a target",
        comparison=comparison(n_classes),
        network=NetworkRecord(
            sizes, ["age", "income", "grade"], None, ["relu", "sigmoid"], None, 101, "Layers"
        ),
        history={"loss": [0.7, 0.6], "val_loss": [0.7, 0.65], "accuracy": [0.5, 0.6]},
        best_epoch=2,
        config={"hidden": [20], "dropout": None},
        schema=[{"name": "age", "kind": "number", "gaps": 0.25, "values": "18 to 99"}, {"name": "grade"}],
        warnings=["one column has a single value"],
        splits={"training": 21000, "test": 400},
        timings={"training": 0.25},
        versions={"neurode": "0.1.0"},
        reproduce="neurode train table.csv",
        **more,
    )


def page(record):
    """The report as a tree: it parses as XML, so tags are closed and text is escaped."""
    text = render_report(record)
    return text, ElementTree.fromstring(text.removeprefix("<!DOCTYPE html>"))


def local(element):
    return element.tag.rpartition("}")[2]


@pytest.fixture(scope="module")
def report():
    return page(full())


@pytest.mark.parametrize("n_classes", [2, 3, 30])
def test_it_parses_and_every_id_is_unique_and_met(n_classes):
    text, root = page(full(n_classes))
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    referred = re.findall(r"url\(#([^)]+)\)", text) + re.findall(r'href="#([^"]+)"', text)
    labelled = [e.get("aria-labelledby") for e in root.iter() if e.get("aria-labelledby")]
    assert set(referred) | set(labelled) <= set(ids)


def test_it_runs_nothing_and_fetches_nothing(report):
    text, root = report
    assert {local(e) for e in root.iter()}.isdisjoint({"script", "img", "iframe", "object", "link", "base"})
    assert not [name for e in root.iter() for name in e.attrib if local_name(name).startswith("on")]
    assert set(re.findall(r"https?://[^\"' <]+", text)) == {"http://www.w3.org/2000/svg"}
    assert "@import" not in text
    assert "default-src 'none'" in text


def local_name(name):
    return name.rpartition("}")[2]


def test_headings_go_down_one_step_at_a_time_and_start_with_one_title(report):
    levels = [int(local(e)[1]) for e in report[1].iter() if re.fullmatch(r"h[1-6]", local(e))]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_tables_have_captions_and_their_heads_a_scope(report):
    tables = [e for e in report[1].iter() if local(e) == "table"]
    assert len(tables) >= 6
    for table in tables:
        assert local(table[0]) == "caption"
        assert all(e.get("scope") in {"row", "col"} for e in table.iter() if local(e) == "th")


def test_figures_have_a_role_a_name_and_a_caption(report):
    figures = [e for e in report[1].iter() if local(e) == "figure"]
    assert len(figures) >= 7
    for figure in figures:
        svg, caption = list(figure)
        assert svg.get("role") == "img"
        assert svg.get("aria-label")
        assert caption.text


def test_the_language_is_named(report):
    assert report[1].get("lang") == "en"


def test_the_conclusion_comes_before_every_table_and_figure(report):
    text, _ = report
    assert text.index('class="conclusion"') < min(text.index("<figure"), text.index("<table"))


def test_it_says_what_was_asked_found_and_measured(report):
    text, _ = report
    for part in (
        "Problem loans",
        "21,000",
        "25.0 %",
        "18 to 99",
        "250 ms",
        "neurode train table.csv",
        "Layers",
    ):
        assert part in text


def hostile_record():
    names = [HOSTILE[0], HOSTILE[1], HOSTILE[2]]
    hostile = comparison(2, HOSTILE[:2], (HOSTILE[2], HOSTILE[1]))
    return replace(
        full(),
        title=HOSTILE[0],
        subtitle=HOSTILE[2],
        comparison=hostile,
        network=NetworkRecord(
            [3, 2, 1], names, [HOSTILE[4]], [HOSTILE[3], HOSTILE[0]], None, None, HOSTILE[2]
        ),
        history={HOSTILE[0]: [1.0, 2.0]},
        config={HOSTILE[0]: HOSTILE[1], "nested": {HOSTILE[2]: [HOSTILE[3]]}},
        schema=[{"name": name, "kind": name, "values": name, "notes": [name]} for name in HOSTILE],
        warnings=HOSTILE,
        versions={HOSTILE[4]: HOSTILE[1]},
        reproduce=HOSTILE[2],
    )


def test_hostile_names_stay_text():
    text, root = page(hostile_record())
    assert {local(e) for e in root.iter()}.isdisjoint({"script", "img"})
    assert not [name for e in root.iter() for name in e.attrib if local_name(name).startswith("on")]
    assert "{{ 7 * 7 }}" in text
    headings = [e.text for e in root.iter() if local(e) == "h1"]
    assert headings == [HOSTILE[0]]


def test_a_bare_comparison_is_a_report():
    record = ReportRecord("Bare", Comparison(comparison(2).network))
    text, root = page(record)
    assert "guessing would be 50" in text
    assert next(e.text for e in root.iter() if local(e) == "h2") == "Against the baselines"


def test_rows_of_one_class_still_give_a_report():
    alone = judge("network", [1, 1, 1], np.full((3, 2), 0.5), ["no", "yes"], n_resamples=20)
    text, _ = page(ReportRecord("Alone", Comparison(alone, (alone,))))
    assert "all of one class" in text


def test_the_same_record_gives_the_same_page():
    assert render_report(full()) == render_report(full())


def test_the_file_is_replaced_whole(tmp_path):
    path = tmp_path / "report.html"
    path.write_text("old")
    assert write_report(full(), path) == path
    assert path.read_text(encoding="utf-8") == render_report(full())
    assert [p.name for p in tmp_path.iterdir()] == ["report.html"]


def test_a_failure_leaves_the_old_file_and_no_scrap(tmp_path, monkeypatch):
    path = tmp_path / "report.html"
    path.write_text("old")
    monkeypatch.setattr("pathlib.Path.replace", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(FileError, match="disk full"):
        write_report(full(), path)
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["report.html"]


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(FileError, match="cannot write"):
        write_report(full(), tmp_path / "nowhere" / "report.html")


def test_it_is_small_enough_to_mail(report):
    assert len(report[0].encode()) < 500_000
