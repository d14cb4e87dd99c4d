from types import SimpleNamespace

import numpy as np

from neurode.drawing import draw_reliability

LONG = "a class whose author could not stop writing its name"


def legend(axes):
    return [text.get_text() for text in axes.get_legend().get_texts()]


def clear_of_the_axes(axes):
    axes.figure.draw_without_rendering()
    return axes.get_legend().get_window_extent().y0 >= axes.get_window_extent().y1 - 1


def within_the_figure(axes):
    axes.figure.draw_without_rendering()
    page, box = axes.figure.bbox, axes.get_tightbbox()
    return page.x0 - 1 <= box.x0 and box.x1 <= page.x1 + 1 and page.y0 - 1 <= box.y0 and box.y1 <= page.y1 + 1


def curve(rates, counts=None):
    rates = np.asarray(rates, dtype=float)
    return SimpleNamespace(
        mean_probability=rates,
        observed_rate=rates / 2,
        counts=np.full(len(rates), 9) if counts is None else np.asarray(counts),
        lower=rates / 2 - 0.01,
        upper=rates / 2 + 0.02,
    )


def test_reliability_shows_rates_with_their_intervals():
    axes = draw_reliability(curve([0.1, 0.4, 0.9]), "default")
    assert legend(axes) == ["as promised", "95 % interval", "observed"]
    x, y = axes.lines[-1].get_data()
    np.testing.assert_array_equal(y, x / 2)
    ends = np.array([segment[:, 1] for segment in axes.collections[0].get_segments()])
    np.testing.assert_allclose(ends, np.column_stack([y - 0.01, y + 0.02]))
    assert clear_of_the_axes(axes)
    assert within_the_figure(axes)


def test_small_probabilities_get_the_whole_square():
    axes = draw_reliability(curve([0.01, 0.05]))
    assert axes.get_xlim() == axes.get_ylim()
    assert 0.05 < axes.get_xlim()[1] < 0.06


def test_a_bin_without_rows_is_left_out():
    axes = draw_reliability(curve([0.1, np.nan, 0.9], [4, 0, 4]), LONG)
    assert axes.lines[-1].get_xdata().tolist() == [0.1, 0.9]
    assert within_the_figure(axes)
