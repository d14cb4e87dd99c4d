"""The engine: the epoch program and the loop around it."""

from neurode.training.feed import Feed as Feed
from neurode.training.feed import StreamFeed as StreamFeed
from neurode.training.feed import TableFeed as TableFeed
from neurode.training.feed import in_parts as in_parts
from neurode.training.fit import Plan as Plan
from neurode.training.fit import fit as fit
from neurode.training.program import TRACES as TRACES
from neurode.training.program import Program as Program
from neurode.training.program import build as build
from neurode.training.program import finisher as finisher
from neurode.training.program import initializer as initializer
from neurode.training.program import order_of as order_of
from neurode.training.program import predictor as predictor
from neurode.training.program import start_of as start_of
from neurode.training.program import stepper as stepper
from neurode.training.program import steps_of as steps_of
from neurode.training.state import Rows as Rows
from neurode.training.state import TrainState as TrainState
from neurode.training.state import to_logs as to_logs
from neurode.training.task import Output as Output
from neurode.training.task import Task as Task
