"""Text and whole numbers into a fixed number of bins, without a vocabulary."""

from typing import Any

import jax.numpy as jnp
import numpy as np

from neurode.errors import ArgumentError, DataTypeError
from neurode.layers.category_encoding import ENCODINGS, checked_mode, encoded, encoded_shape
from neurode.layers.hashes import farm_fingerprint, sip_hash
from neurode.layers.layer import Layer
from neurode.layers.tensor import Tensor
from neurode.records import record
from neurode.typing import Shape


@record
class OnTheHost(Layer):
    """A layer that is called on a column before the model: text cannot enter a compiled network."""

    def outputs_for(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        raise DataTypeError(
            f"{self.label} works on text, which cannot flow through a network",
            hint="call the layer on the column, layer(values), and feed the model the codes that it gives",
        )

    def compute(self, x: Any, *, training: bool) -> Any:
        """What the layer makes of an array or a list."""
        raise NotImplementedError


@record
class Hashing(OnTheHost):
    """Turns text or whole numbers into codes by a hash, the same as Keras's on every machine.

    Args:
        num_bins: The number of codes, at least 1; the one for `mask_value` is among them.
        mask_value: What gets code 0, alone.
        salt: One or two whole numbers: with it the hash is SipHash, else FarmHash's fingerprint.
        output_mode: `"int"`, or one of `CategoryEncoding`'s.
        sparse: Only False.

    Example:
        >>> Hashing(num_bins=3)([["A"], ["B"], ["E"]]).tolist()
        [[1], [0], [2]]
        >>> Hashing(num_bins=3, salt=(133, 137))([["A"], ["B"], ["E"]]).tolist()
        [[1], [2], [2]]

    References:
        Weinberger et al. (2009), [Feature Hashing](https://arxiv.org/abs/0902.2206), section 2.
    """

    num_bins: int
    mask_value: Any = None
    salt: Any = None
    output_mode: str = "int"
    sparse: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        if isinstance(self.num_bins, bool) or self.num_bins < 1:
            raise ArgumentError(f"Hashing(num_bins={self.num_bins!r})", hint="a whole number, at least 1")
        object.__setattr__(self, "output_mode", checked_mode(self, ("int", *ENCODINGS)))
        object.__setattr__(self, "salt", as_salt(self, self.salt))

    def compute(self, x: Any, *, training: bool) -> Any:
        values = np.asarray(x)
        masked = None if self.mask_value is None or self.num_bins == 1 else values == self.mask_value
        if np.issubdtype(values.dtype, np.floating):
            values = values.astype(np.int64)
        codes = bins_of(values.astype(str), self.num_bins - (masked is not None), self.salt)
        if masked is not None:
            codes = np.where(masked, 0, codes + 1)
        return as_output(codes, self.output_mode, self.num_bins)

    def output_shape(self, input_shape: Any) -> Shape:
        return encoded_shape(self, input_shape, self.output_mode, self.num_bins)


def as_salt(layer: Layer, salt: Any) -> tuple[int, int] | None:
    """The two numbers of a key, where one was given twice over.

    Raises:
        ArgumentError: If it is something else.
    """
    pair = (salt, salt) if isinstance(salt, int) else salt
    if pair is None:
        return None
    if not isinstance(pair, list | tuple) or len(pair) != 2:
        raise ArgumentError(f"{type(layer).__name__}(salt={salt!r})", hint="give one or two whole numbers")
    return int(pair[0]), int(pair[1])


def bins_of(text: np.ndarray, bins: int, salt: tuple[int, int] | None) -> np.ndarray:
    """The bin of each text."""
    hashed = farm_fingerprint(text) if salt is None else sip_hash(text, salt)
    return (hashed % np.uint64(bins)).astype(np.int32)


def as_output(codes: Any, mode: str, depth: int) -> Any:
    """Codes as they are, or encoded; a list without rows is one row, as in Keras."""
    array = jnp.asarray(codes, jnp.int32)
    if mode == "int":
        return array
    if mode != "one_hot" and array.ndim < 2:
        return encoded(jnp.atleast_1d(array)[None], mode, depth)[0]
    return encoded(jnp.atleast_1d(array), mode, depth)
