"""The confusion matrix: what each class was called."""

from dataclasses import dataclass

import numpy as np

from neurode.evaluation.decisions import ratio


@dataclass(frozen=True, eq=False)
class Confusion:
    """Counts of rows, actual class by predicted class.

    Attributes:
        counts: `(classes, classes)`; a row of the matrix is the actual class, a column the predicted one.
        labels: The name of each class.
    """

    counts: np.ndarray
    labels: tuple[str, ...]

    @property
    def rates(self) -> np.ndarray:
        """Each row of the matrix as shares of that class; NaN for a class without rows."""
        return ratio(self.counts, self.counts.sum(axis=1, keepdims=True))


def count_confusion(target: np.ndarray, predicted: np.ndarray, labels: tuple[str, ...]) -> Confusion:
    """Counts actual against predicted classes.

    Example:
        >>> confusion = count_confusion(np.array([0, 0, 1]), np.array([0, 1, 1]), ("paid", "default"))
        >>> confusion.counts
        array([[1, 1],
               [0, 1]])
        >>> confusion.rates
        array([[0.5, 0.5],
               [0. , 1. ]])
    """
    n_classes = len(labels)
    flat = np.bincount(target * n_classes + predicted, minlength=n_classes**2)
    return Confusion(flat.reshape(n_classes, n_classes), labels)
