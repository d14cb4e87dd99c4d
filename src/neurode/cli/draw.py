"""`neurode draw`: a picture of a saved model."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from neurode.cli.saved_models import saved_model
from neurode.errors import ArgumentError

LOOKS = ("network", "layers", "activations", "weights")
THEMES = ("light", "dark")


@click.command("draw")
@click.argument("model", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="FILE",
              help="Picture to write: .png, .svg or .pdf; network.png and so on if left out.")  # fmt: skip
@click.option("--what", type=click.Choice(LOOKS), default="network", show_default=True, help="What to draw.")
@click.option("--theme", type=click.Choice(THEMES), default="light", show_default=True,
              help="For white paper, or for a dark page.")  # fmt: skip
@click.option(
    "--dpi", type=click.IntRange(30, 1200), default=150, show_default=True, help="Dots an inch of a PNG."
)
def command(model: Path, output: Path | None, what: str, theme: str, dpi: int) -> None:
    """Draw MODEL: a model file, or a run folder such as runs/last. Prints the path of the picture.

    network: neurons and weighted links, the inputs by column of the table. layers: what feeds what, with
    shapes. activations: the curves of its activation functions and their derivatives. weights: how the
    weights of each layer lie.

    \b
    Example:
        neurode draw runs/last -o network.svg
        neurode draw churn.neurode --what weights --theme dark
    """
    from neurode.drawing import figure_style
    from neurode.drawing.saving import known_ending

    path = output or Path(f"{what}.png")
    known_ending(path)
    saved = saved_model(model)
    with figure_style(theme):
        PICTURES[what](saved, path, dpi)
    click.echo(path)


def _draw_network(saved: Any, path: Path, dpi: int) -> None:
    from neurode.drawing import draw_network, save_figure
    from neurode.utils import network_arguments

    try:
        arguments = network_arguments(saved)
    except ArgumentError as error:
        raise ArgumentError(error.problem, hint="draw its layers: --what layers") from error
    save_figure(draw_network(**arguments), path, dpi=dpi)


def _draw_layers(saved: Any, path: Path, dpi: int) -> None:
    from neurode.drawing import draw_layer_graph, save_figure
    from neurode.drawing.layer_graphs.graph import MOST_PIXELS
    from neurode.utils import layer_boxes

    axes = draw_layer_graph(
        layer_boxes(_network_of(saved)),
        show_shapes=True,
        show_layer_names=True,
        show_layer_activations=True,
        expand_nested=True,
    )
    figure: Any = axes.figure
    longest = max(figure.get_size_inches())
    save_figure(axes, path, dpi=min(dpi, MOST_PIXELS / longest))


def _draw_activations(saved: Any, path: Path, dpi: int) -> None:
    from neurode import activations
    from neurode.drawing import draw_activations, save_figure

    names = _activation_names(_network_of(saved))
    if not names:
        raise ArgumentError("the network has no activation functions", hint="draw its layers: --what layers")
    panels = draw_activations({name: activations.get(name) for name in names})
    save_figure(panels[0], path, dpi=dpi)


def _draw_weights(saved: Any, path: Path, dpi: int) -> None:
    from neurode.drawing import draw_weight_histograms, save_figure

    # The encoding of a table keeps medians and levels, which nobody trained.
    arrays = {
        layer.name: {weight.name: weight.numpy() for weight in layer.trainable_weights}
        for layer in _network_of(saved).layers
    }
    save_figure(draw_weight_histograms(arrays), path, dpi=dpi)


PICTURES: dict[str, Callable[[Any, Path, int], None]] = {
    "network": _draw_network,
    "layers": _draw_layers,
    "activations": _draw_activations,
    "weights": _draw_weights,
}


def _network_of(saved: Any) -> Any:
    return getattr(saved, "model_", saved)


def _activation_names(network: Any) -> list[str]:
    """The activations of its layers in their order, each once."""
    from neurode.activations import ACTIVATIONS

    names: dict[str, None] = {}
    for layer in network.layers:
        if hasattr(layer, "layers"):
            names |= dict.fromkeys(_activation_names(layer))
        elif (name := layer.get_config().get("activation")) in ACTIVATIONS and name != "linear":
            names[name] = None
    return list(names)
