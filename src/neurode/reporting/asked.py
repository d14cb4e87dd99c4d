"""What was asked of a run, and how its training went, in sentences."""

from neurode.evaluation import Evaluation
from neurode.reporting.numbers import count, percent
from neurode.reporting.record import ReportRecord

SHOWN_ELSEWHERE = {
    "table",
    "target",
    "rows",
    "output",
    "interrupted",
    "fractions",
    "task",
    "positive",
    "examples",
    "made",
    "fingerprint",
}
"""Settings that a sentence says, or that say nothing to a reader."""


def question(record: ReportRecord) -> list[str]:
    """What the network was to do, a sentence each.

    Args:
        record: Of the run.
    """
    network, target = record.comparison.network, record.target or "the target"
    read = sum(bool(column.get("feature", True)) for column in record.schema)
    columns = "columns" if not read else "1 column" if read == 1 else f"{count(read)} columns"
    columns += f" of the table {record.origin.table}" if record.origin.table else " of a table"
    if not isinstance(network, Evaluation):
        several = len(network.targets) > 1
        wanted = f"predict the {len(network.targets)} numbers {target}" if several else f"predict {target}"
    elif len(network.classes) == 2:
        wanted = f"give the probability that {target} is ‘{network.classes[1]}’"
    else:
        wanted = f"tell which of {len(network.classes)} classes {target} is"
    sentences = [f"A network was to {wanted}, from {columns}, beside simpler models that it has to beat."]
    if isinstance(network, Evaluation) and len(network.classes) == 2:
        sentences.append(
            f"‘{network.classes[1]}’ is the positive class: the event that is looked for. "
            "A row is called positive where its probability reaches the threshold."
        )
    return sentences


def settings(record: ReportRecord) -> dict[str, object]:
    """The settings that were asked for, without what the page says elsewhere.

    Args:
        record: Of the run.
    """
    asked = {name: value for name, value in record.config.items() if name not in SHOWN_ELSEWHERE}
    named = asked.pop("settings", {})
    return {**asked, **(named if isinstance(named, dict) else {"settings": named})}


def training(record: ReportRecord) -> str:
    """How long the network learned, and which weights were kept."""
    epochs = max((len(values) for values in record.history.values()), default=0)
    if not epochs:
        return ""
    text = f"The network learned for {_epochs(epochs)}"
    if record.best_epoch is not None:
        last = record.best_epoch == epochs
        text += f"; the weights of {'the last' if last else f'epoch {record.best_epoch}'} were kept"
        if "val_loss" in record.history and not last:
            text += ", after which the loss on validation rows no longer fell enough"
    text += "."
    if record.origin.interrupted is not None:
        text += (
            f" It was interrupted after epoch {record.origin.interrupted}: a longer training may do better."
        )
    return text


def balance(record: ReportRecord) -> str:
    """How frequent each class is among the test rows; nothing for numbers."""
    network = record.comparison.network
    if not isinstance(network, Evaluation):
        return ""
    totals = network.confusion.counts.sum(axis=1)
    shares = [
        f"{percent(float(total / max(1, totals.sum())))} are ‘{label}’"
        for label, total in zip(network.classes, totals)
    ]
    if len(shares) == 2:
        return f"Of the {count(network.n_rows)} test rows {shares[1]}."
    rarest, commonest = int(totals.argmin()), int(totals.argmax())
    return (
        f"Of the {count(network.n_rows)} test rows {shares[commonest]}, the commonest class, "
        f"and {shares[rarest]}, the rarest of {len(shares)}."
    )


def _epochs(number: int) -> str:
    return "1 epoch" if number == 1 else f"{number} epochs"
