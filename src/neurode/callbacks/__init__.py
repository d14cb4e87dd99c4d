"""Callbacks: what a person hangs into a fit."""

from neurode.callbacks.callback import Callback as Callback
from neurode.callbacks.callback import CallbackList as CallbackList
from neurode.callbacks.early_stopping import EarlyStopping as EarlyStopping
from neurode.callbacks.history import History as History
from neurode.callbacks.progress import ProgbarLogger as ProgbarLogger
