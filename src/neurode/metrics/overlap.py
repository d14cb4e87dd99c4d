"""Intersection over union: how far the rows called a class and the rows of that class are the same."""

from dataclasses import field
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from neurode.errors import ArgumentError
from neurode.metrics.metric import Metric, ratio, spec
from neurode.metrics.regression import last_axis


@spec
class IoU(Metric):
    r"""Intersection over union of chosen classes: the mean over them of $TP / (TP + FP + FN)$.

    A class that neither occurs nor is called does not enter the mean. Class numbers out of range count
    nowhere. Weights count as they are (Keras cuts them down to integers).

    Args:
        num_classes: Classes, numbered from 0.
        target_class_ids: The classes whose mean is the value.
        ignore_class: Rows of this class count nowhere.
        sparse_y_true: Whether targets are class numbers instead of one column a class.
        sparse_y_pred: Whether predictions are class numbers instead of one column a class.
        axis: The axis of classes, the last one.

    Example:
        >>> round(float(IoU(num_classes=2, target_class_ids=[0])([0, 0, 1, 1], [0, 1, 0, 1])), 4)
        0.3333

    References:
        Jaccard (1912), The Distribution of the Flora in the Alpine Zone.
    """

    num_classes: int
    target_class_ids: Any
    ignore_class: int | None = field(default=None, kw_only=True)
    sparse_y_true: bool = field(default=True, kw_only=True)
    sparse_y_pred: bool = field(default=True, kw_only=True)
    axis: int = field(default=-1, kw_only=True)
    default_name: ClassVar[str] = "io_u"

    def __post_init__(self) -> None:
        super().__post_init__()
        last_axis(self.axis)
        classes = tuple(int(number) for number in self.target_class_ids)
        if not classes or not all(0 <= number < self.num_classes for number in classes):
            raise ArgumentError(
                f"target_class_ids={list(classes)} of {self.num_classes} classes",
                hint=f"use 0 to {self.num_classes - 1}",
            )
        object.__setattr__(self, "target_class_ids", classes)

    @property
    def sparse(self) -> bool:
        """Whether targets are class numbers beside a column of scores for each class."""
        return self.sparse_y_true and not self.sparse_y_pred

    def measure(self, target: Array, prediction: Array, weight: Float[Array, " rows"]) -> Array:
        called = prediction if self.sparse_y_pred else prediction.argmax(axis=-1)
        true = target if self.sparse_y_true else target.argmax(axis=-1)
        called, true = called.astype(jnp.int32).reshape(-1), true.astype(jnp.int32).reshape(-1)
        weight = jnp.repeat(weight, true.size // weight.size)
        if self.ignore_class is not None:
            weight = jnp.where(true == self.ignore_class, 0, weight)
        # The indicators of a class out of range are 0 all over.
        true_classes = weight[:, None] * jax.nn.one_hot(true, self.num_classes)
        return true_classes.T @ jax.nn.one_hot(called, self.num_classes)

    def read(self, state: Array) -> Array:
        both = jnp.diag(state)
        either = state.sum(axis=0) + state.sum(axis=1) - both
        chosen = np.array(self.target_class_ids)
        return ratio(ratio(both, either)[chosen].sum(), (either[chosen] > 0).sum())

    def _nothing(self) -> Any:
        return jnp.zeros((self.num_classes, self.num_classes))

    def _as_arrays(self, y_true: Any, y_pred: Any, sample_weight: Any) -> tuple[Array, Array, Array]:
        if self.sparse_y_true or not self.sparse_y_pred:
            return super()._as_arrays(y_true, y_pred, sample_weight)
        # Class numbers beside one-hot targets: the columns are the targets'.
        target, _, weight = super()._as_arrays(y_true, y_true, sample_weight)
        return target, jnp.asarray(y_pred, jnp.float32).reshape(-1, 1), weight


@spec
class BinaryIoU(IoU):
    """Intersection over union of yes and no.

    Args:
        target_class_ids: Which of no (0) and yes (1) enter the mean.
        threshold: A prediction of at least so much is a yes.

    Example:
        >>> round(float(BinaryIoU()([0, 1, 0, 1], [0.1, 0.2, 0.4, 0.7])), 4)
        0.5833
    """

    num_classes: int = field(default=2, init=False)
    target_class_ids: Any = (0, 1)
    threshold: float | int = 0.5
    ignore_class: int | None = field(default=None, init=False)
    sparse_y_true: bool = field(default=True, init=False)
    sparse_y_pred: bool = field(default=True, init=False)
    axis: int = field(default=-1, init=False)
    default_name: ClassVar[str] = "binary_io_u"

    def measure(self, target: Array, prediction: Array, weight: Float[Array, " rows"]) -> Array:
        return super().measure(target, prediction >= self.threshold, weight)


@spec
class MeanIoU(IoU):
    """Intersection over union, averaged over all classes.

    Args:
        num_classes: Classes, numbered from 0.
        ignore_class: Rows of this class count nowhere.
        sparse_y_true: Whether targets are class numbers instead of one column a class.
        sparse_y_pred: Whether predictions are class numbers instead of one column a class.
        axis: The axis of classes, the last one.

    Example:
        >>> round(float(MeanIoU(num_classes=2)([0, 0, 1, 1], [0, 1, 0, 1])), 4)
        0.3333
    """

    target_class_ids: Any = field(default=(), init=False)
    default_name: ClassVar[str] = "mean_io_u"

    def __post_init__(self) -> None:
        object.__setattr__(self, "target_class_ids", tuple(range(self.num_classes)))
        super().__post_init__()


@spec
class OneHotIoU(IoU):
    """Intersection over union of chosen classes; targets and predictions have one column a class.

    Args:
        num_classes: Classes, numbered from 0.
        target_class_ids: The classes whose mean is the value.
        ignore_class: Rows of this class count nowhere.
        sparse_y_pred: Whether predictions are class numbers instead.
        axis: The axis of classes, the last one.

    Example:
        >>> metric = OneHotIoU(num_classes=2, target_class_ids=[1])
        >>> float(metric([[0, 1], [1, 0]], [[0.2, 0.8], [0.4, 0.6]]))
        0.5
    """

    sparse_y_true: bool = field(default=False, init=False)
    sparse_y_pred: bool = field(default=False, kw_only=True)
    default_name: ClassVar[str] = "one_hot_io_u"


@spec
class OneHotMeanIoU(MeanIoU):
    """Intersection over union, averaged over all classes; targets and predictions have one column a class.

    Args:
        num_classes: Classes, numbered from 0.
        ignore_class: Rows of this class count nowhere.
        sparse_y_pred: Whether predictions are class numbers instead.
        axis: The axis of classes, the last one.

    Example:
        >>> float(OneHotMeanIoU(num_classes=2)([[0, 1], [1, 0]], [[0.2, 0.8], [0.4, 0.6]]))
        0.25
    """

    sparse_y_true: bool = field(default=False, init=False)
    sparse_y_pred: bool = field(default=False, kw_only=True)
    default_name: ClassVar[str] = "one_hot_mean_io_u"
