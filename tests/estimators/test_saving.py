import json
import subprocess
import sys
import zipfile

import numpy as np
import polars as pl
import pytest
from sklearn.base import clone

import neurode
from neurode.errors import FileError, ModelFileError, NotFittedError
from neurode.layers import Dense
from neurode.models import Sequential
from neurode.models.archive import read_archive, write_archive

DECIDED = {
    "epochs": 20, "learning_rate": 0.05, "balance": "class_weight", "calibration": "platt",
    "threshold": "recall=0.8", "refer": "rate=0.1", "base_rate": 0.2,
}  # fmt: skip


@pytest.fixture(scope="module")
def saved(tmp_path_factory, rows, codes, words, numbers, make, make_regressor):
    """A folder with a file of every kind, the rows, and the estimators."""
    folder = tmp_path_factory.mktemp("models")
    labels = np.column_stack([codes, 1 - codes, rows["owner"].to_numpy()]).astype(int)
    rows.head(50).write_parquet(folder / "rows.parquet")
    estimators = {
        "fixed": make(threshold=0.3).fit(rows, codes),
        "decided": make(**DECIDED).fit(rows, words),
        "classes": make(class_weight="balanced").fit(rows, codes + 2 * rows["owner"].to_numpy()),
        "labels": make(threshold=0.4).fit(rows, labels),
        "array": make().fit(rows.select("size", "income").to_numpy(), codes),
        "flags": make(focal_gamma=2.0).fit(rows, codes == 1),
        "number": make_regressor().fit(rows, numbers),
        "numbers": make_regressor().fit(rows, pl.DataFrame({"price": numbers, "loss": -numbers})),
    }
    for name, estimator in estimators.items():
        estimator.save(folder / f"{name}.neurode")
    return folder, estimators


NAMES = ["fixed", "decided", "classes", "labels", "flags", "number", "numbers"]


@pytest.mark.parametrize("name", NAMES)
def test_what_is_loaded_is_what_was_saved(saved, name):
    folder, estimators = saved
    estimator, loaded = estimators[name], neurode.load(folder / f"{name}.neurode")
    table = folder / "rows.parquet"
    assert type(loaded) is type(estimator)
    np.testing.assert_array_equal(loaded.predict(table), estimator.predict(table))
    assert loaded.schema_ == estimator.schema_
    assert loaded.encoding_ == estimator.encoding_
    assert loaded.profile_ == estimator.profile_
    assert loaded.history_.history == estimator.history_.history
    assert (loaded.n_iter_, loaded.best_epoch_) == (estimator.n_iter_, estimator.best_epoch_)
    assert loaded.feature_names_in_.tolist() == estimator.feature_names_in_.tolist()
    assert loaded.n_features_in_ == 4
    assert loaded.get_params() == estimator.get_params()
    if hasattr(estimator, "classes_"):
        assert loaded.classes_.tolist() == estimator.classes_.tolist()
        assert loaded.classes_.dtype == estimator.classes_.dtype
        assert loaded.threshold_ == estimator.threshold_
        np.testing.assert_array_equal(loaded.predict_proba(table), estimator.predict_proba(table))
        np.testing.assert_array_equal(loaded.decision_function(table), estimator.decision_function(table))
        if name != "labels":
            assert loaded.decision_ == estimator.decision_
    else:
        assert loaded.target_names_ == estimator.target_names_


def test_an_estimator_of_an_array_takes_arrays_again(saved, rows):
    folder, estimators = saved
    loaded = neurode.load(folder / "array.neurode")
    assert not hasattr(loaded, "feature_names_in_")
    array = rows.select("size", "income").to_numpy()
    np.testing.assert_array_equal(loaded.predict_proba(array), estimators["array"].predict_proba(array))


def test_another_process_decides_the_same(saved):
    folder, estimators = saved
    code = (
        "import neurode, sys; model = neurode.load('decided.neurode');"
        "sys.stdout.buffer.write(model.predict_proba('rows.parquet').tobytes());"
        "sys.stdout.buffer.write('|'.join(model.predict('rows.parquet')).encode());"
        "sys.stdout.buffer.write(str(model.decision_).encode())"
    )
    there = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, check=True).stdout
    classifier = estimators["decided"]
    called = classifier.predict(folder / "rows.parquet")
    assert set(called) == {"late", "paid", "refer"}
    expected = classifier.predict_proba(folder / "rows.parquet").tobytes()
    assert there == expected + "|".join(called).encode() + str(classifier.decision_).encode()


def test_a_threshold_that_was_set_is_saved(saved, tmp_path):
    loaded = neurode.load(saved[0] / "decided.neurode")
    loaded.threshold_ = 0.125
    loaded.save(tmp_path / "again.neurode")
    assert neurode.load(tmp_path / "again.neurode").threshold_ == 0.125


@pytest.mark.parametrize("name", ["fixed", "labels", "number", "numbers"])
def test_a_loaded_estimator_can_be_checked_cloned_and_taught_more(saved, rows, codes, numbers, name):
    loaded = neurode.load(saved[0] / f"{name}.neurode")
    assert not [column.name for column in loaded.check(rows).columns if column.needs_a_look]
    assert clone(loaded).get_params() == loaded.get_params()
    target = {
        "fixed": codes,
        "labels": np.column_stack([codes, codes, codes]),
        "number": numbers,
        "numbers": np.column_stack([numbers, numbers]),
    }[name]
    before = loaded.predict(rows)
    for _ in range(3):
        loaded.partial_fit(rows, target)
    assert loaded.n_iter_ == len(loaded.history_.history["loss"]) == 6
    if name.startswith("number"):
        assert not np.array_equal(loaded.predict(rows), before)


def test_settings_that_are_objects_are_not_in_the_file(rows, codes, make, tmp_path):
    network = Sequential([Dense(1, activation="sigmoid")])
    classifier = make(network=network, class_weight={0: 1.0, 1: 2.0}).fit(rows, codes)
    classifier.save(tmp_path / "own.neurode")
    loaded = neurode.load(tmp_path / "own.neurode")
    assert loaded.network is None
    np.testing.assert_array_equal(loaded.predict_proba(rows), classifier.predict_proba(rows))


def test_no_training_row_is_in_the_file(saved):
    with zipfile.ZipFile(saved[0] / "decided.neurode") as archive:
        assert sorted(archive.namelist()) == [
            "architecture.json", "compile.json", "decision.json", "encoding.json", "manifest.json",
            "profile.json", "training.json", "weights.safetensors",
        ]  # fmt: skip
        assert len(archive.read("encoding.json")) < 20_000
        assert len(archive.read("profile.json")) < 20_000


def test_only_what_is_fitted_can_be_saved(make, tmp_path):
    with pytest.raises(NotFittedError, match="call fit"):
        make().save(tmp_path / "none.neurode")


def old_parts(path):
    """The parts of a file as neurode 0.1 wrote it: a decision of classes and threshold, and no profile."""
    kind, documents, tensors = read_archive(path)
    del documents["profile"], documents["training"]["named"]
    documents["decision"] = {name: documents["decision"][name] for name in ("classes", "threshold")}
    known = {
        "hidden_layer_sizes", "activation", "dropout", "batch_normalization", "optimizer", "learning_rate",
        "batch_size", "epochs", "early_stopping", "patience", "validation_fraction", "scaling",
        "one_hot_limit", "threshold", "positive", "kinds", "random_state", "verbose",
    }  # fmt: skip
    settings = documents["training"]["settings"]
    documents["training"]["settings"] = {name: settings[name] for name in known}
    return kind, documents, tensors


@pytest.mark.parametrize(("name", "line"), [("fixed", 0.3), ("classes", None)])
def test_a_file_of_neurode_0_1_is_read(saved, rows, tmp_path, name, line):
    folder, estimators = saved
    write_archive(tmp_path / "old.neurode", *old_parts(folder / f"{name}.neurode"))
    loaded = neurode.load(tmp_path / "old.neurode")
    assert loaded.threshold_ == line
    assert loaded.classes_.tolist() == estimators[name].classes_.tolist()
    if name == "fixed":
        np.testing.assert_array_equal(loaded.predict_proba(rows), estimators[name].predict_proba(rows))
        np.testing.assert_array_equal(loaded.predict(rows), estimators[name].predict(rows))
        assert "called positive from a probability of 0.3 on." in str(loaded.decision_)
    assert not loaded.check(rows).has_profile
    loaded.save(tmp_path / "new.neurode")
    np.testing.assert_array_equal(
        neurode.load(tmp_path / "new.neurode").predict_proba(rows), loaded.predict_proba(rows)
    )
    assert loaded.partial_fit(rows, loaded.predict(rows)).predict(rows).shape == (400,)


EXEC = {"class_name": "Exec", "config": {}}


def inside(document, **change):
    """The document with another decision in it."""
    return document | {"decision": document["decision"] | change}


@pytest.mark.parametrize(
    ("name", "document", "change", "message"),
    [
        ("fixed", "decision", lambda d: d | {"classes": [0, 1, 2]}, "3 classes"),
        ("fixed", "decision", lambda d: d | {"classes": "012"}, "3 classes"),
        ("fixed", "decision", lambda d: d | {"classes": None}, "describes no classifier"),
        ("fixed", "decision", lambda d: d | {"threshold": 7}, "threshold of 7"),
        ("fixed", "decision", lambda d: d | {"threshold": None}, "threshold of None"),
        ("fixed", "decision", lambda d: d | {"threshold": "half"}, "threshold|str"),
        ("fixed", "decision", lambda d: d | {"decision": {}}, "decision"),
        ("fixed", "decision", lambda d: inside(d, base_rates=[2, -1]), "base_rates"),
        ("fixed", "decision", lambda d: inside(d, focal_gamma=-1), "focal_gamma"),
        ("fixed", "decision", lambda d: d | {"seen": [[1, 2, 3]]}, "other than its 2 classes"),
        ("fixed", "decision", lambda d: d | {"seen": [[-1, 2], [1, 2]]}, "other than its 2 classes"),
        ("classes", "decision", lambda d: d | {"threshold": 0.5}, "threshold of 0.5"),
        ("labels", "decision", lambda d: d | {"threshold": -1}, "threshold of -1"),
        ("labels", "decision", lambda d: d | {"classes": [0]}, "1 classes"),
        ("number", "decision", lambda d: d | {"mean": [1, 2]}, "2 targets"),
        ("number", "decision", lambda d: d | {"scale": [-1]}, "targets of scale"),
        ("number", "decision", lambda d: d | {"mean": ["a"]}, "float"),
        ("number", "decision", lambda d: [], "regressor"),
        ("numbers", "decision", lambda d: d | {"flat": True}, "2 targets and says that they are one"),
        ("fixed", "encoding", lambda d: d | {"scaling": "magic"}, "magic"),
        ("fixed", "encoding", lambda d: {}, "classifier|encoding"),
        ("fixed", "profile", lambda d: {}, "profile|classifier"),
        ("fixed", "profile", lambda d: d | {"numbers": []}, "profile|columns"),
        ("fixed", "training", lambda d: {}, "history|settings"),
        ("fixed", "training", lambda d: d | {"history": {}}, "loss"),
        ("fixed", "training", lambda d: d | {"history": 3}, "classifier"),
        ("fixed", "training", lambda d: d | {"settings": {"depth": 3}}, "depth"),
        ("fixed", "training", lambda d: d | {"settings": {"threshold": 3.0}}, "threshold=3.0"),
        ("fixed", "architecture", lambda d: d | {"config": d["config"] | {"layers": [EXEC]}}, "'Exec'"),
    ],
)  # fmt: skip
def test_a_consistent_file_with_nonsense_in_it_is_refused(saved, tmp_path, name, document, change, message):
    kind, documents, tensors = read_archive(saved[0] / f"{name}.neurode")
    documents[document] = change(documents[document])
    write_archive(tmp_path / "edited.neurode", kind, documents, tensors)
    with pytest.raises(ModelFileError, match=message):
        neurode.load(tmp_path / "edited.neurode")


@pytest.mark.parametrize("document", ["architecture", "decision", "encoding", "training"])
def test_a_file_without_a_document_is_refused(saved, tmp_path, document):
    kind, documents, tensors = read_archive(saved[0] / "fixed.neurode")
    del documents[document]
    write_archive(tmp_path / "less.neurode", kind, documents, tensors)
    with pytest.raises(ModelFileError, match=document):
        neurode.load(tmp_path / "less.neurode")


def test_a_kind_that_is_not_known_is_named(saved, tmp_path):
    _, documents, tensors = read_archive(saved[0] / "fixed.neurode")
    write_archive(tmp_path / "other.neurode", "forest", documents, tensors)
    with pytest.raises(ModelFileError, match="holds a 'forest'"):
        neurode.load(tmp_path / "other.neurode")
    write_archive(tmp_path / "other.neurode", "regressor", documents, tensors)
    with pytest.raises(ModelFileError, match="describes no regressor"):
        neurode.load(tmp_path / "other.neurode")


def test_an_edited_document_is_refused(saved, tmp_path):
    path = tmp_path / "edited.neurode"
    with zipfile.ZipFile(saved[0] / "fixed.neurode") as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "decision.json":
                data = json.dumps(json.loads(data) | {"threshold": 0.9}).encode()
            new.writestr(name, data)
    with pytest.raises(ModelFileError, match=r"decision\.json"):
        neurode.load(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileError, match="no file"):
        neurode.load(tmp_path / "none.neurode")
