import sys
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

from neurode.callbacks import TensorBoard
from neurode.callbacks.extras import MissingPackageError
from neurode.errors import ArgumentError, FileError


class Writer:
    """Stands for tensorboardX's writer: everything that was written, by folder."""

    def __init__(self, folder):
        self.folder, self.closed = folder, False
        self.tags = written.setdefault(folder.rsplit("/", 1)[-1], {})

    def add_scalar(self, tag, value, step):
        self.tags.setdefault(tag, []).append((step, value))

    def add_histogram(self, tag, values, step):
        self.tags.setdefault(tag, []).append((step, values.shape))

    def add_image(self, tag, image, step, dataformats):
        self.tags.setdefault(tag, []).append((step, image.shape, dataformats, image.min(), image.max()))

    def flush(self):
        pass

    def close(self):
        self.closed = True


class Weight:
    """Stands for a weight of a layer."""

    def __init__(self, path, values):
        self.path, self.values = path, values

    def __array__(self, dtype=None, copy=None):
        return self.values


def layer_of(**weights):
    return SimpleNamespace(weights=[Weight(f"dense/{name}", values) for name, values in weights.items()])


written = {}


@pytest.fixture
def board(monkeypatch, owner, tmp_path):
    """Runs a fit with the callback and gives what was written."""
    module = ModuleType("tensorboardX")
    module.SummaryWriter = Writer
    monkeypatch.setitem(sys.modules, "tensorboardX", module)
    written.clear()
    owner.layers = [layer_of(kernel=np.arange(6.0).reshape(3, 2), bias=np.zeros(2))]

    def run(epochs=2, logs=lambda epoch: {"loss": 2.0 - epoch, "val_loss": 4.0 - epoch}, **settings):
        owner.fit([TensorBoard(tmp_path, **settings)], epochs, logs=logs)
        return written

    return run


def test_epochs_are_laid_out_as_in_keras(board):
    assert board() == {
        "train": {"epoch_loss": [(0, 2.0), (1, 1.0)], "epoch_learning_rate": [(0, 0.5), (1, 0.5)]},
        "validation": {"epoch_loss": [(0, 4.0), (1, 3.0)]},
    }


def test_without_validation_there_is_no_folder_for_it(board):
    assert list(board(logs=lambda epoch: {"loss": 1.0})) == ["train"]


def test_a_value_for_each_unit_is_a_curve_for_each(board):
    tags = board(epochs=1, logs=lambda epoch: {"f1": [0.5, 0.25]})["train"]
    assert (tags["epoch_f1_0"], tags["epoch_f1_1"]) == ([(0, 0.5)], [(0, 0.25)])


def test_histograms_and_images_come_every_so_many_epochs(board):
    tags = board(epochs=3, histogram_freq=2, write_images=True)["train"]
    assert tags["model/dense/kernel/histogram"] == [(0, (3, 2)), (2, (3, 2))]
    assert tags["model/dense/kernel/image"] == [(epoch, (2, 3), "HW", 0, 1) for epoch in (0, 2)]
    assert tags["model/dense/bias/image"] == [(epoch, (1, 2), "HW", 0, 0) for epoch in (0, 2)]


def test_batches_are_written_every_so_many(board):
    # Three steps an epoch, counted from 1 over both epochs.
    assert board(update_freq=2)["train"]["batch_loss"] == [(2, 1.0), (4, 1.0), (6, 1.0)]


def test_the_speed_is_written_if_asked(board):
    tags = board(write_steps_per_second=True, update_freq="batch")["train"]
    assert [step for step, _ in tags["batch_steps_per_second"]] == [1, 2, 3, 4, 5, 6]
    assert all(speed > 0 for _, speed in tags["epoch_steps_per_second"])


def test_an_evaluation_is_written_by_steps(board, tmp_path, owner):
    board(epochs=1)
    callback = TensorBoard(tmp_path)
    callback.set_model(owner)
    callback.on_test_end({"loss": 0.5})
    assert written["validation"]["evaluation_loss_vs_iterations"] == [(3, 0.5)]


def test_a_missing_package_is_named_when_the_fit_begins(monkeypatch, owner):
    monkeypatch.setitem(sys.modules, "tensorboardX", None)
    with pytest.raises(MissingPackageError, match="pip install tensorboardX"):
        owner.fit([TensorBoard("logs")], 1)


@pytest.mark.parametrize("settings", [{"profile_batch": 2}, {"embeddings_freq": 1}], ids=str)
def test_what_is_not_offered_is_said(settings):
    with pytest.warns(UserWarning, match=f"does not offer {next(iter(settings))}"):
        TensorBoard("logs", **settings)


@pytest.mark.parametrize("update_freq", ["epochs", 0, -3], ids=repr)
def test_a_frequency_is_known(update_freq):
    with pytest.raises(ArgumentError, match="update_freq="):
        TensorBoard("logs", update_freq=update_freq)


def test_a_place_that_cannot_be_written_is_named(board, monkeypatch):
    def fail(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Writer, "add_scalar", fail)
    with pytest.raises(FileError, match="cannot write '.*train': No space left on device"):
        board()


@pytest.mark.filterwarnings("ignore")
def test_the_real_package_reads_back_what_was_written(owner, tmp_path):
    pytest.importorskip("tensorboardX", reason="tensorboardX is not installed")
    from tensorboardX.proto.event_pb2 import Event

    owner.layers = [layer_of(kernel=np.arange(6.0).reshape(3, 2))]
    owner.fit(
        [TensorBoard(tmp_path, histogram_freq=1)], 2, logs=lambda epoch: {"loss": 0.5, "val_loss": 0.25}
    )
    tags = {}
    for part in ("train", "validation"):
        (path,) = (tmp_path / part).iterdir()
        for event in _records(path.read_bytes()):
            for value in Event.FromString(event).summary.value:
                tags.setdefault((part, value.tag), []).append(value)
    assert [value.simple_value for value in tags["train", "epoch_loss"]] == [0.5, 0.5]
    assert [value.simple_value for value in tags["validation", "epoch_loss"]] == [0.25, 0.25]
    assert tags["train", "model/dense/kernel/histogram"][0].histo.num == 6


def _records(data):
    """The records of an event file: length in 8 bytes, a checksum in 4, the record, a checksum in 4."""
    while data:
        length = int.from_bytes(data[:8], "little")
        yield data[12 : 12 + length]
        data = data[16 + length :]
