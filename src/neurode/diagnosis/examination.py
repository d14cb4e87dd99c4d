"""From a model and some rows to what the doctor looks at."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from neurode.callbacks import EarlyStopping, History
from neurode.diagnosis.evidence import LEAST_ROWS, Curve, Evidence, Rows
from neurode.diagnosis.vitals import Vitals
from neurode.errors import ArgumentError, listed
from neurode.glass_box.vitals import layer_vitals, output_activations, row_losses
from neurode.models import Model
from neurode.typing import Columns

MOST_ROWS = 2048
"""Enough for shares to a percent; as many as a network predicts in one piece."""

STEPS_OF_THE_RATE = ("adam", "adamw", "nadam", "adamax", "rmsprop", "lion")
"""Optimisers that divide a gradient by its size: a step is as long as the learning rate, at most."""

AS_THEY_ARE = (
    "dropout",
    "gaussian_noise",
    "gaussian_dropout",
    "alpha_dropout",
    "flatten",
    "reshape",
    "identity",
)
"""Layers that leave inputs as large as they are."""

HISTORY = "give what fit returned, or a dict of a number for each epoch: {'loss': [0.7, 0.5]}"


def evidence_of(
    model: Model,
    training: tuple[Any, Any, Any] | None = None,
    validation: tuple[Any, Any, Any] | None = None,
    *,
    curve: Curve | None = None,
    vitals: Vitals | None = None,
    n_rows: int | None = None,
    calls: Any = None,
    judgements: tuple[Any, ...] = (),
) -> Evidence:
    """Everything there is to look at.

    Args:
        model: Compiled, with weights.
        training: `(x, y, sample_weight)` as `Model.fit` takes them.
        validation: Other rows, likewise.
        curve: How training went.
        vitals: What was recorded while it went.
        n_rows: How many rows there were to learn from, where those given are a sample.
        calls: From inputs and targets to the classes that rows are called and the classes that they are, for
            each output; as the loss says if left out.
        judgements: What test rows say of a run.
    """
    task = model.task
    kernels = dict(_kernels(model.read_weights()[0]))
    evidence: dict[str, Any] = {
        "kernels": kernels,
        "n_weights": sum(weight.size for weight in model.trainable_weights),
        "step_size": _step_size(model, curve),
        "curve": curve,
        "losses": tuple(output.loss for output in task.outputs),
        "activations": output_activations(model),
        "reads_inputs": _reads_inputs(model.network),
        "judgements": judgements,
        "n_rows": n_rows,
    }
    if vitals is not None:
        evidence["updates"] = {
            name: float(np.median(shares)) for name, shares in vitals.history["kernel_update"].items()
        }
    if training is None:
        return Evidence(**evidence)
    x, y, weight = _sampled(model, *training)
    constants = [
        _constants(output.loss, target, part, tensor.shape[-1])
        for output, target, part, tensor in zip(task.outputs, y, weight, model.outputs)
    ]
    layers = layer_vitals(model, x, y, weight if len(weight) > 1 else weight[0])
    # What a step of so few rows would change is no step of training.
    if vitals is None and len(y[0]) >= LEAST_ROWS:
        evidence["updates"] = {
            layer.name: layer.kernel_update for layer in layers if layer.kernel_update is not None
        }
    evidence |= {"layers": layers, "training": _rows(model, x, y, weight, constants, calls)}
    evidence["n_rows"] = n_rows or _count(training[1])
    if validation is not None:
        evidence["validation"] = _rows(model, *_sampled(model, *validation), constants, calls)
    return Evidence(**evidence)


def curve_of(history: Any, *, planned: int | None = None, kept: int | None = None) -> Curve | None:
    """How training went, from what a fit returned.

    Args:
        history: A `History`, or a dict of lists.
        planned: The epochs that were asked for, where the history does not know.
        kept: The epoch, from 0, whose weights were kept; found by the callbacks if left out.

    Raises:
        ArgumentError: If it is neither, or a dict without the loss of an epoch.

    Example:
        >>> curve_of({"loss": [0.7, 0.5]}).epochs
        2
    """
    if history is None:
        return None
    if isinstance(history, Mapping):
        return Curve(_checked(history), planned, kept)
    if not isinstance(history, History):
        raise ArgumentError(f"history={history!r}", hint=HISTORY)
    if kept is None:
        kept = next(
            (
                c.best_epoch
                for c in history.siblings
                if isinstance(c, EarlyStopping) and c.restore_best_weights
            ),
            None,
        )
    params = history.params or {}
    # Without either, it has seen no fit: what was planned elsewhere was not planned for it.
    planned = planned if params or history.history else None
    return Curve(history.history, params.get("epochs", planned), kept, history.interrupted)


def _checked(history: Mapping[str, Any]) -> Mapping[str, Any]:
    """A dict of lists in which the losses are numbers, as many of validation rows as of others."""
    if "loss" not in history:
        names = listed(map(str, history)) if history else "none"
        raise ArgumentError("history has no 'loss'", available=f"its lists: {names}", hint=HISTORY)
    for name in ("loss", "val_loss"):
        given = history.get(name, ())
        try:
            numbers = np.asarray(given, np.float64)
        except (TypeError, ValueError):
            numbers = np.empty(())
        if numbers.ndim != 1 or (name == "loss" and not len(numbers)):
            raise ArgumentError(f"history[{name!r}] is {given!r}", hint=HISTORY)
    return history


def _step_size(model: Model, curve: Curve | None) -> float | None:
    """The highest learning rate there was, for an optimiser whose steps are about as long."""
    if model.optimizer is None or model.optimizer.name not in STEPS_OF_THE_RATE:
        return None
    rates = [] if curve is None else [float(rate) for rate in curve.history.get("learning_rate", ())]
    return max([model.learning_rate, *rates]) or None


def _sampled(model: Model, x: Any, y: Any, sample_weight: Any) -> tuple[Any, tuple, tuple]:
    rows = model._host_rows(x, y, sample_weight)
    if rows.size <= MOST_ROWS:
        return rows.x, rows.y, rows.weight
    chosen = np.sort(np.random.default_rng(0).choice(rows.size, MOST_ROWS, replace=False))
    return (
        _taken(rows.x, chosen),
        tuple(part[chosen] for part in rows.y),
        tuple(None if part is None else part[chosen] for part in rows.weight),
    )


def _taken(x: Any, chosen: np.ndarray) -> Any:
    if isinstance(x, Columns):
        return x.rows(chosen)
    return tuple(_taken(part, chosen) for part in x) if isinstance(x, tuple) else x[chosen]


def _count(y: Any) -> int:
    parts = list(y.values()) if isinstance(y, Mapping) else y
    first = parts[0]
    return len(first) if isinstance(parts, list | tuple) and np.ndim(first) else len(parts)


def _rows(
    model: Model, x: Any, y: tuple, weight: tuple, constants: list[list[np.ndarray]], calls: Any
) -> Rows:
    outputs, given = model.task.outputs, model.predict(list(x) if type(x) is tuple else x)
    if isinstance(given, Mapping):
        given = [given[name] for name in model.output_names]
    predictions = tuple(given) if isinstance(given, list) else (given,)
    losses, constant, nudged = np.zeros((3, len(y[0])), np.float32)
    for output, target, prediction, part, candidates in zip(outputs, y, predictions, weight, constants):
        if output.loss is None:
            continue
        own = _losses_of(output, target, prediction, part, candidates)
        losses, constant, nudged = losses + own[0], constant + own[1], nudged + own[2]
    if calls is None:
        called = tuple(
            found
            for output, target, prediction in zip(outputs, y, predictions)
            if (found := _called(output.loss, target, prediction)) is not None
        )
    else:
        called = calls(x, y)
    is_array = isinstance(x, np.ndarray) and x.dtype.kind == "f"
    return Rows(losses, constant, nudged, y, predictions, called, x.reshape(len(x), -1) if is_array else None)


def _losses_of(
    output: Any, target: np.ndarray, prediction: np.ndarray, weight: Any, candidates: list[np.ndarray]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The losses of the rows: under the predictions, the best constant, and a tenth of the way between."""
    counts = output.loss_weight * (np.ones(len(target), np.float32) if weight is None else weight)

    def rows(given: np.ndarray) -> np.ndarray:
        return counts * row_losses(output.loss, target, given)

    constants = [np.broadcast_to(each, prediction.shape) for each in candidates]
    best = min(constants, key=lambda each: rows(each).mean())
    return rows(prediction), rows(best), rows(best + 0.1 * (prediction - best))


def _constants(loss: Any, target: np.ndarray, weight: np.ndarray | None, units: int) -> list[np.ndarray]:
    """Predictions of one row that suit all: the mean is best for cross-entropies and squares, the median for
    absolute values."""
    if loss is None:
        return []
    if loss.sparse:
        counted = target[target >= 0]
        weights = None if weight is None else weight[target >= 0]
        shares = np.bincount(counted.ravel(), weights, minlength=units)
        means = [shares / max(shares.sum(), 1e-12)]
    else:
        known = np.isfinite(target).reshape(len(target), -1).all(axis=1)
        if not known.any():
            return [np.zeros(target.shape[1:], np.float32)]
        weights = None if weight is None or not weight[known].any() else weight[known]
        means = [np.average(target[known], axis=0, weights=weights), np.median(target[known], axis=0)]
    if getattr(loss, "from_logits", False):
        means = [_scores(mean, loss.link) for mean in means]
    return [np.asarray(mean, np.float32) for mean in means]


def _scores(probability: np.ndarray, link: str) -> np.ndarray:
    inner = np.clip(probability, 1e-7, 1 - 1e-7)
    return np.log(inner) - (np.log1p(-inner) if link == "sigmoid" else 0)


def _called(loss: Any, target: np.ndarray, prediction: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    """What a cross-entropy's predictions call each row, and what it is; None for other losses."""
    if loss is None or loss.link not in ("sigmoid", "softmax") or prediction.ndim != 2:
        return None
    if prediction.shape[1] == 1:
        line = 0.0 if getattr(loss, "from_logits", False) else 0.5
        return (prediction[:, 0] >= line).astype(int), (target.reshape(len(target)) >= 0.5).astype(int)
    if loss.link == "sigmoid":
        return None
    return prediction.argmax(axis=1), target if loss.sparse else target.argmax(axis=1)


def _kernels(params: Mapping[str, Any], path: str = "") -> list[tuple[str, np.ndarray]]:
    found = []
    for name, value in params.items():
        if isinstance(value, Mapping):
            found += _kernels(value, f"{path}{name}/")
        elif name == "kernel" and np.ndim(value) == 2:
            found.append((path[:-1], np.asarray(value)))
    return found


def _reads_inputs(network: Any) -> bool:
    """Whether nothing before the first kernel changes how large inputs are."""
    for node in network.nodes:
        if hasattr(node.layer, "nodes"):
            return _reads_inputs(node.layer)
        if "kernel" in node.layer.weight_names:
            return True
        if node.layer.kind not in AS_THEY_ARE:
            return False
    return False
