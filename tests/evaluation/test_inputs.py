import subprocess
import sys

import numpy as np
import pytest

from neurode.errors import ArgumentError, ShapeError
from neurode.evaluation.inputs import check_rows, check_two_classes

HALF = np.full((3, 2), 0.5)


def test_float32_stays_float32():
    assert check_rows([0, 1, 1], HALF.astype(np.float32))[1].dtype == np.float32


@pytest.mark.parametrize(
    ("target", "probability", "error", "message"),
    [
        ([0, 1, 1], HALF[:, 0], ShapeError, "needed (rows, classes)"),
        ([0, 1], HALF, ShapeError, "3 rows"),
        ([0, 1, 2], HALF, ArgumentError, "codes: 0 to 1"),
        ([0, 1, -1], HALF, ArgumentError, "from -1 to 1"),
        ([0, 1, 0.5], HALF, ArgumentError, "codes: 0 to 1"),
        ([0, 1, 1], np.where(np.eye(3, 2) > 0, np.nan, HALF), ArgumentError, "2 rows have a probability"),
        (np.empty(0, int), np.empty((0, 2)), ArgumentError, "no rows"),
    ],
)
def test_what_is_wrong_is_named(target, probability, error, message):
    with pytest.raises(error) as raised:
        check_rows(target, probability)
    assert message in str(raised.value)


def test_more_than_two_classes_have_no_threshold():
    with pytest.raises(ShapeError, match="needs two classes, got 3"):
        check_two_classes(np.zeros((1, 3)), "a threshold")


@pytest.mark.parametrize("package", ["evaluation", "drawing", "reporting"])
def test_importing_loads_no_heavy_library(package):
    code = (
        f"import sys, neurode.{package}; "
        "print({'sklearn', 'scipy', 'matplotlib', 'jax', 'jinja2'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
