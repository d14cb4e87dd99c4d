"""Interactions: how far two columns together say more than each of them alone."""

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np
from jaxtyping import Bool, Float64

from neurode.errors import ArgumentError
from neurode.explain.cells import Cells, cells_of, check_columns, sampled
from neurode.explain.dependence import PAIRS_AT_ONCE, apart, at_points
from neurode.explain.grids import crossed, grid_of
from neurode.explain.hybrids import Hybrids, hybrids_of
from neurode.explain.pairs import Interaction, Interactions
from neurode.explain.subject import Subject, subject_of

SCREENED = 60
"""Rows by which the columns worth pairing are found."""

ROUNDING = 1e-6
"""Joint effects below this part of the prediction are the rounding of float32 and have no interaction."""


def interaction(
    model: Any,
    X: Any,
    first: str,
    second: str,
    *,
    outputs: str | Sequence[str] | None = None,
    n_points: int = 8,
    max_rows: int | None = 300,
    seed: int = 0,
) -> Interaction:
    r"""How two columns act together.

    $$H^2_{jk} = \frac{\sum_i [F_{jk}(x_{ij}, x_{ik}) - F_j(x_{ij}) - F_k(x_{ik})]^2}
    {\sum_i F_{jk}(x_{ij}, x_{ik})^2}$$

    where each $F$ is a partial dependence less its mean. H is a part of the two columns' joint effect, which
    may be small; `strength`, the root of the numerator's mean, says how much of the prediction it is.

    Args:
        model: An estimator, a scikit-learn pipeline, or a function of a table.
        X: The table whose rows are averaged.
        first: A column.
        second: Another.
        outputs: Which classes or targets; all if left out, of two classes the positive one.
        n_points: Most values of each column in the grid.
        max_rows: Most rows, drawn by `seed`: H asks for three predictions of each pair of rows.
        seed: Of that draw.

    Raises:
        UnknownNameError, ArgumentError: If the table lacks a column, or the model does not use it.

    Example:
        >>> table = np.array([[a, b] for a in (-1.0, 1.0) for b in (-1.0, 1.0)])
        >>> found = interaction(lambda table: table[:, 0] * table[:, 1], table, "x0", "x1")
        >>> found.h.tolist(), found.strength.tolist(), found.average[:, :, 0].tolist()
        ([1.0], [1.0], [[1.0, -1.0], [-1.0, 1.0]])

    References:
        Friedman and Popescu (2008), Predictive learning via rule ensembles, equation 44. Inglis, Parnell and
        Hurley (2022), Visualizing variable importance and variable interaction effects, section 2.2: the
        numerator alone.
    """
    subject = subject_of(model, outputs)
    cells = cells_of(subject, X)
    check_columns([first, second], cells)
    if first == second:
        raise ArgumentError(f"an interaction of {first!r} with itself", hint="name two columns")
    rows = sampled(cells.n_rows, max_rows, seed)
    drawn = cells.at(rows)
    grids = [grid_of(cells, name, n_points) for name in (first, second)]
    hybrids = hybrids_of(subject, crossed(cells, *grids), drawn.native, apart(cells, [first, second]))
    average = at_points(hybrids, np.isin(hybrids.players, [first, second])).mean(axis=0)
    h, strength = _statistics(subject, drawn, [(first, second)])
    return Interaction(
        (first, second), (cells.orders[first], cells.orders[second]), hybrids.outputs,
        grids[0].values, grids[1].values,
        average.reshape(len(grids[0].values), len(grids[1].values), -1), h[0], strength[0], len(rows), seed,
    )  # fmt: skip


def interactions(
    model: Any,
    X: Any,
    columns: Sequence[str] | None = None,
    *,
    outputs: str | Sequence[str] | None = None,
    n_columns: int = 8,
    max_rows: int | None = 200,
    seed: int = 0,
) -> Interactions:
    """The pairs of columns that say most together beyond what each says alone.

    Args:
        model: An estimator, a scikit-learn pipeline, or a function of a table.
        X: The table whose rows are averaged.
        columns: The columns that are paired; if left out, the `n_columns` whose partial dependence varies
            most over the rows, which is where strong interactions mostly are.
        outputs: Which classes or targets; all if left out, of two classes the positive one.
        n_columns: How many columns are paired.
        max_rows: Most rows, drawn by `seed`.
        seed: Of that draw.

    Raises:
        UnknownNameError, ArgumentError: If the table lacks a column, or the model does not use it; if there
            are not two columns.

    Example:
        >>> table = np.array([[a, b, c] for a in (0.0, 1.0) for b in (0.0, 1.0) for c in (0.0, 1.0)])
        >>> found = interactions(lambda table: 4 * table[:, 0] * table[:, 1] + table[:, 2], table)
        >>> print(found)
        columns  strength      H
        x0 × x1         1  0.577
        x0 × x2         0  0.000
        x1 × x2         0  0.000
    """
    subject = subject_of(model, outputs)
    cells = cells_of(subject, X)
    names = cells.names if columns is None else check_columns(columns, cells)
    names = tuple(dict.fromkeys(names))
    if len(names) < 2:
        raise ArgumentError(f"{len(names)} column has no pair", hint="an interaction takes two columns")
    rows = sampled(cells.n_rows, max_rows, seed)
    drawn = cells.at(rows)
    if columns is None and len(names) > n_columns:
        names = _most_varying(subject, drawn, names, n_columns)
    pairs = list(combinations(names, 2))
    h, strength = _statistics(subject, drawn, pairs)
    order = np.argsort(-strength.max(axis=1), kind="stable")
    known = hybrids_of(subject, drawn.at(np.arange(1)).native, drawn.native, apart(cells, names)).outputs
    return Interactions(
        tuple(pairs[place] for place in order), known, h[order], strength[order], len(rows), seed
    )


def _most_varying(subject: Subject, drawn: Cells, names: Sequence[str], most: int) -> tuple[str, ...]:
    """The columns whose partial dependence varies most over the rows."""
    few = drawn.at(np.arange(min(drawn.n_rows, SCREENED)))
    hybrids = hybrids_of(subject, few.native, few.native, apart(few, names))
    single = np.array([[player == name for player in hybrids.players] for name in names])
    spread = _dependences(hybrids, single).std(axis=0).max(axis=-1)
    kept = np.sort(np.argsort(-spread, kind="stable")[:most])
    return tuple(names[place] for place in kept)


def _statistics(
    subject: Subject, drawn: Cells, pairs: Sequence[tuple[str, str]]
) -> tuple[Float64[np.ndarray, "pairs outputs"], Float64[np.ndarray, "pairs outputs"]]:
    """H and the strength of each pair."""
    names = list(dict.fromkeys(name for pair in pairs for name in pair))
    hybrids = hybrids_of(subject, drawn.native, drawn.native, apart(drawn, names))
    sets = [{name} for name in names] + [set(pair) for pair in pairs]
    masks = np.array([[player in each for player in hybrids.players] for each in sets])
    effects = _dependences(hybrids, masks)
    size = np.abs(effects).max(axis=(0, 1))
    effects -= effects.mean(axis=0)
    first, second = (effects[:, [names.index(pair[side]) for pair in pairs]] for side in (0, 1))
    joint = effects[:, len(names) :]
    beyond = np.square(joint - first - second).mean(axis=0)
    whole = np.square(joint).mean(axis=0)
    matters = np.sqrt(whole) > ROUNDING * size
    h = np.sqrt(np.divide(beyond, whole, out=np.zeros_like(beyond), where=matters))
    return h, np.where(matters, np.sqrt(beyond), 0.0)


def _dependences(
    hybrids: Hybrids, masks: Bool[np.ndarray, "masks players"]
) -> Float64[np.ndarray, "rows masks outputs"]:
    """The mean over the background of what the model says, with the kept players of each row."""
    n_rows, n_background = hybrids.n_rows, hybrids.n_background
    found = np.zeros((n_rows, len(masks), hybrids.n_outputs))
    at_once = max(1, PAIRS_AT_ONCE // (n_background * len(masks)))
    for start in range(0, n_rows, at_once):
        rows = np.arange(start, min(start + at_once, n_rows))
        row, other = np.repeat(rows, n_background), np.tile(np.arange(n_background), len(rows))
        kept = np.broadcast_to(masks, (len(row), *masks.shape))
        predictions = hybrids.predict(row, other, kept)
        found[rows] = predictions.reshape(len(rows), n_background, len(masks), -1).mean(axis=1)
    return found
