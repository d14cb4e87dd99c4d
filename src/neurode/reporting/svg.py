"""A matplotlib figure as SVG that can stand inside an HTML page beside others, in light and in dark."""

import io
import re
from dataclasses import asdict
from typing import Any

from neurode.drawing import style

VARIABLES = {color: name for name, color in asdict(style.LIGHT).items()}
"""The colours of figures as variables of the page, which knows whether the reader wants light or dark."""


def inline_svg(figure: Any, name: str, label: str) -> str:
    """The figure as an `<svg>` element.

    Every id begins with `name`, since matplotlib numbers them alike in each figure; ids that nothing refers
    to are dropped, and so are metadata, comments and fonts, which the page gives.

    Args:
        figure: A matplotlib figure.
        name: Of the figure, unique on the page.
        label: What a screen reader says.
    """
    text = _draw(figure, name)
    body = text[text.index("<svg") :]
    body = re.sub(r"<metadata>.*?</metadata>|<!--.*?-->|<style.*?</style>", "", body, flags=re.DOTALL)
    body = re.sub(r">\s+<", "><", body).strip()
    wanted = set(re.findall(r"url\(#([^)]+)\)", body)) | set(re.findall(r"href=\"#([^\"]+)\"", body))
    # Only tags are changed: a column may be called "#0072b2", and its name is text.
    parts = re.split(r"(<[^>]+>)", body)
    # All at once, as one text: a figure has thousands, and no tag has a zero in it.
    parts[1::2] = _adapted("\0".join(parts[1::2]), name, wanted).split("\0")
    body = "".join(parts)
    opening = _opening(body, label)
    return re.sub(r"^<svg[^>]*>", lambda _: opening, body)


def _draw(figure: Any, name: str) -> str:
    import matplotlib

    buffer = io.StringIO()
    # The salt makes the names of clip paths repeat from run to run, so that a report can be compared.
    with style.figure_style("light"), matplotlib.rc_context({"svg.hashsalt": name}):
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return buffer.getvalue()


def _adapted(tags: str, name: str, wanted: set[str]) -> str:
    """Tags with ids of their own figure, colours of the page and the font of the page."""
    tags = re.sub(
        r"\sid=\"([^\"]+)\"", lambda found: f' id="{name}-{found[1]}"' if found[1] in wanted else "", tags
    )
    tags = tags.replace("url(#", f"url(#{name}-").replace('xlink:href="#', f'href="#{name}-')
    # A picture within a figure: HTML and SVG 2 know it by this name, without a namespace.
    tags = tags.replace("xlink:href=", "href=")
    for color, variable in VARIABLES.items():
        tags = re.sub(rf"{color}\b", f"var(--{variable})", tags)
    # matplotlib names the fonts it measured with; the page's own take less room than those were given.
    tags = re.sub(r"font: ([\d.]+)px [^;\"]*", r"font-size: \1px", tags)
    return re.sub(r"font-family: [^;\"]*;?", "", tags)


def _opening(body: str, label: str) -> str:
    from markupsafe import escape

    found = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', body)
    assert found is not None, "matplotlib always writes a viewBox"
    # A quarter larger than on paper, so that its letters match the page's.
    width = 1.25 * float(found[1]) * 96 / 72
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{escape(label)}" '
        f'viewBox="{found[0][9:-1]}" style="max-width: {width:.0f}px">'
    )
