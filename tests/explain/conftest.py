"""Small networks on raw tables, fitted once: what is explained does not have to be good."""

from datetime import date, timedelta
from itertools import combinations
from math import factorial

import numpy as np
import polars as pl
import pytest

from neurode.estimators import NeuralClassifier, NeuralRegressor
from neurode.layers import BatchNormalization, Concatenate, Dense, Dropout

N_ROWS = 120
QUICK = {
    "hidden_layer_sizes": (6, 4), "learning_rate": 0.05, "epochs": 3, "early_stopping": False,
    "random_state": 0,
}  # fmt: skip


def branches(features):
    """A network whose features are read by two layers."""
    deep = Dense(3, activation="tanh")(Dense(5, activation="gelu")(Dropout(0.5)(features)))
    wide = Dense(2, use_bias=False)(features)
    return Dense(1, activation="sigmoid")(Concatenate()([deep, wide]))


def normalized(features):
    """A network whose first layer is not dense."""
    return Dense(1, activation="sigmoid")(Dense(4, activation="relu")(BatchNormalization()(features)))


def brute(predict, rows, background, players):
    """Shapley values `(rows, players, outputs)` of a function of a polars frame, as the definition says."""
    names, count = list(players), len(players)
    coalitions = [each for size in range(count + 1) for each in combinations(names, size)]
    mixed = []
    for row in rows.to_dicts():
        for coalition in coalitions:
            kept = {column for name in coalition for column in players[name]}
            for other in background.to_dicts():
                mixed.append({column: (row if column in kept else other)[column] for column in row})
    answers = predict(pl.DataFrame(mixed, schema=rows.schema))
    answers = np.asarray(answers, np.float64).reshape(rows.height, len(coalitions), background.height, -1)
    worth = dict(zip(coalitions, answers.mean(axis=2).swapaxes(0, 1)))
    values = np.zeros((rows.height, count, answers.shape[-1]))
    for place, name in enumerate(names):
        for coalition in coalitions:
            if name not in coalition:
                joined = tuple(each for each in names if each in coalition or each == name)
                weight = factorial(len(coalition)) * factorial(count - len(coalition) - 1) / factorial(count)
                values[:, place] += weight * (worth[joined] - worth[coalition])
    return values


@pytest.fixture(scope="session")
def brute_force():
    return brute


@pytest.fixture(scope="session")
def applicants():
    """Numbers with gaps, categories and a flag: five columns that count and one that is text."""
    random = np.random.default_rng(0)
    income = np.exp(random.normal(10, 1, N_ROWS)).tolist()
    return pl.DataFrame(
        {
            "size": random.normal(size=N_ROWS),
            "income": [None if gap else each for each, gap in zip(income, random.random(N_ROWS) < 0.2)],
            "town": np.array(["Ulm", "Bonn", "Kiel", "Jena", None])[random.integers(0, 5, N_ROWS)].tolist(),
            "owner": random.random(N_ROWS) < 0.5,
            "age": random.integers(18, 80, N_ROWS),
            "note": [f"this is the remark number {place} on an applicant" for place in range(N_ROWS)],
        }
    )


@pytest.fixture(scope="session")
def late(applicants):
    size, owner = applicants["size"].to_numpy(), applicants["owner"].to_numpy()
    return (size * np.where(owner, 1, -1) + (applicants["age"].to_numpy() > 50) > 0.4).astype(int)


@pytest.fixture(scope="session")
def dated(applicants):
    """Two dates, which the network knows the days between."""
    random = np.random.default_rng(1)
    start = [date(2020, 1, 1) + timedelta(days=int(day)) for day in random.integers(0, 700, N_ROWS)]
    end = [day + timedelta(days=int(more)) for day, more in zip(start, random.integers(1, 900, N_ROWS))]
    return applicants.select("size", "town").with_columns(opened=pl.Series(start), closed=pl.Series(end))


@pytest.fixture(scope="session")
def binary(applicants, late):
    return NeuralClassifier(**QUICK, balance="class_weight").fit(applicants, late)


@pytest.fixture(scope="session")
def models(applicants, late, dated, binary):
    """By name: a fitted estimator, its table, and the function of a table that is explained."""
    classes = np.array(["good", "bad", "ugly"])[np.arange(N_ROWS) % 3 * late]
    numbers = applicants["size"].to_numpy() * 100 + late
    several = {"a": numbers, "b": -numbers * late}
    fitted = {
        "binary": binary,
        "custom": NeuralClassifier(**QUICK, network=branches).fit(applicants, late),
        "normalized": NeuralClassifier(**QUICK, network=normalized).fit(applicants, late),
        "embedded": NeuralClassifier(**QUICK, one_hot_limit=2).fit(applicants, late),
        "dates": NeuralClassifier(**QUICK).fit(dated, late),
        "classes": NeuralClassifier(**QUICK).fit(applicants, classes),
        "numbers": NeuralRegressor(**QUICK).fit(applicants, pl.DataFrame(several)),
    }

    def explained(name, model):
        if name == "numbers":
            return model.predict
        return model.predict_proba if name == "classes" else lambda table: model.predict_proba(table)[:, 1]

    tables = {"dates": dated}
    return {
        name: (model, tables.get(name, applicants), explained(name, model)) for name, model in fitted.items()
    }
