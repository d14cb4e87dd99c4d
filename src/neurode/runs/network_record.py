"""A fitted network as a report shows it: its encoded inputs by table column, its weights and its biases."""

from typing import Any

from neurode.errors import ArgumentError
from neurode.reporting import NetworkRecord
from neurode.utils import network_arguments


def network_record(estimator: Any, outputs: tuple[str, ...]) -> NetworkRecord:
    """The network as plain data; one that is no chain of dense layers has its summary alone.

    Args:
        estimator: Fitted.
        outputs: What its outputs are called.
    """
    model = estimator.model_
    lines: list[str] = []
    model.summary(print_fn=lines.append)
    try:
        drawn = network_arguments(estimator)
    except ArgumentError:
        drawn = {"layer_sizes": ()}
    sizes = drawn["layer_sizes"]
    return NetworkRecord(
        **{
            **drawn,
            "output_names": outputs if sizes and sizes[-1] == len(outputs) else None,
            "n_columns": len(estimator.encoding_.names),
            "n_params": model.count_params(),
            "summary": "\n".join(lines),
        }
    )
