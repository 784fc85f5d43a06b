"""Ink: the strokes a pen leaves, the curve through their points, and the files they are kept in.

A file of ink is JSON Lines, one drawing a line, in whole or not at all: a line that makes no sense is refused
with its number. `curve_through` is the one definition of the smooth line that a stroke stands for; the window
paints it and the network is shown it.
"""

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from digitpad.atomic import atomic_write
from digitpad.errors import DigitpadError

Stroke: TypeAlias = NDArray[np.float32]
"""Points (n, 2): x to the right, y down, in canvas units; or (n, 3), with a pressure in [0, 1]."""

_KNOWN_KEYS = {"label", "width", "height", "strokes"}
# A segment is cut once for every 0.15 radians (9 degrees) that the line turns at its ends: what is left of the
# corners is far below a pixel. No angle between points of a grid is near a multiple of it, so that rounding
# never decides how often a segment is cut.
_TURN_PER_CUT = 0.15
_MOST_CUTS = 12


@dataclass(frozen=True, slots=True, eq=False)
class Drawing:
    """Strokes on a canvas.

    Parameters
    ----------
    strokes
        In the order they were drawn. None at all is a blank canvas.
    width, height
        Of the canvas, in the units of the strokes.
    label
        What it shows, if anyone has said so.
    extra
        Whatever else the file says about it, by name.
    """

    strokes: tuple[Stroke, ...]
    width: float
    height: float
    label: int | str | None = None
    extra: Mapping[str, object] = field(default_factory=dict)

    @property
    def long_side(self) -> float:
        """The larger of the canvas's width and height."""
        return max(self.width, self.height)


def smooth_stroke(stroke: Stroke, *, finer: int = 1) -> Stroke:
    """Return the smooth curve through a stroke's points, as a line of many short pieces.

    Parameters
    ----------
    stroke
        Points (n, 2) or (n, 3); repeated points are taken once.
    finer
        How many pieces to make of each one that 28 pixels need: more for a large canvas. The curve is the same.

    Returns
    -------
    NDArray[float32]
        Points (m, 2) or (m, 3) along the curve, m at least the number of different neighbours. The last
        points of a growing stroke move only the last two segments.
    """
    return curve_through(stroke.astype(np.float64), finer=finer).astype(np.float32)


def curve_through(points: NDArray[np.float64], *, finer: int = 1) -> NDArray[np.float64]:
    """Return the centripetal Catmull-Rom curve through points, as a line of many short pieces.

    Centripetal, because it never loops or overshoots between points of uneven distance, which is how a mouse
    sends them. The curve moves and grows with its points; a column beyond x and y (pressure) is carried along
    linearly, so that it stays in its range.

    Parameters
    ----------
    points
        (n, 2) or (n, 3), finite.
    finer
        As in `smooth_stroke`.

    Returns
    -------
    NDArray[float64]
        (m, 2) or (m, 3): every given point that differs from the one before it, and points between.
    """
    if len(points) > 1:
        moved = np.empty(len(points), dtype=bool)
        moved[0] = True
        np.any(points[1:, :2] != points[:-1, :2], axis=1, out=moved[1:])
        points = points[moved]
    if len(points) < 3:
        return points
    place = points[:, :2]
    chord = np.diff(place, axis=0)
    length = np.hypot(chord[:, 0], chord[:, 1])
    step = np.sqrt(length)[:, np.newaxis]  # the centripetal curve's time from point to point

    # The speed at every inner point, from its two neighbours; a curve ends with the speed of its last chord.
    speed = np.empty_like(place)
    velocity = chord / step
    speed[1:-1] = velocity[:-1] + velocity[1:] - (place[2:] - place[:-2]) / (step[:-1] + step[1:])
    speed[0], speed[-1] = velocity[0], velocity[-1]

    direction = np.arctan2(chord[:, 1], chord[:, 0])
    turn = np.zeros(len(points))
    turn[1:-1] = np.abs((np.diff(direction) + math.pi) % (2 * math.pi) - math.pi)
    cuts = finer * np.minimum(1 + (np.maximum(turn[:-1], turn[1:]) / _TURN_PER_CUT).astype(np.intp), _MOST_CUTS)

    # All pieces of all segments at once: `which` segment, and how far along it, `u` in (0, 1].
    which = np.repeat(np.arange(len(chord)), cuts)
    first = np.cumsum(cuts) - cuts
    u = ((np.arange(len(which)) - first[which] + 1) / cuts[which])[:, np.newaxis]
    v = 1 - u
    start, finish = place[which], place[which + 1]
    leave, arrive = speed[which] * step[which], speed[which + 1] * step[which]
    curve = np.empty((len(which) + 1, points.shape[1]))
    curve[0] = points[0]
    curve[1:, :2] = v * v * (1 + 2 * u) * start + u * u * (3 - 2 * u) * finish + u * v * (v * leave - u * arrive)
    curve[1:, 2:] = v * points[which, 2:] + u * points[which + 1, 2:]
    return curve


def read_ink(path: Path | str) -> list[Drawing]:
    """Read a file of ink.

    Parameters
    ----------
    path
        JSON Lines in UTF-8, one drawing a line; blank lines are passed over.

    Returns
    -------
    list of Drawing
        At least one.

    Raises
    ------
    DigitpadError
        If the file cannot be read, holds no drawing, or a line is not a drawing; the message names the line.
    """
    path = Path(path)
    if path.is_dir():
        raise DigitpadError(f"{path} is a folder, not a file of ink; name a .jsonl file inside it.")
    try:
        with path.open(encoding="utf-8-sig") as file:
            return parse_ink(file, str(path))
    except FileNotFoundError as error:
        raise DigitpadError(f"{path} does not exist; check the name.") from error
    except UnicodeDecodeError as error:
        raise DigitpadError(f"{path} is not a file of ink (it is not text); choose a .jsonl file.") from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise DigitpadError(f"{path} cannot be read ({reason}); check the file and its permissions.") from error


def parse_ink(lines: Iterable[str], name: str) -> list[Drawing]:
    """Make drawings of lines of JSON, wherever they come from.

    Parameters
    ----------
    lines
        One drawing each; blank ones are passed over.
    name
        What to call them in a complaint.

    Returns
    -------
    list of Drawing
        At least one.

    Raises
    ------
    DigitpadError
        If there is no drawing, or a line is not one; the message names the line.
    """
    numbered = enumerate(lines, start=1)
    drawings = [_drawing_of(line, f"{name}, line {number}") for number, line in numbered if line.strip()]
    if not drawings:
        raise DigitpadError(f"{name} holds no drawing; choose a file with one drawing a line.")
    return drawings


def write_ink(path: Path | str, drawings: Iterable[Drawing]) -> None:
    """Write drawings as JSON Lines; `read_ink` gives back the same numbers.

    Parameters
    ----------
    path
        Where to; a file already there is replaced, whole or not at all.
    drawings
        At least one, or nothing could read the file again. Their `extra` must be fit for JSON.

    Raises
    ------
    DigitpadError
        If there is nothing to write, a drawing is not one that `read_ink` would accept, or the file cannot be
        written.
    """
    text = format_ink(drawings, f"{path} was not written")
    with atomic_write(Path(path)) as file:
        file.write(text.encode())


def format_ink(drawings: Iterable[Drawing], complaint: str = "The ink was not written") -> str:
    """Return drawings as JSON Lines; `parse_ink` gives back the same numbers.

    Parameters
    ----------
    drawings
        As `write_ink` takes them.
    complaint
        How a message begins when they cannot be written.

    Raises
    ------
    DigitpadError
        If there is nothing to write, or a drawing is not one that `parse_ink` would accept.
    """
    lines = []
    for number, drawing in enumerate(drawings, start=1):
        record: dict[str, object] = {} if drawing.label is None else {"label": drawing.label}
        record |= {name: value for name, value in drawing.extra.items() if name not in _KNOWN_KEYS}
        record |= {"width": _plain(drawing.width), "height": _plain(drawing.height)}
        record["strokes"] = [[[_plain(value) for value in point] for point in stroke] for stroke in drawing.strokes]
        line = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
        _drawing_of(line, f"{complaint}: drawing {number}")
        lines.append(line)
    if not lines:
        raise DigitpadError(f"{complaint}: there is nothing to write; draw something first.")
    return "\n".join(lines) + "\n"


def _plain(value: float | np.floating[Any]) -> int | float:
    """Return the shortest JSON number that reads back as the same float32 (or float)."""
    number = float(str(value))
    return int(number) if number.is_integer() else number


def _drawing_of(line: str, where: str) -> Drawing:
    """Make a drawing of one line of JSON, or say what is wrong with it."""
    try:
        record = json.loads(line, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise DigitpadError(f"{where} is not JSON ({error}); correct or remove the line.") from error
    try:
        return _checked(record)
    except (TypeError, ValueError, OverflowError) as error:
        raise DigitpadError(f"{where} is not a drawing: {error}; correct or remove it.") from error


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is no number")


def _checked(record: object) -> Drawing:
    if not isinstance(record, dict):
        raise TypeError(f"expected an object with strokes, not {type(record).__name__}")
    label = record.get("label")
    if label is not None and (isinstance(label, bool) or not isinstance(label, int | str)):
        raise ValueError("its label must be a whole number or text")
    lines = record.get("strokes")
    if not isinstance(lines, list):
        raise TypeError("it has no list of strokes")
    strokes = tuple(_stroke_of(points, number) for number, points in enumerate(lines, start=1))
    size = {name: _length_of(record, name, strokes, axis) for axis, name in enumerate(("width", "height"))}
    extra = {name: value for name, value in record.items() if name not in _KNOWN_KEYS}
    return Drawing(strokes, size["width"], size["height"], label, extra)


def _length_of(record: dict[str, Any], name: str, strokes: tuple[Stroke, ...], axis: int) -> float:
    value = record.get(name)
    if value is None:
        # Not said: the canvas was at least as large as the ink.
        return max([1.0, *(float(stroke[:, axis].max()) for stroke in strokes)])
    if not _is_number(value) or not (0 < float(value) < math.inf):
        raise ValueError(f"its {name} must be a number above 0")
    return float(value)


def _stroke_of(points: object, number: int) -> Stroke:
    if not isinstance(points, list) or not points:
        raise ValueError(f"stroke {number} must be a list of at least one point")
    for point in points:
        if not isinstance(point, list) or len(point) not in (2, 3) or not all(map(_is_number, point)):
            raise ValueError(f"stroke {number} must be made of points [x, y] or [x, y, pressure]")
        if len(point) != len(points[0]):
            raise ValueError(f"stroke {number} has points with and without pressure")
    with np.errstate(over="ignore"):
        stroke = np.array(points, dtype=np.float64).astype(np.float32)
    if not np.isfinite(stroke).all():
        raise ValueError(f"stroke {number} has a coordinate that is too large")
    if stroke.shape[1] == 3 and not ((stroke[:, 2] >= 0) & (stroke[:, 2] <= 1)).all():
        raise ValueError(f"stroke {number} has a pressure outside 0 to 1")
    return stroke


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
