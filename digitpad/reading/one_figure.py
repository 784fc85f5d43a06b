"""Tells from the layout of a drawing whether its strokes form one figure, such as a letter, or several characters."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from digitpad.reading.pieces import Layout, Run

#: Minimum overlap of characters that are strokes of one figure, relative to the narrower one; it increases if the whole
#: is wider than the second value (in heights of the line). Chosen on letters of 20 writers, and on touching digits.
_ENTWINED, _NARROW, _MORE = 0.2, 0.7, 1.5
#: Minimum width of a character, in heights of the line, when its relative overlap is computed.
_LEAST_WIDTH = 0.12
#: A stroke up to this wide, relative to its neighbour, belongs to it if its middle is in the first part of the
#: neighbour's width: the bars of a dollar sign, the hat of a five. In the second part, it does if it is lower than the
#: last (in heights of the line), or longer than the neighbour at both ends: a one may stand that close to a digit.
_SLENDER, _CENTRAL, _WITHIN, _LOW = 0.5, (0.38, 0.62), (0.3, 0.7), 0.5


def belongs_together(layout: Layout) -> NDArray[np.bool_]:
    """Return for each two neighbouring pieces whether one is a stroke through, above or below the middle of the other.

    Pieces that a cut has separated are never such a pair.
    """
    before, after = layout.boxes[:-1], layout.boxes[1:]
    first_is_wide = np.diff(before[:, [0, 2]]) >= np.diff(after[:, [0, 2]])
    wide, slender = np.where(first_is_wide, before, after), np.where(first_is_wide, after, before)
    width = np.maximum(wide[:, 2] - wide[:, 0], 1e-9)
    place = (slender[:, [0, 2]].mean(axis=1) - wide[:, 0]) / width
    is_longer = np.minimum(wide[:, 1] - slender[:, 1], slender[:, 3] - wide[:, 3]) > 0
    is_low = slender[:, 3] - slender[:, 1] <= _LOW * layout.height
    is_central = (place >= _CENTRAL[0]) & (place <= _CENTRAL[1])
    is_within = (place >= _WITHIN[0]) & (place <= _WITHIN[1])
    is_slender = slender[:, 2] - slender[:, 0] <= _SLENDER * width
    return np.asarray(is_slender & (is_central | (is_within & (is_low | is_longer))) & np.isnan(layout.cuts))


def whole_figures(layout: Layout, runs: Sequence[Run]) -> list[Run]:
    """Return the runs that keep together what belongs together; all runs, if a piece is in none of those."""
    if len(layout) < 2:
        return list(runs)
    together = belongs_together(layout)
    apart = np.concatenate([[True], ~together, [True]])
    kept = [run for run in runs if apart[run[0]] and apart[run[1]]]
    covered = {place for start, stop in kept for place in range(start, stop)}
    return kept if len(covered) == len(layout) else list(runs)


def cuts_ink(layout: Layout, runs: Sequence[Run]) -> bool:
    """Return whether characters are divided by a cut through ink."""
    return any(not np.isnan(layout.cuts[stop - 1]) for _start, stop in runs[:-1])


def is_one_figure(layout: Layout, runs: Sequence[Run]) -> bool:
    """Return whether characters overlap, as the strokes of a letter do, rather than stand side by side."""
    boxes = [layout.box(run) for run in runs]
    width = (max(box[2] for box in boxes) - min(box[0] for box in boxes)) / layout.height
    overlaps = [
        (min(one[2], other[2]) - max(one[0], other[0]))
        / max(min(one[2] - one[0], other[2] - other[0]), _LEAST_WIDTH * layout.height)
        for one, other in pairwise(boxes)
    ]
    return max(overlaps, default=0.0) > _ENTWINED + _MORE * max(width - _NARROW, 0.0)
