import numpy as np
import pytest

from neurode.drawing import draw_correlations, save_figure
from neurode.errors import FileError


@pytest.mark.parametrize("name", ["c.png", "c.SVG", "c.pdf"])
def test_the_same_figure_is_the_same_file(tmp_path, name):
    written = []
    for _ in range(2):
        save_figure(draw_correlations(["a", "b"], np.eye(2)), tmp_path / name)
        written.append((tmp_path / name).read_bytes())
    assert written[0] == written[1]
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("name", ["c.gif", "c"])
def test_another_ending_is_refused(tmp_path, name):
    with pytest.raises(FileError, match=r"endings: '\.png', '\.svg', '\.pdf'"):
        save_figure(draw_correlations(["a", "b"], np.eye(2)), tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(FileError, match="cannot write"):
        save_figure(draw_correlations(["a", "b"], np.eye(2)), tmp_path / "none" / "c.png")
