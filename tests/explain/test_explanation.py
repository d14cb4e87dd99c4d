import json
import sys

import numpy as np
import polars as pl
import pytest

from neurode.errors import ArgumentError, MissingPackageError, UnknownNameError
from neurode.explain import shap_values


def price(table):
    in_ulm = (table["town"].fill_null("") == "Ulm").to_numpy()
    return 2 * table["rooms"].to_numpy() + table["garden"].to_numpy() * in_ulm


FLATS = pl.DataFrame({"rooms": [1.0, 2.0, 6.0], "garden": [0, 0, 1], "town": ["Ulm", None, "Ulm"]})


@pytest.fixture(scope="module")
def one_output():
    return shap_values(price, FLATS)


@pytest.fixture(scope="module")
def two_outputs():
    return shap_values(
        lambda table: np.column_stack([price(table), -price(table)]),
        FLATS,
        groups={"outside": ["garden", "town"]},
    )


def test_one_row_prints_what_moved_it(one_output):
    assert str(one_output[2]).splitlines() == [
        "prediction          13.0",
        "base value           6.3",
        "its standard error   3.4",
        "",
        "column  value of the row  moved",
        "rooms                  6   +6.0",
        "garden                 1   +0.5",
        "town                 Ulm   +0.2",
    ]  # fmt: skip


def test_the_base_value_tells_how_sure_the_background_leaves_it(one_output, two_outputs):
    # 2, 4 and 13 are told of the three flats.
    assert one_output.base_errors == pytest.approx(np.std([2.0, 4.0, 13.0], ddof=1) / np.sqrt(3))
    assert two_outputs.output(two_outputs.outputs[1]).base_errors == pytest.approx(one_output.base_errors)
    assert one_output.to_json()["base_errors"] == pytest.approx(one_output.base_errors.tolist())


def test_a_background_of_one_row_leaves_the_base_value_s_error_unknown():
    alone = shap_values(price, FLATS, FLATS[:1])
    assert np.isnan(alone.base_errors).all()
    assert alone.to_json()["base_errors"] == [None]
    assert "standard error" not in str(alone[0])


def test_thousands_of_a_column_are_written_alike_and_years_are_not_parted():
    table = pl.DataFrame({"rent": [2300, 16650], "built": [1998, 2024], "debt": [2000.0, 16650.5]})
    found = shap_values(lambda rows: rows["rent"].to_numpy() / 1000.0, table)
    assert found.shown() == [["2,300", "16,650"], ["1998", "2024"], ["2,000", "16,650.5"]]


def test_many_rows_print_the_mean_size(one_output):
    head, _, names, rooms, *_ = str(one_output).splitlines()
    assert head == "3 rows, 3 columns, exact"
    assert names.split() == ["column", "mean", "|value|"]
    assert rooms.split() == ["rooms", "4.00"]


def test_many_columns_are_summed_up():
    table = np.random.default_rng(0).normal(size=(3, 30))
    found = shap_values(lambda rows: rows.sum(axis=1), table)
    assert str(found).splitlines()[-1] == "(18 more)"
    last = str(found[0]).splitlines()[-1].split()
    strongest = np.argsort(-np.abs(found.values[0, :, 0]))
    assert last[:2] == ["(18", "more)"]
    assert float(last[2]) == pytest.approx(found.values[0, strongest[12:], 0].sum(), abs=0.05)


def test_outputs_stand_side_by_side(two_outputs):
    lines = str(two_outputs[2]).splitlines()
    assert lines[0].split() == ["prediction_0", "prediction_1"]
    assert lines[-1].split() == ["outside", "garden=1,", "town=Ulm", "+0.7", "-0.7"]


def test_importance_is_the_mean_size(two_outputs):
    found = two_outputs.importance()
    assert found.columns == ["column", "prediction_0", "prediction_1"]
    assert found["column"].to_list() == ["rooms", "outside"]
    np.testing.assert_allclose(found["prediction_1"], np.abs(two_outputs.values[..., 1]).mean(axis=0))


def test_a_row_is_a_frame(one_output):
    found = one_output.row(2)
    assert found["column"].to_list() == ["rooms", "garden", "town"]
    assert found["value_of_the_row"].to_list() == ["6", "1", "Ulm"]
    np.testing.assert_allclose(found["moved"].sum(), one_output.predictions[2, 0] - one_output.base_values[0])


def test_rows_are_chosen_like_those_of_an_array(two_outputs):
    part = two_outputs[1:]
    assert (len(part), part.data["rooms"].to_list()) == (2, [2.0, 6.0])
    np.testing.assert_array_equal(part.values, two_outputs.values[1:])
    np.testing.assert_array_equal(two_outputs[-1].values[0], two_outputs.values[2])
    np.testing.assert_array_equal(two_outputs[np.array([2, 0])].predictions, two_outputs.predictions[[2, 0]])
    np.testing.assert_array_equal(part.by_background.mean(axis=0), part.values)


def test_a_row_that_does_not_exist_is_named(one_output):
    with pytest.raises(ArgumentError, match=r"there is no row 3\n\nrows: 0 to 2"):
        one_output[3]
    with pytest.raises(ArgumentError, match="no row -4"):
        one_output.row(-4)


def test_one_output_is_taken_by_name(two_outputs):
    found = two_outputs.output("prediction_1")
    np.testing.assert_array_equal(found.values[..., 0], two_outputs.values[..., 1])
    assert found.base_values.shape == (1,)
    with pytest.raises(UnknownNameError, match="prediction_2"):
        two_outputs.output("prediction_2")


def test_json_says_all_of_it(two_outputs):
    document = json.loads(json.dumps(two_outputs.to_json()))
    np.testing.assert_array_equal(document["values"], two_outputs.values)
    assert document["data"] == FLATS.select("rooms", "garden", "town").to_dict(as_series=False)
    assert document["members"] == [["rooms"], ["garden", "town"]]


def test_a_gap_is_json_too():
    table = pl.DataFrame({"rent": [1.0, 2.0, 3.0], "garden": [float("nan"), 1.0, 2.0]})
    document = shap_values(lambda rows: rows["rent"].to_numpy(), table).to_json()
    assert json.loads(json.dumps(document, allow_nan=False))["data"]["garden"][0] is None


def test_dates_are_json_too():
    table = FLATS.with_columns(built=pl.date(2020, 1, pl.Series([1, 2, 3])))
    assert json.dumps(shap_values(price, table).to_json()["data"]["built"]) == (
        '["2020-01-01", "2020-01-02", "2020-01-03"]'
    )


def test_shap_gets_the_same_numbers(one_output, two_outputs):
    pytest.importorskip("shap")
    one, two = one_output.to_shap(), two_outputs.to_shap()
    np.testing.assert_array_equal(one.values, one_output.values[..., 0])
    np.testing.assert_allclose(one.values.sum(axis=1) + one.base_values, one_output.predictions[:, 0])
    assert (one.feature_names, one.data[2].tolist()) == (["rooms", "garden", "town"], [6.0, 1, "Ulm"])
    np.testing.assert_array_equal(two.values, two_outputs.values)
    assert two.base_values.shape == (3, 2)
    assert two.data[0].tolist() == [1.0, "garden=0, town=Ulm"]


def test_without_shap_it_says_what_to_install(one_output, monkeypatch):
    monkeypatch.setitem(sys.modules, "shap", None)
    with pytest.raises(MissingPackageError, match=r"pip install neurode\[shap\]"):
        one_output.to_shap()
