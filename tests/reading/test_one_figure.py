"""Whether strokes form one figure, from their boxes and cuts alone."""

import numpy as np
import pytest

from digitpad.reading.one_figure import belongs_together, cuts_ink, is_one_figure, whole_figures
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


@pytest.mark.parametrize(
    ("stroke", "belongs"),
    [
        # Through the middle, whatever its length.
        ((24, 0, 28, 100), True),
        ((24, 10, 28, 90), True),
        # Beside the middle only if it is longer at both ends,
        ((16, -8, 20, 108), True),
        ((16, -8, 20, 92), False),
        # or low: the hat of a five, the lower part of a dollar's bar.
        ((18, -10, 34, 2), True),
        ((18, 98, 20, 112), True),
        # A one beside a digit, a one under its edge, and another digit.
        ((60, 0, 64, 100), False),
        ((44, 0, 48, 100), False),
        ((10, 0, 55, 100), False),
    ],
)
@pytest.mark.parametrize("is_first", [True, False])
def test_a_slender_stroke_belongs_to_the_figure_that_it_passes_through(
    stroke: tuple[float, float, float, float], belongs: bool, is_first: bool
) -> None:
    figure = (0.0, 0.0, 50.0, 100.0)
    boxes = [stroke, figure] if is_first else [figure, stroke]
    assert belongs_together(_layout(boxes, [np.nan])).tolist() == [belongs]
    assert not belongs_together(_layout(boxes, [0.5])).any()


def test_runs_keep_together_what_belongs_together_if_any_do() -> None:
    layout = _layout([(0, 0, 50, 100), (24, -5, 26, 105), (70, 0, 110, 100)], [np.nan, np.nan])
    runs = [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)]
    assert whole_figures(layout, runs) == [(0, 2), (0, 3), (2, 3)]
    # Without a run of both, all stay.
    assert whole_figures(layout, [(0, 1), (1, 2), (2, 3)]) == [(0, 1), (1, 2), (2, 3)]
    assert whole_figures(_layout([(0, 0, 50, 100)], []), [(0, 1)]) == [(0, 1)]
