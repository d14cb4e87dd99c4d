"""The doctor's look at a run, while its rows are at hand."""

from typing import Any

import numpy as np

from neurode.diagnosis import Diagnosis
from neurode.diagnosis.doctor import diagnose_estimator
from neurode.diagnosis.examination import MOST_ROWS
from neurode.runs.data import Data
from neurode.runs.target import Judgement


def diagnose(estimator: Any, data: Data, judgements: tuple[Judgement, ...]) -> Diagnosis:
    """What keeps the network from learning, by samples of training and validation rows and the test rows'
    judgement.

    Args:
        estimator: Fitted on the data's training rows.
        data: All rows.
        judgements: What the test rows say.
    """
    training, validation = (_rows(data, rows) for rows in (data.split.train, data.split.validation))
    return diagnose_estimator(
        estimator,
        *training,
        validation_data=validation,
        n_rows=int(data.split.train.size),
        judgements=judgements,
    )


def _rows(data: Data, rows: np.ndarray) -> tuple[Any, Any]:
    # As many as are looked at: the others need not be encoded.
    if rows.size > MOST_ROWS:
        rows = np.sort(np.random.default_rng(0).choice(rows, MOST_ROWS, replace=False))
    return data.features[rows], data.target.given(rows)
