"""What a report is made of: plain data, so that a run of any kind can fill it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from neurode.drawing.judgement.reliability import Reliability
from neurode.evaluation import Comparison, GainsCurve, KsCurve, ReferBand, Segments, ThresholdCurve
from neurode.reporting.explained import Drivers, Example


@dataclass(frozen=True, eq=False)
class NetworkRecord:
    """A network as the report shows it.

    Attributes:
        layer_sizes: Inputs as the first dense layer gets them, units of each layer, outputs. Empty for
            a network that is no chain of dense layers.
        input_names: One name an input.
        output_names: One name an output.
        activations: One name for each layer after the inputs; None for none.
        weights: One `(inputs, units)` array for each pair of layers, or None; see `drawing.draw_network`.
        n_params: Trainable weights.
        summary: The text that `summary()` prints.
        biases: One array for each layer after the inputs, or None.
        dropouts: What share of the values is dropped on the way into each layer after the inputs.
        input_groups: The table column of each input.
        n_columns: How many columns of the table are read.
    """

    layer_sizes: Sequence[int]
    input_names: Sequence[str] | None = None
    output_names: Sequence[str] | None = None
    activations: Sequence[str | None] | None = None
    weights: Sequence[Any] | None = None
    n_params: int | None = None
    summary: str = ""
    biases: Sequence[Any] | None = None
    dropouts: Sequence[float | int | None] | None = None
    input_groups: Sequence[str] | None = None
    n_columns: int | None = None


@dataclass(frozen=True, eq=False)
class Origin:
    """Where the rows came from and how they were given to training, validation and test.

    Attributes:
        table: The name of the table.
        split: How rows were given to parts, in a sentence or two.
        periods: Of a split by time: the first and the last time of each part.
        synthetic: Whether code made the rows, instead of the world.
        interrupted: The epoch after which training was interrupted, if it was.
        shifted: Whether the probabilities are left for other class rates than those of the table.
        deployment: The class rates that probabilities are moved to, in words, if they are.
        validation: What the validation rows were used for, in a sentence.
        unseen: How many test rows have `numbers` beyond the range of the training rows, or `levels` that no
            training row has; each only where the network reads such columns.
        made: The day and the time of the run, ISO 8601, in UTC.
        fingerprint: By which the table can be told again, in words.
    """

    table: str = ""
    split: str = ""
    periods: Mapping[str, Sequence[str]] = field(default_factory=dict)
    synthetic: bool = False
    interrupted: int | None = None
    shifted: bool = False
    deployment: str = ""
    validation: str = ""
    unseen: Mapping[str, int] = field(default_factory=dict)
    made: str = ""
    fingerprint: str = ""


@dataclass(frozen=True, eq=False)
class ReportRecord:
    """Everything that a report says.

    Attributes:
        title: Of the document.
        comparison: The judged network beside its baselines, with the threshold.
        target: The name of what is predicted.
        origin: Where the rows came from.
        network: What was trained.
        history: A list for each metric, one value an epoch; validation as `val_` and the name.
        best_epoch: The epoch whose weights were kept, from 1.
        diagnosis: What the doctor says, as plain values: `findings` with `name`, `severity`, `evidence`,
            `meaning` and `advice` each, and `looked_at`. None if nobody looked.
        config: What was asked for.
        schema: One mapping a column: `name`, `kind`, `gaps` (share of training rows without a value),
            `values` (range or levels of the training rows), `notes`, and `feature`, whether the network reads
            it; what is left out stays empty.
        warnings: What a reader should know about the data.
        splits: Rows of each part: training, validation, test.
        timings: Seconds of each stage.
        versions: Of the libraries and the machine.
        reproduce: The command or the lines of Python that make this again.
        subtitle: One line below the title: which table, which target, when.
        decision: How raw probabilities become honest ones and those become calls: correction, calibration,
            threshold, refer band. A sentence a line; the first two are on the probabilities, the others on
            the calls.
        reliability: Promised against observed rates on the test rows, such as `evaluation.calibration_curve`
            gives.
        thresholds: What every threshold gives on the test rows, of two classes, with prices where given.
        refer_band: Between which probabilities a person decides, where test rows can show it.
        referral: `(2, 3)`: test rows of each class that the network itself calls no, calls yes, and refers to
            a person; None where it refers nobody.
        gains: How much of the event is found among the highest scores, of two classes.
        ks: How far apart the scores of the two classes lie.
        segments: Errors by segment, by the name of what is predicted.
        in_full: The columns whose segments are all shown; of others, those beyond chance are.
        drivers: What moves the answer, one for each output that is explained.
        examples: A few test rows in full, with their values: the only rows of the table in the record.
        cross_validation: As plain values: `n_folds`, `n_rows`, and of each metric `mean`, `spread`, `folds`.
    """

    title: str
    comparison: Comparison
    target: str = ""
    origin: Origin = field(default_factory=Origin)
    network: NetworkRecord | None = None
    history: Mapping[str, Sequence[float]] = field(default_factory=dict)
    best_epoch: int | None = None
    diagnosis: Mapping[str, Any] | None = None
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
    thresholds: ThresholdCurve | None = None
    refer_band: ReferBand | None = None
    referral: np.ndarray | None = None
    gains: GainsCurve | None = None
    ks: KsCurve | None = None
    cross_validation: Mapping[str, Any] | None = None
    segments: Mapping[str, Segments] = field(default_factory=dict)
    in_full: Sequence[str] = ()
    drivers: Sequence[Drivers] = ()
    examples: Sequence[Example] = ()
