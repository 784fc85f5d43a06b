"""Skeletons: the strokes of a figure as text, which simulated handwriting varies.

A skeleton is written on a grid of ten by ten: points are two digits, column and row (row 0 is the top), strokes are
separated by "/", and a point followed by "!" is a corner, where the pen turns sharply without leaving the paper.
Between corners, the strokes are the same smooth curves as those of ink. Most letters and digits have several skeletons,
since people write them differently.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from digitpad.data.ink import curve_through
from digitpad.data.synthetic.hand import Strokes

#: Fineness of curves, see `curve_through`.
_FINENESS = 2


def strokes_of(skeleton: str) -> Strokes:
    """Return the strokes of a skeleton, (n, 2) each, in a box of 1 by 1, y down."""
    return list(_parsed(skeleton))


@cache
def _parsed(skeleton: str) -> tuple[NDArray[np.float64], ...]:
    return tuple(_stroke(text) for text in skeleton.split("/"))


def _stroke(text: str) -> NDArray[np.float64]:
    pieces: list[list[tuple[int, int]]] = [[]]
    for point in text.split():
        place = (int(point[0]), int(point[1]))
        pieces[-1].append(place)
        if point.endswith("!"):
            pieces.append([place])
    curves = [curve_through(np.array(piece, np.float64), finer=_FINENESS) for piece in pieces if len(piece) > 1]
    joined: NDArray[np.float64] = np.concatenate([curves[0], *(curve[1:] for curve in curves[1:])]) / 9
    return joined
