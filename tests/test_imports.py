"""The architecture, as a table: which package may import which. A breach is a failed test."""

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).parent.parent / "src" / "neurode"

VOCABULARY = {
    "activations", "constraints", "initializers", "losses", "metrics", "optimizers", "regularizers",
}  # fmt: skip
BASE = {"__version__", "errors", "files", "identifiers", "records", "typing"}
MAY_IMPORT = {
    "errors": set(),
    "typing": set(),
    "records": set(),
    "files": {"errors"},
    "identifiers": {"errors"},
    "ops": {"errors"},
    "backend": {"errors", "ops"},
    **{name: BASE | {"activations", "ops"} for name in VOCABULARY},
    "metrics": BASE | {"activations", "losses", "ops"},
    "layers": BASE | VOCABULARY | {"ops"},
    "callbacks": BASE,
    "training": BASE | VOCABULARY | {"layers", "callbacks"},
    "models": BASE | VOCABULARY | {"layers", "callbacks", "training"},
    "tables": BASE,
    "datasets": BASE,
    "evaluation": BASE,
    "drawing": BASE,
    "live": BASE | {"callbacks", "drawing"},
    "utils": BASE | {"layers", "models", "drawing"},
    "estimators": BASE | VOCABULARY | {"layers", "callbacks", "training", "models", "tables", "evaluation"},
    "explain": BASE | VOCABULARY | {"layers", "training", "models", "tables", "evaluation"},
    "glass_box": BASE | VOCABULARY | {"layers", "training", "models", "tables"},
    "diagnosis": BASE | {"callbacks", "models", "tables", "evaluation", "glass_box"},
    "reporting": BASE | {"evaluation", "drawing", "explain", "diagnosis"},
    "runs": BASE
    | {
        "callbacks",
        "datasets",
        "models",
        "utils",
        "tables",
        "estimators",
        "evaluation",
        "explain",
        "glass_box",
        "diagnosis",
        "drawing",
        "reporting",
    },
}
"""What each package may import of ours. `cli` may import anything, late (`cli/test_commands.py`)."""

ONLY_HERE = {
    "jax": VOCABULARY | {"ops", "layers", "training", "models", "explain", "glass_box"},
    "optax": {"optimizers"},
    "sklearn": {"estimators", "evaluation", "tables"},
    "matplotlib": {"drawing", "reporting"},
    "polars": {"tables", "datasets", "estimators", "explain", "glass_box", "diagnosis", "runs", "cli"},
    "narwhals": {"tables", "explain"},
    "pyarrow": {"tables"},
    "jinja2": {"reporting"},
    "click": {"cli"},
    "rich": {"cli"},
    "pandas": set(),
    "pickle": {"tables"},
    "imblearn": {"tables"},
    "shap": {"explain"},
}
"""Libraries that only some packages may know."""


def imported(path):
    """Every import of the file as a list of name parts, relative to nothing."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".") for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            parts = node.module.split(".")
            # `from neurode import losses` reaches the same module as `import neurode.losses`.
            yield from ([parts[0], alias.name] for alias in node.names) if parts == ["neurode"] else [parts]


@pytest.mark.parametrize("path", sorted(SOURCE.rglob("*.py")), ids=lambda p: str(p.relative_to(SOURCE)))
def test_imports_follow_the_table(path):
    package = path.relative_to(SOURCE).parts[0].removesuffix(".py")
    if package in {"__init__", "__main__"}:
        return
    for parts in imported(path):
        if parts[0] == "neurode":
            assert package == "cli" or parts[1] in MAY_IMPORT[package] | {package}, ".".join(parts)
        else:
            assert package in ONLY_HERE.get(parts[0], {package}), ".".join(parts)


def test_the_table_names_every_package():
    packages = {
        p.name.removesuffix(".py")
        for p in SOURCE.iterdir()
        if p.suffix == ".py" or (p / "__init__.py").exists()
    }
    assert packages - {"__init__", "__main__", "cli"} <= set(MAY_IMPORT)
