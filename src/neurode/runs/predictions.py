"""The scores of the validation and test rows, as a Parquet file."""

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from neurode.files import replacing
from neurode.runs.data import PARTS, Data
from neurode.runs.target import Parts


def write_predictions(path: Path, estimator: Any, data: Data, parts: Parts) -> None:
    """Writes of each validation and test row its place, its part, its target and what was said of it."""
    rows = np.concatenate(data.split[1:])
    said = [data.target.predictions(estimator, columns) for columns in parts[1:]]
    scores = {name: np.concatenate([part[name] for part in said]) for name in said[0]}
    table = pl.DataFrame(
        {
            "row": rows,
            "part": np.repeat(PARTS[1:], [part.size for part in data.split[1:]]),
            **data.target.actual(rows),
            **{name: _plain(values) for name, values in scores.items()},
        }
    )
    with replacing(path) as temporary:
        table.write_parquet(temporary)


def _plain(values: np.ndarray) -> np.ndarray:
    # With a refer band, a word stands among the classes, whatever those are.
    return values.astype(str) if values.dtype == object else values
