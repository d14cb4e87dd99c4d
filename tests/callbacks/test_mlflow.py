import sys
from dataclasses import dataclass
from types import ModuleType, SimpleNamespace

import pytest

from neurode.callbacks import EarlyStopping, LambdaCallback, MLflowLogger
from neurode.callbacks.extras import MissingPackageError


@dataclass
class Adam:
    learning_rate: float = 0.5
    beta_1: float = 0.9


class Server:
    """Stands for MLflow: one run, and what was asked of it."""

    def __init__(self):
        self.active, self.params, self.metrics, self.asked = None, {}, {}, []

    def module(self):
        module = ModuleType("mlflow")
        for name in ("set_tracking_uri", "set_experiment"):
            setattr(module, name, lambda value, name=name: self.asked.append((name, value)))
        module.active_run = lambda: self.active
        module.start_run = self.start
        module.get_run = lambda run_id: SimpleNamespace(data=SimpleNamespace(params=self.params))
        module.log_params = self.params.update
        module.log_metrics = lambda metrics, step: self.metrics.update({step: metrics})
        module.end_run = self.end
        return module

    def start(self, run_name=None):
        self.asked.append(("start_run", run_name))
        self.active = SimpleNamespace(info=SimpleNamespace(run_id="run 7"))
        return self.active

    def end(self, status):
        self.asked.append(("end_run", status))
        self.active = None


@pytest.fixture
def server(monkeypatch, owner):
    server = Server()
    monkeypatch.setitem(sys.modules, "mlflow", server.module())
    owner.optimizer, owner.loss = Adam(), "mse"
    return server


def test_settings_are_parameters_and_epochs_are_metrics(server, owner):
    logger = MLflowLogger()
    owner.fit([logger], 2, logs=lambda epoch: {"loss": 2.0 - epoch, "f1": [0.5, 0.25]})
    assert server.params == {
        "epochs": 2,
        "steps": 3,
        "loss": "mse",
        "optimizer": "Adam",
        "optimizer_learning_rate": 0.5,
        "optimizer_beta_1": 0.9,
    }
    assert server.metrics == {epoch: {"loss": 2.0 - epoch, "f1_0": 0.5, "f1_1": 0.25} for epoch in (0, 1)}
    assert logger.run_id == "run 7"
    assert server.asked == [("start_run", None), ("end_run", "FINISHED")]


def test_a_run_of_its_own_goes_where_it_is_asked(server, owner):
    owner.fit([MLflowLogger("loans", "first", "file:/runs", prefix="fold_1/")], 1)
    assert server.asked[:3] == [
        ("set_tracking_uri", "file:/runs"),
        ("set_experiment", "loans"),
        ("start_run", "first"),
    ]
    assert server.metrics == {0: {"fold_1/loss": 1.0}}


def test_an_active_run_is_used_and_left_open(server, owner):
    server.start("mine")
    server.params["epochs"] = "5"
    owner.fit([MLflowLogger(experiment_name="loans")], 1)
    assert server.asked == [("start_run", "mine")]
    assert server.active is not None
    assert server.params["epochs"] == "5", "MLflow refuses to change a parameter"
    assert server.params["steps"] == 3


def test_a_fit_that_a_callback_stopped_is_finished(server, owner):
    owner.fit([MLflowLogger(), EarlyStopping("loss")], 9)
    assert server.asked[-1] == ("end_run", "FINISHED")


def test_a_fit_that_broke_off_is_killed(server, owner):
    def crash(epoch, logs):
        raise RuntimeError("crash")

    with pytest.raises(RuntimeError, match="crash"):
        owner.fit([MLflowLogger(), LambdaCallback(on_epoch_end=crash)], 9)
    assert server.asked[-1] == ("end_run", "KILLED")


def test_a_loss_is_named_however_it_is_given(server, owner):
    owner.loss = SimpleNamespace(name="huber")
    owner.fit([MLflowLogger()], 1)
    assert server.params["loss"] == "huber"


def test_a_missing_package_is_named_when_the_fit_begins(monkeypatch, owner):
    monkeypatch.setitem(sys.modules, "mlflow", None)
    with pytest.raises(MissingPackageError, match="pip install mlflow"):
        owner.fit([MLflowLogger()], 1)


@pytest.mark.filterwarnings("ignore")
def test_the_real_package_reads_back_what_was_written(owner, tmp_path, monkeypatch):
    mlflow = pytest.importorskip("mlflow", reason="mlflow is not installed")
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    owner.optimizer, owner.loss = Adam(), "mse"
    logger = MLflowLogger("loans", "first", tmp_path.as_uri())
    before = mlflow.get_tracking_uri()
    try:
        owner.fit([logger], 2, logs=lambda epoch: {"loss": 2.0 - epoch})
        run = mlflow.get_run(logger.run_id)
        history = mlflow.MlflowClient().get_metric_history(logger.run_id, "loss")
    finally:
        mlflow.set_tracking_uri(before)
    assert (run.info.status, run.data.params["optimizer_learning_rate"]) == ("FINISHED", "0.5")
    assert [(metric.step, metric.value) for metric in history] == [(0, 2.0), (1, 1.0)]
