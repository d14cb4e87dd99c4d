"""Every op against keras.ops 3.15: value, type of numbers and names of arguments."""

import inspect

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from neurode import ops
from neurode.ops.application import OPS

FLOATS = np.array([[0.5, -1.25, 2.0], [0.1, 3.5, -0.75]], np.float32)
INTS = np.array([[1, -2, 3], [4, 0, -6]], np.int32)
BOOLS = np.array([[True, False, True], [False, False, True]])
SQUARE = np.array([[4.0, 1.0, 0.5], [1.0, 3.0, 0.2], [0.5, 0.2, 2.0]], np.float32)

# Names that differ on purpose, and arguments that Keras has for sparse arrays, other backends or old code.
DROPPED = {"sparse", "ragged", "kwargs", "synchronized"}
LEFT_OUT = {
    # Images, convolutions, pooling, audio, attention.
    "adaptive_average_pool", "adaptive_max_pool", "average_pool", "max_pool", "conv", "conv_transpose",
    "depthwise_conv", "separable_conv", "depth_to_space", "space_to_depth", "fold", "unfold", "psnr",
    "ctc_decode", "ctc_loss", "extract_sequences", "dot_product_attention", "rearrange",
    # Fourier transforms and complex numbers.
    "fft", "fft2", "ifft2", "rfft", "irfft", "stft", "istft", "view_as_complex", "view_as_real", "polar",
    "angle", "conj", "conjugate", "imag", "real", "isreal", "eig",
}  # fmt: skip


def names(keras):
    return {name for name in dir(keras.ops) if inspect.isfunction(getattr(keras.ops, name))}


def same(ours, theirs, rtol=1e-5, atol=1e-6):
    """Equal in structure, shape, type and value."""
    ours, theirs = jax.tree.leaves(ours), jax.tree.leaves(theirs)
    assert len(ours) == len(theirs)
    for mine, other in zip(ours, theirs):
        assert np.shape(mine) == np.shape(other)
        if hasattr(other, "dtype"):
            assert mine.dtype == other.dtype
        np.testing.assert_allclose(np.asarray(mine), np.asarray(other), rtol=rtol, atol=atol)


def of_signature(names_of_arguments):
    return [
        name for name, f in OPS.items() if [*inspect.signature(f).parameters] == names_of_arguments.split()
    ]


@pytest.fixture(autouse=True)
def strict_ranks(keras):
    """The library's setting, inside which Keras itself is allowed to broadcast."""
    with jax.numpy_rank_promotion("raise"):
        yield


def theirs(keras, name, *args, **kwargs):
    with jax.numpy_rank_promotion("allow"):
        return getattr(keras.ops, name)(*args, **kwargs)


def test_nothing_is_missing_but_what_is_said(keras):
    assert names(keras) - set(OPS) == LEFT_OUT
    assert set(OPS) - names(keras) == set()


@pytest.mark.parametrize("name", sorted(OPS))
def test_arguments_have_keras_names_and_defaults(name, keras):
    def named(function):
        arguments = inspect.signature(function).parameters.values()
        return [(p.name, p.default) for p in arguments if p.name not in DROPPED]

    assert named(OPS[name]) == named(getattr(keras.ops, name))


INSIDE = {"arccos", "arcsin", "arctanh", "erfinv"}
"""Functions of numbers between -1 and 1."""
WHOLE = {name for name in OPS if name.startswith("bitwise") or name.endswith("_shift")} | {
    "gcd",
    "lcm",
    "ldexp",
}
"""Functions of whole numbers."""
FLOATING = {"erf", "rsqrt", "sigmoid", "silu", "swish"}
REFUSED = {
    "float32": WHOLE,
    "int32": FLOATING,
    "bool": FLOATING | {"log_sigmoid", "negative", "sign", "ptp", "subtract", "kron", "gcd", "lcm", "ldexp"},
}
"""What Keras on JAX does not take."""
MATRICES = {"det", "inv", "logdet", "slogdet", "eigh", "lu_factor"}
NUMBERS = {"bartlett", "blackman", "hamming", "hanning"}
OTHERWISE = {"convert_to_numpy", "is_tensor", "dtype"}


@pytest.mark.parametrize("name", sorted(set(of_signature("x")) - MATRICES - NUMBERS - OTHERWISE))
def test_ops_of_one_array(name, keras):
    for x in (FLOATS, INTS, BOOLS):
        if name not in REFUSED[x.dtype.name]:
            x = np.tanh(x.astype("float32")) if name in INSIDE else x
            same(OPS[name](x), theirs(keras, name, x))


@pytest.mark.parametrize("name", sorted(MATRICES))
def test_ops_of_a_matrix(name, keras):
    same(OPS[name](SQUARE), theirs(keras, name, SQUARE), rtol=1e-4)


@pytest.mark.parametrize("name", sorted(NUMBERS))
def test_windows(name, keras):
    same(OPS[name](5), theirs(keras, name, 5))


ALIKE = {"dot", "inner", "matmul", "vdot"}


@pytest.mark.parametrize("name", sorted({*of_signature("x1 x2"), *of_signature("x y")} - ALIKE - {"cdist"}))
def test_ops_of_two_arrays_broadcast(name, keras):
    pairs = [
        ("float32", FLOATS, np.array([1.5, 0.5, -2.0], np.float32)),
        ("float32", FLOATS, np.array([2, 1, 3], np.int32)),
        ("float32", FLOATS, 2.0),
        ("int32", INTS, np.array([2, 1, 3], np.int32)),
        ("bool", BOOLS, BOOLS[1]),
    ]
    for dtype, x1, x2 in pairs:
        if name not in REFUSED[dtype]:
            same(OPS[name](x1, x2), theirs(keras, name, x1, x2))


@pytest.mark.parametrize("name", sorted(ALIKE))
def test_products(name, keras):
    for x1, x2 in [(SQUARE, SQUARE), (SQUARE, SQUARE[0]), (INTS.T @ INTS, INTS[0])]:
        if name == "vdot" and np.shape(x1) != np.shape(x2):
            continue
        same(OPS[name](x1, x2), theirs(keras, name, x1, x2))


SINGLE_AXIS = {"argmax", "argmin", "nanargmax", "nanargmin"}


@pytest.mark.parametrize("name", sorted({*of_signature("x axis keepdims"), "max", "min", "prod"}))
def test_reductions(name, keras):
    gaps = np.array([[np.nan, 1, 2], [4, np.nan, 3]], np.float32)
    cases = [(FLOATS, None, True), (FLOATS, 0, False), (FLOATS, (0, 1), True)]
    for x, axis, keepdims in [*cases, (INTS, -1, False), (BOOLS, -1, False), (gaps, 1, False)]:
        if name in REFUSED[x.dtype.name] or (name in SINGLE_AXIS and isinstance(axis, tuple)):
            continue
        same(OPS[name](x, axis=axis, keepdims=keepdims), theirs(keras, name, x, axis=axis, keepdims=keepdims))


CALLS = [
    ("clip", (FLOATS, -1.0, 1.0), {}),
    ("clip", (BOOLS, 0, 1), {}),
    ("clip", (INTS, -1, 2), {}),
    ("isclose", (FLOATS, FLOATS + 1e-6), {}),
    ("allclose", (FLOATS, FLOATS + 1), {}),
    ("nan_to_num", (np.array([np.nan, np.inf, 1], np.float32),), {"nan": 5.0}),
    ("round", (FLOATS * 7.77,), {"decimals": 1}),
    ("round", (INTS * 17,), {"decimals": -1}),
    ("where", (BOOLS, FLOATS, 0.0), {}),
    ("where", (BOOLS, INTS, FLOATS), {}),
    ("where", (BOOLS,), {}),
    ("select", ([FLOATS > 1, FLOATS < 0], [FLOATS, -FLOATS]), {"default": 9.0}),
    ("cast", (FLOATS, "int32"), {}),
    ("cast", (INTS, "bool"), {}),
    ("cast", (INTS, "float16"), {}),
    ("saturate_cast", (FLOATS * 1000, "int8"), {}),
    ("saturate_cast", (INTS, "uint8"), {}),
    ("average", (FLOATS,), {"axis": 1, "weights": np.array([1, 2, 3], np.float32)}),
    ("average", (INTS,), {}),
    ("count_nonzero", (INTS,), {"axis": 0}),
    ("max", (FLOATS,), {"initial": 10.0}),
    ("min", (FLOATS,), {"initial": -10.0}),
    ("prod", (INTS,), {"dtype": "float32"}),
    ("moments", (FLOATS, [0]), {}),
    ("moments", (FLOATS, [0, 1]), {"keepdims": True}),
    ("cumsum", (FLOATS,), {"axis": 1}),
    ("cumsum", (BOOLS,), {}),
    ("cumprod", (INTS,), {"axis": 0}),
    ("nancumsum", (FLOATS,), {"axis": 0}),
    ("nancumprod", (FLOATS,), {"axis": 0}),
    ("quantile", (FLOATS, 0.3), {"axis": 1}),
    ("quantile", (INTS, [0.1, 0.9]), {"keepdims": True}),
    ("percentile", (FLOATS, 30.0), {"method": "nearest"}),
    ("nanquantile", (FLOATS, 0.3), {"axis": 0}),
    ("nanpercentile", (FLOATS, 30.0), {}),
    ("bincount", (np.array([0, 2, 2, 5]),), {"minlength": 8}),
    ("bincount", (np.array([[0, 2], [2, 2]]),), {"weights": np.array([[1.0, 2], [3, 4]], np.float32)}),
    ("histogram", (FLOATS[0],), {"bins": 4}),
    ("histogram", (FLOATS[0],), {"bins": 3, "range": (0, 2)}),
    ("trapezoid", (FLOATS,), {"dx": 0.5}),
    ("trapezoid", (FLOATS,), {"x": np.array([0, 1, 3], np.float32)}),
    ("corrcoef", (FLOATS,), {}),
    ("correlate", (FLOATS[0], FLOATS[1]), {"mode": "full"}),
    ("segment_sum", (FLOATS.T, np.array([0, 2, 0])), {"num_segments": 4}),
    ("segment_max", (FLOATS.T, np.array([0, 1, 0])), {"num_segments": 2}),
    ("segment_min", (FLOATS.T, np.array([0, 0, 1])), {"num_segments": 2, "sorted": True}),
    ("segment_prod", (FLOATS.T, np.array([0, 1, 0])), {"num_segments": 2}),
    ("array", ([1, 2.5],), {}),
    ("array", ([1, 2],), {"dtype": "float32"}),
    ("zeros", ((2, 3),), {}),
    ("ones", ((2,),), {"dtype": "int32"}),
    ("full", ((2, 2), 7), {}),
    ("full", ((2, 2), 7), {"dtype": "int32"}),
    ("zeros_like", (INTS,), {}),
    ("ones_like", (INTS,), {"dtype": "float32"}),
    ("full_like", (INTS, 3), {}),
    ("eye", (3,), {"M": 4, "k": 1}),
    ("identity", (3,), {}),
    ("tri", (3,), {"k": -1}),
    ("arange", (5,), {}),
    ("arange", (1.0, 2.0), {"step": 0.25}),
    ("arange", (1, 9, 2), {"dtype": "float32"}),
    ("linspace", (0, 1), {"num": 5}),
    ("linspace", (0.0, FLOATS[0]), {"num": 3, "endpoint": False, "retstep": True, "axis": -1}),
    ("logspace", (0.0, 2.0), {"num": 3}),
    ("geomspace", (1.0, 100.0), {"num": 3}),
    ("kaiser", (5, 2.0), {}),
    ("vander", (FLOATS[0],), {"N": 4, "increasing": True}),
    ("meshgrid", (FLOATS[0], INTS[0]), {"indexing": "ij"}),
    ("reshape", (FLOATS, (3, -1)), {}),
    ("transpose", (FLOATS,), {}),
    ("transpose", (FLOATS[None], (1, 0, 2)), {}),
    ("swapaxes", (FLOATS[None], 0, 2), {}),
    ("moveaxis", (FLOATS[None], 0, -1), {}),
    ("expand_dims", (FLOATS, 1), {}),
    ("expand_dims", (FLOATS, (0, -1)), {}),
    ("squeeze", (FLOATS[None, :, None],), {}),
    ("squeeze", (FLOATS[None, :, None],), {"axis": 0}),
    ("broadcast_to", (FLOATS[0], (2, 3)), {}),
    ("concatenate", ([FLOATS, INTS],), {"axis": 1}),
    ("stack", ([FLOATS, FLOATS],), {"axis": -1}),
    ("unstack", (FLOATS,), {"axis": 1}),
    ("append", (FLOATS, INTS), {}),
    ("append", (FLOATS, INTS), {"axis": 0}),
    ("hstack", ([FLOATS, FLOATS],), {}),
    ("vstack", ([FLOATS[0], FLOATS[1]],), {}),
    ("dstack", ([FLOATS, FLOATS],), {}),
    ("split", (FLOATS, 3), {"axis": 1}),
    ("split", (FLOATS, [1]), {"axis": 1}),
    ("array_split", (FLOATS[0], 2), {}),
    ("hsplit", (FLOATS, 3), {}),
    ("vsplit", (FLOATS, 2), {}),
    ("dsplit", (FLOATS[None], 3), {}),
    ("repeat", (FLOATS, 2), {"axis": 0}),
    ("repeat", (FLOATS[0], np.array([1, 0, 2])), {}),
    ("tile", (FLOATS, (2, 1)), {}),
    ("pad", (FLOATS, ((1, 0), (0, 2))), {}),
    ("pad", (FLOATS, 1), {"constant_values": 3.0}),
    ("pad", (FLOATS, 1), {"mode": "reflect"}),
    ("flip", (FLOATS,), {"axis": 1}),
    ("roll", (FLOATS, 1), {"axis": 1}),
    ("rot90", (jnp.asarray(FLOATS),), {"k": 3}),
    ("diag", (SQUARE,), {"k": 1}),
    ("diag", (FLOATS[0],), {}),
    ("diagflat", (FLOATS,), {}),
    ("diagonal", (SQUARE,), {"offset": -1}),
    ("tril", (SQUARE,), {"k": -1}),
    ("triu", (SQUARE,), {}),
    ("diff", (FLOATS,), {"n": 2}),
    ("view", (FLOATS,), {"dtype": "int32"}),
    ("take", (FLOATS, [0, -1]), {"axis": 1}),
    ("take", (FLOATS, [0, 5]), {}),
    ("take_along_axis", (FLOATS, np.array([[0], [2]])), {"axis": 1}),
    ("get_item", (FLOATS, (0, slice(1, None))), {}),
    ("slice", (jnp.asarray(FLOATS), (0, 1), (2, -1)), {}),
    ("slice_update", (jnp.asarray(FLOATS), (0, 1), jnp.ones((2, 2))), {}),
    ("scatter", (jnp.array([[0], [2], [0]]), jnp.array([1.0, 2.0, 4.0]), (4,)), {}),
    *[("scatter_update", (FLOATS, [[0, 1], [1, 2]], [9.0, -9.0]), {"reduction": r})
      for r in (None, "add", "max", "min", "mul")],
    ("one_hot", (np.array([0, 2, 5, -1]), 3), {}),
    ("one_hot", (np.array([[0], [2]]), 3), {"axis": 0, "dtype": "int32"}),
    ("multi_hot", (np.array([[0, 2], [1, 1]]),), {"num_classes": 4}),
    ("multi_hot", (np.array([0, 2]),), {"num_classes": 4}),
    ("top_k", (FLOATS, 2), {}),
    ("in_top_k", (np.array([0, 2]), FLOATS, 2), {}),
    ("sort", (FLOATS,), {"axis": 0}),
    ("argsort", (FLOATS,), {}),
    ("argpartition", (FLOATS[0], 1), {}),
    ("searchsorted", (np.array([1.0, 2, 2, 3], np.float32), FLOATS[0]), {"side": "right"}),
    ("searchsorted", (np.array([1, 2, 2, 3]), np.array([2, 0])), {}),
    ("digitize", (FLOATS, np.array([0.0, 1.0], np.float32)), {}),
    ("isin", (INTS, [1, 3]), {"invert": True}),
    ("unique", (np.array([3, 1, 3]),), {"return_inverse": True, "return_counts": True}),
    ("unravel_index", (np.array([1, 5]), (2, 3)), {}),
    ("tensordot", (SQUARE, SQUARE), {"axes": 1}),
    ("einsum", ("ij,kj->ik", FLOATS, FLOATS), {}),
    ("cross", (FLOATS, SQUARE[:2]), {}),
    ("trace", (SQUARE,), {"offset": 1}),
    *[("norm", (SQUARE,), {"ord": o, "axis": a})
      for o, a in [(None, None), (1, 0), ("fro", None), (2, (0, 1)), (np.inf, 1)]],
    ("norm", (INTS,), {"axis": 1, "keepdims": True}),
    ("cdist", (SQUARE, FLOATS), {}),
    ("cholesky", (SQUARE,), {}),
    ("cholesky", (SQUARE,), {"upper": True}),
    ("cholesky_inverse", (SQUARE,), {"upper": True}),
    ("solve", (SQUARE, SQUARE[0]), {}),
    ("solve_triangular", (np.tril(SQUARE), SQUARE[:, :1]), {"lower": True}),
    ("lstsq", (FLOATS.T, SQUARE[0]), {}),
    ("pinv", (FLOATS,), {}),
    ("matrix_rank", (FLOATS,), {}),
    ("qr", (FLOATS,), {}),
    ("qr", (FLOATS,), {"mode": "complete"}),
    ("svd", (FLOATS,), {"full_matrices": False}),
    ("svd", (FLOATS,), {"compute_uv": False}),
    ("leaky_relu", (FLOATS,), {}),
    ("elu", (FLOATS,), {"alpha": 0.5}),
    ("celu", (FLOATS,), {"alpha": 0.5}),
    ("gelu", (FLOATS,), {}),
    ("gelu", (FLOATS,), {"approximate": False}),
    ("glu", (FLOATS[:, :2],), {}),
    ("hard_shrink", (FLOATS,), {}),
    ("soft_shrink", (FLOATS,), {"threshold": 0.3}),
    ("squareplus", (FLOATS,), {"b": 2}),
    ("threshold", (FLOATS, 0.2, 7.0), {}),
    ("softmax", (FLOATS,), {"axis": 0}),
    ("softmax", (FLOATS,), {"axis": (0, 1)}),
    ("log_softmax", (FLOATS,), {}),
    ("sparsemax", (FLOATS,), {}),
    ("normalize", (FLOATS,), {}),
    ("normalize", (FLOATS * 1e-9,), {"axis": 0}),
    ("normalize", (FLOATS,), {"order": 1}),
    ("rms_normalization", (FLOATS, FLOATS[0]), {}),
    ("layer_normalization", (FLOATS, FLOATS[0], FLOATS[1]), {"epsilon": 1e-3}),
    ("layer_normalization", (FLOATS, FLOATS[:, 0]), {"axis": 0}),
    ("batch_normalization", (FLOATS, FLOATS[0], FLOATS[1] ** 2, -1, FLOATS[1], FLOATS[0]), {}),
    ("binary_crossentropy", (BOOLS.astype("float32"), np.clip(FLOATS, 0, 1)), {}),
    ("binary_crossentropy", (BOOLS.astype("float32"), FLOATS * 50), {"from_logits": True}),
    ("categorical_crossentropy", (BOOLS.astype("float32"), np.abs(FLOATS)), {}),
    ("categorical_crossentropy", (BOOLS.astype("float32"), FLOATS * 50), {"from_logits": True}),
    ("sparse_categorical_crossentropy", (np.array([0, 2]), np.abs(FLOATS)), {}),
    ("sparse_categorical_crossentropy", (np.array([[0], [7]]), FLOATS), {"from_logits": True}),
    ("convert_to_tensor", ([1, 2],), {"dtype": "float32"}),
    ("convert_to_numpy", (jnp.asarray(FLOATS),), {}),
    ("is_tensor", (FLOATS,), {}),
    ("stop_gradient", (FLOATS,), {}),
    ("fori_loop", (0, 4, lambda i, x: x + i, 1), {}),
    ("while_loop", (lambda x, y: x < y, lambda x, y: (x + 2, y), (0, 5)), {}),
    ("while_loop", (lambda x: x < 50, lambda x: x * 2, 1), {"maximum_iterations": 3}),
    ("scan", (lambda c, x: (c + x, c * x), jnp.float32(0.0), jnp.asarray(FLOATS[0])), {"reverse": True}),
    ("associative_scan", (lambda a, b: a + b, jnp.asarray(FLOATS)), {"axis": 1}),
    ("map", (lambda x: x * 2, jnp.asarray(FLOATS)), {}),
    ("vectorized_map", (lambda x: x.sum(), jnp.asarray(FLOATS)), {}),
    ("cond", (True, lambda: 1.0, lambda: 2.0), {}),
    ("switch", (1, [lambda x: x, lambda x: -x], 3.0), {}),
    ("jvp", (jnp.sin, (jnp.float32(1),), (jnp.float32(2),)), {}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "args", "kwargs"), CALLS, ids=[f"{c[0]}-{i}" for i, c in enumerate(CALLS)])
def test_ops_with_arguments_of_their_own(name, args, kwargs, keras):
    same(OPS[name](*args, **kwargs), theirs(keras, name, *args, **kwargs))


def test_the_first_of_equals_wins_with_minus_zero_too(keras):
    # NumPy: -0.0 equals 0.0. Keras on a CPU takes it for less.
    assert int(ops.argmax([-0.0, 0.0])) == np.argmax([-0.0, 0.0]) == 0
    assert int(theirs(keras, "argmax", [-0.0, 0.0])) == 1


def test_sparsemax_sums_to_one_on_every_axis(keras):
    # The nearest probabilities to (0.5, 0.1) are (0.7, 0.3). Keras sums running sums and stays below 1.
    np.testing.assert_allclose(ops.sparsemax(FLOATS, axis=0).sum(0), 1, rtol=1e-6)
    np.testing.assert_allclose(ops.sparsemax([0.5, 0.1]), [0.7, 0.3], rtol=1e-6)
    assert float(theirs(keras, "sparsemax", FLOATS, axis=0).sum(0)[0]) == pytest.approx(0.5)


def test_a_type_has_a_name(keras):
    for x in (FLOATS, INTS, BOOLS):
        assert ops.dtype(x) == theirs(keras, "dtype", jnp.asarray(x))


def test_a_row_of_zeros_passes_no_nan_back(keras):
    zeros = jnp.zeros(3)
    np.testing.assert_array_equal(ops.normalize(zeros), theirs(keras, "normalize", zeros))
    assert np.isfinite(jax.grad(lambda x: ops.normalize(x).sum())(zeros)).all()
    assert np.isnan(jax.grad(lambda x: theirs(keras, "normalize", x).sum())(zeros)).all()


COVERED = {
    *of_signature("x"), *of_signature("x1 x2"), *of_signature("x y"), *of_signature("x axis keepdims"),
    *(name for name, *_ in CALLS),
}  # fmt: skip


def test_every_op_is_compared():
    # Memory that nobody may read, and functions of functions, whose tests are in tests/test_ops.py.
    assert set(OPS) - COVERED == {"empty", "empty_like", "custom_gradient", "vectorize"}
