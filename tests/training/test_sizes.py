"""Every size of table against a batch of 4: one row, one whole step, whole steps, a short last one."""

import subprocess
import sys

# In a process of its own: what the compiler cannot do may end the process instead of raising.
SCRIPT = """
import numpy as np
from neurode.layers import Dense, Input, TableEncoding
from neurode.models import Sequential
from neurode.typing import Columns
rng = np.random.default_rng(0)

def train(first, x, hidden):
    rows = len(x) if first is INPUT else len(x.numbers)
    print(type(first).__name__, f"{hidden} hidden layers, {rows} rows", flush=True)
    model = Sequential([first, *[Dense(3, activation="tanh")] * hidden, Dense(1, activation="sigmoid")])
    model.compile("sgd", "binary_crossentropy", ["accuracy"])
    history = model.fit(x, rng.integers(0, 2, rows), batch_size=4, epochs=2, verbose=0).history
    assert np.isfinite([values for values in history.values()]).all()

INPUT = Input((2,))
for hidden, rows in ((0, 1), (0, 4), (0, 5), (1, 1), (1, 4), (1, 5), (1, 8)):
    train(INPUT, rng.normal(size=(rows, 2)), hidden)
for hidden, rows, gaps, cardinalities in (
    (0, 1, (True,), (4,)), (0, 4, (True,), (4,)), (0, 5, (), (4,)), (0, 5, (True,), ()),
    (1, 4, (True,), (4, 50)),
):
    numbers = rng.normal(size=(rows, len(gaps)))
    codes = rng.integers(0, 4, (rows, len(cardinalities))).astype(np.uint8)
    train(TableEncoding(gaps, cardinalities), Columns(numbers, codes), hidden)
"""


def test_every_size_is_trained():
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True)
    tried = done.stdout.splitlines() or ["nothing"]
    assert done.returncode == 0, f"it ended at {tried[-1]}: {done.stderr[-2000:]}"
    assert len(tried) == 12
