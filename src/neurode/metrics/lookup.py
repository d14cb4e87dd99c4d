"""Metrics by name, and as plain values: Keras's strings, `get`, `serialize`, `deserialize`."""

from collections.abc import Callable, Mapping
from typing import Any, cast

from neurode import losses
from neurode.errors import DataTypeError, UnknownNameError
from neurode.identifiers import snake_case
from neurode.metrics import functions
from neurode.metrics.accuracies import (
    Accuracy,
    BinaryAccuracy,
    CategoricalAccuracy,
    SparseCategoricalAccuracy,
    SparseTopKCategoricalAccuracy,
    TopKCategoricalAccuracy,
)
from neurode.metrics.area import AUC
from neurode.metrics.confusion import (
    FalseNegatives,
    FalsePositives,
    Precision,
    Recall,
    TrueNegatives,
    TruePositives,
)
from neurode.metrics.correlation import ConcordanceCorrelation, PearsonCorrelation
from neurode.metrics.f_score import F1Score, FBetaScore
from neurode.metrics.hinges import CategoricalHinge, Hinge, SquaredHinge
from neurode.metrics.means import FunctionMean, Mean, MeanMetricWrapper, Sum
from neurode.metrics.metric import Metric
from neurode.metrics.operating_points import (
    PrecisionAtRecall,
    RecallAtPrecision,
    SensitivityAtSpecificity,
    SpecificityAtSensitivity,
)
from neurode.metrics.overlap import BinaryIoU, IoU, MeanIoU, OneHotIoU, OneHotMeanIoU
from neurode.metrics.probabilities import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    KLDivergence,
    Poisson,
    SparseCategoricalCrossentropy,
)
from neurode.metrics.r2 import R2Score
from neurode.metrics.regression import (
    CosineSimilarity,
    LogCoshError,
    MeanAbsoluteError,
    MeanAbsolutePercentageError,
    MeanSquaredError,
    MeanSquaredLogarithmicError,
    RootMeanSquaredError,
)

_PLAIN: tuple[type[Metric], ...] = (
    AUC, Accuracy, BinaryAccuracy, BinaryCrossentropy, BinaryIoU, CategoricalAccuracy,
    CategoricalCrossentropy, CategoricalHinge, ConcordanceCorrelation, CosineSimilarity, F1Score,
    FBetaScore, FalseNegatives, FalsePositives, Hinge, KLDivergence, LogCoshError, MeanAbsoluteError,
    MeanAbsolutePercentageError, MeanSquaredError, MeanSquaredLogarithmicError, PearsonCorrelation,
    Poisson, Precision, R2Score, Recall, RootMeanSquaredError, SparseCategoricalAccuracy,
    SparseCategoricalCrossentropy, SparseTopKCategoricalAccuracy, SquaredHinge, TopKCategoricalAccuracy,
    TrueNegatives, TruePositives,
)  # fmt: skip

_WITH_ARGUMENTS: tuple[type[Metric], ...] = (
    IoU, MeanIoU, OneHotIoU, OneHotMeanIoU, PrecisionAtRecall, RecallAtPrecision, SensitivityAtSpecificity,
    SpecificityAtSensitivity,
)  # fmt: skip

CLASSES: dict[str, type[Metric]] = {
    kind.__name__: kind for kind in (*_PLAIN, *_WITH_ARGUMENTS, Mean, Sum, MeanMetricWrapper)
}
"""Every class of metrics by its name."""

METRICS: dict[str, Metric] = {
    **{snake_case(kind.__name__): kind() for kind in _PLAIN},
    **{kind.__name__: kind() for kind in _PLAIN},
    "bce": BinaryCrossentropy(),
    "BCE": BinaryCrossentropy(),
    "mse": MeanSquaredError(),
    "MSE": MeanSquaredError(),
    "mae": MeanAbsoluteError(),
    "MAE": MeanAbsoluteError(),
    "mape": MeanAbsolutePercentageError(),
    "MAPE": MeanAbsolutePercentageError(),
    "msle": MeanSquaredLogarithmicError(),
    "MSLE": MeanSquaredLogarithmicError(),
    "rmse": RootMeanSquaredError(),
    "logcosh": LogCoshError(),
    "fbeta_score": FBetaScore(),
    "r2": R2Score(),
    # One number a name: the scores of several units are averaged. (Keras logs one score a unit here.)
    "f1_score": F1Score(average="macro"),
    "f1": F1Score(average="macro"),
}
"""Metrics that need no arguments, by Keras's names and a few shorter ones."""

FUNCTIONS: dict[Any, Metric] = {
    **{
        function: METRICS[function.__name__]
        for function in (
            functions.binary_accuracy,
            functions.categorical_accuracy,
            functions.concordance_correlation,
            functions.pearson_correlation,
            functions.sparse_categorical_accuracy,
            functions.sparse_top_k_categorical_accuracy,
            functions.top_k_categorical_accuracy,
            losses.binary_crossentropy,
            losses.categorical_crossentropy,
            losses.categorical_hinge,
            losses.hinge,
            losses.kl_divergence,
            losses.mean_absolute_error,
            losses.mean_absolute_percentage_error,
            losses.mean_squared_error,
            losses.mean_squared_logarithmic_error,
            losses.poisson,
            losses.sparse_categorical_crossentropy,
            losses.squared_hinge,
        )
    },
    losses.log_cosh: LogCoshError(),
}
"""Our own functions as the metrics that they are."""


def get(metric: Any) -> tuple[str, Metric]:
    """Returns the metric with the name it has in a history; objects keep theirs, functions are wrapped.

    `"accuracy"` depends on the network's output where a model is compiled with it: see `accuracy`.

    Args:
        metric: A name, a metric, a class of metrics, a function `f(y_true, y_pred)`, or what `serialize`
            gave.

    Raises:
        UnknownNameError: If no metric has this name.
        DataTypeError: If it is nothing of the kind.

    Example:
        >>> get("mae")
        ('mae', MeanAbsoluteError())
        >>> get(Precision(thresholds=0.7, name="sure"))
        ('sure', Precision(thresholds=0.7, name='sure'))
    """
    if isinstance(metric, str):
        if metric not in METRICS:
            raise UnknownNameError("metric", metric, METRICS)
        return metric, METRICS[metric]
    if isinstance(metric, Mapping):
        metric = deserialize(metric)
    if isinstance(metric, type) and issubclass(metric, Metric):
        metric = metric()
    if isinstance(metric, Metric):
        if type(metric) is FunctionMean and metric.name == FunctionMean.default_name:
            return getattr(metric.function, "__name__", "metric"), metric
        return str(metric.name), metric
    if not callable(metric):
        raise DataTypeError(f"no metric: {metric!r}", hint="give a name, a metric or a function")
    name = getattr(metric, "__name__", None) or snake_case(type(metric).__name__)
    return name, FUNCTIONS.get(metric) or FunctionMean(cast(Callable, metric))


def accuracy(units: int, *, sparse: bool) -> Metric:
    """The accuracy that Keras means by `"accuracy"`.

    By the number of output units and the form of the target.

    Example:
        >>> accuracy(3, sparse=True)
        SparseCategoricalAccuracy()
    """
    if units == 1:
        return BinaryAccuracy()
    return SparseCategoricalAccuracy() if sparse else CategoricalAccuracy()


def is_built_in(metric: Metric) -> bool:
    """Whether plain values carry all of a metric, so that a file can.

    Example:
        >>> is_built_in(AUC()), is_built_in(get(lambda y_true, y_pred: y_true - y_pred)[1])
        (True, False)
    """
    return type(metric) in CLASSES.values() and not isinstance(metric, FunctionMean)


def serialize(metric: Metric) -> dict[str, Any]:
    """The metric as plain values.

    Example:
        >>> serialize(BinaryAccuracy(threshold=0.3))["config"]["threshold"]
        0.3
    """
    return {"class_name": type(metric).__name__, "config": metric.get_config()}


def deserialize(config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None) -> Metric:
    """The metric that `serialize` made plain values of, in Keras or here.

    Args:
        config: `{"class_name": …, "config": {…}}`; other keys are left alone.
        custom_objects: Classes of your own by their names.

    Raises:
        UnknownNameError: If no class has this name.

    Example:
        >>> deserialize({"class_name": "AUC", "config": {"curve": "PR"}})
        AUC(curve='PR')
    """
    kinds = CLASSES | dict(custom_objects or {})
    name = config.get("class_name")
    if name not in kinds:
        raise UnknownNameError("metric", name, kinds)
    return kinds[name].from_config(config.get("config", {}))
