"""From a CSV of loans to an evaluated network, neurode's way: `python neurode_way.py loans.csv`."""

import json
import sys

import numpy as np
from sklearn.metrics import accuracy_score, roc_auc_score
from sklearn.model_selection import train_test_split

from neurode.estimators import NeuralClassifier
from neurode.tables import read_table

loans = read_table(sys.argv[1])
target = loans["problem_loan"].to_numpy()
rows = np.arange(len(loans))
train, test = train_test_split(rows, test_size=0.3, stratify=target, random_state=0)
table = loans.drop("problem_loan")

network = NeuralClassifier(
    hidden_layer_sizes=(12, 12), batch_size=32, epochs=5, early_stopping=False, random_state=0
)
network.fit(table[train], target[train])

probability = network.predict_proba(table[test])[:, 1]
print(
    json.dumps(
        {
            "features": table.width,
            "accuracy": accuracy_score(target[test], probability > 0.5),
            "auc": roc_auc_score(target[test], probability),
        }
    )
)
