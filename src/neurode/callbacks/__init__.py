"""Callbacks: what a person hangs into a fit."""

from neurode.callbacks.backup import BackupAndRestore as BackupAndRestore
from neurode.callbacks.callback import Callback as Callback
from neurode.callbacks.callback_list import CallbackList as CallbackList
from neurode.callbacks.checkpoint import ModelCheckpoint as ModelCheckpoint
from neurode.callbacks.csv_logger import CSVLogger as CSVLogger
from neurode.callbacks.early_stopping import EarlyStopping as EarlyStopping
from neurode.callbacks.history import History as History
from neurode.callbacks.lambda_callback import LambdaCallback as LambdaCallback
from neurode.callbacks.learning_rate import LearningRateScheduler as LearningRateScheduler
from neurode.callbacks.learning_rate import ReduceLROnPlateau as ReduceLROnPlateau
from neurode.callbacks.mlflow import MLflowLogger as MLflowLogger
from neurode.callbacks.progress import ProgbarLogger as ProgbarLogger
from neurode.callbacks.tensorboard import TensorBoard as TensorBoard
from neurode.callbacks.terminate_on_nan import TerminateOnNaN as TerminateOnNaN
