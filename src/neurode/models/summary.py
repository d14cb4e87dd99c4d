"""The summary of a model, as Keras prints it."""

import textwrap
from typing import TYPE_CHECKING, Any, cast

from neurode.errors import UnknownNameError
from neurode.layers import Graph, Operation
from neurode.layers.graph import free_names

if TYPE_CHECKING:
    from neurode.models.network import Network

LINE_LENGTH = 76
LEFT_ALIGNED = ("Layer (type)", "Output Shape", "Connected to", "Trainable")


def summary_of(
    model: "Network",
    line_length: int | None = None,
    *,
    expand_nested: bool = False,
    show_trainable: bool = False,
    layer_range: tuple[str, str] | None = None,
) -> str:
    """Layers with output shapes, parameter counts and what feeds them, and the totals."""
    is_chain = _is_chain(model)
    headings = ["Layer (type)", "Output Shape", "Param #"]
    headings += ([] if is_chain else ["Connected to"]) + (["Trainable"] if show_trainable else [])
    rows = [
        [row[heading] for heading in headings]
        for row in _rows(model, layer_range, expand_nested=expand_nested)
    ]
    widths = _widths(headings, rows, line_length or LINE_LENGTH + (0 if is_chain else 22))
    separator = _rule("├", "┼", "┤", "─", widths)
    body = f"\n{separator}\n".join(_cells(row, headings, widths) for row in rows)
    return "\n".join(
        [
            f'Model: "{model.name or model.kind}"',
            _rule("┏", "┳", "┓", "━", widths),
            _line("┃", headings, headings, widths),
            _rule("┡", "╇", "┩", "━", widths),
            *([body] if rows else []),
            _rule("└", "┴", "┘", "─", widths),
            *_totals(model),
        ]
    )


def _rows(
    model: "Network", layer_range: tuple[str, str] | None, *, expand_nested: bool
) -> list[dict[str, str]]:
    feeding = _feeding(model)
    rows = []
    owners = model._owners if model.built else _numbered(model.layers)
    listed = {id(layer) for layer in model.operations}
    for name, layer in owners:
        if id(layer) not in listed:
            continue
        shape = getattr(_if_built(layer, "output"), "shape", "?")
        if isinstance(_if_built(layer, "output"), list):
            shape = [tensor.shape for tensor in layer.output]
        rows.append(
            {
                "name": name or "",
                "Layer (type)": f"{name} ({_type_of(layer)})",
                "Output Shape": str(shape),
                "Param #": f"{layer.count_params():,}" if layer.built else "0 (unbuilt)",
                "Connected to": ", ".join(f"{source}[0][{place}]" for source, place in feeding.get(name, ()))
                or "-",
                "Trainable": ("Y" if layer.trainable else "N") if layer.built and layer.weights else "-",
            }
        )
        if expand_nested and hasattr(layer, "_owners") and layer.built:
            inner = _rows(cast("Network", layer), None, expand_nested=True)
            rows += [
                row | {"Layer (type)": _indented(row["Layer (type)"]), "Connected to": "-"} for row in inner
            ]
    return rows if layer_range is None else _between(rows, layer_range)


def _is_chain(model: "Network") -> bool:
    """Whether each layer feeds the next one alone, so that nobody has to be told."""
    if model.kind == "sequential" or not model.built:
        return True
    network = model.network
    in_a_row = all(node.inputs == (place,) for place, node in enumerate(network.nodes))
    return in_a_row and len(network.inputs) == 1 and len(network.layers) == len(network.nodes)


def _numbered(layers: list[Any]) -> list[tuple[str, Any]]:
    """The layers of a model that is not built, under the names that they will have."""
    return list(zip(free_names([layer.name for layer in layers], [layer.kind for layer in layers]), layers))


def _type_of(layer: Any) -> str:
    """What Keras calls the type: an op by its own name, a model between tensors `Functional`."""
    if isinstance(layer, Operation):
        return "".join(part.capitalize() for part in layer.op.split("_"))
    return "Functional" if getattr(layer, "kind", "") == "functional" else type(layer).__name__


def _indented(name: str) -> str:
    return "   " + (name if name.startswith(" ") else f"└ {name}")


def _if_built(layer: Any, name: str) -> Any:
    return getattr(layer, name) if layer.built and (layer.place.calls or hasattr(layer, "_owners")) else None


def _between(rows: list[dict[str, str]], layer_range: tuple[str, str]) -> list[dict[str, str]]:
    names = [row["name"] for row in rows]
    for name in layer_range:
        if name not in names:
            raise UnknownNameError("layer", name, names)
    return rows[names.index(layer_range[0]) : names.index(layer_range[1]) + 1]


def _feeding(model: "Network") -> dict[str | None, list[tuple[str, int]]]:
    """For each layer the layers that feed it, each with the number of its output."""
    if not model.built:
        return {}
    network = model.network
    sources: list[tuple[str, int]] = [(name, 0) for name in network.inputs]
    found: dict[str | None, list[tuple[str, int]]] = {}
    for node in network.nodes:
        found.setdefault(node.layer.label, []).extend(sources[value] for value in node.inputs)
        count = len(node.layer.outputs) if isinstance(node.layer, Graph) else 1
        sources += [(node.layer.label, place) for place in range(count)]
    return found


def _totals(model: "Network") -> list[str]:
    weights = model.weights if model.built else []
    total = sum(weight.size for weight in weights)
    trained = sum(weight.size for weight in weights if weight.trainable)
    return [
        f" Total params: {total:,} ({_size(4 * total)})",
        f" Trainable params: {trained:,} ({_size(4 * trained)})",
        f" Non-trainable params: {total - trained:,} ({_size(4 * (total - trained))})",
    ]


def _widths(headings: list[str], rows: list[list[str]], line_length: int) -> list[int]:
    """The widths of the columns: as wide as needed, the first one filling what is left of the line."""
    needed = [max(len(row[i]) for row in [headings, *rows]) for i in range(len(headings))]
    if "Connected to" in headings:
        place = headings.index("Connected to")
        needed[place] = min(needed[place], 26)
    least = [0, 22, 13, 0, 0]
    widths = [max(need, least[i]) for i, need in enumerate(needed)]
    widths[0] += max(0, line_length - sum(widths) - 3 * len(widths) - 1)
    return widths


def _cells(row: list[str], headings: list[str], widths: list[int]) -> str:
    wrapped = [textwrap.wrap(cell, width) or [""] for cell, width in zip(row, widths)]
    height = max(map(len, wrapped))
    lines = [[cell[i] if i < len(cell) else "" for cell in wrapped] for i in range(height)]
    return "\n".join(_line("│", cells, headings, widths) for cells in lines)


def _line(edge: str, cells: list[str], headings: list[str], widths: list[int]) -> str:
    padded = [
        f" {cell:<{width}} " if heading in LEFT_ALIGNED else f" {cell:>{width}} "
        for cell, heading, width in zip(cells, headings, widths)
    ]
    return edge + edge.join(padded) + edge


def _rule(start: str, cross: str, end: str, stroke: str, widths: list[int]) -> str:
    return start + cross.join(stroke * (width + 2) for width in widths) + end


def _size(count: int) -> str:
    size, unit = float(count), "B"
    for unit in ("B", "KB", "MB", "GB"):
        if size < 1024 or unit == "GB":
            break
        size /= 1024
    return f"{size:.2f} {unit}"
