"""Which rows are held out, and when training stops."""

import numpy as np
import polars as pl
import pytest

from neurode.errors import ArgumentError, ShapeError, TableError
from neurode.models import Model


@pytest.fixture
def given(monkeypatch):
    """What the network's fit is given."""
    seen = []
    fit = Model.fit

    def watched(self, columns, values, **settings):
        seen.append((columns, values, settings["validation_data"]))
        return fit(self, columns, values, **settings)

    monkeypatch.setattr(Model, "fit", watched)
    return seen


def test_a_share_of_every_class_is_held_out(rows, codes, make, given):
    make().fit(rows, codes)
    ((columns, values, (held_out, held_values)),) = given
    assert (len(values), len(held_values)) == (340, 60)
    assert held_values.mean() == pytest.approx(codes.mean(), abs=0.01)
    together = np.concatenate([columns.numbers[:, 0], held_out.numbers[:, 0]])
    np.testing.assert_array_equal(np.sort(together), np.sort(rows["size"].cast(pl.Float32).to_numpy()))


def test_the_statistics_are_of_the_training_rows_alone(rows, codes, make):
    strange = rows.with_columns(size=pl.lit(1e9), town=pl.lit("Rome"))
    classifier = make().fit(rows, codes, validation_data=(strange, codes))
    plain = make(early_stopping=False).fit(rows, codes)
    assert classifier.encoding_ == plain.encoding_
    size = next(number for number in classifier.encoding_.numbers if number.name == "size")
    assert size.maximum == pytest.approx(rows["size"].max(), rel=1e-6)


def test_groups_stay_whole(rows, codes, make, given):
    groups = np.arange(400) // 10
    # The size tells the group of a row.
    named = rows.with_columns(size=pl.Series(groups).cast(pl.Float64))
    make().fit(named, codes, groups=groups.astype(str))
    ((columns, _, (held_out, _)),) = given
    train, validation = set(columns.numbers[:, 0].tolist()), set(held_out.numbers[:, 0].tolist())
    assert not train & validation
    assert len(train | validation) == 40
    assert 0 < len(held_out.numbers) < 120
    with pytest.raises(TableError, match=r"groups have shape \(3,\)"):
        make().fit(rows, codes, groups=[1, 2, 3])


def test_validation_data_may_have_weights(rows, codes, make, given):
    weight = np.arange(400.0)
    make().fit(rows, codes, validation_data=(rows, codes, weight))
    ((_, values, (_, _, weights)),) = given
    assert len(values) == 400
    np.testing.assert_array_equal(weights, weight.astype(np.float32))


def test_validation_data_has_the_form_of_the_table(rows, codes, numbers, make, make_regressor, given):
    with pytest.raises(TableError, match="the validation table has 400 rows, its target 10"):
        make().fit(rows, codes, validation_data=(rows, codes[:10]))
    with pytest.raises(
        ShapeError, match=r"the validation target has shape \(400, 2\), the target \(400, 1\)"
    ):
        make_regressor().fit(rows, numbers, validation_data=(rows, np.column_stack([numbers, numbers])))
    with pytest.raises(TableError, match="'town'"):
        make().fit(rows, codes, validation_data=(rows.drop("town"), codes))
    assert not given


def test_validation_rows_without_a_number_are_left_out(rows, numbers, make_regressor, given):
    gaps, weight = np.where(numbers > 50, numbers, np.nan), np.arange(400.0)
    make_regressor().fit(rows, numbers, validation_data=(rows, gaps, weight))
    ((_, _, (columns, values, weights)),) = given
    assert len(columns.numbers) == len(values) == (numbers > 50).sum()
    np.testing.assert_array_equal(weights, weight[numbers > 50])


def test_without_early_stopping_every_row_is_learned(rows, codes, make, given):
    classifier = make(early_stopping=False).fit(rows, codes)
    ((_, values, validation),) = given
    assert (len(values), validation) == (400, None)
    assert classifier.n_iter_ == classifier.best_epoch_ == 3
    assert "val_loss" not in classifier.history_.history


def test_a_tiny_table_is_learned_whole(make, given):
    classifier = make().fit({"a": [1.0, 2.0, 3.0]}, ["x", "y", "x"])
    assert given[0][2] is None
    assert classifier.predict({"a": [1.0]}).shape == (1,)


def test_training_stops_and_keeps_the_best_epoch(rows, make):
    noise = np.random.default_rng(0).integers(0, 2, 400)
    classifier = make(epochs=60, learning_rate=0.1, patience=3, hidden_layer_sizes=(32,)).fit(rows, noise)
    losses = classifier.history_.history["val_loss"]
    assert classifier.n_iter_ == len(losses) < 60
    assert classifier.best_epoch_ == 1 + int(np.argmin(losses)) == classifier.n_iter_ - 3


@pytest.mark.parametrize("share", [0, 1, -0.1, 1.5])
def test_a_share_is_between_0_and_1(rows, codes, make, share):
    with pytest.raises(ArgumentError, match="validation_fraction="):
        make(validation_fraction=share).fit(rows, codes)
