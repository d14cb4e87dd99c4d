"""Tutorials that tell two classes apart."""

SINGLE_NEURON = """
from keras.models import Sequential
from keras.layers import Dense

model = Sequential()
model.add(Dense(1, input_dim=77, activation="sigmoid"))
model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"])
model.summary(print_fn=lambda *args, **kwargs: None)
history = model.fit(X, y, epochs=30, batch_size=16, validation_split=0.2, verbose=0)
loss, accuracy = model.evaluate(X, y, verbose=0)
weights, bias = model.layers[0].get_weights()
probabilities = model.predict(X[:5], verbose=0)
"""


def test_a_single_neuron_on_77_features(run, loans):
    names = run(SINGLE_NEURON, **loans)
    assert names["accuracy"] > 0.85
    assert sorted(names["history"].history) == ["accuracy", "loss", "val_accuracy", "val_loss"]
    assert names["weights"].shape == (77, 1)
    assert names["bias"].shape == (1,)
    assert names["probabilities"].shape == (5, 1)
    assert names["model"].count_params() == 78


DEEPER = """
from keras.models import Sequential
from keras.layers import Dense, Input
from keras import metrics

def make_model():
    model = Sequential([
        Input(shape=(77,)),
        Dense(12, activation="relu"),
        Dense(12, activation="relu"),
        Dense(1, activation="sigmoid"),
    ])
    model.compile(
        optimizer="adam",
        loss="binary_crossentropy",
        metrics=["accuracy", metrics.Recall(), metrics.Precision()],
    )
    return model

model = make_model()
first = model.fit(X, y, epochs=10, verbose=0)
scores = model.evaluate(X, y, verbose=0)

bad, good = np.where(y == 1)[0], np.where(y == 0)[0]
kept = np.concatenate([bad, np.random.default_rng(0).choice(good, len(bad), replace=False)])
np.random.default_rng(1).shuffle(kept)
balanced = make_model()
second = balanced.fit(X[kept], y[kept], epochs=30, verbose=0)
balanced_scores = balanced.evaluate(X, y, return_dict=True, verbose=0)
"""


def test_a_down_sampled_training_set_finds_more(run, loans):
    names = run(DEEPER, **loans)
    logged = sorted(
        name.rpartition("_")[0] if name[-1].isdigit() else name for name in names["first"].history
    )
    assert logged == ["accuracy", "loss", "precision", "recall"]
    assert len(names["scores"]) == 4
    recall = next(value for name, value in names["balanced_scores"].items() if name.startswith("recall"))
    assert recall > names["scores"][2]


CLASS_WEIGHTS = """
from keras.models import Sequential
from keras.layers import Dense

def recall_with(class_weight):
    model = Sequential([Dense(8, activation="relu", input_dim=77), Dense(1, activation="sigmoid")])
    model.compile("adam", "binary_crossentropy")
    model.fit(X, y, epochs=8, class_weight=class_weight, verbose=0)
    return float(np.mean(model.predict(X[y == 1], verbose=0) > 0.5))

plain, weighted = recall_with(None), recall_with({0: 1.0, 1: 20.0})
"""


def test_class_weights_find_more_of_the_rare_class(run, loans):
    names = run(CLASS_WEIGHTS, **loans)
    assert names["weighted"] > names["plain"]


HAND_WRITTEN_METRICS = """
from keras.models import Sequential
from keras.layers import Dense
from keras import backend as K

def recall_m(y_true, y_pred):
    true_positives = K.sum(K.round(K.clip(y_true * y_pred, 0, 1)))
    possible_positives = K.sum(K.round(K.clip(y_true, 0, 1)))
    return true_positives / (possible_positives + K.epsilon())

def precision_m(y_true, y_pred):
    true_positives = K.sum(K.round(K.clip(y_true * y_pred, 0, 1)))
    predicted_positives = K.sum(K.round(K.clip(y_pred, 0, 1)))
    return true_positives / (predicted_positives + K.epsilon())

def f1_m(y_true, y_pred):
    precision, recall = precision_m(y_true, y_pred), recall_m(y_true, y_pred)
    return 2 * (precision * recall) / (precision + recall + K.epsilon())

model = Sequential([Dense(12, activation="relu", input_dim=77), Dense(1, activation="sigmoid")])
model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy", f1_m, precision_m, recall_m])
history = model.fit(X, y.reshape(-1, 1), validation_split=0.3, epochs=15, verbose=0)
loss, accuracy, f1, precision, recall = model.evaluate(X, y.reshape(-1, 1), batch_size=600, verbose=0)
found = model.predict(X, verbose=0)[:, 0] > 0.5
"""


def test_hand_written_recall_precision_and_f1(run, loans):
    names = run(HAND_WRITTEN_METRICS, **loans)
    assert {"f1_m", "val_f1_m", "precision_m", "val_recall_m"} <= set(names["history"].history)
    hits, y = (names["found"] & (loans["y"] == 1)).sum(), loans["y"]
    assert abs(names["recall"] - hits / y.sum()) < 1e-4
    assert abs(names["precision"] - hits / names["found"].sum()) < 1e-4
    assert 0 < names["f1"] <= 1


STEP = """
from keras.models import Sequential
from keras.layers import Dense
from keras import backend as K

def step(x):
    return K.cast(K.greater_equal(x, 0), "float32")

model = Sequential([Dense(1, activation=step, input_dim=2)])
model.compile(optimizer="sgd", loss="mse", metrics=["accuracy"])
model.layers[0].set_weights([np.array([[1.0], [1.0]]), np.array([-1.5])])
inputs = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
table = model.predict(inputs, verbose=0).ravel()
before = model.get_weights()[0].copy()
model.fit(inputs, np.array([0, 0, 0, 1]), nb_epoch=3, verbose=0)
after = model.get_weights()[0]
"""


def test_a_perceptron_with_a_step_is_the_and_of_its_inputs(run):
    names = run(STEP.replace("nb_epoch", "epochs"))
    assert list(names["table"]) == [0, 0, 0, 1]
    # A step has no slope, so that nothing is learned.
    assert (names["before"] == names["after"]).all()


def test_the_oldest_name_of_epochs_is_understood(run):
    names = run(STEP + "\nhistory = model.fit(inputs, inputs[:, 0], nb_epoch=3, verbose=0)", keras_too=False)
    assert names["history"].epoch == [0, 1, 2]


MULTI_LABEL = """
from keras.models import Sequential
from keras.layers import Dense

labels = np.stack([X[:, 0] > 0, X[:, 1] > 0, X[:, 0] + X[:, 1] > 0], axis=1).astype("float32")
model = Sequential([Dense(16, activation="relu", input_shape=(77,)), Dense(3, activation="sigmoid")])
model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["binary_accuracy"])
history = model.fit(X, labels, epochs=20, verbose=0)
accuracy = model.evaluate(X, labels, verbose=0)[1]
found = model.predict(X, verbose=0).round()
"""


def test_several_labels_at_once(run, loans):
    names = run(MULTI_LABEL, **loans)
    assert names["history"].history["binary_accuracy"][-1] > 0.8
    assert abs((names["found"] == names["labels"]).mean() - names["accuracy"]) < 1e-4
