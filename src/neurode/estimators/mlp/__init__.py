"""scikit-learn's multi-layer perceptrons, on neurode's engine."""

from neurode.estimators.mlp.classifier import MLPClassifier as MLPClassifier
from neurode.estimators.mlp.regressor import MLPRegressor as MLPRegressor
