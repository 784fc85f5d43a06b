"""Tells from the layout of a drawing whether its strokes form one figure, such as a letter, or several characters."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from digitpad.reading.pieces import Layout, Run

#: Minimum overlap of characters that are strokes of one figure, relative to the narrower one; it increases if the whole
#: is wider than the second value (in heights of the line). Chosen on letters of 20 writers, and on touching digits.
_ENTWINED, _NARROW, _MORE = 0.2, 0.7, 1.5
#: Minimum width of a character, in heights of the line, when its relative overlap is computed.
_LEAST_WIDTH = 0.12


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
