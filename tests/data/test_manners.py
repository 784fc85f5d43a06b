"""Manners change what is particular to them, suit their digits, and are reproducible."""

import math
from collections.abc import Callable

import numpy as np
import pytest

from digitpad.data.ink import Drawing
from digitpad.data.pen import pen_drawings
from digitpad.data.stroke_geometry import boxed, direction_at_end, lengths, part
from digitpad.data.synthetic.manners import (
    MANNERS,
    MannerMaker,
    Strokes,
    barred_seven,
    footed_nine,
    footed_one,
    joined_seven,
    lightning_four,
    open_four,
    open_nine,
    round_nine,
    slashed_zero,
    small_six,
    smooth_three,
)


@pytest.fixture(scope="module")
def drawings() -> list[Drawing]:
    return list(pen_drawings()[:1500])


@pytest.fixture(scope="module")
def maker(drawings: list[Drawing]) -> MannerMaker:
    return MannerMaker(drawings)


def ink_of(drawings: list[Drawing], digit: int, strokes: int) -> list[Strokes]:
    chosen = [one for one in drawings if one.label == digit and len(one.strokes) == strokes]
    assert len(chosen) > 10
    return [boxed(one.strokes) for one in chosen]


def made(
    manner: Callable[[Strokes, np.random.Generator], Strokes | None], sources: list[Strokes]
) -> list[tuple[Strokes, Strokes]]:
    """Return the sources that suit a manner, and what became of them."""
    pairs = [(source, manner(source, np.random.default_rng(number))) for number, source in enumerate(sources)]
    suited = [(source, changed) for source, changed in pairs if changed is not None]
    assert len(suited) >= 3
    return suited


@pytest.mark.parametrize("name", MANNERS)
def test_every_manner_is_made_and_stays_in_bounds(name: str, maker: MannerMaker) -> None:
    rng = np.random.default_rng(5)
    for _ in range(25):
        strokes, digit, which = maker.make(rng, name)
        assert which == name
        assert digit == MANNERS[name].digit
        points = np.concatenate(strokes)
        assert np.isfinite(points).all()
        assert np.abs(points).max() < 1.3
        assert all(len(stroke) > 1 and lengths(stroke)[-1] > 0.05 for stroke in strokes)


def test_the_generator_alone_decides_and_all_manners_occur(maker: MannerMaker) -> None:
    first, again = ([maker.make(np.random.default_rng(seed)) for seed in range(150)] for _ in range(2))
    for (one, digit, name), (other, same_digit, same_name) in zip(first, again, strict=True):
        assert (digit, name) == (same_digit, same_name)
        for stroke, same in zip(one, other, strict=True):
            np.testing.assert_array_equal(stroke, same)
    assert {name for _, _, name in first} == set(MANNERS)


def test_sources_are_not_changed(drawings: list[Drawing]) -> None:
    for name, kind in MANNERS.items():
        for source in (boxed(one.strokes) for one in drawings[:200] if one.label == kind.digit):
            before = [stroke.copy() for stroke in source]
            kind.manner(source, np.random.default_rng(1))
            assert all((one == other).all() for one, other in zip(before, source, strict=True)), name


def test_a_lightning_four_is_one_stroke_without_the_upper_stem(drawings: list[Drawing]) -> None:
    for (_angle, stem), (bolt,) in made(lightning_four, ink_of(drawings, 4, 2)):
        assert bolt[-1, 1] > bolt[0, 1] + 0.3
        # Its last part is the lower stem, somewhere to the right of the corner.
        foot = stem if stem[-1, 1] > stem[0, 1] else stem[::-1]
        last, wanted = (np.diff(path, axis=0)[-1] for path in (bolt, part(foot, 0, 1)))
        np.testing.assert_allclose(math.atan2(last[1], last[0]), math.atan2(wanted[1], wanted[0]), atol=1e-6)


def test_an_open_four_begins_farther_to_the_left(drawings: list[Drawing]) -> None:
    for (angle, stem), (opened, same) in made(open_four, ink_of(drawings, 4, 2)):
        assert opened[0, 0] < angle[0, 0]
        assert same is stem or (same == stem[::-1]).all()


def test_sevens_get_one_bar_of_their_own_or_within_the_stroke(drawings: list[Drawing]) -> None:
    plain = ink_of(drawings, 7, 1)
    for (seven,), (same, bar) in made(barred_seven, plain):
        assert same is seven
        assert 0.2 < lengths(bar)[-1] < 0.7
        assert abs(bar[-1, 1] - bar[0, 1]) < abs(bar[-1, 0] - bar[0, 0])
    for _source, (joined,) in made(joined_seven, [*plain, *ink_of(drawings, 7, 2)]):
        # The pen goes up from the foot of the stem, and ends above it, farther to the right than it began the bar.
        lowest = int(joined[:, 1].argmax())
        assert joined[lowest:, 1].min() < joined[lowest, 1] - 0.1
        assert joined[-1, 0] > joined[lowest:-1, 0].min()


def test_a_slash_goes_from_the_upper_right_to_the_lower_left(drawings: list[Drawing]) -> None:
    for _source, changed in made(slashed_zero, ink_of(drawings, 0, 1)):
        slash = changed[1] if len(changed) == 2 else changed[0][-7:]
        rise = slash[-1] - slash[0]
        assert rise[0] * rise[1] < 0


def test_a_base_lies_under_a_one(drawings: list[Drawing]) -> None:
    for _source, changed in made(footed_one, ink_of(drawings, 1, 1)):
        if len(changed) == 2:
            assert abs(changed[1][:, 1].mean() - changed[0][:, 1].max()) < 0.15


def test_a_six_has_a_smaller_loop_and_a_three_less_waist(drawings: list[Drawing]) -> None:
    for (six,), (small,) in made(small_six, ink_of(drawings, 6, 1)):
        assert lengths(small)[-1] < lengths(six)[-1]
        np.testing.assert_array_equal(small[:3], six[:3])
    for (three,), (smooth,) in made(smooth_three, ink_of(drawings, 3, 1)):
        assert (smooth[:, 0] >= three[:, 0]).all()
        assert (smooth[:, 0] - three[:, 0]).max() > 0.03


def test_nines_open_stand_on_a_foot_or_end_in_a_round_tail(drawings: list[Drawing]) -> None:
    nines = ink_of(drawings, 9, 1)
    for (nine,), (opened,) in made(open_nine, nines):
        assert 0.8 < lengths(opened)[-1] / lengths(nine)[-1] < 0.97
        np.testing.assert_array_equal(opened[-1], nine[-1])
    for (nine,), changed in made(footed_nine, nines):
        # A foot without lifting the pen turns to the right of the page, which is to the left for the pen.
        assert len(changed) == 2 or direction_at_end(changed[0]) < direction_at_end(nine)
    for _source, (tailed,) in made(round_nine, nines):
        # Downwards, and then round to the left.
        assert math.cos(direction_at_end(tailed)) < 0.6


def test_a_maker_needs_every_digit_that_has_manners(drawings: list[Drawing]) -> None:
    with pytest.raises(ValueError, match="lack digits with manners: 4"):
        MannerMaker([one for one in drawings if one.label != 4])
    only_one_stroke = MannerMaker([one for one in drawings if one.label != 4 or len(one.strokes) == 1])
    with pytest.raises(ValueError, match="suits the manner 'lightning four'"):
        only_one_stroke.make(np.random.default_rng(0), "lightning four")
