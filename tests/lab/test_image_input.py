"""Images become inputs: pixels as they are, and pictures as 28 x 28 in grey."""

from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from digitpad.errors import DigitpadError
from digitpad.lab.image_input import matrix_of_picture, matrix_of_pixels


def test_pixels_are_channels() -> None:
    pixels = np.array([[0, 1 / 3], [0.5, 1]], np.float32)
    np.testing.assert_array_equal(matrix_of_pixels(pixels), [[[0, 0.3333], [0.5, 1]]])
    assert matrix_of_pixels(np.zeros((3, 4, 5), np.float32)).shape == (3, 4, 5)


def test_a_picture_is_grey_and_square(tmp_path: Path) -> None:
    path = tmp_path / "half.png"
    image = np.zeros((56, 112), np.uint8)
    image[:, 56:] = 255
    PIL.Image.fromarray(image).save(path)
    matrix = matrix_of_picture(path)
    assert matrix.shape == (1, 28, 28)
    np.testing.assert_array_equal(matrix[0, 14, [0, 27]], [0, 1])


def test_what_is_no_picture_is_answered(tmp_path: Path) -> None:
    path = tmp_path / "text.png"
    path.write_text("no picture")
    with pytest.raises(DigitpadError):
        matrix_of_picture(path)
