"""Which of the network's answers are taken apart, and which are not."""

from neurode.errors import listed
from neurode.evaluation import Evaluation
from neurode.reporting.record import ReportRecord


def unexplained(record: ReportRecord) -> str:
    """A sentence that names the classes or targets that are not taken apart; empty where all are.

    Args:
        record: Of the run.
    """
    network = record.comparison.network
    of_classes = isinstance(network, Evaluation)
    every = network.classes if of_classes else network.targets
    told = {drivers.output for drivers in record.drivers}
    left = [name for name in every if name not in told]
    # Of two classes one says it all, and a label's is called by the name of the label.
    if not told or not left or (of_classes and len(every) == 2):
        return ""
    chosen = "the most frequent classes" if of_classes else "the first targets"
    return f"These are {chosen}. Not taken apart here: {listed(left, 12)}."
