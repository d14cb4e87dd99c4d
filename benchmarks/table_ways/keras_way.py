"""From a CSV of loans to a judged network, with pandas, scikit-learn and Keras.

`python keras_way.py loans.csv` does what tutorials do, and what a careful author adds: float32 after the
encoding, prediction in large batches.
"""

import json
import sys

import keras
import pandas as pd
from sklearn.metrics import accuracy_score, roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import MinMaxScaler

keras.utils.set_random_seed(0)

loans = pd.read_csv(sys.argv[1])
target = loans["problem_loan"].to_numpy()
CATEGORIES = ["grade", "sub_grade", "home_ownership", "verification_status", "purpose", "term", "unemployed"]
table = pd.get_dummies(loans.drop(columns="problem_loan"), columns=CATEGORIES, dtype="float32")
train, test, target_train, target_test = train_test_split(
    table.astype("float32"), target, test_size=0.3, stratify=target, random_state=0
)
scaler = MinMaxScaler().fit(train)
train, test = scaler.transform(train), scaler.transform(test)

network = keras.Sequential(
    [
        keras.Input((train.shape[1],)),
        keras.layers.Dense(12, activation="relu"),
        keras.layers.Dense(12, activation="relu"),
        keras.layers.Dense(1, activation="sigmoid"),
    ]
)
network.compile(optimizer="adam", loss="binary_crossentropy")
network.fit(train, target_train, batch_size=32, epochs=5, verbose=0)

probability = network.predict(test, batch_size=4096, verbose=0)[:, 0]
print(
    json.dumps(
        {
            "features": train.shape[1],
            "accuracy": accuracy_score(target_test, probability > 0.5),
            "auc": roc_auc_score(target_test, probability),
        }
    )
)
