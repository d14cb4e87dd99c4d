"""Estimators: networks on raw tables, with scikit-learn's manners."""

from neurode.estimators.classifier import NeuralClassifier as NeuralClassifier
from neurode.estimators.classifier import order_classes as order_classes
from neurode.estimators.saving import load as load
