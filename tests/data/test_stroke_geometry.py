"""Lengths, cuts, arcs and loops of strokes are those of geometry."""

import math

import numpy as np
import pytest

from digitpad.data.stroke_geometry import (
    arc_from,
    boxed,
    bridge,
    corner_of,
    direction_at_end,
    direction_at_start,
    fractions,
    lengths,
    nearest,
    part,
    point_at,
    rotated,
    with_loop,
)

#: An L: down 3, then right 4.
ANGLE = np.array([[0.0, 0.0], [0.0, 1.0], [0.0, 3.0], [2.0, 3.0], [4.0, 3.0]])


def test_lengths_and_parts_are_measured_along_the_stroke() -> None:
    assert lengths(ANGLE).tolist() == [0, 1, 3, 5, 7]
    assert fractions(ANGLE)[-1] == 1
    np.testing.assert_allclose(point_at(ANGLE, 2 / 7), [0, 2])
    np.testing.assert_allclose(part(ANGLE, 2 / 7, 4 / 7), [[0, 2], [0, 3], [1, 3]])
    dot = np.array([[2.0, 2.0], [2.0, 2.0]])
    assert fractions(dot).tolist() == [0, 0]


def test_directions_and_the_corner_of_an_l() -> None:
    assert direction_at_start(ANGLE) == pytest.approx(math.pi / 2)
    assert direction_at_end(ANGLE) == pytest.approx(0)
    assert corner_of(ANGLE) == 2
    assert nearest(ANGLE, np.array([2.2, 2.5])) == 3


def test_an_arc_has_its_length_and_its_turn() -> None:
    arc = np.concatenate([[[0.0, 0.0]], arc_from(np.zeros(2), 0.0, 2.0, math.pi)])
    assert lengths(arc)[-1] == pytest.approx(2.0)
    # Half a circle of circumference 4, downwards: a diameter of 4 / pi.
    np.testing.assert_allclose(arc[-1], [0, 4 / math.pi], atol=0.01)


def test_a_bridge_leads_smoothly_from_one_stroke_to_the_next() -> None:
    first, second = np.array([[0.0, 0.0], [1.0, 0.0]]), np.array([[2.0, 1.0], [2.0, 2.0]])
    whole = np.concatenate([first, bridge(first, second, 0.5), second])
    headings = np.unwrap(np.arctan2(*np.diff(whole, axis=0).T[::-1]))
    assert np.abs(np.diff(headings)).max() < 0.6
    assert headings[0] == pytest.approx(0)
    assert headings[-1] == pytest.approx(math.pi / 2)


def test_a_loop_turns_the_other_way_round_and_keeps_what_comes_before_and_after() -> None:
    looped = with_loop(ANGLE, 2, 0.2)
    headings = np.unwrap(np.arctan2(*np.diff(looped, axis=0).T[::-1]))
    # The corner turns left by 90 degrees; the loop turns right by 270.
    assert headings[-1] - headings[0] == pytest.approx(1.5 * math.pi, abs=0.2)
    np.testing.assert_array_equal(looped[:2], ANGLE[:2])
    np.testing.assert_array_equal(looped[-2:], ANGLE[-2:])
    assert np.abs(looped - ANGLE[2]).max(axis=1)[2:-2].max() < 1.0


def test_boxed_ink_is_one_long_and_centred() -> None:
    strokes = boxed([np.array([[100, 50, 0.3], [300, 50, 0.9]], np.float32), np.array([[200, 90, 0.5]], np.float32)])
    points = np.concatenate(strokes)
    assert points.shape == (3, 2)
    np.testing.assert_allclose(np.ptp(points, axis=0), [1, 0.2])
    np.testing.assert_allclose(points.min(axis=0) + points.max(axis=0), 0, atol=1e-9)
    assert np.isfinite(boxed([np.array([[5.0, 5.0]])])[0]).all()


def test_rotation_is_clockwise_on_the_page() -> None:
    np.testing.assert_allclose(rotated(np.array([[1.0, 0.0]]), np.zeros(2), math.pi / 2), [[0, 1]], atol=1e-12)
