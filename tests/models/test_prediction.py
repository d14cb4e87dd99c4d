import numpy as np
import pytest

from neurode.models import prediction
from neurode.models.prediction import FEW_ROWS, predict_rows


@pytest.fixture
def small_pieces(monkeypatch):
    monkeypatch.setattr(prediction, "ROWS_AT_ONCE", 16)


def thirds(params, state, x):
    return x / 3, x[:, :1] + params


@pytest.mark.parametrize("rows", [1, 15, 16, 17, 100, 1000])
def test_pieces_side_by_side_come_back_in_order(small_pieces, rows):
    x = np.arange(2.0 * rows).reshape(rows, 2)
    first, second = predict_rows(thirds, 5.0, {}, x)
    np.testing.assert_array_equal(first, x / 3)
    np.testing.assert_array_equal(second, x[:, :1] + 5)


@pytest.mark.parametrize("rows", [3, 40])
def test_predictions_can_be_written_into_and_are_no_views_of_the_rows(small_pieces, rows):
    x = np.ones((rows, 1))
    predicted = predict_rows(lambda params, state, piece: piece, {}, {}, x)
    predicted[:] = 7
    assert (x == 1).all()


def test_there_are_few_shapes_of_pieces(small_pieces):
    shapes = set()

    def noted(params, state, x):
        shapes.add(len(x))
        return x

    for rows in range(1, 70):
        predict_rows(noted, {}, {}, np.zeros((rows, 1)))
    assert shapes == {FEW_ROWS, 16}


def test_an_error_in_a_piece_is_raised(small_pieces):
    def refuse_the_last(params, state, x):
        if 99 in x:
            raise ArithmeticError("the last row")
        return x

    with pytest.raises(ArithmeticError, match="the last row"):
        predict_rows(refuse_the_last, {}, {}, np.arange(100.0)[:, None])


def test_callbacks_hear_of_batches_in_order_with_their_outputs():
    class Told:
        def __init__(self):
            self.heard = []

        def on_predict_batch_begin(self, batch):
            self.heard.append(("begin", batch))

        def on_predict_batch_end(self, batch, logs):
            self.heard.append(("end", batch, logs["outputs"].ravel().tolist()))

    told = Told()
    found = predict_rows(lambda params, state, x: -x, {}, {}, np.arange(5.0)[:, None], 2, told)
    assert found.ravel().tolist() == [0, -1, -2, -3, -4]
    assert told.heard == [
        ("begin", 0), ("end", 0, [0, -1]), ("begin", 1), ("end", 1, [-2, -3]), ("begin", 2), ("end", 2, [-4]),
    ]  # fmt: skip
