"""Losses of the user's own: functions, and classes written for Keras."""

import jax.numpy as jnp
import numpy as np
import pytest

from neurode import losses
from neurode.errors import ShapeError
from neurode.layers import Dense, Input
from neurode.losses import BinaryCrossentropy, Loss, MeanSquaredError
from neurode.models import Sequential


class Quantile(Loss):
    """As one writes it for Keras: a plain class with a plain `__init__`."""

    def __init__(self, quantile=0.5, name="quantile"):
        super().__init__(name=name)
        self.quantile = quantile

    def call(self, y_true, y_pred):
        error = y_true - y_pred
        return jnp.maximum(self.quantile * error, (self.quantile - 1) * error).mean(axis=-1)


@pytest.mark.parametrize("reduced", ["a row and unit", "a row", "in all"])
def test_a_function_may_return_one_value(reduced):
    axis = {"a row and unit": (), "a row": 1, "in all": None}[reduced]
    loss = losses.get(lambda y, p: jnp.abs(y - p).mean(axis=axis))
    assert float(loss([[0.0, 0.0], [0.0, 0.0]], [[1.0, 2.0], [3.0, 4.0]])) == 2.5


def test_a_plain_class_is_a_loss():
    loss = Quantile(0.9)
    # 0.9 · 1 and 0.1 · 1
    assert float(loss([2.0, 2.0], [[1.0], [3.0]])) == pytest.approx(0.5)
    assert (loss.name, loss.reduction) == ("quantile", "sum_over_batch_size")
    rows = loss.rows(jnp.array([[2.0], [2.0]]), jnp.array([[1.0], [3.0]]))
    np.testing.assert_allclose(rows, [0.9, 0.1], rtol=1e-5)


def test_a_plain_class_without_an_init_is_named_after_itself():
    class RowMaximum(Loss):
        def call(self, y_true, y_pred):
            return jnp.abs(y_true - y_pred).max(axis=-1)

    assert RowMaximum().name == "row_maximum"
    assert float(RowMaximum(reduction="sum")([[0.0, 0.0]] * 2, [[1.0, 2.0]] * 2)) == 4.0


def test_a_plain_class_that_never_calls_its_parent_still_works():
    class Silent(Loss):
        def __init__(self):
            self.scale = 2.0

        def call(self, y_true, y_pred):
            return self.scale * jnp.abs(y_true - y_pred).mean(axis=-1)

    assert float(Silent()([[0.0]], [[1.0]])) == 2.0


def test_a_loss_of_ones_own_equals_only_itself():
    loss = Quantile(0.9)
    assert loss == loss
    assert hash(loss) == hash(loss)
    assert loss != Quantile(0.9) != MeanSquaredError()


def test_a_class_without_a_call_is_refused():
    class Empty(Loss):
        pass

    with pytest.raises(NotImplementedError, match=r"Empty needs a method call\(self, y_true, y_pred\)"):
        Empty()([[0.0]], [[1.0]])


def test_values_that_are_not_one_a_row_are_refused():
    with pytest.raises(ShapeError, match="gave 2 values for 3 rows"):
        losses.get(lambda y, p: p[:2, 0]).rows(jnp.zeros((3, 1)), jnp.zeros((3, 1)))


def test_a_cross_entropy_with_another_call_is_not_computed_from_raw_scores():
    class Doubled(BinaryCrossentropy):
        def call(self, y_true, y_pred):
            return 2 * super().call(y_true, y_pred)

    prediction, target = jnp.array([[0.2]]), jnp.array([[1.0]])
    assert Doubled().link == "linear"
    expected = 2 * BinaryCrossentropy().rows_of_prediction(target, prediction)
    np.testing.assert_allclose(Doubled().rows(target, prediction), expected, rtol=1e-6)


def test_a_cross_entropy_with_an_init_of_its_own_is_still_fused():
    class Named(BinaryCrossentropy):
        def __init__(self):
            super().__init__(name="named")

    rows = Named().rows(jnp.array([[0.0]]), jnp.array([[1e4]]))
    assert float(rows[0]) == 1e4


def test_a_loss_says_whether_its_number_depends_on_the_batches():
    assert Quantile().sees_batches
    assert losses.get(lambda y, p: y - p).sees_batches
    assert losses.Dice().sees_batches
    assert losses.SparseCategoricalCrossentropy(ignore_class=1).sees_batches
    assert MeanSquaredError(reduction="sum").sees_batches
    assert not losses.Dice(axis=-1).sees_batches
    assert not losses.SparseCategoricalCrossentropy().sees_batches
    assert not MeanSquaredError().sees_batches


def fitted(loss):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(64, 3)).astype(np.float32)
    y = x[:, 0] * 2 + 1
    model = Sequential([Input((3,)), Dense(4, activation="tanh"), Dense(1)], seed=1)
    model.compile("adam", loss)
    return model.fit(x, y, batch_size=16, epochs=3, verbose=0).history["loss"]


def test_a_plain_class_is_learned_from():
    # The median loss is half the absolute error, so the two walk the same way but for Adam's epsilon.
    assert fitted(Quantile(0.5)) == pytest.approx([value / 2 for value in fitted("mae")], rel=1e-3)


def test_two_losses_of_one_class_have_programs_of_their_own():
    assert fitted(Quantile(0.9)) != fitted(Quantile(0.1))


@pytest.mark.parametrize("name", ["msle", "log_cosh", "huber", "mape", "hinge", "cosine_similarity"])
def test_names_are_learned_from(name):
    assert np.isfinite(fitted(name)).all()
