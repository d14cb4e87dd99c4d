import numpy as np
import pytest
from click.testing import CliRunner

import neurode
from neurode.cli.draw import LOOKS
from neurode.cli.main import cli
from neurode.datasets import make_loans
from neurode.estimators import NeuralClassifier
from neurode.layers import BatchNormalization, Concatenate, Dense, Dropout, Input

HEADS = {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}


def run(*arguments):
    return CliRunner().invoke(cli, list(map(str, arguments)))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("draw")
    loans = make_loans(200)
    NeuralClassifier((4,), epochs=1, activation="tanh", early_stopping=False, random_state=0).fit(
        loans.drop("problem_loan"), loans["problem_loan"]
    ).save(folder / "model.neurode")
    return folder


@pytest.fixture(scope="module")
def branches(folder):
    x = Input((3,), name="features")
    both = Concatenate(name="both")([Dense(2, activation="relu")(x), Dense(2)(x)])
    neurode.Model(x, Dense(1, activation="sigmoid", name="risk")(both)).save(folder / "branches.neurode")
    return folder / "branches.neurode"


@pytest.mark.parametrize("what", LOOKS)
def test_every_look_of_an_estimator_is_drawn(folder, tmp_path, what):
    path = tmp_path / f"{what}.svg"
    result = run("draw", folder / "model.neurode", "--what", what, "-o", path)
    assert result.exit_code == 0, result.output
    assert result.stdout == f"{path}\n"
    text = path.read_text()
    expected = {"network": "annual_inc", "layers": "TableEncoding", "activations": "tanh", "weights": "dense"}
    assert expected[what] in text


@pytest.mark.parametrize("ending", HEADS)
def test_each_ending_is_its_format(folder, tmp_path, ending):
    path = tmp_path / f"network.{ending}"
    assert run("draw", folder / "model.neurode", "-o", path).exit_code == 0
    assert path.read_bytes().startswith(HEADS[ending])


def test_a_run_folder_stands_for_its_model_and_the_picture_has_a_usual_name(folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = run("draw", folder, "--what", "layers")
    assert result.exit_code == 0, result.output
    assert result.stdout == "layers.png\n"
    assert (tmp_path / "layers.png").read_bytes().startswith(HEADS["png"])


@pytest.mark.parametrize("what", LOOKS)
def test_the_dark_theme_is_for_dark_paper(folder, tmp_path, what):
    papers = []
    for theme in ("light", "dark"):
        path = tmp_path / f"{theme}.svg"
        run("draw", folder / "model.neurode", "--what", what, "--theme", theme, "-o", path)
        papers.append("#14171a" in path.read_text())
    assert papers == [False, True]


def test_dots_an_inch_make_a_png_larger(folder, tmp_path):
    sizes = []
    for dpi in (50, 200):
        run("draw", folder / "model.neurode", "-o", tmp_path / "n.png", "--dpi", dpi)
        sizes.append((tmp_path / "n.png").stat().st_size)
    assert sizes[1] > 2 * sizes[0]


def test_a_bare_network_is_drawn_too(tmp_path):
    network = neurode.Sequential(
        [Input((3,)), Dense(5, activation="relu"), BatchNormalization(), Dropout(0.2), Dense(1)]
    )
    network.save(tmp_path / "bare.neurode")
    for what in LOOKS:
        result = run("draw", tmp_path / "bare.neurode", "--what", what, "-o", tmp_path / f"{what}.svg")
        assert result.exit_code == 0, result.output
    assert "relu" in (tmp_path / "activations.svg").read_text()


def test_activations_are_drawn_once_each_and_those_of_whole_rows_are_told(tmp_path):
    network = neurode.Sequential(
        [Input((3,)), Dense(5, activation="elu"), Dense(5, activation="elu"), Dense(3, activation="softmax")]
    )
    network.save(tmp_path / "m.neurode")
    run("draw", tmp_path / "m.neurode", "--what", "activations", "-o", tmp_path / "a.svg")
    text = (tmp_path / "a.svg").read_text()
    assert (text.count(">elu<"), text.count(">softmax<")) == (1, 1)


def test_weights_of_a_table_s_encoding_are_not_drawn(folder, tmp_path):
    path = tmp_path / "w.svg"
    run("draw", folder / "model.neurode", "--what", "weights", "-o", path)
    assert "quantiles" not in path.read_text()


def test_a_network_with_branches_has_layers_but_no_chain(branches, tmp_path):
    path = tmp_path / "n.svg"
    result = run("draw", branches, "-o", path)
    assert result.exit_code == 1
    assert "no chain of dense layers" in result.stderr
    assert "--what layers" in result.stderr
    assert run("draw", branches, "-o", path, "--what", "layers").exit_code == 0


def test_a_network_without_dense_layers_or_activations_is_named(tmp_path):
    neurode.Sequential([Input((3,)), Dropout(0.5)]).save(tmp_path / "m.neurode")
    asked = {
        "network": "it has no dense layer",
        "activations": "no activation functions",
        "weights": "no weights to draw",
    }
    for what, problem in asked.items():
        result = run("draw", tmp_path / "m.neurode", "--what", what, "-o", tmp_path / "n.png")
        assert result.exit_code == 1
        assert problem in result.stderr


def test_what_cannot_be_drawn_is_named(folder, tmp_path):
    damaged = tmp_path / "damaged.neurode"
    damaged.write_bytes((folder / "model.neurode").read_bytes()[:500])
    (tmp_path / "empty").mkdir()
    cases = {
        (tmp_path / "no.neurode",): "no file",
        (damaged,): "not a model file, or it was cut short",
        (tmp_path / "empty",): "a folder without a model.neurode",
        (folder / "model.neurode", "-o", tmp_path / "n.gif"): "cannot draw a file that ends in '.gif'",
        (folder / "model.neurode", "-o", tmp_path / "no" / "n.png"): "cannot write",
    }
    for arguments, problem in cases.items():
        result = run("draw", *arguments)
        assert result.exit_code == 1
        assert problem in result.stderr
        assert "Traceback" not in result.output


def test_an_unknown_look_is_a_usage_error(folder):
    result = run("draw", folder / "model.neurode", "--what", "netwrok")
    assert result.exit_code == 2
    assert "'network'" in result.stderr


def test_the_picture_shows_the_weights_of_the_file(folder, tmp_path):
    paths = [tmp_path / "a.svg", tmp_path / "b.svg"]
    model = neurode.load(folder / "model.neurode")
    for place, path in enumerate(paths):
        kernel = model.model_.get_layer("output").kernel
        kernel.assign(np.abs(kernel.numpy()) * (-1) ** place)
        model.save(tmp_path / "m.neurode")
        run("draw", tmp_path / "m.neurode", "-o", path)
    assert paths[0].read_text() != paths[1].read_text()
