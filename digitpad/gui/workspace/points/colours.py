"""The colours of classes: ten that differ well on either ground, then hues around the circle."""

from functools import lru_cache

from PySide6.QtGui import QColor

from digitpad.gui.widgets.theme import DARK, Theme

_ON_LIGHT = (
    "#5b9bd5", "#2a6ca3", "#54499f", "#0f9172", "#a3a832", "#c6599c", "#8a78c9", "#3b7f3b", "#8c5a4a", "#8d929b",
)  # fmt: skip
_ON_DARK = (
    "#8cc6f2", "#4e97d6", "#9187e8", "#3fc4a1", "#cdd25c", "#ee86c6", "#bba9f5", "#6fc06f", "#cf9281", "#b9bec7",
)  # fmt: skip
_GOLDEN = 0.618033988749895


def class_colour(theme: Theme, index: int) -> QColor:
    """Return the colour of a class.

    Parameters
    ----------
    theme
        The colours of the window.
    index
        The index of the class.
    """
    return QColor(_colour(index, on_dark=theme.colours is DARK))


@lru_cache(maxsize=4096)
def _colour(index: int, *, on_dark: bool) -> QColor:
    known = _ON_DARK if on_dark else _ON_LIGHT
    if index < len(known):
        return QColor(known[index])
    # Successive multiples of the golden ratio are never close to each other.
    hue = (index * _GOLDEN) % 1
    return QColor.fromHsvF(hue, 0.5 if on_dark else 0.7, 0.9 if on_dark else 0.65)
