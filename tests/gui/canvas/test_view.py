"""How the sheet lies on the widget."""

import numpy as np
import PIL.Image
import pytest

from digitpad.data.picture_fit import CROP, STRETCH
from digitpad.data.pictures import prepare_picture
from digitpad.gui.canvas.view import View, fit, seen_part


def test_ink_that_fits_is_shown_as_it_is() -> None:
    assert fit(700, 600, (10, 10, 699, 599), None) == View(1, 0, 0)
    assert fit(700, 600, None, None) == View(1, 0, 0)


def test_a_window_grown_too_small_shrinks_the_ink_evenly() -> None:
    assert fit(350, 600, (10, 10, 700, 500), None) == View(0.5, 0, 0)


@pytest.mark.parametrize("sheet", [(500, 500), (28, 28), (3000, 200)])
def test_an_opened_sheet_is_centred_and_fills_one_direction(sheet: tuple[float, float]) -> None:
    view = fit(720, 640, (1, 1, sheet[0] - 1, sheet[1] - 1), sheet)
    left, top = view.to_widget(0, 0)
    right, bottom = view.to_widget(*sheet)
    assert left == pytest.approx(720 - right)
    assert top == pytest.approx(640 - bottom)
    assert min(left, top) == pytest.approx(0)


def test_ink_beyond_its_sheet_stays_in_view() -> None:
    view = fit(500, 500, (-100, 0, 600, 500), (500, 500))
    assert view.to_widget(-100, 0)[0] >= 0
    assert view.to_widget(600, 0)[0] <= 500 + 1e-9


def test_there_and_back_is_the_same_place() -> None:
    view = View(0.7, 12, -5)
    assert view.to_canvas(*view.to_widget(123, 45)) == pytest.approx((123, 45))


@pytest.mark.parametrize("size", [(300, 200), (200, 300), (240, 240), (480, 400)])
def test_the_marked_part_is_what_a_network_for_pictures_gets(size: tuple[int, int]) -> None:
    width, height = size
    left, top, right, bottom = seen_part((float(width), float(height)), (1, 20, 24), CROP)
    assert (right - left) / (bottom - top) == pytest.approx(24 / 20)
    # Only the marked part is white: so is all that the network gets, up to its edges.
    page = np.zeros((height, width), np.uint8)
    page[round(top) : round(bottom), round(left) : round(right)] = 255
    seen = prepare_picture(PIL.Image.fromarray(page), (1, 20, 24), CROP)[0]
    assert seen[1:-1, 1:-1].min() == 255
    assert seen.mean() > 250
    # A frame beyond it does not reach the network.
    inside = PIL.Image.fromarray(255 - page)
    assert prepare_picture(inside, (1, 20, 24), CROP)[0, 1:-1, 1:-1].max() == 0


@pytest.mark.parametrize("size", [(300, 200), (200, 300), (240, 240)])
def test_all_of_a_stretched_picture_is_what_the_network_gets(size: tuple[int, int]) -> None:
    width, height = size
    assert seen_part((float(width), float(height)), (1, 20, 24), STRETCH) == (0, 0, width, height)
    # A dark edge of the picture is a dark edge of what the network gets.
    page = np.full((height, width), 255, np.uint8)
    page[:, : width // 12] = page[-(height // 10) :] = 0
    seen = prepare_picture(PIL.Image.fromarray(page), (1, 20, 24), STRETCH)[0]
    assert seen[:, 0].max() < 40
    assert seen[-1].max() < 40
    assert seen[1:-4, 4:].min() == 255
