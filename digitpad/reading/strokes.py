"""Divides ink into pieces: strokes from left to right, cut where one stroke passes through two digits."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from digitpad.data.ink import Stroke, smooth_stroke
from digitpad.data.rasterize import inks_to_images
from digitpad.reading.pieces import FAR, OUTLINE, Box, Layout, Run, distances_between, line_height

#: Strokes wider than this, in heights of the line, may pass through several digits.
_WIDE = 1.1
#: Maximum overlap of the parts on both sides of a cut, in heights of the line.
_MOST_OVERLAP = 0.5
#: Parts narrower and lower than this, in heights of the line, are not cut off.
_LEAST_PART = 0.3
#: Spacing of the points that are tested as cuts, in heights of the line.
_STEP = 0.04
#: Maximum number of cuts considered per stroke.
_MOST_CUTS = 24


@dataclass(frozen=True, slots=True)
class Part:
    """The points of stroke `stroke` from `start` up to `stop`, excluded."""

    stroke: int
    start: int
    stop: int


class InkPieces:
    """The pieces of a drawing.

    Parameters
    ----------
    strokes
        Points (n, 2) or (n, 3), finite; at least one stroke, each with at least one point.
    canvas
        The long side of the canvas, in the units of the strokes.
    """

    def __init__(self, strokes: Sequence[Stroke], *, canvas: float) -> None:
        self._canvas = canvas
        boxes = np.array([stroke_box(stroke) for stroke in strokes])
        height = line_height(boxes)
        self._whole = list(strokes)
        self._strokes: list[Stroke] = []
        parts: list[Part] = []
        costs: dict[Part, float] = {}
        for number, (stroke, box) in enumerate(zip(strokes, boxes, strict=True)):
            finer, places = (stroke, []) if box[2] - box[0] < _WIDE * height else _cut_places(stroke, height)
            self._strokes.append(finer)
            starts = [0, *(place for place, _ in places)]
            stops = [*(place + 1 for place, _ in places), len(finer)]
            for index, (start, stop) in enumerate(zip(starts, stops, strict=True)):
                parts.append(Part(number, start, stop))
                if index:
                    costs[parts[-1]] = places[index - 1][1]
        if len(parts) > len(strokes):
            boxes = np.array([stroke_box(self._points(part)) for part in parts])
        order = np.lexsort((boxes[:, 0], boxes[:, 0] + boxes[:, 2]))
        self._parts = [parts[index] for index in order]
        self._boxes = boxes[order]
        self._height = height
        self._costs = costs

    def __len__(self) -> int:
        """Return the number of pieces; the layout, which takes longer, is only computed on demand."""
        return len(self._parts)

    @cached_property
    def layout(self) -> Layout:
        """The layout of the pieces."""
        cuts = np.full(max(len(self._parts) - 1, 0), math.nan)
        for index, (part, following) in enumerate(zip(self._parts, self._parts[1:], strict=False)):
            early, late = sorted((part, following), key=lambda one: (one.stroke, one.start))
            if early.stroke == late.stroke and early.stop == late.start + 1:
                cuts[index] = self._costs[late]

        def outline(piece: int) -> NDArray[np.float64]:
            return _along(self._points(self._parts[piece]))

        distances = distances_between(outline, self._boxes, FAR * self._height)
        return Layout(self._boxes, distances, cuts, self._height)

    def parts(self, run: Run) -> list[Part]:
        """Return the parts of strokes that these pieces consist of; contiguous parts are joined."""
        joined: list[Part] = []
        for part in sorted(self._parts[slice(*run)], key=lambda one: (one.stroke, one.start)):
            if joined and joined[-1].stroke == part.stroke and joined[-1].stop == part.start + 1:
                joined[-1] = Part(part.stroke, joined[-1].start, part.stop)
            else:
                joined.append(part)
        return joined

    def owner(self, place: int, owners: Sequence[NDArray[np.intp]]) -> int:
        """Return the owner of most points of a piece, given the owner of each point of each stroke.

        Used with known segmentations, to fit weights and to check readings.
        """
        part = self._parts[place]
        whole = owners[part.stroke]
        finer, points = self._strokes[part.stroke], self._whole[part.stroke]
        if len(finer) == len(points) and part.stop - part.start == len(points):
            return int(np.bincount(whole).argmax())
        # For each resampled point, the nearest original point.
        away = np.abs((finer[part.start : part.stop, :2] @ [1, 1j])[:, np.newaxis] - (points[:, :2] @ [1, 1j]))
        return int(np.bincount(whole[away.argmin(axis=1)]).argmax())

    def key(self, run: Run) -> bytes:
        """Return the points of these pieces, as bytes."""
        points = [self._points(part) for part in self.parts(run)]
        return b"|".join(array.tobytes() + bytes([array.shape[1]]) for array in points)

    def pictures(self, runs: Sequence[Run]) -> NDArray[np.float32]:
        """Return the pieces of each run as the input of a network, (runs, 28, 28) in [0, 1]."""
        return inks_to_images([self.ink(run) for run in runs])

    def ink(self, run: Run) -> tuple[list[Stroke], float]:
        """Return the strokes that these pieces consist of, and the long side of the canvas."""
        return [self._points(part) for part in self.parts(run)], self._canvas

    def _points(self, part: Part) -> Stroke:
        stroke = self._strokes[part.stroke]
        if part.stop - part.start == len(stroke):
            # The original points: uncut strokes are read like any other drawing.
            return self._whole[part.stroke]
        return stroke[part.start : part.stop]


def stroke_box(stroke: Stroke) -> Box:
    """Return left, top, right and bottom of a stroke, (n, 2) or (n, 3) with n at least 1."""
    left, top = stroke[:, :2].min(axis=0).tolist()
    right, bottom = stroke[:, :2].max(axis=0).tolist()
    return left, top, right, bottom


def may_be_divided(stroke: Stroke) -> bool:
    """Return whether a stroke that stands alone is wide enough to pass through several digits."""
    box = stroke_box(stroke)
    return box[2] - box[0] >= _WIDE * line_height(np.array([box]))


def _along(stroke: Stroke) -> NDArray[np.float64]:
    """Resample a stroke linearly, with points close enough to measure distances."""
    at = np.linspace(0, len(stroke) - 1, OUTLINE)
    number = np.arange(len(stroke))
    return np.stack([np.interp(at, number, stroke[:, axis]) for axis in (0, 1)], axis=1)


def _cut_places(stroke: Stroke, height: float) -> tuple[Stroke, list[tuple[int, float]]]:
    """Find the points at which a stroke may pass from one digit to the next.

    At such a point, everything before it is to the left of everything after it, or nearly so: the candidates are the
    points with the smallest overlap.

    Returns
    -------
    (Stroke, list of (int, float))
        The resampled stroke, and the indices of the points to cut at, each with its overlap in heights.
    """
    finer = _resample(smooth_stroke(stroke), _STEP * height)
    x = finer[:, 0].astype(np.float64)
    overlap = (np.maximum.accumulate(x) - np.minimum.accumulate(x[::-1])[::-1]) / height
    places: list[tuple[int, float]] = []
    least = np.minimum(overlap, _MOST_OVERLAP)
    # A plateau counts as one point, its middle: all points of the strip between two digits are equally good.
    edges = np.flatnonzero(np.diff(np.round(least, 3)) != 0) + 1
    bounds = [0, *edges.tolist(), len(finer)]
    for start, stop in pairwise(bounds):
        lower_before = start > 0 and least[start - 1] > least[start]
        lower_after = stop < len(finer) and least[stop] > least[start]
        if lower_before and lower_after and least[start] < _MOST_OVERLAP:
            middle = (start + stop - 1) // 2
            places.append((middle, float(max(overlap[middle], 0.0))))
    return finer, sorted(sorted(_apart(places, finer, height), key=lambda place: place[1])[:_MOST_CUTS])


def _apart(places: list[tuple[int, float]], points: Stroke, height: float) -> list[tuple[int, float]]:
    """Omit points that would cut off very small parts."""
    kept: list[tuple[int, float]] = []
    start = 0
    for place, cost in places:
        extent = np.ptp(points[start : place + 1, :2], axis=0).max()
        rest = np.ptp(points[place:, :2], axis=0).max()
        if extent >= _LEAST_PART * height and rest >= _LEAST_PART * height:
            kept.append((place, cost))
            start = place
    return kept


def _resample(stroke: Stroke, step: float) -> Stroke:
    """Insert points on straight lines between those of a stroke, so that none are further apart than `step`."""
    points = stroke.astype(np.float64)
    lengths = np.hypot(*np.diff(points[:, :2], axis=0).T)
    pieces = np.maximum(np.ceil(lengths / step), 1).astype(np.intp)
    at = np.concatenate([[0.0], np.arange(1, pieces.sum() + 1)])
    knots = np.concatenate([[0.0], np.cumsum(pieces)])
    return np.stack([np.interp(at, knots, column) for column in points.T], axis=1).astype(np.float32)
