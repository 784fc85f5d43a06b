"""The mapping between page and canvas widget.

Ink is always stored in canvas units; only the view changes. As long as all ink fits, one unit is one pixel and the
origin is the corner of the widget, so a stroke is exactly what the mouse reported. If the window becomes too small, the
view is scaled down; an opened drawing of another size, or an opened image, is centred.
"""

from dataclasses import dataclass

from digitpad.data.picture_fit import CROP

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class View:
    """A scale and an offset: widget = canvas * scale + offset."""

    scale: float = 1.0
    dx: float = 0.0
    dy: float = 0.0

    def to_canvas(self, x: float, y: float) -> tuple[float, float]:
        """Return the canvas position of a widget position."""
        return (x - self.dx) / self.scale, (y - self.dy) / self.scale

    def to_widget(self, x: float, y: float) -> tuple[float, float]:
        """Return the widget position of a point in canvas units."""
        return x * self.scale + self.dx, y * self.scale + self.dy


def seen_part(size: tuple[float, float], shape: tuple[int, ...], picture_fit: str) -> Box:
    """Return the part of a picture that `digitpad.data.pictures.prepare_picture` keeps.

    Parameters
    ----------
    size
        Width and height of the picture, in any unit.
    shape
        Shape of the input of the network, (C, H, W).
    picture_fit
        `CROP` for the centre, `STRETCH` for the whole picture.

    Returns
    -------
    Box
        Left, top, right and bottom, in the same unit.
    """
    width, height = size
    if picture_fit != CROP:
        return 0.0, 0.0, width, height
    ratio = shape[2] / shape[1]
    kept_width, kept_height = min(width, height * ratio), min(height, width / ratio)
    left, top = (width - kept_width) / 2, (height - kept_height) / 2
    return left, top, left + kept_width, top + kept_height


def fit(
    width: float, height: float, bounds: Box | None, sheet: tuple[float, float] | None, *, margin: float = 0.0
) -> View:
    """Choose the view that shows everything.

    Parameters
    ----------
    width, height
        Size of the widget in pixels, greater than 0.
    bounds
        Left, top, right and bottom of the ink in canvas units, including line widths; None without ink.
    sheet
        The size, above 0, of the sheet on which an opened drawing was made; None for the canvas itself.
    margin
        Free pixels around a sheet; fewer if the widget is small.
    """
    if sheet is None:
        if bounds is None:
            return View()
        # Ink beyond the left or top edge was drawn by a pointer outside the widget; it need not be visible.
        scale = min(1.0, width / max(bounds[2], 1.0), height / max(bounds[3], 1.0))
        return View(scale)
    left, top, right, bottom = 0.0, 0.0, sheet[0], sheet[1]
    if bounds is not None:
        left, top = min(left, bounds[0]), min(top, bounds[1])
        right, bottom = max(right, bounds[2]), max(bottom, bounds[3])
    margin = min(margin, 0.1 * min(width, height))
    scale = min((width - 2 * margin) / (right - left), (height - 2 * margin) / (bottom - top))
    return View(
        scale,
        (width - (right - left) * scale) / 2 - left * scale,
        (height - (bottom - top) * scale) / 2 - top * scale,
    )
