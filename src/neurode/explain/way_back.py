"""The way back: changed numbers are moved towards the row's own, as far as the goal stays reached."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from jaxtyping import Float64

from neurode.explain.cells import Cells, on_a_line
from neurode.explain.goals import Goal
from neurode.explain.moves import MICROSECONDS_A_DAY, MICROSECONDS_A_SECOND, Move

POINTS = 16
"""Points that are tried between the row's value and the nearest one that is known to do."""

ROUNDS = 4
"""How often they are: 16 to the fourth are finer steps than a table has."""

MOST_DIGITS = 6
"""Digits of the numbers that are proposed, unless only more of them do."""

LONGER = 0.02
"""By how much of the way a shorter number may lie further away."""


@dataclass(frozen=True, eq=False)
class Found:
    """A change that was tried.

    Attributes:
        places: The numbers of the moves that it makes.
        values: The value of each of these columns, one row.
        shifts: How far each of these is from the row's own.
        outputs: What the model then says.
        decision: The class that the row is then given; None of a model of numbers.
        progress: How near it comes to the goal.
    """

    places: tuple[int, ...]
    values: tuple[pl.Series, ...]
    shifts: tuple[float, ...]
    outputs: Float64[np.ndarray, " outputs"]
    decision: Any
    progress: float

    @property
    def rank(self) -> tuple[int, float]:
        """Fewest columns first, then the least way."""
        return len(self.places), sum(self.shifts)


def nearer(cells: Cells, row: int, goal: Goal, moves: list[Move], found: list[Found]) -> list[Found]:
    """Each change with its numbers moved back towards the row, as far as the goal stays reached."""
    orders = [
        [
            at
            for at in np.argsort([-shift for shift in each.shifts]).tolist()
            if moves[each.places[at]].is_continuous
        ]
        for each in found
    ]
    for turn in range(max(map(len, orders), default=0)):
        at = [order[turn] if turn < len(order) else -1 for order in orders]
        found = _moved_back(cells, row, goal, moves, found, at)
    return found


def _moved_back(
    cells: Cells, row: int, goal: Goal, moves: list[Move], found: list[Found], at: list[int]
) -> list[Found]:
    """Each change with one of its columns moved back; `at` is which, -1 for none."""
    found = list(found)
    move_of = {who: moves[found[who].places[turn]] for who, turn in enumerate(at) if turn >= 0}
    far = {who: float(on_a_line(found[who].values[at[who]])[0]) for who in move_of}
    near = {who: float(move.numbers[0]) for who, move in move_of.items()}
    for _ in range(ROUNDS):
        points = {who: _between(near[who], far[who], _unit(move)) for who, move in move_of.items()}
        seen: set[int] = set()
        for who, point, changed in _holding(cells, row, goal, moves, found, at, points):
            if who not in seen:
                seen.add(who)
                before = points[who].index(point)
                near[who] = points[who][before - 1] if before else near[who]
                far[who], found[who] = point, changed
    points = {who: _rounded(far[who], move) for who, move in move_of.items()}
    # The shortest number that does is the first.
    for who, _, changed in reversed(_holding(cells, row, goal, moves, found, at, points)):
        found[who] = changed
    return found


def _holding(
    cells: Cells, row: int, goal: Goal, moves: list[Move], found: list[Found], at: list[int],
    points: dict[int, list[float]],
) -> list[tuple[int, float, Found]]:  # fmt: skip
    """The points that reach the goal: of which change, which number, and what becomes of it."""
    trials = [(who, point) for who, each in points.items() for point in each]
    if not trials:
        return []
    made = []
    for who, point in trials:
        each, move = found[who], moves[found[who].places[at[who]]]
        values, shifts = list(each.values), list(each.shifts)
        values[at[who]] = move.series(np.array([point]))
        shifts[at[who]] = float(move.shift(np.array([point]))[0])
        made.append((each.places, tuple(values), tuple(shifts)))
    columns = {}
    for place in sorted({place for places, _, _ in made for place in places}):
        own = moves[place].values[:1]
        cell = [values[places.index(place)] if place in places else own for places, values, _ in made]
        columns[moves[place].column] = _stacked(cell)
    answer = goal.ask(cells.replaced(np.full(len(made), row), columns))
    reached, progress = goal.reached(answer), goal.progress(answer)
    return [
        (
            who, point,
            Found(
                *made[number], answer.outputs[number],
                None if answer.decisions is None else answer.decisions[number], float(progress[number]),
            ),
        )
        for number, (who, point) in enumerate(trials)
        if reached[number]
    ]  # fmt: skip


def _stacked(cells: list[pl.Series]) -> pl.Series:
    types = {cell.dtype for cell in cells}
    if len(types) > 1:
        cells = [cell.cast(pl.Float64) for cell in cells]
    return pl.concat(cells)


def _unit(move: Move) -> float:
    """The least step of a column, 0 where there is none; of moments the largest that all of them keep to."""
    if move.values.dtype.base_type() not in (pl.Date, pl.Datetime):
        return float(move.is_whole)
    # Midnights of a time zone are full hours of another.
    units = (MICROSECONDS_A_DAY, 3_600 * MICROSECONDS_A_SECOND, 60 * MICROSECONDS_A_SECOND)
    known = np.append(move.rising, move.numbers[0])
    kept = [unit for unit in units if not (known % unit).any()]
    return float(kept[0] if kept else MICROSECONDS_A_SECOND)


def _between(near: float, far: float, unit: float) -> list[float]:
    """Points from beyond the near end to the far end, the nearest first.

    Example:
        >>> _between(0.0, 5.0, 1.0)
        [1.0, 2.0, 3.0, 4.0, 5.0]
    """
    points = near + (far - near) * np.arange(1, POINTS + 1) / POINTS
    if unit:
        up = np.ceil if far > near else np.floor
        points = up(points / unit) * unit
    points[-1] = far
    return list(dict.fromkeys(points.tolist()))


def _rounded(number: float, move: Move) -> list[float]:
    """Shorter numbers a little further away from the row's own, the shortest first."""
    if number == 0 or not move.values.dtype.is_numeric():
        return []
    own = move.numbers[0]
    away = np.ceil if number > own else np.floor
    shorter = []
    for digits in range(1, MOST_DIGITS + 1):
        step = 10.0 ** (np.floor(np.log10(abs(number))) + 1 - digits)
        point = float(f"{away(number / step) * step:.{digits}g}")
        is_near = abs(point - number) <= LONGER * abs(number - own)
        if is_near and move.rising[0] <= point <= move.rising[-1] and step >= move.is_whole:
            shorter.append(point)
    return list(dict.fromkeys(shorter))
