"""scikit-learn's MLPClassifier in float32, without penalty or stopping. No hidden layer, `()`, is one neuron.

Its weights start Glorot uniform as everybody's; its biases do too, where the others start at zero, and there
is no setting for it.
"""

import io
import warnings
from contextlib import redirect_stdout

from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier
from threadpoolctl import threadpool_limits

from peers.task import EPSILON, LEARNING_RATE, SEED, Clock, Task

CHOICES = [{"threads": threads} for threads in (1, 2)]


class EpochLines(io.StringIO):
    """Reads the clock at each line "Iteration 3, loss = 0.25", the only public sign of an epoch's end.

    Calling `partial_fit` per epoch would check and encode the whole table again each time.
    """

    def __init__(self, clock: Clock):
        super().__init__()
        self.clock = clock

    def write(self, text: str) -> int:
        if text.startswith("Iteration"):
            self.clock.end_epoch(float(text.rpartition("=")[2]))
        return len(text)


def fit(task: Task, choice: dict) -> Clock:
    clock = Clock()
    network = MLPClassifier(
        task.network.hidden_units,
        batch_size=task.network.batch_size,
        learning_rate_init=LEARNING_RATE,
        epsilon=EPSILON,
        alpha=0.0,
        max_iter=task.epochs,
        tol=0.0,
        n_iter_no_change=task.epochs,
        random_state=SEED,
        verbose=True,
    )
    with warnings.catch_warnings(), threadpool_limits(choice["threads"]), redirect_stdout(EpochLines(clock)):
        warnings.simplefilter("ignore", ConvergenceWarning)
        network.fit(task.features, task.target)
    return clock
