"""Writes `docs/keras.md`: what there is of Keras, read off the package, and where numbers differ on purpose.

Run it after adding a name: `python docs/keras_page.py`. A test fails while the page is out of date.
"""

import inspect
from pathlib import Path
from types import ModuleType
from typing import Any

from neurode import (
    activations,
    backend,
    callbacks,
    constraints,
    initializers,
    layers,
    losses,
    metrics,
    models,
    ops,
    optimizers,
    regularizers,
    utils,
)
from neurode.optimizers import schedules

PAGE = Path(__file__).parent / "keras.md"

BEGIN = """\
# Coming from Keras

Replace the import lines of code that builds, trains, evaluates and saves dense networks:

| Keras | neurode |
|---|---|
| `from keras.models import Sequential, Model` | `from neurode.models import Sequential, Model` |
| `from keras import layers, losses, metrics, optimizers, callbacks` | `from neurode import layers, losses, metrics, optimizers, callbacks` |
| `from keras import activations, initializers, regularizers, constraints` | `from neurode import activations, initializers, regularizers, constraints` |
| `from keras import ops, utils`, `from keras import backend as K` | `from neurode import ops, utils`, `from neurode import backend as K` |

`neurode.models.from_keras("model.keras")` reads what Keras saved; it takes a live model, too.

## What there is
"""

DIFFERENCES = {
    "Models": [
        "Subclassing `Model` is refused, with a hint: write the network functionally.",
        "Weights, order of rows and dropout come from `seed=`. Models without one get 0, 1, 2, … in the order in which they are made, or from what `utils.set_random_seed` said on: a script that is run again gives the same bits. Draws differ from Keras's.",
        "Ctrl-C in a fit ends that fit, keeps the weights so far and notes it in the history; a second one raises `KeyboardInterrupt`.",
        "`trainable` counts from the next `compile` on. Keras 3 looks at it in every step.",
        "Layers written with `build` and `call` are refused: write a function for `Lambda`, or a record with `init` and `apply`. So are inputs of variable length, `Input((None,))`.",
        "A loss that becomes infinite or NaN raises `DivergedError` and leaves the last good weights, unless a `TerminateOnNaN` is there.",
        "A cross-entropy that cannot be meant is refused: on a linear or ReLU output without `from_logits`, on a sigmoid with it, softmax on one unit, targets outside 0 to 1.",
        "Names are numbered model by model (`dense`, `dense_1`), not over the whole session.",
        "`save` writes neurode's own format under any name, and warns under `.keras` or `.h5`.",
    ],
    "Losses": [
        "From a final sigmoid or softmax, cross-entropies are computed from raw scores: finite where Keras cuts probabilities at 1e-7.",
        "`log_cosh` is exact for small errors; `cosine_similarity` keeps its direction for very long vectors.",
    ],
    "Metrics": [
        "A function of your own with targets of shape (n,) and predictions of (n, 1) sees both as (n, 1); Keras broadcasts them to (n, n), here and in metrics such as `hinge`.",
        "The name `f1_score` averages over the classes; Keras keeps one score each.",
        "`F1Score` and `FBetaScore` of one unit without a threshold use 0.5; Keras calls every row positive.",
        "`R2Score` does not cancel for means far from 0; a constant that is met exactly gives 1, not NaN. `PearsonCorrelation` without spread gives 0, not NaN.",
        "`SparseCategoricalCrossentropy(ignore_class=…)` leaves ignored rows out of the mean. The IoU family keeps fractional weights.",
    ],
    "Optimizers and schedules": [
        "`Adafactor` stays finite where a row and a column have no gradient; `Ftrl` with rate 0 moves nothing.",
        "`CosineDecay` takes a whole number to start from; `CosineDecayRestarts` restarts on time for every `t_mul`.",
        "`lr=` and `decay=` are errors that say what to write.",
    ],
    "Layers": [
        "`sparsemax` gives shares that add up to 1, as in its paper.",
        "`Normalization` before `adapt` is an error; Keras goes on with mean 0 and variance 1.",
        "`RMSNormalization` scales along its own axis; `UnitNormalization` has a finite gradient at zero.",
        "`Dropout` meets its rate to 1/256. `seed=` of noise layers has no effect beyond the model's seed.",
        "`StringLookup` and text `Hashing` compute on the host: call them on the column before the model.",
        "`mask_zero=True`, `renorm=True`, `synchronized=True` and `sparse=True` are refused.",
    ],
    "Callbacks": [
        "Callbacks without batch hooks cost nothing per step; one with a batch hook turns the epoch into single steps.",
        "`BackupAndRestore` restores the counters of the other callbacks, and a resumed fit ends in the same bits.",
        "A monitor that is NaN is never better.",
    ],
}  # fmt: skip


def main() -> None:
    PAGE.write_text(page())
    print(PAGE)


def page() -> str:
    sections = {
        "Layers": [name for name in public(layers) if inspect.isclass(getattr(layers, name))],
        "Models": public(models),
        "Losses": classes(losses, losses.Loss),
        "Metrics": classes(metrics, metrics.Metric),
        "Optimizers": classes(optimizers, optimizers.Optimizer),
        "Schedules": classes(schedules, schedules.LearningRateSchedule),
        "Callbacks": classes(callbacks, callbacks.Callback),
        "Activations": sorted(activations.ACTIVATIONS),
        "Initializers": classes(initializers, initializers.Initializer),
        "Regularizers": classes(regularizers, regularizers.Regularizer),
        "Constraints": classes(constraints, constraints.Constraint),
        "Utilities": [name for name in public(utils) if name != "Model"],
        f"Operations ({len(dir(ops))})": list(dir(ops)),
        "Backend": public(backend),
    }
    lists = [
        f"**{title}.** {', '.join(f'`{name}`' for name in names)}\n" for title, names in sections.items()
    ]
    differences = ["## Where it differs, on purpose\n"]
    for title, lines in DIFFERENCES.items():
        differences += [f"**{title}**\n", *(f"- {line}" for line in lines), ""]
    return "\n".join([BEGIN, *lists, *differences]).rstrip() + "\n"


def classes(module: ModuleType, base: type) -> list[str]:
    found = [name for name in public(module) if _is_kind(getattr(module, name), base)]
    return [name for name in found if not name.startswith("Function") and name[0].isupper()]


def public(module: ModuleType) -> list[str]:
    """The names that people use: those made in the package, without its inner parts."""
    package = module.__name__.split(".")[0]
    return sorted(
        name
        for name, value in vars(module).items()
        if not name.startswith("_")
        and (inspect.isclass(value) or inspect.isfunction(value))
        and value.__module__.startswith(package)
        and name not in INNER
    )


def _is_kind(value: Any, base: type) -> bool:
    return inspect.isclass(value) and issubclass(value, base) and value is not base


INNER = {
    "Graph", "Layer", "Placed", "Weight", "Tensor", "TableEncoding", "table_network", "CallbackList",
    "ArgumentError", "DataTypeError", "ShapeError", "UnknownNameError", "Configured", "Vocabulary",
    "layer_boxes", "network_arguments", "in_keras_order",
}  # fmt: skip

if __name__ == "__main__":
    main()
