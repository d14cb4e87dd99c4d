"""What an explanation of predictions is: a value for every row, column and output."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl
from jaxtyping import Float64

from neurode.errors import ArgumentError, MissingPackageError, UnknownNameError
from neurode.explain.wording import number_text, plain, value_texts
from neurode.tables.schema import aligned

MOST_PRINTED = 12
"""Columns that are printed; the others are summed up in a line."""

LONGEST_TEXT = 40


@dataclass(frozen=True, eq=False)
class Explanation:
    """How far each column moved each prediction away from the base value.

    Printed, many rows are the mean size of each column's values, one row is what moved it, the strongest
    first.

    Attributes:
        columns: The columns, or groups of them.
        outputs: The positive class of two, every class of more, or the targets.
        values: What each column adds to or takes off each prediction; over the columns they add up to
            `predictions - base_values`.
        base_values: The mean prediction of the background.
        base_errors: The standard error of each base value as the mean of all rows like the background; NaN of
            a background of one row.
        predictions: Of the rows.
        errors: The standard error of each value, 0 where it is exact.
        by_background: The values against each row of the background, of which `values` are the mean; None for
            tables so large that they would take more than 64 MiB.
        data: The raw columns of the rows.
        members: The raw columns of each entry of `columns`.
        method: "exact" or "permutation".
        seed: Of the background's sample and of the orders.
    """

    columns: tuple[str, ...]
    outputs: tuple[str, ...]
    values: Float64[np.ndarray, "rows columns outputs"]
    base_values: Float64[np.ndarray, " outputs"]
    base_errors: Float64[np.ndarray, " outputs"]
    predictions: Float64[np.ndarray, "rows outputs"]
    errors: Float64[np.ndarray, "rows columns outputs"]
    by_background: Float64[np.ndarray, "background rows columns outputs"] | None
    data: pl.DataFrame
    members: tuple[tuple[str, ...], ...]
    method: str
    seed: int

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, rows: Any) -> "Explanation":
        """The explanation of some of the rows: of one number, several, or a slice."""
        index = np.arange(len(self))[rows] if isinstance(rows, slice) else np.atleast_1d(np.asarray(rows))
        if (index.dtype.kind not in "iu" and index.size) or index.ndim > 1:
            raise ArgumentError(
                f"explanation[{rows!r:.60}]",
                available=f"rows: 0 to {len(self) - 1}, as explained",
                hint="give a row's number, several, or a slice; one output is explanation.output(name)",
            )
        index = index.astype(np.int64)
        for number in index:
            if not -len(self) <= number < len(self):
                raise ArgumentError(
                    f"there is no row {number}", available=f"rows: 0 to {len(self) - 1}, as explained"
                )
        index = index % len(self)
        return replace(
            self,
            values=self.values[index],
            predictions=self.predictions[index],
            errors=self.errors[index],
            by_background=None if self.by_background is None else self.by_background[:, index],
            data=self.data[index],
        )

    def row(self, number: int) -> pl.DataFrame:
        """What moved one prediction, the strongest first.

        Args:
            number: Of the row among those explained, from 0.

        Returns:
            A frame of `column`, `value_of_the_row`, `output`, `moved` and `error`.
        """
        one = self[number]
        n_outputs = len(self.outputs)
        order = np.argsort(-np.abs(one.values[0]).sum(axis=1), kind="stable")
        shown = one.shown()
        return pl.DataFrame(
            {
                "column": [self.columns[place] for place in order for _ in self.outputs],
                "value_of_the_row": [shown[place][0] for place in order for _ in self.outputs],
                "output": list(self.outputs) * len(order),
                "moved": one.values[0, order].reshape(len(order) * n_outputs),
                "error": one.errors[0, order].reshape(len(order) * n_outputs),
            }
        )

    def importance(self) -> pl.DataFrame:
        """The mean size of each column's values over the rows, the largest first; a column for each output.

        Several outputs are ordered by their sum.
        """
        sizes = np.abs(self.values).mean(axis=0)
        order = np.argsort(-sizes.sum(axis=1), kind="stable")
        named = {output: sizes[order, place] for place, output in enumerate(self.outputs)}
        return pl.DataFrame({"column": [self.columns[place] for place in order], **_apart(named)})

    def output(self, name: str) -> "Explanation":
        """The explanation of one output.

        Raises:
            UnknownNameError: If there is no such output.
        """
        if name not in self.outputs:
            raise UnknownNameError("output", name, self.outputs)
        place = [self.outputs.index(name)]
        return replace(
            self,
            outputs=(name,),
            values=self.values[:, :, place],
            base_values=self.base_values[place],
            base_errors=self.base_errors[place],
            predictions=self.predictions[:, place],
            errors=self.errors[:, :, place],
            by_background=None if self.by_background is None else self.by_background[..., place],
        )

    def shown(self) -> list[list[str]]:
        """For each column, what the rows have there, as text; of a group all columns by name."""
        texts = {name: value_texts(self.data[name].to_list()) for name in self.data.columns}
        return [
            texts[group[0]]
            if group == (name,)
            else [", ".join(f"{column}={texts[column][row]}" for column in group) for row in range(len(self))]
            for name, group in zip(self.columns, self.members)
        ]

    def to_json(self) -> dict[str, Any]:
        """The explanation as plain JSON values, without `by_background`."""
        return {
            "columns": list(self.columns),
            "members": [list(group) for group in self.members],
            "outputs": list(self.outputs),
            "values": self.values.tolist(),
            "base_values": self.base_values.tolist(),
            "base_errors": [None if np.isnan(error) else float(error) for error in self.base_errors],
            "predictions": self.predictions.tolist(),
            "errors": self.errors.tolist(),
            "data": {name: [plain(value) for value in self.data[name]] for name in self.data.columns},
            "method": self.method,
            "seed": self.seed,
        }

    def to_shap(self) -> Any:
        """The same as a `shap.Explanation`, for the plots of the shap package.

        One output leaves out the axis of outputs, as shap's plots want it.

        Raises:
            MissingPackageError: If shap is not installed.
        """
        try:
            import shap
        except ImportError as error:
            raise MissingPackageError(
                "to_shap needs the package 'shap', which is not installed", hint="pip install neurode[shap]"
            ) from error
        one = len(self.outputs) == 1
        columns = [
            self.data[name].to_numpy() if group == (name,) else np.array(texts, dtype=object)
            for name, group, texts in zip(self.columns, self.members, self.shown())
        ]
        kinds = {column.dtype.kind for column in columns}
        data = np.column_stack([c if kinds <= set("biuf") else c.astype(object) for c in columns])
        base = np.broadcast_to(self.base_values, self.predictions.shape)
        return shap.Explanation(
            values=self.values[..., 0] if one else self.values,
            base_values=base[:, 0].copy() if one else base.copy(),
            data=data,
            feature_names=list(self.columns),
            output_names=self.outputs[0] if one else list(self.outputs),
        )

    def __str__(self) -> str:
        return _of_one_row(self) if len(self) == 1 else _of_many_rows(self)


def _of_one_row(explanation: Explanation) -> str:
    values, shown = explanation.values[0], explanation.shown()
    order = np.argsort(-np.abs(values).sum(axis=1), kind="stable")
    many = len(explanation.outputs) > 1
    ends = {"prediction": explanation.predictions[0], "base value": explanation.base_values}
    places = _places(np.array([*ends.values(), *values]))
    head = [["", *explanation.outputs]] if many else []
    head += [[name, *(f"{each:,.{places}f}" for each in numbers)] for name, numbers in ends.items()]
    if not np.isnan(explanation.base_errors).any():
        head.append(["its standard error", *(number_text(each, 2) for each in explanation.base_errors)])
    table = [["column", "value of the row", *(explanation.outputs if many else ("moved",))]]
    for place in order[:MOST_PRINTED]:
        moved = [f"{each:+,.{places}f}" for each in values[place]]
        table.append([explanation.columns[place], _elided(shown[place][0]), *moved])
    rest = order[MOST_PRINTED:]
    if len(rest):
        moved = [f"{each:+,.{places}f}" for each in values[rest].sum(axis=0)]
        table.append([f"({len(rest)} more)", "", *moved])
    right = range(1, len(table[0]))
    return "\n\n".join([aligned(head, right), aligned(table, right)])


def _of_many_rows(explanation: Explanation) -> str:
    importance = explanation.importance()
    many = len(explanation.outputs) > 1
    table = [["column", *(explanation.outputs if many else ("mean |value|",))]]
    places = _places(importance.drop("column").to_numpy())
    for name, *sizes in importance.head(MOST_PRINTED).rows():
        table.append([name, *(f"{each:,.{places}f}" for each in sizes)])
    if importance.height > MOST_PRINTED:
        table.append([f"({importance.height - MOST_PRINTED} more)", *[""] * len(explanation.outputs)])
    n_columns = len(explanation.columns)
    head = f"{len(explanation):,} rows, {n_columns} column{'s' * (n_columns > 1)}, {explanation.method}"
    if explanation.errors.any():
        head += f", standard error of a value {np.sqrt(np.square(explanation.errors).mean()):.2g}"
    return "\n\n".join([head, aligned(table, range(1, len(table[0])))])


def _places(numbers: Float64[np.ndarray, "..."]) -> int:
    """Decimal places that show three digits of the largest number, at most nine.

    Example:
        >>> [_places(np.array([largest])) for largest in (0.0251, 0.9, 12.0, 5000.0)]
        [4, 3, 1, 0]
    """
    largest = float(np.abs(numbers).max(initial=0.0))
    return int(np.clip(2 - np.floor(np.log10(largest)), 0, 9)) if largest else 0


def _elided(text: str) -> str:
    """A text short enough for a cell."""
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…"


def _apart(named: dict[str, Any]) -> dict[str, Any]:
    """Names of outputs that do not hide the name of the columns."""
    return {(f"output {name}" if name == "column" else name): values for name, values in named.items()}
