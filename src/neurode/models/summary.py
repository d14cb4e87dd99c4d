"""The summary of a model, as Keras prints it."""

from typing import TYPE_CHECKING

from neurode.models.bound import BoundLayer

if TYPE_CHECKING:
    from neurode.models.model import Model

HEADINGS = ("Layer (type)", "Output Shape", "Param #")


def summary_of(model: "Model", line_length: int = 76) -> str:
    """Layers with output shapes and parameter counts, and the totals with their size in memory."""
    rows = [_row(layer) for layer in model.layers]
    widths = [line_length - 4 - 22 - 13 - 6, 22, 13]
    widths = [max(width, *(len(row[i]) for row in [HEADINGS, *rows])) for i, width in enumerate(widths)]
    trained = sum(array.size for array in model.trainable_weights)
    total = model.count_params()
    separator = _rule("├", "┼", "┤", "─", widths)
    body = f"\n{separator}\n".join(_line("│", row, widths) for row in rows)
    return "\n".join(
        [
            f'Model: "{model.name}"',
            _rule("┏", "┳", "┓", "━", widths),
            _line("┃", HEADINGS, widths),
            _rule("┡", "╇", "┩", "━", widths),
            *([body] if rows else []),
            _rule("└", "┴", "┘", "─", widths),
            f" Total params: {total:,} ({_size(4 * total)})",
            f" Trainable params: {trained:,} ({_size(4 * trained)})",
            f" Non-trainable params: {total - trained:,} ({_size(4 * (total - trained))})",
        ]
    )


def _row(layer: BoundLayer) -> tuple[str, str, str]:
    kind = type(layer.spec).__name__
    return f"{layer.name} ({kind})", str(layer.output.shape), f"{layer.count_params():,}"


def _line(edge: str, cells: tuple[str, ...], widths: list[int]) -> str:
    *left, last = (f" {cell:<{width}} " for cell, width in zip(cells, widths))
    return edge + edge.join([*left, f" {cells[-1]:>{widths[-1]}} "]) + edge if last else ""


def _rule(start: str, cross: str, end: str, stroke: str, widths: list[int]) -> str:
    return start + cross.join(stroke * (width + 2) for width in widths) + end


def _size(count: int) -> str:
    size, unit = float(count), "B"
    for unit in ("B", "KB", "MB", "GB"):
        if size < 1024 or unit == "GB":
            break
        size /= 1024
    return f"{size:.2f} {unit}"
