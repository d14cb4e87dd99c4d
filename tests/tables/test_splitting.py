from itertools import combinations, pairwise

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

from neurode.errors import ArgumentError, TableError, UnknownNameError
from neurode.tables import (
    Split,
    check_split,
    column_split,
    folds,
    grouped_split,
    quantile_bins,
    random_split,
    split_rows,
    stratified_split,
    time_split,
)

COUNTS = st.lists(st.integers(3, 60), min_size=1, max_size=8)
FRACTIONS = st.sampled_from(
    [(0.7, 0.15, 0.15), (0.8, 0.1, 0.1), (0.34, 0.33, 0.33), (0.7, 0.3, 0.0), (0.98, 0.01, 0.01)]
)


@given(COUNTS, FRACTIONS, st.integers(0, 5))
def test_every_class_is_in_every_part_in_its_share(counts, fractions, seed):
    codes = np.random.default_rng(seed).permutation(np.repeat(np.arange(len(counts)), counts))
    split = stratified_split(codes, fractions=fractions, seed=seed)
    np.testing.assert_array_equal(np.sort(np.concatenate(split)), np.arange(codes.size))
    for part, fraction in zip(split, fractions):
        assert (np.diff(part) > 0).all()
        found = np.bincount(codes[part], minlength=len(counts))
        assert (found >= (fraction > 0)).all()
        # Within one row of the share, or the one row that a small class owes to each other part.
        assert (abs(found - np.array(counts) * fraction) < 3).all()


@given(st.integers(1, 50))
def test_rounding_does_not_add_up_over_classes(n_classes):
    # 10 rows a class are 7, 1.5 and 1.5: half of the classes have to round the other way.
    split = stratified_split(np.repeat(np.arange(n_classes), 10))
    assert abs(split.train.size - 7 * n_classes) <= 1
    assert abs(split.validation.size - split.test.size) <= 2


def test_the_seed_decides():
    codes = np.arange(100) % 2
    first, same, other = (stratified_split(codes, seed=seed) for seed in (1, 1, 2))
    assert all((a == b).all() for a, b in zip(first, same))
    assert (first.train != other.train).any()


def test_every_row_is_as_likely_to_be_tested():
    codes = np.arange(20) % 2
    tested = np.zeros(20)
    for seed in range(400):
        tested[stratified_split(codes, fractions=(0.5, 0.25, 0.25), seed=seed).test] += 1
    # 400 draws of a quarter: 100, give or take four standard deviations of 8.7.
    assert (abs(tested - 100) < 35).all()


def test_a_class_too_small_for_the_parts_is_named():
    codes = np.array([0] * 10 + [1] * 2)
    with pytest.raises(TableError, match=r"class 'bad' has 2 rows, too few for 3 parts"):
        stratified_split(codes, classes=("good", "bad"))
    assert stratified_split(codes, fractions=(0.5, 0.0, 0.5)).test.size == 6


@pytest.mark.parametrize("fractions", [(0.5, 0.5, 0.5), (1.2, -0.1, -0.1), (0.0, 0.0, 0.0)])
def test_fractions_that_are_no_split_are_refused(fractions):
    with pytest.raises(ArgumentError, match=r"no split"):
        stratified_split(np.zeros(10, int), fractions=fractions)


@given(st.integers(3, 200), FRACTIONS, st.integers(0, 5))
def test_a_random_split_shares_out_every_row(n_rows, fractions, seed):
    split = random_split(n_rows, fractions=fractions, seed=seed)
    np.testing.assert_array_equal(np.sort(np.concatenate(split)), np.arange(n_rows))
    sizes = np.array([part.size for part in split])
    assert (sizes[np.array(fractions) > 0] > 0).all()
    assert (abs(sizes - n_rows * np.array(fractions)) < 3).all()


def test_a_random_split_of_too_few_rows_says_how_many_there_are():
    with pytest.raises(TableError, match="2 rows cannot fill 3 parts"):
        random_split(2)
    assert random_split(2, fractions=(0.5, 0.0, 0.5)).test.size == 1


@given(st.lists(st.floats(-5, 5), min_size=40, max_size=200), st.integers(2, 4))
def test_quantile_bins_are_of_equal_size_and_in_order(values, n_bins):
    bins = quantile_bins(values, n_bins=n_bins)
    counts = np.bincount(bins)
    assert counts.size == n_bins
    assert counts.max() - counts.min() <= 1
    highest = [max(np.array(values)[bins == code]) for code in range(n_bins)]
    lowest = [min(np.array(values)[bins == code]) for code in range(n_bins)]
    assert all(below <= above for below, above in zip(highest, lowest[1:]))


def test_a_split_by_quantile_bins_has_the_same_range_in_every_part():
    price = np.random.default_rng(0).lognormal(size=400)
    for part in stratified_split(quantile_bins(price)):
        for level in (0.1, 0.5, 0.9):
            below = np.count_nonzero(price[part] <= np.quantile(price, level))
            assert abs(below - level * part.size) <= 1


def test_few_rows_make_fewer_bins_and_a_gap_is_refused():
    assert quantile_bins(np.arange(25.0)).max() == 1
    with pytest.raises(TableError, match="no value in 1 row"):
        quantile_bins([1.0, float("nan")])


GROUPS = st.lists(st.integers(1, 12), min_size=3, max_size=60)


@given(GROUPS, FRACTIONS, st.integers(0, 5))
def test_no_group_is_in_two_parts_and_every_row_in_one(sizes, fractions, seed):
    groups = np.random.default_rng(seed).permutation(np.repeat(np.arange(len(sizes)), sizes))
    split = grouped_split(groups, fractions=fractions, seed=seed)
    np.testing.assert_array_equal(np.sort(np.concatenate(split)), np.arange(groups.size))
    for one, other in combinations(split, 2):
        assert not np.intersect1d(groups[one], groups[other]).size
    for part, fraction in zip(split, fractions):
        assert bool(part.size) == (fraction > 0)
        # Off by a group at most, or by the one group that a small part has to get from each of two others.
        assert abs(part.size - fraction * groups.size) <= 2 * max(sizes)


@pytest.mark.parametrize("n_groups", [200, 1500, 6000])
def test_parts_of_groups_have_the_wanted_sizes_and_class_shares(n_groups):
    random = np.random.default_rng(n_groups)
    groups = np.repeat(np.arange(n_groups), random.geometric(0.2, n_groups))
    # Groups lean towards one class or the other.
    codes = (random.random(groups.size) < random.beta(0.5, 4, n_groups)[groups]).astype(int)
    split = grouped_split(groups, codes, seed=1)
    for part, fraction in zip(split, (0.7, 0.15, 0.15)):
        assert part.size == pytest.approx(fraction * groups.size, abs=3)
        assert codes[part].sum() == pytest.approx(fraction * codes.sum(), abs=3)


def test_folds_of_groups_are_as_even_as_scikit_learns():
    random = np.random.default_rng(3)
    groups = random.permutation(np.repeat(np.arange(120), random.integers(1, 30, 120)))
    codes = (random.random(groups.size) < random.beta(1, 3, 120)[groups]).astype(int)

    def unevenness(tests):
        table = np.array([np.bincount(codes[test], minlength=2) for test in tests])
        return np.abs(table - table.mean(axis=0)).max()

    theirs = StratifiedGroupKFold(5, shuffle=True, random_state=0).split(codes, codes, groups)
    ours = [split.test for split in folds(codes, 5, groups=groups)]
    assert unevenness(ours) <= unevenness([test for _, test in theirs])


def test_a_class_in_few_groups_is_in_every_part_all_the_same():
    # Three groups of 3,000 hold the rare class: one for each part.
    groups = np.repeat(np.arange(3000), 4)
    for seed in range(10):
        rare = np.random.default_rng(seed).choice(3000, 3, replace=False)
        codes = np.isin(groups, rare).astype(int)
        split = grouped_split(groups, codes, seed=seed)
        assert [int(codes[part].sum()) for part in split] == [4, 4, 4]


def test_a_class_with_groups_enough_is_in_every_part_however_uneven_they_are():
    for seed in range(300):
        random = np.random.default_rng(seed)
        n_groups = int(random.integers(3, 12))
        groups = np.concatenate([np.arange(n_groups), random.choice(n_groups, 60)])
        codes = random.choice(2, groups.size, p=random.dirichlet([0.7, 0.7]))
        holders = [np.unique(groups[codes == code]).size for code in range(2)]
        if min(holders) >= 3:
            split = grouped_split(groups, codes, fractions=(0.9, 0.05, 0.05), seed=seed)
            assert all(np.unique(codes[part]).size == 2 for part in split)


def test_a_class_in_too_few_groups_is_refused_with_the_counts():
    groups, codes = np.repeat(np.arange(20), 5), np.repeat([1, 1, *[0] * 18], 5)
    with pytest.raises(TableError, match=r"class 'bad' has no rows in the \w+ part") as error:
        grouped_split(groups, codes, classes=("good", "bad"))
    assert "5" in error.value.available


def test_groups_may_be_words_and_pandas_columns():
    words = ["ann", "bob", "cid", "dan"] * 3
    split = grouped_split(words, fractions=(0.5, 0.25, 0.25))
    assert [part.size for part in split] == [6, 3, 3]
    for column in (pd.Series(words, dtype=object), pd.Series(words), pd.Categorical(words), pl.Series(words)):
        again = grouped_split(column, fractions=(0.5, 0.25, 0.25))
        assert all((a == b).all() for a, b in zip(split, again))


@pytest.mark.parametrize(
    "groups",
    [
        [1, None, 2],
        np.array([1.0, np.nan, 2.0]),
        pd.Series(["a", None, "b"], name="owner"),
        pd.Series(["a", float("nan"), "b"], dtype=object),
    ],
    ids=["list", "array", "pandas", "pandas objects"],
)
def test_a_row_without_a_group_is_refused(groups):
    with pytest.raises(TableError, match="group column.* has no value in 1 row of 3") as error:
        grouped_split(groups)
    assert "first such row: 1" in error.value.available


def test_mixed_types_and_wrong_lengths_are_named():
    with pytest.raises(TableError, match="group column mixes types: int, str"):
        grouped_split(["a", 1])
    with pytest.raises(TableError, match="group column has 3 rows, the table 2"):
        grouped_split([1, 2, 3], np.array([0, 1]))
    with pytest.raises(TableError, match="2 groups cannot fill 3 parts"):
        grouped_split([1, 1, 2])


@given(st.lists(st.integers(0, 30), min_size=8, max_size=80), FRACTIONS)
def test_a_split_by_time_keeps_the_order_and_equal_times_together(times, fractions):
    times = np.array(times)
    n_parts = np.count_nonzero(fractions)
    if np.unique(times).size < n_parts:
        with pytest.raises(TableError, match="cannot fill"):
            time_split(times, fractions=fractions)
        return
    split = time_split(times, fractions=fractions)
    np.testing.assert_array_equal(np.sort(np.concatenate(split)), np.arange(times.size))
    parts = [times[part] for part in split if part.size]
    assert len(parts) == n_parts
    assert all(before.max() < after.min() for before, after in pairwise(parts))


def test_the_cuts_in_time_are_those_nearest_to_the_fractions():
    # 60 rows before, 25 in one day, 15 after: 0.7 lies nearer to 60 than to 85.
    times = np.repeat([1, 2, 3], [60, 25, 15])
    assert [part.size for part in time_split(times)] == [60, 25, 15]
    assert time_split(times, fractions=(0.8, 0.0, 0.2)).train.size == 85


def test_times_may_be_dates_moments_or_text():
    days = ["2024-03-01", "2023-01-15", "2024-02-01"]
    expected = [[1], [2], [0]]
    others = [
        pl.Series(days).str.to_date(),
        np.array(days, "datetime64[ns]"),
        pd.to_datetime(pd.Series(days)),
        ["01.03.2024", "15.01.2023", "01.02.2024"],
    ]
    for times in (days, *others):
        assert [part.tolist() for part in time_split(times, fractions=(0.4, 0.3, 0.3))] == expected


@pytest.mark.parametrize(
    ("times", "message"),
    [
        (["2024-01-01", None, "2024-01-02"], "time column has no value in 1 row of 3"),
        (pl.Series("when", ["soon", "later", "never"]), "time column 'when' holds text that is no date"),
        (["03/04/2024", "05/06/2024", "01/02/2024"], "does not tell day and month apart"),
        ([True, False, True], "holds Boolean"),
    ],
    ids=["gap", "text", "day or month", "flag"],
)
def test_what_is_no_time_is_refused(times, message):
    with pytest.raises(TableError, match=message):
        time_split(times)


def test_a_column_says_the_parts_in_common_spellings():
    words = ["Training", "hold-out", " dev", "train", "VALID", "Test", "validation", "out of time"]
    split = column_split(words)
    assert [part.tolist() for part in split] == [[0, 3], [2, 4, 6], [1, 5, 7]]
    assert column_split(pd.Series(["train", "test"], dtype="category")).test.tolist() == [1]


def test_words_that_name_no_part_are_shown():
    with pytest.raises(TableError, match="part column 'set' has 2 rows that name no part: 'maybe'") as error:
        column_split(pl.Series("set", ["train", "maybe", "test", "maybe"]))
    assert "holdout" in str(error.value)


@given(st.lists(st.integers(4, 30), min_size=1, max_size=5), st.integers(2, 4), st.integers(0, 3))
def test_every_row_is_tested_once_and_every_class_dealt_evenly(counts, k, seed):
    codes = np.random.default_rng(seed).permutation(np.repeat(np.arange(len(counts)), counts))
    splits = folds(codes, k, seed=seed, validation_fraction=0)
    np.testing.assert_array_equal(np.sort(np.concatenate([s.test for s in splits])), np.arange(codes.size))
    table = np.array([np.bincount(codes[split.test], minlength=len(counts)) for split in splits])
    assert np.ptp(table, axis=0).max() <= 1
    assert np.ptp(table.sum(axis=1)) <= 1
    for split in splits:
        np.testing.assert_array_equal(np.sort(np.concatenate(split)), np.arange(codes.size))
    # The same promise as scikit-learn's, whose folds differ by as much.
    theirs = [np.bincount(codes[t]) for _, t in StratifiedKFold(k).split(codes, codes)]
    assert np.ptp(table, axis=0).max() <= max(np.ptp(np.array(theirs), axis=0).max(), 1)


def test_folds_keep_validation_rows_out_of_the_rows_not_tested():
    codes = np.arange(200) % 2
    for split in folds(codes, 4):
        assert [part.size for part in split] == [128, 22, 50]
        np.testing.assert_array_equal(np.sort(np.concatenate(split)), np.arange(200))
        assert codes[split.validation].sum() == 11
    assert [part.size for part in folds(10, 5, validation_fraction=0.25)[0]] == [6, 2, 2]


def test_folds_by_groups_leak_none():
    groups = np.random.default_rng(0).integers(0, 40, 300)
    splits = folds(300, 3, groups=groups)
    for split in splits:
        check_split(split, groups=groups)
    assert sum(split.test.size for split in splits) == 300


def test_windows_of_time_expand_and_never_look_ahead():
    times = np.random.default_rng(0).integers(0, 50, 300)
    splits = folds(300, 4, times=times)
    tested = np.concatenate([split.test for split in splits])
    assert np.unique(tested).size == tested.size
    for split in splits:
        assert times[split.train].max() < times[split.validation].min()
        assert times[split.validation].max() < times[split.test].min()
    for one, following in pairwise(splits):
        before = np.concatenate([one.train, one.validation, one.test])
        known = np.concatenate([following.train, following.validation])
        np.testing.assert_array_equal(np.sort(before), np.sort(known))


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"rows": 10, "k": 1}, ArgumentError, "k=1 folds"),
        ({"rows": 10, "validation_fraction": 1.0}, ArgumentError, "validation_fraction=1.0 is outside"),
        ({"rows": 3, "k": 5}, TableError, "3 rows cannot fill 5 folds"),
        (
            {"rows": np.array([0] * 9 + [1] * 2), "k": 3},
            TableError,
            "class 1 has 2 rows, too few for 3 folds",
        ),
        ({"rows": 10, "k": 3, "groups": [0] * 5 + [1] * 5}, TableError, "2 groups cannot fill 3 folds"),
        ({"rows": 6, "k": 5, "times": [0, 1, 2, 3, 4, 5]}, TableError, "6 times cannot fill 5 folds"),
        ({"rows": 2, "groups": [0, 1], "times": [0, 1]}, ArgumentError, "contradict"),
    ],
    ids=["one fold", "all validation", "rows", "class", "groups", "times", "both"],
)
def test_folds_that_cannot_be_are_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        folds(**arguments)


def test_a_check_names_the_groups_that_leak_and_where():
    split = Split(np.array([0, 1, 2]), np.array([3]), np.array([4, 5]))
    groups = pd.Series(["ann", "bob", "cid", "ann", "dan", "bob"], name="owner")
    with pytest.raises(TableError, match="2 groups are in more than one part") as error:
        check_split(split, groups=groups)
    assert error.value.available == "groups: 'ann' (train, validation), 'bob' (train, test)"
    check_split(split, groups=["ann", "bob", "ann", "cid", "dan", "dan"])


def test_a_check_refuses_empty_parts_rows_in_two_parts_and_absent_classes():
    nothing = np.array([], int)
    split = Split(np.array([0, 1]), nothing, np.array([2, 3]))
    with pytest.raises(TableError, match="the validation part has no rows") as error:
        check_split(split)
    assert error.value.available == "rows: train 2, validation 0, test 2"
    check_split(split, parts=("train", "test"), codes=np.array([0, 1, 0, 1]))
    with pytest.raises(TableError, match="class 'bad' has no rows in the test part") as error:
        check_split(split, parts=("train", "test"), codes=np.array([0, 1, 0, 0]), classes=["good", "bad"])
    assert error.value.available == "rows of that class: train 1, validation 0, test 0"
    with pytest.raises(TableError, match="1 row in the split twice, the first is row 1"):
        check_split(Split(np.array([0, 1]), np.array([1]), np.array([2])))
    with pytest.raises(ArgumentError, match="no part named 'holdout'"):
        check_split(split, parts=("holdout",))


FRAME = pl.DataFrame(
    {
        "owner": [f"person {row // 3}" for row in range(60)],
        "month": [202401 + row // 5 for row in range(60)],
        "set": ["train"] * 40 + ["test"] * 20,
    }
)


@pytest.mark.parametrize("frame", [FRAME, FRAME.to_pandas()], ids=["polars", "pandas"])
def test_one_call_splits_in_every_way(frame):
    codes = np.arange(60) % 2
    plain, by_class = split_rows(frame), split_rows(frame, codes=codes)
    assert [part.size for part in plain] == [part.size for part in by_class] == [42, 9, 9]
    assert all((a == b).all() for a, b in zip(by_class, stratified_split(codes)))
    owners = np.arange(60) // 3
    grouped = split_rows(frame, codes=codes, group="owner")
    assert all((a == b).all() for a, b in zip(grouped, grouped_split(owners, codes)))
    timed = split_rows(frame, time="month")
    assert all((a == b).all() for a, b in zip(timed, time_split(frame["month"])))


def test_a_column_without_validation_rows_gets_them_from_the_training_rows():
    codes = np.arange(60) % 2
    split = split_rows(FRAME, codes=codes, part="set", fractions=(0.6, 0.2, 0.2))
    assert split.test.tolist() == list(range(40, 60))
    assert [part.size for part in split] == [30, 10, 20]
    assert codes[split.validation].sum() == 5
    groups = np.repeat(np.arange(14), [5] * 4 + [1, 7] * 5)
    marks = ["test"] * 20 + ["train"] * 40
    grouped = split_rows(FRAME, part=marks, group=groups, fractions=(0.6, 0.2, 0.2))
    assert not np.intersect1d(groups[grouped.train], groups[grouped.validation]).size
    without = split_rows(FRAME, part="set", fractions=(0.8, 0.0, 0.2))
    assert [part.size for part in without] == [40, 0, 20]


def test_a_group_beside_a_time_or_part_is_checked():
    with pytest.raises(TableError, match=r"1 group is in more than one part"):
        # Rows 39 to 41 are person 13, on both sides of row 40.
        split_rows(FRAME, part="set", group="owner", fractions=(0.8, 0.0, 0.2))
    with pytest.raises(TableError, match="in more than one part"):
        split_rows(FRAME, time="month", group="owner")


def test_arguments_that_do_not_fit_the_table_are_named():
    with pytest.raises(ArgumentError, match="time= and part="):
        split_rows(FRAME, time="month", part="set")
    with pytest.raises(UnknownNameError, match="no column named 'ownr'"):
        split_rows(FRAME, group="ownr")
    with pytest.raises(ArgumentError, match="group='owner' names a column"):
        split_rows(60, group="owner")
    with pytest.raises(TableError, match="the time column has 3 rows, the table 60"):
        split_rows(FRAME, time=[1, 2, 3])
    with pytest.raises(TableError, match="the test part has no rows"):
        split_rows(2, part=["train", "train"])
    with pytest.raises(TableError, match="class 0 has no rows in the validation part"):
        split_rows(4, time=[1, 2, 3, 4], codes=np.array([1, 0, 1, 0]), fractions=(0.5, 0.25, 0.25))
