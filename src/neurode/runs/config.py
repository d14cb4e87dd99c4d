"""What was asked of a run, as plain data, and the command or the call that asks for it again."""

import json
import os
import shlex
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import numpy as np

from neurode.runs.data import Data, Splitting
from neurode.tables import Schema

SETTINGS = {
    "hidden_layer_sizes": "hidden",
    "epochs": "epochs",
    "batch_size": "batch-size",
    "learning_rate": "learning-rate",
    "dropout": "dropout",
    "balance": "balance",
    "balance_ratio": "balance-ratio",
    "class_weight": "class-weight",
    "focal_gamma": "focal-gamma",
    "base_rate": "base-rate",
    "calibration": "calibration",
    "threshold": "threshold",
    "cost": "cost",
    "refer": "refer",
}
"""The settings of a network that the command line knows, and the option of each."""

COLUMNS = {"group": "group", "time": "time", "split_column": "split-column"}
"""The columns that steer a split, and the option of each."""


def config_of(
    table: Any,
    data: Data,
    splitting: Splitting,
    settings: Mapping[str, Any],
    *,
    task: str,
    kinds: Mapping[str, str] | None,
    schema: Schema | str | os.PathLike | None,
    database_table: str | None,
    query: str | None,
    trust_pickle: bool,
    examples: bool,
    output: str | os.PathLike,
) -> dict[str, Any]:
    """What was asked for, as JSON values. What was left out is None; the positive class is always named."""
    names = data.target.names
    lines = {name: plain(settings.get(name)) for name in ("threshold", "cost")}
    others = {name: value for name, value in settings.items() if name not in lines}
    return {
        "table": data.name,
        "in_memory": None if isinstance(table, str | os.PathLike) else True,
        "rows": data.frame.height,
        "fingerprint": data.fingerprint,
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "target": names[0] if len(names) == 1 else list(names),
        "task": task,
        "positive": plain(data.target.positive),
        "kinds": dict(kinds) if kinds else None,
        "schema": schema.to_json() if isinstance(schema, Schema) else schema and os.fspath(schema),
        **lines,
        "group": splitting.group,
        "time": splitting.time,
        "split_column": splitting.split_column,
        "fractions": list(splitting.fractions),
        "folds": splitting.folds,
        "seed": splitting.seed,
        "settings": {name: plain(value) for name, value in others.items()},
        "objects": [name for name, value in others.items() if not _is_plain(plain(value))] or None,
        "database_table": database_table,
        "query": query,
        "trust_pickle": trust_pickle or None,
        "examples": None if examples else False,
        "output": os.fspath(output),
    }


def reproduce(config: Mapping[str, Any]) -> str:
    """How to make the run again: a command line where one can say it all, else a call.

    Example:
        >>> print(reproduce({"table": "loans.csv", "target": "late", "cost": {"false_negative": 5.0,
        ...                  "false_positive": 1.0}, "threshold": "cost", "seed": 0}))
        neurode train loans.csv --target late --cost 5:1 --seed 0
        >>> print(reproduce({"table": "DataFrame", "in_memory": True, "target": "late", "seed": 0}))
        neurode.train(table, 'late', seed=0)
    """
    command = None if config.get("in_memory") or config.get("objects") else _command(config)
    return _call(config) if command is None else command


def plain(value: Any) -> Any:
    """The value as JSON has it; what JSON has not stays as it is."""
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, tuple | list):
        return [plain(part) for part in value]
    if isinstance(value, Mapping):
        return {str(name): plain(part) for name, part in value.items()}
    return value


def _is_plain(value: Any) -> bool:
    if isinstance(value, list):
        return all(map(_is_plain, value))
    if isinstance(value, dict):
        return all(map(_is_plain, value.values()))
    return value is None or isinstance(value, str | int | float | bool)


def _command(config: Mapping[str, Any]) -> str | None:
    """The command line; None where an option cannot say a setting."""
    if isinstance(config.get("schema"), dict):
        return None
    targets = config["target"] if isinstance(config["target"], list) else [config["target"]]
    options: list[tuple[str, str | None]] = [("target", str(name)) for name in targets]
    settings = {name: config.get(name) for name in ("threshold", "cost") if config.get(name) is not None}
    if settings.get("cost") is not None and settings.get("threshold") == "cost":
        del settings["threshold"]
    settings |= config.get("settings", {})
    if not set(settings) <= set(SETTINGS):
        return None
    if config.get("task") not in (None, "auto"):
        options.append(("task", config["task"]))
    if config.get("positive") is not None:
        options.append(("positive", str(config["positive"])))
    options += [("kind", f"{name}={kind}") for name, kind in (config.get("kinds") or {}).items()]
    options += [(SETTINGS[name], _text(name, value)) for name, value in settings.items()]
    options += [(option, config[name]) for name, option in COLUMNS.items() if config.get(name) is not None]
    for name, option in (("schema", "schema"), ("folds", "folds"), ("database_table", "table")):
        if config.get(name) is not None:
            options.append((option, str(config[name])))
    if config.get("fractions") not in (None, [0.7, 0.15, 0.15]):
        options.append(("fractions", ",".join(f"{share!r}" for share in config["fractions"])))
    if config.get("query") is not None:
        options.append(("query", config["query"]))
    if config.get("output") not in (None, "runs"):
        options.append(("output", config["output"]))
    options.append(("seed", str(config["seed"])))
    if any(text is None for _, text in options):
        return None
    parts = ["neurode", "train", str(config["table"])]
    for name, text in options:
        # A value that begins with a hyphen would be taken for an option.
        parts += [f"--{name}={text}"] if str(text).startswith("-") else [f"--{name}", str(text)]
    flags = ["--trust-pickle"] if config.get("trust_pickle") else []
    flags += ["--no-examples"] if config.get("examples") is False else []
    return shlex.join([*parts, *flags])


def _text(name: str, value: Any) -> str | None:
    """A setting as its option takes it; None where it cannot."""
    if name == "base_rate" and value is None:
        return "none"
    if name == "cost" and set(value) == {"false_negative", "false_positive"}:
        return f"{value['false_negative']:.15g}:{value['false_positive']:.15g}"
    if name == "hidden_layer_sizes":
        sizes = [value] if isinstance(value, int) else value
        return ",".join(map(str, sizes)) or "0"
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, bool) or not isinstance(value, str | int | float) or value == "auto":
        return None
    return value if isinstance(value, str) else repr(value)


def _call(config: Mapping[str, Any]) -> str:
    """The lines of Python."""
    objects = config.get("objects") or ()
    table = "table" if config.get("in_memory") else repr(config["table"])
    named = {
        name: config.get(name)
        for name in (
            "task", "positive", "kinds", "threshold", "cost", "group", "time", "split_column", "folds",
            "database_table", "query", "trust_pickle", "examples",
        )
    }  # fmt: skip
    if named["task"] == "auto":
        del named["task"]
    given = {name: repr(value) for name, value in named.items() if value is not None}
    if config.get("schema") is not None:
        given["schema"] = "schema" if isinstance(config["schema"], dict) else repr(config["schema"])
    if config.get("fractions") not in (None, [0.7, 0.15, 0.15]):
        given["fractions"] = repr(tuple(config["fractions"]))
    for name, value in config.get("settings", {}).items():
        given[name] = name if name in objects else repr(tuple(value) if isinstance(value, list) else value)
    given["seed"] = repr(config["seed"])
    if config.get("output") not in (None, "runs"):
        given["output"] = repr(config["output"])
    arguments = [table, repr(config["target"]), *(f"{name}={text}" for name, text in given.items())]
    return f"neurode.train({', '.join(arguments)})"
