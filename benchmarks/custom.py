"""Functions of one's own and callbacks, beside the built-in path: `make bench`.

Every pair is fitted in turn, round after round in one process, so that a machine that slows down does so for
both. Writes `results/custom.md` and `results/custom.json`.
"""

import argparse
import json
from collections.abc import Callable
from statistics import median
from time import perf_counter

import numpy as np
from machine import describe_machine
from processes import HERE
from speed_page import machine_section, markdown_table

from neurode import backend as K
from neurode import callbacks, ops
from neurode.layers import Dense, Input
from neurode.models import Sequential

FLOOR = 1.2
NETWORKS = {"77-1": (), "77-12-12-1": (12, 12), "77-64-64-1": (64, 64)}
BATCH_SIZE = 32


def own_relu(x):
    return ops.maximum(x, 0.0)


def own_crossentropy(y_true, y_pred):
    p = K.clip(y_pred, K.epsilon(), 1 - K.epsilon())
    return -K.mean(y_true * K.log(p) + (1 - y_true) * K.log(1 - p), axis=-1)


def own_squared_error(y_true, y_pred):
    return K.mean(K.square(y_true - y_pred), axis=-1)


def own_recall(y_true, y_pred):
    found = K.sum(K.round(K.clip(y_true * y_pred, 0, 1)))
    return found / (K.sum(K.round(K.clip(y_true, 0, 1))) + K.epsilon())


def own_precision(y_true, y_pred):
    found = K.sum(K.round(K.clip(y_true * y_pred, 0, 1)))
    return found / (K.sum(K.round(K.clip(y_pred, 0, 1))) + K.epsilon())


def everyday_callbacks():
    return [
        callbacks.EarlyStopping(monitor="loss", patience=100, restore_best_weights=True),
        callbacks.ReduceLROnPlateau(monitor="loss", patience=100),
        callbacks.LearningRateScheduler(lambda epoch, rate: rate),
        callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: None),
        callbacks.TerminateOnNaN(),
    ]


CASES = {
    "own activation": ({}, {"activation": own_relu}),
    "own loss": ({}, {"loss": own_crossentropy}),
    "own metric, by row": ({"metrics": ["mse"]}, {"metrics": [own_squared_error]}),
    "own metrics, by batch": (
        {"metrics": ["recall", "precision"]},
        {"metrics": [own_recall, own_precision]},
    ),
    "five callbacks": ({}, {"callbacks": everyday_callbacks}),
}
"""What the built-in path is given, and what its rival."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=276_928)
    parser.add_argument("--rounds", type=int, default=7, help="times every fit is timed (default: 7)")
    arguments = parser.parse_args()
    machine = describe_machine()
    x, y = table(arguments.rows)
    steps = -(-arguments.rows // BATCH_SIZE)
    measured = {
        network: {
            case: compared(fit_of(units, x, y, **one), fit_of(units, x, y, **other), arguments.rounds, steps)
            for case, (one, other) in CASES.items()
            if units or "activation" not in other
        }
        for network, units in NETWORKS.items()
    }
    results = {"machine": machine, "rows": arguments.rows, "rounds": arguments.rounds, "measured": measured}
    (HERE / "results" / "custom.json").write_text(json.dumps(results, indent=2) + "\n")
    (HERE / "results" / "custom.md").write_text(page(results))
    print(HERE / "results" / "custom.md")


def table(rows: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    x = rng.random((rows, 77), np.float32)
    return x, (x[:, :5].sum(axis=1) + rng.normal(size=rows) > 2.5).astype(np.float32)


def fit_of(
    units: tuple[int, ...],
    x: np.ndarray,
    y: np.ndarray,
    activation="relu",
    loss="binary_crossentropy",
    metrics=None,
    callbacks=None,
) -> Callable[[], float]:
    """A fit of one epoch, compiled already, that returns its seconds."""
    hidden = [Dense(width, activation=activation) for width in units]
    model = Sequential([Input((77,)), *hidden, Dense(1, activation="sigmoid")])
    model.compile("adam", loss, metrics=metrics)

    def fit() -> float:
        own = callbacks() if callbacks else None
        begin = perf_counter()
        model.fit(x, y, batch_size=BATCH_SIZE, epochs=1, verbose=0, callbacks=own)
        return perf_counter() - begin

    fit()
    return fit


def compared(one: Callable[[], float], other: Callable[[], float], rounds: int, steps: int) -> dict:
    pairs = [(one(), other()) for _ in range(rounds)]
    return {
        "built_in": median(first for first, _ in pairs) / steps * 1e6,
        "own": median(second for _, second in pairs) / steps * 1e6,
        "ratio": median(second / first for first, second in pairs),
    }


def page(results: dict) -> str:
    begin = (
        "# Functions of one's own and callbacks\n\n"
        f"Written by `benchmarks/custom.py`. {results['rows']:,} rows × 77 columns, batch {BATCH_SIZE}, "
        f"Adam, one epoch a fit, {results['rounds']} rounds; microseconds per step, whole fits divided by "
        "steps. "
        f"The ratio is the median over rounds of own / built-in (floor: at most {FLOOR})."
    )
    rows = [
        [
            network,
            case,
            f"{found['built_in']:.2f}",
            f"{found['own']:.2f}",
            f"{found['ratio']:.2f} ({'met' if found['ratio'] <= FLOOR else 'not met'})",
        ]
        for network, cases in results["measured"].items()
        for case, found in cases.items()
    ]
    table = markdown_table(["network", "case", "built-in", "own", "ratio"], rows)
    return "\n\n".join([begin, machine_section(results), table]) + "\n"


if __name__ == "__main__":
    main()
