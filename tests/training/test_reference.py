"""The engine against a slow trainer in float64 NumPy: layers, backpropagation and Keras's rules written out.

The table has a short last batch, which the engine pads and masks; here it is simply shorter.
"""

import numpy as np
import pytest

from neurode.layers import BatchNormalization, Dense, Input
from neurode.models import Sequential
from neurode.optimizers import SGD, Adam

ROWS, FEATURES, HIDDEN, BATCH, EPOCHS = 50, 3, 4, 16, 3
MOMENTUM, EPSILON = 0.9, 1e-3


@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(ROWS, FEATURES)).astype(np.float32).astype(float)
    label = (x[:, 0] + 0.5 * rng.normal(size=ROWS) > 0).astype(int) + (x[:, 1] > 1)
    return x, label, rng.uniform(0, 2, ROWS).astype(np.float32).astype(float)


class NaiveSGD:
    def __init__(self, rate, momentum):
        self.rate, self.momentum, self.velocity = rate, momentum, {}

    def changed(self, name, weight, gradient, step):
        velocity = self.momentum * self.velocity.get(name, 0) - self.rate * gradient
        self.velocity[name] = velocity
        return weight + velocity


class NaiveAdam:
    def __init__(self, rate):
        self.rate, self.means = rate, {}

    def changed(self, name, weight, gradient, step):
        m, v = self.means.get(name, (0, 0))
        m, v = 0.9 * m + 0.1 * gradient, 0.999 * v + 0.001 * gradient**2
        self.means[name] = m, v
        alpha = self.rate * np.sqrt(1 - 0.999**step) / (1 - 0.9**step)
        return weight - alpha * m / (np.sqrt(v) + 1e-7)


def naive_step(w, x, y, weight, kind):
    """Loss, predictions and gradients of one batch; moving means of `w` are updated in place."""
    n = len(x)
    hidden = np.tanh(x @ w["kernel"] + w["bias"])
    seen = hidden
    if "gamma" in w:
        mean, variance = hidden.mean(axis=0), hidden.var(axis=0)
        w["moving_mean"] = MOMENTUM * w["moving_mean"] + (1 - MOMENTUM) * mean
        w["moving_variance"] = MOMENTUM * w["moving_variance"] + (1 - MOMENTUM) * variance
        scale = 1 / np.sqrt(variance + EPSILON)
        normal = (hidden - mean) * scale
        seen = w["gamma"] * normal + w["beta"]
    z = seen @ w["kernel_1"] + w["bias_1"]
    if kind == "binary":
        p = 1 / (1 + np.exp(-z))
        rows = -(y * np.log(p) + (1 - y) * np.log(1 - p)).mean(axis=1)
        d_z = (p - y) / z.shape[1]
    elif kind == "classes":
        p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
        rows = -np.log(p[np.arange(n), y])
        d_z = p - np.eye(3)[y]
    else:
        p = z
        rows, d_z = ((y - z) ** 2).mean(axis=1), 2 * (z - y) / z.shape[1]
    d_z = d_z * (weight / n)[:, None]
    gradients = {"kernel_1": seen.T @ d_z, "bias_1": d_z.sum(axis=0)}
    d_hidden = d_z @ w["kernel_1"].T
    if "gamma" in w:
        gradients |= {"gamma": (d_hidden * normal).sum(axis=0), "beta": d_hidden.sum(axis=0)}
        d_normal = d_hidden * w["gamma"]
        d_hidden = scale * (d_normal - d_normal.mean(axis=0) - normal * (d_normal * normal).mean(axis=0))
    d_sum = d_hidden * (1 - hidden**2)
    gradients |= {"kernel": x.T @ d_sum, "bias": d_sum.sum(axis=0)}
    return (rows * weight).sum() / n, p, gradients


def naive_fit(w, x, y, weight, kind, rule):
    """The weights after all epochs, and the loss and accuracy of every epoch."""
    step, history = 0, {"loss": [], "accuracy": []}
    for _ in range(EPOCHS):
        loss, right = 0.0, 0.0
        for start in range(0, ROWS, BATCH):
            rows = slice(start, start + BATCH)
            step += 1
            batch_loss, p, gradients = naive_step(w, x[rows], y[rows], weight[rows], kind)
            w = w | {name: rule.changed(name, w[name], g, step) for name, g in gradients.items()}
            loss += batch_loss * len(x[rows])
            hit = p.argmax(axis=1) == y[rows] if kind == "classes" else (p > 0.5) == y[rows]
            right += hit.sum()
        history["loss"].append(loss / ROWS)
        history["accuracy"].append(right / ROWS)
    return w, history


KINDS = {
    "binary": ("binary_crossentropy", 1, "sigmoid"),
    "classes": ("sparse_categorical_crossentropy", 3, "softmax"),
    "numbers": ("mse", 2, None),
}
NAMES = ["kernel", "bias", "kernel_1", "bias_1"]
NAMES_NORMAL = ["kernel", "bias", "gamma", "beta", "moving_mean", "moving_variance", "kernel_1", "bias_1"]


def targets(kind, label, x):
    if kind == "binary":
        return (label > 0).astype(float)[:, None]
    return label if kind == "classes" else np.stack([x.sum(axis=1), x[:, 0] * x[:, 1]], axis=1)


@pytest.mark.parametrize("weights", ["even", "sample_weight", "class_weight", "both"])
@pytest.mark.parametrize(
    ("kind", "rule", "normal"),
    [
        ("binary", "adam", False),
        ("binary", "sgd", True),
        ("classes", "adam", True),
        ("numbers", "sgd", False),
    ],
)
def test_training_equals_the_slow_trainer(table, kind, rule, normal, weights):
    x, label, sample_weight = table
    if kind == "numbers" and weights in ("class_weight", "both"):
        pytest.skip("numbers have no classes")
    loss, units, activation = KINDS[kind]
    y = targets(kind, label, x)
    middle = [BatchNormalization(momentum=MOMENTUM, epsilon=EPSILON)] if normal else []
    model = Sequential(
        [Input((FEATURES,)), Dense(HIDDEN, activation="tanh"), *middle, Dense(units, activation=activation)]
    )
    model.compile(
        Adam(0.02) if rule == "adam" else SGD(0.1, momentum=0.8),
        loss,
        ["accuracy"] if kind != "numbers" else [],
    )
    names = NAMES_NORMAL if normal else NAMES
    start = {name: value.astype(float) for name, value in zip(names, model.get_weights(), strict=True)}

    settings, weight = {}, np.ones(ROWS)
    if weights in ("sample_weight", "both"):
        settings["sample_weight"] = sample_weight
        weight = weight * sample_weight
    if weights in ("class_weight", "both"):
        by_class = {0: 0.5, 1: 2.0, 2: 3.0}
        settings["class_weight"] = by_class
        weight = weight * np.array([by_class[int(c)] for c in (y[:, 0] if kind == "binary" else y)])

    history = model.fit(x, y, batch_size=BATCH, epochs=EPOCHS, shuffle=False, verbose=0, **settings).history
    naive_rule = NaiveAdam(0.02) if rule == "adam" else NaiveSGD(0.1, 0.8)
    expected, expected_history = naive_fit(start, x, y, weight, kind, naive_rule)
    for name, value in zip(names, model.get_weights(), strict=True):
        np.testing.assert_allclose(value, expected[name], atol=1e-5, err_msg=name)
    np.testing.assert_allclose(history["loss"], expected_history["loss"], atol=1e-5)
    if kind != "numbers":
        # Sample weights do not enter plain metrics, as in Keras.
        np.testing.assert_allclose(history["accuracy"], expected_history["accuracy"], atol=1e-6)
