"""Saves the activations of every layer for one image, as pictures and as numbers.

Maps are drawn side by side in a mosaic, vectors as a strip; all maps of a layer share a scale. If a layer has negative
values, blue is below zero and orange above, a pair that people with colour blindness can distinguish; otherwise the
scale runs from dark to light.
"""

import io
import math
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from digitpad.atomic import atomic_write
from digitpad.errors import DigitpadError
from digitpad.explain.colours import DIVERGING, SEQUENTIAL, Palette
from digitpad.models.model_file import Model
from digitpad.translation import gettext as _

INPUT = "input"
ARCHIVE = "features.npz"

_PAPER, _INK, _FAINT = (255, 255, 255), (30, 42, 50), (96, 108, 118)

_MARGIN, _HEAD, _FOOT, _GAP = 16, 34, 44, 4
#: Side of a map in the mosaic, in pixels, rounded down to a multiple of its cells.
_TILE = 84
_LEAST_WIDTH = 320
#: Values of a vector per row.
_ROW = 64


@dataclass(frozen=True, slots=True)
class SavedFeatures:
    """The files written.

    Attributes
    ----------
    archive
        File with all arrays by layer name, and `input`.
    pictures
        One picture per array, in the order of computation.
    """

    archive: Path
    pictures: tuple[Path, ...]


def features_of(model: Model, image: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
    """Return the activations of all layers of a model for one prepared image.

    Parameters
    ----------
    model
        The model.
    image
        float32 in [0, 1]: (28, 28) for digits, (C, H, W) for pictures.

    Returns
    -------
    dict
        Activations by layer name, in the order of computation, with a batch axis of 1. The first, `input`, is the
        normalized input.
    """
    picture = image[np.newaxis] if image.ndim == 2 else image
    batch = model.metadata.preprocessing.normalize(picture[np.newaxis])
    named = model.network.forward(batch, capture=True)[1]
    return {INPUT: batch, **named}


def save_features(features: Mapping[str, NDArray[np.float32]], folder: Path) -> SavedFeatures:
    """Save activations as pictures, `00-input.png`, `01-conv1.png` and so on, and all of them as `features.npz`.

    Parameters
    ----------
    features
        The result of `features_of`.
    folder
        The output folder, created if it does not exist. Existing files with these names are overwritten.

    Raises
    ------
    DigitpadError
        If the folder cannot be created, or a file cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DigitpadError(
            _("{folder} could not be created ({reason}); choose another folder.").format(
                folder=folder, reason=error.strerror
            )
        ) from error
    archive = folder / ARCHIVE
    with atomic_write(archive) as file:
        file.write(_archive(features))
    digits = max(2, len(str(len(features) - 1)))
    pictures = []
    for number, (name, array) in enumerate(features.items()):
        path = folder / f"{number:0{digits}}-{re.sub(r'[^A-Za-z0-9._-]', '_', name)[:80]}.png"
        with atomic_write(path) as file:
            picture(name, array[0]).save(file, format="PNG")
        pictures.append(path)
    return SavedFeatures(archive, tuple(pictures))


def picture(name: str, values: NDArray[np.float32]) -> Image.Image:
    """Return the activation of one layer as a picture, with its name, shape and colour scale.

    Parameters
    ----------
    name
        Name of the layer.
    values
        (C, H, W), drawn as a mosaic of C maps, or a vector, drawn as a strip.
    """
    low, high = float(values.min(initial=0)), float(values.max(initial=0))
    signed = low < 0
    limit = max(-low, high)
    body = _strip(values.ravel(), limit, signed) if values.ndim == 1 or values[0].size == 1 else _mosaic(values, limit)
    width = max(body.width, _LEAST_WIDTH) + 2 * _MARGIN
    page = Image.new("RGB", (width, body.height + _HEAD + _FOOT + _MARGIN), _PAPER)
    page.paste(body, (_MARGIN, _HEAD))
    pen, font = ImageDraw.Draw(page), ImageFont.load_default(13)
    shape = " x ".join(str(size) for size in values.shape)
    room = width - 2 * _MARGIN - pen.textlength(shape, font) - 12
    while pen.textlength(name, font) > room:
        name = name[: -2 if name.endswith("~") else -1] + "~"
    pen.text((_MARGIN, 9), name, _INK, font)
    pen.text((width - _MARGIN, 9), shape, _FAINT, font, anchor="ra")
    _scale(page, -limit if signed else 0.0, limit, signed=signed)
    return page


def _mosaic(maps: NDArray[np.float32], limit: float) -> Image.Image:
    count, height, width = maps.shape
    columns = math.ceil(math.sqrt(count))
    rows = math.ceil(count / columns)
    zoom = max(1, _TILE // max(height, width))
    step_y, step_x = height * zoom + _GAP, width * zoom + _GAP
    sheet = Image.new("RGB", (columns * step_x - _GAP, rows * step_y - _GAP), _PAPER)
    colours = _palette(signed=bool((maps < 0).any())).colours(maps, limit)
    for index, tile in enumerate(colours):
        enlarged = Image.fromarray(tile).resize((width * zoom, height * zoom), Image.Resampling.NEAREST)
        sheet.paste(enlarged, (index % columns * step_x, index // columns * step_y))
    return sheet


def _strip(values: NDArray[np.float32], limit: float, signed: bool) -> Image.Image:
    side = 30 if len(values) <= 16 else 14 if len(values) <= 8 * _ROW else 8
    numbered = len(values) <= 16
    columns = min(len(values), _ROW)
    rows = math.ceil(len(values) / columns)
    sheet = Image.new("RGB", (columns * side, rows * side + (18 if numbered else 0)), _PAPER)
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(11)
    for index, colour in enumerate(_palette(signed=signed).colours(values, limit)):
        x, y = index % columns * side, index // columns * side
        pen.rectangle((x, y, x + side - 2, y + side - 2), fill=tuple(colour.tolist()), outline=(214, 220, 224))
        if numbered:
            pen.text((x + side / 2 - 1, y + side + 2), str(index), _FAINT, font, anchor="ma")
    return sheet


def _palette(*, signed: bool) -> Palette:
    return DIVERGING if signed else SEQUENTIAL


def _scale(page: Image.Image, low: float, high: float, *, signed: bool) -> None:
    """Draw the colour scale at the bottom of a page."""
    length = min(220, page.width - 2 * _MARGIN)
    ramp = _palette(signed=signed).colours(np.linspace(-1 if signed else 0, 1, length, dtype=np.float32), 1)
    top = page.height - _FOOT
    page.paste(Image.fromarray(np.repeat(ramp[np.newaxis], 10, axis=0)), (_MARGIN, top + 8))
    pen, font = ImageDraw.Draw(page), ImageFont.load_default(11)
    marks = [(low, 0.0, "la"), (high, 1.0, "ra")]
    marks += [(0.0, 0.5, "ma")] if signed else []
    for value, share, anchor in marks:
        pen.text((_MARGIN + share * length, top + 22), f"{value:.3g}", _FAINT, font, anchor=anchor)


def _archive(features: Mapping[str, NDArray[np.float32]]) -> bytes:
    """Return arrays as the contents of an `.npz` file; unlike `numpy.savez`, with any names."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, array in features.items():
            contents = io.BytesIO()
            np.lib.format.write_array(contents, np.asarray(array, order="C"), allow_pickle=False)
            # A fixed time stamp, so that the same features give the same file.
            archive.writestr(zipfile.ZipInfo(f"{name}.npy"), contents.getvalue())
    return file.getvalue()
