"""Arguments that several explanations take, and what they may be."""

from typing import Any

import numpy as np

from neurode.errors import ArgumentError


def check_whole(name: str, value: Any, least: int) -> None:
    """Refuses an argument that is no whole number, or too small.

    Raises:
        ArgumentError: It is.

    Example:
        >>> check_whole("seed", 0, 0)
    """
    if not isinstance(value, int | np.integer) or isinstance(value, bool) or value < least:
        raise ArgumentError(f"{name}={value!r}", hint=f"give a whole number, {least} or more")
