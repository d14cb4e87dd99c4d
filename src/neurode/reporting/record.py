"""What a report is made of: plain data, so that a run of any kind can fill it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from neurode.drawing.reliability import Reliability
from neurode.evaluation import Comparison


@dataclass(frozen=True, eq=False)
class NetworkRecord:
    """A network as the report shows it.

    Attributes:
        layer_sizes: Inputs (table columns), units of each layer, outputs.
        input_names: One name an input.
        output_names: One name an output.
        activations: One name for each layer after the inputs; None for none.
        weights: One `(inputs, units)` array for each pair of layers, or None; see `drawing.draw_network`.
        n_params: Trainable weights.
        summary: The text that `summary()` prints.
    """

    layer_sizes: Sequence[int]
    input_names: Sequence[str] | None = None
    output_names: Sequence[str] | None = None
    activations: Sequence[str | None] | None = None
    weights: Sequence[Any] | None = None
    n_params: int | None = None
    summary: str = ""


@dataclass(frozen=True, eq=False)
class ReportRecord:
    """Everything that a report says.

    Attributes:
        title: Of the document.
        comparison: The judged network beside its baselines, with the threshold.
        network: What was trained.
        history: A list for each metric, one value an epoch; validation as `val_` and the name.
        best_epoch: The epoch whose weights were kept, from 1.
        config: What was asked for.
        schema: One mapping a column: `name`, `kind`, `gaps` (share of rows without a value), `values` (range
            or levels) and `notes`; what is left out stays empty.
        warnings: What a reader should know about the data.
        splits: Rows of each part: training, validation, test.
        timings: Seconds of each stage.
        versions: Of the libraries and the machine.
        reproduce: The command or the lines of Python that make this again.
        subtitle: One line below the title: which table, which target, when.
        decision: How raw probabilities become honest ones and those become calls: correction, calibration,
            threshold, refer band. A sentence a line.
        reliability: Promised against observed rates on the test rows, such as `evaluation.calibration_curve`
            gives.
    """

    title: str
    comparison: Comparison
    network: NetworkRecord | None = None
    history: Mapping[str, Sequence[float]] = field(default_factory=dict)
    best_epoch: int | None = None
    config: Mapping[str, Any] = field(default_factory=dict)
    schema: Sequence[Mapping[str, Any]] = ()
    warnings: Sequence[str] = ()
    splits: Mapping[str, int] = field(default_factory=dict)
    timings: Mapping[str, float] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    reproduce: str = ""
    subtitle: str = ""
    decision: str = ""
    reliability: Reliability | None = None
