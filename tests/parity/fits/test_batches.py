"""Batches by hand, from generators and from numbered sources, and callbacks that act, beside Keras 3.15."""

import pytest


def network(lib):
    hidden = lib.layers.Dense(8, activation="relu")
    return lib.Sequential([lib.Input((6,)), hidden, lib.layers.Dense(1, activation="sigmoid")])


@pytest.fixture
def both(pair):
    return pair(network, optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])


def batches(table, size=16):
    x, y = table["x"], table["binary"][:, None]
    return [(x[i : i + size], y[i : i + size]) for i in range(0, len(x), size)]


def test_batches_by_hand_give_the_same_numbers(both, table, same):
    for _ in range(2):
        for x, y in batches(table):
            found = [model.train_on_batch(x, y) for model in both.models.values()]
            same(found[1], found[0])
    both.assert_same_answers(table["x"], table["binary"])
    x, y = batches(table)[1]
    for model in both.models.values():
        model.reset_metrics()
    found = [model.test_on_batch(x, y, return_dict=True) for model in both.models.values()]
    same(found[1], found[0])
    found = [model.predict_on_batch(x) for model in both.models.values()]
    same(found[1], found[0])


def test_weighted_batches_by_hand_give_the_same_numbers(both, table, same):
    for x, y in batches(table):
        weight = table["weight"][: len(x)]
        found = [model.train_on_batch(x, y, sample_weight=weight) for model in both.models.values()]
        same(found[1], found[0])
        found = [model.train_on_batch(x, y, class_weight={0: 1.0, 1: 3.0}) for model in both.models.values()]
        same(found[1], found[0])
    both.assert_same_weights()


@pytest.mark.parametrize("steps", [None, 3])
def test_a_numbered_source_learns_the_same(both, table, same, steps):
    from neurode.utils import Sequence

    def source(base):
        class Source(base):
            def __init__(self):
                super().__init__()

            def __len__(self):
                return len(batches(table))

            def __getitem__(self, index):
                return batches(table)[index]

        return Source()

    bases = {"keras": both.libraries["keras"].utils.PyDataset, "neurode": Sequence}
    histories = {
        name: model.fit(source(bases[name]), epochs=3, shuffle=False, verbose=0, steps_per_epoch=steps)
        for name, model in both.models.items()
    }
    if steps is None:  # With fewer steps than batches, Keras goes on where it stopped.
        same(histories["neurode"].history, histories["keras"].history)
        both.assert_same_answers(table["x"], table["binary"])
    else:
        assert len(histories["neurode"].history["loss"]) == 3


def test_a_generator_without_end_learns_the_same(both, table, same):
    def endless():
        while True:
            yield from batches(table)

    histories = [
        model.fit(endless(), epochs=3, steps_per_epoch=4, verbose=0) for model in both.models.values()
    ]
    same(histories[1].history, histories[0].history)
    both.assert_same_answers(table["x"], table["binary"])


CALLBACKS = {
    "plateau": lambda c: c.ReduceLROnPlateau(monitor="val_loss", factor=0.5, patience=1, min_delta=0.1),
    "schedule": lambda c: c.LearningRateScheduler(lambda epoch, rate: rate * 0.7),
    "stopping": lambda c: c.EarlyStopping(
        monitor="val_loss", patience=1, min_delta=0.02, restore_best_weights=True
    ),
}


@pytest.mark.parametrize("name", CALLBACKS)
def test_callbacks_act_the_same(both, table, name):
    both.fit(
        table["x"], table["binary"], lambda lib: {"callbacks": [CALLBACKS[name](lib.callbacks)]},
        epochs=8, validation_split=0.3,
    )  # fmt: skip
    both.assert_same_answers(table["x"], table["binary"])


def test_averaged_weights_take_over_at_the_end(pair, table):
    both = pair(network, lambda lib: {
        "optimizer": lib.optimizers.Adam(use_ema=True, ema_momentum=0.8), "loss": "binary_crossentropy"
    })  # fmt: skip
    # Keras cannot fit a second time here: averages and weights are then one array, which it gives away twice.
    both.fit(table["x"], table["binary"], validation_split=0.3)
    both.assert_same_answers(table["x"], table["binary"])
