"""A fit in MLflow: its settings as parameters, its epochs as metrics."""

import dataclasses
from typing import Any

from neurode.callbacks.callback import Callback, Logs
from neurode.callbacks.extras import needed


class MLflowLogger(Callback):
    """Logs a fit to MLflow, into the run that is active or else a new one of its own.

    Parameters: `epochs`, `steps`, `loss`, `optimizer`, its settings (`optimizer_learning_rate`, …). One that
    the run has already stays as it is, since MLflow never changes one. Metrics: the logs of every epoch, by
    epoch from 0. A run of its own is ended with the fit: as finished, or as killed after
    Ctrl-C or an error. It needs the package mlflow.

    Args:
        experiment_name: Experiment of a new run, or None for MLflow's own choice.
        run_name: Name of a new run.
        tracking_uri: Where MLflow keeps runs, or None for its own choice.
        prefix: Put in front of the names of all metrics, such as `"fold_1/"`.

    Attributes:
        run_id: The run that was written to, or None before the first fit.

    Raises:
        MissingPackageError: When a fit begins, if mlflow is not installed.

    Example:
        >>> MLflowLogger(experiment_name="loans").run_id is None
        True
    """

    def __init__(
        self,
        experiment_name: str | None = None,
        run_name: str | None = None,
        tracking_uri: str | None = None,
        prefix: str = "",
    ) -> None:
        self.experiment_name, self.run_name = experiment_name, run_name
        self.tracking_uri, self.prefix = tracking_uri, prefix
        self.run_id: str | None = None
        self._mlflow: Any = None
        self._own, self._finished = False, 0

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self._mlflow = needed("mlflow", "mlflow", "the callback MLflowLogger")
        active = self._mlflow.active_run()
        self._own, self._finished = active is None, 0
        if active is None:
            if self.tracking_uri is not None:
                self._mlflow.set_tracking_uri(self.tracking_uri)
            if self.experiment_name is not None:
                self._mlflow.set_experiment(self.experiment_name)
            active = self._mlflow.start_run(run_name=self.run_name)
        self.run_id = active.info.run_id
        there = self._mlflow.get_run(self.run_id).data.params
        settings = self._settings()
        self._mlflow.log_params({name: value for name, value in settings.items() if name not in there})

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        self._finished = epoch + 1
        metrics: dict[str, float] = {}
        for name, value in (logs or {}).items():
            by_unit = isinstance(value, list)
            values = {f"{name}_{i}": one for i, one in enumerate(value)} if by_unit else {name: value}
            metrics |= {f"{self.prefix}{key}": float(one) for key, one in values.items()}
        self._mlflow.log_metrics(metrics, step=epoch)

    def on_train_end(self, logs: Logs | None = None) -> None:
        if self._own and self._mlflow is not None:
            ended_well = self._finished >= self.params["epochs"] or self.model.stop_training
            self._mlflow.end_run("FINISHED" if ended_well else "KILLED")
            self._own = False

    def _settings(self) -> dict[str, Any]:
        optimizer, params = self.model.optimizer, self.params or {}
        settings = {name: params[name] for name in ("epochs", "steps") if name in params}
        settings |= {
            "optimizer": type(optimizer).__name__,
            "loss": _name_of(getattr(self.model, "loss", None)),
        }
        if dataclasses.is_dataclass(optimizer):
            for field in dataclasses.fields(optimizer):
                settings[f"optimizer_{field.name}"] = getattr(optimizer, field.name)
        return settings


def _name_of(loss: Any) -> str:
    return loss if isinstance(loss, str) else getattr(loss, "name", None) or type(loss).__name__
