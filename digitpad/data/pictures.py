"""Prepares pictures for networks that see them as they are: whole or cropped, resized, in colour or grey.

This is the way of photographs. The ink of a drawing is prepared in `digitpad.data.images` instead.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import PIL.Image
import PIL.ImageDraw
import PIL.ImageOps
from numpy.typing import NDArray

from digitpad.data.ink import Stroke
from digitpad.data.picture_files import opened_picture
from digitpad.data.picture_fit import CROP, DEFAULT_FIT
from digitpad.data.tones import brightness, colours
from digitpad.errors import DigitpadError
from digitpad.translation import gettext as _

COLOUR_SHAPE = (3, 64, 64)
"""The shape that photographs in colour are prepared for, unless a network asks for another."""

_PAPER = 1024  # pixels of the paper of drawings
_PENS = 64  # the radius of the pen in the side of the paper
_MODES = {1: "L", 3: "RGB"}
_DIRECT = {"L", "RGB"}
_LOOKED_AT = 30  # number of pictures of a folder that are examined
_THUMBNAIL = (3, 48, 48)
# Between the pixels of a photograph, colours differ; paper has one tint, and ink covers a small part of it. They are
# measured by the standard deviation of the differences between channels, and the share of the most frequent colour.
_LEAST_TINTS, _LARGEST_PAPER, _COLOUR_STEP = 8.0, 0.4, 32


def read_picture(
    source: Path | str | bytes | PIL.Image.Image, shape: tuple[int, ...], fit: str = DEFAULT_FIT
) -> NDArray[np.uint8]:
    """Read a picture, and prepare it for a network.

    Parameters
    ----------
    source
        A file in one of `digitpad.data.picture_files.FORMATS`, the contents of one, or an open picture. Its EXIF
        orientation is applied.
    shape
        Shape of the network's input, (C, H, W), with 1 or 3 channels.
    fit
        `CROP` or `STRETCH`.

    Returns
    -------
    NDArray[uint8]
        (C, H, W), see `prepare_picture`.

    Raises
    ------
    DigitpadError
        If the picture cannot be read, see `opened_picture`, or the number of channels is neither 1 nor 3.
    """
    with opened_picture(source, least=max(shape[1:])) as picture:
        return prepare_picture(picture, shape, fit)


def read_colours(source: Path | str | bytes | PIL.Image.Image) -> NDArray[np.uint8]:
    """Read a picture in colour, uint8 (H, W, 3), neither side longer than `LONGEST_SIDE`; raises as `read_picture`."""
    with opened_picture(source) as picture:
        return np.asarray(_flat(picture, "RGB"))


def prepare_picture(picture: PIL.Image.Image, shape: tuple[int, ...], fit: str = DEFAULT_FIT) -> NDArray[np.uint8]:
    """Prepare an open picture for a network.

    Parameters
    ----------
    picture
        Of any size and mode. Transparent parts are paper.
    shape
        Shape of the network's input, (C, H, W).
    fit
        `CROP`: the picture is scaled until it just covers H x W, and its centre cropped. `STRETCH`: the whole picture
        is resized to H x W; its aspect ratio is not kept.

    Returns
    -------
    NDArray[uint8]
        (C, H, W): red, green and blue, or grey.

    Raises
    ------
    DigitpadError
        If the number of channels is neither 1 nor 3.
    """
    channels, height, width = shape
    check_channels(shape)
    flat, bilinear = _flat(picture, _MODES[channels]), PIL.Image.Resampling.BILINEAR
    if fit == CROP:
        fitted = PIL.ImageOps.fit(flat, (width, height), bilinear)
    else:
        fitted = flat.resize((width, height), bilinear)
    pixels = np.asarray(fitted)
    return np.ascontiguousarray(pixels.transpose(2, 0, 1)) if channels > 1 else pixels[np.newaxis].copy()


def drawn_on_white(strokes: Sequence[Stroke], *, canvas: float) -> NDArray[np.uint8]:
    """Draw ink on white paper.

    Parameters
    ----------
    strokes
        Each float32 (n, 2) or (n, 3), see `digitpad.data.ink`.
    canvas
        The side of the paper, in the units of the strokes.

    Returns
    -------
    NDArray[uint8]
        (H, W), black ink on a white square, in which all strokes have the same width.
    """
    page = PIL.Image.new("L", (_PAPER, _PAPER), 255)
    draw, radius, scale = PIL.ImageDraw.Draw(page), _PAPER / _PENS, _PAPER / canvas
    for stroke in strokes:
        points = [(float(x) * scale, float(y) * scale) for x, y in stroke[:, :2]]
        draw.line(points, fill=0, width=round(2 * radius), joint="curve")
        for x, y in (points[0], points[-1]) if points else ():
            draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=0)
    # Reduced, so that the edges of the strokes are grey.
    return np.asarray(page.reduce(2))


def check_channels(shape: tuple[int, ...]) -> None:
    """Check that pictures can be prepared for a network.

    Raises
    ------
    DigitpadError
        If its input does not have 1 or 3 channels.
    """
    if shape[0] not in _MODES:
        raise DigitpadError(
            _(
                "The network takes images of {count} channels, and pictures have 1 (grey) or 3 (colour); choose "
                "another network."
            ).format(count=shape[0])
        )


def are_photographs(paths: Sequence[Path]) -> bool:
    """Return whether most of some pictures are photographs in colour, and not drawings or writing on paper.

    Parameters
    ----------
    paths
        The pictures; at most 30 of them, evenly spaced, are examined. Those that cannot be read do not count.
    """
    chosen = {round(place) for place in np.linspace(0, len(paths) - 1, min(len(paths), _LOOKED_AT))}
    votes = list(_votes(paths[index] for index in sorted(chosen)))
    return 2 * sum(votes) > len(votes)


def _votes(paths: Iterable[Path]) -> Iterable[bool]:
    for path in paths:
        try:
            yield _is_photograph(read_picture(path, _THUMBNAIL))
        except DigitpadError:
            # Broken pictures are listed when the folder is read.
            continue


def _is_photograph(pixels: NDArray[np.uint8]) -> bool:
    """Return whether a picture, (3, H, W), has many different colours, without one that covers most of it."""
    red, green, blue = pixels.astype(np.int64)
    if max(float((red - green).std()), float((green - blue).std())) < _LEAST_TINTS:
        return False
    steps = (red // _COLOUR_STEP * 8 + green // _COLOUR_STEP) * 8 + blue // _COLOUR_STEP
    return bool(np.bincount(steps.ravel()).max() <= _LARGEST_PAPER * steps.size)


def _flat(picture: PIL.Image.Image, mode: str) -> PIL.Image.Image:
    """Return a picture as 8-bit grey or colour, without transparency."""
    if picture.mode in _DIRECT and not picture.has_transparency_data:
        return picture.convert(mode)
    return PIL.Image.fromarray(colours(picture, brightness(picture))).convert(mode)
