"""From a CSV of loans to an evaluated network, neurode's way: `python neurode_way.py loans.csv`."""

import json
import sys

import neurode
from neurode.tables import Encoding, Schema, read_table, stratified_split

loans = read_table(sys.argv[1])
target = loans["problem_loan"].to_numpy()
train, test, _ = stratified_split(target, fractions=(0.7, 0.3, 0))
schema = Schema.infer(loans, "problem_loan")
encoding = Encoding.fit(loans, schema, scaling="min-max", rows=train)
columns = encoding.transform(loans)
del loans

Dense = neurode.layers.Dense
network = neurode.models.table_network(
    encoding,
    columns.rows(train),
    [Dense(12, activation="relu"), Dense(12, activation="relu"), Dense(1, activation="sigmoid")],
    one_hot_limit=64,
)
network.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy", "auc"])
network.fit(columns.rows(train), target[train], batch_size=32, epochs=5, verbose=0)

evaluation = network.evaluate(columns.rows(test), target[test], verbose=0, return_dict=True)
print(json.dumps({"features": network.layers[0].output.shape[1], **evaluation}))
