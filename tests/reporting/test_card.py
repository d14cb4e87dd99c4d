"""The model card: Mitchell's headings, tables that are whole, names that stay names."""

import re
from dataclasses import replace

import pytest

from neurode.reporting import render_card, write_card
from neurode.reporting.card import TO_FILL
from neurode.reporting.markdown import fenced, inline, table

HEADINGS = [
    "Model details", "Intended use", "Factors", "Metrics", "Evaluation data", "Training data",
    "Quantitative analyses", "Ethical considerations", "Caveats and recommendations",
]  # fmt: skip


def tables(text):
    """The tables, each a list of rows of cells."""
    found, lines = [], text.splitlines()
    for number, line in enumerate(lines):
        if line.startswith("|") and (number == 0 or not lines[number - 1].startswith("|")):
            found.append([])
        if line.startswith("|"):
            found[-1].append(re.split(r"(?<!\\)\|", line)[1:-1])
    return found


def test_it_has_the_nine_headings_in_order(record):
    assert re.findall(r"^## (.+)$", render_card(record), re.MULTILINE) == HEADINGS


def test_every_table_is_whole(record):
    found = tables(render_card(record))
    assert found
    for rows in found:
        assert len({len(row) for row in rows}) == 1
        assert all(re.fullmatch(r" :?---:? | ---: ", cell) for cell in rows[1])
        assert len(rows) > 2


def test_what_only_the_owner_knows_is_marked(record):
    assert render_card(record).count(TO_FILL) == 4


def test_it_tells_the_numbers_of_the_report(made):
    record = made.of_classes()
    text = render_card(record)
    auc = record.comparison.network.metrics["roc_auc"]
    assert f"{auc.value:.3f} ({auc.lower:.3f} – {auc.upper:.3f})" in text
    for part in ("21,000", "25.0 %", "neurode train loans.csv --target late", "probability of late"):
        assert part in text


@pytest.mark.parametrize(
    "name", ["a|b", "*a*", "<img src=x>", "[a](b)", "`a`", "a\nb", "_a_", "## a", "~~a~~"]
)
def test_hostile_names_stay_names(made, name):
    record = made.of_classes(labels=[name, "b"])
    record = replace(record, target=name, title=name, warnings=[name], reproduce=f"{name}```\n# x")
    text = render_card(record)
    assert all(len({len(row) for row in rows}) == 1 for rows in tables(text))
    body = re.sub(r"(`{4,})\n.*?\n\1", "", text, flags=re.DOTALL)
    assert re.findall(r"^## (.+)$", body, re.MULTILINE) == HEADINGS
    assert "<img" not in body
    assert "[a](b)" not in body
    assert f"- {inline(name)}" in body


def test_a_fence_is_longer_than_what_it_holds():
    assert fenced("a ```` b").startswith("`````\n")


def test_columns_of_words_stand_left():
    assert table(["a", "b", "c"], [[1, 2, 3]], words=2).splitlines()[1] == "| :--- | :--- | ---: |"


def test_it_is_written_whole(made, tmp_path):
    record = made.of_numbers()
    path = write_card(record, tmp_path / "model_card.md")
    assert path.read_text(encoding="utf-8") == render_card(record)
