"""Images of a dataset, and maps of a layer, as PNG."""

import io
import math

import numpy as np
import PIL.Image
from numpy.typing import NDArray

from digitpad.explain.colours import Mosaic, Palette
from digitpad.explain.frame import Values

_MOST_PIXELS = 1 << 18
_ALPHA = 24
_MOST_FACTOR, _ENOUGH = 6, 1 << 18  # of an enlarged picture: pixels for each one, and pixels in all


def image_png(image: NDArray[np.uint8], *, is_picture: bool) -> bytes:
    """Return an image of a dataset as PNG.

    Parameters
    ----------
    image
        uint8 (C, H, W): a picture as it is, in colour or grey; or ink 255 on background 0, which is drawn as dark ink
        on white paper.
    is_picture
        Which of the two it is.
    """
    shown = image if is_picture else 255 - image
    pixels = shown[0] if len(shown) == 1 else np.ascontiguousarray(shown.transpose(1, 2, 0))
    return _png(_enlarged(pixels))


def maps_png(values: Values, palette: Palette, limit: Values, *, columns: int) -> tuple[bytes, int, int, int]:
    """Return the maps of one layer side by side as PNG, cells as squares, with transparent gaps between maps.

    Parameters
    ----------
    values
        (C, H, W), or a vector (units,).
    palette, limit
        See `Mosaic.paint`.
    columns
        Maps in a row.

    Returns
    -------
    (bytes, int, int, int)
        The PNG, its width and height in cells, and the number of maps in it: of a large layer, only the first ones.
    """
    if values.ndim == 3:
        count = max(1, min(len(values), _MOST_PIXELS // max(1, values[0].size)))
        values = values[:count]
    mosaic = Mosaic(values.shape, columns=columns, gap=1 if values.ndim == 3 else 0)
    mosaic.paint(values, palette, limit)
    argb = np.ascontiguousarray(mosaic.pixels)
    rgba = np.stack([argb >> shift & 0xFF for shift in (16, 8, 0, _ALPHA)], axis=-1).astype(np.uint8)
    height, width = argb.shape
    return _png(_enlarged(rgba)), width, height, mosaic.count


def _enlarged(pixels: NDArray[np.uint8]) -> PIL.Image.Image:
    """Return pixels (H, W) or (H, W, channels) as a picture, small ones enlarged: many viewers of PDF blur pixels."""
    height, width = pixels.shape[:2]
    factor = max(1, min(_MOST_FACTOR, math.isqrt(_ENOUGH // (height * width))))
    picture = PIL.Image.fromarray(pixels)
    return picture.resize((factor * width, factor * height), PIL.Image.Resampling.NEAREST)


def _png(picture: PIL.Image.Image) -> bytes:
    file = io.BytesIO()
    picture.save(file, format="PNG", optimize=True)
    return file.getvalue()
