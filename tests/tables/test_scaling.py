import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.preprocessing import MinMaxScaler, RobustScaler, StandardScaler

from neurode.tables.scaling import N_QUANTILES, SCALINGS, fit_number

COLUMNS = arrays(
    np.float32,
    st.integers(1, 40),
    elements=st.floats(-1e6, 1e6, width=32).map(lambda x: round(x, 2)) | st.sampled_from([0.0, 1.0, np.nan]),
)


def naive(values, scaling):
    """The table of the docstring in plain Python: slow, obviously right."""
    known = sorted(float(x) for x in values if x == x)
    if not known:
        return 0.0, 0.0, 0.0
    fill = quantile(known, 0.5)
    low, high = known[0], known[-1]
    if low == high:
        width = 0.0
    elif scaling == "min-max":
        width = high - low
    elif scaling == "standard":
        mean = sum(known) / len(known)
        width = (sum((x - mean) ** 2 for x in known) / len(known)) ** 0.5
    else:
        width = quantile(known, 0.75) - quantile(known, 0.25) or (high - low) / 2
    shift = {"min-max": low, "standard": sum(known) / len(known)}.get(scaling, fill)
    return fill, shift, 1 / width if width else 0.0


def quantile(known, share):
    place = share * (len(known) - 1)
    below = int(place)
    above = min(below + 1, len(known) - 1)
    return known[below] + (place - below) * (known[above] - known[below])


@pytest.mark.parametrize("scaling", SCALINGS)
@given(values=COLUMNS)
def test_statistics_match_the_plain_formulas(scaling, values):
    found = fit_number("x", values, scaling)
    np.testing.assert_allclose((found.fill, found.shift), naive(values, scaling)[:2], rtol=1e-9, atol=1e-6)
    np.testing.assert_allclose(found.scale, naive(values, scaling)[2], rtol=1e-6)
    assert found.has_gaps == np.isnan(values).any()


@pytest.mark.parametrize(
    ("scaling", "reference"),
    [("min-max", MinMaxScaler()), ("standard", StandardScaler()), ("robust", RobustScaler())],
)
def test_scaled_values_equal_those_of_scikit_learn(scaling, reference):  # scikit-learn 1.9
    values = np.random.default_rng(0).lognormal(3, 1, 1_000).astype(np.float32).astype(np.float64)
    values[::7] = np.nan
    found = fit_number("x", values, scaling)
    expected = reference.fit_transform(values[:, None])[:, 0]
    np.testing.assert_allclose((values - found.shift) * found.scale, expected, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("scaling", SCALINGS)
@pytest.mark.parametrize("values", [[3.0, 3.0], [0.1] * 1_001, [np.nan, 7.0], [np.nan], []])
def test_a_constant_column_has_scale_zero(scaling, values):
    found = fit_number("x", np.array(values), scaling)
    assert found.scale == 0
    assert np.isfinite([found.fill, found.shift, *found.quantiles]).all()


def test_robust_scaling_falls_back_to_half_the_range():
    # Three quarters of the values are equal, so that the quartiles are.
    assert fit_number("x", np.array([0.0] * 9 + [4.0]), "robust").scale == 2 / 4


def test_a_width_too_small_for_float32_is_none():
    assert fit_number("x", np.array([0.0, 1e-40]), "min-max").scale == 0


@given(COLUMNS)
def test_quantiles_never_decrease_and_span_the_range(values):
    found = fit_number("x", values, "quantile")
    assert len(found.quantiles) == N_QUANTILES
    assert (np.diff(found.quantiles) >= 0).all()
    if found.minimum is not None:
        assert (found.quantiles[0], found.quantiles[-1]) == (found.minimum, found.maximum)
