"""Photographs are resized as they are, whole or cropped, and told from drawings on paper."""

from pathlib import Path

import numpy as np
import PIL.Image
import PIL.ImageDraw
import pytest

from digitpad.data.picture_fit import CROP, DEFAULT_FIT, STRETCH
from digitpad.data.pictures import are_photographs, drawn_on_white, read_colours, read_picture
from digitpad.errors import DigitpadError
from tests.pictures import photograph, photograph_folder


def striped() -> PIL.Image.Image:
    """Return a picture of 90 x 30 pixels: a red, a green and a blue square side by side."""
    picture = PIL.Image.new("RGB", (90, 30), (255, 0, 0))
    picture.paste((0, 255, 0), (30, 0, 60, 30))
    picture.paste((0, 0, 255), (60, 0, 90, 30))
    return picture


def test_the_centre_is_cropped_and_resized() -> None:
    pixels = read_picture(striped(), (3, 12, 12), CROP)
    assert pixels.shape == (3, 12, 12)
    assert pixels.dtype == np.uint8
    assert (pixels.transpose(1, 2, 0) == (0, 255, 0)).all(axis=2).mean() > 0.8
    wide = read_picture(striped(), (3, 10, 30), CROP)
    assert wide[:, 5, 2].tolist() == [255, 0, 0]
    assert wide[:, 5, 27].tolist() == [0, 0, 255]


def test_the_whole_picture_is_resized() -> None:
    pixels = read_picture(striped(), (3, 12, 12), STRETCH)
    assert pixels.shape == (3, 12, 12)
    # One third of the width is left to each colour, the full height to all.
    assert pixels[:, [0, 6, 11], 1].T.tolist() == [[255, 0, 0]] * 3
    assert pixels[:, [0, 6, 11], 6].T.tolist() == [[0, 255, 0]] * 3
    assert pixels[:, [0, 6, 11], 10].T.tolist() == [[0, 0, 255]] * 3
    high = read_picture(striped().rotate(-90, expand=True), (3, 12, 12), STRETCH)
    assert high[:, 1, 6].tolist() == [255, 0, 0]
    assert high[:, 10, 6].tolist() == [0, 0, 255]


def test_the_whole_picture_is_resized_as_by_pillow() -> None:
    picture = photograph(np.random.default_rng(0), 1, (130, 70))
    expected = np.asarray(picture.resize((24, 20), PIL.Image.Resampling.BILINEAR)).transpose(2, 0, 1)
    np.testing.assert_array_equal(read_picture(picture, (3, 20, 24), STRETCH), expected)


@pytest.mark.parametrize("size", [(2400, 1600), (3000, 400), (400, 3000)])
def test_a_large_jpeg_is_resized_whole(tmp_path: Path, size: tuple[int, int]) -> None:
    photograph(np.random.default_rng(0), 1, size).save(tmp_path / "large.jpg", quality=95)
    whole = PIL.Image.open(tmp_path / "large.jpg").resize((100, 100), PIL.Image.Resampling.BOX)
    small = read_picture(tmp_path / "large.jpg", (3, 100, 100), STRETCH)
    assert np.abs(small.transpose(1, 2, 0).astype(int) - np.asarray(whole)).mean() <= 4


def test_of_equal_proportions_both_fits_are_the_same() -> None:
    picture = photograph(np.random.default_rng(0), 1, (96, 80))
    cropped, stretched = (read_picture(picture, (3, 20, 24), fit) for fit in (CROP, STRETCH))
    np.testing.assert_array_equal(cropped, stretched)
    assert DEFAULT_FIT == STRETCH


def test_one_channel_is_grey() -> None:
    grey = read_picture(striped(), (1, 30, 90), CROP)
    assert grey.shape == (1, 30, 90)
    assert grey[0, 15, [10, 45, 80]].tolist() == [76, 150, 29]


@pytest.mark.parametrize("mode", ["L", "P", "RGBA", "CMYK", "I;16", "1", "LA", "F"])
def test_pictures_of_every_mode_are_prepared(mode: str, tmp_path: Path) -> None:
    picture = PIL.Image.new("L", (50, 40), 255)
    picture.paste(0, (10, 10, 20, 20))
    if mode == "I;16":
        picture = PIL.Image.fromarray(np.asarray(picture).astype(np.uint16) * 257)
    path = tmp_path / ("picture.tif" if mode in {"CMYK", "I;16", "F"} else "picture.png")
    (picture if mode == "I;16" else picture.convert(mode)).save(path)
    pixels = read_picture(path, (3, 40, 50)).astype(int)
    assert pixels[:, 15, 15].max() < pixels[:, 35, 45].min()


def test_the_orientation_of_a_camera_is_applied(tmp_path: Path) -> None:
    exif = PIL.Image.Exif()
    exif[0x0112] = 6
    striped().save(tmp_path / "turned.jpg", exif=exif, quality=95, subsampling=0)
    upright = read_picture(tmp_path / "turned.jpg", (3, 90, 30), CROP).astype(int)
    assert upright[:, 10, 15].argmax() == 0
    assert upright[:, 80, 15].argmax() == 2


def test_a_large_jpeg_is_decoded_small_but_large_enough(tmp_path: Path) -> None:
    photograph(np.random.default_rng(0), 1, (2400, 1600)).save(tmp_path / "large.jpg", quality=95)
    small, exact = (
        read_picture(tmp_path / "large.jpg", (3, 100, 150), CROP),
        np.asarray(PIL.Image.open(tmp_path / "large.jpg").resize((150, 100), PIL.Image.Resampling.BOX)),
    )
    assert np.abs(small.transpose(1, 2, 0).astype(int) - exact).max() <= 8


def test_only_grey_and_colour_can_be_prepared() -> None:
    with pytest.raises(DigitpadError, match="images of 4 channels, and pictures have 1"):
        read_picture(striped(), (4, 12, 12))


def test_colours_are_those_of_the_file(tmp_path: Path) -> None:
    striped().save(tmp_path / "striped.png")
    assert np.array_equal(read_colours(tmp_path / "striped.png"), np.asarray(striped()))


def test_photographs_are_told_from_coloured_ink_on_paper(tmp_path: Path) -> None:
    photographs = sorted(photograph_folder(tmp_path / "photographs", ("a", "b"), 5).rglob("*.jpg"))
    drawings = []
    for number, paper in enumerate([(255, 255, 255), (224, 205, 160), (120, 110, 80), (20, 20, 25)]):
        page = PIL.Image.new("RGB", (80, 80), paper)
        PIL.ImageDraw.Draw(page).line([(15, 10), (60, 20), (30, 70)], fill=(30, 60, 200), width=5)
        drawings.append(tmp_path / f"{number}.png")
        page.save(drawings[-1])
    assert are_photographs(photographs)
    assert not are_photographs(drawings)
    assert not are_photographs([tmp_path / "missing.png"])


def test_ink_is_drawn_black_on_white() -> None:
    strokes = [np.array(points, np.float32) for points in ([[100, 200], [300, 200]], [[50, 50]])]
    page = drawn_on_white(strokes, canvas=400)
    assert page.shape == (512, 512)
    assert page[256, 256] == page[64, 64] == 0
    assert page[:200, 200:].min() == 255
    assert drawn_on_white([], canvas=400).min() == 255
