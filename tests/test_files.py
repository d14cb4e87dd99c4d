import errno
import os
import stat

import pytest

from neurode.errors import FileError
from neurode.files import replacing, write_text


def names(folder):
    return sorted(file.name for file in folder.iterdir())


def test_a_file_is_written_whole(tmp_path):
    write_text(tmp_path / "note.txt", "höher")
    assert (tmp_path / "note.txt").read_bytes() == "höher".encode()
    assert names(tmp_path) == ["note.txt"]


def test_an_older_file_is_replaced(tmp_path):
    write_text(tmp_path / "note.txt", "a much longer first text")
    write_text(tmp_path / "note.txt", "second")
    assert (tmp_path / "note.txt").read_text() == "second"


def test_the_old_file_stays_until_the_block_ends(tmp_path):
    path = tmp_path / "note.txt"
    path.write_text("old")
    with replacing(path) as temporary:
        temporary.write_text("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"


@pytest.mark.parametrize("error", [RuntimeError("mid-way"), KeyboardInterrupt()], ids=repr)
def test_a_block_that_raises_leaves_the_old_file_and_nothing_else(tmp_path, error):
    path = tmp_path / "note.txt"
    path.write_text("old")
    with pytest.raises(type(error)), replacing(path) as temporary:
        temporary.write_text("half")
        raise error
    assert (path.read_text(), names(tmp_path)) == ("old", ["note.txt"])


def test_a_full_disk_is_our_error_and_leaves_the_old_file(tmp_path):
    path = tmp_path / "note.txt"
    path.write_text("old")
    with pytest.raises(FileError, match="No space left on device"), replacing(path):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert (path.read_text(), names(tmp_path)) == ("old", ["note.txt"])


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(FileError, match=r"cannot write .*absent.*No such file"):
        write_text(tmp_path / "absent" / "note.txt", "text")


def test_a_folder_in_the_place_of_the_file_is_our_error(tmp_path):
    (tmp_path / "note.txt").mkdir()
    with pytest.raises(FileError, match="cannot write"):
        write_text(tmp_path / "note.txt", "text")
    assert names(tmp_path) == ["note.txt"]


def test_others_may_read_the_file_as_the_user_set_it(tmp_path):
    mask = os.umask(0o027)
    try:
        write_text(tmp_path / "note.txt", "text")
    finally:
        os.umask(mask)
    # 0o666 without the bits of the mask, as for any file that a program opens.
    assert stat.S_IMODE((tmp_path / "note.txt").stat().st_mode) == 0o640
