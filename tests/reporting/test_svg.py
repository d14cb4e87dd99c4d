import re
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

from neurode.drawing import draw_network, draw_roc_curves
from neurode.reporting.svg import inline_svg


def drawn(name="a", label="a network", **more):
    return inline_svg(
        draw_network([2, 3, 1], [np.ones((2, 3)), -np.ones((3, 1))], **more).figure, name, label
    )


def test_it_is_one_well_formed_element_with_a_name_for_screen_readers():
    root = ElementTree.fromstring(drawn(label='2 < 3 & "so" on'))
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert root.get("role") == "img"
    assert root.get("aria-label") == '2 < 3 & "so" on'
    assert root.get("width") is None


def test_ids_carry_the_name_of_their_figure_and_every_reference_is_met():
    for name in ("first", "second"):
        text = drawn(name)
        ids = re.findall(r'\sid="([^"]+)"', text)
        assert ids
        assert all(identifier.startswith(f"{name}-") for identifier in ids)
        assert len(ids) == len(set(ids))
        assert set(re.findall(r'(?:url\(#|href="#)([^")]+)', text)) == set(ids)


def test_colours_are_variables_of_the_page():
    text = drawn()
    assert "var(--ink)" in text
    assert "var(--blue)" in text
    assert not re.search(r'style="[^"]*#[0-9a-f]{6}', text)


@pytest.mark.parametrize(
    "name", ["#0072b2", 'id="x"', "<script>", "a--b", "$x^2$", "名前", "font: 3px q", "]]>"]
)
def test_a_name_is_shown_as_it_is(name):
    root = ElementTree.fromstring(drawn(input_names=[name, "b"]))
    texts = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert name in texts


def test_the_same_figure_gives_the_same_text():
    assert drawn() == drawn()


def test_fonts_and_metadata_are_left_to_the_page():
    text = drawn()
    for part in ("DejaVu", "<metadata", "<!--", "<style", "<defs></defs>x", "xlink"):
        assert part not in text


def test_an_empty_legend_entry_does_not_break_the_file():
    from types import SimpleNamespace

    curve = SimpleNamespace(false_positive_rate=np.array([0, 1]), true_positive_rate=np.array([0, 1]))
    ElementTree.fromstring(inline_svg(draw_roc_curves({"": curve}).figure, "a", ""))
