"""Keras 3 as its documentation shows it, on the backend that KERAS_BACKEND names.

On TensorFlow the defaults stand, for they are the fastest on a CPU: of NumPy input Keras makes a `tf.data`
pipeline that shuffles indices, where `Dataset.shuffle` moves rows (77-12-12-1 at batch 32, the best of two
epochs of the whole table: 757 microseconds a step against 926); and "auto" leaves XLA off, which there costs
more than it saves (757 against 890). On JAX the step is always compiled; a table already on the device is
tried too.
"""

import random

import keras

from peers.task import EPSILON, LEARNING_RATE, SEED, Clock, Task

INPUTS = ("numpy",) if keras.backend.backend() == "tensorflow" else ("numpy", "jax.Array")
CHOICES = [{"input": source, "steps_per_execution": 1} for source in INPUTS]


class EpochEnd(keras.callbacks.Callback):
    def __init__(self, clock: Clock):
        super().__init__()
        self.clock = clock

    def on_epoch_end(self, epoch, logs=None):
        self.clock.end_epoch(logs["loss"])


def fit(task: Task, choice: dict) -> Clock:
    clock = Clock()
    # All of Keras's seeds come from here; `keras.utils.set_random_seed` would import TensorFlow even on JAX.
    random.seed(SEED)
    network = build(task.network.hidden_units, task.features.shape[1])
    network.compile(
        optimizer=keras.optimizers.Adam(LEARNING_RATE, epsilon=EPSILON),
        loss="binary_crossentropy",
        steps_per_execution=choice["steps_per_execution"],
    )
    data = training_data(task, choice["input"])
    network.fit(**data, epochs=task.epochs, verbose=0, callbacks=[EpochEnd(clock)])
    return clock


def build(hidden_units: tuple[int, ...], features: int) -> keras.Model:
    hidden = [keras.layers.Dense(units, activation="relu") for units in hidden_units]
    return keras.Sequential([keras.Input((features,)), *hidden, keras.layers.Dense(1, activation="sigmoid")])


def training_data(task: Task, source: str) -> dict:
    features, target = task.features, task.target[:, None]
    if source == "jax.Array":
        import jax

        features, target = jax.device_put((features, target))
    return {"x": features, "y": target, "batch_size": task.network.batch_size}
