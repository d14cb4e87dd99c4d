"""Fonts: which of those installed draw the letters of a figure, and which letters none of them has."""

from functools import lru_cache
from typing import Any

FALLBACKS = (
    "Noto Sans CJK SC", "Noto Sans CJK JP", "Noto Sans CJK KR", "Noto Sans SC", "Noto Sans JP",
    "Noto Sans KR", "Source Han Sans SC", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "PingFang SC",
    "Hiragino Sans", "Apple SD Gothic Neo", "Microsoft YaHei", "Yu Gothic", "Malgun Gothic", "IPAexGothic",
    "TakaoPGothic", "NanumGothic", "Noto Sans Arabic", "Noto Sans Hebrew", "Noto Sans Devanagari",
    "Noto Sans Thai", "Arial Unicode MS", "Segoe UI Emoji", "Noto Emoji", "Noto Sans Symbols2",
)  # fmt: skip
"""Fonts with letters that matplotlib's own lacks, as systems call them."""


@lru_cache(maxsize=1)
def families() -> tuple[str, ...]:
    """matplotlib's own font first, then each installed one that has letters which it lacks.

    Example:
        >>> families()[0]
        'DejaVu Sans'
    """
    from matplotlib.font_manager import fontManager

    installed = {font.name for font in fontManager.ttflist}
    return ("DejaVu Sans", *(name for name in FALLBACKS if name in installed))


def letters_without_font(figure: Any) -> str:
    """The letters of a figure's texts that no font has: a picture shows empty boxes for them.

    Args:
        figure: Drawn in `figure_style`.

    Example:
        >>> from neurode.drawing import draw_importance
        >>> letters_without_font(draw_importance(["naïve", "𒀀"], [2, 1]).figure)
        '𒀀'
    """
    from matplotlib.text import Text

    letters = sorted({letter for text in figure.findobj(Text) for letter in text.get_text()})
    return "".join(letter for letter in letters if _is_lacking(letter))


@lru_cache(maxsize=8192)
def _is_lacking(letter: str) -> bool:
    from matplotlib.font_manager import FontProperties, findfont, get_font

    if letter.isspace():
        return False
    fonts = (get_font(findfont(FontProperties(family=family))) for family in families())
    return not any(font.get_char_index(ord(letter)) for font in fonts)
