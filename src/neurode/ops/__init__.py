"""Operations on arrays by Keras 3's names, for losses, metrics, activations and layers of one's own.

They take arrays, lists and numbers, broadcast as in Keras, and may be used inside compiled programs. Numbers
are float32 unless they are whole. Left out: images, convolutions, Fourier transforms, complex numbers and
sparse arrays.

Example:
    >>> from neurode import ops
    >>> ops.mean(ops.square(ops.subtract([1.0, 2.0], [1.0, 4.0]))).item()
    2.0
    >>> len(dir(ops)) > 200
    True
"""

import difflib
from typing import Any

from neurode.ops import arrangement, control, creation, indexing, linalg, nn, pointwise, reductions
from neurode.ops.application import OPS

SECTIONS = (creation, pointwise, reductions, arrangement, indexing, linalg, nn, control)
"""The modules that make the ops."""

__all__ = sorted(OPS)
__test__ = {name: function for name, function in OPS.items() if ">>>" in (function.__doc__ or "")}

globals().update(OPS)


def __getattr__(name: str) -> Any:
    close = difflib.get_close_matches(name, OPS, n=1)
    hint = f"\nhint: did you mean {close[0]!r}?" if close else ""
    raise AttributeError(f"module 'neurode.ops' has no attribute {name!r}{hint}")


def __dir__() -> list[str]:
    return __all__
