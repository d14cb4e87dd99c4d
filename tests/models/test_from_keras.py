"""Files in Keras's format that are written here by hand, sound and unsound; no Keras is needed."""

import io
import json
import zipfile

import numpy as np
import pytest

from neurode.errors import DataTypeError, FileError, MissingPackageError, ModelFileError
from neurode.layers import Dense, Input
from neurode.models import Sequential, from_keras, load_model
from neurode.models.keras_format.file import MOST_BYTES, is_keras_file
from neurode.models.keras_format.layers import layer_of

h5py = pytest.importorskip("h5py", reason="h5py is not installed")

KERNEL, BIAS = np.arange(6.0, dtype="float32").reshape(3, 2), np.float32([1, -1])


def dense(units=2, name="score", **config):
    return {
        "class_name": "Dense",
        "module": "keras.layers",
        "config": {"name": name, "units": units, **config},
    }


def begin(shape=(None, 3)):
    return {
        "class_name": "InputLayer",
        "config": {"name": "x", "batch_shape": list(shape), "dtype": "float32"},
    }


def sequential(*layers, **more):
    return {"class_name": "Sequential", "config": {"name": "loans", "layers": list(layers)}, **more}


def hdf5(write=None):
    """The bytes of a weights file: kernel and bias of one Dense layer, or what `write(vars)` puts there."""
    stream = io.BytesIO()
    with h5py.File(stream, "w") as file:
        own = file.create_group("layers/dense/vars")
        if write is None:
            own["0"], own["1"] = KERNEL, BIAS
        else:
            write(own)
    return stream.getvalue()


@pytest.fixture
def write(tmp_path):
    """Writes a `.keras` file; each member may be given otherwise, or left out by None."""

    def written(config=None, weights=None, **members):
        path = tmp_path / "model.keras"
        config = sequential(begin(), dense()) if config is None else config
        parts = {
            "metadata.json": b"{}",
            "config.json": config if isinstance(config, bytes) else json.dumps(config).encode(),
            "model.weights.h5": hdf5() if weights is None else weights,
            **members,
        }
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in parts.items():
                if data is not None:
                    archive.writestr(name, data)
        return path

    return written


def test_a_file_predicts_what_its_numbers_say(write):
    model = from_keras(write())
    x = np.float32([[1, 0, 0], [0, 1, 2]])
    np.testing.assert_allclose(model.predict(x), x @ KERNEL + BIAS)
    assert (model.name, model.layers[0].name, model.compiled) == ("loans", "score", False)


def test_load_model_knows_a_file_of_keras_by_what_is_in_it(write):
    path = write()
    renamed = path.rename(path.with_suffix(".model"))
    assert is_keras_file(renamed)
    np.testing.assert_array_equal(load_model(renamed).get_weights()[0], KERNEL)


def test_a_file_of_neurode_is_not_taken_for_one_of_keras(tmp_path):
    Sequential([Input((3,)), Dense(1)]).save(tmp_path / "model.neurode")
    assert not is_keras_file(tmp_path / "model.neurode")


def test_names_of_keras_2_are_read(write):
    first = {"class_name": "Dense", "config": {"name": "score", "units": 2, "batch_input_shape": [None, 3]}}
    assert from_keras(write(sequential(first))).input_shape == (None, 3)


def test_a_setting_that_neurode_has_not_is_refused_unless_it_changes_nothing(write):
    harmless = dense(quantization_config=None, lora_rank=None)
    assert from_keras(write(sequential(begin(), harmless))).built
    renorm = {"class_name": "BatchNormalization", "config": {"name": "bn", "renorm_momentum": 0.9}}
    assert layer_of(renorm, {}).renorm is False
    with pytest.raises(ModelFileError, match=r"score \(Dense\): neurode has no setting lora_rank=4"):
        from_keras(write(sequential(begin(), dense(lora_rank=4))))


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "float64", "int8_from_float32"])
def test_other_numbers_than_float32_are_refused(write, policy):
    with pytest.raises(ModelFileError, match=rf"score \(Dense\): computes in {policy}"):
        from_keras(
            write(sequential(begin(), dense(dtype={"class_name": "DTypePolicy", "config": {"name": policy}})))
        )


def test_all_layers_that_are_unknown_are_named_at_once(write):
    other = {"class_name": "Conv1D", "config": {"name": "windows"}}
    own = {"class_name": "Mine", "registered_name": "shop>Mine", "config": {"name": "special"}}
    policy = {"class_name": "DTypePolicy", "config": {"name": "mixed_float16"}}
    with pytest.raises(ModelFileError) as caught:
        from_keras(
            write(
                sequential(
                    begin(),
                    other,
                    sequential(own),
                    dense(dtype=policy),
                    dense(name="other", activation="wavy"),
                )
            )
        )
    for part in ("4 layers", "windows (Conv1D)", "special (Mine)", "mixed_float16", "wavy"):
        assert part in str(caught.value)


def test_a_class_of_ones_own_is_taken_by_either_name(write):
    class Twice(Dense):
        pass

    entry = {"class_name": "Twice", "registered_name": "shop>Twice", "config": {"name": "score", "units": 2}}
    for name in ("Twice", "shop>Twice"):
        assert isinstance(layer_of(entry, {name: Twice}), Twice)
    with pytest.raises(ModelFileError, match="no layer of neurode"):
        from_keras(write(sequential(begin(), entry)), custom_objects={"Twice": dict})


def test_code_in_a_lambda_layer_is_never_run(write):
    code = {"class_name": "__lambda__", "config": {"code": "4wAAAAA=", "defaults": None, "closure": None}}
    layer = {"class_name": "Lambda", "config": {"name": "twice", "function": code, "arguments": {}}}
    path = write(sequential(begin(), layer))
    with pytest.raises(ModelFileError, match=r"twice \(Lambda\): its function is code"):
        from_keras(path)
    found = from_keras(path, custom_objects={"twice": lambda x: 2 * x})
    assert found.predict(np.ones((1, 3))).tolist() == [[2, 2, 2]]


@pytest.mark.parametrize("length", [0, 10, 200, -200, -20])
def test_a_file_that_is_cut_off_is_refused(write, length):
    path = write()
    data = path.read_bytes()
    path.write_bytes(data[:length])
    with pytest.raises(ModelFileError, match="is refused"):
        from_keras(path)


def test_no_flipped_byte_gets_through_as_another_error(write):
    path = write()
    data = bytearray(path.read_bytes())
    rng = np.random.default_rng(0)
    for place in rng.integers(0, len(data), 150):
        damaged = data.copy()
        damaged[place] ^= int(rng.integers(1, 256))
        path.write_bytes(damaged)
        try:
            found = from_keras(path)
        except ModelFileError:
            continue
        np.testing.assert_array_equal(found.get_weights()[0], KERNEL)


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        (b"not JSON", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "does not describe a model"),
        ({"class_name": "Sequential"}, "does not describe a model"),
        ({"class_name": "Sequential", "config": {"name": "m"}}, "does not describe a model"),
        (sequential(begin(), dense(units="two")), "score"),
        (sequential(begin(), dense(units=3)), r"score/kernel has shape \(3, 3\), got \(3, 2\)"),
        (sequential(begin((None, 4)), dense()), r"score/kernel has shape \(4, 2\), got \(3, 2\)"),
        (sequential(begin((None, None)), dense()), r"x \(InputLayer\)"),
        (sequential(begin((None, 10**7)), dense(units=10**7)), "score/kernel has shape"),
        (sequential(begin(), dense(), dense(name="other")), "other has 2 weight arrays, got 0"),
        (sequential(begin(), dense(), dense()), "2 of its layers are named 'score'"),
    ],
)
def test_a_description_that_is_wrong_is_refused(write, config, reason):
    with pytest.raises(ModelFileError, match=reason):
        from_keras(write(config))


def test_layers_that_feed_each_other_in_a_circle_are_refused(write):
    def fed(name, by):
        tensor = {"class_name": "__keras_tensor__", "config": {"keras_history": [by, 0, 0]}}
        return {**dense(name=name), "name": name, "inbound_nodes": [{"args": [tensor], "kwargs": {}}]}

    layers = [{**begin(), "inbound_nodes": []}, fed("a", "b"), fed("b", "a")]
    ends = {"input_layers": [["x", 0, 0]], "output_layers": [["b", 0, 0]]}
    config = {"class_name": "Functional", "config": {"name": "m", "layers": layers, **ends}}
    with pytest.raises(ModelFileError, match="circle"):
        from_keras(write(config))
    layers[1] = fed("a", "nowhere")
    with pytest.raises(ModelFileError, match="nowhere"):
        from_keras(write(config))


def test_members_that_are_missing_too_many_or_too_large_are_refused(write, monkeypatch):
    for changed, reason in (
        ({"model.weights.h5": None}, "has no member 'model.weights.h5'"),
        ({"config.json": None}, "has no member 'config.json'"),
        ({"extra.bin": b"0" * 10**6}, "no member 'extra.bin'"),
    ):
        with pytest.raises(ModelFileError, match=reason):
            from_keras(write(**changed))
    monkeypatch.setitem(MOST_BYTES, "model.weights.h5", 100)
    with pytest.raises(ModelFileError, match="the most is 100"):
        from_keras(write())


def test_weights_that_are_not_plain_numbers_are_refused(write, tmp_path):
    (tmp_path / "secret.h5").write_bytes(hdf5())

    def elsewhere(own):
        own["0"] = h5py.ExternalLink(str(tmp_path / "secret.h5"), "layers/dense/vars/0")

    def soft(own):
        own["0"] = h5py.SoftLink("/layers")

    def outside(own):
        own.create_dataset("0", (3, 2), "float32", external=[(str(tmp_path / "secret.h5"), 0, 24)])

    def virtual(own):
        layout = h5py.VirtualLayout((3, 2), "float32")
        layout[:] = h5py.VirtualSource(str(tmp_path / "secret.h5"), "layers/dense/vars/0", (3, 2))
        own.create_virtual_dataset("0", layout)

    def bomb(own):
        own.create_dataset("0", (10**6, 10**4), "float32", chunks=(1000, 1000), compression="gzip")

    def text(own):
        own["0"] = ["a", "b"]

    def group(own):
        own.create_group("0")

    for unsound, reason in (
        (elsewhere, "link"),
        (soft, "link"),
        (outside, "not a plain array"),
        (virtual, "not a plain array"),
        (bomb, "more than the file holds"),
        (text, "numbers"),
        (group, "not a plain array"),
    ):
        with pytest.raises(ModelFileError, match=reason):
            from_keras(write(weights=hdf5(unsound)))


def test_weights_without_a_description_are_named(tmp_path):
    (tmp_path / "weights.h5").write_bytes(hdf5())
    with pytest.raises(ModelFileError, match="weights without a description"):
        load_model(tmp_path / "weights.h5")


def test_what_is_no_model_of_keras_is_named(tmp_path):
    with pytest.raises(FileError, match="No such file"):
        from_keras(tmp_path / "none.keras")
    with pytest.raises(DataTypeError, match="got int"):
        from_keras(3)
    with pytest.raises(DataTypeError, match="neurode's already"):
        from_keras(Sequential([Input((3,)), Dense(1)]))


def test_a_missing_h5py_is_named_with_the_command(write, monkeypatch):
    path = write()
    monkeypatch.setitem(__import__("sys").modules, "h5py", None)
    with pytest.raises(MissingPackageError, match=r'pip install "neurode\[keras\]"'):
        from_keras(path)


def test_compile_settings_that_are_unknown_are_all_named(write):
    settings = {
        "optimizer": {"class_name": "Mystery", "config": {}},
        "loss": {"class_name": "CTC", "config": {}},
        "metrics": ["mae"],
    }
    path = write(sequential(begin(), dense(), compile_config=settings))
    with pytest.warns(UserWarning, match=r"(?i)mystery.*CTC"):
        assert not load_model(path).compiled
    assert not load_model(path, compile=False).compiled
