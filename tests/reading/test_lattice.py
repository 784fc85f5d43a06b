"""The best path is the best of all paths, and its probability is its share of the total."""

import itertools
import math

import numpy as np
import pytest

from digitpad.reading.lattice import (
    PAIR_FEATURES,
    SEGMENT_FEATURES,
    Lattice,
    pair_features,
    possible_runs,
    segment_features,
)
from digitpad.reading.pieces import Layout, Run, distances_between, line_height
from digitpad.reading.signs import find_signs


def layout_of(boxes: list[tuple[float, float, float, float]]) -> Layout:
    array = np.array(boxes, np.float64)
    outlines = [np.array([[left, top], [right, bottom]]) for left, top, right, bottom in boxes]
    cuts = np.full(len(boxes) - 1, math.nan)
    return Layout(array, distances_between(outlines.__getitem__, array, 30.0), cuts, line_height(array))


@pytest.fixture
def layout() -> Layout:
    return layout_of([(0, 0, 40, 100), (30, 10, 70, 95), (75, 0, 90, 100), (92, 5, 140, 98), (130, 40, 170, 60)])


def paths(runs: list[Run], start: int, end: int) -> list[list[Run]]:
    """Return every way from piece to piece."""
    if start == end:
        return [[]]
    return [[run, *rest] for run in runs if run[0] == start for rest in paths(runs, run[1], end)]


@pytest.mark.parametrize("seed", range(5))
def test_the_best_path_is_the_best_of_all_and_its_share_is_true(layout: Layout, seed: int) -> None:
    rng = np.random.default_rng(seed)
    runs = possible_runs(layout)
    features = {run: segment_features(layout, run, str(rng.integers(10)), float(rng.random())) for run in runs}
    weights = rng.normal(0, 2, len(SEGMENT_FEATURES) + len(PAIR_FEATURES))
    lattice = Lattice(layout, features)
    split = len(SEGMENT_FEATURES)

    def score(path: list[Run]) -> float:
        own = sum(float(features[run] @ weights[:split]) for run in path)
        pairs = itertools.pairwise(path)
        return own + sum(float(pair_features(layout, one, other) @ weights[split:]) for one, other in pairs)

    every = paths(runs, 0, len(layout))
    assert len(every) > 5
    scores = np.array([score(path) for path in every])
    best = lattice.best(weights)
    assert list(best.runs) == every[int(scores.argmax())]
    assert best.share == pytest.approx(math.exp(scores.max() - np.logaddexp.reduce(scores)))
    assert lattice.score(best.runs, weights) == pytest.approx(scores.max())


def test_pieces_far_apart_are_never_one_segment() -> None:
    layout = layout_of([(0, 0, 20, 100), (90, 0, 110, 100), (400, 0, 440, 100)])
    assert possible_runs(layout) == [(0, 1), (1, 2), (2, 3)]


def test_the_height_of_a_line_is_that_of_its_digits_not_of_their_strokes() -> None:
    # An 8 in two circles, a minus, a 1 and a point.
    boxes = [(0, 50, 30, 56), (50, 0, 90, 48), (48, 50, 92, 102), (120, 2, 124, 100), (140, 95, 145, 100)]
    assert line_height(np.array(boxes, np.float64)) == pytest.approx(100, abs=3)


def test_signs_have_their_size_and_place() -> None:
    digit = (100.0, 0.0, 150.0, 100.0)
    assert find_signs(layout_of([(0, 48, 60, 54), digit])) == {(0, 1): "-"}
    assert find_signs(layout_of([(0, 2, 60, 8), digit])) == {}
    assert find_signs(layout_of([digit, (170, 94, 176, 100), (200, 0, 260, 98)])) == {(1, 2): "."}
    assert find_signs(layout_of([digit, (170, 90, 180, 120), (200, 0, 260, 98)])) == {(1, 2): ","}
    assert find_signs(layout_of([(0, 0, 10, 10), (30, 0, 40, 10)])) == {}


def test_distances_are_exact_where_they_count_and_never_too_large_elsewhere() -> None:
    rng = np.random.default_rng(0)
    outlines = [rng.uniform(0, 30, (20, 2)) + np.array([40.0 * place, 0]) for place in range(5)]
    boxes = np.array([[*one.min(axis=0), *one.max(axis=0)] for one in outlines])
    found = distances_between(outlines.__getitem__, boxes, 20.0)
    for i, j in ((i, j) for i in range(5) for j in range(5) if i != j):
        exact = np.hypot(*(outlines[i][:, np.newaxis] - outlines[j]).transpose(2, 0, 1)).min()
        assert found[i, j] == pytest.approx(exact) if abs(i - j) == 1 else found[i, j] <= exact
