"""Numbers into bins."""

from typing import Any

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Shaped

from neurode.errors import ArgumentError, DataTypeError, NotFittedError
from neurode.layers.category_encoding import ENCODINGS, checked_mode, encoded, encoded_shape
from neurode.layers.layer import Layer
from neurode.layers.randomness import Randomness
from neurode.layers.tensor import Tensor
from neurode.records import record
from neurode.typing import Params, Shape, State


@record
class Discretization(Layer):
    """Turns each number into the code of the bin that it falls into.

    With boundaries $b_1 < b_2 < …$ the code is the number of boundaries that are at most $x$; a gap falls
    into the last bin.

    Args:
        bin_boundaries: The boundaries, ascending; one bin more than they are.
        num_bins: How many bins `adapt` is to make, with about equally many values each.
        epsilon: How exact `adapt` is, as a share of the values: 0.01 keeps about 100 of them.
        output_mode: `"int"`, or one of `CategoryEncoding`'s.
        sparse: Only False.

    Example:
        >>> Discretization(bin_boundaries=[0.0, 1.0])(jnp.array([[-1.0, 0.0, 5.0]]))
        Array([[0, 1, 2]], dtype=int32)
        >>> layer = Discretization(num_bins=4)
        >>> layer.adapt(np.arange(100.0))
        >>> [round(boundary) for boundary in layer.bin_boundaries]
        [24, 49, 74]
    """

    bin_boundaries: Any = None
    num_bins: int | None = None
    epsilon: float | int = 0.01
    output_mode: str = "int"
    sparse: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "output_mode", checked_mode(self, ("int", *ENCODINGS)))
        if self.bin_boundaries is not None:
            boundaries = tuple(np.asarray(self.bin_boundaries).tolist())
            if list(boundaries) != sorted(boundaries):
                raise ArgumentError(f"Discretization(bin_boundaries={boundaries})", hint="sort them")
            object.__setattr__(self, "bin_boundaries", boundaries)
        elif self.num_bins is None or self.num_bins < 1:
            raise ArgumentError(
                f"Discretization(num_bins={self.num_bins!r}) without boundaries",
                hint="give bin_boundaries, or num_bins of at least 1 and call adapt(data)",
            )

    def apply(
        self,
        params: Params,
        state: State,
        x: Shaped[Array, "rows ..."],
        *,
        train: bool = False,
        key: Randomness | None = None,
        mask: Float[Array, " rows"] | None = None,
    ) -> tuple[Shaped[Array, "rows ..."], State]:
        self.check_adapted()
        bins = jnp.asarray(self.bin_boundaries, jnp.float32)
        # A search by halves is a loop, which XLA for CPUs cannot compile inside the loop of an epoch.
        codes = jnp.searchsorted(bins, x.astype(jnp.float32), side="right", method="compare_all")
        mode = self.output_mode
        return (codes.astype(jnp.int32) if mode == "int" else encoded(codes, mode, len(bins) + 1)), state

    def output_shape(self, input_shape: Any) -> Shape:
        known = self.bin_boundaries
        depth = (self.num_bins or 0) if known is None else len(known) + 1
        return encoded_shape(self, input_shape, self.output_mode, depth)

    def outputs_for(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        self.check_adapted()
        (tensor,) = super().outputs_for(inputs)
        return (Tensor(tensor.shape, "int32" if self.output_mode == "int" else "float32"),)

    def adapt(self, data: Any) -> None:
        """Sets the boundaries from data, so that the bins hold about equally many values.

        Args:
            data: Numbers of any shape; a generator is read as batches.

        Raises:
            ArgumentError: If the layer was made with boundaries.
        """
        if self.num_bins is None:
            raise ArgumentError(
                f"{self.label} was given its boundaries", hint="use num_bins to learn them from data"
            )
        summary = np.zeros((2, 0), np.float32)
        batches = [data] if hasattr(data, "shape") or isinstance(data, list | tuple) else data
        for batch in batches:
            try:
                values = np.sort(np.asarray(batch).astype(np.float32), axis=None)
            except (TypeError, ValueError) as error:
                raise DataTypeError(f"adapt takes numbers, got {type(batch).__name__}") from error
            merged = np.concatenate([_summary(values, self.epsilon), summary], axis=1)
            summary = _shortened(merged[:, np.argsort(merged[0])], self.epsilon)
        if not summary.size or not np.isfinite(summary[0]).all():
            raise ArgumentError(f"the data for {self.label}.adapt are empty or have gaps")
        boundaries = _shortened(summary, 1.0 / self.num_bins)[0, :-1]
        object.__setattr__(self, "bin_boundaries", tuple(boundaries.tolist()))

    def check_adapted(self) -> None:
        """Refuses to go on before the boundaries are known.

        Raises:
            NotFittedError: If neither `adapt` nor settings have given them.
        """
        if self.bin_boundaries is None:
            raise NotFittedError(f"{self.label} has seen no data", hint="call layer.adapt(values) first")


def _summary(values: np.ndarray, epsilon: float | int) -> np.ndarray:
    """Every so many-th of the sorted values, and how many values each stands for."""
    step = max(len(values) * epsilon, 1)
    chosen = values[int(step - 1) :: int(step)]
    return np.stack([chosen, np.full_like(chosen, step)])


def _shortened(summary: np.ndarray, epsilon: float | int) -> np.ndarray:
    """A summary of 1 / epsilon values, at equal shares of the weight."""
    if summary.shape[1] * epsilon < 1:
        return summary
    shares = epsilon + np.arange(0.0, 1.0, epsilon)
    total = summary[1].cumsum()
    values = np.interp(shares, total / total[-1], summary[0])
    weights = np.diff(np.interp(shares, total / total[-1], total), prepend=0.0)
    return np.stack([values, weights]).astype(np.float32)
