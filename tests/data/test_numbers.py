"""Numbers made of ink: how close their digits are, and that the digit of every point is known."""

import numpy as np
import pytest

from digitpad.data.pen import pen_drawings
from digitpad.data.synthetic.numbers import InkNumber, Spacing, by_writer, ink_number


def _made(spacing: Spacing, count: int = 12) -> list[InkNumber]:
    writer = by_writer(pen_drawings())[7]
    rng = np.random.default_rng(3)
    chosen = [[writer[index] for index in rng.integers(0, len(writer), 4)] for _ in range(count)]
    return [ink_number(digits, spacing, np.random.default_rng(number)) for number, digits in enumerate(chosen)]


def _gaps(made: InkNumber) -> list[float]:
    """Return the gaps between the boxes of neighbours, in heights of the tallest digit."""
    points, owners = np.concatenate(made.strokes), np.concatenate(made.owners)
    digits = [points[owners == place] for place in range(len(made.text))]
    height = max(float(np.ptp(digit[:, 1])) for digit in digits)
    return [
        float(digits[place + 1][:, 0].min() - digits[place][:, 0].max()) / height for place in range(len(digits) - 1)
    ]


def test_digits_come_closer_from_spacing_to_spacing() -> None:
    apart, touching, overlapping = (
        np.mean([_gaps(made) for made in _made(spacing)]) for spacing in ("apart", "touching", "overlapping")
    )
    assert apart > 0.05
    assert touching < apart - 0.1
    assert overlapping < touching - 0.05


@pytest.mark.parametrize("spacing", ["apart", "touching", "overlapping", "joined"])
def test_every_point_has_the_digit_that_it_belongs_to(spacing: Spacing) -> None:
    for made in _made(spacing):
        assert [len(own) for own in made.owners] == [len(stroke) for stroke in made.strokes]
        assert set(np.concatenate(made.owners).tolist()) == set(range(len(made.text)))
        # Only joined digits share a stroke.
        shared = any(len(set(own.tolist())) > 1 for own in made.owners)
        assert not shared or spacing == "joined"


def test_the_lines_of_a_bold_pen_touch_where_they_are_further_apart() -> None:
    writer = by_writer(pen_drawings())[7]
    thin, bold = (
        [_gaps(ink_number(writer[at : at + 4], "touching", np.random.default_rng(at), pen=pen)) for at in range(12)]
        for pen in (0.03, 0.15)
    )
    assert 0.05 < np.mean(bold) - np.mean(thin) < 0.2
