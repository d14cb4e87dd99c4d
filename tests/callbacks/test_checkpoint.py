from pathlib import Path

import pytest

from neurode.callbacks import ModelCheckpoint
from neurode.errors import ArgumentError, FileError, UnknownNameError


def saved(owner, checkpoint, values, **fit):
    """Names of the files that are saved when the quantity takes these values."""
    logs = [{"loss": 1.0} if value is None else {"loss": 1.0, "val_loss": value} for value in values]
    owner.fit([checkpoint], len(values), logs=lambda epoch: logs[epoch], **fit)
    return [Path(path).name for path in owner.saved]


def test_every_epoch_is_saved_under_its_fields(owner, tmp_path):
    checkpoint = ModelCheckpoint(tmp_path / "{epoch:02d}-{val_loss:.2f}.neurode")
    assert saved(owner, checkpoint, [0.123, 0.5]) == ["01-0.12.neurode", "02-0.50.neurode"]
    assert (tmp_path / "01-0.12.neurode").read_text() == "model"


def test_only_the_best_are_saved(owner, tmp_path):
    checkpoint = ModelCheckpoint(tmp_path / "{epoch}", save_best_only=True)
    assert saved(owner, checkpoint, [3, 4, 2, float("nan"), 2, 1]) == ["1", "3", "6"]


def test_the_best_may_be_the_highest(owner, tmp_path):
    checkpoint = ModelCheckpoint(tmp_path / "{epoch}", save_best_only=True, mode="max")
    assert saved(owner, checkpoint, [3, 4, 2]) == ["1", "2"]


def test_the_first_has_to_beat_the_threshold(owner, tmp_path):
    checkpoint = ModelCheckpoint(tmp_path / "{epoch}", save_best_only=True, initial_value_threshold=2.5)
    assert saved(owner, checkpoint, [3, 2.5, 2]) == ["3"]


def test_the_best_of_an_earlier_fit_still_counts(make_owner, tmp_path):
    checkpoint = ModelCheckpoint(tmp_path / "{epoch}", save_best_only=True)
    saved(make_owner(), checkpoint, [1])
    assert saved(make_owner(), checkpoint, [2, 0.5]) == ["2"]


def test_weights_alone_are_saved_if_asked(owner, tmp_path):
    saved(owner, ModelCheckpoint(tmp_path / "w.weights.h5", save_weights_only=True), [1])
    assert (tmp_path / "w.weights.h5").read_text() == "weights"


def test_batches_are_counted_over_epochs(owner, tmp_path):
    checkpoint = ModelCheckpoint(tmp_path / "{epoch}-{batch}", save_freq=4)
    # Batches 4, 8 and 12 of all are the 1st of epoch 2, the 2nd of epoch 3, the 3rd of epoch 4.
    assert saved(owner, checkpoint, [1, 1, 1, 1], steps=3) == ["2-1", "3-2", "4-3"]


def test_a_folder_is_made(owner, tmp_path):
    saved(owner, ModelCheckpoint(tmp_path / "a" / "b" / "model.neurode"), [1])
    assert (tmp_path / "a" / "b" / "model.neurode").exists()


def test_without_its_quantity_every_epoch_is_saved_with_a_warning(owner, tmp_path):
    with pytest.warns(UserWarning, match="'val_loss' is not in the logs, so every model is saved"):
        assert saved(owner, ModelCheckpoint(tmp_path / "{epoch}", save_best_only=True), [None]) == ["1"]


def test_one_value_a_unit_cannot_be_the_best(owner, tmp_path):
    with pytest.warns(UserWarning, match="'val_loss' has one value a unit"):
        assert saved(owner, ModelCheckpoint(tmp_path / "{epoch}", save_best_only=True), [[1.0, 2.0]]) == ["1"]


def test_an_epoch_that_is_not_validated_by_plan_does_not_replace_the_best(owner, tmp_path):
    checkpoint = ModelCheckpoint(tmp_path / "{epoch}", save_best_only=True)
    assert saved(owner, checkpoint, [None, 1, None, 0.5], validation_freq=2) == ["2", "4"]


def test_a_field_that_is_not_logged_is_named(owner, tmp_path):
    with pytest.raises(
        UnknownNameError, match=r"no field of the file name named 'val_los'.*(\n.*)*mean 'val_loss'"
    ):
        saved(owner, ModelCheckpoint(tmp_path / "{val_los:.2f}"), [1])


def test_a_place_that_cannot_be_written_is_named(owner, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(FileError, match=r"cannot write '.*file/model': (Not a directory|File exists)"):
        saved(owner, ModelCheckpoint(tmp_path / "file" / "model"), [1])
    with pytest.raises(FileError, match=f"cannot write '{tmp_path}': Is a directory"):
        saved(owner, ModelCheckpoint(tmp_path), [1])


@pytest.mark.parametrize("save_freq", ["epochs", 0, -1, True], ids=repr)
def test_a_frequency_is_an_epoch_or_a_number_of_batches(save_freq):
    with pytest.raises(ArgumentError, match="save_freq="):
        ModelCheckpoint("model.neurode", save_freq=save_freq)


def test_counts_go_over_to_another(tmp_path):
    first, second = (ModelCheckpoint("{epoch}", save_best_only=True, save_freq=4) for _ in range(2))
    first.best = 0.5
    first._counter.is_due(2)
    second.load_state_dict(first.state_dict())
    assert second.best == 0.5
    assert second._counter.is_due(3)


def test_verbose_prints_the_lines_of_keras(owner, capsys, tmp_path):
    saved(owner, ModelCheckpoint(tmp_path / "m", save_best_only=True, verbose=1), [0.5, 0.75])
    assert capsys.readouterr().out == (
        f"\nEpoch 1: val_loss improved from None to 0.50000, saving model to {tmp_path}/m\n"
        f"\nEpoch 1: finished saving model to {tmp_path}/m\n"
        "\nEpoch 2: val_loss did not improve from 0.50000\n"
    )
