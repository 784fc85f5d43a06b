"""Synthetic data: figures match their skeletons, training and test families differ, randomness comes from the seed."""

from collections.abc import Callable

import numpy as np
import pytest

from digitpad.data.dataset import DIGITS, NO_DIGIT
from digitpad.data.mnist import load_mnist
from digitpad.data.synthetic import digits, letters, load_non_digits, load_styles, outlines, scribbles, shapes
from digitpad.data.synthetic.fragments import blots, halves, pairs, wrong_cuts
from digitpad.data.synthetic.hand import Strokes, drawn_by_hand
from digitpad.data.synthetic.skeletons import strokes_of

ALL_SKELETONS = [way for table in (digits.SKELETONS, letters.SKELETONS) for ways in table.values() for way in ways]
SCRIBBLES = {**scribbles.TRAINING, **scribbles.TESTING, **outlines.TRAINING}


@pytest.mark.parametrize("skeleton", ALL_SKELETONS)
def test_every_skeleton_is_drawn_inside_its_box(skeleton: str) -> None:
    strokes = strokes_of(skeleton)
    assert len(strokes) == skeleton.count("/") + 1
    points = np.concatenate(strokes)
    assert points.shape[1] == 2
    assert -0.1 < points.min() < points.max() < 1.1  # a curve may overshoot its points slightly
    assert np.ptp(points[:, 1]) > 0.4


def test_a_corner_is_sharp_and_a_point_without_mark_is_round() -> None:
    (cornered,), (rounded,) = strokes_of("09 50! 99"), strokes_of("09 50 99")
    assert len(cornered) == 3
    assert len(rounded) > 5
    np.testing.assert_allclose(cornered, np.array([(0, 9), (5, 0), (9, 9)]) / 9)


def test_digits_are_all_here_and_letters_that_pass_for_digits_are_not() -> None:
    assert tuple(digits.SKELETONS) == DIGITS
    assert not {"b", "D", "g", "I", "l", "o", "O", "q", "s", "S", "z", "Z"} & letters.SKELETONS.keys()


def test_no_family_both_teaches_and_tests() -> None:
    assert not shapes.TRAINING.keys() & shapes.TESTING.keys()
    assert not scribbles.TRAINING.keys() & scribbles.TESTING.keys()
    assert not set(scribbles.TRAINING.values()) & set(scribbles.TESTING.values())
    assert not outlines.TRAINING.keys() & (scribbles.TESTING.keys() | shapes.TESTING.keys())


@pytest.mark.parametrize("family", SCRIBBLES.values(), ids=SCRIBBLES.keys())
def test_scribbles_are_strokes(family: Callable[[np.random.Generator], Strokes]) -> None:
    for seed in range(5):
        strokes = family(np.random.default_rng(seed))
        assert strokes
        assert all(stroke.ndim == 2 and stroke.shape[1] == 2 and np.isfinite(stroke).all() for stroke in strokes)
        assert np.ptp(np.concatenate(strokes), axis=0).max() > 0.2


@pytest.mark.parametrize("family", outlines.TRAINING.values(), ids=outlines.TRAINING.keys())
def test_outlines_close(family: Callable[[np.random.Generator], Strokes]) -> None:
    for seed in range(5):
        (stroke,) = family(np.random.default_rng(seed))
        np.testing.assert_allclose(stroke[0], stroke[-1], atol=1e-9)
        # They go round the middle once.
        around = np.unwrap(np.arctan2(*(stroke - 0.5).T))
        assert abs(around[-1] - around[0]) == pytest.approx(2 * np.pi, abs=0.2)


def test_a_hand_draws_figures_alike_but_never_twice_the_same() -> None:
    figure = strokes_of("10! 80! 39/35 75")
    rng = np.random.default_rng(0)
    first, second = drawn_by_hand(figure, rng), drawn_by_hand(figure, rng)
    again = drawn_by_hand(figure, np.random.default_rng(0))
    assert len(first) == len(figure)
    assert not np.array_equal(first[0], second[0])
    np.testing.assert_array_equal(first[0], again[0])
    # The bar of a seven stays above its foot for any slant.
    assert first[0][0, 1] < first[0][-1, 1] - 0.4


def test_a_hand_takes_a_dot_and_a_stroke_without_length() -> None:
    for stroke in (np.full((1, 2), 0.5), np.full((3, 2), 0.5)):
        drawn = drawn_by_hand([stroke], np.random.default_rng(0))[0]
        assert np.isfinite(drawn).all()
        assert np.ptp(drawn, axis=0).max() < 0.01


def test_pieces_of_digits_are_prepared_as_pictures_are() -> None:
    mnist = load_mnist("test")
    images = mnist.images[:200, 0]
    both = pairs(images, 20, np.random.default_rng(0)), halves(images, mnist.labels[:200], 20, np.random.default_rng(0))
    cut = wrong_cuts(images, 20, np.random.default_rng(0))
    assert len(cut) == 20
    for made in (*both, cut, blots(300, np.random.default_rng(0))):
        assert made.shape[1:] == (28, 28)
        assert made.dtype == np.float32
        assert 0 <= made.min() <= made.max() <= 1
    # Two digits beside each other are broader than high more often than not; a half is narrower than high.
    breadth = [np.ptp(np.flatnonzero(picture.max(axis=0) > 0.3)) for picture in both[0]]
    assert np.mean(breadth) > 14
    np.testing.assert_array_equal(both[0], pairs(images, 20, np.random.default_rng(0)))


def test_blots_go_from_blank_to_solid() -> None:
    covered = blots(400, np.random.default_rng(0)).mean(axis=(1, 2))
    assert covered.min() == 0
    assert covered.max() > 0.95
    assert ((covered > 0) & (covered < 0.02)).any()


@pytest.mark.slow
def test_the_data_sets_are_what_the_default_model_was_trained_on() -> None:
    styles, non_digits, tested = load_styles(), load_non_digits("train"), load_non_digits("test")
    assert np.bincount(styles.labels).tolist() == [500, 1200, 500, 500, 900, 500, 500, 900, 500, 1200]
    assert non_digits.classes == tested.classes == (NO_DIGIT,)
    assert len(non_digits) == 14_000
    assert len(tested) == 2_000
    assert load_styles().checksum == styles.checksum
