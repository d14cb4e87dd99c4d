"""Tutorials of regression, of three classes, and of trying many settings."""

REGRESSION = """
from keras.models import Sequential
from keras.layers import Dense
from keras import backend as K

def r2(y_true, y_pred):
    residual = K.sum(K.square(y_true - y_pred))
    total = K.sum(K.square(y_true - K.mean(y_true)))
    return 1 - residual / (total + K.epsilon())

target = (3 * X[:, 0] - 2 * X[:, 1] + 1).reshape(-1, 1)
model = Sequential()
model.add(Dense(16, input_dim=4, activation="relu", kernel_initializer="normal"))
model.add(Dense(1, kernel_initializer="normal"))
model.compile(loss="mean_absolute_error", optimizer="adam", metrics=["mae", r2])
history = model.fit(X, target, epochs=150, batch_size=10, verbose=0)
loss, mae, score = model.evaluate(X, target, batch_size=150, verbose=0)
predicted = model.predict(X, verbose=0)
"""


def test_regression_with_a_hand_written_r2(run, iris):
    names = run(REGRESSION, X=iris["X"])
    assert abs(names["loss"] - names["mae"]) < 1e-4
    assert names["score"] > 0.7
    target = names["target"]
    right = 1 - ((target - names["predicted"]) ** 2).sum() / ((target - target.mean()) ** 2).sum()
    assert abs(names["score"] - right) < 1e-4


THREE_CLASSES = """
from keras.models import Sequential
from keras.layers import Dense, Input
from keras.optimizers import Adam
from keras.utils import to_categorical

def make_model(loss):
    model = Sequential([Input((4,)), Dense(10, activation="relu"), Dense(3, activation="softmax")])
    model.compile(optimizer=Adam(learning_rate=0.02), loss=loss, metrics=["accuracy"])
    return model

by_number = make_model("sparse_categorical_crossentropy")
by_number.fit(X, y, epochs=20, verbose=0)
accuracy_by_number = by_number.evaluate(X, y, verbose=0)[1]

one_hot = to_categorical(y, num_classes=3)
by_column = make_model("categorical_crossentropy")
by_column.fit(X, one_hot, epochs=20, verbose=0)
accuracy_by_column = by_column.evaluate(X, one_hot, verbose=0)[1]
classes = by_column.predict(X, verbose=0).argmax(axis=1)
"""


def test_three_classes_by_number_and_by_column(run, iris):
    names = run(THREE_CLASSES, **iris)
    assert names["accuracy_by_number"] > 0.85
    assert names["accuracy_by_column"] > 0.85
    assert abs((names["classes"] == iris["y"]).mean() - names["accuracy_by_column"]) < 1e-4


GRID = """
import itertools
from keras.models import Sequential
from keras.layers import Dense
from keras import optimizers

results = {}
for units, rate in itertools.product([2, 8], [0.001, 0.05]):
    model = Sequential()
    model.add(Dense(units, activation="tanh", input_shape=(4,)))
    model.add(Dense(3, activation="softmax"))
    optimizer = optimizers.Adam(learning_rate=rate)
    model.compile(optimizer=optimizer, loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    history = model.fit(X, y, epochs=8, verbose=0)
    results[units, rate] = history.history["accuracy"][-1]
best = max(results, key=results.get)
"""


def test_a_loop_over_settings_finds_the_quick_learner(run, iris):
    names = run(GRID, **iris)
    assert len(names["results"]) == 4
    assert names["best"][1] == 0.05


CURVES = """
import matplotlib.pyplot as plt
from keras.models import Sequential
from keras.layers import Dense
from keras.callbacks import EarlyStopping, ModelCheckpoint, ReduceLROnPlateau
from keras.regularizers import l2

def make_model():
    model = Sequential()
    model.add(Dense(16, activation="relu", input_shape=(4,), kernel_regularizer=l2(0.001)))
    model.add(Dense(3, activation="softmax"))
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model

order = np.random.default_rng(0).permutation(len(X))
model = make_model()
callbacks = [
    ModelCheckpoint("best.weights.h5", save_best_only=True, save_weights_only=True, monitor="val_loss"),
    ReduceLROnPlateau(patience=3),
    EarlyStopping(patience=5),
]
history = model.fit(
    X[order], y[order], validation_split=0.3, epochs=12, batch_size=8, callbacks=callbacks, verbose=0
)
plt.figure()
plt.plot(history.history["loss"])
plt.plot(history.history["val_loss"])
plt.legend(["train", "validation"])
plt.savefig("curves.png")
plt.close()

again = make_model()
again.load_weights("best.weights.h5")
held_out = X[order][105:], y[order][105:]
best = again.evaluate(*held_out, verbose=0)[0]
"""


def test_curves_are_plotted_and_the_best_weights_come_back(run, iris, tmp_path):
    names = run(CURVES, **iris)
    assert abs(names["best"] - min(names["history"].history["val_loss"])) < 1e-4
    assert (tmp_path / "curves.png").exists()


SAVED = """
from keras.models import Sequential, load_model, model_from_json
from keras.layers import Dense, Dropout, Input

model = Sequential([Input((4,)), Dense(8, activation="relu"), Dropout(0.1), Dense(3, activation="softmax")])
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(X, y, epochs=2, verbose=0)
model.save("model.keras")
loaded = load_model("model.keras")
wanted = model.predict(X, verbose=0)
whole = loaded.predict(X, verbose=0)

text = model.to_json()
rebuilt = model_from_json(text)
rebuilt.set_weights(model.get_weights())
from_text = rebuilt.predict(X, verbose=0)

loaded.fit(X, y, epochs=1, verbose=0)
more = loaded.evaluate(X, y, verbose=0)
"""


def test_a_model_is_saved_and_goes_on_learning(run, iris):
    names = run(SAVED, **iris)
    assert (names["whole"] == names["wanted"]).all()
    assert (names["from_text"] == names["wanted"]).all()
    assert len(names["more"]) == 2
