"""Runs: from a table to a folder that holds the network, how good it is, and how to make it again."""

from neurode.runs.cross_validation import CrossValidation as CrossValidation
from neurode.runs.report import report as report
from neurode.runs.run import Run as Run
from neurode.runs.target import Judgement as Judgement
from neurode.runs.train import train as train
