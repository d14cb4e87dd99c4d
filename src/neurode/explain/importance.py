"""Permutation importance: how much worse the predictions become when a column's values are shuffled."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Bool, Float64, Int

from neurode.errors import ArgumentError, TableError
from neurode.explain.arguments import check_whole
from neurode.explain.hybrids import REST, Hybrids, players_of
from neurode.explain.scores import Metric, score_of
from neurode.explain.subject import numbered, subject_of
from neurode.explain.table_hybrids import TableHybrids, checked
from neurode.explain.tables import native, table_of
from neurode.explain.wording import in_columns

FLAGS_AT_ONCE = 2**24
"""Rows times shuffled columns times columns that are asked for at once, so that they fit into memory."""

MOST_PRINTED = 30
"""Columns that are printed; the rest is counted."""


@dataclass(frozen=True, eq=False)
class PermutationImportance:
    """What the predictions lose when columns are shuffled, by column or group of columns.

    Attributes:
        columns: The columns or groups, in the order of the table.
        metric: What the predictions are judged by.
        score: The metric of the rows as they are.
        drops: How much worse each shuffle made it: above 0 is worse, whichever way the metric points.
        n_rows: Rows that were judged.
        seed: Of the shuffles.
    """

    columns: tuple[str, ...]
    metric: str
    score: float
    drops: Float64[np.ndarray, "columns repeats"]
    n_rows: int
    seed: int

    @property
    def importance(self) -> Float64[np.ndarray, " columns"]:
        """The mean drop of each column."""
        return self.drops.mean(axis=1)

    @property
    def errors(self) -> Float64[np.ndarray, " columns"]:
        """The standard error of each mean, by the shuffles alone: other rows would move it further.

        NaN where there was one shuffle.
        """
        repeats = self.drops.shape[1]
        if repeats == 1:
            return np.full(len(self.columns), math.nan)
        return self.drops.std(axis=1, ddof=1) / math.sqrt(repeats)

    @property
    def order(self) -> tuple[int, ...]:
        """The places of the columns, the most important first."""
        return tuple(np.argsort(-self.importance, kind="stable").tolist())

    def __str__(self) -> str:
        rows = [("column", f"drop of {self.metric}", "±")]
        for place in self.order[:MOST_PRINTED]:
            drop, error = self.importance[place], self.errors[place]
            rows.append((self.columns[place], f"{drop:.4f}", "" if math.isnan(error) else f"{error:.4f}"))
        text = f"{self.metric} {self.score:.4f} of {self.n_rows:,} rows\n\n{in_columns(rows)}"
        more = len(self.columns) - MOST_PRINTED
        return f"{text}\n… ({more:,} more columns)" if more > 0 else text

    def to_json(self) -> dict[str, Any]:
        """The importance as plain JSON values, the most important column first."""
        return {
            "metric": self.metric,
            "score": self.score,
            "n_rows": self.n_rows,
            "n_repeats": self.drops.shape[1],
            "seed": self.seed,
            "columns": [
                {
                    "column": self.columns[place],
                    "importance": float(self.importance[place]),
                    "error": None if math.isnan(self.errors[place]) else float(self.errors[place]),
                    "drops": self.drops[place].tolist(),
                }
                for place in self.order
            ],
        }


def permutation_importance(
    model: Any,
    X: Any,
    y: Any,
    *,
    metric: Metric | None = None,
    n_repeats: int = 5,
    columns: Sequence[str] | None = None,
    groups: Mapping[str, Sequence[str]] | None = None,
    sample_weight: Any = None,
    seed: int = 0,
) -> PermutationImportance:
    """How much worse the predictions become when a raw column is shuffled among the rows.

    It is about this model on these rows: a column whose work another one can do is unimportant here though it
    carries much. `groups` shuffles such columns together.

    Args:
        model: An estimator, a scikit-learn pipeline, or a function of a table.
        X: The table, of rows that the model was not trained on.
        y: The class of each row, or its number.
        metric: A name of `evaluation.measure` or `evaluation.measure_regression`, or a function of `y` and
            predictions, higher when they are better. None: ROC AUC of two classes, log loss of more, R² of
            numbers. What counts decisions, such as recall, calls the positive class from the model's own
            `threshold_` on; from 0.5 on, of other libraries' models.
        n_repeats: Shuffles of each column.
        columns: The columns to shuffle; all that the model reads if left out.
        groups: By name, columns that are shuffled together.
        sample_weight: What each row counts for in the metric.
        seed: Of the shuffles; all columns are shuffled the same ways.

    Raises:
        TableError: If the target does not fit the table, has gaps, or there is one row.
        ArgumentError: If the metric cannot be told from these rows.
        UnknownNameError: If there is no such metric or column.

    Example:
        >>> table = np.random.default_rng(0).normal(size=(200, 2))
        >>> found = permutation_importance(lambda table: table[:, 0], table, table[:, 0])
        >>> found.importance.round(1).tolist()
        [2.0, 0.0]

    References:
        Breiman (2001), Random forests, section 10. Fisher, Rudin and Dominici (2019), All models are wrong,
        but many are useful, equation 3.3.
    """
    check_whole("n_repeats", n_repeats, 1)
    check_whole("seed", seed, 0)
    subject = subject_of(model)
    table = table_of(X, subject.estimator)
    n_rows = len(table)
    if n_rows < 2:
        raise TableError("one row cannot be shuffled", hint="give two rows or more")
    players = players_of(subject, table, columns, groups)
    plain = checked(subject, native(table))
    outputs = subject.outputs or numbered(plain.shape[1])
    # Each mixed row is asked for once: what network hybrids keep of a row for the next time is not worth it.
    hybrids = TableHybrids.of(subject, table, table, players, outputs)
    shuffled = [place for place, name in enumerate(hybrids.players) if name != REST]
    masks = np.ones((len(shuffled), len(hybrids.players)), bool)
    masks[np.arange(len(shuffled)), shuffled] = False
    generator = np.random.default_rng(seed)
    weight = None if sample_weight is None else _weights(sample_weight, n_rows)
    score = score_of(model, y, plain, metric, weight)
    before, sign = score.of(plain), -1.0 if score.lower_is_better else 1.0
    drops = np.empty((len(shuffled), n_repeats))
    for repeat in range(n_repeats):
        predictions = _predicted(hybrids, generator.permutation(n_rows), masks)
        drops[:, repeat] = [sign * (before - score.of(each)) for each in predictions]
    names = tuple(hybrids.players[player] for player in shuffled)
    return PermutationImportance(names, score.name, before, drops, n_rows, seed)


def _predicted(
    hybrids: Hybrids, others: Int[np.ndarray, " rows"], masks: Bool[np.ndarray, "masks players"]
) -> Float64[np.ndarray, "masks rows outputs"]:
    """What the model says of every row, the players that a mask leaves out taken from another row."""
    found = np.empty((len(masks), len(others), hybrids.n_outputs))
    step = max(1, FLAGS_AT_ONCE // masks.size)
    for start in range(0, len(others), step):
        rows = np.arange(start, min(start + step, len(others)))
        kept = np.broadcast_to(masks, (len(rows), *masks.shape))
        found[:, rows] = hybrids.predict(rows, others[rows], kept).swapaxes(0, 1)
    return found


def _weights(sample_weight: Any, n_rows: int) -> Float64[np.ndarray, " rows"]:
    weight = np.asarray(sample_weight, dtype=np.float64)
    if weight.shape != (n_rows,) or not np.isfinite(weight).all() or (weight < 0).any() or not weight.any():
        raise ArgumentError(
            f"sample_weight of shape {weight.shape} for {n_rows} rows", hint="give a number, 0 or more, a row"
        )
    return weight
