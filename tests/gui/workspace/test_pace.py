"""Which pages may be read immediately, and which must be read in the background."""

import numpy as np

from digitpad.gui.canvas.sketch import InkStroke, Page, Picture
from digitpad.gui.workspace.pace import FRAME, Pace


def _page(strokes: int) -> Page:
    return Page(tuple(InkStroke(np.zeros((2, 2), np.float32), 1.0) for _ in range(strokes)))


def test_nothing_is_short_before_the_first_reading_and_after_forgetting() -> None:
    pace = Pace()
    assert not pace.is_short(_page(1))
    pace.note(_page(1), FRAME / 10)
    assert pace.is_short(_page(1))
    pace.forget()
    assert not pace.is_short(_page(1))


def test_before_the_first_reading_the_operations_of_the_network_decide() -> None:
    pace = Pace()
    pace.forget(5_000_000)
    assert pace.is_short(_page(3))
    assert not pace.is_short(_page(4))
    for slow in (True, True, False):
        pace.note(_page(1), 2 * FRAME)
        assert pace.is_short(_page(1)) == slow
    pace.forget(100_000_000)
    assert not pace.is_short(_page(1))


def test_the_cost_grows_with_the_strokes() -> None:
    pace = Pace()
    pace.note(_page(2), FRAME / 5)
    assert pace.is_short(_page(10))
    assert not pace.is_short(_page(11))


def test_one_reading_that_was_held_up_changes_nothing_and_three_do() -> None:
    pace = Pace()
    for _ in range(3):
        pace.note(_page(1), FRAME / 2)
    for held_up in (False, False, True):
        pace.note(_page(1), 10 * FRAME)
        assert pace.is_short(_page(1)) != held_up


def test_a_picture_is_never_short_unless_it_is_prepared() -> None:
    pace = Pace()
    pace.note(_page(1), FRAME / 10)
    pixels = np.zeros((28, 28), np.float32)
    assert pace.is_short(Page(picture=Picture(pixels, "image 5", prepared=True)))
    assert not pace.is_short(Page(picture=Picture(pixels, "photograph.png")))
    pace.note(Page(picture=Picture(pixels, "photograph.png")), 100.0)
    assert pace.is_short(_page(1))


def test_during_a_training_a_reading_must_be_shorter() -> None:
    pace = Pace()
    pace.note(_page(1), FRAME / 2)
    assert pace.is_short(_page(1))
    pace.in_training = True
    assert not pace.is_short(_page(1))
    pace.note(_page(1), FRAME / 5)
    assert pace.is_short(_page(1))
