"""The default classifier beside scikit-learn's and LightGBM's: fitting, scoring a million rows, scoring one.

The embedded table, all 30,000 rows. Every model is timed in turn, round after round in one process, so that a
machine that slows down does so for all. The peers get what an expert would give them: numbers standardised
and levels one-hot before `MLPClassifier`, categories as such for LightGBM. Writes `results/estimators.md`.
"""

import argparse
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
from lightgbm import LGBMClassifier
from machine import describe_machine, installed
from processes import HERE
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from speed_page import machine_section, markdown_table

import neurode
from neurode import NeuralClassifier

TABLE, TARGET = "credit_default", "default_payment_next_month"
ROWS = 1_000_000
CALLS = 1_000
FIT_CEILING_SECONDS = 3.0
ROWS_A_SECOND_FLOOR = 2_000_000
ONE_ROW_CEILING_SECONDS = 1e-3
RESULT = HERE / "results" / "estimators.md"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5, help="times everything is timed (default: 5)")
    rounds = parser.parse_args().rounds
    machine = describe_machine()
    machine["versions"]["lightgbm"] = installed("lightgbm")
    table = neurode.datasets.load(TABLE)
    frame, y = table.drop(TARGET), table[TARGET].to_numpy()
    neural, pandas = NeuralClassifier(random_state=0), for_peers(frame.to_pandas())
    peers = {"scikit-learn": scikit_learn(), "LightGBM": LGBMClassifier(random_state=0, verbose=-1)}
    fits = {"neurode": lambda: neural.fit(frame, y)} | {
        name: (lambda peer=peer: peer.fit(pandas, y)) for name, peer in peers.items()
    }
    sections = [
        "# The default classifier: fitting and scoring",
        f"Written by `benchmarks/estimators.py`. `{TABLE}`, {frame.height:,} rows × {frame.width} columns; "
        f"medians of {rounds} rounds in which every model takes its turn, after one that is not counted. "
        "Other work on the machine makes all times longer; the ratios are of one round, and feel it less.",
        machine_section({"machine": machine}),
        fit_section(timed(fits, rounds), neural, peers["scikit-learn"]),
        many_section(neural, peers, frame, rounds),
        one_section(neural, peers, frame, y),
    ]
    RESULT.write_text("\n\n".join(sections) + "\n", encoding="utf-8")
    print(RESULT.read_text(encoding="utf-8"))


def scikit_learn() -> Any:
    """The same hidden layers, on columns made ready for them; it too stops early."""
    ready = make_column_transformer(
        (StandardScaler(), make_column_selector(dtype_include="number")),
        (OneHotEncoder(handle_unknown="ignore"), make_column_selector(dtype_exclude="number")),
    )
    return make_pipeline(ready, MLPClassifier((64, 32), early_stopping=True, random_state=0))


def for_peers(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.astype(dict.fromkeys(frame.select_dtypes("str"), "category"))


def timed(calls: Mapping[str, Callable[[], Any]], rounds: int) -> dict[str, list[float]]:
    """Seconds of every call, one a round."""
    found: dict[str, list[float]] = {name: [] for name in calls}
    for number in range(rounds + 1):
        for name, call in calls.items():
            begin = perf_counter()
            call()
            if number:
                found[name].append(perf_counter() - begin)
    return found


def ratio(seconds: Mapping[str, list[float]], name: str, reference: str) -> str:
    shares = [one / other for one, other in zip(seconds[name], seconds[reference])]
    return f"{median(shares):.2f}"


def verdict(met: bool) -> str:
    return "met" if met else "not met"


def fit_section(seconds: dict[str, list[float]], neural: NeuralClassifier, pipeline: Any) -> str:
    epochs = {"neurode": str(neural.n_iter_), "scikit-learn": str(pipeline[-1].n_iter_)}
    rows = [
        [
            name,
            f"{median(each):.2f}",
            f"{min(each):.2f}",
            ratio(seconds, name, "neurode"),
            epochs.get(name, "–"),
        ]
        for name, each in seconds.items()
    ]
    floor = verdict(median(seconds["neurode"]) <= FIT_CEILING_SECONDS)
    return "\n\n".join(
        [
            "## Fitting",
            f"`NeuralClassifier()` on the raw frame: schema, encoding, validation rows, profile and decision "
            f"included. Floor: at most {FIT_CEILING_SECONDS:g} s ({floor}).",
            markdown_table(["model", "seconds", "least", "times neurode", "epochs"], rows),
        ]
    )


def many_section(neural: NeuralClassifier, peers: Mapping[str, Any], frame: pl.DataFrame, rounds: int) -> str:
    many = pl.concat([frame] * -(-ROWS // frame.height)).head(ROWS).rechunk()
    as_pandas = many.to_pandas()
    ready, columns = for_peers(as_pandas), neural.encoding_.transform(many)
    seconds = timed(
        {
            "neurode, polars frame": lambda: neural.predict_proba(many),
            "neurode, pandas frame": lambda: neural.predict_proba(as_pandas),
            "neurode, encoded columns": lambda: neural.probability(columns),
        }
        | {
            f"{name}, pandas frame": (lambda peer=peer: peer.predict_proba(ready))
            for name, peer in peers.items()
        },
        rounds,
    )
    rows = []
    for name, each in seconds.items():
        rate, best = ROWS / median(each), ROWS / min(each)
        floor = verdict(rate >= ROWS_A_SECOND_FLOOR) if name.startswith("neurode") else "–"
        rows.append(
            [name, f"{rate:,.0f}", f"{best:,.0f}", ratio(seconds, name, "neurode, pandas frame"), floor]
        )
    return "\n\n".join(
        [
            "## A million rows",
            "The table repeated; from what is named to probabilities. "
            f"Floor: {ROWS_A_SECOND_FLOOR:,} rows per second.",
            markdown_table(
                ["model", "rows per second", "most", "time, of neurode from pandas", "floor"], rows
            ),
        ]
    )


def one_section(
    neural: NeuralClassifier, peers: Mapping[str, Any], frame: pl.DataFrame, y: np.ndarray
) -> str:
    array = frame.select(pl.selectors.numeric()).to_numpy().astype(np.float64)
    loaded, of_array = reloaded(neural), reloaded(NeuralClassifier(random_state=0, epochs=2).fit(array, y))
    row = frame.head(1)
    lists, as_pandas, ready = (
        row.to_dict(as_series=False),
        row.to_pandas(),
        for_peers(frame.to_pandas()).head(1),
    )
    calls = {
        "neurode, polars frame": lambda: loaded.predict_proba(row),
        "neurode, dict of lists": lambda: loaded.predict_proba(lists),
        "neurode, pandas frame": lambda: loaded.predict_proba(as_pandas),
        "neurode, array": lambda: of_array.predict_proba(array[:1]),
    } | {
        f"{name}, pandas frame": (lambda peer=peer: peer.predict_proba(ready)) for name, peer in peers.items()
    }
    rows = []
    for name, call in calls.items():
        # A block of calls for each: threads that a peer leaves spinning would slow down the next call.
        each = timed({name: call}, CALLS)[name]
        middle, late = (float(np.quantile(each, share)) for share in (0.5, 0.99))
        floor = (
            f"{verdict(middle < ONE_ROW_CEILING_SECONDS)}, {verdict(late < ONE_ROW_CEILING_SECONDS)}"
            if name.startswith("neurode")
            else "–"
        )
        rows.append([name, f"{middle * 1e6:,.0f}", f"{late * 1e6:,.0f}", floor])
    return "\n\n".join(
        [
            "## One row",
            f"A model from its file; {CALLS:,} calls of each in a row. Floor: under "
            f"{ONE_ROW_CEILING_SECONDS * 1e3:g} ms, judged for the median and the 99th percentile.",
            markdown_table(["model", "median, µs", "99th percentile, µs", "floor"], rows),
        ]
    )


def reloaded(classifier: NeuralClassifier) -> Any:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "classifier.neurode"
        classifier.save(path)
        return neurode.load(path)


if __name__ == "__main__":
    main()
