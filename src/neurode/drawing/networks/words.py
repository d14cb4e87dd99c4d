"""What is written at a drawn network: captions, names, what is left out."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from neurode.drawing.names import elided_apart
from neurode.drawing.networks.stack import Bracket, Gap, Stack
from neurode.drawing.style import elided

LONGEST_ACTIVATION = 12


@dataclass(frozen=True, eq=False)
class Drawn:
    """What is drawn: the layers as stacks, and what lies between and beside them.

    Attributes:
        stacks: The layers.
        weights: Of each pair of layers, None for none.
        biases: Of each layer after the inputs, None for none.
        activations: Of each layer after the inputs, None for none.
        dropouts: Share dropped on the way into each layer after the inputs, 0 for none.
        input_names: One a neuron, or None.
        output_names: One a neuron, or None.
    """

    stacks: tuple[Stack, ...]
    weights: tuple[np.ndarray | None, ...]
    biases: tuple[np.ndarray | None, ...]
    activations: tuple[str | None, ...]
    dropouts: tuple[float, ...]
    input_names: tuple[str, ...] | None
    output_names: tuple[str, ...] | None

    @property
    def last(self) -> int:
        """The number of the output layer; inputs are layer 0."""
        return len(self.stacks) - 1

    @property
    def rows(self) -> float:
        """Rows of the tallest layer."""
        return max(column.rows for column in self.stacks)

    @property
    def has_biases(self) -> bool:
        """Whether any layer has a bias unit."""
        return any(bias is not None for bias in self.biases)

    @property
    def has_weights(self) -> bool:
        """Whether links have signs, which the key explains."""
        return self.has_biases or any(matrix is not None for matrix in self.weights)

    @property
    def brackets(self) -> tuple[Bracket, ...]:
        """The table columns that are drawn as several inputs."""
        return tuple(each for each in self.stacks[0].brackets if each.size > 1 and not each.bundled)

    def is_named(self, layer: int) -> bool:
        """Whether words stand beside the neurons of a layer."""
        if layer == 0:
            return self.input_names is not None or bool(self.stacks[0].brackets)
        return layer == self.last and self.output_names is not None


def caption(drawn: Drawn, layer: int, tall: bool) -> str:
    """What stands below a layer; `tall` units show an f, which is named."""
    size = drawn.stacks[layer].size
    if layer == 0:
        return f"inputs\n{size:,}"
    lines = ["outputs" if layer == drawn.last else f"layer {layer}", f"{size:,}"]
    activation = drawn.activations[layer - 1]
    if activation:
        lines.append(("f = " if tall else "") + elided(activation, LONGEST_ACTIVATION))
    return "\n".join(lines)


def beside(drawn: Drawn, layer: int, longest: int) -> Iterator[tuple[float, str]]:
    """The words beside a layer with names, each with its height: neurons, and what is left out."""
    if not drawn.is_named(layer):
        return
    column = drawn.stacks[layer]
    names = drawn.input_names if layer == 0 else drawn.output_names
    alone = {each.top: each.label for each in column.brackets if each not in drawn.brackets}
    told = [
        (float(height), alone.get(float(height), None if names is None else names[members[0]]))
        for members, height in zip(column.members, column.heights)
    ]
    named = [(height, name) for height, name in told if name is not None]
    yield from zip([height for height, _ in named], elided_apart([name for _, name in named], longest))
    for gap in column.gaps:
        yield gap.height, gap_words(column, gap)


def gap_words(column: Stack, gap: Gap) -> str:
    """How many are left out, and of how many."""
    if column.columns_hidden is not None:
        hidden, columns = column.columns_hidden
        return f"… {hidden:,} more of {columns:,} columns"
    return f"… {gap.hidden:,} more of {gap.total:,}"


def sums_told(drawn: Drawn) -> str:
    """What Σ and f mean."""
    sums = "Σ  weighted sum and bias" if drawn.has_biases else "Σ  weighted sum"
    return f"{sums}     f  activation" if any(drawn.activations) else sums
