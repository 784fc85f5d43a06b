"""A scan of 8x8 pixels that was enlarged is read like the digit itself."""

import numpy as np
import PIL.Image
import pytest
from numpy.typing import NDArray

from digitpad.data.images import image_to_digit, read_image
from digitpad.data.photograph import is_enlarged, is_evenly_lit


def scan(factor: int) -> NDArray[np.float64]:
    """Return the brightness of a 7 that fills its 8x8 pixels, enlarged."""
    large = np.full((160, 160), 255, np.uint8)
    large[:20, 10:] = large[:, 90:115] = 20
    small = PIL.Image.fromarray(large).resize((8, 8), PIL.Image.Resampling.BOX)
    enlarged = small.resize((8 * factor, 8 * factor), PIL.Image.Resampling.BICUBIC)
    return np.asarray(enlarged, np.float64) / 255


@pytest.mark.parametrize("factor", [4, 16])
def test_an_enlarged_scan_is_recognized_and_evenly_lit(factor: int) -> None:
    assert is_enlarged(scan(factor))
    assert is_evenly_lit(scan(factor))


def test_sharp_lines_and_small_pictures_are_not_enlarged() -> None:
    sharp = np.ones((128, 128))
    sharp[20:100, 60:70] = 0
    assert not is_enlarged(sharp)
    # At its own size, neighbouring pixels of the same scan differ by most of its contrast.
    assert not is_enlarged(scan(1))
    # Many soft lines in a large picture, as in a photograph that is out of focus.
    soft = np.tile(0.5 + 0.5 * np.sin(np.arange(600) / 4), (400, 1))
    assert not is_enlarged(soft)
    # Light that falls from one side.
    assert not is_enlarged(np.tile(np.linspace(0.2, 0.8, 200), (150, 1)))


@pytest.mark.parametrize("factor", [4, 16])
def test_blurred_edges_do_not_make_a_digit_small(factor: int) -> None:
    ink = read_image(PIL.Image.fromarray(np.rint(scan(factor) * 255).astype(np.uint8)))
    digit = image_to_digit(ink)
    # The lines themselves fill the box of 20 pixels; their soft edges are cut off.
    assert max(np.ptp(np.flatnonzero((digit > 0.4).any(axis=axis))) + 1 for axis in (0, 1)) >= 19
    assert digit.max() > 0.9
