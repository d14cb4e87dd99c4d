"""Classes as the target of a run: one class a row, judged with thresholds, calibration and referral."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
from jaxtyping import Int

from neurode.errors import ArgumentError
from neurode.estimators import NeuralClassifier
from neurode.evaluation import (
    Baseline,
    Comparison,
    Decision,
    Threshold,
    calibration_curve,
    choose_threshold,
    correct_priors,
    deployment_weights,
    fit_baselines,
    judge,
)
from neurode.runs.options import check_decision, check_for_task
from neurode.runs.target import Answers, Judgement, Parts, Target
from neurode.tables import Split
from neurode.typing import Columns


@dataclass(frozen=True, eq=False)
class ClassTarget(Target):
    """One class a row.

    Attributes:
        codes: The class of each row as a place in `labels`.
        labels: The classes; of two, the second is the positive one.
    """

    codes: np.ndarray
    labels: tuple[Any, ...]

    task: ClassVar[str] = "classification"

    @property
    def headline(self) -> tuple[str, ...]:
        if len(self.labels) == 2:
            return ("roc_auc", "pr_auc", "brier", "precision", "recall")
        return ("roc_auc", "accuracy", "macro_f1", "log_loss")

    @property
    def classes(self) -> tuple[Any, ...]:
        return self.labels

    def strata(self, *, at_random: bool) -> np.ndarray | None:
        return self.codes

    def estimator(self, settings: Mapping[str, Any]) -> NeuralClassifier:
        check_for_task(settings, self.task)
        check_decision(settings, len(self.labels))
        return NeuralClassifier(**{**settings, "positive": self.positive})

    def fit_baselines(self, train: Columns, rows: np.ndarray, seed: int) -> tuple[Baseline, ...]:
        return fit_baselines(train, self.codes[rows], n_classes=len(self.labels), seed=seed)

    def judge(
        self, estimator: Any, baselines: Any, parts: Parts, split: Split, seconds: float, seed: int
    ) -> tuple[Judgement, ...]:
        decision: Decision = estimator.decision_
        names = tuple(map(str, self.labels))
        validation, test = self.codes[split.validation], self.codes[split.test]
        given = estimator.probability(parts.test)
        scored = at_table_rates(decision, given)
        line = line_at_table_rates(decision)
        network = judge("network", test, scored, names, line, seed=seed, fit_seconds=seconds)
        judged = [
            judge(
                each.name, test, each.predict_proba(parts.test), names,
                self._line_of(each, decision, estimator, parts.validation, validation, line),
                seed=seed, fit_seconds=each.fit_seconds,
            )
            for each in baselines
        ]  # fmt: skip
        on_validation = at_table_rates(decision, estimator.probability(parts.validation))
        threshold = told_threshold(decision, line, validation, on_validation)
        return (
            Judgement(
                name=self.names[0],
                title=f"{self.names[0]}: will it be {self.positive!s}?"
                if len(names) == 2
                else f"Which {self.names[0]}?",
                comparison=Comparison(network, tuple(judged), threshold),
                decision="\n".join(
                    [
                        str(decision),
                        *_on_test_rows(decision, test, given),
                        *_calls_of_its_own(estimator, self.labels, test, given, scored),
                    ]
                ),
                reliability=calibration_curve(test, scored),
                outputs=names[-1:] if estimator.model_.output_shape[-1] == 1 else names,
                referral=count_referred(decision, test, given),
            ),
        )

    def answers(self, estimator: Any, columns: Columns, rows: np.ndarray) -> tuple[Answers, ...]:
        decision: Decision = estimator.decision_
        names = tuple(map(str, self.labels))
        said = at_table_rates(decision, estimator.probability(columns))
        outputs = names[1:] if len(names) == 2 else names
        return (Answers(self.codes[rows], said, names, line_at_table_rates(decision), outputs),)

    def measure(self, estimator: Any, test: Columns, rows: np.ndarray) -> dict[str, float]:
        decision = estimator.decision_
        probability = at_table_rates(decision, estimator.probability(test))
        judged = judge(
            "network", self.codes[rows], probability, tuple(map(str, self.labels)),
            line_at_table_rates(decision), n_resamples=0,
        )  # fmt: skip
        return {name: judged.metrics[name].value for name in self.headline}

    def predictions(self, estimator: Any, columns: Columns) -> dict[str, np.ndarray]:
        probability = estimator.probability(columns)
        first = 1 if len(self.labels) == 2 else 0
        scores = {
            f"probability_{label}": probability[:, place]
            for place, label in enumerate(self.labels)
            if place >= first
        }
        return {**scores, "prediction": estimator.decide(probability)}

    def _line_of(
        self,
        baseline: Baseline,
        decision: Decision,
        estimator: Any,
        columns: Columns,
        codes: np.ndarray,
        network_line: float | None,
    ) -> float | None:
        """A baseline's own threshold, chosen by the network's rule on the same validation rows."""
        if network_line is None or not isinstance(estimator.threshold, str):
            return network_line
        probability, weight, rates = baseline.predict_proba(columns), None, decision.deployment_rates
        if rates is not None:
            probability = correct_priors(probability, decision.base_rates, rates)
            weight = deployment_weights(codes, rates)
        rule = estimator.threshold
        cost = estimator.cost if rule == "cost" else None
        try:
            chosen = choose_threshold(codes, probability, rule, cost=cost, sample_weight=weight).value
        except ArgumentError:
            # A baseline that no threshold can bring to the target is judged at 0.5.
            chosen = 0.5
        return _moved(decision, chosen)


def at_table_rates(decision: Decision, probability: np.ndarray) -> np.ndarray:
    """The probabilities where classes are as frequent as in the table, which is how the test rows are.

    Example:
        >>> decision = Decision(base_rates=(0.5, 0.5), deployment_rates=(0.9, 0.1))
        >>> at_table_rates(decision, np.array([[0.9, 0.1]])).round(3)
        array([[0.5, 0.5]])
    """
    rates = decision.deployment_rates
    return probability if rates is None else correct_priors(probability, rates, decision.base_rates)


def line_at_table_rates(decision: Decision) -> float | None:
    """The threshold that calls the same rows, for the probabilities of `at_table_rates`.

    Example:
        >>> round(line_at_table_rates(Decision(base_rates=(0.5, 0.5), deployment_rates=(0.9, 0.1))), 3)
        0.9
    """
    return None if decision.line is None else _moved(decision, decision.line)


def told_threshold(
    decision: Decision, line: float | None, codes: np.ndarray, probability: np.ndarray
) -> Threshold | None:
    """How the threshold was chosen and what it gives on the validation rows."""
    if line is None:
        return None
    threshold = decision.threshold or Threshold(line, f"{line:g}", {})
    if threshold.reached and decision.deployment_rates is None:
        return threshold
    # A fixed threshold has reached nothing yet, and one that was chosen for other class rates, other things.
    reached = choose_threshold(codes, probability, min(line, 1.0)).reached
    return replace(threshold, value=line, reached=reached)


def count_referred(
    decision: Decision, codes: np.ndarray, probability: np.ndarray
) -> Int[np.ndarray, "2 3"] | None:
    """Rows of each class that are called no, called yes and referred; None where nobody is referred.

    Example:
        >>> from neurode.evaluation import ReferBand
        >>> band = ReferBand(0.4, 0.6, "0.4..0.6", {})
        >>> score = np.array([0.1, 0.5, 0.55, 0.9])
        >>> count_referred(Decision(base_rates=(0.5, 0.5), refer_band=band), np.array([0, 0, 1, 1]),
        ...                np.column_stack([1 - score, score]))
        array([[1, 0, 1],
               [0, 1, 1]])
    """
    band = decision.refer_band
    if band is None or not band.low < band.high:
        return None
    calls = decision.decide(probability)
    counted = [
        np.count_nonzero((codes == actual) & (calls == call)) for actual in (0, 1) for call in (0, 1, -1)
    ]
    return np.array(counted, dtype=np.int64).reshape(2, 3)


def _moved(decision: Decision, line: float) -> float:
    if decision.deployment_rates is None or not 0 < line < 1:
        return line
    return float(at_table_rates(decision, np.array([[1 - line, line]]))[0, 1])


def _on_test_rows(decision: Decision, codes: np.ndarray, probability: np.ndarray) -> list[str]:
    """What has to be said of the test rows beside the decision."""
    lines = []
    if decision.deployment_rates is not None:
        lines.append("The test rows have the class rates of the table: they are judged before that move.")
    band = decision.refer_band
    if band is not None and band.low < band.high:
        calls = decision.decide(probability)
        decided = calls >= 0
        text = f"Of the test rows {100 * (~decided).mean():.1f} % are referred"
        if decided.any():
            right = (calls == codes)[decided].mean()
            text += f"; of the others {100 * right:.1f} % are called rightly"
        lines.append(text + ". The tables count them as called by the threshold.")
    return lines


def _calls_of_its_own(
    estimator: Any, labels: tuple[Any, ...], codes: np.ndarray, given: np.ndarray, scored: np.ndarray
) -> list[str]:
    """What is to be said where a network of many classes does not call the likeliest of them."""
    if len(labels) == 2:
        return []
    calls, classes = estimator.decide(given), np.asarray(labels)
    moved = (calls != classes[scored.argmax(axis=1)]).mean()
    if not moved:
        return []
    right = (calls == classes[codes]).mean()
    return [
        f"The tables call the likeliest class. The network calls {100 * moved:.1f} % of the test rows "
        f"otherwise, by the class rates that it was trained or is used with; "
        f"{100 * right:.1f} % of its calls are right."
    ]
