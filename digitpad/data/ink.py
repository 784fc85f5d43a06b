"""Ink: the strokes of a pen, the smooth curve through their points, and ink files.

An ink file is JSON Lines with one drawing per line. A file with an invalid line is rejected as a whole, with the number
of the line. `curve_through` defines the smooth curve of a stroke, both for the window and for the input of the network.
"""

import io
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
from digitpad.json_records import JSONError, parse_json
from digitpad.regular_files import open_regular
from digitpad.translation import gettext as _

Stroke: TypeAlias = NDArray[np.float32]
"""Points (n, 2): x to the right, y down, in canvas units; or (n, 3), with a pressure in [0, 1]."""

#: Limits of one line: generous, since a line may have further entries, which digitpad does not use.
_LONGEST_LINE = 256 << 20
_MOST_DEPTH = 920
#: Maximum number of points of a drawing: a tablet sends 200 per second, so this is about two minutes of writing.
_MOST_POINTS = 20_000
_KNOWN_KEYS = {"label", "width", "height", "strokes"}
# A segment is divided once for every 0.15 radians (9 degrees) that the curve turns at its ends: the remaining corners
# are far smaller than a pixel. No angle between points of a grid is near a multiple of it, so that rounding never
# decides how often a segment is divided.
_TURN_PER_CUT = 0.15
_MOST_CUTS = 12


@dataclass(frozen=True, slots=True, eq=False)
class Drawing:
    """Strokes on a canvas.

    Parameters
    ----------
    strokes
        The strokes in the order they were drawn; none for a blank canvas.
    width, height
        Size of the canvas, in the units of the strokes.
    label
        The digit that it shows, if known.
    extra
        Further entries of the file, by name.
    """

    strokes: tuple[Stroke, ...]
    width: float
    height: float
    label: int | str | None = None
    extra: Mapping[str, object] = field(default_factory=dict)

    @property
    def long_side(self) -> float:
        """The larger of the width and height of the canvas."""
        return max(self.width, self.height)


def smooth_stroke(stroke: Stroke, *, finer: int = 1) -> Stroke:
    """Return the smooth curve through the points of a stroke, as a polyline with short segments.

    Parameters
    ----------
    stroke
        Points (n, 2) or (n, 3); repeated points count once.
    finer
        Number of segments for each one that 28 pixels require: more for a large canvas. The curve is the same.

    Returns
    -------
    NDArray[float32]
        Points (m, 2) or (m, 3) along the curve. A new point of a growing stroke changes only the last two segments.
    """
    return curve_through(stroke.astype(np.float64), finer=finer).astype(np.float32)


def curve_through(points: NDArray[np.float64], *, finer: int = 1) -> NDArray[np.float64]:
    """Return the centripetal Catmull-Rom curve through points, as a polyline with short segments.

    The centripetal curve does not loop or overshoot between points at uneven distances, as a mouse sends them. A column
    beyond x and y (pressure) is interpolated linearly, so that it stays in its range.

    Parameters
    ----------
    points
        (n, 2) or (n, 3), finite.
    finer
        See `smooth_stroke`.

    Returns
    -------
    NDArray[float64]
        (m, 2) or (m, 3): every point that differs from the one before it, and points in between.
    """
    return curves_through(points, np.zeros(min(len(points), 1), np.intp), finer=finer)[0]


def curves_through(
    points: NDArray[np.float64], starts: NDArray[np.intp], *, finer: int = 1
) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Return the curves of `curve_through` for many strokes, in much less time than one by one.

    Parameters
    ----------
    points
        (n, 2) or (n, 3), finite: the points of all strokes, one after the other.
    starts
        Index of the first point of each stroke; each has at least one point.
    finer
        See `smooth_stroke`.

    Returns
    -------
    tuple of NDArray
        The points of all curves, float64 (m, 2) or (m, 3), and the index of the first of each.
    """
    if not len(points):
        return points, starts
    moved = np.empty(len(points), dtype=bool)
    np.any(points[1:, :2] != points[:-1, :2], axis=1, out=moved[1:])
    moved[starts] = True
    points, starts = points[moved], np.cumsum(moved)[starts] - 1
    ends = np.append(starts[1:], len(points)) - 1
    place = points[:, :2]
    chord = np.diff(place, axis=0)
    length = np.hypot(chord[:, 0], chord[:, 1])
    # The chords from one stroke to the next are not drawn; any length avoids a division by 0.
    between = ends[:-1]
    length[between] = 1
    step = np.sqrt(length)[:, np.newaxis]  # the centripetal curve's time from point to point

    # The velocity at every inner point, from its neighbours; at the ends, the velocity of the chord.
    speed = np.empty_like(place)
    velocity = chord / step
    speed[1:-1] = velocity[:-1] + velocity[1:] - (place[2:] - place[:-2]) / (step[:-1] + step[1:])
    lines = starts < ends
    speed[starts[lines]], speed[ends[lines]] = velocity[starts[lines]], velocity[ends[lines] - 1]

    direction = np.arctan2(chord[:, 1], chord[:, 0])
    turn = np.zeros(len(points))
    turn[1:-1] = np.abs((np.diff(direction) + math.pi) % (2 * math.pi) - math.pi)
    turn[starts] = turn[ends] = 0
    cuts = finer * np.minimum(1 + (np.maximum(turn[:-1], turn[1:]) / _TURN_PER_CUT).astype(np.intp), _MOST_CUTS)
    cuts[starts[starts + 1 == ends]] = 1
    cuts[between] = 0

    # All points of all segments at once: `which` segment, and the position along it, `u` in (0, 1].
    which = np.repeat(np.arange(len(chord)), cuts)
    before = np.concatenate([[0], np.cumsum(cuts)])
    u = ((np.arange(len(which)) - before[which] + 1) / cuts[which])[:, np.newaxis]
    v = 1 - u
    start, finish = place[which], place[which + 1]
    leave, arrive = speed[which] * step[which], speed[which + 1] * step[which]
    reached = np.empty((len(which), points.shape[1]))
    reached[:, :2] = v * v * (1 + 2 * u) * start + u * u * (3 - 2 * u) * finish + u * v * (v * leave - u * arrive)
    reached[:, 2:] = v * points[which, 2:] + u * points[which + 1, 2:]

    firsts = before[starts] + np.arange(len(starts))
    is_first = np.zeros(len(which) + len(starts), dtype=bool)
    is_first[firsts] = True
    curves = np.empty((len(is_first), points.shape[1]))
    curves[is_first], curves[~is_first] = points[starts], reached
    return curves, firsts


def read_ink(path: Path | str) -> list[Drawing]:
    """Read an ink file.

    Parameters
    ----------
    path
        JSON Lines in UTF-8, one drawing per line; blank lines are skipped. A drawing with more than 20,000 points is
        thinned evenly to that number.

    Returns
    -------
    list of Drawing
        At least one.

    Raises
    ------
    DigitpadError
        If the file cannot be read or is empty, or a line is not a drawing; the message names the line.
    """
    path = Path(path)
    if path.is_dir():
        raise DigitpadError(_("{path} is a folder, not an ink file; choose a .jsonl file in it.").format(path=path))
    try:
        with open_regular(path) as raw, io.TextIOWrapper(raw, encoding="utf-8-sig") as file:
            return parse_ink(file, str(path))
    except FileNotFoundError as error:
        raise DigitpadError(_("{path} does not exist; check the name.").format(path=path)) from error
    except UnicodeDecodeError as error:
        raise DigitpadError(
            _("{path} is not an ink file (it is not text); choose a .jsonl file.").format(path=path)
        ) from error
    except OSError as error:
        raise DigitpadError(
            _("{path} cannot be read ({reason}); check the file and its permissions.").format(
                path=path, reason=error.strerror or str(error)
            )
        ) from error


def parse_ink(lines: Iterable[str], name: str) -> list[Drawing]:
    """Parse lines of JSON as drawings.

    Parameters
    ----------
    lines
        One drawing each; blank lines are skipped.
    name
        Name of their source, for error messages.

    Returns
    -------
    list of Drawing
        The drawings, at least one.

    Raises
    ------
    DigitpadError
        If the lines contain no drawing, or a line is not a drawing; the message names the line.
    """
    where = _("{name}, line {number}")
    drawings = [
        _parse_line(line, where.format(name=name, number=number))
        for number, line in enumerate(lines, start=1)
        if line.strip()
    ]
    if not drawings:
        raise DigitpadError(_("{name} contains no drawing; choose a file with one drawing per line.").format(name=name))
    return drawings


def drawing_of(record: object) -> Drawing:
    """Make a drawing from plain values, as `digitpad.json_records.parse_json` returns them.

    Parameters
    ----------
    record
        An object with `strokes`, and optionally `width`, `height`, `label` and further entries: a line of an ink file.

    Raises
    ------
    TypeError, ValueError, OverflowError
        If it is not a drawing; the message is part of a sentence: "it has no list of strokes".
    """
    if not isinstance(record, dict):
        raise TypeError(_("expected an object with strokes, not {type}").format(type=type(record).__name__))
    label = record.get("label")
    if label is not None and (isinstance(label, bool) or not isinstance(label, int | str)):
        raise ValueError(_("its label must be an integer or text"))
    lines = record.get("strokes")
    if not isinstance(lines, list):
        raise TypeError(_("it has no list of strokes"))
    strokes = _thinned(tuple(_stroke_of(points, number) for number, points in enumerate(lines, start=1)))
    size = {name: _length_of(record, name, strokes, axis) for axis, name in enumerate(("width", "height"))}
    extra = {name: value for name, value in record.items() if name not in _KNOWN_KEYS}
    return Drawing(strokes, size["width"], size["height"], label, extra)


def write_ink(path: Path | str, drawings: Iterable[Drawing]) -> None:
    """Write drawings as JSON Lines; `read_ink` returns the same numbers.

    Parameters
    ----------
    path
        The output file; an existing file is overwritten atomically.
    drawings
        The drawings, at least one. Their `extra` must be JSON-compatible.

    Raises
    ------
    DigitpadError
        If `drawings` is empty, `read_ink` would not accept a drawing, or the file cannot be written.
    """
    text = format_ink(drawings, _("{path} was not written").format(path=path))
    with atomic_write(Path(path)) as file:
        file.write(text.encode())


def format_ink(drawings: Iterable[Drawing], complaint: str = "") -> str:
    """Return drawings as JSON Lines; `parse_ink` returns the same numbers.

    Parameters
    ----------
    drawings
        See `write_ink`.
    complaint
        Beginning of the message if they cannot be written, in the user's language; empty for a general one.

    Raises
    ------
    DigitpadError
        If `drawings` is empty, or `parse_ink` would not accept a drawing.
    """
    complaint = complaint or _("The ink was not written")
    lines = []
    for number, drawing in enumerate(drawings, start=1):
        record: dict[str, object] = {} if drawing.label is None else {"label": drawing.label}
        record |= {name: value for name, value in drawing.extra.items() if name not in _KNOWN_KEYS}
        record |= {"width": _plain(drawing.width), "height": _plain(drawing.height)}
        record["strokes"] = [[[_plain(value) for value in point] for point in stroke] for stroke in drawing.strokes]
        line = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
        _parse_line(line, _("{complaint}: drawing {number}").format(complaint=complaint, number=number))
        lines.append(line)
    if not lines:
        raise DigitpadError(
            _("{complaint}: there is nothing to save; draw something first.").format(complaint=complaint)
        )
    return "\n".join(lines) + "\n"


def _plain(value: float | np.floating[Any]) -> int | float:
    """Return the shortest JSON number that is read as the same float32 (or float)."""
    number = float(str(value))
    return int(number) if number.is_integer() else number


def _parse_line(line: str, where: str) -> Drawing:
    """Make a drawing from one line of JSON; raise an error that describes what is wrong with it."""
    try:
        record = parse_json(line, most_bytes=_LONGEST_LINE, most_depth=_MOST_DEPTH)
    except JSONError as error:
        raise DigitpadError(
            _("{line} is not JSON ({reason}); correct or remove the line.").format(line=where, reason=error)
        ) from error
    try:
        return drawing_of(record)
    except (TypeError, ValueError, OverflowError) as error:
        raise DigitpadError(
            _("{line} is not a drawing: {reason}; correct or remove it.").format(line=where, reason=error)
        ) from error


def _thinned(strokes: tuple[Stroke, ...]) -> tuple[Stroke, ...]:
    """Return strokes thinned evenly to the maximum number of points, if they have more."""
    every = -(-sum(map(len, strokes)) // _MOST_POINTS)
    if every <= 1:
        return strokes
    return tuple(np.concatenate([stroke[:-1:every], stroke[-1:]]) for stroke in strokes)


def _length_of(record: dict[str, Any], name: str, strokes: tuple[Stroke, ...], axis: int) -> float:
    value = record.get(name)
    if value is None:
        # Unknown: the canvas was at least as large as the ink.
        return max([1.0, *(float(stroke[:, axis].max()) for stroke in strokes)])
    if not _is_number(value) or not (0 < float(value) < math.inf):
        raise ValueError(_("its {name} must be a number greater than 0").format(name=name))
    return float(value)


def _stroke_of(points: object, number: int) -> Stroke:
    if not isinstance(points, list) or not points:
        raise ValueError(_("stroke {number} must be a list of at least one point").format(number=number))
    for point in points:
        if not isinstance(point, list) or len(point) not in (2, 3) or not all(map(_is_number, point)):
            raise ValueError(
                _("stroke {number} must be a list of points [x, y] or [x, y, pressure]").format(number=number)
            )
        if len(point) != len(points[0]):
            raise ValueError(_("stroke {number} has points with and without pressure").format(number=number))
    with np.errstate(over="ignore"):
        stroke = np.array(points, dtype=np.float64).astype(np.float32)
    if not np.isfinite(stroke).all():
        raise ValueError(_("stroke {number} has a coordinate that is too large").format(number=number))
    if stroke.shape[1] == 3 and not ((stroke[:, 2] >= 0) & (stroke[:, 2] <= 1)).all():
        raise ValueError(_("stroke {number} has a pressure outside 0 to 1").format(number=number))
    return stroke


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
