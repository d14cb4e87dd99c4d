"""Estimators: networks on raw tables, with scikit-learn's manners."""

from neurode.estimators.classifier import NeuralClassifier as NeuralClassifier
from neurode.estimators.mlp import MLPClassifier as MLPClassifier
from neurode.estimators.mlp import MLPRegressor as MLPRegressor
from neurode.estimators.regressor import NeuralRegressor as NeuralRegressor
from neurode.estimators.saving import load as load
from neurode.estimators.targets import order_classes as order_classes
