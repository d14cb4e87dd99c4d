"""What a report cannot promise, in plain words and from the record alone."""

from collections.abc import Iterator

from neurode.evaluation import Evaluation
from neurode.reporting.numbers import count
from neurode.reporting.record import ReportRecord

FEW_ROWS = 100
"""Test rows of a class below which its rates move by several points from sample to sample."""

_AT_RANDOM = (
    "Test rows were drawn from the same table as the training rows. They say how well the network "
    "does on rows "
    "of the same kind and time; they say nothing of later times, other places or other customers."
)


def limits(record: ReportRecord) -> list[str]:
    """Sentences on what was not seen, what is uncertain, and what the network is not for.

    Args:
        record: Of the run.
    """
    return [*_of_rows(record), *_of_training(record), *_of_answers(record), *_of_use(record)]


def _of_rows(record: ReportRecord) -> Iterator[str]:
    origin = record.origin
    if origin.synthetic:
        yield (
            "The rows are synthetic: code made them. Nothing here says how the network does on real "
            "ones, and "
            "no decision on a person should rest on it."
        )
    if origin.periods:
        named = "; ".join(f"{part} from {ends[0]} to {ends[-1]}" for part, ends in origin.periods.items())
        yield f"Rows are of these times: {named}. The network has not seen what came after."
    else:
        yield _AT_RANDOM
    yield from _of_classes(record)
    met = origin.unseen
    if "levels" in met:
        yield (
            "A level that the training rows do not have counts as unseen and adds nothing to the answer: "
            f"{_rows_with(met['levels'], 'such a level')}."
        )
    if "numbers" in met:
        yield (
            "Numbers and dates beyond the range of the training rows are carried on from its ends: "
            f"{_rows_with(met['numbers'], 'such a value')}."
        )


def _rows_with(n_rows: int, what: str) -> str:
    if not n_rows:
        return f"no test row has {what}, so nothing here tests it"
    told = f"{count(n_rows)} test {'row has' if n_rows == 1 else 'rows have'} {what}"
    return f"{told}, too few to judge it by" if n_rows < FEW_ROWS else told


def _of_classes(record: ReportRecord) -> Iterator[str]:
    network = record.comparison.network
    if not isinstance(network, Evaluation):
        if network.n_rows < FEW_ROWS:
            yield f"There are only {network.n_rows} test rows: the intervals are wide for a reason."
        return
    totals = network.confusion.counts.sum(axis=1).tolist()
    few = [(label, total) for label, total in zip(network.classes, totals) if total < FEW_ROWS]
    if few:
        named = ", ".join(f"{count(total)} of ‘{label}’" for label, total in few[:5])
        more = f" and of {len(few) - 5} more classes" if len(few) > 5 else ""
        yield (
            f"The test rows hold few rows of some classes ({named}{more}): what is said of those is "
            f"uncertain."
        )


def _of_training(record: ReportRecord) -> Iterator[str]:
    if record.origin.interrupted is not None:
        yield (
            f"Training was interrupted after epoch {record.origin.interrupted}: the network is the "
            "best so far, "
            "not the best that these settings give."
        )
    if record.comparison.network.n_resamples:
        yield (
            "The intervals say how far the numbers move on other test rows. They do not say how far "
            "they move "
            "with another training: "
            + (
                "the cross-validation does."
                if record.cross_validation
                else "a cross-validation would (folds, --folds)."
            )
        )


def _of_answers(record: ReportRecord) -> Iterator[str]:
    origin = record.origin
    if origin.shifted:
        yield (
            "The probabilities are shifted: they are for classes as frequent as in the balanced "
            "training rows. "
            "They rank, but they are no frequencies."
        )
    if origin.deployment:
        yield (
            f"Probabilities in use are moved to other class rates ({origin.deployment}). Whether those rates "
            "come true cannot be told from this table."
        )
    if isinstance(record.comparison.network, Evaluation) and not (origin.shifted or origin.deployment):
        yield (
            "Probabilities hold where classes are as frequent as in this table. Elsewhere they have "
            "to be moved "
            "to the rates that are found there (base_rate, --base-rate)."
        )
    if record.drivers:
        yield (
            "The explanations say what moves the network's answer. They do not say what causes the event: "
            "changing a column need not change the outcome."
        )


def _of_use(record: ReportRecord) -> Iterator[str]:
    if isinstance(record.comparison.network, Evaluation):
        yield (
            "Whether the network treats groups of people alike was not examined beyond the segments "
            "shown; the "
            "law may ask for more. It is not for decisions on people without a person who can be asked for "
            "reasons and can overrule it."
        )
    else:
        yield (
            "The network gives one number a row, without an interval of its own; the errors above "
            "say how far "
            "off it usually is."
        )
