"""Records of reports for tests: made from random scores, complete, and small."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from neurode.evaluation import (
    Comparison,
    calibration_curve,
    category_segments,
    choose_threshold,
    gains_curve,
    judge,
    judge_regression,
    ks_curve,
    regression_segments,
    segments,
    threshold_curve,
)
from neurode.reporting import (
    Dependence,
    Drivers,
    Example,
    NetworkRecord,
    Origin,
    ReasonRecord,
    ReportRecord,
    render_report,
)

COST = {"false_negative": 5, "false_positive": 1}
FINDING = {
    "name": "dead units",
    "severity": "warning",
    "evidence": "dense: 3 of 8 units are 0 on all rows.",
    "meaning": "They learn nothing.",
    "advice": "silu instead of relu",
}


def scores(n_classes=2, n_rows=400, seed=0):
    """Targets and probabilities that know something of them."""
    generator = np.random.default_rng(seed)
    target = np.arange(n_rows) % n_classes
    probability = generator.random((n_rows, n_classes)) + 0.7 * np.eye(n_classes)[target]
    return target, probability / probability.sum(axis=1, keepdims=True)


def common(record, columns=("age", "grade")):
    """What records of all kinds have beside their comparison."""
    rows = np.random.default_rng(1).normal(size=(20, len(columns)))
    standing = rows.argsort(axis=0).argsort(axis=0) / 19
    standing[0, 0] = np.nan
    dependence = (
        Dependence("age", "number", (20.0, 40.0, 60.0), np.array([0.2, 0.3, 0.5]), np.ones((3, 3)),
                   np.array([0.3, 0.5, 0.2]), gap_mean=0.4, gap_share=0.1),
        Dependence("since", "date", ("2024-01-01", "2025-01-01"), np.array([0.2, 0.3]), np.ones((2, 2)),
                   np.array([0.5, 0.5])),
        Dependence("grade", "category", ("A", "B"), np.array([0.2, 0.3]), np.ones((2, 2)),
                   np.array([0.9, 0.1])),
    )  # fmt: skip
    unit = "probability" if hasattr(record.comparison.network, "confusion") else "number"
    example = Example(
        "The highest score", 17, "late", unit, 0.8, "probability of late 80.0 %, called ‘late’.", columns,
        {"age": "33", "grade": "B"}, np.array([0.5, -0.1]), 0.4, 0.5,
        (ReasonRecord("age is 33, typically 51", 12.5, 0.97),), ("age: 33 → 51; then the call is paid",),
    )  # fmt: skip
    return replace(
        record,
        origin=Origin("loans.csv", "Rows were drawn at random.", {"test": ("2025-01-01", "2025-06-30")}),
        network=NetworkRecord(
            [2, 4, 1], list(columns), ["late"], ["relu", "sigmoid"], [np.ones((2, 4), np.float32), None], 17,
            "Layers",
        ),
        history={"learning_rate": [0.1, 0.1], "loss": [0.7, np.nan], "val_loss": [0.7, 0.65], "auc": [0, 1]},
        best_epoch=1,
        diagnosis={"healthy": False, "findings": [FINDING], "looked_at": ["the weights"]},
        config={"cost": COST, "settings": {"hidden_layer_sizes": [4]}},
        schema=[
            {"name": "age", "kind": "number", "gaps": 0.25, "values": "18 to 99", "notes": ""},
            {"name": "grade", "kind": "category", "gaps": 0.0, "values": "A, B", "notes": ""},
        ],
        warnings=["one column has a single value"],
        splits={"training": 21000, "test": 400},
        timings={"training": 0.25},
        versions={"neurode": "0.1.0"},
        reproduce="neurode train loans.csv --target late",
        in_full=("grade",),
        cross_validation={
            "n_folds": 2, "n_rows": [200, 200],
            "metrics": {"roc_auc": {"mean": 0.7, "spread": None, "folds": [0.7, None]}},
        },
        drivers=(
            Drivers("late", unit, columns, rows, standing, (True, False), 0.4, 100, dependence),
        ),
        examples=(example,),
    )  # fmt: skip


def of_classes(n_classes=2, labels=None, complete=True):
    """The record of a classifier."""
    target, probability = scores(n_classes)
    classes = labels or [f"class {place}" for place in range(n_classes)]
    two = n_classes == 2
    threshold = choose_threshold(target, probability, "cost", cost=COST) if two else None
    other = scores(n_classes, seed=5)[1]
    judged = [
        judge(name, target, each, classes, threshold and threshold.value, n_resamples=30, fit_seconds=1.0)
        for name, each in (("network", probability), ("logistic regression", other))
    ]
    column = category_segments("grade", np.arange(400) % 3, ["A", "B", "C"])
    record = ReportRecord(
        title="Will it be late?",
        comparison=Comparison(judged[0], (judged[1],), threshold),
        target="late",
        subtitle="loans.csv",
        decision="Trained as it is.\nNot calibrated.\nCalled from 0.3 on.\nNobody is referred.",
        reliability=calibration_curve(target, probability),
        thresholds=threshold_curve(target, probability, cost=COST) if two else None,
        gains=gains_curve(target, probability) if two else None,
        ks=ks_curve(target, probability) if two else None,
        segments={"late": segments(target, probability, [column], threshold=0.3)},
    )
    return common(record) if complete else record


def of_numbers(n_targets=1):
    """The record of a predictor of numbers."""
    generator = np.random.default_rng(0)
    target = np.exp(generator.normal(size=(400, n_targets)))
    names = [f"price {place}" for place in range(n_targets)]
    guess = target + 0.3 * generator.normal(size=target.shape) * (1 + (np.arange(400) % 3 == 2))[:, None]
    judged = [
        judge_regression(name, target, each, names, n_resamples=30)
        for name, each in (("network", guess), ("mean", np.full_like(target, target.mean())))
    ]
    column = category_segments("grade", np.arange(400) % 3, ["A", "B", "C"])
    record = ReportRecord(
        title="What price?",
        comparison=Comparison(judged[0], (judged[1],)),
        target=", ".join(names),
        segments={
            name: regression_segments(target[:, place], guess[:, place], [column])
            for place, name in enumerate(names)
        },
    )
    return common(record)


KINDS = {
    "two classes": of_classes,
    "three classes": lambda: of_classes(3),
    "a number": of_numbers,
    "two numbers": lambda: of_numbers(2),
    "no more than scores": lambda: of_classes(complete=False),
}


@pytest.fixture(scope="session")
def made():
    """How records are made, and the pages of them, each drawn once."""
    drawn = {}

    def page(kind):
        if kind not in drawn:
            drawn[kind] = render_report(KINDS[kind]())
        return drawn[kind]

    # Of this one the page has two figures alone.
    light = replace(of_classes(3, complete=False), reliability=None)
    return SimpleNamespace(
        of_classes=of_classes, of_numbers=of_numbers, page=page, light=light, finding=FINDING
    )


@pytest.fixture(scope="session", params=list(KINDS))
def kind(request):
    """The name of each kind of record."""
    return request.param


@pytest.fixture(scope="session")
def record(kind):
    """A record of each kind."""
    return KINDS[kind]()
