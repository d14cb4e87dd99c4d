"""SHAP values of the default classifier beside the shap package's own permutation explainer.

The embedded table: 1,000 rows, 23 columns, a background of 100 rows. The peer explains the same network
against the same background at its defaults, on the quickest input that there is: the table's columns encoded
already, so that each of its calls is the network alone. It explains fewer rows, and its time is scaled. Both
take their turn in every round. Their errors are measured against a long run of ours; that this run is right
is seen from the mean of all the peer's runs. Writes `results/explain.md`.
"""

import argparse
from collections.abc import Callable
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np
import polars as pl
import shap
from lightgbm import LGBMClassifier
from machine import describe_machine, installed
from processes import HERE
from speed_page import machine_section, markdown_table

import neurode
from neurode import NeuralClassifier
from neurode.explain import Explanation, shap_values
from neurode.typing import Columns

TABLE, TARGET = "credit_default", "default_payment_next_month"
ROWS, BACKGROUND, ROWS_OF_PEER, ROUNDS = 1_000, 100, 20, 6
LONG_RUN = 20_000
SECONDS_CEILING, ADDITIVITY_CEILING, RATIO_FLOOR = 10.0, 1e-3, 20.0
WIDE_COLUMNS, WIDE_ROWS = 200, 1_000
RESULT = HERE / "results" / "explain.md"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"at least 4 (default: {ROUNDS})")
    rounds = max(4, parser.parse_args().rounds)
    machine = describe_machine()
    machine["versions"] |= {name: installed(name) for name in ("shap", "lightgbm", "numba")}
    table = neurode.datasets.load(TABLE)
    frame, y = table.drop(TARGET), table[TARGET].to_numpy()
    model = NeuralClassifier(random_state=0).fit(frame, y)
    background = frame.sample(BACKGROUND, seed=1)
    rows = frame.sample(ROWS, seed=2)
    sections = [
        "# SHAP values",
        f"Written by `benchmarks/explain.py`. `{TABLE}`, the default `NeuralClassifier`: {ROWS:,} rows × "
        f"{frame.width} columns, a background of {BACKGROUND} rows.",
        machine_section({"machine": machine}),
        *beside_the_peer(model, rows, background, rounds),
        others(model, frame, y, background),
    ]
    RESULT.write_text("\n\n".join(sections) + "\n", encoding="utf-8")
    print(RESULT.read_text(encoding="utf-8"))


def beside_the_peer(
    model: NeuralClassifier, rows: pl.DataFrame, background: pl.DataFrame, rounds: int
) -> list[str]:
    peer_rows = rows.head(ROWS_OF_PEER)
    first, _ = timed(lambda: shap_values(model, rows, background))
    peer = peer_of(model, background)
    encoded = encoded_array(model, peer_rows)
    # Its masks are compiled in its first call.
    peer(encoded[:1], silent=True)
    ours, theirs, seconds, peer_seconds = [], [], [], []
    for number in range(rounds):
        taken, explanation = timed(lambda seed=number: shap_values(model, rows, background, seed=seed))
        seconds.append(taken)
        ours.append(explanation)
        np.random.seed(number)  # noqa: NPY002  The peer draws from NumPy's global generator.
        taken, values = timed(lambda: peer(encoded, silent=True))
        peer_seconds.append(taken * ROWS / ROWS_OF_PEER)
        theirs.append(in_order(model, rows, values.values))
    reference = shap_values(model, peer_rows, background, n_permutations=LONG_RUN, seed=1_000)
    ratios = [one / other for one, other in zip(peer_seconds, seconds)]
    away = max(np.abs(each.values.sum(axis=1) - (each.predictions - each.base_values)).max() for each in ours)
    errors = (
        error_of([each.values[:ROWS_OF_PEER, :, 0] for each in ours], reference),
        error_of(theirs, reference),
    )
    table = [
        [
            "neurode", f"{median(seconds):.2f}", f"{min(seconds):.2f}", "1.0", f"{errors[0]:.2e}",
        ],
        [
            "shap.explainers.Permutation", f"{median(peer_seconds):.0f}", f"{min(peer_seconds):.0f}",
            f"{median(ratios):.0f}", f"{errors[1]:.2e}",
        ],
    ]  # fmt: skip
    ratio, errors_apart = median(ratios), errors[1] / errors[0]
    return [
        "## Beside the shap package",
        f"Medians of {rounds} rounds. The peer explains {ROWS_OF_PEER} rows a round, and its time is scaled "
        f"to {ROWS:,}; what it is given is encoded already. An error is the root mean square of a value's "
        f"distance from that of {LONG_RUN:,} orders a row (standard error {typical(reference.errors):.1e}), "
        f"of the peer's rows; the mean size of a value is {np.abs(reference.values).mean():.1e}.",
        markdown_table(["explainer", "seconds", "least", "times neurode", "error of a value"], table),
        "\n".join(
            [
                f"- Under {SECONDS_CEILING:g} s: {verdict(median(seconds) < SECONDS_CEILING)}. The first "
                f"call, which compiles, took {first:.2f} s.",
                f"- Each row's values sum to its prediction less the base value, but for {away:.1e}; floor "
                f"{ADDITIVITY_CEILING:g}: {verdict(away < ADDITIVITY_CEILING)}.",
                f"- At least {RATIO_FLOOR:g} times the peer's speed: {verdict(ratio >= RATIO_FLOOR)}. Its "
                f"error is {errors_apart:.1f} times ours; at equal errors, which fall with the root of the "
                f"time, the ratio is {ratio * errors_apart**2:,.0f}.",
                f"- {agreement(reference, theirs)}",
                f"- {honesty(ours, reference)}",
            ]
        ),
    ]


def peer_of(model: NeuralClassifier, background: pl.DataFrame) -> Any:
    n_numbers = model.encoding_.n_numbers
    dtype = model.encoding_.transform(background).codes.dtype

    def positive(array: np.ndarray) -> np.ndarray:
        columns = Columns(array[:, :n_numbers].astype(np.float32), array[:, n_numbers:].astype(dtype))
        return model.probability(columns)[:, 1]

    masker = shap.maskers.Independent(encoded_array(model, background), max_samples=background.height)
    return shap.explainers.Permutation(positive, masker)


def encoded_array(model: NeuralClassifier, frame: pl.DataFrame) -> np.ndarray:
    columns = model.encoding_.transform(frame)
    return np.hstack([columns.numbers.astype(np.float64), columns.codes.astype(np.float64)])


def in_order(model: NeuralClassifier, rows: pl.DataFrame, values: np.ndarray) -> np.ndarray:
    """The peer's columns in the order of the table. This table's have a feature each."""
    names = list(model.encoding_.names)
    return values[:, [names.index(name) for name in rows.columns]]


def error_of(runs: list[np.ndarray], reference: Explanation) -> float:
    return typical(np.stack([values - reference.values[..., 0] for values in runs]))


def typical(values: np.ndarray) -> float:
    return float(np.sqrt(np.square(values).mean()))


def agreement(reference: Explanation, theirs: list[np.ndarray]) -> str:
    runs = np.stack(theirs)
    error = np.hypot(runs.std(axis=0, ddof=1) / np.sqrt(len(runs)), reference.errors[..., 0])
    z = (runs.mean(axis=0) - reference.values[..., 0]) / error
    # What Student's distribution of so few runs expects.
    wanted = np.sqrt((len(runs) - 1) / (len(runs) - 3))
    return (
        f"The mean of the peer's {len(runs)} runs and our long run differ by {typical(z):.2f} of their "
        f"standard errors (root mean square; chance alone makes {wanted:.2f} of it with {len(runs)} runs): "
        f"agreement within sampling error {verdict(typical(z) < 1.25 * wanted)}."
    )


def honesty(ours: list[Explanation], reference: Explanation) -> str:
    part = [each[:ROWS_OF_PEER] for each in ours]
    z = [(each.values - reference.values) / np.hypot(each.errors, reference.errors) for each in part]
    away = typical(np.stack(z))
    return f"Our own standard errors are honest: values lie {away:.2f} of them from those of the long run."


def others(model: NeuralClassifier, frame: pl.DataFrame, y: np.ndarray, background: pl.DataFrame) -> str:
    random = np.random.default_rng(0)
    wide = pl.DataFrame(
        random.normal(size=(3_000, WIDE_COLUMNS)), schema=[f"c{i}" for i in range(WIDE_COLUMNS)]
    )
    target = wide.to_numpy() @ random.normal(size=WIDE_COLUMNS) > 0
    network = NeuralClassifier(random_state=0, epochs=5).fit(wide, target)
    pandas = frame.to_pandas()
    pandas = pandas.astype(dict.fromkeys(pandas.select_dtypes("str"), "category"))
    trees = LGBMClassifier(random_state=0, verbose=-1).fit(pandas, y)
    part = pandas.iloc[:100]
    calls: dict[str, Callable[[], Any]] = {
        f"the default network, {WIDE_ROWS:,} rows × {WIDE_COLUMNS} numbers": lambda: shap_values(
            network, wide.head(WIDE_ROWS), wide.tail(BACKGROUND)
        ),
        f"the default network, 10 groups of {WIDE_COLUMNS} numbers, exact, 100 rows": lambda: shap_values(
            network, wide.head(100), wide.tail(BACKGROUND), method="exact",
            groups={f"group {place}": wide.columns[place::10] for place in range(10)},
        ),
        "the default network, the embedded table, all 30,000 rows": lambda: shap_values(
            model, frame, background
        ),
        f"LightGBM on a pandas frame, {len(part)} rows × {part.shape[1]} columns": lambda: shap_values(
            trees, part, pandas.iloc[-BACKGROUND:]
        ),
    }  # fmt: skip
    found = []
    for name, call in calls.items():
        call_seconds = [timed(call)[0] for _ in range(2)]
        found.append([name, f"{call_seconds[0]:.2f}", f"{call_seconds[1]:.2f}"])
    return "\n\n".join(
        [
            "## Other tables and models",
            f"A background of {BACKGROUND} rows. The first call compiles.",
            markdown_table(["what is explained", "seconds, first call", "second call"], found),
        ]
    )


def timed(call: Callable[[], Any]) -> tuple[float, Any]:
    begin = perf_counter()
    answer = call()
    return perf_counter() - begin, answer


def verdict(met: bool) -> str:
    return "met" if met else "not met"


if __name__ == "__main__":
    main()
