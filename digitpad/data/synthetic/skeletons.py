"""Figures as text: the few strokes that everybody means, from which a hand makes its own.

A skeleton is written on a grid of ten by ten: points are two figures, column and row (row 0 is the top), strokes are
separated by "/", and a point followed by "!" is a corner, where the pen turns sharply and stays on the paper. Between
corners the pen follows the same smooth curve as anyone's ink. Most letters and digits have several skeletons, for
people write them differently.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from digitpad.data.ink import curve_through
from digitpad.data.synthetic.hand import Strokes

#: How finely curves are cut, see `curve_through`.
_FINENESS = 2


def strokes_of(skeleton: str) -> Strokes:
    """Return the strokes that a skeleton stands for, (n, 2) each, in a box of 1 by 1, y down."""
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
