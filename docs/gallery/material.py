"""What the gallery's figures are drawn from: the embedded table, and networks that were trained on it."""

import tempfile
from functools import cached_property
from itertools import pairwise

import numpy as np
import polars as pl

import neurode
from neurode import evaluation, explain
from neurode.datasets import load_credit_default, make_loans
from neurode.diagnosis import Vitals
from neurode.layers import Dense, Dropout, Input
from neurode.models import Model, Sequential

TARGET = "default_payment_next_month"


class Material:
    """Everything is made when it is first asked for, from fixed seeds."""

    @cached_property
    def run(self):
        return neurode.train("credit_default", output=tempfile.mkdtemp(), seed=0)

    @cached_property
    def scores(self):
        """Actual class and `(rows, 2)` probabilities of the run's test rows."""
        rows = pl.read_parquet(self.run.path / "predictions.parquet").filter(part="test")
        positive = rows["probability_1"].to_numpy().astype(float)
        return rows["target"].to_numpy(), np.column_stack([1 - positive, positive])

    @cached_property
    def network(self):
        return self.run.evaluation.network

    @cached_property
    def classes(self):
        return ("paid", "default")

    @cached_property
    def thresholds(self):
        return evaluation.threshold_curve(*self.scores, cost={"false_negative": 5, "false_positive": 1})

    @cached_property
    def gains(self):
        return evaluation.gains_curve(*self.scores)

    @cached_property
    def rows(self):
        """Feature rows, each tenth one of the table."""
        return load_credit_default().gather_every(10).drop(TARGET)

    @cached_property
    def correlations(self):
        table = load_credit_default()
        return neurode.tables.rank_correlations(table, neurode.Schema.infer(table, target=TARGET))

    @cached_property
    def explanation(self):
        return explain.shap_values(self.run.model, self.rows[:600], self.rows, seed=0)

    @cached_property
    def limits(self):
        """The credit limit, actual and predicted, of rows that a regressor has not seen."""
        table = load_credit_default().drop(TARGET)
        regressor = neurode.NeuralRegressor(epochs=10, random_state=0)
        regressor.fit(table[:12_000].drop("limit_bal"), table["limit_bal"][:12_000])
        rest = table[20_000:]
        return rest["limit_bal"].to_numpy().astype(float), regressor.predict(rest.drop("limit_bal")).ravel()

    @cached_property
    def small(self):
        """A classifier of two columns, a number and a category."""
        loans = make_loans(4_000, seed=0).select("home_ownership", "annual_inc", "problem_loan")
        classifier = neurode.NeuralClassifier((5,), epochs=15, scaling="robust", dropout=0.1, random_state=0)
        return classifier.fit(loans.drop("problem_loan"), loans["problem_loan"])

    @cached_property
    def moons(self):
        """Two features that no straight line parts: rows, classes, a network, and what was seen of its fit."""
        generator = np.random.default_rng(0)
        angle, label = generator.uniform(0, np.pi, 400), np.arange(400) % 2
        side = 1 - 2 * label
        x = np.column_stack(
            [side * np.cos(angle) + 0.5 * (1 - side), side * np.sin(angle) + 0.25 * (1 - side)]
        )
        x += generator.normal(0, 0.15, x.shape)
        net = Sequential(
            [Input((2,)), Dense(16, "tanh"), Dense(16, "relu"), Dropout(0.1), Dense(1, "sigmoid")], seed=0
        )
        net.compile("adam", "binary_crossentropy", metrics=["accuracy"])
        vitals = Vitals(x, label)
        net.fit(x, label, epochs=60, batch_size=32, verbose=0, callbacks=[vitals])
        return x, label, net, vitals

    @cached_property
    def branching(self):
        """A functional model with two inputs."""
        from neurode.layers import Concatenate

        loan, person = Input((4,), name="loan"), Input((6,), name="person")
        both = Concatenate()([Dense(8, "relu")(loan), Dense(8, "relu")(person)])
        return Model([loan, person], Dense(1, "sigmoid", name="default")(Dropout(0.3)(both)))


def random_network(*sizes, seed=0):
    """Arguments of `draw_network` for layers of these sizes, with drawn weights."""
    generator = np.random.default_rng(seed)
    return {
        "layer_sizes": sizes,
        "weights": [generator.normal(size=pair) for pair in pairwise(sizes)],
        "biases": [generator.normal(size=size) for size in sizes[1:]],
        "activations": ["relu"] * (len(sizes) - 2) + ["softmax" if sizes[-1] > 1 else "sigmoid"],
        "dropouts": [0, *[0.3] * (len(sizes) - 2)],
        "input_names": [f"months since the last delinquency, {i}" for i in range(sizes[0])],
        "output_names": [f"a class of quite a name, {i}" for i in range(sizes[-1])],
    }
