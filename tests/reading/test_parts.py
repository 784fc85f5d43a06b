"""Pictures and strokes in pieces: whole where they are apart, cut where digits touch."""

import numpy as np
import pytest

from digitpad.data.images import image_to_digit
from digitpad.data.mnist import load_mnist
from digitpad.data.rasterize import ink_to_image
from digitpad.models.model_file import load_model
from digitpad.reading.numbers import NumberReader
from digitpad.reading.parts import PicturePieces
from digitpad.reading.recognizer import Recognizer
from digitpad.reading.strokes import InkPieces
from tests.reading.written import written


def of_mnist(indices: list[int], gap: int) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    """Put test digits side by side, `gap` pixels between their boxes."""
    images = load_mnist("test").images[:, 0]
    crops = []
    for index in indices:
        columns = np.flatnonzero((images[index] > 60).any(axis=0))
        crops.append(images[index][:, columns[0] : columns[-1] + 1] / np.float32(255))
    width = sum(crop.shape[1] for crop in crops) + gap * (len(crops) - 1) + 8
    field = np.zeros((28, width), np.float32)
    left = 4
    for crop in crops:
        area = field[:, left : left + crop.shape[1]]
        np.maximum(area, crop, out=area)
        left += crop.shape[1] + gap
    return field


def test_parts_that_are_apart_are_shown_to_the_network_as_they_are() -> None:
    field = of_mnist([0, 2, 4], gap=6)
    pieces = PicturePieces(field)
    assert len(pieces.layout) == 3
    for place in range(3):
        left, _, right, _ = (int(side) for side in pieces.layout.box((place, place + 1)))
        alone = np.zeros_like(field)
        alone[:, left - 2 : right + 2] = field[:, left - 2 : right + 2]
        assert np.abs(pieces.pictures([(place, place + 1)])[0] - image_to_digit(alone)).mean() < 0.05


def test_what_is_cut_is_whole_again_when_joined() -> None:
    field = of_mnist([0, 3, 5], gap=-3)
    pieces = PicturePieces(field)
    assert len(pieces.layout) > 1
    assert not np.isnan(pieces.layout.cuts).all()
    everything = pieces.pictures([(0, len(pieces.layout))])[0]
    assert np.abs(everything - image_to_digit(field)).mean() < 0.02


@pytest.mark.parametrize(("gap", "least"), [(5, 4), (-1, 2)])
def test_numbers_in_pictures_are_read(gap: int, least: int) -> None:
    reader = NumberReader(Recognizer(load_model("standard")))
    labels = load_mnist("test").labels
    right = 0
    groups = [[0, 1, 2], [3, 4, 5], [10, 11], [13, 14, 16, 17], [20, 21, 23]]
    for indices in groups:
        text = reader.read_picture(of_mnist(indices, gap)).text
        right += text == "".join(str(labels[index]) for index in indices)
    assert right >= least


def test_a_blank_picture_and_specks_are_no_number() -> None:
    reader = NumberReader(Recognizer(load_model("light")))
    blank = reader.read_picture(np.zeros((40, 60), np.float32))
    assert (blank.is_number, blank.rejected) == (False, True)
    field = np.zeros((60, 90), np.float32)
    field[10:50, 40:45] = 1
    field[5, 5] = field[50, 80] = 1
    assert not reader.read_picture(field).is_number


def test_a_stroke_through_two_digits_may_be_cut_between_them() -> None:
    two, six = written("26", gap=30)
    joined = np.concatenate([two, six])
    pieces = InkPieces([joined], canvas=400)
    assert len(pieces.layout) > 1
    cut = pieces.layout.boxes[:-1, 2].tolist()
    between = (float(two[:, 0].max()) - 5, float(six[:, 0].min()) + 5)
    assert any(between[0] <= edge <= between[1] for edge in cut)
    whole = pieces.pictures([(0, len(pieces.layout))])[0]
    np.testing.assert_array_equal(whole, ink_to_image([joined]))


def test_strokes_of_one_digit_are_not_cut() -> None:
    for digit in "0123456789":
        strokes = written(digit)
        assert len(InkPieces(strokes, canvas=400).layout) == len(strokes)


def test_a_narrow_part_of_a_number_is_cut_unless_it_surely_is_a_digit() -> None:
    field = of_mnist([0, 2, 4], gap=6)
    whole = PicturePieces(field, lambda crops: [True] * len(crops))
    cut = PicturePieces(field, lambda crops: [False] * len(crops))
    assert len(whole.layout) == 3
    assert len(cut.layout) > 3
    np.testing.assert_array_equal(whole.pictures([(0, 3)]), cut.pictures([(0, len(cut.layout))]))


def test_a_narrow_part_alone_is_not_cut() -> None:
    narrow = next(index for index in range(100) if load_mnist("test").labels[index] == 4)
    field = of_mnist([narrow], gap=0)
    assert len(PicturePieces(field, lambda crops: [False] * len(crops)).layout) == 1


def test_pieces_have_the_same_pictures_whether_or_not_their_keys_were_asked_for() -> None:
    field = of_mnist([0, 3, 5], gap=-3)
    runs = [(0, 1), (0, 2), (1, 3)]
    pieces = PicturePieces(field)
    expected = pieces.pictures(runs)
    keys = [pieces.key(run) for run in runs]
    assert len(set(keys)) == len(keys)
    np.testing.assert_array_equal(pieces.pictures(runs), expected)
    np.testing.assert_array_equal(pieces.pictures(runs), expected)
