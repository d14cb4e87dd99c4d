"""Nested models are laid out first and then stand among the other layers, as large as they came out."""

from collections.abc import Sequence
from typing import NamedTuple

from neurode.drawing.layer_graphs.card import LONGEST_TEXT, PADDING, Card, LayerBox, Shown, layer_card
from neurode.drawing.layer_graphs.layered_layout import PORT_GAP, Link, Node, Point, layered_layout
from neurode.drawing.style import elided, text_width
from neurode.errors import ArgumentError, UnknownNameError

FRAME_PADDING = 0.2
TITLE_HEIGHT = 0.38
"""Inches, as everywhere here."""


class Group(NamedTuple):
    """Layers that were given their places, in inches: breadth across the flow, depth along it."""

    cards: list[tuple[Card, Point, Point]]
    frames: list[tuple[LayerBox, Point, Point]]
    routes: list[tuple[list[Point], bool]]
    entries: list[float]
    exits: list[float]
    size: Point


def arranged(
    boxes: Sequence[LayerBox],
    shown: Shown,
    rankdir: str,
    expand: bool,
    n_entries: int = 0,
    leaving: Sequence[str] = (),
) -> Group:
    """Gives every layer its place; nested models first, which then are nodes with ports.

    Args:
        boxes: The layers.
        shown: What of each is shown.
        rankdir: The direction.
        expand: Whether to open nested models.
        n_entries: How many tensors come from outside.
        leaving: The layers, as paths, whose tensors go outside; `""` for those that feed no other.
    """
    wiring = _wired(boxes, n_entries, leaving)
    content = [
        _framed(arranged(box.children, shown, rankdir, expand, n, list(exits)), box, rankdir)
        if expand and box.children
        else layer_card(box, shown)
        for box, n, exits in zip(boxes, wiring.n_inputs, wiring.exits)
    ]
    # The nodes: layers, then a point for each tensor that enters, then one for each that leaves.
    nodes = [_node(part, n, rankdir) for part, n in zip(content, wiring.n_inputs)]
    n_layers, n_entered = len(nodes), len(wiring.entered)
    points = range(n_layers, n_layers + n_entered + len(leaving))
    nodes += [Node(0.1, 0.0)] * len(points)

    def link(source: int, target: int, exit: str = "", position: int = 0) -> Link:
        start = content[source] if source < n_layers else None
        end = content[target] if target < n_layers else None
        leaves = arrives = None
        if isinstance(start, Group):
            leaves = start.exits[wiring.exits[source][exit]] - start.size[0] / 2
        if isinstance(end, Group):
            arrives = end.entries[position % len(end.entries)] - end.size[0] / 2
        return Link(source, target, leaves, 0.0 if end is None else arrives)

    links = [link(s, t, exit, k) for t, feed in enumerate(wiring.feeds) for k, (s, exit) in enumerate(feed)]
    links += [link(point, t) for point, t in zip(points, wiring.entered)]
    links += [link(s, t, exit) for t, feed in zip(points[n_entered:], wiring.ends) for s, exit in feed]
    layout = layered_layout(
        nodes,
        links,
        first=points[:n_entered],
        last=points[n_entered:],
        names=[box.name for box in boxes],
    )
    placed = Group([], [], [], [], [], layout.size)
    for part, node, (across, along) in zip(content, nodes, layout.centers):
        corner = (across - node.breadth / 2, along - node.depth / 2)
        if isinstance(part, Card):
            placed.cards.append((part, corner, (node.breadth, node.depth)))
        else:
            _insert(placed, part, corner)
    for (_, target, *_), route in zip(links, layout.routes):
        placed.routes.append((route, target < n_layers and isinstance(content[target], Card)))
    placed.entries.extend(layout.centers[i][0] for i in points[:n_entered])
    placed.exits.extend(layout.centers[i][0] for i in points[n_entered:])
    return placed


class _Wiring(NamedTuple):
    """What feeds what: sources are an index and the path inside that box from which the tensor comes."""

    feeds: list[list[tuple[int, str]]]
    entered: list[int]
    ends: list[list[tuple[int, str]]]
    n_inputs: list[int]
    exits: list[dict[str, int]]


def _wired(boxes: Sequence[LayerBox], n_entries: int, leaving: Sequence[str]) -> _Wiring:
    index = {box.name: i for i, box in enumerate(boxes)}
    if len(index) < len(boxes):
        twice = next(box.name for i, box in enumerate(boxes) if index[box.name] != i)
        raise ArgumentError(f"two layers are named {twice!r}", hint="give each layer a name of its own")
    feeds = [[_parted(path, boxes, index) for path in box.inputs] for box in boxes]
    entered = [i for i, feed in enumerate(feeds) if not feed][:n_entries]
    feeding = {source for feed in feeds for source, _ in feed}
    leaves = [(i, "") for i in range(len(boxes)) if i not in feeding]
    ends = [[_parted(path, boxes, index)] if path else leaves for path in leaving]
    exits: list[dict[str, int]] = [{} for _ in boxes]
    for feed in [*feeds, *ends]:
        for source, path in feed:
            exits[source].setdefault(path, len(exits[source]))
    return _Wiring(feeds, entered, ends, [len(feed) + (i in entered) for i, feed in enumerate(feeds)], exits)


def _parted(path: str, boxes: Sequence[LayerBox], index: dict[str, int]) -> tuple[int, str]:
    """The box that a path begins with, and the path inside it, every name of which is checked."""
    name, _, rest = (path, "", "") if path in index else path.partition("/")
    if name not in index:
        raise UnknownNameError("layer", name, list(index))
    if rest:
        children = boxes[index[name]].children
        _parted(rest, children, {child.name: i for i, child in enumerate(children)})
    return index[name], rest


def _node(content: "Card | Group", n_inputs: int, rankdir: str) -> Node:
    if isinstance(content, Group):
        return Node(*content.size)
    breadth, depth = (content.width, content.height) if rankdir == "TB" else (content.height, content.width)
    # Every arrow needs a place for its head.
    return Node(max(breadth, (n_inputs + 1) * PORT_GAP), depth)


def _insert(into: Group, group: Group, corner: Point) -> None:
    def moved(point: Point) -> Point:
        return point[0] + corner[0], point[1] + corner[1]

    into.cards.extend((card, moved(place), size) for card, place, size in group.cards)
    into.frames.extend((box, moved(place), size) for box, place, size in group.frames)
    into.routes.extend(([moved(point) for point in route], head) for route, head in group.routes)


def _framed(group: Group, box: LayerBox, rankdir: str) -> Group:
    """The layers of a nested model with a frame around them and room for its title."""
    width = title_width(box) + PADDING
    # Arrows that come in and go out have a row gap of their own, in which the title finds room too.
    before = FRAME_PADDING / 2 if group.entries else FRAME_PADDING
    after = 0.0 if group.exits else FRAME_PADDING
    if rankdir == "TB":
        # The title stands beside the arrows that come in, so that none runs through it.
        corner = (
            max(FRAME_PADDING, width - min(group.entries, default=width)),
            before if group.entries else TITLE_HEIGHT + PADDING,
        )
        size = (max(corner[0] + group.size[0] + FRAME_PADDING, width), corner[1] + group.size[1] + after)
    else:
        corner = (TITLE_HEIGHT + PADDING, before)
        size = (corner[0] + group.size[0] + FRAME_PADDING, max(before + group.size[1] + after, width))
    framed = Group([], [], [], [], [], size)
    framed.frames.append((box, (0.0, 0.0), size))
    _insert(framed, group, corner)
    framed.entries.extend(place + corner[0] for place in group.entries)
    framed.exits.extend(place + corner[0] for place in group.exits)
    inside, outside = corner[1], corner[1] + group.size[1]
    framed.routes.extend(([(place, 0.0), (place, inside)], False) for place in framed.entries)
    framed.routes.extend(([(place, outside), (place, size[1])], False) for place in framed.exits)
    return framed


def title_width(box: LayerBox) -> float:
    """The width of a frame's title, in inches."""
    return max(text_width(line, bold=True) for line in frame_title(box)) + 2 * PADDING


def frame_title(box: LayerBox) -> tuple[str, str]:
    """The two lines of a frame's title."""
    return elided(box.name, LONGEST_TEXT), elided(box.kind, LONGEST_TEXT)
