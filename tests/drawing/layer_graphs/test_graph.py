from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.collections import PathCollection, PolyCollection
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.image import imread

from neurode.drawing import LayerBox, draw_layer_graph, save_layer_graph
from neurode.drawing.layer_graphs.layered_layout import PORT_GAP
from neurode.drawing.style import LIGHT
from neurode.errors import ArgumentError, FileError, UnknownNameError

EVERYTHING = {
    "show_shapes": True,
    "show_dtype": True,
    "show_layer_names": True,
    "show_layer_activations": True,
    "show_trainable": True,
}


def table(name):
    return LayerBox(name, "InputLayer", (), (None, 8), (None, 8), dtype="float32", trainable=None)


def dense(name, *inputs, trainable=True):
    return LayerBox(name, "Dense", inputs, (None, 77), (None, 12), "relu", "float32", trainable)


def joined(name, *inputs):
    shapes = [(None, 12)] * len(inputs)
    return LayerBox(name, "Concatenate", inputs, shapes, (None, 12 * len(inputs)), None, "float32", None)


def chain(length):
    layers = [table("layer_0")]
    return layers + [dense(f"layer_{i}", f"layer_{i - 1}", trainable=i % 3 > 0) for i in range(1, length)]


LONG = "a_name_of_a_layer_that_somebody_made_up_of_some_60_letters_x"

ENCODER = (table("encoder_input"), dense("e", "encoder_input"), dense("mean", "e"), dense("variance", "e"))
INNER = LayerBox("inner", "Sequential", ("d",), children=(dense("i"), dense("j", "i")))
DECODER = (dense("d"), INNER, dense("k", "inner"))

GRAPHS = {
    "one": [table("x")],
    "chain": chain(4),
    "forty": chain(40),
    "diamond": [table("x"), dense("a", "x"), dense("b", "x"), joined("both", "a", "b")],
    "two": [
        table("numbers"),
        table("codes"),
        dense("a", "numbers"),
        dense("b", "codes"),
        joined("both", "a", "b"),
        dense("price", "both"),
        dense("risk", "both"),
    ],
    "skips": [
        table("x"),
        dense("a", "x"),
        dense("b", "a"),
        joined("c", "b", "x"),
        dense("d", "c"),
        joined("e", "d", "c", "x", "a"),
    ],
    "shared": [table("a"), table("b"), dense("tower", "a", "b"), joined("pair", "tower", "tower")],
    "fan": [
        table("x"),
        *[dense(f"f{i}", "x") for i in range(30)],
        joined("y", *[f"f{i}" for i in range(30)]),
    ],
    "long": [
        table(LONG),
        LayerBox("y", LONG, (LONG,), [(None, i) for i in range(9)], LONG, LONG, LONG, False),
    ],
    "nested": [
        table("x"),
        LayerBox("encoder", "Functional", ("x",), children=ENCODER),
        joined("sample", "encoder/mean", "encoder/variance"),
        LayerBox(LONG, "Sequential", ("sample",), children=DECODER),
        dense("side", "x"),
        joined("out", LONG, "side"),
    ],
    "called twice": [
        table("a"),
        table("b"),
        LayerBox("tower", "Sequential", ("a", "b"), children=(dense("t"), dense("u", "t"))),
        joined("pair", "tower", "tower"),
    ],
}


def rectangles(axes, label):
    """Left, right, top and bottom of each rectangle of a kind."""
    found = [patch.get_bbox() for patch in axes.patches if patch.get_label() == label]
    return np.array([[box.xmin, box.xmax, box.ymin, box.ymax] for box in found]).reshape(-1, 4)


def collection(axes, kind):
    return next(c for c in axes.collections if type(c) is kind)


def tips(axes):
    return np.array([path.vertices[0] for path in collection(axes, PolyCollection).get_paths()]).reshape(
        -1, 2
    )


def curves(axes):
    """Points along each line."""
    steps = np.linspace(0, 1, 25)
    return [
        np.concatenate([np.asarray(bezier(steps)) for bezier, _ in path.iter_bezier()])
        for path in collection(axes, PathCollection).get_paths()
    ]


def texts(axes):
    return [text.get_text() for text in axes.texts]


def lies_on(point, rectangle, direction):
    left, right, top, bottom = rectangle
    along, edge, low, high = (
        (point[1], top, left, right) if direction == "TB" else (point[0], left, top, bottom)
    )
    across = point[0] if direction == "TB" else point[1]
    return abs(along - edge) < 1e-5 and low < across < high


def check_picture(axes, direction):
    cards = rectangles(axes, "_card")
    for a, b in combinations(cards, 2):
        assert min(a[1], b[1]) <= max(a[0], b[0]) or min(a[3], b[3]) <= max(a[2], b[2])
    for tip in tips(axes):
        assert any(lies_on(tip, card, direction) for card in cards)
    for curve in curves(axes):
        for left, right, top, bottom in [*cards, *rectangles(axes, "_title")]:
            x, y = curve.T
            hit = (x > left + 1e-5) & (x < right - 1e-5) & (y > top + 1e-5) & (y < bottom - 1e-5)
            assert not hit.any()


def check_texts(axes):
    """Every text lies within one card or title, as measured by the renderer, and no two touch."""
    axes.figure.draw_without_rendering()
    corners = [
        axes.transData.transform([[left, bottom], [right, top]])
        for left, right, top, bottom in [*rectangles(axes, "_card"), *rectangles(axes, "_title")]
    ]
    extents = [text.get_window_extent() for text in axes.texts]
    for extent in extents:
        assert any(
            low[0] <= extent.x0 and extent.x1 <= high[0] and low[1] <= extent.y0 and extent.y1 <= high[1]
            for low, high in corners
        )
    assert not any(a.overlaps(b) for a, b in combinations(extents, 2))


@pytest.mark.parametrize("direction", ["TB", "LR"])
@pytest.mark.parametrize("name", GRAPHS)
def test_cards_keep_apart_and_arrows_end_on_them_and_run_through_none(name, direction):
    check_picture(draw_layer_graph(GRAPHS[name], rankdir=direction, expand_nested=True), direction)
    check_picture(draw_layer_graph(GRAPHS[name], rankdir=direction, **EVERYTHING), direction)


@pytest.mark.parametrize("direction", ["TB", "LR"])
@pytest.mark.parametrize("name", sorted(set(GRAPHS) - {"forty", "fan"}))
def test_every_text_lies_within_its_card(name, direction):
    check_texts(draw_layer_graph(GRAPHS[name], rankdir=direction, expand_nested=True, **EVERYTHING))


@given(st.data())
@settings(max_examples=20, deadline=None)
def test_any_graph_without_cycles_is_drawn_clearly(data):
    n_layers = data.draw(st.integers(1, 9))
    boxes = [
        dense(
            f"l{i}", *[f"l{j}" for j in data.draw(st.lists(st.integers(0, i - 1), max_size=3))] if i else ()
        )
        for i in range(n_layers)
    ]
    axes = draw_layer_graph(boxes)
    check_picture(axes, "TB")
    assert len(tips(axes)) == sum(len(box.inputs) for box in boxes)


def test_layers_follow_the_flow():
    boxes = GRAPHS["skips"]
    down = rectangles(draw_layer_graph(boxes), "_card")
    right = rectangles(draw_layer_graph(boxes, rankdir="LR"), "_card")
    assert (np.diff(down[:, 2]) > 0).all()
    assert (np.diff(right[:, 0]) > 0).all()


def test_a_chain_is_straight_even_beside_a_skip():
    for name in ("chain", "forty"):
        cards = rectangles(draw_layer_graph(GRAPHS[name], **EVERYTHING), "_card")
        assert np.ptp(cards[:, :2].mean(axis=1)) < 1e-5
    skipped = [*chain(4), joined("sum", "layer_3", "layer_0")]
    cards = rectangles(draw_layer_graph(skipped), "_card")
    assert np.ptp(cards[:, :2].mean(axis=1)) < 1e-5


def test_the_straight_arrow_meets_the_middle_and_others_make_room():
    skipped = [*chain(4), joined("sum", "layer_3", "layer_0")]
    axes = draw_layer_graph(skipped)
    left, right, *_ = rectangles(axes, "_card")[-1]
    offsets = sorted(abs(tips(axes)[-2:, 0] - (left + right) / 2))
    assert offsets == pytest.approx([0, PORT_GAP])


def test_a_card_is_as_wide_as_its_arrows_need():
    heads = np.sort(tips(draw_layer_graph(GRAPHS["fan"]))[-30:, 0])
    assert np.diff(heads) == pytest.approx(PORT_GAP)


def test_a_layer_stands_over_the_middle_of_two_that_it_feeds():
    x, a, b, _ = rectangles(draw_layer_graph(GRAPHS["diamond"]), "_card")[:, :2].mean(axis=1)
    assert x == pytest.approx((a + b) / 2)


def test_a_late_input_stands_right_before_what_it_feeds():
    boxes = [table("x"), *chain(3), joined("y", "layer_2", "x")]
    cards = rectangles(draw_layer_graph(boxes), "_card")
    assert cards[0, 2] == pytest.approx(cards[3, 2])


def test_a_shared_layer_is_one_card_with_an_arrow_for_each_call():
    axes = draw_layer_graph(GRAPHS["shared"])
    assert len(rectangles(axes, "_card")) == 4
    assert len({tuple(tip) for tip in tips(axes).round(3)}) == 4


def test_a_card_tells_what_is_asked_for_and_no_more():
    box = dense("hidden", trainable=False)
    assert texts(draw_layer_graph([box])) == ["Dense"]
    assert texts(draw_layer_graph([box], **EVERYTHING)) == [
        *("Dense", "hidden", "activation", "relu", "input", "(None, 77)", "output", "(None, 12)"),
        *("dtype", "float32", "weights", "non-trainable"),
    ]
    # An input has no activation, no other shape than its own and nothing to train.
    shown = texts(draw_layer_graph([table("x")], **EVERYTHING))
    assert shown == ["InputLayer", "x", "output", "(None, 8)", "dtype", "float32"]


def test_shapes_stand_one_a_line_and_many_are_counted():
    box = LayerBox("y", "Concatenate", (), [(None, i) for i in range(9)], {"left": (None, 1)})
    shown = texts(draw_layer_graph([box, LayerBox("z", "Lambda")], show_shapes=True))
    assert shown[2:6] == ["(None, 0)", "(None, 1)", "(None, 2)", "… 6 more"]
    assert "left: (None, 1)" in shown
    assert shown.count("?") == 2


def test_a_frame_holds_the_layers_of_a_nested_model_and_no_others():
    axes = draw_layer_graph(GRAPHS["nested"], expand_nested=True)
    cards, frames = rectangles(axes, "_card"), rectangles(axes, "_frame")

    def held(frame):
        low, high = cards[:, [0, 2]] >= frame[[0, 2]], cards[:, [1, 3]] <= frame[[1, 3]]
        return int((low.all(axis=1) & high.all(axis=1)).sum())

    assert sorted(map(held, frames)) == [2, 4, 4]
    overlapping = [
        ((cards[:, 0] < f[1]) & (cards[:, 1] > f[0]) & (cards[:, 2] < f[3]) & (cards[:, 3] > f[2])).sum()
        for f in frames
    ]
    assert sorted(overlapping) == [2, 4, 4]
    assert {"encoder", "Functional", "inner"} <= set(texts(axes))


def test_a_nested_model_is_one_card_unless_expanded():
    axes = draw_layer_graph(GRAPHS["nested"], show_layer_names=True)
    assert len(rectangles(axes, "_card")) == 6
    assert len(rectangles(axes, "_frame")) == 0
    assert len(tips(axes)) == 7


def test_each_tensor_enters_a_nested_model_at_the_layer_that_takes_it():
    pair = LayerBox(
        "pair", "Functional", ("a", "b"), children=(table("p"), table("q"), joined("r", "p", "q"))
    )
    axes = draw_layer_graph([table("a"), table("b"), pair, dense("y", "pair")], expand_nested=True)
    a, b, p, q, *_ = rectangles(axes, "_card")
    # Four arrows inside and out of the model: into p, q, r twice and y.
    landed = tips(axes)
    assert [sum(lies_on(tip, card, "TB") for tip in landed) for card in rectangles(axes, "_card")] == [
        *(0, 0),
        *(1, 1, 2, 1),
    ]
    assert (a[0] < b[0]) == (p[0] < q[0])
    frame_top = rectangles(axes, "_frame")[0, 2]
    entered = {x for x, y in (curve[-1].round(4) for curve in curves(axes)) if y == round(frame_top, 4)}
    assert len(entered) == 2


def test_lines_can_be_seen_on_paper_and_on_a_dark_page():
    # WCAG 2.2, 1.4.11 asks 3 : 1 of graphics.
    def luminance(color):
        parts = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in to_rgb(color)]
        return np.dot(parts, [0.2126, 0.7152, 0.0722])

    for page in ("#ffffff", "#0d1117"):
        light, dark = sorted([luminance(LIGHT.muted), luminance(page)], reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 3


def test_it_draws_where_it_is_told_and_becomes_as_small_as_it_must():
    axes = Figure(figsize=(3, 3)).add_axes((0, 0, 1, 1))
    assert draw_layer_graph(GRAPHS["skips"], ax=axes, **EVERYTHING) is axes
    check_picture(axes, "TB")
    check_texts(axes)
    assert max(text.get_fontsize() for text in axes.texts) < 5


def test_letters_are_never_smaller_than_eight_points_on_a_figure_of_its_own():
    axes = draw_layer_graph(GRAPHS["fan"], **EVERYTHING)
    assert min(text.get_fontsize() for text in axes.texts) == 8
    width = axes.figure.get_size_inches()[0]
    assert width == pytest.approx(np.ptp(axes.get_xlim()))


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("m.png", b"\x89PNG"),
        ("m.PNG", b"\x89PNG"),
        ("m", b"\x89PNG"),
        ("m.svg", b"<?xml"),
        ("m.pdf", b"%PDF"),
    ],
)
def test_the_ending_names_the_type(tmp_path, name, start):
    save_layer_graph(GRAPHS["chain"], tmp_path / name, show_shapes=True)
    assert (tmp_path / name).read_bytes().startswith(start)
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("ending", ["png", "svg", "pdf"])
def test_the_same_graph_is_the_same_file(tmp_path, ending):
    paths = [tmp_path / f"{i}.{ending}" for i in range(2)]
    for path in paths:
        save_layer_graph(GRAPHS["nested"], path, dpi=50, expand_nested=True, **EVERYTHING)
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_dots_per_inch_are_kept_unless_a_side_became_too_long(tmp_path, monkeypatch):
    save_layer_graph(GRAPHS["chain"], tmp_path / "small.png", dpi=300)
    monkeypatch.setattr("neurode.drawing.layer_graphs.graph.MOST_PIXELS", 500)
    save_layer_graph(GRAPHS["chain"], tmp_path / "large.png", dpi=300)
    inches = draw_layer_graph(GRAPHS["chain"]).figure.get_size_inches()
    small, large = (imread(tmp_path / name).shape[1::-1] for name in ("small.png", "large.png"))
    assert np.abs(small - 300 * inches).max() <= 1
    assert max(large) == 500


def test_dollars_in_a_name_are_no_formula(tmp_path):
    save_layer_graph([table("$x_1$")], tmp_path / "m.svg", show_layer_names=True)
    assert ">$x_1$<" in (tmp_path / "m.svg").read_text()


def test_an_unknown_ending_is_named(tmp_path):
    with pytest.raises(FileError, match=r"ends in '\.bmp'\n\nendings: '\.pdf', '\.png', '\.svg'"):
        save_layer_graph(GRAPHS["one"], tmp_path / "model.bmp")
    with pytest.raises(FileError, match="cannot write"):
        save_layer_graph(GRAPHS["one"], tmp_path / "nowhere" / "model.png")


def test_a_cycle_is_named_without_what_it_feeds():
    boxes = [table("x"), dense("a", "x", "b"), dense("b", "a"), dense("c", "b")]
    with pytest.raises(ArgumentError, match="a cycle among 'a', 'b'\n"):
        draw_layer_graph(boxes)
    with pytest.raises(ArgumentError, match="a cycle among 'a'\n"):
        draw_layer_graph([dense("a", "a")])
    inside = LayerBox("m", "Functional", ("x",), children=(table("i"), dense("p", "q"), dense("q", "p")))
    with pytest.raises(ArgumentError, match="a cycle among 'p', 'q'\n"):
        draw_layer_graph([table("x"), inside, dense("y", "m/q")], expand_nested=True)


def test_an_unknown_input_is_named():
    with pytest.raises(UnknownNameError, match=r"no layer named 'tabel'\n(.|\n)*did you mean 'table'"):
        draw_layer_graph([table("table"), dense("a", "tabel")])
    with pytest.raises(UnknownNameError, match="no layer named 'means'"):
        draw_layer_graph([*GRAPHS["nested"][:2], dense("a", "encoder/means")])


def test_a_name_given_twice_is_named():
    with pytest.raises(ArgumentError, match="two layers are named 'a'"):
        draw_layer_graph([table("a"), table("b"), dense("a", "b")])


def test_an_unknown_direction_is_named():
    with pytest.raises(UnknownNameError, match="no rankdir named 'BT'"):
        draw_layer_graph(GRAPHS["one"], rankdir="BT")
