import numpy as np
import pytest

from neurode.diagnosis.evidence import Curve, Evidence, Rows
from neurode.diagnosis.generalisation import memorised_labels, overfitting, unmeasured_validation

each_seed = pytest.mark.parametrize("seed", range(3))


def with_wrong_labels(clinic, seed):
    x, y = clinic.rows(seed)
    return x, np.where(np.random.default_rng(seed).random(len(y)) < 0.2, 1 - y, y)


@each_seed
def test_a_wide_network_on_noisy_labels_overfits(clinic, seed):
    found = clinic.findings(
        with_wrong_labels(clinic, seed), clinic.relu(128, 128), seed=seed, epochs=60, stops=False
    )
    assert "the validation loss rose from" in found["overfitting"].evidence


@each_seed
def test_early_stopping_keeps_it_from_that(clinic, seed):
    found = clinic.findings(with_wrong_labels(clinic, seed), clinic.relu(128, 128), seed=seed, epochs=60)
    assert found == {}


@each_seed
@pytest.mark.parametrize("stops", [True, False], ids=["early-stopping", "to-the-end"])
def test_labels_dealt_out_at_random_are_told_from_overfitting(clinic, seed, stops):
    x, y = clinic.rows(seed)
    shuffled = np.random.default_rng(seed).permutation(y)
    found = clinic.findings((x, shuffled), clinic.relu(128, 128), seed=seed, epochs=60, stops=stops)
    assert found["memorised labels"].severity == "severe"
    assert "overfitting" not in found


@each_seed
def test_few_rows_for_many_weights_are_found(clinic, seed):
    from neurode.diagnosis import doctor
    from neurode.layers import Dense, Input
    from neurode.models import Sequential

    x, y = clinic.rows(seed)
    model = Sequential([Input((8,)), *clinic.relu(128, 128), Dense(1, activation="sigmoid")], seed=seed)
    model.compile("adam", "binary_crossentropy")
    model.fit(x[:150], y[:150], epochs=100, verbose=0)
    found = doctor(model, x[:150], y[:150], validation_data=(x[700:], y[700:])).findings
    assert "17,793 weights for 150 rows" in {f.name: f for f in found}["too few rows"].evidence


def curve(loss, validation, **options):
    return Evidence({}, 10, curve=Curve({"loss": loss, "val_loss": validation}, **options))


def test_a_rise_within_the_noise_is_no_overfitting():
    falls = np.linspace(1, 0.2, 20).tolist()
    rises = [*np.linspace(1, 0.5, 10), *np.linspace(0.52, 0.7, 10)]
    assert overfitting(curve(falls, rises)) is not None
    assert overfitting(curve(falls, [0.5, 0.8] * 10)) is None
    # The weights of the best epoch were put back.
    assert overfitting(curve(falls, rises, kept=9)) is None
    # Where the training loss rises too, it is no learning by heart.
    assert overfitting(curve(rises, rises)) is None


def rare(seed, rows):
    """2 % of one class, of which three columns of twenty say something; 20,000 more rows to measure by."""
    from sklearn.datasets import make_classification
    from sklearn.preprocessing import StandardScaler

    x, y = make_classification(
        rows + 20_000, 20, n_informative=3, n_redundant=0, weights=[0.98], flip_y=0.02, class_sep=0.5,
        random_state=seed,
    )  # fmt: skip
    return StandardScaler().fit_transform(x).astype(np.float32), y.astype(np.float32)


def found_in_rare(x, y, cut, end, seed, epochs=20):
    from neurode.diagnosis import doctor
    from neurode.layers import Dense, Input
    from neurode.models import Sequential

    model = Sequential(
        [Input((20,)), Dense(32, activation="relu"), Dense(1, activation="sigmoid")], seed=seed
    )
    model.compile("adam", "binary_crossentropy")
    others = (x[cut:end], y[cut:end])
    model.fit(x[:cut], y[:cut], epochs=epochs, batch_size=64, validation_data=others, verbose=0)
    return model, {f.name: f for f in doctor(model, x[:cut], y[:cut], validation_data=others).findings}


@pytest.mark.parametrize("seed", range(10))
def test_a_rare_class_of_which_a_little_was_learned_is_not_called_memorised(seed):
    from sklearn.metrics import roc_auc_score

    x, y = rare(seed, 3_000)
    model, found = found_in_rare(x, y, 2_250, 3_000, seed)
    # 750 validation rows have about 20 of the rare class. Fresh rows tell that something was learned.
    assert roc_auc_score(y[3_000:], model.predict(x[3_000:], verbose=0)[:, 0]) > 0.5
    assert not [finding for finding in found.values() if finding.severity == "severe"]


@pytest.mark.parametrize("seed", range(10))
def test_permuted_labels_of_a_rare_class_are_found_where_rows_are_enough(seed):
    x, y = rare(seed, 10_000)
    _, found = found_in_rare(x, np.random.default_rng(seed).permutation(y), 5_000, 10_000, seed, epochs=40)
    assert found["memorised labels"].severity == "severe"


def rows_of(gain, hint, spread, size=500, share=0.5):
    """Rows with those means of what is saved of a constant's loss of 1, each with that deviation."""
    signs = np.where(np.arange(size) % 2, spread, -spread)
    ones, classes = np.ones(size, np.float32), np.arange(size) < share * size
    return Rows(
        (ones - gain - signs).astype(np.float32), ones, (ones - hint - signs / 10).astype(np.float32),
        (classes,), (classes,), ((classes, classes),),
    )  # fmt: skip


def memorised(training, validation):
    found = memorised_labels(Evidence({}, 10, training=training, validation=validation))
    return None if found is None else found.severity


def test_how_sure_it_is_decides_between_severe_and_a_warning():
    nothing = rows_of(-0.1, 0.0, 0.1)
    assert memorised(rows_of(0.5, 0.05, 0.1), nothing) == "severe"
    # Less than a twentieth of the loss, and yet beyond chance: 0.03 at a standard error of 0.004.
    assert memorised(rows_of(0.03, 0.003, 0.1), nothing) == "warning"
    assert memorised(rows_of(0.03, 0.003, 0.5), nothing) is None


def test_other_rows_have_to_be_enough_to_show_a_signal():
    learned = rows_of(0.5, 0.05, 0.1)
    # The error of the hint is 0.01 / √500 = 0.00045: at 2 of them there is a signal, at 1 there may be none.
    assert memorised(learned, rows_of(-0.1, 0.0011, 0.1)) is None
    assert memorised(learned, rows_of(-0.1, 0.0004, 0.1)) == "severe"
    # 150 rows cannot rule out a correlation of 0.2 where they show one of 0.08.
    assert memorised(learned, rows_of(-0.1, 0.0008, 0.1, size=150)) is None
    assert memorised(learned, rows_of(-0.1, 0.0, 0.1, share=0.02)) is None
    assert memorised(learned, rows_of(-0.1, 0.0, 0.1, size=5_000, share=0.02)) == "severe"


def test_a_rare_class_counts_for_few_rows():
    assert rows_of(0, 0, 0.1, size=1_000).effective_size == 1_000
    # 4 · 20 · 980 / 1000
    assert rows_of(0, 0, 0.1, size=1_000, share=0.02).effective_size == pytest.approx(78.4)
    numbers = Rows(*[np.ones(50, np.float32)] * 3, (np.ones(50),), (np.ones(50),))
    assert numbers.effective_size == 50


def test_validation_rows_that_cannot_be_measured_are_found(clinic):
    x, y = clinic.rows(0)
    x[705, 3] = np.nan
    finding = clinic.findings((x, y), clinic.relu(8), epochs=3, stops=False)["validation cannot be measured"]
    assert finding.evidence == (
        "1 of 300 validation rows have a loss that is not finite, with NaN or infinity in feature 3; "
        "the validation loss of 3 of 3 epochs is not finite"
    )


def test_a_validation_loss_that_is_not_finite_is_found_in_the_history():
    found = unmeasured_validation(curve([0.5, 0.4], [np.nan, np.nan]))
    assert found is not None
    assert found.severity == "warning"
    assert unmeasured_validation(curve([0.5, 0.4], [0.5, 0.4])) is None
    # Training that went wrong is another illness.
    assert unmeasured_validation(curve([0.5, np.nan], [np.nan, np.nan])) is None
