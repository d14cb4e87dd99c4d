"""A network that knows what it learns: `compile`, and tables on their way to the engine."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import jax
import numpy as np

from neurode import optimizers
from neurode.callbacks import CallbackList
from neurode.errors import ArgumentError, NotFittedError
from neurode.layers.tensor import without_rows
from neurode.models.compiling import End, Settings, are_metrics, check_names, outputs_of
from neurode.models.data import TargetSpec, host_rows, to_rows, to_targets, to_weights, with_class_weights
from neurode.models.network import Network
from neurode.optimizers import Optimizer
from neurode.training import Rows, Task, build, start_of, to_logs


class CompiledNetwork(Network):
    """A network with its loss, optimiser and metrics. People make a `Model` or a `Sequential`."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self.optimizer: Optimizer | None = None
        self._settings: Settings | None = None
        self._task: Task | None = None
        super().__init__(*arguments, **options)

    def _retrace(self) -> None:
        super()._retrace()
        self._task = None

    def compile(
        self,
        optimizer: Any = "rmsprop",
        loss: Any = None,
        loss_weights: Any = None,
        metrics: Any = None,
        weighted_metrics: Any = None,
        run_eagerly: bool = False,
        steps_per_execution: int | str = 1,
        jit_compile: bool | str = "auto",
        auto_scale_loss: bool = True,
    ) -> None:
        """Says how the model learns. Compiling again starts the optimiser afresh and keeps the weights.

        Args:
            optimizer: A name or an optimiser.
            loss: A name, a loss, or a function `f(y_true, y_pred)`; for several outputs a list or a dict.
            loss_weights: What each output's loss counts.
            metrics: Names, metrics or functions; sample weights do not count in them.
            weighted_metrics: The same, with sample weights.
            run_eagerly: Accepted for Keras's sake, like the rest: the epoch is always one program.
            steps_per_execution: Accepted for Keras's sake.
            jit_compile: Accepted for Keras's sake.
            auto_scale_loss: Accepted for Keras's sake.

        Raises:
            UnknownNameError: If a name does not exist.
            ArgumentError: If a loss does not fit its output. Without any loss the model can only predict.
        """
        if metrics is None and are_metrics(loss_weights):
            loss_weights, metrics = None, loss_weights  # Keras 2's order of arguments.
        settings = Settings(loss, loss_weights, metrics, weighted_metrics)
        check_names(settings)
        chosen = optimizers.get(optimizer)
        if self.built:
            self._retrace()
            self._task = None if loss is None else self._task_of(settings, chosen)
        object.__setattr__(chosen, "_steps_taken", self._count_of_steps)
        self.optimizer, self._settings = chosen, settings
        self._restart_optimizer()

    def _count_of_steps(self) -> int:
        return int(self._progress[0])

    def _task_of(self, settings: Settings, optimizer: Optimizer) -> Task:
        ends = [
            End(name, without_rows(tensor.shape), self._last_activation(i))
            for i, (name, tensor) in enumerate(zip(self.output_names, self._outputs))
        ]
        return Task(self.network, outputs_of(settings, ends), optimizer.without_learning_rate())

    def _last_activation(self, number: int) -> Callable | None:
        """What the layer at an output ends in, None where it does not say."""
        call = self._outputs[number].call
        return None if call is None else getattr(call.layer, "activation", None)

    @property
    def task(self) -> Task:
        """What the compiled model learns: the key under which its programs are kept.

        Raises:
            NotFittedError: If the model is not compiled.
        """
        if self._settings is None or self.optimizer is None:
            raise NotFittedError(
                f"the model {self.name or self.kind!r} is not compiled",
                hint='call model.compile(optimizer="adam", loss="binary_crossentropy") first',
            )
        if self._task is None:
            self._task = self._task_of(self._settings, self.optimizer)
        return self._task

    @property
    def compiled(self) -> bool:
        """Whether `compile` was called."""
        return self._settings is not None

    @property
    def loss(self) -> Any:
        """The loss as it was given to `compile`, or None."""
        return None if self._settings is None else self._settings.loss

    @property
    def learning_rate(self) -> float:
        """The size of a step, 0 where a schedule decides it."""
        rate = 0.0 if self.optimizer is None else self.optimizer.learning_rate
        return float(rate) if isinstance(rate, int | float | np.number | jax.Array | np.ndarray) else 0.0

    @property
    def metrics_names(self) -> list[str]:
        """Names of what `evaluate` returns, in Keras's order: losses, then metrics.

        With several outputs the metrics are sorted by name.
        """
        names = list(self.task.names)
        count = len(names) - len(self.task.watched)
        return names if len(self._outputs) == 1 else [*names[:count], *sorted(names[count:])]

    @property
    def metrics(self) -> list[Any]:
        """The metrics, each with the `name` that it has in a history."""
        found = self.task.watched
        return [replace(metric, name=name) if hasattr(metric, "name") else metric for name, metric in found]

    def _to_targets(self, y: Any) -> tuple[np.ndarray, ...]:
        shapes = [without_rows(tensor.shape) for tensor in self._outputs]
        return to_targets(
            y,
            [TargetSpec(output.name, shape, output.loss) for output, shape in zip(self.task.outputs, shapes)],
        )

    def _host_rows(self, x: Any, y: Any = None, sample_weight: Any = None, class_weight: Any = None) -> Rows:
        inputs, targets = self._started(x), self._to_targets(y)
        weights = to_weights(sample_weight, self.output_names)
        return host_rows(inputs, targets, with_class_weights(weights, targets, class_weight))

    def _rows(self, x: Any, y: Any = None, sample_weight: Any = None, class_weight: Any = None) -> Rows:
        return to_rows(*self._host_rows(x, y, sample_weight, class_weight))

    def _evaluated(self, rows: Rows, batch_size: int) -> dict[str, Any]:
        program = build(self.task, batch_size)
        return to_logs(program.names, program.evaluate(self.train_state.without_optimizer(), rows))

    def _evaluated_by_batch(self, batches: Iterable[Rows], everyone: CallbackList) -> dict[str, Any]:
        program, totals, values = build(self.task, 32), None, None
        now = self.train_state.without_optimizer()
        for number, rows in enumerate(batches):
            everyone.on_test_batch_begin(number)
            totals, values = program.observe(now, totals or program.start(now, rows), rows)
            if everyone.watches_test_batches:
                everyone.on_test_batch_end(number, to_logs(program.names, values))
        if values is None:
            raise ArgumentError(
                "the data gave no batch", hint="a generator that was used up gives nothing more"
            )
        return to_logs(program.names, values)

    def _start_optimizer(self) -> None:
        step, opt_state, _ = self._progress
        if opt_state is None:
            task = self.task
            opt_state = start_of(task.network, task.optimizer)(self.read_weights()[0])
        self._progress = (step, opt_state, np.float32(self.learning_rate))

    def _as_returned(self, logs: dict[str, Any], return_dict: bool) -> Any:
        if return_dict:
            return dict(sorted(logs.items()))
        values = [logs[name] for name in self.metrics_names]
        return values if len(values) > 1 else values[0]
