"""SHAP values: how far each column moved a prediction away from that of a background."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float64, Int

from neurode.errors import ArgumentError
from neurode.explain.arguments import check_whole
from neurode.explain.exact import MOST_PLAYERS, exact
from neurode.explain.explanation import Explanation
from neurode.explain.hybrids import Hybrids, hybrids_of, players_of
from neurode.explain.permutation import sample
from neurode.explain.subject import subject_of
from neurode.explain.table_hybrids import TableHybrids, checked
from neurode.explain.tables import AnyTable, columns_as_polars, native, table_of, taken

METHODS = ("auto", "exact", "permutation")

FEW_PLAYERS = 12
"""Players for whom all coalitions may be less work than walks."""

EVALUATIONS = {True: 120_000, False: 5_000}
"""Mixed rows that "auto" spends on the exact values of a row, inside a network of ours and of another model.

It is counted by the row, so that a row is explained in the same way alone and in a table.
"""

KEPT = 2**23
"""Numbers that values against each background row may take: 64 MiB."""

LEAST_PERMUTATIONS = 64
"""Of a row, however few rows the background has."""


def shap_values(
    model: Any,
    X: Any,
    background: Any = None,
    *,
    columns: Sequence[str] | None = None,
    groups: Mapping[str, Sequence[str]] | None = None,
    outputs: str | Sequence[str] | None = None,
    output: str = "probability",
    method: str = "auto",
    n_background: int = 100,
    n_permutations: int | str = "auto",
    seed: int = 0,
) -> Explanation:
    r"""How far each column of a table moved each prediction.

    The value of column $i$ for a row $x$ is its Shapley value in the game
    $v(S) = \frac{1}{B} \sum_b f(x_S, b_{\bar S})$: the mean prediction where the columns in $S$ are those of
    the row and all others come from a background row $b$. A row's values add up to its prediction less the
    mean prediction of the background. They are of raw columns: what an encoding makes of a column, one-hots,
    embeddings, parts of a date, belongs to it.

    Args:
        model: One of our estimators; anything with `predict_proba` or `predict`, such as a scikit-learn
            pipeline; or a plain function of a table that returns numbers.
        X: The rows to explain: a frame of any library, an array, or a path.
        background: Rows to compare with, usually of the training table; `X` itself if left out.
        columns: The columns to tell apart; the others are then one, `"(other columns)"`. All if left out.
        groups: By name, columns that go together as one, such as those of a debt in six months.
        outputs: Which outputs to explain, by name. All if left out; of two classes the positive one.
        output: "probability" or, of a classifier, "log_odds".
        method: "exact" goes through all $2^M$ coalitions of at most 16 columns, "permutation" through random
            orders; "auto" takes the first where it is cheap, whatever the number of rows.
        n_background: Most rows of the background, drawn at random where there are more.
        n_permutations: Random orders of the columns for each row, walked forth and back: as many for every
            background row. "auto" is two for each of those, and at least 64. With fewer orders than
            background rows, only as many of those are used. All rows have the same orders, so their errors go
            together.
        seed: Of the sample and the orders, 0 or more.

    Returns:
        Values, base values, predictions and standard errors. Those of sampled values are themselves estimates
        from few orders, with heavy tails: read them as a whole, not one by one.

    Raises:
        NotFittedError: If the model is not fitted.
        UnknownNameError: If a column, or an output, does not exist.
        TableError, ArgumentError: If there is nothing to compare with, or a prediction is NaN.

    Example:
        >>> price = lambda table: 2 * table["rooms"].to_numpy() + table["garden"].to_numpy()
        >>> flats = {"rooms": [1.0, 2.0, 3.0], "garden": [0, 0, 1]}
        >>> print(shap_values(price, flats)[2])
        prediction          7.00
        base value          4.33
        its standard error   1.5
        <BLANKLINE>
        column  value of the row  moved
        rooms                  3  +2.00
        garden                 1  +0.67

    References:
        Lundberg and Lee (2017), [A unified approach to interpreting model
        predictions](https://arxiv.org/abs/1705.07874), equations 8 and 10 to 11. Janzing, Minorics, Blöbaum
        (2020), [Feature relevance quantification in explainable AI](https://arxiv.org/abs/1910.13413), on why
        absent columns come from the background whatever the others are.
    """
    if method not in METHODS:
        raise ArgumentError(f"method={method!r}", available=f"methods: {', '.join(map(repr, METHODS))}")
    check_whole("n_background", n_background, 1)
    check_whole("seed", seed, 0)
    if n_permutations != "auto":
        check_whole("n_permutations", n_permutations, 2)
        n_permutations = int(n_permutations)
    subject = subject_of(model, outputs, output)
    table = table_of(X, subject.estimator)
    players = players_of(subject, table, columns, groups)
    others = background_of(table, background, n_background, subject.estimator, seed)
    hybrids = hybrids_of(subject, native(table), native(others), players)
    chosen = _chosen(hybrids, method, n_permutations)
    if chosen == "permutation" and isinstance(n_permutations, int) and n_permutations < len(others):
        others = taken(others, _spread(len(others), n_permutations))
        hybrids = hybrids_of(subject, native(table), native(others), players)
    predictions, of_background = (checked(subject, native(each)) for each in (table, others))
    keep = hybrids.n_background * hybrids.n_rows * len(players) * hybrids.n_outputs <= KEPT
    if chosen == "exact":
        found = exact(hybrids, predictions, of_background, keep_background=keep)
    else:
        found = sample(
            hybrids, predictions, of_background,
            n_rounds=_n_rounds(len(others), n_permutations), seed=seed, keep_background=keep,
        )  # fmt: skip
    return Explanation(
        columns=hybrids.players,
        outputs=hybrids.outputs,
        values=found.values,
        base_values=of_background.mean(axis=0),
        base_errors=_errors_of_means(of_background),
        predictions=predictions,
        errors=found.errors,
        by_background=found.by_background,
        data=columns_as_polars(table, [name for each in players.values() for name in each]),
        members=tuple(players.values()),
        method=chosen,
        seed=seed,
    )


def background_of(table: AnyTable, background: Any, n_background: int, estimator: Any, seed: int) -> AnyTable:
    """A sample of the background, in the kind of table of `table`; of `table` itself where it is None.

    Raises:
        TableError: If one row is all there is.
    """
    if background is None and len(table) < 2:
        raise ArgumentError(
            "one row cannot be compared with itself",
            hint="give background=, rows of the table that the model was trained on",
        )
    others = table if background is None else table_of(background, estimator)
    if len(others) <= n_background:
        return others
    chosen = np.random.default_rng(seed).choice(len(others), n_background, replace=False)
    return taken(others, np.sort(chosen))


def _errors_of_means(values: Float64[np.ndarray, "background outputs"]) -> Float64[np.ndarray, " outputs"]:
    """The standard error of each mean; one value does not tell how others lie."""
    if len(values) < 2:
        return np.full(values.shape[1], np.nan)
    return values.std(axis=0, ddof=1) / np.sqrt(len(values))


def _chosen(hybrids: Hybrids, method: str, n_permutations: int | str) -> str:
    n_players = len(hybrids.players)
    if n_players == 1:
        # There is one order, and both ends of it are known.
        return "exact"
    if method == "exact" and n_players > MOST_PLAYERS:
        raise ArgumentError(
            f"method='exact' with {n_players} columns has 2^{n_players} coalitions",
            hint=f"at most {MOST_PLAYERS}: put columns into groups, or take method='permutation'",
        )
    if method != "auto":
        return method
    if n_players > FEW_PLAYERS or n_permutations != "auto":
        return "permutation"
    n_background = hybrids.n_background
    walks = 2 * n_players * n_background * _n_rounds(n_background, "auto")
    budget = EVALUATIONS[not isinstance(hybrids, TableHybrids)]
    return "exact" if 2**n_players * n_background <= max(budget, walks) else "permutation"


def _n_rounds(n_background: int, n_permutations: int | str) -> int:
    """How many orders a row gets for every background row."""
    if isinstance(n_permutations, int):
        return -(-n_permutations // n_background)
    # Two at least: how those differ is what the errors are made of.
    return max(2, -(-LEAST_PERMUTATIONS // n_background))


def _spread(count: int, wanted: int) -> Int[np.ndarray, " wanted"]:
    """So many places, evenly spread."""
    return np.arange(wanted) * count // wanted
