"""When a fit by batches ends, by scikit-learn's rules, and what is written down on the way."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from neurode.callbacks import Callback
from neurode.callbacks.callback import Logs
from neurode.estimators.mlp.engine import scorer
from neurode.estimators.mlp.losses import mean_loss, reported
from neurode.estimators.mlp.network import Design, activated
from neurode.typing import Params

SMALLEST_RATE = 1e-6
"""An adaptive learning rate at or below this is not lowered further."""


@dataclass(frozen=True)
class HeldOut:
    """The rows of early stopping.

    Args:
        X: Rows on the device.
        y: Targets, one column an output, one-hot for a softmax.
        weight: One weight a row, or None.
    """

    X: Any
    y: Float[np.ndarray, "rows outputs"]
    weight: Float[np.ndarray, " rows"] | None = None


class Stopping(Callback):
    """Keeps the record of an estimator's fit and ends it when nothing gets better.

    Args:
        estimator: Whose `loss_curve_`, `n_iter_`, `t_` and so on are written.
        design: The shape of its network.
        rows: Rows of an epoch.
        held_out: Rows whose score decides, None to let the training loss decide.

    Attributes:
        best: The weights with the best score on the held-out rows, None if no epoch beat the score before.
        has_stopped: Whether the rules ended the fit.
        diverged: Whether a loss was infinite or NaN.
    """

    def __init__(self, estimator: Any, design: Design, rows: int, held_out: HeldOut | None) -> None:
        self.estimator, self.rows, self.held_out = estimator, rows, held_out
        self.raw_scores = None if held_out is None else scorer(design)
        self.best: Params | None = None
        self.has_stopped = self.diverged = False

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        its = self.estimator
        its.n_iter_ += 1
        its.t_ += self.rows
        its.loss_ = reported(logs or {}, its.n_outputs_)
        its.loss_curve_.append(its.loss_)
        self._say(f"Iteration {its.n_iter_}, loss = {its.loss_:.8f}")
        if self.held_out is None or self.raw_scores is None:
            is_better = self._compare_losses()
        else:
            is_better = self._judge(self.held_out, self.raw_scores)
        its._no_improvement_count = 0 if is_better else its._no_improvement_count + 1
        if its.solver == "sgd" and its.learning_rate == "invscaling":
            self.model.learning_rate = its.learning_rate_init / (its.t_ + 1) ** its.power_t
        if its._no_improvement_count > its.n_iter_no_change:
            self._stop_or_slow_down()

    def on_diverged(self, batch: int, logs: Logs | None = None) -> None:
        self.diverged = self.model.stop_training = True

    def _compare_losses(self) -> bool:
        its = self.estimator
        is_better = not its.loss_ > its.best_loss_ - its.tol
        its.best_loss_ = min(its.best_loss_, its.loss_)
        return is_better

    def _judge(self, held_out: HeldOut, raw_scores: Callable[..., np.ndarray]) -> bool:
        """Whether the score on held-out rows went up by `tol`; the best weights are kept."""
        its, params = self.estimator, self.model.train_state.params
        score, loss = math.nan, math.nan
        if not self.diverged:
            scores = raw_scores(params, held_out.X).astype(np.float64)
            score, loss = score_and_loss(scores, its.out_activation_, held_out)
        its.validation_scores_.append(score)
        its.validation_loss_curve_.append(loss)
        self._say(f"Validation score: {score:.6f}")
        is_better = not score < its.best_validation_score_ + its.tol
        if score > its.best_validation_score_:
            its.best_validation_score_, self.best = score, params
        return is_better

    def _stop_or_slow_down(self) -> None:
        its = self.estimator
        watched = "Validation score" if self.held_out is not None else "Training loss"
        said = f"{watched} did not improve by tol={its.tol:f} for {its.n_iter_no_change} epochs in a row."
        is_adaptive = its.solver == "sgd" and its.learning_rate == "adaptive"
        if is_adaptive and self.model.learning_rate > SMALLEST_RATE:
            self.model.learning_rate /= 5
            its._no_improvement_count = 0
            self._say(f"{said} The learning rate is now {self.model.learning_rate:f}.")
            return
        self._say(f"{said} Stopping.")
        self.has_stopped = self.model.stop_training = True

    def _say(self, line: str) -> None:
        if self.estimator.verbose:
            print(line)


def score_and_loss(
    scores: Float[np.ndarray, "rows outputs"], out_activation: str, held_out: HeldOut
) -> tuple[float, float]:
    """The score and the loss of raw scores; where some are infinite, the score is NaN as in scikit-learn."""
    y, weight = held_out.y, held_out.weight
    with np.errstate(over="ignore", invalid="ignore"):
        loss = mean_loss(y, scores, out_activation, weight)
        if not np.isfinite(scores).all():
            return math.nan, loss
        if out_activation in ("softmax", "logistic"):
            return accuracy(y, scores, out_activation, weight), loss
        return r2(y, activated(scores, out_activation), weight), loss


def accuracy(
    y: Float[np.ndarray, "rows outputs"],
    scores: Float[np.ndarray, "rows outputs"],
    out_activation: str,
    weight: Float[np.ndarray, " rows"] | None = None,
) -> float:
    """The share of rows of which the class, or every label, is right.

    Example:
        >>> accuracy(np.array([[0.0], [1.0]]), np.array([[0.3], [0.2]]), "logistic")
        0.5
    """
    if out_activation == "softmax":
        return float(np.average(scores.argmax(axis=1) == y.argmax(axis=1), weights=weight))
    return float(np.average(((scores > 0) == (y > 0)).all(axis=1), weights=weight))


def r2(
    y: Float[np.ndarray, "rows outputs"],
    predicted: Float[np.ndarray, "rows outputs"],
    weight: Float[np.ndarray, " rows"] | None = None,
) -> float:
    """The share of variance explained, averaged over outputs; of a constant target 1 or 0, as scikit-learn.

    Example:
        >>> r2(np.array([[0.0], [2.0]]), np.array([[0.0], [1.0]]))
        0.5
    """
    shares = np.ones((len(y), 1)) if weight is None else weight[:, None]
    missed = (shares * np.square(y - predicted)).sum(axis=0)
    spread = (shares * np.square(y - np.average(y, axis=0, weights=weight))).sum(axis=0)
    explained = 1 - missed / np.where(spread == 0, 1, spread)
    return float(np.where(spread == 0, missed == 0, explained).mean())
