import json
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd
import pytest

from neurode.errors import ArgumentError, DataTypeError, FileError, NotFittedError
from neurode.layers import Graph, Hashing, Input, IntegerLookup, StringLookup
from neurode.layers.hashes import farm_fingerprint, sip_hash


def column(*values):
    return np.array([[value] for value in values])


# Published values: BigQuery's page on FARM_FINGERPRINT and Guava's tests; that of 50 letters is from
# pyfarmhash 0.5. There is one for each of the algorithm's ranges of length.
FINGERPRINTS = {
    "1footrue": -1541654101129638711,
    "2applefalse": 2794438866806483259,
    "3true": -4880158226897771312,
    "test" * 8: -4196240717365766262,
    "x" * 50: 4607997358663321893,
    "test" * 64: 3500507768004279527,
}


@pytest.mark.parametrize(("text", "expected"), FINGERPRINTS.items())
def test_fingerprints_are_those_published(text, expected):
    assert farm_fingerprint(np.array([text])).astype(np.int64).tolist() == [expected]


def test_the_sip_hash_is_that_of_its_paper():
    # Appendix A: key 00 01 … 0f, message 00 01 … 0e.
    message = "".join(map(chr, range(15)))
    key = (0x0706050403020100, 0x0F0E0D0C0B0A0908)
    assert sip_hash(np.array([message]), key).tolist() == [0xA129CA6149BE45E5]


def test_strings_of_any_length_hash_alone_as_they_do_together():
    texts = np.array(["é" * n for n in range(40)])
    assert len(set(farm_fingerprint(texts).tolist())) == 40
    for hashed in (farm_fingerprint, lambda values: sip_hash(values, (1, 2))):
        np.testing.assert_array_equal(
            hashed(texts), np.concatenate([hashed(texts[i : i + 1]) for i in range(40)])
        )


# What Keras 3.15's own tests expect.
@pytest.mark.parametrize(
    ("settings", "values", "expected"),
    [
        ({"num_bins": 3}, ["A", "B", "C", "D", "E"], [1, 0, 1, 1, 2]),
        ({"num_bins": 3, "mask_value": ""}, ["A", "B", "", "C", "D"], [1, 1, 0, 2, 2]),
        ({"num_bins": 3, "salt": [133, 137]}, ["A", "B", "C", "D", "E"], [1, 2, 1, 0, 2]),
        ({"num_bins": 3, "salt": 133}, ["A", "B", "C", "D", "E"], [0, 0, 2, 1, 0]),
        ({"num_bins": 1}, ["A", "B", "C"], [0, 0, 0]),
        ({"num_bins": 2}, ["omar", "stringer", "marlo", "wire", "skywalker"], [0, 0, 1, 0, 0]),
        (
            {"num_bins": 3, "mask_value": "omar"},
            ["omar", "stringer", "marlo", "wire", "skywalker"],
            [0, 1, 2, 1, 1],
        ),
        (
            {"num_bins": 2, "salt": [211, 137]},
            ["omar", "stringer", "marlo", "wire", "skywalker"],
            [1, 0, 1, 0, 1],
        ),
        ({"num_bins": 3}, [0, 1, 2, 3, 4], [1, 0, 1, 0, 2]),
        ({"num_bins": 3, "salt": [133, 137]}, [0, 1, 2, 3, 4], [1, 1, 2, 0, 1]),
    ],
    ids=str,
)
def test_bins_are_those_of_keras(settings, values, expected):
    assert Hashing(**settings)(column(*values)).ravel().tolist() == expected
    assert Hashing(**settings)(values).tolist() == expected


def test_bins_as_vectors():
    one_hot = Hashing(num_bins=3, output_mode="one_hot")(column(0, 1, 4))
    assert one_hot.tolist() == [[0, 1, 0], [1, 0, 0], [0, 0, 1]]
    assert Hashing(num_bins=3, output_mode="count")([[0, 1, 2, 3, 4]]).tolist() == [[2, 2, 1]]
    assert Hashing(num_bins=3, output_mode="multi_hot")([0, 2]).tolist() == [0, 1, 0]


def test_a_vocabulary_is_the_most_frequent_first_and_ties_descend():
    layer = StringLookup()
    layer.adapt(column("b", "a", "c", "c", "[UNK]"))
    assert layer.get_vocabulary() == ["[UNK]", "c", "b", "a"]
    assert layer.get_vocabulary(include_special_tokens=False) == ["c", "b", "a"]
    assert layer.vocabulary_size() == 4
    assert layer(column("a", "c", "z")).tolist() == [[3], [1], [0]]


@pytest.mark.parametrize(
    "make",
    [lambda: pd.Series(["b", "a", "b"]), lambda: ["b", "a", "b"], lambda: iter([["b"], ["a", "b"]])],
    ids=["column", "list", "batches"],
)
def test_columns_lists_and_batches_adapt_alike(make):
    layer = StringLookup(max_tokens=2)
    layer.adapt(make())
    assert layer.get_vocabulary() == ["[UNK]", "b"]


def test_a_mask_comes_before_the_unknown():
    layer = StringLookup(vocabulary=["a", "b"], mask_token="")
    assert layer.get_vocabulary() == ["", "[UNK]", "a", "b"]
    assert layer(["", "b", "z"]).tolist() == [0, 3, 1]
    vectors = StringLookup(vocabulary=["a", "b"], mask_token="", output_mode="multi_hot")
    assert vectors(np.array([["", "b"], ["a", "z"]])).tolist() == [[0, 0, 1], [1, 1, 0]]


def test_special_tokens_at_the_start_of_a_vocabulary_are_known():
    layer = StringLookup(vocabulary=["", "[UNK]", "a"], mask_token="")
    assert layer.get_vocabulary() == ["", "[UNK]", "a"]
    assert StringLookup(vocabulary=["[UNK]", "a"]).vocabulary == ("a",)


def test_several_codes_for_the_unknown():
    layer = IntegerLookup(vocabulary=[10, 20], num_oov_indices=3)
    # The remainder by 3, also of negative numbers; then the tokens from 3.
    assert layer([10, 20, 7, 8, -1]).tolist() == [3, 4, 1, 2, 2]
    text = StringLookup(vocabulary=["x"], num_oov_indices=3)
    assert text(["A", "B", "x"]).tolist() == [1, 0, 3]
    salted = StringLookup(vocabulary=["x"], num_oov_indices=3, salt=[133, 137])
    assert salted(["A", "B", "x"]).tolist() == [1, 2, 3]
    hashed = IntegerLookup(vocabulary=[9], num_oov_indices=3, oov_method="farmhash")
    assert hashed([0, 1, 4, 9]).tolist() == [1, 0, 2, 3]


def test_without_a_code_for_the_unknown_it_is_refused():
    with pytest.raises(ArgumentError, match="met 'z'"):
        StringLookup(vocabulary=["a"], num_oov_indices=0)(["a", "z"])


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("one_hot", [[0, 1, 0], [1, 0, 0]]),
        ("multi_hot", [[0, 1, 0], [1, 0, 0]]),
        ("count", [[0, 1, 0], [1, 0, 0]]),
    ],
)
def test_codes_as_vectors(mode, expected):
    layer = StringLookup(vocabulary=["a", "b"], output_mode=mode)
    assert layer(column("a", "z")).tolist() == expected


def test_padding_makes_vectors_as_long_as_the_limit():
    layer = StringLookup(vocabulary=["a"], max_tokens=5, pad_to_max_tokens=True, output_mode="count")
    assert layer([["a", "a", "z"]]).tolist() == [[1, 2, 0, 0, 0]]


def test_inverse_document_frequencies():
    layer = StringLookup(output_mode="tf_idf")
    layer.adapt(np.array([["a", "a"], ["a", "b"], ["c", "c"]]))
    assert layer.get_vocabulary() == ["[UNK]", "a", "c", "b"]
    # log(1 + 3 / (1 + documents)): a is in two of three documents, b and c in one; unknown gets the mean.
    known = np.log(1 + 3 / (1 + np.array([2, 1, 1])))
    expected = [known.mean(), 2 * known[0], 0, 0]
    np.testing.assert_allclose(layer([["a", "a"]])[0] + layer([["z", "z"]])[0] / 2, expected, rtol=1e-6)
    given = StringLookup(vocabulary=["a", "b"], idf_weights=[0.25, 0.75], output_mode="tf_idf")
    np.testing.assert_allclose(given([["a", "a", "z"]]), [[0.5, 0.5, 0.0]])


def test_inverse_lookup():
    layer = StringLookup(vocabulary=["a", "b"], invert=True, mask_token="")
    assert layer([[0, 1, 2, 3, 9]]).tolist() == [["", "[UNK]", "a", "b", "[UNK]"]]
    numbers = IntegerLookup(vocabulary=[30, 40], invert=True)
    assert numbers([0, 1, 2, 7]).tolist() == [-1, 30, 40, -1]
    y, _ = jax.jit(lambda x: numbers.apply({}, {}, x))(jnp.array([0, 1, 2, 7]))
    assert y.tolist() == [-1, 30, 40, -1]


def test_numbers_are_looked_up_inside_a_network_too():
    layer = IntegerLookup(vocabulary=[12, 36, 1138], num_oov_indices=2)
    x = np.array([[12, 7], [1138, 8]])
    y, _ = jax.jit(lambda x: Graph.chain([layer]).apply({}, {}, x))(jnp.asarray(x))
    np.testing.assert_array_equal(y, layer(x))
    assert layer(Input((2,), dtype="int32")).shape == (None, 2)


def test_a_vocabulary_file(tmp_path):
    path = tmp_path / "words.txt"
    Path(path).write_text("a\nb\n", encoding="utf-8")
    assert StringLookup(vocabulary=str(path)).get_vocabulary() == ["[UNK]", "a", "b"]
    with pytest.raises(FileError, match="cannot be read"):
        StringLookup(vocabulary=str(tmp_path / "none.txt"))


@pytest.mark.parametrize(
    "layer",
    [
        StringLookup(vocabulary=["b", "a"], mask_token="", num_oov_indices=2, salt=3),
        StringLookup(vocabulary=["b", "a"], idf_weights=[1.0, 3.0], output_mode="tf_idf"),
        IntegerLookup(vocabulary=[5, 3], output_mode="count"),
    ],
    ids=lambda layer: layer.output_mode,
)
def test_a_vocabulary_survives_the_config(layer):
    again = type(layer).from_config(json.loads(json.dumps(layer.get_config())))
    assert again.get_vocabulary() == layer.get_vocabulary()
    data = [["b", "z", "a"]] if isinstance(layer, StringLookup) else [[5, 4, 3]]
    np.testing.assert_array_equal(again(data), layer(data))
    assert again.as_layer("a").vocabulary == layer.vocabulary


def test_text_does_not_enter_a_network():
    with pytest.raises(DataTypeError, match="call the layer on the column"):
        StringLookup(vocabulary=["a"])(Input((1,), dtype="string"))
    with pytest.raises(DataTypeError, match="call the layer on the column"):
        Hashing(num_bins=3)(Input((1,), dtype="int32"))


def test_a_lookup_before_adapt_names_adapt():
    with pytest.raises(NotFittedError, match="call layer.adapt"):
        StringLookup()(["a"])


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: StringLookup(vocabulary=["a", "a"]), "repeats 'a'"),
        (lambda: StringLookup(vocabulary=[]), "text|empty"),
        (lambda: StringLookup(vocabulary=["a", ""], mask_token=""), "special token ''"),
        (lambda: StringLookup(vocabulary=["a", "b"], max_tokens=2), "max_tokens=2"),
        (lambda: StringLookup(max_tokens=1), "max_tokens=1"),
        (lambda: StringLookup(pad_to_max_tokens=True), "pad_to_max_tokens"),
        (lambda: StringLookup(invert=True, output_mode="count"), "invert=True"),
        (lambda: StringLookup(output_mode="count", vocabulary=["a"], idf_weights=[1.0]), "idf_weights given"),
        (lambda: StringLookup(output_mode="tf_idf", vocabulary=["a"]), "idf_weights missing"),
        (lambda: StringLookup(vocabulary=["a"]).adapt(["b"]), "was given its vocabulary"),
        (lambda: StringLookup(encoding="latin-1"), "latin-1"),
        (lambda: IntegerLookup(salt=3), "oov_method"),
        (lambda: IntegerLookup(vocabulary_dtype="int32"), "int32"),
        (lambda: Hashing(num_bins=0), "num_bins=0"),
        (lambda: Hashing(num_bins=2, salt=[1, 2, 3]), "salt="),
        (lambda: Hashing(num_bins=2, output_mode="tf_idf"), "modes:"),
    ],
)
def test_settings_that_fit_nothing_are_named(make, message):
    with pytest.raises((ArgumentError, DataTypeError), match=message):
        make()


def test_gaps_and_wrong_types_are_named():
    with pytest.raises(DataTypeError, match="takes text"):
        StringLookup().adapt(np.array(["a", None], object))
    with pytest.raises(DataTypeError, match="whole numbers"):
        IntegerLookup().adapt([0.5])
