"""Ink is converted to MNIST's format, independent of position and size, and is never cut off."""

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from digitpad.data.ink import Drawing, Stroke, read_ink, write_ink
from digitpad.data.mnist import load_mnist
from digitpad.data.rasterize import EDGE, PEN_RADIUS, USUAL_CANVAS, ink_to_image, inks_to_images
from digitpad.errors import DigitpadError


def stroke(*points: tuple[float, ...]) -> Stroke:
    return np.array(points, dtype=np.float32)


SEVEN = [stroke((100, 100), (150, 96), (200, 100), (180, 150), (150, 250)), stroke((130, 170), (190, 168))]
LINE = [stroke((200, 100), (200, 300))]
# A ragged letter that is nowhere symmetric: its mass lies far from the middle of its box.
HOOK = [stroke((10, 10), (15, 80), (60, 200), (210, 260), (120, 255), (40, 262)), stroke((20, 230))]
ALL = {"seven": SEVEN, "line": LINE, "hook": HOOK, "dot": [stroke((50, 60))]}


def moved(strokes: list[Stroke], factor: float, shift: tuple[float, float]) -> list[Stroke]:
    return [(points.astype(np.float64) * factor + np.array(shift)).astype(np.float32) for points in strokes]


def assert_same_picture(actual: NDArray[np.float32], expected: NDArray[np.float32], fineness: float) -> None:
    """Check that greys are equal within `fineness`, except for a few that are rounded to the next of 256 levels."""
    difference = np.abs(actual - expected)
    assert difference.max() <= fineness + 1.001 / 255
    assert np.count_nonzero(difference > fineness) <= max(4, difference.size * fineness)


def centre(image: NDArray[np.float32]) -> tuple[float, float]:
    rows, columns = np.indices(image.shape) + 0.5
    mass = image.sum(dtype=np.float64)
    return float((columns * image).sum() / mass), float((rows * image).sum() / mass)


def sides(image: NDArray[np.float32]) -> tuple[int, int]:
    """Return the width and the height of the inked area."""
    rows, columns = np.nonzero(image > 0)
    return int(np.ptp(columns)) + 1, int(np.ptp(rows)) + 1


@pytest.mark.parametrize("name", ALL)
def test_a_picture_is_28_by_28_shares_of_ink(name: str) -> None:
    image = ink_to_image(ALL[name])
    assert image.shape == (28, 28)
    assert image.dtype == np.float32
    assert image.min() == 0
    assert 0.9 < image.max() <= 1


@given(
    factor=st.floats(0.2, 50),
    x=st.floats(-5000, 5000),
    y=st.floats(-5000, 5000),
    name=st.sampled_from(["seven", "line", "hook"]),
)
@settings(max_examples=40, derandomize=True, deadline=None)
def test_place_and_size_do_not_matter(factor: float, x: float, y: float, name: str) -> None:
    image = ink_to_image(moved(ALL[name], factor, (x, y)))
    # The float32 coordinates of the strokes have a resolution of 0.0003 at 5000.
    fineness = 1e-4 + 20 * np.spacing(np.float32(5000)) / (factor * 150)
    assert_same_picture(image, ink_to_image(ALL[name]), fineness)


@pytest.mark.parametrize("shift", [1e3, -1e5, 1e7])
def test_ink_far_out_is_as_fine(shift: float) -> None:
    image = ink_to_image(moved(SEVEN, 1, (shift, -shift)))
    assert_same_picture(image, ink_to_image(SEVEN), 1e-4)


def test_the_whole_canvas_may_be_of_any_size() -> None:
    """A dot is defined by its share of the canvas."""
    for strokes in ([stroke((4.5, 4), (5, 6))], SEVEN, [stroke((3, 3))]):
        expected = ink_to_image(strokes, canvas=400)
        for factor in (1 / 400, 0.1, 0.5):
            image = ink_to_image(moved(strokes, factor, (0, 0)), canvas=400 * factor)
            assert_same_picture(image, expected, 1e-4)


def test_a_digit_on_a_large_canvas_is_no_dot() -> None:
    small = moved(SEVEN, 0.2, (0, 0))
    for canvas in (USUAL_CANVAS, 4000.0, math.inf):
        assert_same_picture(ink_to_image(small, canvas=canvas), ink_to_image(SEVEN), 1e-4)


@pytest.mark.parametrize("canvas", [1e-300, 5e-324, 1e300])
def test_the_oddest_canvas_leaves_a_dot(canvas: float) -> None:
    np.testing.assert_array_equal(ink_to_image([stroke((0, 0))], canvas=canvas), ink_to_image([stroke((0, 0))]))


@pytest.mark.parametrize("name", ["seven", "line", "hook"])
def test_the_long_side_is_20_pixels(name: str) -> None:
    image = ink_to_image(ALL[name], size=280)
    assert max(sides(image)) == pytest.approx(200, abs=2)


def test_the_aspect_is_kept() -> None:
    box = [stroke((0, 0), (60, 0)), stroke((60, 0), (60, 200)), stroke((60, 200), (0, 200)), stroke((0, 200), (0, 0))]
    width, height = sides(ink_to_image(box, size=280))
    margin = 20 * (PEN_RADIUS + EDGE / 2)
    assert (width - margin) / (height - margin) == pytest.approx(60 / 200, abs=0.01)


@pytest.mark.parametrize("name", ALL)
def test_the_mass_lies_in_mnists_middle(name: str) -> None:
    assert centre(ink_to_image(ALL[name])) == pytest.approx((14.5, 14.5), abs=0.03)


def test_a_mass_far_off_its_box_is_not_cut_off() -> None:
    """A broad bar with a long tail: with its mass in the middle, the tail's end would lie outside."""
    bar = [stroke((float(x), 0), (float(x), 600)) for x in range(0, 121, 20)]
    image = ink_to_image([*bar, stroke((120, 300), (600, 300))])
    assert centre(image)[0] < 14.4
    assert sides(image)[0] in (20, 21)
    # The round end of the tail lies within the field: the pen's line ends before the last column.
    assert image[:, -1].sum() < image[:, -4].sum() - 0.5


def test_a_dot_stays_a_dot() -> None:
    dot = ink_to_image([stroke((77, 33))])
    width, height = sides(dot)
    assert width == height
    assert width <= 2 * (PEN_RADIUS + EDGE / 2) + 1
    for trembling in ([stroke((77, 33), (77, 33))], [stroke((77, 33), (77.2, 33.1), (76.9, 33))]):
        np.testing.assert_allclose(ink_to_image(trembling), dot, atol=0.15)
    assert_same_picture(dot, dot.T, 1e-6)
    assert_same_picture(dot[1:, 1:], dot[:0:-1, :0:-1], 1e-6)


def test_a_short_stroke_grows_to_full_size_and_no_further() -> None:
    """From a dot to 20 pixels as the stroke gets longer, without a jump."""
    heights = [sides(ink_to_image([stroke((0, 0), (0, length))], size=280))[1] for length in (0, 5, 10, 20, 40, 400)]
    assert heights == sorted(heights)
    assert heights[-3] == pytest.approx(200, abs=2)
    assert heights[-1] == heights[-2] == heights[-3]


def test_an_upright_line_looks_like_mnists_ones() -> None:
    image = ink_to_image(LINE)
    assert sides(image)[1] in (19, 20, 21)
    thickness = image[14].sum()
    mnist = load_mnist("test")
    ones = mnist.images[mnist.labels == 1, 0] / 255
    # Of those ones that stand upright, the ink of the middle row.
    upright = [one for one in ones if np.ptp(np.argwhere(one > 0.5)[:, 1]) <= 4]
    assert len(upright) > 50
    low, high = np.quantile([one[14].sum() for one in upright], [0.05, 0.95])
    assert low < thickness < high
    assert sides(image)[0] <= 5


def test_ink_is_about_as_much_as_in_mnist(test_data: Path) -> None:
    """Checked on real drawings, because the pen width alone does not determine how dark a picture becomes."""
    drawings = read_ink(test_data / "ink" / "pendigits-train.jsonl")[::75]
    mine = np.stack([ink_to_image(drawing.strokes, canvas=drawing.long_side) for drawing in drawings])
    mnist = load_mnist("test").images[:2000] / 255
    assert mine.mean() == pytest.approx(mnist.mean(), rel=0.2)
    grey = [float(((x > 0.1) & (x < 0.9)).sum() / (x > 0.1).sum()) for x in (mine, mnist)]
    assert grey[0] == pytest.approx(grey[1], abs=0.1)


@pytest.mark.parametrize("strokes", [[], [np.zeros((0, 2), np.float32)], [np.zeros((0, 3), np.float32)] * 2])
def test_no_ink_is_a_blank_picture(strokes: list[Stroke]) -> None:
    image = ink_to_image(strokes)
    assert image.shape == (28, 28)
    assert not image.any()


def test_a_stroke_without_points_is_passed_over() -> None:
    np.testing.assert_array_equal(ink_to_image([np.zeros((0, 2), np.float32), *SEVEN]), ink_to_image(SEVEN))


@pytest.mark.parametrize("order", [(1, 0), (0, 1, 0), (0, 1, 1)])
def test_order_and_repetition_of_strokes_do_not_matter(order: tuple[int, ...]) -> None:
    image = ink_to_image([SEVEN[index] for index in order])
    assert_same_picture(image, ink_to_image(SEVEN), 1e-5)


def test_repeated_points_do_not_matter() -> None:
    doubled = [np.repeat(points, 3, axis=0) for points in SEVEN]
    assert_same_picture(ink_to_image(doubled), ink_to_image(SEVEN), 1e-6)


def test_the_direction_of_a_stroke_does_not_matter() -> None:
    assert_same_picture(ink_to_image([points[::-1] for points in SEVEN]), ink_to_image(SEVEN), 1e-5)


def test_more_points_on_a_straight_line_change_nothing() -> None:
    dense = [np.linspace((200, 100), (200, 300), 173).astype(np.float32)]
    assert_same_picture(ink_to_image(dense), ink_to_image(LINE), 1e-4)


@given(
    st.lists(
        st.lists(st.tuples(st.integers(0, 300), st.integers(0, 300)), min_size=1, max_size=6), min_size=1, max_size=3
    )
)
@example([[(0, 154), (72, 0)]])  # the same few greys all along the line, each half way between two levels
@settings(max_examples=60, derandomize=True, deadline=None)
def test_whatever_is_drawn_is_turned_with_the_paper(lines: list[list[tuple[int, int]]]) -> None:
    """Shares of ink in a field that ink never leaves; and x and y are treated alike."""
    strokes = [np.array(line, np.float32) for line in lines]
    image = ink_to_image(strokes)
    assert np.isfinite(image).all()
    assert image.min() >= 0
    assert 0.5 < image.max() <= 1
    assert_same_picture(ink_to_image([points[:, ::-1] for points in strokes]), image.T, 2e-4)
    # Ink outside the field does not wrap around.
    assert max(sides(image)) <= 22


def test_nothing_wraps_at_the_border() -> None:
    """One long pen line with a heavy end: ink only where it was drawn."""
    image = ink_to_image([stroke((0, 0), (0, 400)), *[stroke((-3, float(y)), (3, float(y))) for y in range(0, 60, 3)]])
    columns = np.flatnonzero(image.any(axis=0))
    assert np.ptp(columns) + 1 == len(columns) < 8


def test_pressure_widens_the_line() -> None:
    line = np.column_stack([np.full(9, 50), np.linspace(0, 200, 9), np.linspace(0, 1, 9)]).astype(np.float32)
    widths = ink_to_image([line]).sum(axis=1)
    rows = np.flatnonzero(widths > 0.2)
    inside = widths[rows[2] : rows[-2]]
    assert (np.diff(inside) > -0.02).all()
    # Twice the radius, which pressure changes by up to 40% either way.
    assert inside[0] == pytest.approx(2 * PEN_RADIUS * 0.65, abs=0.15)
    assert inside[-1] == pytest.approx(2 * PEN_RADIUS * 1.37, abs=0.08)


@pytest.mark.parametrize("pressure", [0.0, 0.2, 1.0])
def test_even_pressure_is_none(pressure: float) -> None:
    pressed = [np.column_stack([points, np.full(len(points), pressure)]).astype(np.float32) for points in SEVEN]
    assert_same_picture(ink_to_image(pressed), ink_to_image(SEVEN), 1e-5)


def test_a_mouse_and_a_pen_may_draw_together() -> None:
    mixed = [np.column_stack([SEVEN[0], np.full(len(SEVEN[0]), 0.4)]).astype(np.float32), SEVEN[1]]
    assert_same_picture(ink_to_image(mixed), ink_to_image(SEVEN), 1e-5)


def test_a_finer_picture_is_the_same_picture() -> None:
    fine = ink_to_image(HOOK, size=280)
    coarse = fine.reshape(28, 10, 28, 10).mean(axis=(1, 3))
    assert np.abs(coarse - ink_to_image(HOOK)).max() < 0.3
    assert np.abs(coarse - ink_to_image(HOOK)).mean() < 0.01


@pytest.mark.parametrize(
    "bad",
    [
        np.array([[0, 0], [np.nan, 1]], np.float32),
        np.array([[0, np.inf]], np.float32),
        np.array([1.0, 2.0], np.float32),
        np.zeros((2, 4), np.float32),
        np.zeros((2, 1), np.float32),
    ],
)
def test_what_is_no_stroke_is_refused_by_its_number(bad: Stroke) -> None:
    with pytest.raises(DigitpadError, match="Stroke 2 is not a list of points"):
        ink_to_image([SEVEN[0], bad])


def test_the_strokes_given_stay_as_they_were() -> None:
    strokes = [points.copy() for points in SEVEN]
    ink_to_image(strokes)
    for before, after in zip(SEVEN, strokes, strict=True):
        np.testing.assert_array_equal(before, after)


def test_a_saved_drawing_gives_the_very_same_picture(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    drawn = (rng.uniform(0, 700, (30, 3)).astype(np.float32), rng.uniform(0, 500, (4, 2)).astype(np.float32))
    drawn[0][:, 2] /= 700
    write_ink(tmp_path / "mine.jsonl", [Drawing(drawn, 700, 500)])
    (back,) = read_ink(tmp_path / "mine.jsonl")
    np.testing.assert_array_equal(ink_to_image(back.strokes, canvas=back.long_side), ink_to_image(drawn))


def test_a_picture_kept_as_bytes_is_the_same_picture() -> None:
    image = ink_to_image(HOOK)
    kept = np.rint(image * 255).astype(np.uint8)
    np.testing.assert_array_equal(kept / np.float32(255), image)


def test_several_drawings_have_the_pictures_that_each_has_alone() -> None:
    with_pressure = [stroke((0, 0, 0.2), (40, 80, 0.9), (10, 120, 0.4)), stroke((60, 0), (60, 90))]
    drawings = [*((ink, 400.0) for ink in (*ALL.values(), with_pressure)), ([], 400.0), (SEVEN, 9000.0)] * 4
    alone = [ink_to_image(ink, canvas=canvas, size=40, pen=0.8) for ink, canvas in drawings]
    np.testing.assert_array_equal(inks_to_images(drawings, size=40, pen=0.8), alone)
    assert inks_to_images([]).shape == (0, 28, 28)
