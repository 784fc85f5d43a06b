"""Hand-drawn figures are within their box, of every family, and reproducible."""

import numpy as np
import pytest

from digitpad.data.stroke_geometry import bounds, lengths
from digitpad.data.synthetic.figures import FIGURES, bolt, cross, letter, make_figure, rectangle, sign, square
from digitpad.data.synthetic.signs import SKELETONS
from digitpad.data.synthetic.skeletons import strokes_of


@pytest.mark.parametrize("name", FIGURES)
def test_every_family_is_drawn_in_its_box(name: str) -> None:
    rng = np.random.default_rng(0)
    for _ in range(40):
        strokes = FIGURES[name][0](rng)
        low, high = bounds(strokes)
        assert np.isfinite([low, high]).all()
        assert (high - low).min() > 0.1 or name == "arrow"
        assert (high - low).max() < 2.0
        assert all(len(stroke) > 1 for stroke in strokes)


def test_figures_differ_and_come_from_the_generator() -> None:
    made = [make_figure(np.random.default_rng(seed)) for seed in range(200)]
    again = [make_figure(np.random.default_rng(seed)) for seed in range(200)]
    assert {name for _, name in made} == set(FIGURES)
    for (strokes, name), (same, same_name) in zip(made, again, strict=True):
        assert name == same_name
        assert all((one == other).all() for one, other in zip(strokes, same, strict=True))


def test_rectangles_are_longer_than_wide_and_squares_are_not() -> None:
    rng = np.random.default_rng(1)
    for family, low, high in ((rectangle, 1.1, 2.6), (square, 0.8, 1.12)):
        for _ in range(50):
            corner, other = bounds(family(rng))
            wide, tall = other - corner
            ratio = max(wide, tall) / min(wide, tall)
            assert low - 0.2 < ratio < high + 0.3


def test_a_bolt_is_an_outline_and_not_the_zigzag_of_a_four() -> None:
    rng = np.random.default_rng(2)
    for _ in range(50):
        strokes = bolt(rng)
        assert sum(lengths(stroke)[-1] for stroke in strokes) > 2.0


def test_a_cross_has_two_diagonals() -> None:
    rng = np.random.default_rng(3)
    for _ in range(50):
        strokes = cross(rng)
        slopes = [(stroke[-1] - stroke[0]).prod() for stroke in strokes]
        assert len(strokes) == 1 or slopes[0] * slopes[1] < 0


def test_letters_are_those_that_look_like_no_digit() -> None:
    rng = np.random.default_rng(4)
    counts = [len(letter(rng)) for _ in range(60)]
    assert max(counts) >= 2


def test_half_of_the_signs_are_those_that_resemble_digits() -> None:
    rng = np.random.default_rng(5)
    like_digits = {tuple(len(stroke) for stroke in strokes_of(way)) for name in "$%" for way in SKELETONS[name]}
    drawn = [tuple(len(stroke) for stroke in sign(rng)) for _ in range(400)]
    assert 0.5 < np.mean([one in like_digits for one in drawn]) < 0.85
    assert len(set(drawn)) > 12
