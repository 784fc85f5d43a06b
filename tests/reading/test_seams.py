"""Seams separate digits that touch: across a thin bridge, between leaning strokes, along strokes side by side."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from digitpad.reading.seams import Seam, seams_through

HEIGHT = 80
PEN = 8


def drawn(*boxes: tuple[int, int, int, int], width: int = 100) -> NDArray[np.float32]:
    """Return a picture with filled boxes: left, top, right, bottom."""
    ink = np.zeros((HEIGHT, width), np.float32)
    for left, top, right, bottom in boxes:
        ink[top:bottom, left:right] = 1
    return ink


def seams_of(ink: NDArray[np.float32]) -> list[Seam]:
    return seams_through(ink, ink > 0, HEIGHT)


def on_left(ink: NDArray[np.float32], seam: Seam) -> NDArray[np.bool_]:
    left: NDArray[np.bool_] = (ink > 0) & (np.arange(ink.shape[1]) < seam.columns[:, np.newaxis])
    return left


def test_two_lines_with_a_bridge_are_cut_across_the_bridge() -> None:
    bars = (10, 0, 10 + PEN, HEIGHT), (70, 0, 70 + PEN, HEIGHT)
    ink = drawn(*bars, (10, 36, 70, 36 + PEN))
    first, second = (drawn(bar) > 0 for bar in bars)
    between = [
        seam
        for seam in seams_of(ink)
        if (on_left(ink, seam) & first).sum() > 0.9 * first.sum()
        and (on_left(ink, seam) & second).sum() < 0.1 * second.sum()
    ]
    assert between
    assert min(seam.cost for seam in between) < 1.3


def test_leaning_strokes_are_separated_by_a_leaning_seam() -> None:
    rows = np.arange(HEIGHT)
    ink = np.zeros((HEIGHT, 130), np.float32)
    for left in (0, 40):
        for step in range(PEN):
            ink[rows, left + (HEIGHT - 1 - rows) + step] = 1
    # The bridge between both; every upright line crosses one of them.
    ink[38:42, 45:85] = 1
    first = np.zeros_like(ink)
    for step in range(PEN):
        first[rows, (HEIGHT - 1 - rows) + step] = 1
    cheapest = min(seams_of(ink), key=lambda seam: np.abs(on_left(ink, seam) ^ (first > 0)).sum())
    wrong = on_left(ink, cheapest) ^ (first > 0)
    assert wrong.sum() < 0.3 * first.sum()
    assert cheapest.cost < 1.0


def test_strokes_side_by_side_are_separated_along_the_line_that_they_share() -> None:
    y, x = np.mgrid[:HEIGHT, :160]
    first, second = (np.abs(np.hypot(x - middle, y - 39.5) - 35) <= PEN / 2 for middle in (45, 112))
    ink = (first | second).astype(np.float32)
    own = first & ~second
    seam = min(seams_of(ink), key=lambda one: float((on_left(ink, one) ^ own).sum()))
    assert (on_left(ink, seam) ^ own).sum() < 0.1 * own.sum()
    # Both rings share a line that is longer than two widths of the pen.
    assert (first & second).any(axis=1).sum() > 2 * PEN
    assert seam.cost < 1.5


def test_seams_are_in_order_and_differ() -> None:
    ink = drawn((10, 0, 18, HEIGHT), (50, 0, 58, HEIGHT), (90, 0, 98, HEIGHT), (10, 36, 98, 44))
    seams = seams_of(ink)
    lefts = [on_left(ink, seam) for seam in seams]
    assert len(seams) >= 2
    for one, other in pairwise(lefts):
        assert one.sum() < other.sum()
        assert (one ^ other).sum() > PEN * HEIGHT / 10


def test_a_single_line_is_not_cut() -> None:
    assert seams_of(drawn((10, 0, 10 + PEN, HEIGHT), width=30)) == []
