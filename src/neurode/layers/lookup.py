"""Text and whole numbers into codes by a vocabulary, and back."""

from collections import Counter
from pathlib import Path
from typing import Any

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Shaped

from neurode.errors import ArgumentError, DataTypeError, FileError, NotFittedError, listed
from neurode.layers.category_encoding import ENCODINGS, checked_mode, encoded_shape
from neurode.layers.hashing import OnTheHost, as_output, as_salt, bins_of
from neurode.layers.layer import Layer
from neurode.layers.randomness import Randomness
from neurode.layers.tensor import Tensor
from neurode.records import record
from neurode.typing import Params, Shape, State

MODES = ("int", *ENCODINGS, "tf_idf")


@record
class _Lookup(OnTheHost):
    """What `StringLookup` and `IntegerLookup` share. `vocabulary` holds tokens without the special ones."""

    max_tokens: int | None = None
    num_oov_indices: int = 1
    mask_token: Any = None
    oov_token: Any = None
    vocabulary: Any = None
    idf_weights: Any = None
    invert: bool = False
    output_mode: str = "int"
    pad_to_max_tokens: bool = False
    sparse: bool = False
    salt: Any = None

    def __post_init__(self) -> None:
        super().__post_init__()
        kind = type(self).__name__
        object.__setattr__(self, "output_mode", checked_mode(self, MODES))
        object.__setattr__(self, "salt", as_salt(self, self.salt))
        if self.max_tokens is not None and self.max_tokens <= 1:
            raise ArgumentError(f"{kind}(max_tokens={self.max_tokens})", hint="at least 2, or None")
        if self.num_oov_indices < 0:
            raise ArgumentError(f"{kind}(num_oov_indices={self.num_oov_indices})", hint="at least 0")
        if self.pad_to_max_tokens and self.max_tokens is None:
            raise ArgumentError(f"{kind}(pad_to_max_tokens=True)", hint="give max_tokens too")
        if self.invert and self.output_mode != "int":
            raise ArgumentError(f"{kind}(invert=True, output_mode={self.output_mode!r})", hint="use 'int'")
        vocabulary, weights = self.vocabulary, self.idf_weights
        object.__setattr__(self, "vocabulary", None)
        object.__setattr__(self, "idf_weights", None)
        self._given = vocabulary is not None
        if vocabulary is not None:
            self.set_vocabulary(vocabulary, weights)

    def tokens_of(self, data: Any) -> np.ndarray:
        """Data as an array of tokens.

        Raises:
            DataTypeError: If they are of another type.
        """
        raise NotImplementedError

    def out_of_vocabulary(self, values: Any, count: int) -> Any:
        """Which of `count` codes a value outside the vocabulary gets."""
        return bins_of(np.asarray(values).astype(str), count, self.salt)

    def adapt(self, data: Any) -> None:
        """Sets the vocabulary from data: the most frequent tokens first, equals in descending order.

        Args:
            data: An array, list or column. A generator is read as batches.

        Raises:
            ArgumentError: If the vocabulary was given, which data do not change.
        """
        if self._given:
            raise ArgumentError(
                f"{self.label} was given its vocabulary", hint="make one without to adapt it to data"
            )
        counts: Counter[Any] = Counter()
        documents: Counter[Any] = Counter()
        rows = 0
        for batch in [data] if hasattr(data, "shape") or isinstance(data, list | tuple) else data:
            tokens = self.tokens_of(batch)
            tokens = tokens.reshape(len(tokens), -1) if tokens.ndim > 0 else tokens.reshape(1, 1)
            counts.update(tokens.ravel().tolist())
            rows += len(tokens)
            if self.output_mode == "tf_idf":
                for row in tokens:
                    documents.update(set(row.tolist()))
        for special in (self.mask_token, self.oov_token):
            counts.pop(special, None)
        found = sorted(counts, key=lambda token: (counts[token], token), reverse=True)
        if self.max_tokens is not None:
            found = found[: self.max_tokens - self._start]
        if not found:
            raise ArgumentError(f"the data for {self.label}.adapt hold no tokens")
        weights = None
        if self.output_mode == "tf_idf":
            weights = [float(np.log(1 + rows / (1 + documents[token]))) for token in found]
        self._set(found, weights)

    def set_vocabulary(self, vocabulary: Any, idf_weights: Any = None) -> None:
        """Sets the tokens in the order of their codes.

        Args:
            vocabulary: The tokens, with or without the special ones in front; or a file with one a line.
            idf_weights: A weight for each, with or without the special ones; for `"tf_idf"` only.

        Raises:
            ArgumentError: If tokens are repeated, too many, or the weights do not fit.
        """
        if (self.output_mode == "tf_idf") != (idf_weights is not None):
            raise ArgumentError(
                f"{self.label} has output_mode={self.output_mode!r} and idf_weights "
                f"{'given' if idf_weights is not None else 'missing'}",
                hint="'tf_idf' needs a weight for each token, other modes take none",
            )
        if isinstance(vocabulary, str | Path):
            vocabulary = _lines(Path(vocabulary))
        tokens = self.tokens_of(vocabulary).tolist()
        special = [self.mask_token] * self._masks + [self.oov_token] * self.num_oov_indices
        tokens = tokens[len(special) :] if tokens[: len(special)] == special else tokens
        repeated = [token for token, count in Counter(tokens).items() if count > 1]
        reserved = [t for t in (self.mask_token, self.oov_token if self.invert else None) if t is not None]
        misplaced = [token for token in reserved if token in tokens]
        if not tokens or repeated or misplaced:
            what = f"repeats {listed(repeated)}" if repeated else "is empty"
            what = f"has the special token {misplaced[0]!r} among the others" if misplaced else what
            raise ArgumentError(f"the vocabulary of {self.label} {what}")
        if self.max_tokens is not None and self._start + len(tokens) > self.max_tokens:
            raise ArgumentError(
                f"{self.label} has {self._start + len(tokens)} tokens and max_tokens={self.max_tokens}"
            )
        weights = None if idf_weights is None else np.asarray(idf_weights).tolist()
        if weights is not None and len(weights) not in (len(tokens), len(tokens) + len(special)):
            raise ArgumentError(f"{len(weights)} idf_weights for {len(tokens)} tokens")
        self._given = True
        self._set(tokens, weights)

    def get_vocabulary(self, include_special_tokens: bool = True) -> list[Any]:
        """The tokens in the order of their codes."""
        special = [self.mask_token] * self._masks + [self.oov_token] * self.num_oov_indices
        return (special if include_special_tokens else []) + list(self.vocabulary or ())

    def vocabulary_size(self) -> int:
        """The number of codes, those of special tokens included."""
        return self._start + len(self.vocabulary or ())

    def check_adapted(self) -> None:
        """Refuses to go on before the vocabulary is known.

        Raises:
            NotFittedError: If neither `adapt` nor settings have given it.
        """
        if self.vocabulary is None:
            raise NotFittedError(f"{self.label} has no vocabulary", hint="call layer.adapt(values) first")

    def compute(self, x: Any, *, training: bool) -> Any:
        self.check_adapted()
        if self.invert:
            return self._tokens(np.asarray(x))
        values = self.tokens_of(x)
        codes = self._codes(values, np)
        if self.num_oov_indices == 0 and (missed := values[np.asarray(codes) == -1]).size:
            raise ArgumentError(
                f"{self.label} met {listed(np.unique(missed).tolist())}, which are not in its vocabulary",
                hint="num_oov_indices=1 gives such values a code",
            )
        return self._encoded(codes)

    def output_shape(self, input_shape: Any) -> Shape:
        mode = "count" if self.output_mode == "tf_idf" else self.output_mode
        return encoded_shape(self, input_shape, mode, self._depth)

    @property
    def _masks(self) -> int:
        return int(self.mask_token is not None and self.output_mode == "int")

    @property
    def _start(self) -> int:
        """The code of the first token of the vocabulary."""
        return self._masks + self.num_oov_indices

    @property
    def _depth(self) -> int:
        return self.max_tokens if self.pad_to_max_tokens and self.max_tokens else self.vocabulary_size()

    def _set(self, tokens: list[Any], weights: list[float] | None) -> None:
        object.__setattr__(self, "vocabulary", tuple(tokens))
        if weights is not None:
            # Special tokens without a weight of their own get the mean.
            front = [float(np.mean(weights))] * (self._start if len(weights) == len(tokens) else 0)
            object.__setattr__(self, "idf_weights", (*front, *weights))

    def _codes(self, values: Any, numpy: Any) -> Any:
        """Codes by search, in NumPy or inside a network; -1 for what gets none."""
        tokens = np.asarray(self.vocabulary)
        order = np.argsort(tokens)
        known = numpy.asarray(tokens[order])
        place = numpy.clip(_places(known, values), 0, len(tokens) - 1)
        found = known[place] == values
        if self.num_oov_indices > 1:
            unknown = self.out_of_vocabulary(values, self.num_oov_indices) + self._masks
        else:
            unknown = self._masks if self.num_oov_indices else -1
        codes = numpy.where(found, numpy.asarray(order)[place] + self._start, unknown)
        if self.mask_token is not None:
            # In vectors a masked value is in none.
            codes = numpy.where(values == self.mask_token, 0 if self._masks else -1, codes)
        return codes

    def _encoded(self, codes: Any) -> Any:
        if self.output_mode != "tf_idf":
            return as_output(codes, self.output_mode, self._depth)
        weights = np.zeros(self._depth, np.float32)
        weights[: len(self.idf_weights)] = self.idf_weights
        counts = as_output(codes, "count", self._depth)
        return counts * jnp.asarray(weights).reshape(*[1] * (counts.ndim - 1), -1)

    def _tokens(self, codes: np.ndarray) -> np.ndarray:
        tokens = np.asarray([*self.vocabulary, self.oov_token])
        place = codes.astype(np.int64) - self._start
        found = tokens[np.where((place >= 0) & (place < len(tokens) - 1), place, len(tokens) - 1)]
        return np.where(codes == 0, np.asarray(self.mask_token), found) if self._masks else found


@record
class StringLookup(_Lookup):
    """Turns text into codes by a vocabulary: 0 for unknown text, then the tokens, the most frequent first.

    It is called on a column before the model. `output_mode` other than `"int"` gives float32 vectors.

    Args:
        max_tokens: Most codes, special ones included; None for no limit.
        num_oov_indices: How many codes unknown texts share, by a hash where it is above 1. 0 refuses them.
        mask_token: Text that gets code 0, before the unknown ones; in vectors it is left out.
        oov_token: What stands for unknown text in the vocabulary and in `invert`.
        vocabulary: The tokens, or a file with one a line, instead of `adapt`.
        idf_weights: A weight for each token, with `output_mode="tf_idf"`.
        invert: Whether to turn codes into text.
        output_mode: `"int"`, one of `CategoryEncoding`'s, or `"tf_idf"`: counts times weights.
        pad_to_max_tokens: Whether vectors are `max_tokens` long even if there are fewer tokens.
        sparse: Only False.
        salt: One or two numbers that key the hash of unknown texts.
        encoding: Only `"utf-8"`.

    Example:
        >>> layer = StringLookup()
        >>> layer.adapt(["low", "high", "low"])
        >>> layer.get_vocabulary()
        ['[UNK]', 'low', 'high']
        >>> layer(["high", "low", "middle"]).tolist()
        [2, 1, 0]
    """

    oov_token: Any = "[UNK]"
    encoding: str = "utf-8"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.encoding != "utf-8":
            raise ArgumentError(f"StringLookup(encoding={self.encoding!r})", hint="text is UTF-8")

    def tokens_of(self, data: Any) -> np.ndarray:
        array = np.asarray(data)
        if array.dtype.kind == "S":
            return np.char.decode(array, "utf-8")
        if array.dtype.kind == "O" and all(isinstance(value, str) for value in array.ravel()):
            return array.astype(str)
        if array.dtype.kind in "UT":
            return array.astype(str)
        raise DataTypeError(
            f"{self.label} takes text, got {array.dtype.name} values such as {array.ravel()[:1].tolist()}",
            hint="fill gaps with a text of their own, and turn numbers into text or use IntegerLookup",
        )


@record
class IntegerLookup(_Lookup):
    """Turns whole numbers into codes by a vocabulary: code 0 for unknown ones, then the most frequent first.

    It works on a column and inside a network, where numbers have 32 bits.

    Args:
        max_tokens: Most codes, special ones included; None for no limit.
        num_oov_indices: How many codes unknown numbers share: where it is above 1, a remainder. 0 refuses
            them; inside a network they get -1.
        mask_token: The number that gets code 0, before the unknown ones; in vectors it is left out.
        oov_token: What stands for unknown numbers in the vocabulary and in `invert`.
        vocabulary: The tokens, or a file with one a line, instead of `adapt`.
        vocabulary_dtype: Only `"int64"`.
        idf_weights: A weight for each token, with `output_mode="tf_idf"`.
        invert: Whether to turn codes into numbers.
        output_mode: `"int"`, one of `CategoryEncoding`'s, or `"tf_idf"`: counts times weights.
        pad_to_max_tokens: Whether vectors are `max_tokens` long even if there are fewer tokens.
        sparse: Only False.
        oov_method: `"floormod"`, or `"farmhash"` for the hash of the digits, on columns only.
        salt: One or two numbers that key that hash.

    Example:
        >>> layer = IntegerLookup(vocabulary=[12, 36, 1138])
        >>> layer([[12, 1138], [36, 7]]).tolist()
        [[1, 3], [2, 0]]
    """

    oov_token: Any = -1
    vocabulary_dtype: str = "int64"
    oov_method: str = "floormod"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.vocabulary_dtype != "int64" or self.oov_method not in ("floormod", "farmhash"):
            raise ArgumentError(
                f"IntegerLookup(vocabulary_dtype={self.vocabulary_dtype!r}, oov_method={self.oov_method!r})",
                available="vocabulary_dtype: int64; oov_method: floormod, farmhash",
            )
        if self.salt is not None and self.oov_method != "farmhash":
            raise ArgumentError("IntegerLookup(salt=…) without a hash", hint="use oov_method='farmhash'")

    def tokens_of(self, data: Any) -> np.ndarray:
        array = np.asarray(data)
        try:
            whole = array.astype(np.int64)
            same = array.dtype.kind == "U" or (whole == array).all()
        except (TypeError, ValueError):
            same = False
        if not same:
            raise DataTypeError(f"{self.label} takes whole numbers, got {array.dtype.name} values")
        return whole

    def out_of_vocabulary(self, values: Any, count: int) -> Any:
        return values % count if self.oov_method == "floormod" else super().out_of_vocabulary(values, count)

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
        x = x.astype(jnp.int32)
        if self.invert:
            tokens = jnp.asarray(np.asarray([self.oov_token, *self.vocabulary]))
            place = x - self._start + 1
            y = tokens[jnp.where((place > 0) & (place < len(tokens)), place, 0)]
            return (jnp.where(x == 0, self.mask_token, y) if self._masks else y), state
        return self._encoded(self._codes(x, jnp)), state

    def outputs_for(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        self.check_adapted()
        if self.num_oov_indices > 1 and self.oov_method == "farmhash":
            return super().outputs_for(inputs)
        (tensor,) = Layer.outputs_for(self, inputs)
        return (Tensor(tensor.shape, "int32" if self.output_mode == "int" else "float32"),)


def _places(known: Any, values: Any) -> Any:
    if isinstance(known, np.ndarray):
        return np.searchsorted(known, values)
    # A search by halves is a loop, which XLA for CPUs cannot compile inside the loop of an epoch.
    return jnp.searchsorted(known, values, method="compare_all")


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").rstrip("\n").split("\n")
    except OSError as error:
        raise FileError(f"the vocabulary file {str(path)!r} cannot be read: {error.strerror}") from error
