"""Models to a file and back, whole; and each way in which a file can be wrong."""

import errno
import hashlib
import json
import os
import shutil
import struct
import zipfile
from pathlib import Path

import jax
import numpy as np
import pytest

from neurode.errors import FileError, ModelFileError, ShapeError
from neurode.initializers import RandomUniform
from neurode.layers import (
    Activation,
    BatchNormalization,
    Concatenate,
    Dense,
    Dropout,
    Embedding,
    Flatten,
    Input,
    TableEncoding,
)
from neurode.losses import Huber
from neurode.metrics import AUC
from neurode.models import Model, Sequential, archive, load_model
from neurode.models.archive import read_archive, write_archive
from neurode.optimizers import SGD, AdamW
from neurode.typing import Columns

GOLDEN = Path(__file__).parent / "golden"
MEMBERS = ["manifest.json", "architecture.json", "compile.json", "weights.safetensors"]


@pytest.fixture
def model(layered):
    layered.compile(
        AdamW(0.02),
        "binary_crossentropy",
        metrics=["accuracy", AUC(num_thresholds=50)],
        weighted_metrics=["mae"],
    )
    return layered


@pytest.fixture
def path(model, tmp_path):
    model.save(tmp_path / "net.neurode")
    return tmp_path / "net.neurode"


def bits(model):
    return [array.tobytes() for array in model.get_weights()]


# The round trip (another process: tests/training/test_reproducible.py)


def test_weights_and_predictions_come_back_bit_by_bit(model, table, tmp_path):
    model.fit(*table, batch_size=16, verbose=0)
    model.save(tmp_path / "net.neurode")
    again = load_model(tmp_path / "net.neurode")
    assert bits(again) == bits(model)
    assert again.predict(table[0]).tobytes() == model.predict(table[0]).tobytes()
    assert (again.name, again.seed, again.input_shape) == (model.name, model.seed, model.input_shape)


def test_the_architecture_comes_back(model, path):
    assert load_model(path).network == model.network


def test_what_it_was_compiled_with_comes_back(model, path):
    again = load_model(path)
    assert (again.task, again.optimizer) == (model.task, model.optimizer)


def test_a_loaded_model_learns_like_one_that_was_never_saved(model, path, table):
    again = load_model(path)
    for each in (model, again):
        each.fit(*table, batch_size=16, epochs=2, verbose=0)
    assert bits(again) == bits(model)


def test_a_loaded_model_can_have_layers_added(path):
    again = load_model(path)
    again.add(Dense(2))
    assert again.output_shape == (None, 2)


def test_every_setting_of_every_layer_comes_back(tmp_path):
    model = Sequential(
        [
            TableEncoding(gaps=(True, False), cardinalities=(4, 40), scaling="quantile"),
            Dense(
                3,
                activation="gelu",
                use_bias=False,
                kernel_initializer=RandomUniform(-0.5, 0.5),
                name="wide one",
            ),
            BatchNormalization(momentum=0.8, epsilon=1e-4, center=False),
            Dropout(0.1),
            Dense(2, bias_initializer="ones"),
            Activation("softmax"),
        ],
        name="tables",
        seed=5,
    )
    model.compile(SGD(0.3, momentum=0.9, nesterov=True), Huber(2.0), metrics="mae")
    model.save(tmp_path / "net.neurode")
    again = load_model(tmp_path / "net.neurode")
    assert (again.network, again.loss, again.optimizer) == (model.network, model.loss, model.optimizer)
    assert (again.input_shape_of_rows, again.seed) == (Columns((2,), (2,)), 5)
    assert bits(again) == bits(model)


def test_a_model_that_is_not_compiled_stays_so(layered, tmp_path):
    layered.save(tmp_path / "net.neurode")
    again = load_model(tmp_path / "net.neurode")
    assert (again.optimizer, again.loss) == (None, None)


def test_equal_models_are_equal_files(model, tmp_path):
    for name in ("a", "b"):
        model.save(tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_a_file_holds_json_and_tensors_and_nothing_else(path):
    with zipfile.ZipFile(path) as file:
        assert file.namelist() == MEMBERS
        manifest = json.loads(file.read("manifest.json"))
    assert (manifest["format"], manifest["kind"]) == (1, "model")


def double(x):
    return 2 * x


def quartic(y_true, y_pred):
    return (y_true - y_pred) ** 4


def largest_error(y_true, y_pred):
    return abs(y_true - y_pred).max()


def halves(shape, dtype=None):
    return np.full(shape, 0.5, np.float32)


OWN = [
    ("quartic", {"loss": quartic}),
    ("largest_error", {"metrics": ["mae", largest_error]}),
    ("double", {"layer": lambda: Dense(1, activation=double)}),
    ("halves", {"layer": lambda: Dense(1, kernel_initializer=halves)}),
]


@pytest.mark.parametrize(("name", "settings"), OWN, ids=[name for name, _ in OWN])
def test_a_function_of_ones_own_is_saved_by_name_and_wanted_back(name, settings, tmp_path, table):
    settings = dict(settings)
    layer = settings.pop("layer", lambda: Dense(1))()
    model = Sequential([Input((3,)), layer])
    model.compile(**{"optimizer": "sgd", "loss": "mse"} | settings)
    model.fit(*table, verbose=0)
    with pytest.warns(
        UserWarning, match=rf"functions of your own \({name}\)[^$]*custom_objects={{'{name}': {name}}}"
    ):
        model.save(tmp_path / "net.neurode")
    error = refused(tmp_path / "net.neurode", f"the function '{name}'")
    assert f"{{'{name}': " in error.hint
    again = load_model(tmp_path / "net.neurode", custom_objects={name: globals()[name]})
    assert bits(again) == bits(model)
    assert again.evaluate(*table, verbose=0) == model.evaluate(*table, verbose=0)
    assert again.predict(table[0]).tobytes() == model.predict(table[0]).tobytes()


def test_a_loss_of_ones_own_is_not_wanted_where_nothing_is_compiled(tmp_path):
    model = Sequential([Input((3,)), Dense(1)])
    model.compile("sgd", quartic)
    with pytest.warns(UserWarning, match="quartic"):
        model.save(tmp_path / "net.neurode")
    assert not load_model(tmp_path / "net.neurode", compile=False).compiled


def test_an_existing_file_is_replaced_or_kept_as_asked(model, path):
    before = path.read_bytes()
    model.set_weights([array + 1 for array in model.get_weights()])
    with pytest.raises(FileError, match="is there already"):
        model.save(path, overwrite=False)
    assert path.read_bytes() == before
    model.save(path)
    assert bits(load_model(path)) == bits(model)


# A disk that does not play along


def test_a_full_disk_leaves_the_old_file_and_nothing_else(model, path, monkeypatch):
    before = path.read_bytes()

    def full(*arguments, **settings):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(zipfile.ZipFile, "writestr", full)
    with pytest.raises(FileError, match="No space left on device"):
        model.save(path)
    assert [file.name for file in path.parent.iterdir()] == ["net.neurode"]
    assert path.read_bytes() == before


def test_a_disk_that_fills_up_at_the_end_does_too(model, tmp_path, monkeypatch):
    real = zipfile.ZipFile.writestr

    def full_at_the_weights(self, info, *arguments):
        if info.filename.endswith(".safetensors"):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(self, info, *arguments)

    monkeypatch.setattr(zipfile.ZipFile, "writestr", full_at_the_weights)
    with pytest.raises(FileError, match="No space left"):
        model.save(tmp_path / "net.neurode")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_named(model, tmp_path):
    with pytest.raises(FileError, match=r"cannot write .*absent"):
        model.save(tmp_path / "absent" / "net.neurode")


def test_a_folder_that_cannot_be_written_is_named(model, tmp_path, monkeypatch):
    def refuse(*arguments, **settings):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    # Tests may run as root, whom no folder refuses.
    monkeypatch.setattr("neurode.files.tempfile.mkstemp", refuse)
    with pytest.raises(FileError, match="Permission denied"):
        model.save(tmp_path / "net.neurode")


# Files of older releases


def test_a_file_of_release_0_1_is_read_and_predicts_what_it_did():
    # Written by neurode 0.1: layers as {"class", "config"}, kind "sequential", no optimiser state.
    model = load_model(GOLDEN / "sequential-0.1.neurode")
    x = np.array([[0.5, -1.0, 2.0], [0.0, 0.0, 0.0], [-3.0, 0.25, 1.0]])
    assert (model.name, model.seed, model.input_shape) == ("golden", 7, (None, 3))
    assert [layer.name for layer in model.layers] == ["dense", "batch_normalization", "dropout", "risk"]
    # What 0.1 printed.
    expected = [[0.493114173412323], [0.5800201892852783], [0.6189561486244202]]
    np.testing.assert_allclose(model.predict(x), expected, rtol=1e-6)
    scores = model.evaluate(x, [0, 1, 1], verbose=0)
    np.testing.assert_allclose(scores, [0.5679609179496765, 1.0, 1.0, 0.4313792884349823], rtol=1e-6)
    assert model.fit(x, [0, 1, 1], verbose=0).epoch == [0]


# What training remembers


def bit_equal(first, second):
    return bits(first) == bits(second)


@pytest.mark.parametrize("optimizer", ["adam", "sgd", "rmsprop", "nadam", "lion", "ftrl", "muon"])
def test_training_goes_on_after_loading_as_if_nothing_had_been(optimizer, layered, table, tmp_path):
    layered.compile(optimizer, "binary_crossentropy")
    layered.fit(*table, batch_size=16, verbose=0)
    layered.save(tmp_path / "net.neurode")
    again = load_model(tmp_path / "net.neurode")
    for each in (layered, again):
        each.fit(*table, batch_size=16, verbose=0)
    assert bit_equal(again, layered)


def test_a_learning_rate_that_was_set_comes_back(layered, table, tmp_path):
    layered.compile("sgd", "binary_crossentropy")
    layered.optimizer.learning_rate = 0.25
    layered.fit(*table, verbose=0)
    layered.save(tmp_path / "net.neurode")
    assert float(load_model(tmp_path / "net.neurode").optimizer.learning_rate) == 0.25


def test_an_optimizer_state_of_another_size_is_refused(model, path, table):
    model.fit(*table, verbose=0)
    model.save(path)
    kind, documents, tensors = read_archive(path)
    longest = max(
        (name for name in tensors if name.startswith("optimizer/")), key=lambda name: tensors[name].size
    )
    write_archive(path, kind, documents, tensors | {longest: tensors[longest][:-1]})
    refused(path, "optimiser state does not fit")


# Weights alone


def test_weights_go_from_one_model_to_its_like(make, table, tmp_path):
    first, second = make(seed=1), make(seed=2)
    first.save_weights(tmp_path / "net.weights.neurode")
    second.load_weights(tmp_path / "net.weights.neurode")
    assert bit_equal(first, second)


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        ([Dense(5), Dense(1)], r"dense/bias has shape \(5,\), in the file \(4,\)"),
        ([Dense(4), Dense(1), Dense(1)], "'dense_2/bias' is missing in the file"),
        ([Dense(4)], "'dense_1/bias' is in the file only"),
    ],
    ids=["units", "more", "fewer"],
)
def test_weights_of_another_model_are_named_and_change_nothing(make, tmp_path, layers, message):
    make().save_weights(tmp_path / "net.weights.neurode")
    other = Sequential([Input((3,)), *layers])
    before = bits(other)
    with pytest.raises(ShapeError, match=message):
        other.load_weights(tmp_path / "net.weights.neurode")
    assert bits(other) == before


def test_weights_are_not_written_over_others_unless_asked(make, tmp_path):
    make().save_weights(tmp_path / "net.weights.neurode")
    with pytest.raises(FileError, match="is there already"):
        make().save_weights(tmp_path / "net.weights.neurode", overwrite=False)


def test_a_name_of_keras_is_written_with_a_notice(make, tmp_path):
    model = make()
    with pytest.warns(UserWarning, match="neurode's own format, which Keras does not read"):
        model.save(tmp_path / "net.keras")
    assert bit_equal(load_model(tmp_path / "net.keras"), model)


def test_a_checkpoint_has_everything_that_training_changes(make, table, tmp_path):
    first, second = make(), make(seed=3)
    first.fit(*table, batch_size=16, verbose=0)
    first.write_checkpoint(tmp_path / "at", {"epoch": 1})
    assert second.read_checkpoint(tmp_path / "at") == {"epoch": 1}
    # Its seed is its own, but an epoch in the table's order has no need of one.
    for each in (first, second):
        each.fit(*table, batch_size=16, shuffle=False, verbose=0)
    assert bit_equal(first, second)


def test_a_checkpoint_of_another_model_changes_nothing(make, table, layered, tmp_path):
    model, before = make(), bits(layered)
    model.fit(*table, verbose=0)
    model.write_checkpoint(tmp_path / "at", {})
    with pytest.raises(ShapeError, match="of another model"):
        layered.read_checkpoint(tmp_path / "at")
    assert bits(layered) == before


def test_a_model_is_no_checkpoint(make, tmp_path):
    model = make()
    model.save(tmp_path / "net.neurode")
    with pytest.raises(ModelFileError, match="holds a model, not a checkpoint"):
        model.read_checkpoint(tmp_path / "net.neurode")


# Models of every form


def several(outputs=list):
    a, b = Input((3,), name="a"), Input((2,), name="b")
    both = Concatenate()([Dense(4, activation="tanh")(a), b])
    ends = [Dense(1, activation="sigmoid", name="risk")(both), Dense(1, name="amount")(both)]
    return Model([a, b], ends) if outputs is list else Model({"x": a, "z": b}, {"r": ends[0], "m": ends[1]})


def nested():
    inner = Sequential(
        [Input((3,)), Dense(4, activation="relu"), BatchNormalization(), Dense(2)], name="inner"
    )
    x = Input((3,))
    outer = inner(x)
    return Model(x, Dense(1)(Concatenate()([outer, inner(x * 2.0), x])))


def shared():
    both = Dense(3, name="both")
    a, b = Input((3,)), Input((3,))
    return Model([a, b], both(a) - both(b))


def in_a_sequential():
    x = Input((3,))
    return Sequential([Input((3,)), Model(x, Dense(2)(x), name="inner"), Dropout(0.5), Dense(1)])


@pytest.mark.parametrize(
    "make_one",
    [several, lambda: several(dict), nested, shared, in_a_sequential],
    ids=["several", "by name", "nested", "shared", "in a sequential"],
)
def test_models_of_every_form_come_back(make_one, tmp_path):
    model = make_one()
    rng = np.random.default_rng(0)
    model.set_weights([rng.uniform(0.1, 1, array.shape) for array in model.get_weights()])
    x = [rng.normal(size=(7, *tensor.shape[1:])) for tensor in model.inputs]
    x = dict(zip(model.input_names, x))
    model.save(tmp_path / "net.neurode")
    again = load_model(tmp_path / "net.neurode")
    expected, found = model.predict(x), again.predict(x)
    assert type(found) is type(expected)
    for ours, theirs in zip(jax.tree.leaves(found), jax.tree.leaves(expected), strict=True):
        assert ours.tobytes() == theirs.tobytes()
    assert [layer.name for layer in again.layers] == [layer.name for layer in model.layers]
    assert [weight.path for weight in again.weights] == [weight.path for weight in model.weights]


def test_a_model_of_two_outputs_learns_on_after_loading(tmp_path):
    model = several()
    model.compile("adam", {"risk": "binary_crossentropy", "amount": "mse"}, {"risk": 2.0, "amount": 0.5},
                  metrics={"risk": ["accuracy"]}, weighted_metrics={"amount": "mae"})  # fmt: skip
    rng = np.random.default_rng(0)
    x, y = [rng.normal(size=(20, 3)), rng.normal(size=(20, 2))], [np.arange(20) % 2, np.arange(20.0)]
    model.fit(x, y, verbose=0)
    model.save(tmp_path / "net.neurode")
    again = load_model(tmp_path / "net.neurode")
    assert again.task == model.task
    assert again.fit(x, y, verbose=0).history == model.fit(x, y, verbose=0).history


def test_frozen_layers_stay_frozen(tmp_path):
    model = nested()
    model.get_layer("inner").trainable = False
    model.save(tmp_path / "net.neurode")
    again = load_model(tmp_path / "net.neurode")
    assert [weight.path for weight in again.trainable_weights] == ["dense/kernel", "dense/bias"]


# Files that are no model


def refused(path, reason, kind=ModelFileError):
    with pytest.raises(kind) as met:
        load_model(path)
    assert reason in str(met.value), str(met.value)
    return met.value


def test_a_missing_file_is_named(tmp_path):
    refused(tmp_path / "absent.neurode", "no file", FileError)


def test_a_folder_is_named(tmp_path):
    refused(tmp_path, "is a folder", FileError)


@pytest.mark.parametrize("content", [b"", b"PK", b"hello" * 1000, b"PK\x05\x06" + bytes(18)], ids=len)
def test_what_is_no_model_file_is_refused(tmp_path, content):
    (tmp_path / "net.neurode").write_bytes(content)
    error = refused(tmp_path / "net.neurode", "is refused")
    assert error.hint == "save the model again, or get an undamaged copy"


def test_a_file_cut_short_is_refused_wherever_it_was_cut(path):
    whole = path.read_bytes()
    for length in range(0, len(whole), 97):
        path.write_bytes(whole[:length])
        refused(path, "it is not a model file, or it was cut short")


def members_of(path):
    with zipfile.ZipFile(path) as file:
        return {name: file.read(name) for name in file.namelist()}


def rewrite(path, members, compression=zipfile.ZIP_DEFLATED):
    """The file with these members, its checksums right as far as zip goes."""
    with zipfile.ZipFile(path, "w", compression) as file:
        for name, data in members.items() if isinstance(members, dict) else members:
            file.writestr(name, data)


def rebuild(path, **documents):
    """The file as neurode would write it, with other documents: all digests are right."""
    kind, old, tensors = read_archive(path)
    write_archive(path, kind, old | documents, tensors)


@pytest.mark.parametrize("name", MEMBERS)
def test_a_flipped_byte_in_any_member_is_refused(path, name):
    whole = path.read_bytes()
    with zipfile.ZipFile(path) as file:
        info = file.getinfo(name)
    header = struct.unpack("<HH", whole[info.header_offset + 26 : info.header_offset + 30])
    begin = info.header_offset + 30 + sum(header)
    # The end is left out: what follows the last bit of the content is not read.
    for place in (begin, begin + info.compress_size // 2, begin + info.compress_size * 3 // 4):
        broken = bytearray(whole)
        broken[place] ^= 0x10
        path.write_bytes(bytes(broken))
        refused(path, "is refused")


def test_no_flipped_bit_anywhere_gives_another_model(model, path):
    whole, expected = path.read_bytes(), bits(model)
    for place in range(0, len(whole), 31):
        broken = bytearray(whole)
        broken[place] ^= 1
        path.write_bytes(bytes(broken))
        try:
            again = load_model(path)
        except FileError:
            continue
        # A date or an attribute of the zip, which nothing depends on.
        assert bits(again) == expected
        assert again.network == model.network


@pytest.mark.parametrize("name", MEMBERS[1:])
def test_an_edited_member_is_refused_though_the_zip_is_right(path, name):
    members = members_of(path)
    old = members[name]
    members[name] = old[:-1] + bytes([old[-1] ^ 1])
    rewrite(path, members)
    refused(path, f"its member '{name}' was changed after it was written")


def test_an_edited_architecture_of_another_length_is_refused(path):
    members = members_of(path)
    members["architecture.json"] = members["architecture.json"].replace(b'"units":4', b'"units":400')
    rewrite(path, members)
    refused(path, "its manifest says")


def test_an_edited_manifest_is_refused(path):
    members = members_of(path)
    members["manifest.json"] = members["manifest.json"].replace(b'"model"', b'"class"')
    rewrite(path, members)
    refused(path, "its manifest was changed after it was written")


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"{}", b"3", b'{"members": 3, "digest": "a"}', b"\xff\xfe", b"[" * 100_000],
    ids=lambda content: repr(content[:20]),
)
def test_a_manifest_that_is_none_is_refused(path, content):
    rewrite(path, members_of(path) | {"manifest.json": content})
    refused(path, "is refused")


def test_an_extra_member_is_refused(path):
    rewrite(path, members_of(path) | {"code.py": b"print('hello')"})
    refused(path, "its members are not the ones that its manifest names")


@pytest.mark.parametrize("name", MEMBERS[1:])
def test_a_missing_member_is_refused(path, name):
    members = members_of(path)
    del members[name]
    rewrite(path, members)
    refused(path, "its members are not the ones that its manifest names")


def test_a_missing_manifest_is_refused(path):
    members = members_of(path)
    del members["manifest.json"]
    rewrite(path, members)
    refused(path, "it has no manifest")


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("name", MEMBERS)
def test_a_member_that_is_there_twice_is_refused(path, name):
    members = members_of(path)
    rewrite(path, [*members.items(), (name, members[name])])
    refused(path, "a member is there twice")


def test_a_newer_format_says_to_upgrade(path, monkeypatch):
    monkeypatch.setattr(archive, "FORMAT", 2)
    rebuild(path)
    monkeypatch.undo()
    error = refused(path, "has format 2, this neurode reads up to 1")
    assert "upgrade" in error.hint


def test_a_file_of_another_kind_says_what_it_holds(path):
    _, documents, tensors = read_archive(path)
    write_archive(path, "classifier", documents, tensors)
    refused(path, "holds a classifier")


def test_an_oversized_member_is_refused_before_it_is_read(path, monkeypatch):
    monkeypatch.setattr(archive, "MOST_BYTES", {"json": 2**20, "safetensors": 100})
    refused(path, "the most that is read are 100")


def test_a_member_of_a_kind_that_is_not_read_is_refused(path):
    kind, documents, tensors = read_archive(path)
    write_archive(path, kind, documents, tensors)
    members = members_of(path)
    manifest = json.loads(members["manifest.json"])
    del manifest["digest"]
    data = b"import os"
    manifest["members"]["code.py"] = {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    manifest["digest"] = hashlib.sha256(archive._bytes_of(manifest)).hexdigest()
    rewrite(path, members | {"manifest.json": archive._bytes_of(manifest), "code.py": data})
    refused(path, "its member 'code.py' has 9 bytes, the most that is read are 0")


def test_a_manifest_that_unfolds_to_too_much_is_refused(path):
    rewrite(path, members_of(path) | {"manifest.json": b" " * (2**20 + 1)})
    refused(path, "its manifest is larger than 1 MiB")


def test_a_size_that_lies_is_refused(path):
    # The directory says 10 bytes, the compressed data unfolds to a million.
    members = members_of(path)
    rewrite(path, members | {"compile.json": b" " * 10**6})
    whole = bytearray(path.read_bytes())
    size = struct.pack("<I", 10**6)
    while (place := whole.find(size)) >= 0:
        whole[place : place + 4] = struct.pack("<I", len(members["compile.json"]))
    path.write_bytes(bytes(whole))
    refused(path, "is refused")


def test_an_encrypted_member_is_refused(path):
    whole = bytearray(path.read_bytes())
    central = whole.find(b"PK\x01\x02")
    whole[6] |= 1
    whole[central + 8] |= 1
    path.write_bytes(bytes(whole))
    refused(path, "is refused")


# Files whose digests are right and whose content is not


def architecture_of(path):
    return read_archive(path)[1]["architecture"]


def test_a_layer_that_is_not_on_the_list_is_refused(path):
    architecture = architecture_of(path)
    architecture["config"]["layers"][0]["class_name"] = "Conv2D"
    rebuild(path, architecture=architecture)
    error = refused(path, "the file names a layer 'Conv2D', which is not one of neurode's")
    assert "Dense" in error.available


@pytest.mark.parametrize(
    "change",
    [
        lambda a: a["layers"][0]["config"].update(colour="red"),
        lambda a: a["layers"][0]["config"].update(units=0),
        lambda a: a["layers"][0]["config"].update(kernel_initializer={"class_name": "open", "config": {}}),
        lambda a: a["layers"][0]["config"].update(units=7),
        lambda a: a.update(input_shape=[5]),
        lambda a: a.update(input_shape="wide"),
        lambda a: a.update(layers=[]),
        lambda a: a.update(layers=3),
        lambda a: a.pop("seed"),
        lambda a: a["layers"].append(a["layers"][0]),
    ],
)
def test_an_architecture_that_is_none_or_has_other_weights_is_refused(path, change):
    architecture = architecture_of(path)
    change(architecture["config"])
    rebuild(path, architecture=architecture)
    refused(path, "the file")


def test_a_function_that_is_none_of_ours_is_not_looked_up_elsewhere(path):
    architecture = architecture_of(path)
    architecture["config"]["layers"][0]["config"]["activation"] = "eval"
    rebuild(path, architecture=architecture)
    refused(path, "the model uses the function 'eval' as activation, which no file can carry")


@pytest.mark.parametrize("name", ["units", "input_dim", "output_dim"])
def test_a_model_inside_that_is_far_larger_than_its_weights_is_refused_too(tmp_path, monkeypatch, name):
    inner = Sequential([Input((4,), dtype="int32"), Embedding(5, 3), Flatten(), Dense(2)])
    x = Input((4,), dtype="int32")
    Model(x, inner(x)).save(tmp_path / "net.neurode")
    architecture = architecture_of(tmp_path / "net.neurode")
    layers = architecture["config"]["layers"][0]["config"]["layers"]
    next(layer for layer in layers if name in layer["config"])["config"][name] = 2**30
    rebuild(tmp_path / "net.neurode", architecture=architecture)
    monkeypatch.setattr(Model, "_connect", lambda *given: pytest.fail("it was built"))
    refused(tmp_path / "net.neurode", "the file's weights do not have the shapes")


def test_an_architecture_far_larger_than_its_weights_is_refused_before_it_is_built(path, monkeypatch):
    # 12 GiB of weights.
    architecture = architecture_of(path)
    architecture["config"]["layers"][0]["config"]["units"] = 2**30
    rebuild(path, architecture=architecture)
    monkeypatch.setattr(Sequential, "_connect", lambda *given: pytest.fail("it was built"))
    refused(path, "the file's weights do not have the shapes that its architecture asks for")


@pytest.mark.parametrize(
    "change",
    [
        lambda c: c["optimizer"].update({"class_name": "Evil"}),
        lambda c: c["optimizer"]["config"].update(learning_rate=-1.0),
        lambda c: c.update(loss={"class_name": "FunctionLoss", "config": {}}),
        lambda c: c.update(loss="crossentropy"),
        lambda c: c.update(metrics=[{"class_name": "open", "config": {}}]),
        lambda c: c["metrics"].append("acuracy"),
        lambda c: c.pop("loss"),
    ],
)
def test_compile_settings_that_are_none_are_refused(path, change):
    settings = read_archive(path)[1]["compile"]
    change(settings)
    rebuild(path, compile=settings)
    refused(path, "the file describes no model")


@pytest.mark.parametrize(
    "change",
    [
        lambda t: t.pop("params/dense/bias"),
        lambda t: t.update({"params/dense/more": np.zeros(3, np.float32)}),
        lambda t: t.update({"params/dense/bias": np.zeros(5, np.float32)}),
        lambda t: t.update({"params/dense/bias": np.zeros(4)}),
        lambda t: t.update({"params/dense/bias": np.zeros(4, np.int32)}),
    ],
    ids=["missing", "extra", "shape", "float64", "int32"],
)
def test_weights_that_do_not_fit_the_architecture_are_refused(path, change):
    kind, documents, tensors = read_archive(path)
    change(tensors)
    write_archive(path, kind, documents, tensors)
    refused(path, "weight")


def test_a_document_that_is_no_json_is_refused(path):
    members = members_of(path)
    manifest = json.loads(members["manifest.json"])
    del manifest["digest"]
    for name, data in (("compile.json", b"{"), ("weights.safetensors", b"pickle")):
        bad = json.loads(json.dumps(manifest))
        bad["members"][name] = {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        bad["digest"] = hashlib.sha256(archive._bytes_of(bad)).hexdigest()
        rewrite(path, members | {"manifest.json": archive._bytes_of(bad), name: data})
        refused(path, "a member cannot be parsed")


def test_a_copied_file_is_the_same_model(model, path, tmp_path):
    shutil.copy(path, tmp_path / "copy.zip")
    assert bits(load_model(tmp_path / "copy.zip")) == bits(model)
