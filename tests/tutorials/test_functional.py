"""Tutorials of functional networks: names, several inputs, parts that are used again."""

NAMED = """
from keras.models import Model
from keras.layers import Dense, Dropout, Input
from keras import utils

inputs = Input(shape=(77,), name="features")
x = Dense(12, activation="relu", name="first_hidden")(inputs)
x = Dropout(0.2, name="drop")(x)
x = Dense(6, activation="relu", name="second_hidden")(x)
outputs = Dense(1, activation="sigmoid", name="risk")(x)
model = Model(inputs=inputs, outputs=outputs, name="loans")
model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
history = model.fit({"features": X}, y, epochs=10, verbose=0)
extractor = Model(model.inputs, model.layers[1].output)
features = extractor.predict(X[:4], verbose=0)
hidden = Model(inputs=model.input, outputs=model.get_layer("second_hidden").output).predict(X[:4], verbose=0)
kernel, bias = model.get_layer("first_hidden").get_weights()

drawing = []
for layer in model.layers[1:]:
    entry = [layer.name, layer.input.shape[-1], layer.output.shape[-1], layer.get_config().get("activation")]
    entry += [layer.units if hasattr(layer, "units") else None, [w.shape for w in layer.get_weights()]]
    drawing.append(entry)
"""


def test_a_named_network_can_be_walked_and_cut(run, loans):
    names = run(NAMED, **loans)
    assert names["history"].history["accuracy"][-1] > 0.75
    expected = (loans["X"][:4] @ names["kernel"] + names["bias"]).clip(0)
    assert abs(names["features"] - expected).max() < 1e-4
    assert names["hidden"].shape == (4, 6)
    assert names["drawing"] == [
        ["first_hidden", 77, 12, "relu", 12, [(77, 12), (12,)]],
        ["drop", 12, 12, None, None, []],
        ["second_hidden", 12, 6, "relu", 6, [(12, 6), (6,)]],
        ["risk", 6, 1, "sigmoid", 1, [(6, 1), (1,)]],
    ]


PLOT = """
from keras.utils import plot_model
from keras import utils

plot_model(model, to_file="model.png", show_shapes=True, show_layer_names=True)
utils.plot_model(model, to_file="again.png", show_shapes=True, show_layer_activations=True)
"""


def test_a_picture_of_the_network_is_written(run, loans, tmp_path):
    # Keras needs the program Graphviz for its picture.
    run(NAMED + PLOT, keras_too=False, **loans)
    assert (tmp_path / "model.png").read_bytes().startswith(b"\x89PNG")
    assert (tmp_path / "again.png").exists()


AUTOENCODER = """
from keras.models import Model
from keras.layers import Dense, Input

inputs = Input(shape=(4,))
encoded = Dense(2, activation="linear", name="code")(inputs)
decoded = Dense(4, activation="linear")(encoded)
autoencoder = Model(inputs, decoded)
encoder = Model(inputs, encoded)
untrained = encoder.predict(X, verbose=0)

code = Input(shape=(2,))
decoder = Model(code, autoencoder.layers[-1](code))

autoencoder.compile(optimizer="adam", loss="mse")
history = autoencoder.fit(X, X, epochs=60, batch_size=16, shuffle=True, verbose=0)
codes = encoder.predict(X, verbose=0)
restored = decoder.predict(codes, verbose=0)
whole = autoencoder.predict(X, verbose=0)
"""


def test_an_encoder_is_used_on_its_own_after_training(run, iris):
    names = run(AUTOENCODER, X=iris["X"])
    loss = names["history"].history["loss"]
    assert loss[-1] < 0.6 * loss[0]
    assert abs(names["codes"] - names["untrained"]).max() > 0.05
    assert abs(names["restored"] - names["whole"]).max() < 1e-4


TRANSFER = """
from keras.models import Sequential, Model
from keras.layers import Dense, Input
from keras.optimizers import Adam

base = Sequential([Input((4,)), Dense(8, activation="relu"), Dense(8, activation="relu")], name="base")
first = Sequential([base, Dense(1, activation="sigmoid")])
first.compile(optimizer=Adam(0.01), loss="binary_crossentropy")
first.fit(X, y == 0, epochs=10, verbose=0)

base.trainable = False
kept = [w.copy() for w in base.get_weights()]
inputs = Input((4,))
model = Model(inputs, Dense(3, activation="softmax")(base(inputs, training=False)))
model.compile(optimizer=Adam(0.01), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(X, y, epochs=30, verbose=0)
frozen = [w.copy() for w in base.get_weights()]
counts = len(model.trainable_weights), len(model.non_trainable_weights)

base.trainable = True
model.compile(optimizer=Adam(0.001), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(X, y, epochs=10, verbose=0)
tuned = base.get_weights()
accuracy = model.evaluate(X, y, verbose=0)[1]
"""


def test_a_frozen_base_is_kept_until_it_is_thawed(run, iris):
    names = run(TRANSFER, **iris)
    same = [(one == other).all() for one, other in zip(names["kept"], names["frozen"])]
    assert all(same)
    assert names["counts"] == (2, 4)
    assert any((one != other).any() for one, other in zip(names["frozen"], names["tuned"]))
    assert names["accuracy"] > 0.6


WIDE_AND_DEEP = """
from keras.models import Model
from keras.layers import BatchNormalization, Concatenate, Dense, Input

wide, deep = Input(shape=(5,), name="wide"), Input(shape=(72,), name="deep")
hidden = Dense(12, activation="relu")(deep)
hidden = BatchNormalization()(hidden)
hidden = Dense(12, activation="relu")(hidden)
joined = Concatenate()([wide, hidden])
output = Dense(1, activation="sigmoid", name="output")(joined)
helper = Dense(1, activation="sigmoid", name="helper")(hidden)
model = Model(inputs=[wide, deep], outputs=[output, helper])
model.compile(
    loss=["binary_crossentropy", "binary_crossentropy"], loss_weights=[0.9, 0.1], optimizer="adam",
    metrics=[["accuracy"], ["accuracy"]],
)
history = model.fit([X[:, :5], X[:, 5:]], [y, y], epochs=30, validation_split=0.1, verbose=0)
main, side = model.predict((X[:3, :5], X[:3, 5:]), verbose=0)
scores = model.evaluate([X[:, :5], X[:, 5:]], [y, y], return_dict=True, verbose=0)
"""


def test_a_wide_and_deep_network_has_two_inputs(run, loans):
    names = run(WIDE_AND_DEEP, **loans)
    assert {"output_accuracy", "helper_loss", "val_output_loss"} <= set(names["history"].history)
    assert names["main"].shape == names["side"].shape == (3, 1)
    scores = names["scores"]
    assert abs(scores["loss"] - 0.9 * scores["output_loss"] - 0.1 * scores["helper_loss"]) < 1e-3
    assert scores["output_accuracy"] > 0.8


ADVERSARIES = """
from keras.models import Sequential, Model
from keras.layers import Dense, Input
from keras.optimizers import Adam

generator = Sequential([Input((3,)), Dense(8, activation="relu"), Dense(1)])
discriminator = Sequential([Input((1,)), Dense(8, activation="relu"), Dense(1, activation="sigmoid")])
discriminator.compile(loss="binary_crossentropy", optimizer=Adam(0.01))

discriminator.trainable = False
noise = Input((3,))
gan = Model(noise, discriminator(generator(noise)))
gan.compile(loss="binary_crossentropy", optimizer=Adam(0.01))

rng = np.random.default_rng(0)
moved = {"discriminator": [], "generator": []}
for step in range(5):
    fake = generator.predict(rng.normal(size=(16, 3)).astype("float32"), verbose=0)
    real = rng.normal(5, 1, size=(16, 1)).astype("float32")
    before = discriminator.get_weights()[0].copy(), generator.get_weights()[0].copy()
    if step % 2 == 0:
        discriminator.train_on_batch(np.concatenate([real, fake]), np.repeat([1.0, 0.0], 16)[:, None])
    else:
        gan.train_on_batch(rng.normal(size=(16, 3)).astype("float32"), np.ones((16, 1)))
    moved["discriminator"].append(bool((before[0] != discriminator.get_weights()[0]).any()))
    moved["generator"].append(bool((before[1] != generator.get_weights()[0]).any()))
"""


def test_adversaries_learn_in_turns(run):
    names = run(ADVERSARIES)
    # Whether a layer trains is fixed at compile here, as it was in Keras 2, for which such tutorials were
    # written. Keras 3 asks at every step: its discriminator, frozen since, never learns.
    learns = names["library"] == "neurode"
    assert names["moved"]["discriminator"] == [learns, False, learns, False, learns]
    assert names["moved"]["generator"] == [False, True, False, True, False]
