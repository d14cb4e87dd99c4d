# Recipes that a person and CI share. Only Python 3.11+ and make are needed; everything else goes into .venv.
PYTHON ?= python3
TABLE ?= credit_default
TARGET ?=
BIN = .venv/bin

.PHONY: train test lint bench bench-quality bench-explain docs clean

## train: set up, then train on the embedded table (or TABLE=loans.csv TARGET=problem_loan) and write the report
train: .venv/train
	$(BIN)/neurode train $(TABLE) $(if $(TARGET),--target $(TARGET))

## test: set up, then run all tests: lint, types, architecture, units, doctests, README, examples
test: .venv/test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -n auto

## bench: measure neurode beside Keras, PyTorch and scikit-learn; writes benchmarks/results/speed.md
bench: .venv/bench
	$(BIN)/python benchmarks/speed.py
	$(BIN)/python benchmarks/custom.py
	$(BIN)/python benchmarks/wide.py
	$(BIN)/python benchmarks/embedded_table.py
	$(BIN)/python benchmarks/estimators.py

## bench-quality: measure how well the plain estimators predict on real tables; writes benchmarks/results/quality.md
bench-quality: .venv/bench-quality
	$(BIN)/python benchmarks/quality.py

## bench-explain: measure SHAP values beside the shap package; writes benchmarks/results/explain.md
bench-explain: .venv/bench-explain
	$(BIN)/python benchmarks/explain.py

## docs: draw the pictures that the README and the gallery show
docs: .venv/train
	$(BIN)/python docs/pictures.py
	$(BIN)/python docs/gallery/build.py

clean:
	rm -rf .venv runs

.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.exit("neurode needs Python 3.11 or newer, this is " + sys.version.split()[0]) if sys.version_info < (3, 11) else 0'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade pip

.venv/train: .venv/bin/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet -c constraints.txt -e .
	touch $@

.venv/test: .venv/train
	$(BIN)/python -m pip install --quiet -c constraints.txt --group dev
	touch $@

.venv/bench-quality: .venv/train
	$(BIN)/python -m pip install --quiet -c constraints.txt --group bench-quality
	touch $@

.venv/bench-explain: .venv/train
	$(BIN)/python -m pip install --quiet -c constraints.txt --group bench-explain
	touch $@

.venv/bench: .venv/train
	$(BIN)/python -m pip install --quiet -c constraints.txt --group bench
	touch $@
