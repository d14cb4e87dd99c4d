"""Names beside each other: shortened so that different names stay different."""

from collections.abc import Sequence

from neurode.drawing.style import elided


def elided_apart(names: Sequence[object], length: int) -> list[str]:
    """The names in so many characters each; what is left out is not what tells them apart.

    Of names that would look alike, the part in which they begin to differ is kept. Those that still look
    alike are numbered.

    Args:
        names: As they are; equal ones stay equal.
        length: Characters that each may have, 8 at least.

    Example:
        >>> elided_apart(["payments in the first month of the total", "age"], 16)
        ['payments…e total', 'age']
        >>> elided_apart([f"payments in month {i} of the total" for i in (1, 2)], 16)
        ['paym…1 of t…otal', 'paym…2 of t…otal']
    """
    distinct = list(dict.fromkeys(map(str, names)))
    shown = {name: elided(name, length) for name in distinct}
    for group in _alike(shown):
        shown.update(_around_difference(group, length))
    taken = set(shown.values())
    for group in _alike(shown):
        number = 0
        for name in group:
            number += 1
            while (told := f"{elided(name, length - len(f' #{number}'))} #{number}") in taken:
                number += 1
            taken.add(told)
            shown[name] = told
    return [shown[str(name)] for name in names]


def _alike(shown: dict[str, str]) -> list[list[str]]:
    """Names that are shown as one and the same text."""
    groups: dict[str, list[str]] = {}
    for name, text in shown.items():
        groups.setdefault(text, []).append(name)
    return [group for group in groups.values() if len(group) > 1]


def _around_difference(group: list[str], length: int) -> dict[str, str]:
    """Each name's beginning, its part from the first difference on, and its end."""
    begin = _differ_from(group)
    side = length // 4
    piece = length - 2 * side - 2
    found = {}
    for name in group:
        # Near its end the whole of the end is kept; a difference there has no second gap behind it.
        start = min(begin, len(name) - piece - side)
        if start <= side + 1:
            found[name] = elided(name[: length - 1 - side] + "…" + name[len(name) - side :], length)
        elif start + piece + side >= len(name):
            found[name] = elided(name[:side] + "…" + name[len(name) - (length - side - 1) :], length)
        else:
            middle = name[start : start + piece].strip()
            found[name] = elided(f"{name[:side]}…{middle}…{name[len(name) - side :]}", length)
    return found


def _differ_from(group: list[str]) -> int:
    """The place of the first letter that not all of them have."""
    # All lie between the first and the last in the order of the alphabet.
    first, last = min(group), max(group)
    pairs = enumerate(zip(first, last))
    return next((place for place, (one, other) in pairs if one != other), min(len(first), len(last)))
