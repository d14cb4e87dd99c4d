"""The summary of models of every form, as Keras prints it."""

import re

import pytest

from neurode.errors import UnknownNameError
from neurode.layers import BatchNormalization, Concatenate, Dense, Dropout, Input
from neurode.models import Model, Sequential

TWO = """\
Model: "two"
┏━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━┳━━━━━━━━━┳━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━┓
┃ Layer (type)          ┃ Output Shape ┃ Param # ┃ Connected to     ┃ Trainable ┃
┡━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━╇━━━━━━━━━╇━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━┩
│ a (InputLayer)        │ (None, 3)    │       0 │ -                │ -         │
│ wide (Dense)          │ (None, 4)    │      16 │ a[0][0]          │ N         │
│ b (InputLayer)        │ (None, 2)    │       0 │ -                │ -         │
│ both (Concatenate)    │ (None, 6)    │       0 │ wide[0][0],      │ -         │
│                       │              │         │ b[0][0]          │           │
│ risk (Dense)          │ (None, 1)    │       7 │ both[0][0]       │ Y         │
└───────────────────────┴──────────────┴─────────┴──────────────────┴───────────┘
 Total params: 23 (92.00 B)
 Trainable params: 7 (28.00 B)
 Non-trainable params: 16 (64.00 B)"""


def shown(model, **settings):
    lines = []
    model.summary(print_fn=lines.append, **settings)
    (text,) = lines
    return text


def cells(text):
    """The table without its rules and the widths of its columns."""
    rows = [line for line in text.splitlines() if line[0] in "┃│"]
    return [[cell.rstrip() for cell in re.split("[┃│]", row)[1:-1]] for row in rows]


@pytest.fixture
def two():
    a, b = Input((3,), name="a"), Input((2,), name="b")
    both = Concatenate(name="both")([Dense(4, name="wide", trainable=False)(a), b])
    return Model([a, b], Dense(1, name="risk")(both), name="two")


def test_a_network_with_branches_says_what_feeds_what(two):
    found, expected = shown(two, show_trainable=True), TWO
    joined = [[a.strip() for a in row] for row in cells(found)]
    wanted = [[a.strip() for a in row] for row in cells(expected)]
    # A connection is wrapped where the column is narrow.
    wanted[4][3] += " " + wanted.pop(5)[3]
    assert joined == wanted
    assert found.splitlines()[-3:] == expected.splitlines()[-3:]


def test_a_chain_of_tensors_needs_no_such_column():
    x = Input((3,), name="x")
    text = shown(Model(x, Dense(1, name="end")(x)))
    assert [row[0].strip() for row in cells(text)] == ["Layer (type)", "x (InputLayer)", "end (Dense)"]
    assert "Connected to" not in text


def test_a_layer_used_twice_makes_it_no_chain():
    x, again = Input((3,)), Dense(3)
    assert "Connected to" in shown(Model(x, again(again(x))))


def test_models_inside_are_counted_whole_or_shown_layer_by_layer():
    inner = Sequential([Input((3,)), Dense(4, name="first"), BatchNormalization(name="norm")], name="inner")
    x = Input((3,), name="x")
    model = Model(x, Dense(1, name="end")(inner(x)), name="outer")
    assert [row[2].strip() for row in cells(shown(model))] == ["Param #", "0", "32", "5"]
    assert [row[0] for row in cells(shown(model, expand_nested=True))] == [
        " Layer (type)", " x (InputLayer)", " inner (Sequential)",
        "    └ first (Dense)", "    └ norm (BatchNormalization)", " end (Dense)",
    ]  # fmt: skip


def test_models_two_deep_are_set_in_twice():
    x = Input((3,))
    innermost = Model(x, Dense(2, name="leaf")(x), name="innermost")
    model = Sequential([Input((3,)), Sequential([Input((3,)), innermost], name="inner")])
    names = [row[0] for row in cells(shown(model, expand_nested=True))]
    assert " inner (Sequential)" in names
    assert "    └ innermost (Functional)" in names
    assert "       └ leaf (Dense)" in names


def test_ops_go_by_their_own_names():
    x = Input((3,), name="x")
    text = shown(Model(x, Dense(1, name="end")(x * 2.0 + x)))
    assert [row[0].strip() for row in cells(text)][1:] == [
        "x (InputLayer)", "multiply (Multiply)", "add (Add)", "end (Dense)",
    ]  # fmt: skip


def test_several_outputs_of_a_model_inside_are_a_list_of_shapes(two):
    x, y = Input((3,)), Input((2,))
    pair = Model([x, y], [Dense(1)(x), Dense(2)(y)], name="pair")
    a, b = Input((3,)), Input((2,))
    assert "[(None, 1), (None, 2)]" in shown(Model([a, b], pair([a, b])))


def test_a_model_that_is_not_built_says_so_for_each_layer():
    text = shown(Sequential([Dense(4), Dropout(0.1), Dense(1, name="end")]))
    assert [row[0].strip() for row in cells(text)][1:] == [
        "dense (Dense)",
        "dropout (Dropout)",
        "end (Dense)",
    ]
    assert [row[1].strip() for row in cells(text)][1:] == ["?"] * 3
    assert [row[2].strip() for row in cells(text)][1:] == ["0 (unbuilt)"] * 3
    assert " Total params: 0 (0.00 B)" in text


def test_a_range_of_layers_is_shown(two):
    rows = cells(shown(two, layer_range=("wide", "both")))
    assert [row[0].strip() for row in rows][1:] == ["wide (Dense)", "b (InputLayer)", "both (Concatenate)"]
    with pytest.raises(UnknownNameError, match="no layer named 'wid'"):
        two.summary(layer_range=("wid", "both"))


@pytest.mark.parametrize("line_length", [90, 100, 140])
def test_a_line_has_the_length_that_was_asked_for(two, line_length):
    lines = shown(two, line_length=line_length).splitlines()[1:-3]
    assert {len(line) for line in lines} == {line_length}
