"""Reads pictures of any size and mode as ink, dark on light or light on dark.

Reading a picture separates ink from paper: directly if the paper has a uniform tone, otherwise as described in
`photograph`. `image_to_digit` then converts the ink to 28x28 pixels as MNIST does. Strokes from paint programs may be
one pixel wide, so they are first widened to the stroke width of MNIST; a hairline would almost vanish when the picture
is reduced.
"""

from pathlib import Path

import numpy as np
import PIL.Image
from numpy.typing import NDArray

from digitpad.data.photograph import ink_in_photograph, is_enlarged, is_evenly_lit
from digitpad.data.picture_files import opened_picture
from digitpad.data.rasterize import BOX, CENTRE, FIELD, to_greys
from digitpad.data.sheets import sheet_in
from digitpad.data.specks import without_dust
from digitpad.data.straight_lines import without_paper_lines
from digitpad.data.tones import LEAST_CONTRAST, brightness, colours, extremes
from digitpad.data.underlines import without_underlines

_FIELD = int(FIELD)
_MOST_MARGINS = 3  # maximum number of nested sheets
_SAME_TONE = 0.02  # tones that differ by less are the same paper
_PAPER_AT_EDGE = 0.1  # minimum share of the border that is paper beside the dark bands of a scan
_FULL_CONTRAST = 0.85  # ink at least this dark is unchanged; fainter ink is stretched to full
_VISIBLE = 0.1  # ink that counts when a digit is cropped
# The lines of an enlarged scan are blurred: ink this much above the visible is full, and from the second value on it
# counts when the digit is cropped. Chosen on 200 scans of 8x8 pixels by 15 writers, enlarged 4 and 16 times.
_BLURRED_FULL, _BLURRED_EDGE = 0.55, 0.3
_WORKING_SIDE = 120  # pixels: long side of a digit while its strokes are measured and widened
# In pixels of the box of 20: strokes thinner than the first are widened to the second, as `rasterize` draws them.
# Measured on 300 real drawings, rendered with pens of 1 to 30 pixels and digits of 20 to 350 pixels: a network reads
# 90% to 96% correctly, and 94% to 99% the same as the ink itself (of which it reads 96% correctly); the lowest values
# are for digits hardly larger than 20 pixels, drawn without antialiasing.
_THINNEST = 1.7
_WIDENED = 2.2


def read_image(source: Path | str | bytes | PIL.Image.Image) -> NDArray[np.float32]:
    """Read a picture as ink on paper.

    Parameters
    ----------
    source
        A file in one of `digitpad.data.picture_files.FORMATS` (also AVIF and HEIC, if a decoder is installed), the
        contents of such a file, or an open picture. Only the first of several frames is used. The EXIF rotation is
        applied, and large pictures are reduced.

    Returns
    -------
    NDArray[float32]
        (H, W), in [0, 1], neither side longer than `LONGEST_SIDE`: ink 1, paper 0; all zeros if the paper is blank.
        Lines that belong to the paper (boxes, rulings, the edges of a scan), lines under numbers, and dust are removed.

    Raises
    ------
    DigitpadError
        If the file is missing, a folder, not a regular file, not a picture, damaged or truncated, or too large.
    """
    with opened_picture(source) as picture:
        return ink_on_paper(brightness(picture))


def read_photograph(
    source: Path | str | bytes | PIL.Image.Image,
) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
    """Read a picture as ink on paper, and return the picture itself, too.

    Parameters
    ----------
    source
        See `read_image`.

    Returns
    -------
    (NDArray[float32], NDArray[uint8])
        The result of `read_image`, (H, W), and the picture in which this ink was found, (H, W, 3), in RGB.

    Raises
    ------
    DigitpadError
        See `read_image`.
    """
    with opened_picture(source) as picture:
        grey = brightness(picture)
        return ink_on_paper(grey), colours(picture, grey)


def ink_on_paper(grey: NDArray[np.float64], *, margins: int = _MOST_MARGINS) -> NDArray[np.float32]:
    """Separate ink from paper, given the brightness of a picture.

    Parameters
    ----------
    grey
        (H, W) in [0, 1].
    margins
        Maximum number of nested margins.

    Returns
    -------
    NDArray[float32]
        (H, W) in [0, 1], as `read_image` returns it.
    """
    sheet = sheet_in(grey) if margins else None
    if sheet is not None:
        ink = np.zeros(grey.shape, np.float32)
        area = grey[sheet.rows, sheet.columns]
        # Pixels outside the sheet get the tone of its paper.
        paper = float(np.median(area[sheet.inside])) if sheet.inside.any() else float(np.median(area))
        inner = ink_on_paper(np.where(sheet.inside, area, paper), margins=margins - 1)
        ink[sheet.rows, sheet.columns] = np.where(sheet.inside, inner, np.float32(0))
        return ink
    ink = _ink_in_scan(grey) if is_evenly_lit(grey) else ink_in_photograph(grey)
    return without_underlines(ink, _VISIBLE)


def image_to_digit(ink: NDArray[np.float32]) -> NDArray[np.float32]:
    """Convert the ink of a picture to a small square image, as in MNIST.

    The ink is cropped, its long side scaled to 20 pixels with antialiasing, and its centre of mass placed in the
    middle. A picture that already has this form, such as a digit of MNIST itself, is returned unchanged.

    Parameters
    ----------
    ink
        (H, W) in [0, 1], ink 1, as from `read_image`.

    Returns
    -------
    NDArray[float32]
        (28, 28), in [0, 1] with 256 grey levels, like the result of `rasterize`; all zeros without ink.
    """
    crop = _cropped(ink, _VISIBLE)
    if not crop.size:
        return np.zeros((_FIELD, _FIELD), np.float32)
    if ink.shape == (_FIELD, _FIELD) and _is_placed(ink, crop.shape):
        return to_greys(ink)
    if is_enlarged(crop):
        crop = _cropped(np.clip((crop - _VISIBLE) / _BLURRED_FULL, 0.0, 1.0), _BLURRED_EDGE)
    return to_greys(_place(_resize(_widen(crop), BOX)))


def _cropped(ink: NDArray[np.float32], visible: float) -> NDArray[np.float32]:
    """Return the box around all ink above a value; empty without any."""
    rows, columns = np.flatnonzero((ink > visible).any(axis=1)), np.flatnonzero((ink > visible).any(axis=0))
    if not len(rows):
        return ink[:0, :0]
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _ink_in_scan(grey: NDArray[np.float64]) -> NDArray[np.float32]:
    """Separate ink from paper with a uniform tone: the border is paper, and the ink is what differs from it most."""
    border = _border_of_paper(grey)
    paper = float(np.median(border))
    low, high = extremes(grey)
    darker, lighter = paper - low, high - paper
    contrast = max(darker, lighter)
    if contrast < LEAST_CONTRAST:
        return np.zeros(grey.shape, np.float32)
    ink = (paper - grey) if darker >= lighter else (grey - paper)
    # Grain of the paper: deviations no larger than those of most of the border are not ink.
    grain = min(4.0 * float(np.median(np.abs(border - paper))), contrast / 2)
    ink[ink <= grain] = 0.0
    if contrast < _FULL_CONTRAST:
        ink /= contrast
    clipped = np.clip(ink, 0.0, 1.0).astype(np.float32)
    return without_dust(without_paper_lines(clipped, _VISIBLE), _VISIBLE)


def _border_of_paper(grey: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the outermost pixels, without dark bands along the edges of a scan."""
    border = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    usual = float(np.median(grey))
    like_usual = np.abs(border - usual) < _SAME_TONE
    # Bands may cover most of the border, but not most of the picture, which has the tone of the paper.
    is_banded = abs(float(np.median(border)) - usual) > LEAST_CONTRAST and like_usual.mean() >= _PAPER_AT_EDGE
    if is_banded and (np.abs(grey - usual) < _SAME_TONE).mean() > 0.5:
        return border[like_usual]
    return border


def _is_placed(ink: NDArray[np.float32], box: tuple[int, ...]) -> bool:
    """Return whether a picture fits the box and its centre of mass is in the middle, to the nearest pixel."""
    middle = _centre_of_mass(ink)
    return max(box) <= BOX and max(abs(place - CENTRE) for place in middle) <= 1


def _widen(crop: NDArray[np.float32]) -> NDArray[np.float32]:
    """Widen strokes that would be lost when the digit is reduced to 20 pixels."""
    if max(crop.shape) <= BOX:
        # As small as a digit of MNIST, whose strokes are kept.
        return crop
    digit = _resize(crop, _WORKING_SIDE)
    # After reducing, the darkest pixels of a hairline count as full ink; most pixels of bold strokes are full anyway.
    digit = np.minimum(digit / np.median(digit[digit > digit.max() / 4]), np.float32(1))
    # The edges of a line much longer than wide are its two sides, so its width is twice its area over their length.
    inside = np.pad(digit > 0.5, 1)
    edges = int((inside[1:] != inside[:-1]).sum() + (inside[:, 1:] != inside[:, :-1]).sum())
    # Measured along the grid, a slanted edge is up to sqrt(2) times too long, 4 / pi on average over all directions.
    width = 2 * float(inside.sum()) / (edges * np.pi / 4)
    pixel = _WORKING_SIDE / BOX
    if width >= _THINNEST * pixel:
        return crop
    reach = max(1, round((_WIDENED * pixel - width) / 2))
    return _dilate((np.pad(digit, reach) * 255).astype(np.uint8), reach).astype(np.float32) / np.float32(255)


def _dilate(picture: NDArray[np.uint8], reach: int) -> NDArray[np.uint8]:
    """Return the maximum of the square of `reach` pixels to each side of each pixel, along one axis after the other."""
    height, width = picture.shape
    padded = np.pad(picture, reach)
    rows = np.maximum.reduce([padded[step : step + height] for step in range(2 * reach + 1)])
    largest: NDArray[np.uint8] = np.maximum.reduce([rows[:, step : step + width] for step in range(2 * reach + 1)])
    return largest


def _resize(crop: NDArray[np.float32], longest: float) -> NDArray[np.float32]:
    """Scale a picture's long side to `longest` pixels: averaging areas downwards, interpolating upwards."""
    height, width = crop.shape
    scale = longest / max(height, width)
    shape = (max(1, round(width * scale)), max(1, round(height * scale)))
    method = PIL.Image.Resampling.BOX if scale < 1 else PIL.Image.Resampling.BILINEAR
    resized = PIL.Image.fromarray(np.ascontiguousarray(crop, dtype=np.float32)).resize(shape, method)
    return np.array(resized, dtype=np.float32)


def _place(digit: NDArray[np.float32]) -> NDArray[np.float32]:
    """Place a digit in the field, never cut off, with its centre of mass in the middle to the nearest pixel."""
    x, y = _centre_of_mass(digit)
    height, width = digit.shape
    left = int(np.clip(round(CENTRE - x), 0, _FIELD - width))
    top = int(np.clip(round(CENTRE - y), 0, _FIELD - height))
    field = np.zeros((_FIELD, _FIELD), np.float32)
    field[top : top + height, left : left + width] = np.clip(digit, 0.0, 1.0)
    return field


def _centre_of_mass(image: NDArray[np.float32]) -> tuple[float, float]:
    """Return the centre of mass (x, y), where the middle of the first pixel is 0.5."""
    mass = float(image.sum(dtype=np.float64))
    x = float(image.sum(axis=0) @ (np.arange(image.shape[1]) + 0.5)) / mass
    y = float(image.sum(axis=1) @ (np.arange(image.shape[0]) + 0.5)) / mass
    return x, y
