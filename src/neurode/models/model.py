"""A network with its weights, and Keras's stateful face: compile, fit, evaluate, predict."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from neurode import losses, metrics, optimizers
from neurode.callbacks import Callback, CallbackList, History, ProgbarLogger
from neurode.errors import ArgumentError, NotFittedError, ShapeError, UnknownNameError
from neurode.layers import Chain
from neurode.losses import Loss
from neurode.metrics import Metric
from neurode.models.bound import BoundLayer, Tensor, with_rows
from neurode.models.data import as_floats, split_off, to_inputs, to_rows, to_targets, to_weights
from neurode.models.prediction import predict_rows
from neurode.models.summary import summary_of
from neurode.optimizers import Optimizer
from neurode.training import (
    Plan,
    Program,
    Rows,
    Task,
    TrainState,
    build,
    fit,
    initializer,
    predictor,
    start_of,
    steps_of,
    to_logs,
)


class Model:
    """A network and its weights. Make one with `Sequential`.

    Attributes:
        network: The layers as one frozen spec.
        train_state: Everything that training changes; replaced as a whole, never changed in place.
        optimizer: The compiled optimiser, or None.
        loss: The compiled loss, or None.
        history: The record of the last fit, or None.
        stop_training: A callback sets it to end the fit after the epoch.
    """

    def __init__(
        self, network: Chain, input_shape: Any = None, *, name: str = "model", seed: int = 0
    ) -> None:
        if not isinstance(seed, int | np.integer) or seed < 0:
            raise ArgumentError(f"seed={seed!r}", hint="a seed is a whole number, 0 or more")
        self.network, self.name, self.seed = network, name, int(seed)
        self.input_shape_of_rows: Any = None
        self.optimizer: Optimizer | None = None
        self.loss: Loss | None = None
        self.history: History | None = None
        self.stop_training = False
        self._metrics: tuple[tuple[str | Metric | Callable, ...], ...] = ((), ())
        self._train_state: TrainState | None = None
        if input_shape is not None:
            self.build(input_shape)

    # The network and its weights

    def build(self, input_shape: Any) -> None:
        """Makes the weights for rows of this shape (row axis left out, or None in front as in Keras)."""
        if len(input_shape) and input_shape[0] is None:
            input_shape = tuple(input_shape[1:])
        self.network.shapes(input_shape)  # Names the layer that does not fit before anything is made.
        params, state = initializer(self.network, input_shape)(self.seed)
        self.input_shape_of_rows = input_shape
        self._train_state = TrainState(np.int32(0), params, state, None, np.float32(0))

    @property
    def built(self) -> bool:
        """Whether the weights exist."""
        return self._train_state is not None

    @property
    def train_state(self) -> TrainState:
        """Everything that training changes.

        Raises:
            NotFittedError: If the model is not built yet.
        """
        if self._train_state is None:
            raise NotFittedError(
                f"the model {self.name!r} has no weights yet",
                hint="start it with Input((features,)), call build((features,)), or fit it",
            )
        return self._train_state

    @train_state.setter
    def train_state(self, value: TrainState) -> None:
        self._train_state = value

    @property
    def shapes(self) -> list[Any]:
        """The shape of a row before each layer, and after the last one."""
        self.train_state  # noqa: B018  A model that is not built has no shapes.
        return self.network.shapes(self.input_shape_of_rows)

    @property
    def layers(self) -> list[BoundLayer]:
        """The layers with their weights, in order."""
        return [BoundLayer(self, index) for index in range(len(self.network.layers))]

    def get_layer(self, name: str | None = None, index: int | None = None) -> BoundLayer:
        """The layer called `name`, or at `index`.

        Raises:
            UnknownNameError: If there is no such layer.
        """
        names = [layer.name for layer in self.layers]
        if index is not None:
            if not -len(names) <= index < len(names):
                raise UnknownNameError("layer number", index, list(map(str, range(len(names)))))
            return self.layers[index]
        if name not in names:
            raise UnknownNameError("layer", name, [str(n) for n in names])
        return self.layers[names.index(name)]

    @property
    def input_shape(self) -> Any:
        """The shape of the input, None for rows."""
        return with_rows(self.shapes[0])

    @property
    def output_shape(self) -> Any:
        """The shape of the output, None for rows."""
        return with_rows(self.shapes[-1])

    @property
    def input(self) -> Tensor:
        """The input; its `.shape` has None for rows."""
        return Tensor(self.input_shape)

    @property
    def output(self) -> Tensor:
        """The output; its `.shape` has None for rows."""
        return Tensor(self.output_shape)

    @property
    def weights(self) -> list[np.ndarray]:
        """All weight arrays in Keras's order."""
        return [array for layer in self.layers for array in layer.named_weights().values()]

    @property
    def trainable_weights(self) -> list[np.ndarray]:
        """The weight arrays that train, in Keras's order."""
        params = self.train_state.params
        return [
            array
            for layer in self.layers
            for name, array in layer.named_weights().items()
            if name in params.get(layer.name, {})
        ]

    def get_weights(self) -> list[np.ndarray]:
        """Copies of all weight arrays in Keras's order: layer by layer, kernel before bias."""
        return [array for layer in self.layers for array in layer.get_weights()]

    def set_weights(self, weights: list[Any]) -> None:
        """Replaces all weights.

        Raises:
            ShapeError: If their number or a shape differs; nothing is changed then.
        """
        before, rest = self.train_state, list(weights)
        if len(rest) != len(self.weights):
            raise ShapeError(f"the model has {len(self.weights)} weight arrays, got {len(rest)}")
        try:
            for layer in self.layers:
                count = len(layer.named_weights())
                layer.set_weights(rest[:count])
                rest = rest[count:]
        except ShapeError:
            self.train_state = before
            raise

    def count_params(self) -> int:
        """The number of weights, trained or not."""
        return sum(array.size for array in self.weights)

    def summary(self, line_length: int = 76, print_fn: Callable[[str], Any] | None = None) -> None:
        """Prints layers, output shapes and parameter counts as Keras does."""
        (print_fn or print)(summary_of(self, line_length))

    # Learning

    def compile(
        self,
        optimizer: str | Optimizer = "rmsprop",
        loss: str | Loss | Callable | None = None,
        metrics: Iterable[str | Metric | Callable] | None = None,
        weighted_metrics: Iterable[str | Metric | Callable] | None = None,
    ) -> None:
        """Says how the model learns. Compiling again starts the optimiser afresh and keeps the weights.

        Args:
            optimizer: A name or an optimiser.
            loss: A name, a loss, or a function `f(y_true, y_pred)`.
            metrics: Names, metrics or functions; sample weights do not count in them.
            weighted_metrics: The same, with sample weights.

        Raises:
            UnknownNameError: If a name does not exist.
            ArgumentError: If there is no loss.
        """
        if loss is None:
            raise ArgumentError("compile needs a loss", available=f"losses: {', '.join(losses.LOSSES)}")
        self.optimizer, self.loss = optimizers.get(optimizer), losses.get(loss)
        self._metrics = (tuple(_flat(metrics)), tuple(_flat(weighted_metrics)))
        for metric in (metric for group in self._metrics for metric in group):
            _named(metric, 1, sparse=False)
        if self.built:
            self.train_state = self.train_state._replace(opt_state=None, step=np.int32(0))

    @property
    def task(self) -> Task:
        """What the compiled model learns: the key under which its programs are kept.

        Raises:
            NotFittedError: If the model is not compiled.
        """
        if self.optimizer is None or self.loss is None:
            raise NotFittedError(
                f"the model {self.name!r} is not compiled",
                hint='call model.compile(optimizer="adam", loss="binary_crossentropy") first',
            )
        units, sparse = self.shapes[-1][-1], self.loss.sparse
        named = [_named(metric, units, sparse=sparse) for group in self._metrics for metric in group]
        named = list(zip(_distinct([name for name, _ in named]), [metric for _, metric in named]))
        plain = len(self._metrics[0])
        rule = self.optimizer.without_learning_rate()
        return Task(self.network, self.loss, rule, tuple(named[:plain]), tuple(named[plain:]))

    @property
    def metrics_names(self) -> list[str]:
        """Names of what `evaluate` returns."""
        return ["loss", *(name for name, _ in self.task.watched)]

    def fit(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: str | int = "auto",
        callbacks: list[Callback] | None = None,
        validation_split: float = 0.0,
        validation_data: tuple | None = None,
        shuffle: bool = True,
        class_weight: Mapping[int, float] | None = None,
        sample_weight: Any = None,
        initial_epoch: int = 0,
        validation_freq: int = 1,
    ) -> History:
        """Trains the model, each epoch as one compiled program.

        Args:
            x: Inputs `(rows, features)`: NumPy, a frame of numbers, nested lists; or `Columns` for a model
                that takes tables.
            y: Targets `(rows,)` or `(rows, units)`.
            batch_size: Rows of a step, 32 by default.
            epochs: Number of the epoch after which to stop.
            verbose: 0 silent, 1 a bar, 2 a line an epoch; "auto" is 1.
            callbacks: Callbacks with Keras's hooks.
            validation_split: Share of the rows, taken from the end before shuffling, to validate on.
            validation_data: `(x, y)` or `(x, y, sample_weight)` to validate on instead.
            shuffle: Whether every epoch has an order of its own.
            class_weight: Weight of each class in the loss.
            sample_weight: Weight of each row in the loss.
            initial_epoch: Number of the first epoch, from 0.
            validation_freq: Validate after every so many epochs.

        Returns:
            The history. After Ctrl-C it has `interrupted` set, and the model has the weights so far.

        Raises:
            DivergedError: If the loss became infinite or NaN; the model has the last good weights.
            ShapeError, DataTypeError: If x or y do not fit the model.
        """
        batch_size = _whole("batch_size", 32 if batch_size is None else batch_size)
        x = to_inputs(x, self.input_shape_of_rows)
        y = np.asarray(as_floats(y, "y"))
        if not self.built:
            self.build(x.shape[1:])
        if validation_data is None and validation_split:
            (x, y, *weights), validation_data = split_off(x, y, sample_weight, validation_split)
            sample_weight = weights[0] if weights else None
        rows = self._rows(x, y, sample_weight, class_weight)
        validation = None if validation_data is None else self._rows(*validation_data)
        program = self._program(batch_size)
        self._start_optimizer()
        self.history = history = History()
        progress = [] if verbose == 0 else [ProgbarLogger(2 if verbose == 2 else 1)]
        # The person's first, as in Keras: what they write into the logs is recorded and printed.
        everyone = CallbackList([*(callbacks or []), history, *progress])
        everyone.set_model(self)
        steps = steps_of(rows.size, batch_size)
        everyone.set_params(
            {
                "epochs": epochs,
                "steps": steps,
                "verbose": verbose,
                "metrics": self.metrics_names,
                "validation_freq": validation_freq,
            }
        )
        plan = Plan(batch_size, epochs, initial_epoch, shuffle, self.seed)
        fit(program, self, rows, plan, everyone, history, validation, validation_freq)
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
        return_dict: bool = False,
    ) -> Any:
        """Loss and metrics on a table.

        Args:
            x: Inputs as in `fit`.
            y: Targets as in `fit`.
            batch_size: Accepted for Keras's sake; the result does not depend on it.
            verbose: 0 is silent, else one line is printed.
            sample_weight: Weight of each row in the loss.
            return_dict: Whether to return a dict by name.

        Returns:
            `[loss, metric, …]`, or the loss alone if there are no metrics.
        """
        x = to_inputs(x, self.train_state and self.input_shape_of_rows)
        rows = self._rows(x, y, sample_weight)
        program = self._program(batch_size or 32)
        logs = to_logs(program.names, program.evaluate(self.train_state.without_optimizer(), rows))
        if verbose != 0:
            print(" - ".join(f"{name}: {value:.4f}" if isinstance(value, float) else f"{name}: {value}"
                             for name, value in logs.items()))  # fmt: skip
        if return_dict:
            return logs
        values = list(logs.values())
        return values if len(values) > 1 else values[0]

    def predict(self, x: Any, batch_size: int | None = None, verbose: str | int = 0) -> np.ndarray:
        """Predictions `(rows, units)` as float32.

        Args:
            x: Inputs as in `fit`.
            batch_size: Rows that are computed at once; chosen well if left out.
            verbose: Accepted for Keras's sake.
        """
        inputs = to_inputs(x, self.train_state and self.input_shape_of_rows)
        now = self.train_state
        return predict_rows(predictor(self.network), now.params, now.state, inputs, batch_size)

    def __call__(self, x: Any, training: bool = False) -> jax.Array:
        """Predictions as a JAX array, in one piece."""
        inputs = jax.tree.map(jnp.asarray, to_inputs(x, self.train_state and self.input_shape_of_rows))
        key = jax.random.key(self.seed) if training else None
        now = self.train_state
        return self.network.apply(now.params, now.state, inputs, train=training, key=key)[0]

    def save(self, filepath: Any, overwrite: bool = True) -> None:
        """Writes the model to one file, `name.neurode`.

        Architecture, weights, compile settings. No code is in it.
        """
        from neurode.models.saving import save_model

        save_model(self, filepath, overwrite=overwrite)

    def _rows(self, x: Any, y: Any, sample_weight: Any = None, class_weight: Any = None) -> Rows:
        sparse = self.task.loss.sparse
        inputs = to_inputs(x, self.input_shape_of_rows)
        targets = to_targets(y, self.shapes[-1][-1], sparse=sparse)
        return to_rows(inputs, targets, to_weights(targets, sample_weight, class_weight))

    def _program(self, batch_size: int) -> Program:
        return build(self.task, batch_size)

    def _start_optimizer(self) -> None:
        now = self.train_state
        if now.opt_state is None and self.optimizer is not None:
            start = start_of(self.optimizer.without_learning_rate())
            rate = np.float32(self.optimizer.learning_rate)
            self.train_state = now._replace(opt_state=start(now.params), learning_rate=rate)


def _named(metric: str | Metric | Callable, units: int, *, sparse: bool) -> tuple[str, Metric]:
    if metric in ("accuracy", "acc"):
        return str(metric), metrics.accuracy(units, sparse=sparse)
    return metrics.get(metric)


def _distinct(names: list[str]) -> list[str]:
    """Numbers a name that comes again, as Keras does: auc, auc_1."""
    return [f"{name}_{names[:i].count(name)}" if name in names[:i] else name for i, name in enumerate(names)]


def _flat(names: Any) -> Iterable[Any]:
    if names is None:
        return []
    return [names] if isinstance(names, str | Metric) or callable(names) else names


def _whole(name: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 1:
        raise ArgumentError(f"{name}={value!r}", hint=f"{name} is a whole number, at least 1")
    return int(value)
