"""One sigmoid neuron is logistic regression: the same accuracy, and the same weights.

A neuron with a sigmoid computes p = sigmoid(w·x + b), and cross-entropy is the likelihood that logistic
regression maximises. So both look for the same w and b; the one by gradient descent on batches, the other by
Newton's steps on all rows.

Run it with:

    python examples/neuron_is_logistic_regression.py               # 395,520 loans and the embedded table
    python examples/neuron_is_logistic_regression.py --rows 20000  # a quick look
"""

import argparse
import time

import numpy as np
import polars as pl
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import MinMaxScaler

from neurode.datasets import load_credit_default, make_loans
from neurode.layers import Dense, Input
from neurode.models import Sequential
from neurode.optimizers import Adam


def prepare(frame: pl.DataFrame, target: str) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Feature names, one-hot and min-max scaled features, and the target."""
    words = [name for name, dtype in frame.schema.items() if dtype == pl.String]
    # Without its first level a category is not the sum of other columns: there is one best w, not many.
    features = frame.drop(target).to_dummies(words, drop_first=True)
    # A column that is the sum of others says nothing new and would make many w equally good.
    features = features.select(name for name in features.columns if features[name].n_unique() > 1)
    x = MinMaxScaler().fit_transform(features.to_numpy().astype(np.float64))
    return features.columns, x.astype(np.float32), frame[target].to_numpy()


def compare(title: str, frame: pl.DataFrame, target: str, epochs: int) -> tuple[float, float]:
    """Fits both, prints them side by side, returns their test accuracies."""
    names, x, y = prepare(frame, target)
    x_train, x_test, y_train, y_test = train_test_split(x, y, test_size=0.3, stratify=y, random_state=0)

    begun = time.perf_counter()
    # So large a C means no penalty: plain maximum likelihood. This solver goes all the way to its maximum.
    regression = LogisticRegression(C=1e42, solver="newton-cholesky").fit(x_train.astype(np.float64), y_train)
    regression_seconds = time.perf_counter() - begun

    begun = time.perf_counter()
    neuron = Sequential([Input((len(names),)), Dense(1, activation="sigmoid")])
    # Large steps first to get there, small ones then to settle.
    for learning_rate in (0.1, 0.01, 0.001):
        neuron.compile(optimizer=Adam(learning_rate), loss="binary_crossentropy", metrics=["accuracy"])
        neuron.fit(x_train, y_train, batch_size=256, epochs=epochs, verbose=0)
    neuron_seconds = time.perf_counter() - begun

    kernel, bias = neuron.get_weights()
    neuron_accuracy = accuracy_score(y_test, neuron.predict(x_test)[:, 0] > 0.5)
    regression_accuracy = accuracy_score(y_test, regression.predict(x_test))
    print(f"\n{title}: {len(x):,} rows, {len(names)} features")
    print(f"{'':32} {'neuron':>10} {'regression':>12}")
    print(f"{'test accuracy':32} {neuron_accuracy:10.4f} {regression_accuracy:12.4f}")
    print(f"{'seconds':32} {neuron_seconds:10.2f} {regression_seconds:12.2f}")
    print(f"{'bias':32} {bias[0]:10.3f} {regression.intercept_[0]:12.3f}")
    strongest = np.argsort(-np.abs(regression.coef_[0]))[:12]
    for i in strongest:
        print(f"{names[i][:32]:32} {kernel[i, 0]:10.3f} {regression.coef_[0, i]:12.3f}")
    correlation = np.corrcoef(kernel[:, 0], regression.coef_[0])[0, 1]
    print(f"correlation of all {len(names)} weights with the coefficients: {correlation:.4f}")
    return float(neuron_accuracy), float(regression_accuracy)


def main() -> None:
    parser = argparse.ArgumentParser(description="One sigmoid neuron beside logistic regression.")
    parser.add_argument("--rows", type=int, default=395_520, help="synthetic loans to make")
    parser.add_argument("--epochs", type=int, default=5, help="epochs at each learning rate")
    options = parser.parse_args()
    # grade is the first letter of sub_grade: with both, many w are equally good.
    loans = make_loans(options.rows).drop("grade")
    compare("synthetic loans", loans, "problem_loan", options.epochs)
    compare("credit card holders", load_credit_default(), "default_payment_next_month", 8 * options.epochs)


if __name__ == "__main__":
    main()
