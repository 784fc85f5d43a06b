"""Converts pictures of any mode, depth and transparency to brightness in [0, 1] and to colour."""

import math

import numpy as np
import PIL.Image
from numpy.typing import NDArray

from digitpad.errors import DigitpadError
from digitpad.translation import gettext as _

LEAST_CONTRAST = 0.08
"""Minimum contrast between ink and paper; with less, the picture is blank."""

# A value counts as the maximum or minimum of a picture only if at least this share of the pixels, and at least this
# many of them, reach it, so that a speck does not determine the scale.
_SHARE, _FEWEST = 0.0003, 4
# Pictures with fewer pixels are cropped digits without specks: every pixel counts.
_SMALL = 48 * 48


def brightness(picture: PIL.Image.Image) -> NDArray[np.float64]:
    """Return the picture's brightness.

    Parameters
    ----------
    picture
        In any mode that Pillow can average.

    Returns
    -------
    NDArray[float64]
        (H, W) in [0, 1]; transparent parts are paper.

    Raises
    ------
    DigitpadError
        If the picture contains values that are not finite, or its colours are unknown.
    """
    if _is_deep(picture):
        return _scaled(np.asarray(picture, dtype=np.float64), is_integer=picture.mode != "F")
    try:
        if picture.has_transparency_data:
            coloured = picture.convert("RGBA")
            opaque = np.asarray(coloured.convert("RGB").convert("L"), dtype=np.float64) / 255
            opacity = np.asarray(coloured.getchannel("A"), dtype=np.float64) / 255
            paper = _paper_behind(opaque, opacity)
            return opaque * opacity + paper * (1 - opacity)
        direct = picture.mode in {"1", "L"}
        return np.asarray((picture if direct else picture.convert("RGB")).convert("L"), dtype=np.float64) / 255
    except ValueError as error:
        raise DigitpadError(
            _("The picture's colours ({mode}) cannot be read; save it as RGB or grey and open that.").format(
                mode=picture.mode
            )
        ) from error


def colours(picture: PIL.Image.Image, grey: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Return the picture in colour, for display.

    Parameters
    ----------
    picture
        In any mode that Pillow can average.
    grey
        (H, W): its `brightness`, used for high bit depths and for the tone of the paper in transparent parts.

    Returns
    -------
    NDArray[uint8]
        (H, W, 3): red, green and blue.
    """
    if _is_deep(picture):
        return np.repeat(np.rint(255 * grey).astype(np.uint8)[:, :, np.newaxis], 3, axis=2)
    if not picture.has_transparency_data:
        return np.asarray(picture.convert("RGB"))
    coloured = picture.convert("RGBA")
    opaque = coloured.convert("RGB")
    opacity = np.asarray(coloured.getchannel("A"), dtype=np.float64) / 255
    behind = 255 * grey - np.asarray(opaque.convert("L")) * opacity
    blended = np.asarray(opaque) * opacity[:, :, np.newaxis] + behind[:, :, np.newaxis]
    return np.clip(np.rint(blended), 0, 255).astype(np.uint8)


def extremes(values: NDArray[np.float64]) -> tuple[float, float]:
    """Return the minimum and maximum of a picture, ignoring specks."""
    flat = values.ravel()
    if flat.size <= _SMALL:
        return float(flat.min()), float(flat.max())
    count = max(_FEWEST, round(_SHARE * flat.size))
    ordered = np.partition(flat, (count - 1, flat.size - count))
    return float(ordered[count - 1]), float(ordered[flat.size - count])


def _is_deep(picture: PIL.Image.Image) -> bool:
    return picture.mode == "F" or picture.mode.startswith("I")


def _paper_behind(tone: NDArray[np.float64], opacity: NDArray[np.float64]) -> float:
    """Return the background tone for the transparent parts of a picture."""
    opaque = tone[opacity > 0.5]
    if 2 * opaque.size >= opacity.size and np.ptp(opaque) >= LEAST_CONTRAST:
        # The opaque part is a sheet with ink on it (a screenshot with round corners): its tone is continued.
        return float(np.median(opaque))
    # The opaque part is the ink: dark ink is visible on white paper, light ink on black.
    visible = float((tone * opacity).sum() / max(float(opacity.sum()), 1e-9))
    return 1.0 if visible < 0.5 else 0.0


def _scaled(values: NDArray[np.float64], *, is_integer: bool) -> NDArray[np.float64]:
    """Scale grey values with a high bit depth (9 to 32 bits, or floating point) to [0, 1], based on their range.

    A 10-bit camera writes values up to 1023 into 16-bit files, so white is the next power of two above the maximum, not
    the maximum of the file format.
    """
    if not np.isfinite(values).all():
        raise DigitpadError(_("The picture holds values that are not finite numbers; save it as PNG and open that."))
    low, high = extremes(values)
    if low < 0 or high <= 0:
        return np.clip((values - low) / (high - low), 0.0, 1.0) if high > low else np.zeros(values.shape)
    if not is_integer and 0.5 < high <= 1:
        white = 1.0
    elif 64 <= high <= 255:
        white = 255.0
    else:
        white = 2.0 ** math.ceil(math.log2(high + (1 if high >= 1 else 0))) - (1 if high >= 1 else 0)
    return np.clip(values / white, 0.0, 1.0)
