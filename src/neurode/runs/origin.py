"""Where the rows of a run came from and how they were given to parts, in words."""

from collections.abc import Mapping
from typing import Any

from neurode import datasets
from neurode.reporting import Origin
from neurode.runs.data import PARTS, Data
from neurode.runs.run import Run


def origin_of(run: Run, periods: dict[str, tuple[str, str]], unseen: Mapping[str, int]) -> Origin:
    """What the report says of the origin of a run's rows.

    Args:
        run: Trained and judged.
        periods: From `periods_of`.
        unseen: From `columns.unseen`.
    """
    config = run.config
    decision = getattr(run.model, "decision_", None)
    rates = None if decision is None else decision.deployment_rates
    return Origin(
        table=str(config["table"]),
        split=split_in_words(config),
        periods=periods,
        synthetic=config["table"] in datasets.DATASETS and datasets.get(config["table"]).synthetic,
        interrupted=config.get("interrupted"),
        shifted=decision is not None and decision.shifted,
        deployment=" / ".join(f"{100 * rate:.1f} %" for rate in rates or ()),
        validation=validation_in_words(run.model),
        unseen=unseen,
        made=config.get("made", ""),
        fingerprint=fingerprint_in_words(config.get("fingerprint")),
    )


def validation_in_words(estimator: Any) -> str:
    """What the validation rows were used for.

    Args:
        estimator: Fitted.

    Example:
        >>> from types import SimpleNamespace
        >>> validation_in_words(SimpleNamespace(early_stopping=True))
        'The validation rows ended its training.'
    """
    decision = getattr(estimator, "decision_", None)
    chosen = []
    if decision is not None:
        line, band = decision.threshold, decision.refer_band
        rules = [
            ("calibration", decision.calibrator is not None),
            ("threshold", line is not None and line.rule != f"{line.value:g}"),
            ("refer band", band is not None and band.rule.replace(" ", "").startswith("rate=")),
        ]
        chosen = [name for name, is_chosen in rules if is_chosen]
    used = ["ended its training"] if estimator.early_stopping else []
    if chosen:
        used.append(
            "chose its " + " and ".join([", ".join(chosen[:-1]), chosen[-1]] if chosen[1:] else chosen)
        )
    if not used:
        return "The validation rows were only watched."
    return f"The validation rows {' and '.join(used)}."


def fingerprint_in_words(known_by: Mapping[str, str] | None) -> str:
    """By what the table can be told again.

    Example:
        >>> fingerprint_in_words({"of": "the file", "sha256": "9f86d0"})
        'SHA-256 of the file: 9f86d0'
    """
    return f"SHA-256 of {known_by['of']}: {known_by['sha256']}" if known_by else ""


def periods_of(data: Data, time: str | None) -> dict[str, tuple[str, str]]:
    """The first and the last time of each part; nothing without a column of times."""
    if time is None:
        return {}
    values = data.frame[time]
    found = {}
    for part, rows in zip(PARTS, data.split):
        known = values[rows].drop_nulls()
        if len(known):
            found[part] = (str(known.min()), str(known.max()))
    return found


def split_in_words(config: dict[str, Any]) -> str:
    """How rows were given to training, validation and test.

    Example:
        >>> split_in_words({"group": None, "time": None, "split_column": None, "fractions": [0.7, 0.15, 0.15],
        ...                 "task": "auto", "seed": 3})
        'Rows were drawn at random (seed 3): 70 % for training, 15 % for validation, 15 % for the test.'
    """
    shares = "{} % for training, {} % for validation, {} % for the test".format(
        *(f"{100 * share:.4g}" for share in config["fractions"])
    )
    group, time, column = (config.get(name) for name in ("group", "time", "split_column"))
    whole = f" All rows of one value of {group} are in one part." if group is not None else ""
    if column is not None:
        return f"The column {column} says the part of each row.{whole}"
    if time is not None:
        return f"Rows were split by {time}: the latest are tested; {shares}.{whole}"
    return f"Rows were drawn at random (seed {config['seed']}): {shares}.{whole}"
