"""Solvers "sgd" and "adam": one fit of the engine, ended by scikit-learn's rules."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from neurode.callbacks import CallbackList, History
from neurode.estimators.mlp.engine import on_host, penalized, to_params, to_weights
from neurode.estimators.mlp.losses import engine_targets, learned
from neurode.estimators.mlp.network import Design, Weights
from neurode.estimators.mlp.rows import Table
from neurode.estimators.mlp.stopping import Stopping
from neurode.models.data import to_rows
from neurode.optimizers import SGD, Adam, Optimizer
from neurode.training import Plan, Rows, Task, TrainState, build, fit, start_of, steps_of
from neurode.training.feed import Piece
from neurode.training.program import Program
from neurode.training.state import Totals


@dataclass
class Progress:
    """How far an optimiser has come, so that `partial_fit` goes on where the last call stopped.

    Args:
        rule: The optimiser.
        learning_rate: The rate of the next epoch.
        steps: Steps taken.
        state: The optimiser's running means, None before the first step.
    """

    rule: Optimizer
    learning_rate: float | int
    steps: int = 0
    state: Any = None


class Descent:
    """Whose weights the engine trains: their state, and the rate of the next step."""

    def __init__(self, train_state: TrainState, learning_rate: float | int) -> None:
        self.train_state = train_state
        self.learning_rate = learning_rate
        self.stop_training = False
        self.resume_from: tuple[int, int] | None = None


class ShuffledRows:
    """A feed of the table in scikit-learn's order: each epoch shuffles the order of the one before.

    The generator is left as scikit-learn leaves it: what was drawn for an epoch that did not come is undone.

    Args:
        rows: The table.
        batch_size: Rows of a step.
        random: The generator, or None to keep the order of the table.
    """

    def __init__(self, rows: Rows, batch_size: int, random: np.random.RandomState | None) -> None:
        self.rows, self.batch_size, self.random = rows, batch_size, random
        self.steps: int | None = steps_of(rows.size, batch_size)
        self._order = np.zeros(steps_of(rows.size, batch_size) * batch_size, np.int32)
        self._order[: rows.size] = np.arange(rows.size, dtype=np.int32)
        self._before: Any = None

    def sample(self) -> Rows:
        return self.rows

    def epoch(self, taken: int) -> Iterator[Piece]:
        if self._before is None:
            self.prepare(taken)
        self._before = None
        yield Piece(self.rows, self._order, self.steps or 0, self.batch_size)

    def prepare(self, taken: int) -> None:
        if self.random is None:
            return
        self._before = self.random.get_state()
        moved = np.arange(self.rows.size)
        self.random.shuffle(moved)
        # A new array: the device may still read the old one.
        order = np.zeros_like(self._order)
        order[: self.rows.size] = self._order[moved]
        self._order = order

    def undo(self) -> None:
        """Gives back what was drawn ahead."""
        if self._before is not None and self.random is not None:
            self.random.set_state(self._before)
            self._before = None


@dataclass(frozen=True)
class Settings:
    """What a descent is told.

    Args:
        alpha: Strength of the penalty on weights.
        batch_size: Rows of a step.
        epochs: At most.
        random: Shuffles the rows; None keeps their order.
    """

    alpha: float | int
    batch_size: int
    epochs: int
    random: np.random.RandomState | None


def rule_of(parameters: dict[str, Any]) -> Optimizer:
    """The engine's optimiser for the arguments of a perceptron.

    Example:
        >>> rule_of({"solver": "sgd", "momentum": 0.9, "nesterovs_momentum": True}).nesterov
        True
    """
    if parameters["solver"] == "sgd":
        return SGD(momentum=parameters["momentum"], nesterov=parameters["nesterovs_momentum"])
    return Adam(beta_1=parameters["beta_1"], beta_2=parameters["beta_2"], epsilon=parameters["epsilon"])


def descend(
    design: Design,
    weights: Weights,
    table: Table,
    settings: Settings,
    progress: Progress,
    stopping: Stopping,
) -> tuple[Weights, Progress, bool]:
    """Trains batch by batch until `stopping` has had enough, or the epochs are over.

    Args:
        design: The shape of the network.
        weights: Where to begin.
        table: The training rows, dense and in single precision.
        settings: Penalty, batches and epochs.
        progress: The optimiser, and how far it has come.
        stopping: Told after every epoch.

    Returns:
        The weights in single precision, the optimiser's progress, and whether Ctrl-C was pressed.
    """
    is_weighted = table.weight is not None
    network = penalized(design, weighted=is_weighted)
    output = learned(design.out_activation, design.units[-1], weighted=is_weighted)
    task = Task(network, (output,), progress.rule.without_learning_rate())
    owner = Descent(_first_state(task, weights, settings.alpha, progress), progress.learning_rate)
    feed = ShuffledRows(_on_device(table, design), settings.batch_size, settings.random)
    program = _quick_to_start(build(task, settings.batch_size))
    history, everyone = History(), CallbackList([stopping])
    everyone.set_model(owner)
    try:
        fit(program, owner, feed, Plan(settings.epochs), everyone, history)
    finally:
        feed.undo()
    now = owner.train_state
    reached = Progress(progress.rule, owner.learning_rate, int(now.step), on_host(now.opt_state))
    return to_weights(now.params), reached, history.interrupted


def _first_state(task: Task, weights: Weights, alpha: float | int, progress: Progress) -> TrainState:
    params = to_params(weights)
    running = progress.state
    if running is None:
        running = start_of(task.network, task.optimizer)(params)
    penalty = {"penalty": {"alpha": np.float32(alpha)}}
    return TrainState(np.int32(progress.steps), params, penalty, running, np.float32(progress.learning_rate))


def _on_device(table: Table, design: Design) -> Rows:
    targets = engine_targets(table.y, design.out_activation)
    if table.weight is None:
        return to_rows(table.X, (targets,), (None,))
    weight = table.weight.astype(np.float32)
    return to_rows((table.X, weight), (targets,), (weight,))


def _quick_to_start(program: Program) -> Program:
    """The program without the look at its shapes before each fit, which takes longer than a small epoch."""
    if program.names != ("loss",):
        return program
    zero = np.float32(0)
    return replace(program, start=lambda now, rows: Totals((zero,), zero, ()))
