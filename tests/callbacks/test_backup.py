import json

import numpy as np
import pytest

from neurode.callbacks import (
    BackupAndRestore,
    Callback,
    EarlyStopping,
    LearningRateScheduler,
    ModelCheckpoint,
    ReduceLROnPlateau,
)
from neurode.errors import ArgumentError, FileError, ModelFileError


class Crash(Callback):
    """Breaks a fit off after so many steps of the model."""

    after_others = True

    def __init__(self, after):
        self.after = after

    def on_batch_end(self, batch, logs=None):
        if self.model.train_state.step == self.after:
            raise RuntimeError("crash")


def quantity(epoch):
    """Falls, then rises: the best epoch is number 2."""
    return {"loss": 1.0, "val_loss": float(abs(epoch - 2))}


def broken_off_and_resumed(make_owner, callbacks, after, epochs=6, **fit):
    """The model of a fit that crashed after so many steps and was started again in a new process."""
    with pytest.raises(RuntimeError, match="crash"):
        make_owner().fit([*callbacks(), Crash(after)], epochs, logs=quantity, **fit)
    owner, again = make_owner(), callbacks()
    owner.ended = owner.fit(again, epochs, logs=quantity, **fit)
    return owner, again


def everyone(folder, **settings):
    """Callbacks that count over epochs, the backup first in the list."""
    return lambda: [
        BackupAndRestore(folder / "backup", **settings),
        EarlyStopping(patience=3, restore_best_weights=True),
        ReduceLROnPlateau(factor=0.5, patience=2),
        LearningRateScheduler(lambda epoch, rate: 0.75 * rate),
        ModelCheckpoint(folder / "best", save_best_only=True),
    ]


@pytest.mark.parametrize("after", range(1, 18))
@pytest.mark.parametrize("save_freq", ["epoch", 1, 2, 4, 7])
def test_a_resumed_fit_ends_with_the_bits_of_one_that_was_not_broken_off(
    make_owner, tmp_path, after, save_freq
):
    whole = make_owner()
    ended = whole.fit(everyone(tmp_path / "whole", save_freq=save_freq)(), 6, logs=quantity)
    resumed, (_, stopping, plateau, _, checkpoint) = broken_off_and_resumed(
        make_owner, everyone(tmp_path / "resumed", save_freq=save_freq), after
    )
    assert resumed.train_state == whole.train_state
    assert resumed.optimizer.learning_rate == whole.optimizer.learning_rate
    assert resumed.ended[-1] == ended[-1] == 5
    assert (stopping.best_epoch, stopping.best, plateau.best, checkpoint.best) == (2, 0.0, 0.0, 0.0)


def test_only_the_epochs_after_the_backup_are_run(make_owner, tmp_path):
    resumed, _ = broken_off_and_resumed(make_owner, lambda: [BackupAndRestore(tmp_path)], after=8)
    assert resumed.ended == [2, 3, 4, 5]
    assert resumed.train_state.step == 18


def test_a_backup_inside_an_epoch_names_the_step(make_owner, tmp_path):
    owner = make_owner()
    with pytest.raises(RuntimeError, match="crash"):
        owner.fit([BackupAndRestore(tmp_path, save_freq=5), Crash(after=6)], 6)
    again = make_owner()
    again.fit([BackupAndRestore(tmp_path, save_freq=5)], 6)
    assert again.resume_from == (1, 2)


def test_a_finished_fit_leaves_nothing_behind(make_owner, tmp_path):
    make_owner().fit(everyone(tmp_path)(), 3, logs=quantity)
    assert not (tmp_path / "backup").exists()


def test_a_fit_that_a_callback_stopped_is_finished(make_owner, tmp_path):
    owner = make_owner()
    assert owner.fit([BackupAndRestore(tmp_path / "b"), EarlyStopping(patience=1)], 9, logs=quantity) == [
        0,
        1,
        2,
        3,
    ]
    assert not (tmp_path / "b").exists()


def test_other_files_in_the_folder_stay(make_owner, tmp_path):
    (tmp_path / "mine.txt").touch()
    make_owner().fit([BackupAndRestore(tmp_path)], 2)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_backup_may_stay_and_then_the_fit_is_over(make_owner, tmp_path):
    kept = BackupAndRestore(tmp_path, delete_checkpoint=False)
    make_owner().fit([kept], 2)
    again = make_owner()
    assert again.fit([kept], 2) == []
    assert again.train_state.step == 6
    assert again.fit([kept], 3) == [2], "more epochs go on from there"


def test_no_more_arrays_are_kept_than_backups(make_owner, tmp_path):
    for double, count in ((False, 1), (True, 2)):
        folder = tmp_path / str(double)
        make = everyone(folder, delete_checkpoint=False, double_checkpoint=double)
        make_owner().fit(make(), 4, logs=quantity)
        assert len(list((folder / "backup").glob("*.npz"))) == count


def test_the_backup_before_is_used_when_the_last_is_broken(make_owner, tmp_path):
    make = everyone(tmp_path, double_checkpoint=True)
    with pytest.raises(RuntimeError, match="crash"):
        make_owner().fit([*make(), Crash(after=10)], 6, logs=quantity)
    (tmp_path / "backup" / "latest.backup").write_text("broken")
    with pytest.raises(RuntimeError, match="crash"):
        make_owner().fit([*make(), Crash(after=8)], 6, logs=quantity)
    again, whole = make_owner(), make_owner()
    assert again.fit(make(), 6, logs=quantity) == [2, 3, 4, 5]
    whole.fit(everyone(tmp_path / "whole")(), 6, logs=quantity)
    assert again.train_state == whole.train_state


def test_a_broken_backup_is_not_passed_over(make_owner, tmp_path):
    (tmp_path / "latest.backup").write_text("broken")
    with pytest.raises(ModelFileError, match="is broken"):
        make_owner().fit([BackupAndRestore(tmp_path)], 1)


def test_a_callback_that_is_new_begins_afresh(make_owner, tmp_path):
    with pytest.raises(RuntimeError, match="crash"):
        make_owner().fit([BackupAndRestore(tmp_path), EarlyStopping(), Crash(after=4)], 6, logs=quantity)
    record = json.loads((tmp_path / "latest.backup").read_text())[-1]
    assert [saved["class"] for saved in record["callbacks"]] == ["EarlyStopping"]
    plateau, loss, stopping = (
        ReduceLROnPlateau(),
        EarlyStopping("loss", patience=9),
        EarlyStopping(patience=9),
    )
    restore = BackupAndRestore(tmp_path)
    restore.siblings = (plateau, stopping, loss)
    restore.set_model(make_owner())
    restore.on_train_begin()
    assert (plateau.best, stopping.best, loss.best) == (None, 2.0, None)


def test_the_record_is_small_and_its_arrays_are_beside_it(make_owner, tmp_path):
    with pytest.raises(RuntimeError, match="crash"):
        make_owner().fit([*everyone(tmp_path)(), Crash(after=4)], 6, logs=quantity)
    record = json.loads((tmp_path / "backup" / "latest.backup").read_text())[-1]
    assert (record["epoch"], record["step"], record["arrays"]) == (1, 0, "callbacks-1-0.npz")
    with np.load(tmp_path / "backup" / "callbacks-1-0.npz") as arrays:
        assert list(arrays) == ["0:best_weights:0", "0:best_weights:1"]


def test_a_folder_that_cannot_be_made_is_named(make_owner, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(FileError, match="cannot write the backup in '.*file/backup': Not a directory"):
        make_owner().fit([BackupAndRestore(tmp_path / "file" / "backup")], 1)


@pytest.mark.parametrize("settings", [{"backup_dir": ""}, {"backup_dir": "b", "save_freq": False}])
def test_bad_settings_are_refused(settings):
    with pytest.raises(ArgumentError):
        BackupAndRestore(**settings)


def test_an_interrupted_fit_keeps_its_backup(tmp_path, make_owner):
    owner, callback = make_owner(), BackupAndRestore(tmp_path)
    callback.set_model(owner)
    callback.set_params({"epochs": 3, "steps": 2})
    callback.on_train_begin()
    callback.on_epoch_end(0)
    callback.on_train_end()
    assert (tmp_path / "latest.backup").exists()


def test_a_broken_backup_is_replaced_before_it_can_be_copied(make_owner, tmp_path):
    callback = BackupAndRestore(tmp_path, double_checkpoint=True, delete_checkpoint=False)
    make_owner().fit([callback], 2)
    latest, before = tmp_path / "latest.backup", tmp_path / "latest.backup.before"
    latest.write_text("broken")
    callback.on_train_begin()
    assert latest.read_text() == before.read_text()
