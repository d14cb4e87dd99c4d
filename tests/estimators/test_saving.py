import json
import subprocess
import sys
import zipfile

import numpy as np
import pytest

import neurode
from neurode.datasets import make_loans
from neurode.errors import FileError, ModelFileError
from neurode.estimators import NeuralClassifier
from neurode.models.archive import read_archive, write_archive

TARGET = "problem_loan"


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    folder = tmp_path_factory.mktemp("model")
    loans = make_loans(800)
    loans.drop(TARGET).head(50).write_parquet(folder / "rows.parquet")
    classifier = NeuralClassifier(hidden_layer_sizes=(6,), epochs=2, random_state=0, threshold=0.3)
    classifier.fit(loans.drop(TARGET), loans[TARGET])
    classifier.save(folder / "model.neurode")
    return folder, classifier


def test_another_process_predicts_the_same_bits(saved):
    folder, classifier = saved
    code = (
        "import neurode, sys; model = neurode.load('model.neurode');"
        "sys.stdout.buffer.write(model.predict_proba('rows.parquet').tobytes())"
    )
    there = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, check=True).stdout
    assert there == classifier.predict_proba(folder / "rows.parquet").tobytes()


def test_threshold_classes_schema_and_settings_come_back(saved):
    folder, classifier = saved
    loaded = neurode.load(folder / "model.neurode")
    assert loaded.threshold_ == 0.3
    assert loaded.classes_.tolist() == classifier.classes_.tolist()
    assert loaded.schema_ == classifier.schema_
    assert loaded.get_params()["hidden_layer_sizes"] == (6,)
    np.testing.assert_array_equal(
        loaded.predict(folder / "rows.parquet"), classifier.predict(folder / "rows.parquet")
    )


def test_no_training_row_is_in_the_file(saved):
    folder, _ = saved
    with zipfile.ZipFile(folder / "model.neurode") as archive:
        assert sorted(archive.namelist()) == [
            "architecture.json", "compile.json", "decision.json", "encoding.json", "manifest.json",
            "training.json", "weights.safetensors",
        ]  # fmt: skip
        assert len(archive.read("encoding.json")) < 20_000


EXEC = {"class_name": "Exec", "config": {}}


@pytest.mark.parametrize(
    ("document", "change", "message"),
    [
        ("decision", lambda d: d | {"classes": [0, 1, 2]}, "3 classes"),
        ("decision", lambda d: d | {"threshold": 7}, "threshold of 7"),
        ("encoding", lambda d: d | {"scaling": "magic"}, "magic"),
        ("architecture", lambda d: d | {"config": d["config"] | {"layers": [EXEC]}}, "'Exec'"),
    ],
)
def test_a_consistent_file_with_nonsense_in_it_is_refused(saved, tmp_path, document, change, message):
    kind, documents, tensors = read_archive(saved[0] / "model.neurode")
    documents[document] = change(documents[document])
    write_archive(tmp_path / "edited.neurode", kind, documents, tensors)
    with pytest.raises(ModelFileError, match=message):
        neurode.load(tmp_path / "edited.neurode")


def test_an_edited_document_is_refused(saved, tmp_path):
    path = tmp_path / "edited.neurode"
    with zipfile.ZipFile(saved[0] / "model.neurode") as old, zipfile.ZipFile(path, "w") as new:
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
