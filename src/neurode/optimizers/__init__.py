"""Optimisers with Keras's names, constants and update rules, as pure functions on weights.

The learning rate is an argument of a step, not part of the compiled program: another rate does not trace
again. optax is underneath where its mathematics equals Keras's.
"""

from neurode.optimizers import schedules
from neurode.optimizers.adafactor import Adafactor
from neurode.optimizers.adagrad import Adadelta, Adagrad
from neurode.optimizers.adam import Adam, AdamW
from neurode.optimizers.adamax import Adamax
from neurode.optimizers.ftrl import Ftrl
from neurode.optimizers.lamb import Lamb
from neurode.optimizers.lion import Lion
from neurode.optimizers.muon import Muon
from neurode.optimizers.nadam import Nadam
from neurode.optimizers.names import OPTIMIZERS, deserialize, get, serialize
from neurode.optimizers.optimizer import Optimizer
from neurode.optimizers.rmsprop import RMSprop
from neurode.optimizers.schedules import LearningRateSchedule
from neurode.optimizers.sgd import SGD

__all__ = [
    "OPTIMIZERS", "SGD", "Adadelta", "Adafactor", "Adagrad", "Adam", "AdamW", "Adamax", "Ftrl", "Lamb",
    "LearningRateSchedule", "Lion", "Muon", "Nadam", "Optimizer", "RMSprop", "deserialize", "get",
    "schedules", "serialize",
]  # fmt: skip
