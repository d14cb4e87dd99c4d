"""A model to hang callbacks into: small, and as exact as the real one."""

import json
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np
import pytest

from neurode.callbacks import CallbackList
from neurode.errors import ModelFileError


class State(NamedTuple):
    """Stands for a train state."""

    step: int
    params: tuple
    state: tuple = ()
    opt_state: Any = None
    learning_rate: float = 0.0


class Owner:
    """Stands for a model. A step moves its two weights by the learning rate and by the number of the step."""

    def __init__(self, learning_rate=0.5):
        self.name, self.stop_training, self.resume_from, self.saved = "model", False, None, []
        self.optimizer = SimpleNamespace(learning_rate=learning_rate)
        self.train_state = State(0, (1.0, 2.0))

    def step(self):
        now, rate = self.train_state, float(np.float32(self.optimizer.learning_rate))
        moved = tuple(0.9 * w + rate * (now.step + 1) for w in now.params)
        self.train_state = now._replace(step=now.step + 1, params=moved)

    def get_weights(self):
        return [np.array(w) for w in self.train_state.params]

    def set_weights(self, weights):
        self.train_state = self.train_state._replace(params=tuple(float(w) for w in weights))

    def save(self, path):
        self._save("model", path)

    def save_weights(self, path):
        self._save("weights", path)

    def _save(self, kind, path):
        with open(path, "w") as file:  # noqa: PTH123
            file.write(kind)
        self.saved.append(str(path))

    def write_checkpoint(self, path, record):
        path.write_text(json.dumps([self.train_state.step, self.train_state.params, record]))

    def read_checkpoint(self, path):
        try:
            step, params, record = json.loads(path.read_text())
        except ValueError as error:
            raise ModelFileError(f"{path} is broken") from error
        self.train_state = State(step, tuple(params))
        return record

    def fit(self, callbacks, epochs, steps=3, logs=lambda epoch: {"loss": 1.0}, validation_freq=1):
        """Runs the hooks as a fit does; returns the epochs whose end it saw."""
        everyone, ended = CallbackList(callbacks), []
        everyone.set_model(self)
        everyone.set_params({"epochs": epochs, "steps": steps, "validation_freq": validation_freq})
        self.stop_training, self.resume_from = False, None
        everyone.on_train_begin()
        first, begin = self.resume_from or (0, 0)
        try:
            for epoch in range(first, epochs):
                everyone.on_epoch_begin(epoch)
                for batch in range(begin, steps):
                    everyone.on_train_batch_begin(batch)
                    self.step()
                    everyone.on_train_batch_end(batch, {"loss": 1.0})
                begin = 0
                everyone.on_epoch_end(epoch, logs(epoch))
                ended.append(epoch)
                if self.stop_training:
                    break
        finally:
            everyone.on_train_end()
        return ended


@pytest.fixture
def make_owner():
    return Owner


@pytest.fixture
def owner():
    return Owner()
