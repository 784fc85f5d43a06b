"""Numbers with known segmentation, composed of digits: real ink of one writer, or digits of MNIST.

The digits of a number keep their own shapes and much of their own sizes; they stand on a line, a little unevenly, with
gaps as in handwriting, or so close that they touch. For each number, the digit of every point or pixel is known, so
that a segmentation can be checked.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import PIL.Image
import PIL.ImageDraw
from numpy.typing import NDArray

from digitpad.data.ink import Drawing, Stroke, curve_through, read_ink

Spacing = Literal["apart", "touching", "overlapping", "joined"]
"""The digits have gaps, touch or overlap each other, or a third of them is written without lifting the pen."""

TUNING_WRITERS, MEASURING_WRITERS = tuple(range(1, 16)), tuple(range(16, 31))
"""The writers of UCI's collection of 30 that are used for tuning and for evaluation."""

PENS = (0.03, 0.15)
"""The thinnest and the boldest pen that numbers are drawn with, in shares of the height of a digit."""

WINDOW_PEN = 0.05
"""The pen of the window, in shares of the height of a digit."""

#: How far digits overlap beyond touching, and how far at most those that touch do, in percent of the height of a digit.
_OVERLAP, _LITTLE = (6.0, 18.0), 4.0
_FINER = 4  # ink is drawn larger, and reduced, which smooths its edges


@dataclass(frozen=True, slots=True, eq=False)
class InkNumber:
    """A number as strokes, with the position of the digit that each point belongs to."""

    text: str
    strokes: tuple[Stroke, ...]
    owners: tuple[NDArray[np.intp], ...]
    canvas: float


def read_writers(path: Path) -> dict[int, list[Drawing]]:
    """Read a collection of ink, by the number of the writer."""
    return by_writer(read_ink(path))


def by_writer(drawings: Iterable[Drawing]) -> dict[int, list[Drawing]]:
    """Return drawings by the number of their writer."""
    writers: dict[int, list[Drawing]] = defaultdict(list)
    for drawing in drawings:
        writers[int(str(drawing.extra["writer"]))].append(drawing)
    return dict(writers)


def ink_number(
    digits: Sequence[Drawing],
    spacing: Spacing,
    rng: np.random.Generator,
    *,
    signs: bool = False,
    pen: float = WINDOW_PEN,
) -> InkNumber:
    """Compose a number.

    Parameters
    ----------
    digits
        One or more digits, preferably of one writer.
    spacing
        The spacing of the digits.
    rng
        The source of chance.
    signs
        Put a minus before one number in four, and a point or a comma into one in four.
    pen
        Width of the pen that it will be drawn with, in shares of the height of a digit: digits that touch are moved
        together until lines of this width meet, and then a little further.
    """
    digits = [*digits]
    if signs and rng.random() < 0.25 and len(digits) > 1:
        digits.insert(int(rng.integers(1, len(digits))), _point(rng))
    if signs and rng.random() < 0.25:
        digits.insert(0, _minus(rng))
    height = float(np.median([_extent(digit.strokes)[1] for digit in digits if str(digit.label).isdigit()]))
    strokes: list[NDArray[np.float64]] = []
    owners: list[NDArray[np.intp]] = []
    before: NDArray[np.float64] | None = None
    for place, digit in enumerate(digits):
        is_digit = str(digit.label).isdigit()
        scale = rng.uniform(0.9, 1.1) * 100 / height if is_digit else 1.0
        own = [stroke[:, :2].astype(np.float64) * scale for stroke in digit.strokes]
        ink = np.concatenate(own)
        # On the line, slightly uneven.
        shift = np.array([-ink[:, 0].min(), (-ink[:, 1].max() if is_digit else 0.0) + rng.normal(0, 4)])
        own = [stroke + shift for stroke in own]
        linked = spacing == "joined" and is_digit and place > 0 and str(digits[place - 1].label).isdigit()
        linked = linked and rng.random() < 1 / 3
        if before is not None:
            gap = rng.uniform(8, 45) if spacing == "apart" or linked or not is_digit else _touch(before, own, pen, rng)
            if spacing == "overlapping" and is_digit:
                gap -= rng.uniform(*_OVERLAP)
            right = before[:, 0].max()
            own = [stroke + np.array([right + gap, 0.0]) for stroke in own]
        if linked:
            strokes[-1] = np.concatenate([strokes[-1], own[0]])
            owners[-1] = np.concatenate([owners[-1], np.full(len(own[0]), place)])
            strokes += own[1:]
            owners += [np.full(len(stroke), place) for stroke in own[1:]]
        else:
            strokes += own
            owners += [np.full(len(stroke), place) for stroke in own]
        before = np.concatenate(own)
    size = rng.uniform(0.5, 2.0)
    moved = [((stroke + np.array([40.0, 200.0])) * size).astype(np.float32) for stroke in strokes]
    text = "".join(str(digit.label) for digit in digits)
    return InkNumber(text, tuple(moved), tuple(owners), max(float(max(s.max() for s in moved)), 400.0))


@dataclass(frozen=True, slots=True, eq=False)
class PictureNumber:
    """A number as a picture, ink 1, with the position of the digit that each pixel belongs to; -1 for none."""

    text: str
    ink: NDArray[np.float32]
    owners: NDArray[np.intp]


def picture_number(
    digits: NDArray[np.uint8], labels: Sequence[int], rng: np.random.Generator, *, touching: bool = False
) -> PictureNumber:
    """Place digits of MNIST side by side, as in a scan.

    Parameters
    ----------
    digits
        Bytes (n, 28, 28), ink 255.
    labels
        Their labels.
    rng
        The source of chance.
    touching
        Move them together until their ink touches, instead of leaving a gap.
    """
    factor = rng.uniform(1.0, 4.0)
    parts = [_scaled(digit, factor * rng.uniform(0.9, 1.1)) for digit in digits]
    tallest = max(len(part) for part in parts)
    room = round(tallest * 1.3)
    ink = np.zeros((room, sum(part.shape[1] for part in parts) + len(parts) * tallest), np.float32)
    owners = np.full(ink.shape, -1)
    right = round(0.2 * tallest)
    for place, part in enumerate(parts):
        height, width = part.shape
        bottom = round(room - 0.12 * tallest + rng.normal(0, 0.03 * tallest))
        top = int(np.clip(bottom - height, 0, room - height))
        left = right + round(rng.uniform(0.08, 0.45) * tallest)
        if touching and place:
            left = right
            # Moved together until the ink overlaps, as in joined handwriting.
            while left > 0 and not _meet(ink[top : top + height, left : left + width], part):
                left -= 1
            left = max(left - round(rng.uniform(0, 0.04) * tallest), 0)
        place_in = np.s_[top : top + height, left : left + width]
        owners[place_in] = np.where(part > np.maximum(ink[place_in], 0.1), place, owners[place_in])
        ink[place_in] = np.maximum(ink[place_in], part)
        right = max(right, left + width)
    margin = round(0.2 * tallest)
    return PictureNumber(
        "".join(str(label) for label in labels), ink[:, : right + margin].copy(), owners[:, : right + margin].copy()
    )


def drawn_number(made: InkNumber, pen: float, rng: np.random.Generator) -> PictureNumber:
    """Draw a number of ink as a picture.

    Parameters
    ----------
    made
        The number, with one position per digit.
    pen
        Width of the pen, in shares of the height of a digit.
    rng
        Chooses the height of the digits, 30 to 110 pixels.
    """
    ink = np.concatenate(made.strokes)[:, :2]
    tallest = max(float(np.ptp(stroke[:, 1])) for stroke in made.strokes)
    height = _FINER * rng.uniform(30, 110)
    scale = height / max(tallest, 1e-6)
    wide = max(pen * height, 1.0)
    room = 0.3 * height + wide / 2
    width, tall = (np.ceil((np.ptp(ink, axis=0) * scale + 2 * room) / _FINER).astype(np.intp) * _FINER).tolist()
    layers = []
    for owner in range(len(made.text)):
        layer = PIL.Image.new("L", (width, tall))
        draw = PIL.ImageDraw.Draw(layer)
        for stroke, owners in zip(made.strokes, made.owners, strict=True):
            own = stroke[owners == owner, :2]
            if len(own):
                draw_line(draw, (own - ink.min(axis=0)) * scale + room, wide, 255)
        layers.append(np.asarray(layer.reduce(_FINER), np.float32) / np.float32(255))
    stack = np.stack(layers)
    strongest = stack.max(axis=0)
    return PictureNumber(made.text, strongest, np.where(strongest > 0.1, stack.argmax(axis=0), -1))


def draw_line(draw: PIL.ImageDraw.ImageDraw, points: NDArray[np.floating], pen: float, fill: int) -> None:
    """Draw the line through points (n, 2), in pixels, with a round pen of a width in pixels."""
    places = [(float(x), float(y)) for x, y in points.tolist()]
    draw.line(places, fill=fill, width=round(pen), joint="curve")
    for x, y in places:
        draw.ellipse((x - pen / 2, y - pen / 2, x + pen / 2, y + pen / 2), fill=fill)


def _scaled(digit: NDArray[np.uint8], factor: float) -> NDArray[np.float32]:
    """Return a digit cropped to its ink and scaled."""
    rows, columns = np.flatnonzero((digit > 50).any(axis=1)), np.flatnonzero((digit > 50).any(axis=0))
    crop = PIL.Image.fromarray(digit[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])
    size = (max(1, round(crop.width * factor)), max(1, round(crop.height * factor)))
    return np.asarray(crop.resize(size, PIL.Image.Resampling.BICUBIC), np.float32) / np.float32(255)


def _meet(ink: NDArray[np.float32], part: NDArray[np.float32]) -> bool:
    grown = np.pad(part > 0.5, 1)
    near = grown[1:-1, 1:-1] | grown[2:, 1:-1] | grown[:-2, 1:-1] | grown[1:-1, 2:] | grown[1:-1, :-2]
    return bool((near & (ink > 0.5)).any())


def _minus(rng: np.random.Generator) -> Drawing:
    """Return a minus as drawn beside digits of height 100 that stand on 0."""
    middle, slope, length = -rng.uniform(35, 65), rng.uniform(-6, 6), rng.uniform(25, 70)
    points = np.array([[0.0, middle - slope], [length / 2, middle], [length, middle + slope]], np.float32)
    return Drawing((points,), 100, 100, "-")


def _point(rng: np.random.Generator) -> Drawing:
    """Return a point or a comma beside digits of height 100 that stand on 0."""
    if rng.random() < 0.5:
        points = np.array([[0.0, -4.0], [rng.uniform(0, 4), -4 + rng.uniform(-3, 3)]], np.float32)
        return Drawing((points,), 100, 100, ".")
    length = rng.uniform(22, 32)
    points = np.array([[6.0, -6.0], [7.0, length / 3 - 6], [rng.uniform(-4, 3), length - 6]], np.float32)
    return Drawing((points,), 100, 100, ",")


def _touch(before: NDArray[np.float64], own: list[NDArray[np.float64]], pen: float, rng: np.random.Generator) -> float:
    """Return the gap of the boxes at which the lines of two digits meet, drawn with a pen, or overlap a little."""
    left = _fine(before - np.array([before[:, 0].max(), 0.0])) @ [1, 1j]
    right = np.concatenate([_fine(stroke) for stroke in own]) @ [1, 1j]
    overlap = rng.uniform(0.0, _LITTLE)
    for gap in np.arange(100 * pen + 1, -60.0, -1.0):
        if np.abs(left[:, np.newaxis] - (right + gap)).min() <= 100 * pen:
            return float(gap) - overlap
    return -5.0


def _fine(points: NDArray[np.float64]) -> NDArray[np.float64]:
    return curve_through(points, finer=3)


def _extent(strokes: Sequence[Stroke]) -> NDArray[np.float64]:
    ink = np.concatenate(strokes)[:, :2].astype(np.float64)
    extent: NDArray[np.float64] = np.ptp(ink, axis=0)
    return extent
