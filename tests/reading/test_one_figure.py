"""Whether strokes form one figure, from their boxes and cuts alone."""

import numpy as np

from digitpad.reading.one_figure import cuts_ink, is_one_figure
from digitpad.reading.pieces import Layout


def _layout(boxes: list[tuple[float, float, float, float]], cuts: list[float]) -> Layout:
    return Layout(np.array(boxes), np.zeros((len(boxes), len(boxes))), np.array(cuts), 100.0)


def test_strokes_that_overlap_are_one_figure_and_neighbours_are_not() -> None:
    runs = [(0, 1), (1, 2)]
    assert is_one_figure(_layout([(0, 0, 40, 100), (10, 0, 60, 100)], [np.nan]), runs)
    assert not is_one_figure(_layout([(0, 0, 40, 100), (50, 0, 90, 100)], [np.nan]), runs)
    # The wider the whole is, the more its parts have to overlap.
    assert not is_one_figure(_layout([(0, 0, 80, 100), (50, 0, 150, 100)], [np.nan]), runs)


def test_only_a_cut_between_characters_counts() -> None:
    layout = _layout([(0, 0, 30, 100), (30, 0, 60, 100), (70, 0, 90, 100)], [0.5, np.nan])
    assert cuts_ink(layout, [(0, 1), (1, 3)])
    assert not cuts_ink(layout, [(0, 2), (2, 3)])
    assert not cuts_ink(layout, [(0, 3)])
