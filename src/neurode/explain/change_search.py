"""The search for a change: one column, then two, then three, the most promising attempts carried on."""

import numpy as np
from jaxtyping import Bool, Float64, Int

from neurode.explain.cells import Cells
from neurode.explain.goals import Answer, Goal
from neurode.explain.moves import Move
from neurode.explain.way_back import Found, nearer

BUDGET = 30_000
"""Rows that a model is asked about at each number of columns."""

CELLS_AT_ONCE = 2**22
"""Cells of the tables that a model is asked about at once."""

MOST_SINGLES = 600
"""Changes of one column that others are joined with."""

KEPT_OF_A_SET = 3
"""Of one set of columns, so many of the best attempts are carried on or kept."""


def search(
    cells: Cells, row: int, goal: Goal, moves: list[Move], *, most_columns: int, wanted: int
) -> tuple[list[Found], Found | None]:
    """Changes that reach the goal, the nearest first, and the one that comes closest where none does.

    Args:
        cells: The table of the row.
        row: Its number.
        goal: What is to be reached.
        moves: What each column could become.
        most_columns: The most columns that change.
        wanted: How many changes, each of another set of columns.
    """
    singles = np.array(
        [(place, value) for place, move in enumerate(moves) for value in range(1, len(move.values))]
    )
    if not len(singles):
        return [], None
    start = goal.progress(goal.now)[0]
    parents = np.zeros((1, len(moves)), np.int16)
    found: list[Found] = []
    closest: Found | None = None
    for _ in range(most_columns):
        tried = _children(parents, singles, [set(each.places) for each in found])
        if not len(tried):
            break
        answer = _answer(cells, row, goal, moves, tried)
        reached, progress = goal.reached(answer), goal.progress(answer)
        shifts = _shifts(moves, tried)
        best = int(np.lexsort((shifts, -progress))[0])
        if closest is None or progress[best] > closest.progress:
            closest = _found(moves, tried[best], answer, best, float(progress[best]))
        for place in _best_of_each_set(tried, shifts, reached):
            found.append(_found(moves, tried[place], answer, place, float(progress[place])))
        if len({each.places for each in found}) >= wanted:
            break
        hopeful = ~reached
        for each in found:
            hopeful &= ~(tried[:, list(each.places)] > 0).all(axis=1)
        if len(singles) > MOST_SINGLES:
            # Only in the first round, whose attempts are the singles.
            kept = _beam(tried, shifts, progress - start, hopeful, MOST_SINGLES)
            singles = np.stack([(kept > 0).argmax(axis=1), kept.max(axis=1)], axis=1)
        parents = _beam(tried, shifts, progress - start, hopeful, max(1, BUDGET // max(1, len(singles))))
    found.sort(key=lambda each: each.rank)
    found = nearer(cells, row, goal, moves, found[: 4 * wanted])
    found.sort(key=lambda each: each.rank)
    first_of_set: dict[tuple[int, ...], Found] = {}
    for each in found:
        first_of_set.setdefault(each.places, each)
    return list(first_of_set.values())[:wanted], closest


def _children(
    parents: Int[np.ndarray, "parents moves"], singles: Int[np.ndarray, "singles two"], done: list[set[int]]
) -> Int[np.ndarray, "tried moves"]:
    """Every parent with one more column, once each; without those that contain a change that is enough."""
    parent, single = np.divmod(np.arange(len(parents) * len(singles)), len(singles))
    free = parents[parent, singles[single, 0]] == 0
    parent, single = parent[free], single[free]
    tried = parents[parent].copy()
    tried[np.arange(len(tried)), singles[single, 0]] = singles[single, 1]
    changed = tried > 0
    for places in done:
        enough = changed[:, list(places)].all(axis=1)
        tried, changed = tried[~enough], changed[~enough]
    return np.unique(tried, axis=0) if len(tried) else tried


def _shifts(moves: list[Move], tried: Int[np.ndarray, "tried moves"]) -> Float64[np.ndarray, " tried"]:
    return sum((move.shifts[tried[:, place]] for place, move in enumerate(moves)), np.zeros(len(tried)))


def _answer(
    cells: Cells, row: int, goal: Goal, moves: list[Move], tried: Int[np.ndarray, "tried moves"]
) -> Answer:
    """What the model says of the row with these values, a piece after the other."""
    parts = []
    step = max(1, CELLS_AT_ONCE // len(cells.names))
    for start in range(0, len(tried), step):
        some = tried[start : start + step]
        changed = np.flatnonzero((some > 0).any(axis=0)).tolist()
        columns = {moves[place].column: moves[place].values[some[:, place]] for place in changed}
        parts.append(goal.ask(cells.replaced(np.full(len(some), row), columns)))
    decisions = [each for part in parts for each in part.decisions or ()]
    return Answer(np.concatenate([part.outputs for part in parts]), decisions or None)


def _found(
    moves: list[Move], choice: Int[np.ndarray, " moves"], answer: Answer, place: int, progress: float
) -> Found:
    places = tuple(np.flatnonzero(choice).tolist())
    return Found(
        places,
        tuple(moves[each].values[int(choice[each]) : int(choice[each]) + 1] for each in places),
        tuple(float(moves[each].shifts[choice[each]]) for each in places),
        answer.outputs[place],
        None if answer.decisions is None else answer.decisions[place],
        progress,
    )


def _best_of_each_set(
    tried: Int[np.ndarray, "tried moves"],
    cost: Float64[np.ndarray, " tried"],
    eligible: Bool[np.ndarray, " tried"],
) -> list[int]:
    """The cheapest few attempts of each set of columns, the cheapest first."""
    counts: dict[bytes, int] = {}
    chosen = []
    candidates = np.flatnonzero(eligible)
    packed = np.packbits(tried[candidates] > 0, axis=1)
    for at in np.argsort(cost[candidates], kind="stable").tolist():
        columns = packed[at].tobytes()
        if counts.get(columns, 0) < KEPT_OF_A_SET:
            counts[columns] = counts.get(columns, 0) + 1
            chosen.append(int(candidates[at]))
    return chosen


def _beam(
    tried: Int[np.ndarray, "tried moves"],
    shifts: Float64[np.ndarray, " tried"],
    gain: Float64[np.ndarray, " tried"],
    eligible: Bool[np.ndarray, " tried"],
    width: int,
) -> Int[np.ndarray, "kept moves"]:
    """The attempts that are carried on: those that came furthest, and those that came far for their way."""
    if eligible.sum() <= width:
        return tried[eligible]
    furthest = _best_of_each_set(tried, -gain, eligible)
    steepest = _best_of_each_set(tried, -gain / (shifts + 0.01), eligible)
    mixed = [place for pair in zip(furthest, steepest) for place in pair]
    return tried[list(dict.fromkeys(mixed))[:width]]
