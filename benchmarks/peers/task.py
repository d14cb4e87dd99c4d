"""What every peer is given, and the clock that every peer's epochs are read from."""

from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter

import numpy as np
from plan import FEATURES, Network

LEARNING_RATE = 1e-3
EPSILON = 1e-7  # Keras's; PyTorch's and scikit-learn's own default is 1e-8
SEED = 0


@dataclass(frozen=True)
class Task:
    """Train `network` on a float32 table and its 0/1 targets for some epochs."""

    network: Network
    features: np.ndarray
    target: np.ndarray
    epochs: int

    @property
    def steps(self) -> int:
        return -(-len(self.target) // self.network.batch_size)

    def with_epochs(self, epochs: int) -> "Task":
        return replace(self, epochs=epochs)

    def shortened(self, steps: int, epochs: int) -> "Task":
        rows = steps * self.network.batch_size
        return replace(self, features=self.features[:rows], target=self.target[:rows], epochs=epochs)


class Clock:
    """Seconds and training loss of each epoch.

    An epoch lasts from the end of the one before to its own end, so nothing a framework does between two
    epochs is left out. The first epoch holds the set-up and the compiling.
    """

    def __init__(self):
        self.stamps = [perf_counter()]
        self.losses: list[float] = []

    def end_epoch(self, loss: float) -> None:
        self.losses.append(float(loss))
        self.stamps.append(perf_counter())

    @property
    def seconds(self) -> list[float]:
        return [end - begin for begin, end in zip(self.stamps[:-1], self.stamps[1:])]


def write_table(folder: Path, rows: int) -> None:
    """A seeded table and a noisy function of its columns: a neuron learns most of it, a network more."""
    generator = np.random.default_rng(SEED)
    features = generator.random((rows, FEATURES), dtype=np.float32)
    centred = features - 0.5
    line = centred @ generator.normal(size=FEATURES).astype(np.float32)
    bend = (centred[:, :6] * centred[:, 6:12]).sum(axis=1)
    score = 2 * line / line.std() + 2 * bend / bend.std()
    target = generator.random(rows) < 1 / (1 + np.exp(-score))
    np.save(folder / "features.npy", features)
    np.save(folder / "target.npy", target.astype(np.float32))


def read_task(folder: Path, network: Network, epochs: int) -> Task:
    return Task(network, np.load(folder / "features.npy"), np.load(folder / "target.npy"), epochs)
