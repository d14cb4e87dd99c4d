from pathlib import Path

import numpy as np
import pytest

from neurode.callbacks import CSVLogger
from neurode.errors import FileError


def written(path, *epochs, first=0, **settings):
    logger = CSVLogger(path, **settings)
    logger.on_train_begin()
    for epoch, logs in enumerate(epochs, first):
        logger.on_epoch_end(epoch, logs)
    logger.on_train_end()
    return path.read_text()


def test_an_epoch_is_a_line(tmp_path):
    text = written(tmp_path / "log", {"loss": 0.5, "auc": 1.0, "val_loss": 0.25}, {"loss": 0.1, "auc": 0.0})
    assert text == "epoch,auc,loss,val_loss\n0,1.0,0.5,0.25\n1,0.0,0.1,NA\n"


def test_validation_has_columns_even_if_it_begins_later(tmp_path):
    text = written(tmp_path / "log", {"loss": 0.5}, {"loss": 0.25, "val_loss": 1.0})
    assert text == "epoch,loss,val_loss\n0,0.5,NA\n1,0.25,1.0\n"


def test_a_line_is_there_before_the_fit_ends(tmp_path):
    logger = CSVLogger(tmp_path / "log", separator=";")
    logger.on_train_begin()
    logger.on_epoch_end(0, {"loss": 0.5, "val_loss": 1})
    assert (tmp_path / "log").read_text() == "epoch;loss;val_loss\n0;0.5;1\n"
    logger.on_train_end()


def test_a_value_for_each_unit_is_one_cell(tmp_path):
    text = written(tmp_path / "log", {"f1": [0.5, 0.25], "val_f1": np.float32(0.5)})
    assert text == 'epoch,f1,val_f1\n0,"""[0.5, 0.25]""",0.5\n'


def test_a_second_fit_replaces_the_file_or_goes_on_in_it(tmp_path):
    path = tmp_path / "log"
    one = written(path, {"loss": 0.5, "val_loss": 1})
    assert written(path, {"loss": 0.5, "val_loss": 1}) == one
    both = written(path, {"loss": 0.25, "val_loss": 2}, first=1, append=True)
    assert both == one + "1,0.25,2\n"


def test_going_on_in_an_empty_file_writes_the_header(tmp_path):
    (tmp_path / "log").touch()
    assert written(tmp_path / "log", {"loss": 0.5}, append=True).startswith("epoch,loss,val_loss\n")


def test_a_place_that_cannot_be_written_is_named_before_training(tmp_path):
    with pytest.raises(FileError, match="cannot write '.*nowhere/log': No such file or directory"):
        CSVLogger(tmp_path / "nowhere" / "log").on_train_begin()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no device that is always full")
def test_a_full_disk_is_named():
    logger = CSVLogger("/dev/full")
    logger.on_train_begin()
    with pytest.raises(FileError, match="cannot write '/dev/full': No space left on device"):
        logger.on_epoch_end(0, {"loss": 0.5})
    logger.on_train_end()
