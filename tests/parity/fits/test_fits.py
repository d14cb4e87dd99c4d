"""Whole fits of one input and one output beside Keras 3.15: same weights, histories and answers."""

import numpy as np
import pytest


def dense(*units, activation="relu", last="sigmoid", settings=lambda lib: {}):
    """A maker of a chain of dense layers."""

    def make(lib):
        layers = [lib.layers.Dense(n, activation=activation, **settings(lib)) for n in units[:-1]]
        return lib.Sequential([lib.Input((6,)), *layers, lib.layers.Dense(units[-1], activation=last)])

    return make


NETWORKS = {
    "one_neuron": (dense(1), "binary", "binary_crossentropy", ["accuracy"]),
    "hidden_layers": (dense(12, 12, 1), "binary", "binary_crossentropy", ["accuracy"]),
    "classes_by_number": (
        dense(8, 3, last="softmax"), "classes", "sparse_categorical_crossentropy", ["accuracy"]
    ),
    "classes_one_hot": (dense(8, 3, last="softmax"), "one_hot", "categorical_crossentropy", ["accuracy"]),
    "two_units_multi_label": (dense(8, 3), "one_hot", "binary_crossentropy", ["accuracy", "binary_accuracy"]),
    "regression": (dense(8, 1, last=None), "number", "mse", ["mae", "mape", "mse"]),
    "huber": (dense(8, 1, last=None), "number", "huber", ["mean_absolute_error"]),
    "tanh_on_hinge": (dense(8, 1, last="tanh"), "binary", "hinge", ["accuracy"]),
}  # fmt: skip


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("batch_size", [16, 100])
def test_networks_learn_the_same(pair, table, name, batch_size):
    make, target, loss, metrics = NETWORKS[name]
    both = pair(make, optimizer="adam", loss=loss, metrics=metrics)
    both.fit(table["x"], table[target], batch_size=batch_size)
    both.assert_same_answers(table["x"], table[target])


OPTIMIZERS = [
    "SGD", "RMSprop", "Adam", "AdamW", "Adadelta", "Adagrad", "Adamax", "Nadam", "Ftrl", "Lion", "Lamb",
    "Adafactor", "Muon",
]  # fmt: skip


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer_learns_the_same(pair, table, name):
    both = pair(dense(8, 8, 1), lambda lib: {
        "optimizer": getattr(lib.optimizers, name)(), "loss": "binary_crossentropy"
    })  # fmt: skip
    both.fit(table["x"], table["binary"])
    both.assert_same_answers(table["x"], table["binary"])


SETTINGS = {
    "clipnorm": {"clipnorm": 0.1},
    "clipvalue": {"clipvalue": 0.01},
    "global_clipnorm": {"global_clipnorm": 0.1},
    "weight_decay": {"weight_decay": 0.1},
    "average": {"use_ema": True, "ema_momentum": 0.9},
    "average_overwriting": {"use_ema": True, "ema_momentum": 0.5, "ema_overwrite_frequency": 4},
    "accumulation": {"gradient_accumulation_steps": 3},
    "momentum": {"momentum": 0.9, "nesterov": True},
}


@pytest.mark.parametrize("name", SETTINGS)
def test_settings_of_an_optimizer_learn_the_same(pair, table, name):
    both = pair(dense(8, 1), lambda lib: {
        "optimizer": lib.optimizers.SGD(0.1, **SETTINGS[name]), "loss": "binary_crossentropy"
    })  # fmt: skip
    both.fit(table["x"], table["binary"], epochs=4)
    both.assert_same_answers(table["x"], table["binary"])


SCHEDULES = {
    "exponential": lambda s: s.ExponentialDecay(0.1, 4, 0.5),
    "exponential_stairs": lambda s: s.ExponentialDecay(0.1, 4, 0.5, staircase=True),
    "inverse_time": lambda s: s.InverseTimeDecay(0.1, 4, 0.5),
    "polynomial": lambda s: s.PolynomialDecay(0.1, 6, 0.01, power=2.0),
    "piecewise": lambda s: s.PiecewiseConstantDecay([3, 7], [0.1, 0.05, 0.01]),
    "cosine": lambda s: s.CosineDecay(0.01, 8, warmup_target=0.1, warmup_steps=3),
    "cosine_restarts": lambda s: s.CosineDecayRestarts(0.1, 4),
}


@pytest.mark.parametrize("name", SCHEDULES)
def test_every_schedule_learns_the_same(pair, table, name):
    both = pair(dense(8, 1), lambda lib: {
        "optimizer": lib.optimizers.SGD(SCHEDULES[name](lib.optimizers.schedules)),
        "loss": "binary_crossentropy",
    })  # fmt: skip
    both.fit(table["x"], table["binary"])
    both.assert_same_answers(table["x"], table["binary"])


def test_class_weights_learn_the_same(pair, table):
    both = pair(dense(8, 1), optimizer="sgd", loss="binary_crossentropy", metrics=["accuracy"])
    both.fit(table["x"], table["binary"], class_weight={0: 0.3, 1: 4.0})
    both.assert_same_answers(table["x"], table["binary"])


def test_class_weights_of_one_hot_targets_learn_the_same(pair, table):
    both = pair(dense(8, 3, last="softmax"), optimizer="sgd", loss="categorical_crossentropy")
    both.fit(table["x"], table["one_hot"], class_weight={0: 0.3, 1: 4.0, 2: 1.0})
    both.assert_same_answers(table["x"], table["one_hot"])


def test_sample_weights_count_in_the_loss_and_in_weighted_metrics_only(pair, table):
    both = pair(
        dense(8, 1), optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"],
        weighted_metrics=["accuracy", "mae"],
    )  # fmt: skip
    both.fit(table["x"], table["binary"], sample_weight=table["weight"])
    both.assert_same_answers(table["x"], table["binary"], sample_weight=table["weight"], as_list=False)


def test_a_list_has_each_metric_once_unlike_keras(pair, table):
    settings = {"metrics": ["accuracy"], "weighted_metrics": ["accuracy"]}
    both = pair(dense(1), optimizer="sgd", loss="mse", **settings)
    given = {"sample_weight": table["weight"], "batch_size": 16, "verbose": 0}
    ours, theirs = (m.evaluate(table["x"], table["binary"], **given) for m in (both.ours, both.theirs))
    # Keras looks the values up by names that two metrics share, and gives one of them twice.
    assert len(theirs) == 4
    assert theirs[1] == theirs[2]
    np.testing.assert_allclose(ours, [theirs[0], theirs[1], theirs[3]], rtol=1e-4)


def test_validation_data_is_judged_the_same(pair, table):
    both = pair(dense(8, 1), optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
    held_out = (table["x"][40:], table["binary"][40:])
    history = both.fit(table["x"][:40], table["binary"][:40], validation_data=held_out)
    assert "val_accuracy" in history
    both.assert_same_answers(table["x"], table["binary"])


def test_weighted_validation_data_is_judged_the_same(pair, table):
    both = pair(dense(8, 1), optimizer="adam", loss="mse", metrics=["mae"], weighted_metrics=["mae"])
    held_out = (table["x"][40:], table["binary"][40:], table["weight"][40:])
    both.fit(table["x"][:40], table["binary"][:40], validation_data=held_out, validation_freq=2, epochs=4)
    both.assert_same_answers(table["x"], table["binary"], as_list=False)


def test_a_split_off_part_is_judged_the_same(pair, table):
    both = pair(dense(8, 1), optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
    both.fit(table["x"], table["binary"], validation_split=0.3, sample_weight=table["weight"])
    both.assert_same_answers(table["x"], table["binary"])


def test_a_later_fit_goes_on_from_the_epoch_it_is_told(pair, table):
    both = pair(dense(8, 1), optimizer="adam", loss="binary_crossentropy")
    both.fit(table["x"], table["binary"], epochs=2)
    both.fit(table["x"], table["binary"], initial_epoch=2, epochs=5)
    both.assert_same_answers(table["x"], table["binary"])


PENALTIES = {
    "l1": lambda r: {"kernel_regularizer": "l1"},
    "l2": lambda r: {"kernel_regularizer": "l2"},
    "l1_l2": lambda r: {"kernel_regularizer": r.L1L2(0.01, 0.1)},
    "bias": lambda r: {"bias_regularizer": "l2"},
    "activity": lambda r: {"activity_regularizer": "l2"},
    "activity_l1": lambda r: {"activity_regularizer": r.L1(0.1)},
    "all": lambda r: {
        "kernel_regularizer": "l2",
        "bias_regularizer": "l1",
        "activity_regularizer": r.L2(0.2),
    },
}


@pytest.mark.parametrize("name", PENALTIES)
def test_penalties_learn_the_same(pair, table, name):
    make = dense(8, 8, 1, settings=lambda lib: PENALTIES[name](lib.regularizers))
    both = pair(make, optimizer="sgd", loss="binary_crossentropy", metrics=["accuracy"])
    both.fit(table["x"], table["binary"])
    both.assert_same_answers(table["x"], table["binary"])


def test_a_penalty_on_the_output_counts_probabilities(pair, table):
    def make(lib):
        last = lib.layers.Dense(1, activation="sigmoid", activity_regularizer=lib.regularizers.L2(0.5))
        return lib.Sequential([lib.Input((6,)), last])

    both = pair(make, optimizer="sgd", loss="binary_crossentropy")
    both.fit(table["x"], table["binary"])
    both.assert_same_answers(table["x"], table["binary"])


CONSTRAINTS = {
    "max_norm": lambda c: {"kernel_constraint": c.MaxNorm(0.5)},
    "unit_norm": lambda c: {"kernel_constraint": c.UnitNorm()},
    "non_negative": lambda c: {"kernel_constraint": c.NonNeg(), "bias_constraint": c.NonNeg()},
    "min_max_norm": lambda c: {"kernel_constraint": c.MinMaxNorm(0.3, 0.6, rate=0.5)},
}


@pytest.mark.parametrize("name", CONSTRAINTS)
def test_constraints_learn_the_same(pair, table, name):
    def make(lib):
        constrained = lib.layers.Dense(8, activation="tanh", **CONSTRAINTS[name](lib.constraints))
        return lib.Sequential([lib.Input((6,)), constrained, lib.layers.Dense(1, activation="sigmoid")])

    both = pair(make, optimizer="adam", loss="binary_crossentropy")
    both.fit(table["x"], table["binary"])
    both.assert_same_answers(table["x"], table["binary"])


LAYERS = {
    "batch_normalization": lambda k: k.BatchNormalization(),
    "batch_normalization_without_centre": lambda k: k.BatchNormalization(center=False, momentum=0.9),
    "layer_normalization": lambda k: k.LayerNormalization(),
    "rms_normalization": lambda k: k.RMSNormalization(),
    "group_normalization": lambda k: k.GroupNormalization(groups=4),
    "unit_normalization": lambda k: k.UnitNormalization(),
    "dropout_of_nothing": lambda k: k.Dropout(0),
    "prelu": lambda k: k.PReLU(alpha_initializer="ones"),
    "leaky_relu": lambda k: k.LeakyReLU(),
    "elu": lambda k: k.ELU(),
    "activity_regularization": lambda k: k.ActivityRegularization(l2=0.1),
    "reshaped": lambda k: k.Reshape((4, 2)),
}


@pytest.mark.parametrize("name", LAYERS)
def test_layers_between_dense_ones_learn_the_same(pair, table, name):
    def make(lib):
        k = lib.layers
        # A bias in front of a normalization has no gradient but noise, which Adam would blow up.
        first, last = k.Dense(8, use_bias=False), k.Dense(1, activation="sigmoid")
        return lib.Sequential([lib.Input((6,)), first, LAYERS[name](k), k.Flatten(), last])

    both = pair(make, optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
    both.fit(table["x"], table["binary"])
    both.assert_same_answers(table["x"], table["binary"])


def test_frozen_layers_learn_the_same(pair, table):
    def make(lib):
        k = lib.layers
        first, norm = k.Dense(8, activation="relu"), k.BatchNormalization()
        first.trainable = norm.trainable = False
        return lib.Sequential([lib.Input((6,)), first, norm, k.Dense(1, activation="sigmoid")])

    both = pair(make, optimizer="adam", loss="binary_crossentropy")
    # Keras sorts weights by whether they train, so the order is that of the layers only while it is the same.
    before = [np.array(weight) for weight in both.ours.layers[0].get_weights()]
    both.fit(table["x"], table["binary"])
    both.assert_same_answers(table["x"], table["binary"])
    assert all(np.array_equal(*two) for two in zip(before, both.ours.layers[0].get_weights()))


def test_layers_frozen_after_a_first_fit_learn_the_same(pair, table):
    settings = {"optimizer": "sgd", "loss": "binary_crossentropy"}
    both = pair(dense(8, 8, 1), **settings)
    both.fit(table["x"], table["binary"])
    for model in both.models.values():
        model.layers[0].trainable = False
    both.compile(**settings)
    both.fit(table["x"], table["binary"])
    both.assert_same_answers(table["x"], table["binary"])


def test_embeddings_learn_the_same(pair, table):
    def make(lib):
        k = lib.layers
        return lib.Sequential([
            lib.Input((2,), dtype="int32"), k.Embedding(7, 3), k.Flatten(), k.Dense(1, activation="sigmoid")
        ])  # fmt: skip

    both = pair(make, optimizer="adam", loss="binary_crossentropy")
    both.fit(table["codes"], table["binary"])
    both.assert_same_answers(table["codes"], table["binary"])


def test_an_adapted_normalization_learns_the_same(pair, table):
    def make(lib):
        scaling = lib.layers.Normalization()
        scaling.adapt(table["x"] * 5 + 2)
        return lib.Sequential([lib.Input((6,)), scaling, lib.layers.Dense(1, activation="sigmoid")])

    both = pair(make, optimizer="adam", loss="binary_crossentropy")
    both.fit(table["x"] * 5 + 2, table["binary"])
    both.assert_same_answers(table["x"] * 5 + 2, table["binary"])
