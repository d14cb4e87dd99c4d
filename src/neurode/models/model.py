"""Keras's model: fit, evaluate, predict, save."""

import warnings
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import jax
import numpy as np

from neurode.callbacks import Callback, CallbackList, History, ProgbarLogger
from neurode.errors import ArgumentError, DataTypeError
from neurode.models.compiled import CompiledNetwork
from neurode.models.data import split_off, to_rows, with_class_weights
from neurode.models.prediction import predict_rows
from neurode.models.streams import batches_of, collected, is_stream, length_of
from neurode.training import (
    Feed,
    Plan,
    Rows,
    StreamFeed,
    TableFeed,
    build,
    finisher,
    fit,
    in_parts,
    predictor,
    to_logs,
)


class Model(CompiledNetwork):
    """A network and its weights.

    Args:
        inputs: The symbolic tensor where the network begins, or a list or dict of several.
        outputs: The symbolic tensor where it ends, or a list or dict of several.
        name: The model's name.
        seed: Where all its randomness comes from: weights, order of rows, dropout. Same seed, same machine,
            same bits. Models without one count 0, 1, 2, … or from what `utils.set_random_seed` said.

    Attributes:
        optimizer: The compiled optimiser, or None.
        history: The record of the last fit, or None.
        stop_training: A callback sets it to end the fit after the epoch.

    Example:
        >>> from neurode.layers import Concatenate, Dense, Input
        >>> x = Input((2,), name="features")
        >>> hidden = Dense(3, activation="relu")(x)
        >>> both = Concatenate()([x, hidden])  # A connection that skips a layer.
        >>> model = Model(x, Dense(1, activation="sigmoid", name="risk")(both))
        >>> model.output_shape, model.count_params()
        ((None, 1), 15)
    """

    def __init__(
        self, inputs: Any = None, outputs: Any = None, name: str | None = None, *, seed: int | None = None
    ) -> None:
        self.history: History | None = None
        self.stop_training = False
        self.resume_from: tuple[int, int] | None = None
        super().__init__(inputs, outputs, name, seed=seed)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if {"call", "train_step"} & vars(cls).keys():
            raise DataTypeError(
                f"{cls.__name__} subclasses Model, which neurode does not support",
                hint="write the network functionally: x = Input((77,)); y = Dense(1)(x); Model(x, y)",
            )

    def fit(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: str | int = "auto",
        callbacks: list[Callback] | Callback | None = None,
        validation_split: float = 0.0,
        validation_data: Any = None,
        shuffle: bool = True,
        class_weight: Any = None,
        sample_weight: Any = None,
        initial_epoch: int = 0,
        steps_per_epoch: int | None = None,
        validation_steps: int | None = None,
        validation_batch_size: int | None = None,
        validation_freq: Any = 1,
        **old: Any,
    ) -> History:
        """Trains the model, each epoch as one compiled program.

        Args:
            x: Inputs `(rows, features)`: NumPy, a frame of numbers, nested lists; a list or a dict for
                several inputs; `Columns` for a model that takes tables; or a generator or `Sequence` of `(x,
                y)` or `(x, y, sample_weight)`.
            y: Targets `(rows,)` or `(rows, units)`; a list or a dict for several outputs.
            batch_size: Rows of a step, 32 by default.
            epochs: Number of the epoch after which to stop.
            verbose: 0 silent, 1 a bar, 2 a line an epoch; "auto" is 1.
            callbacks: Callbacks with Keras's hooks.
            validation_split: Share of the rows, taken from the end before shuffling, to validate on.
            validation_data: `(x, y)`, `(x, y, sample_weight)` or a source of batches to validate on instead.
            shuffle: Whether every epoch has an order of its own. Batches from outside keep theirs.
            class_weight: Weight of each class in the loss; `"balanced"` makes all classes count the same, as
                in scikit-learn.
            sample_weight: Weight of each row in the loss; a list or a dict for several outputs.
            initial_epoch: Number of the first epoch, from 0.
            steps_per_epoch: Batches of an epoch, for a generator that does not end. Of a table, each epoch
                then takes so many batches more.
            validation_steps: Batches of a validation, likewise; the first ones of a table.
            validation_batch_size: Rows of a batch in validation. Only functions of your own can tell.
            validation_freq: Validate after every so many epochs, or after the epochs of a list, from 1.
            old: `nb_epoch`, Keras 1's name of `epochs`, with a notice.

        Returns:
            The history. After Ctrl-C it has `interrupted` set, and the model has the weights so far.

        Raises:
            DivergedError: If the loss became infinite or NaN; the model has the last good weights.
            ShapeError, DataTypeError: If x or y do not fit the model.
        """
        epochs = _old_epochs(old, epochs)
        rows_of_step = None if batch_size is None else _whole("batch_size", batch_size)
        steps = None if steps_per_epoch is None else _whole("steps_per_epoch", steps_per_epoch)
        own = self._told(callbacks)
        if is_stream(x):
            if y is not None or sample_weight is not None or validation_split:
                raise ArgumentError(
                    "y, sample_weight and validation_split go with arrays, not with a source of batches",
                    hint="let it give (x, y, sample_weight), and pass validation_data",
                )
            feed: Feed = self._stream_feed(x, steps, class_weight, own.watches_batches)
        else:
            table = self._host_rows(x, y, sample_weight)
            if validation_data is None and validation_split:
                table, validation_data = split_off(table, validation_split)
            table = table._replace(weight=with_class_weights(table.weight, table.y, class_weight))
            feed = self._table_feed(table, rows_of_step, steps, bool(shuffle), own.watches_batches)
        size = validation_batch_size or feed.batch_size
        is_cut = validation_batch_size is not None or rows_of_step is not None
        validate = self._validation(validation_data, size, validation_steps, is_cut=is_cut)
        program = build(self.task, feed.batch_size)
        self._start_optimizer()
        self.history = history = History()
        is_told = any(isinstance(callback, ProgbarLogger) for callback in own.callbacks)
        progress = [] if verbose == 0 or is_told else [ProgbarLogger(2 if verbose == 2 else 1)]
        # The person's first, as in Keras: what they write into the logs is recorded and printed.
        everyone = self._told([*own.callbacks, history, *progress])
        everyone.set_params(
            {
                "epochs": epochs,
                "steps": feed.steps,
                "verbose": verbose,
                "metrics": self.metrics_names,
                "validation_freq": validation_freq,
            }
        )
        often = validation_freq if isinstance(validation_freq, int) else tuple(validation_freq)
        plan = Plan(epochs, initial_epoch, often, self.seed)
        try:
            fit(program, self, feed, plan, everyone, history, validate)
        finally:
            if getattr(self.optimizer, "use_ema", False):
                self.train_state = finisher(self.task.network, self.task.optimizer)(self.train_state)
        if history.interrupted and progress:
            epoch, step = history.interrupted_at or (0, 0)
            print(
                f"\nInterrupted in epoch {epoch + 1} after {step} steps; the model keeps the weights so far."
            )
        return history

    def evaluate(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        verbose: str | int = "auto",
        sample_weight: Any = None,
        steps: int | None = None,
        callbacks: list[Callback] | None = None,
        return_dict: bool = False,
    ) -> Any:
        """Loss and metrics on a table.

        Args:
            x: Inputs as in `fit`, or a source of batches.
            y: Targets as in `fit`.
            batch_size: Rows of a batch, 32 by default. Only functions of your own that sum over a batch can
                tell the difference.
            verbose: 0 is silent, else one line is printed.
            sample_weight: Weight of each row in the loss.
            steps: Batches to take, at most.
            callbacks: Callbacks with Keras's `on_test_…` hooks.
            return_dict: Whether to return a dict by name.

        Returns:
            `[loss, metric, …]` in the order of `metrics_names`, or the loss alone if there are no metrics.
        """
        everyone = self._told(callbacks)
        everyone.on_test_begin()
        size = _whole("batch_size", batch_size or 32)
        if is_stream(x):
            batches = (self._host_rows(*batch) for batch in batches_of(x, steps)())
            logs = self._evaluated_by_batch(batches, everyone)
        else:
            rows = self._host_rows(x, y, sample_weight)
            rows = _first_of(rows, size, steps) if batch_size else rows
            if everyone.watches_test_batches:
                logs = self._evaluated_by_batch(_in_batches(rows, size), everyone)
            else:
                logs = self._evaluated(to_rows(*rows), size)
        everyone.on_test_end(logs)
        if verbose != 0:
            print(" - ".join(f"{name}: {value:.4f}" if isinstance(value, float) else f"{name}: {value}"
                             for name, value in logs.items()))  # fmt: skip
        return self._as_returned(logs, return_dict)

    def predict(
        self,
        x: Any,
        batch_size: int | None = None,
        verbose: str | int = "auto",
        steps: int | None = None,
        callbacks: list[Callback] | None = None,
    ) -> Any:
        """Predictions `(rows, units)` as float32; a list for several outputs.

        Args:
            x: Inputs as in `fit`, or a source of batches.
            batch_size: Rows that are computed at once; chosen well if left out.
            verbose: Accepted for Keras's sake; nothing is printed.
            steps: Batches to take, at most.
            callbacks: Callbacks with Keras's `on_predict_…` hooks.
        """
        everyone = self._told(callbacks)
        everyone.on_predict_begin()
        if is_stream(x):
            inputs = self._started(collected(x, steps)[0])
        else:
            inputs = self._started(x)
            inputs = _first_of(inputs, batch_size, steps) if batch_size else inputs
        told = everyone if everyone.watches_predict_batches else None
        y = predict_rows(predictor(self.network), *self.read_weights(), inputs, batch_size, told)
        everyone.on_predict_end()
        return self._as_given(list(y) if isinstance(y, tuple) else y)

    def train_on_batch(
        self,
        x: Any,
        y: Any = None,
        sample_weight: Any = None,
        class_weight: Any = None,
        return_dict: bool = False,
    ) -> Any:
        """One step on these rows.

        Returns:
            Loss and metrics of this batch as in `evaluate`, measured before the step.
        """
        rows = self._rows(x, y, sample_weight, class_weight)
        program = build(self.task, rows.size)
        self._start_optimizer()
        totals = program.start(self.train_state, rows)
        order = np.arange(rows.size, dtype=np.int32)
        key = np.array([self.seed % 2**32, int(self.train_state.step)], np.uint32)
        now, _, values = program.train(self.train_state, totals, rows, order, key, np.int32(0), np.int32(1))
        self.train_state = now
        return self._as_returned(to_logs(program.names, values), return_dict)

    def test_on_batch(
        self, x: Any, y: Any = None, sample_weight: Any = None, return_dict: bool = False
    ) -> Any:
        """Loss and metrics on these rows alone."""
        rows = self._rows(x, y, sample_weight)
        return self._as_returned(self._evaluated(rows, rows.size), return_dict)

    def predict_on_batch(self, x: Any) -> Any:
        """Predictions for these rows, computed at once."""
        inputs = self._started(x)
        y = predictor(self.network)(*self.read_weights(), inputs)
        return self._as_given([np.array(part) for part in y] if isinstance(y, tuple) else np.array(y))

    def reset_metrics(self) -> None:
        """Nothing to forget: every number is of one epoch, one evaluation or one batch."""

    def get_config(self) -> dict[str, Any]:
        """The architecture as JSON values; `from_config` builds it again, with weights of its own."""
        from neurode.models.architecture import config_of

        return config_of(self)

    @classmethod
    def from_config(cls, config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None) -> Any:
        """The model with this architecture and fresh weights.

        Raises:
            ModelFileError: If the configuration names something that neurode does not have.
        """
        from neurode.models.architecture import model_of

        return model_of(config, custom_objects)

    def to_json(self, **kwargs: Any) -> str:
        """The architecture as JSON text, which `model_from_json` reads."""
        from neurode.models.architecture import to_json

        return to_json(self, **kwargs)

    def save(self, filepath: Any, overwrite: bool = True) -> None:
        """Writes the model to one file, `name.neurode`.

        Architecture, weights, compile settings and the optimiser's state. No code is in it.
        """
        from neurode.models.saving import save_model

        save_model(self, filepath, overwrite=overwrite)

    def save_weights(self, filepath: Any, overwrite: bool = True) -> None:
        """Writes the weights alone; `load_weights` of a model with the same layers reads them."""
        from neurode.models.saving import save_weights

        save_weights(self, filepath, overwrite=overwrite)

    def load_weights(self, filepath: Any) -> None:
        """Reads weights that `save_weights` or `save` wrote.

        Raises:
            ShapeError: If they are not of a model with the same layers; nothing is changed then.
        """
        from neurode.models.saving import load_weights

        load_weights(self, filepath)

    def write_checkpoint(self, path: Any, record: Mapping[str, Any]) -> None:
        """Writes everything that training changes, and a record of JSON values beside it."""
        from neurode.models.saving import write_checkpoint

        write_checkpoint(self, path, record)

    def read_checkpoint(self, path: Any) -> dict[str, Any]:
        """Takes up what `write_checkpoint` wrote, and returns the record."""
        from neurode.models.saving import read_checkpoint

        return read_checkpoint(self, path)

    def _table_feed(
        self, table: Rows, batch_size: int | None, steps: int | None, shuffle: bool, by_batch: bool
    ) -> Feed:
        if steps is None:
            size = min(batch_size or 32, table.size)
            return TableFeed(to_rows(*table), size, shuffle=shuffle, seed=self.seed)
        size = min(batch_size or -(-table.size // steps), table.size)  # Without a size as Keras chooses it.
        parts = in_parts(table, size, steps, shuffle=shuffle, seed=self.seed)
        return StreamFeed(parts, steps, by_batch=by_batch)

    def _stream_feed(self, x: Any, steps: int | None, class_weight: Any, by_batch: bool) -> Feed:
        batches = batches_of(x, steps)

        def epoch() -> Iterator[Rows]:
            for batch in batches():
                inputs, y, weight = (*batch, None, None)[:3]
                yield self._host_rows(inputs, y, weight, class_weight)

        return StreamFeed(epoch, steps or length_of(x), by_batch=by_batch)

    def _validation(
        self, data: Any, batch_size: int, steps: int | None, *, is_cut: bool
    ) -> Callable[[], dict[str, Any]] | None:
        if data is None:
            return None
        most = steps if is_cut else None
        if isinstance(data, Rows):
            rows = to_rows(*_first_of(data, batch_size, most))
        elif is_stream(data):
            rows = self._rows(*collected(data, steps))
        elif isinstance(data, tuple | list) and len(data) in (2, 3):
            rows = to_rows(*_first_of(self._host_rows(*data), batch_size, most))
        else:
            raise ArgumentError(
                f"validation_data is {type(data).__name__}", hint="pass (x, y) or (x, y, sample_weight)"
            )
        return lambda: self._evaluated(rows, batch_size)

    def _told(self, callbacks: Any) -> CallbackList:
        everyone = CallbackList(callbacks)
        everyone.set_model(self)
        return everyone


def _in_batches(rows: Rows, size: int) -> Iterator[Rows]:
    for start in range(0, rows.size, size):
        yield Rows(*jax.tree.map(lambda array: array[start : start + size], tuple(rows)))  # noqa: B023


def _first_of(arrays: Any, size: int, steps: int | None) -> Any:
    """The rows of the first so many batches, of one array or of all that are filed together."""
    return arrays if steps is None else jax.tree.map(lambda array: array[: steps * size], arrays)


def _old_epochs(old: Mapping[str, Any], epochs: int) -> int:
    for name in old:
        if name != "nb_epoch":
            raise DataTypeError(f"fit has no argument {name!r}", hint="see help(Model.fit)")
        warnings.warn("nb_epoch is Keras 1's name: write epochs=…, as later Keras does", FutureWarning, 3)
    return _whole("epochs", old.get("nb_epoch", epochs), least=0)


def _whole(name: str, value: Any, least: int = 1) -> int:
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
        raise ArgumentError(f"{name}={value!r}", hint=f"{name} is a whole number, at least {least}")
    return int(value)
