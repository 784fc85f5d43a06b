"""Pictures of every kind give the same ink; files that are not pictures are rejected in one sentence."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import PIL.Image
import PIL.ImageDraw
import PIL.ImageOps
import pytest
from picture_conditions import CONDITIONS, coverage, photograph

from digitpad.data.images import image_to_digit, read_image
from digitpad.data.mnist import load_mnist
from digitpad.data.ruled import without_lines
from digitpad.errors import DigitpadError
from digitpad.models.model_file import load_model
from digitpad.reading.recognizer import Recognizer
from tests.pictures import png_claiming


def seven(width: int = 14, size: tuple[int, int] = (200, 240)) -> PIL.Image.Image:
    """Return a black 7 on white paper."""
    picture = PIL.Image.new("L", size, 255)
    points = [(60, 60), (140, 60), (90, 190)]
    PIL.ImageDraw.Draw(picture).line(points, fill=0, width=width, joint="curve")
    return picture


def transparent(picture: PIL.Image.Image, colour: tuple[int, int, int]) -> PIL.Image.Image:
    result = PIL.Image.new("RGBA", picture.size, (*colour, 0))
    result.putalpha(PIL.Image.eval(picture, lambda value: 255 - value))
    return result


def palette_with_transparency(picture: PIL.Image.Image) -> PIL.Image.Image:
    result = picture.point(lambda value: 1 if value < 128 else 0).convert("P")
    result.putpalette([255, 0, 255, 0, 0, 0])
    result.info["transparency"] = 0
    return result


FORMS: dict[str, Callable[[PIL.Image.Image], PIL.Image.Image]] = {
    "grey": lambda p: p,
    "light on dark": lambda p: PIL.Image.eval(p, lambda value: 255 - value),
    "bilevel": lambda p: p.convert("1"),
    "colour": lambda p: p.convert("RGB"),
    "cmyk": lambda p: p.convert("CMYK"),
    "palette": lambda p: p.convert("RGB").convert("P", palette=PIL.Image.Palette.ADAPTIVE),
    "transparent, dark ink": lambda p: transparent(p, (0, 0, 0)),
    "transparent, light ink": lambda p: transparent(p, (255, 255, 255)),
    "palette with transparency": palette_with_transparency,
    "16 bit": lambda p: PIL.Image.fromarray(np.asarray(p).astype(np.uint16) * 257),
    "32 bit": lambda p: PIL.Image.fromarray(np.asarray(p).astype(np.int32) * 257),
    "floating point": lambda p: PIL.Image.fromarray(np.asarray(p).astype(np.float32) / 255),
    "faint": lambda p: PIL.Image.eval(p, lambda value: 200 if value > 128 else 120),
}


@pytest.mark.parametrize("form", list(FORMS))
def test_every_form_of_a_picture_gives_the_same_digit(form: str) -> None:
    expected = image_to_digit(read_image(seven()))
    digit = image_to_digit(read_image(FORMS[form](seven())))
    assert expected.max() == 1
    np.testing.assert_allclose(digit, expected, atol=0.2)
    assert np.abs(digit - expected).mean() < 0.005


@pytest.mark.parametrize("index", range(0, 200, 10))
def test_a_digit_of_mnist_comes_back_as_it_is(index: int) -> None:
    image = load_mnist("test").images[index, 0]
    ink = read_image(PIL.Image.fromarray(image))
    np.testing.assert_allclose(image_to_digit(ink), image / 255, atol=1e-6)


def test_a_digit_of_mnist_that_was_moved_is_put_back() -> None:
    image = load_mnist("test").images[0, 0]
    moved = np.zeros((60, 90), np.uint8)
    moved[25:53, 10:38] = image
    back = image_to_digit(read_image(PIL.Image.fromarray(moved)))
    box = np.argwhere(back > 0.1)
    assert max(np.ptp(box, axis=0) + 1) == 20
    assert np.abs(back - image / 255).mean() < 0.02


def test_the_long_side_is_20_pixels_and_the_mass_in_the_middle() -> None:
    digit = image_to_digit(read_image(seven()))
    box = np.argwhere(digit > 0)
    assert max(np.ptp(box, axis=0) + 1) == 20
    rows, columns = np.indices(digit.shape) + 0.5
    assert abs((digit * rows).sum() / digit.sum() - 14.5) <= 0.51
    assert abs((digit * columns).sum() / digit.sum() - 14.5) <= 0.51


@pytest.mark.parametrize("width", [1, 2, 4, 30])
def test_any_pen_width_leaves_strokes_as_bold_as_those_of_mnist(width: int) -> None:
    digit = image_to_digit(read_image(seven(width, (300, 300))))
    mnist = load_mnist("test").images[:500].astype(np.float64).mean(axis=(1, 2, 3)) / 255
    assert np.quantile(mnist, 0.01) < digit.mean() < np.quantile(mnist, 0.99)
    assert digit.max() > 0.9


@pytest.mark.parametrize("side", [24, 32, 60, 500])
def test_hairlines_are_widened_in_pictures_of_any_size(side: int) -> None:
    """A pen of one pixel leaves as much ink as a proper pen, also in pictures that are hardly reduced."""
    picture = PIL.Image.new("L", (side + 10, side + 10), 255)
    points = [(5, 5), (5 + side // 2, 5), (5 + side // 4, 5 + side)]
    PIL.ImageDraw.Draw(picture).line(points, fill=0, width=1)
    digit = image_to_digit(read_image(picture))
    bold = image_to_digit(read_image(seven(13)))
    assert 0.65 < digit.sum() / bold.sum() < 1.35
    assert digit.max() > 0.8


def test_thin_strokes_of_mnists_own_size_are_left_alone() -> None:
    ink = np.zeros((60, 60), np.float32)
    ink[10:30, 40] = 1
    digit = image_to_digit(ink)
    assert digit.sum() == 20
    assert (digit > 0).sum(axis=0).max() == 20


def test_the_exif_rotation_is_applied(tmp_path: Path) -> None:
    picture = seven().transpose(PIL.Image.Transpose.ROTATE_90)
    exif = PIL.Image.Exif()
    exif[0x0112] = 6  # stored a quarter turn anticlockwise
    picture.save(tmp_path / "turned.png", exif=exif)
    seven().save(tmp_path / "upright.png")
    turned, upright = (image_to_digit(read_image(tmp_path / f"{name}.png")) for name in ("turned", "upright"))
    np.testing.assert_array_equal(turned, upright)


@pytest.mark.parametrize("level", [0, 90, 255])
def test_nearly_uniform_paper_is_blank(level: int) -> None:
    noise = np.random.default_rng(0).integers(-6, 7, (80, 80))
    paper = np.clip(level + noise, 0, 255).astype(np.uint8)
    ink = read_image(PIL.Image.fromarray(paper))
    assert not ink.any()
    assert not image_to_digit(ink).any()


def test_a_photograph_larger_than_needed_is_reduced(tmp_path: Path) -> None:
    large = seven().resize((3000, 3600))
    large.save(tmp_path / "large.jpg", quality=90)
    ink = read_image(tmp_path / "large.jpg")
    assert max(ink.shape) <= 2 * 1024
    assert np.abs(image_to_digit(ink) - image_to_digit(read_image(seven()))).mean() < 0.02


@pytest.mark.parametrize("mode", ["1", "P", "I;16", "I", "F", "RGBA"])
def test_large_pictures_of_every_mode_are_reduced(mode: str) -> None:
    large = seven().resize((2400, 2880), PIL.Image.Resampling.NEAREST)
    deep = PIL.Image.fromarray(np.asarray(large).astype(np.uint16) * 257)
    picture = deep if mode == "I;16" else large.convert(mode)
    assert picture.mode == mode
    ink = read_image(picture)
    assert max(ink.shape) <= 2 * 1024
    assert np.abs(image_to_digit(ink) - image_to_digit(read_image(seven()))).mean() < 0.02


@pytest.mark.parametrize("inverted", [False, True])
def test_an_opaque_sheet_on_transparency_is_paper(inverted: bool) -> None:
    sheet = PIL.Image.new("RGBA", (240, 280))  # transparent, black underneath
    tone = PIL.Image.eval(seven(), lambda value: 255 - value) if inverted else seven()
    sheet.paste(tone.convert("RGBA"), (20, 20))
    np.testing.assert_allclose(image_to_digit(read_image(sheet)), image_to_digit(read_image(seven())), atol=0.01)


@pytest.mark.parametrize("colour", [(0, 0, 0), (255, 255, 255)])
def test_bold_ink_that_fills_most_of_a_transparent_picture_is_ink(colour: tuple[int, int, int]) -> None:
    picture = PIL.Image.new("RGBA", (100, 100))
    PIL.ImageDraw.Draw(picture).rectangle((5, 5, 94, 94), fill=(*colour, 255))
    ink = read_image(picture)
    assert (ink[5:95, 5:95] == 1).all()
    assert ink.sum() == 90 * 90


@pytest.mark.parametrize("shape", [(1, 1), (1, 400), (400, 1), (2, 3)])
def test_tiny_and_narrow_pictures_are_read(shape: tuple[int, int]) -> None:
    values = np.random.default_rng(0).integers(0, 255, shape).astype(np.uint8)
    digit = image_to_digit(read_image(PIL.Image.fromarray(values)))
    assert digit.shape == (28, 28)
    assert np.isfinite(digit).all()


@pytest.mark.parametrize("condition", [name for name in CONDITIONS if name.startswith("photo")])
def test_a_photographed_digit_is_read_as_what_was_written(condition: str) -> None:
    rng = np.random.default_rng(3)
    mnist = load_mnist("test")
    digits = [image_to_digit(read_image(CONDITIONS[condition](image, rng))) for image in mnist.images[20:28, 0]]
    readings = Recognizer(load_model("standard")).recognize_all(np.stack(digits))
    right = [int(one.label) == label for one, label in zip(readings, mnist.labels[20:28], strict=True)]
    assert sum(right) >= 7


@pytest.mark.parametrize("level", [0.3, 0.9])
@pytest.mark.parametrize("lines", [0, 1, 2])
def test_empty_paper_in_uneven_light_is_blank(level: float, lines: int) -> None:
    empty = np.zeros((240, 320), np.float32)
    for seed in range(3):
        picture = photograph(empty, np.random.default_rng(seed), lines=lines, shadow=level / 2)
        assert not read_image(picture).any()


def test_ruled_lines_go_and_the_digit_on_them_stays() -> None:
    sheet = np.zeros((200, 240))
    sheet[30::25] = sheet[31::25] = 0.3
    written = sheet.copy()
    written[40:160, 115:125] = 0.8
    cleaned = without_lines(written, 0.1)
    assert (cleaned[40:160, 115:125] == 0.8).all()
    assert np.count_nonzero(cleaned) < 1.1 * 120 * 10


def test_level_strokes_of_a_digit_are_no_ruled_lines() -> None:
    for image in load_mnist("test").images[:40, 0]:
        ink = coverage(image, 120).astype(np.float64)
        assert (np.abs(without_lines(ink, 0.1) - ink) > 0.1).mean() < 0.003


def test_a_thin_digit_in_a_photograph_stays_beside_a_bold_one() -> None:
    page = PIL.Image.new("L", (420, 260))
    page.paste(PIL.ImageOps.invert(seven(30)), (10, 10))
    page.paste(PIL.ImageOps.invert(seven(9)), (210, 10))
    ink = read_image(photograph(np.asarray(page, np.float32) / np.float32(255), np.random.default_rng(0), shadow=0.3))
    assert ink[:, :210].max() > 0.9
    assert ink[:, 210:].max() > 0.9


def test_of_an_animation_the_first_frame_is_read(tmp_path: Path) -> None:
    frames = [seven().convert("P"), PIL.Image.new("P", (200, 240), 0)]
    frames[0].save(tmp_path / "moving.gif", save_all=True, append_images=frames[1:])
    digit = image_to_digit(read_image(tmp_path / "moving.gif"))
    np.testing.assert_allclose(digit, image_to_digit(read_image(seven())), atol=0.05)


def png_bytes(folder: Path) -> bytes:
    seven().save(folder / "whole.png")
    return (folder / "whole.png").read_bytes()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (lambda _: b"", "is not a picture"),
        (lambda _: b"hello, this is text", "is not a picture"),
        (lambda folder: png_bytes(folder)[:200], "damaged or cut short"),
        (lambda _: b"P5\n100 100\n255255255255255\n" + bytes(10_000), "damaged or cut short"),
        (lambda _: png_claiming(40_000, 40_000), "more than 100 million pixels"),
        (lambda _: png_claiming(12_000, 10_000), "more than 100 million pixels"),
    ],
)
def test_what_is_no_whole_picture_is_refused(tmp_path: Path, content: Callable[[Path], bytes], message: str) -> None:
    path = tmp_path / "seven.png"
    path.write_bytes(content(tmp_path))
    with pytest.raises(DigitpadError, match=message) as caught:
        read_image(path)
    assert str(path) in str(caught.value)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DigitpadError, match=r"none\.png does not exist"):
        read_image(tmp_path / "none.png")
    with pytest.raises(DigitpadError, match="is a folder"):
        read_image(tmp_path)


def test_numbers_that_are_none_are_refused() -> None:
    values = np.full((20, 20), np.nan, np.float32)
    with pytest.raises(DigitpadError, match="not finite numbers"):
        read_image(PIL.Image.fromarray(values))
