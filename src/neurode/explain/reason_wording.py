"""The wording of reasons: a text for each column, with places for the row's value and the typical one."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from string import Formatter
from typing import Any

from neurode.errors import ArgumentError, UnknownNameError
from neurode.explain.cells import Cells
from neurode.explain.explanation import Explanation
from neurode.explain.grids import level_counts
from neurode.explain.wording import value_texts

FIELDS = ("column", "value", "typical")
"""What a wording can fill in."""

DEFAULT = "{column} is {value}, typically {typical}"
AS_TYPICAL = "{column} is {value}, as is typical"
AS_MOST = "{column} is {value}, as for %s of the rows"

TOLD_SHARE = 0.1
"""From this share of the background on, it is told how many rows have the typical value."""

GROUP = "{column} ({value}), typically {typical}"

MOST_MEMBERS = 4
"""Columns of a group whose values are told."""


class Wording:
    """The texts of one explanation's reasons.

    Args:
        explanation: Whose columns and rows are told.
        typical: What is typical of each raw column.
        wording: By column or group, a text of one's own.
        shares: Of each raw column, the share of the background that has the typical value.

    Raises:
        UnknownNameError: A text is for a column that is not explained.
        ArgumentError: A text has a field that does not exist.
    """

    def __init__(
        self,
        explanation: Explanation,
        typical: Mapping[str, Any],
        wording: Mapping[str, str],
        shares: Mapping[str, float],
    ) -> None:
        for name, text in wording.items():
            if name not in explanation.columns:
                raise UnknownNameError("column", name, explanation.columns)
            check_wording(name, text)
        self._explanation, self._wording = explanation, wording
        self._typical_values, self._shares = typical, shares

    def of(self, row: int, place: int) -> tuple[str, str, str]:
        """The reason, the row's value and the typical value, as texts."""
        members, column = self._explanation.members[place], self._explanation.columns[place]
        value = _together(members, [self._texts[name][row] for name in members])
        typical = _together(members, [self._texts[name][-1] for name in members])
        text = self._wording.get(column)
        if text is None and len(members) > 1:
            text = GROUP
        elif text is None:
            text = self._as_typical(members[0]) if value == typical else DEFAULT
        return text.format_map({"column": column, "value": value, "typical": typical}), value, typical

    def _as_typical(self, column: str) -> str:
        share = self._shares[column]
        return AS_MOST % f"{100 * share:.0f} %" if share >= TOLD_SHARE else AS_TYPICAL

    @cached_property
    def _texts(self) -> dict[str, list[str]]:
        """The values of each column, and last the typical one."""
        data = self._explanation.data
        return {
            name: value_texts([*data[name].to_list(), self._typical_values[name]]) for name in data.columns
        }


def check_wording(column: str, text: Any) -> None:
    """Refuses a text whose fields cannot be filled in.

    Raises:
        ArgumentError: It is no text, its braces do not match, or it has another field.

    Example:
        >>> check_wording("debt", "debts of {value}")
        >>> check_wording("debt", "debts of {amount}")
        Traceback (most recent call last):
        neurode.errors.ArgumentError: the wording of 'debt' has a field '{amount}'
        <BLANKLINE>
        fields: {column}, {value}, {typical}
    """
    available = "fields: " + ", ".join(f"{{{name}}}" for name in FIELDS)
    if not isinstance(text, str) or not text.strip():
        raise ArgumentError(f"the wording of {column!r} is {text!r}", hint="give a text", available=available)
    try:
        parts = list(Formatter().parse(text))
    except ValueError as error:
        raise ArgumentError(
            f"the wording of {column!r} cannot be read: {error}",
            available=available,
            hint="double a brace that is to be printed",
        ) from None
    for _, name, form, conversion in parts:
        # Only plain names: a field such as {value.__class__} would reach into objects.
        if name is not None and (name not in FIELDS or form or conversion):
            tail = (f"!{conversion}" if conversion else "") + (f":{form}" if form else "")
            raise ArgumentError(
                f"the wording of {column!r} has a field {'{' + name + tail + '}'!r}", available=available
            )


def typical_values(cells: Cells, members: Sequence[Sequence[str]]) -> dict[str, Any]:
    """What is typical of each column: the median of numbers and dates, the commonest of all else.

    Example:
        >>> from neurode.explain.cells import cells_of
        >>> from neurode.explain.subject import subject_of
        >>> cells = cells_of(subject_of(len), {"age": [20, 30, 70], "town": ["Ulm", "Ulm", "Kiel"]})
        >>> typical_values(cells, [["age"], ["town"]])
        {'age': 30, 'town': 'Ulm'}
    """
    return {name: _typical(cells, name) for each in members for name in each}


def typical_shares(cells: Cells, typical: Mapping[str, Any]) -> dict[str, float]:
    """The share of the rows that have the typical value of each column.

    Example:
        >>> from neurode.explain.cells import cells_of
        >>> from neurode.explain.subject import subject_of
        >>> cells = cells_of(subject_of(len), {"town": ["Ulm", "Ulm", "Kiel", "Ulm"]})
        >>> typical_shares(cells, {"town": "Ulm"})
        {'town': 0.75}
    """
    found = {}
    for name, value in typical.items():
        values = cells.frame[name]
        has_it = values.is_null() if value is None else (values == value).fill_null(False)
        found[name] = float(has_it.to_numpy().mean())
    return found


def _typical(cells: Cells, name: str) -> Any:
    values = cells.frame[name]
    known = values.drop_nulls()
    if 2 * len(known) <= len(values):
        return None
    if cells.orders[name] in {"number", "date"}:
        return known.sort()[len(known) // 2]
    return level_counts(known)[0][0]


def _together(names: Sequence[str], values: Sequence[str]) -> str:
    """The values of a group in one text; a single value alone."""
    if len(names) == 1:
        return values[0]
    told = [f"{name}={value}" for name, value in zip(names[:MOST_MEMBERS], values)]
    more = len(names) - MOST_MEMBERS
    return ", ".join([*told, f"… ({more} more)"] if more > 0 else told)
