"""Pictures that went wrong in use are read for what they show: boxes, shade, dirt, deep greys, several lines, signs."""

import csv
from pathlib import Path

import numpy as np
import PIL.Image
import PIL.ImageChops
import PIL.ImageDraw
import PIL.ImageFilter
import pytest
from picture_faults import KINDS, Digits, read
from picture_size import enlarged

from digitpad.data.images import read_image
from digitpad.data.mnist import load_mnist
from digitpad.models.model_file import load_model
from digitpad.reading.numbers import NumberReader
from digitpad.reading.recognizer import Recognizer
from tests.reading.written import written

PICTURES = Path(__file__).parent / "pictures"
with (PICTURES / "expected.csv").open() as _file:
    CASES = {row["file"]: row["expected"] for row in csv.DictReader(_file)}
#: Minimum number of correct readings of ten pictures of a kind; the rest allows for misread single digits.
LEAST = {"several lines": 6, "signs": 8, "ruled": 9}


@pytest.fixture(scope="module")
def reader() -> NumberReader:
    return NumberReader(Recognizer(load_model()))


@pytest.mark.parametrize("name", [name for name, expected in CASES.items() if expected != "any"])
def test_a_picture_that_went_wrong_is_read(reader: NumberReader, name: str) -> None:
    reading = reader.read_picture(read_image(PICTURES / name))
    assert ("refused" if reading.rejected else reading.text) == CASES[name]


@pytest.mark.parametrize("kind", KINDS)
def test_others_of_every_kind_are_read(reader: NumberReader, kind: str) -> None:
    rng, digits = np.random.default_rng(7), Digits(None)
    right = 0
    for _ in range(10):
        picture, expected = KINDS[kind](digits, rng)
        reading = read(reader, picture)
        right += ("" if reading.rejected else reading.text) == expected
    assert right >= LEAST.get(kind, 9)


@pytest.mark.parametrize("size", [300, 600])
def test_five_lines_are_read_line_by_line(reader: NumberReader, size: int) -> None:
    reading = reader.read_picture(read_image(PICTURES / f"lines_{size}.png"))
    assert reading.line_texts == ("12345", "6879", "88888", "66666", "77777")
    assert reading.text == "12345\n6879\n88888\n66666\n77777"
    assert [len(line) for line in reading.lines] == [5, 4, 5, 5, 5]
    tops = [min(segment.box[1] for segment in line) for line in reading.lines]
    bottoms = [max(segment.box[3] for segment in line) for line in reading.lines]
    assert all(bottom < top for bottom, top in zip(bottoms, tops[1:], strict=False))
    assert max(bottoms) <= size


def test_a_drawing_on_two_lines_is_read_line_by_line(reader: NumberReader) -> None:
    strokes = [*written("2026"), *written("47", at=(20, 220))]
    assert reader.read_drawing(strokes).line_texts == ("2026", "47")


@pytest.mark.parametrize("digit", "58")
def test_parts_of_one_digit_above_one_another_are_one_line(reader: NumberReader, digit: str) -> None:
    reading = reader.read_drawing(written(digit))
    assert (reading.text, reading.line_texts) == (digit, (digit,))


@pytest.mark.parametrize("pitch", [4, 6, 9, 20])
def test_evenly_spaced_dots_are_refused(reader: NumberReader, pitch: int) -> None:
    page = np.full((240, 300), 255, np.uint8)
    page[pitch // 2 :: pitch, pitch // 2 :: pitch] = 0
    assert reader.read_picture(read_image(PIL.Image.fromarray(page))).rejected


def test_a_row_of_dots_is_refused(reader: NumberReader) -> None:
    ink = np.zeros((40, 900), np.float32)
    ink[20, 5::8] = 1
    assert reader.read_picture(ink).rejected


def test_a_page_with_too_many_parts_is_refused_in_words(reader: NumberReader) -> None:
    rng = np.random.default_rng(0)
    ink = np.zeros((600, 600), np.float32)
    for y in range(10, 580, 24):
        for x in range(10, 580, 24):
            ink[y : y + int(rng.integers(8, 16)), x : x + int(rng.integers(3, 12))] = 1
    reading = reader.read_picture(ink)
    assert reading.rejected
    assert "too much on this page" in (reading.reason or "")
    assert reading.as_digit is not None
    assert reading.as_digit.rejected


@pytest.mark.parametrize("noise", [0.05, 0.3, 0.5])
def test_grain_without_ink_is_refused(reader: NumberReader, noise: float) -> None:
    grain = np.random.default_rng(0).random((500, 500)) < noise
    picture = PIL.Image.fromarray(np.where(grain, 0, 255).astype(np.uint8))
    assert reader.read_picture(read_image(picture)).rejected


def test_a_page_of_144_digits_in_uneven_light_is_read(reader: NumberReader) -> None:
    reading = reader.read_picture(read_image(enlarged("12 lines of 12", 860)))
    labels = load_mnist("test").labels[:144].reshape(12, 12)
    right = [text == "".join(map(str, row)) for text, row in zip(reading.line_texts, labels, strict=True)]
    assert sum(right) >= 10


def test_a_one_on_ruled_paper_is_no_side_of_a_box(reader: NumberReader) -> None:
    grey = np.full((300, 300), 255, np.uint8)
    for top in range(20, 300, 40):
        grey[top : top + 2] = 190
    grey[98:222, 148:156] = 0
    reading = read(reader, PIL.Image.fromarray(grey))
    assert (reading.text, reading.rejected) == ("1", False)


def test_a_stripe_between_shadows_is_no_one(reader: NumberReader) -> None:
    across = np.arange(300)
    dark = 1 / (1 + np.exp(-(across - 190) / 3)) - 1 / (1 + np.exp(-(across - 160) / 3))
    grey = np.tile(180 + 60 * dark, (300, 1)) + np.linspace(-40, 40, 300)
    assert read(reader, PIL.Image.fromarray(grey.round().clip(0, 255).astype(np.uint8))).rejected


@pytest.mark.parametrize("seed", range(4))
def test_bold_digits_in_a_tight_scan_are_no_photograph(reader: NumberReader, seed: int) -> None:
    """The fields of such a picture have different tones, but all have the same paper."""
    rng = np.random.default_rng(seed)
    digits = np.pad(load_mnist("test").images[[0, 1], 0], ((0, 0), (2, 2), (0, 0)))
    bold = PIL.Image.fromarray(255 - np.hstack(list(digits))).resize((260, 150)).filter(PIL.ImageFilter.MinFilter(9))
    page = PIL.Image.new("L", (390, 158), 255)
    page.paste(bold, (int(rng.integers(124, 129)), 4))
    PIL.ImageDraw.Draw(page).line((20, 76, 90, 76 + int(rng.integers(-3, 4))), fill=0, width=5)
    assert read(reader, page).text == "-72"


@pytest.mark.parametrize("turn", range(4))
def test_two_dark_edges_of_a_scan_are_not_the_paper(reader: NumberReader, turn: int) -> None:
    """Together they are more than half of the border."""
    grey = np.full((300, 300), 255, np.uint8)
    digit = PIL.Image.fromarray(load_mnist("test").images[0, 0]).resize((168, 168))
    grey[66:234, 66:234] -= np.asarray(digit)
    paper = np.rot90(grey, turn)
    paper[:16], paper[:, -12:] = 40, 70
    reading = read(reader, PIL.Image.fromarray(grey))
    assert (reading.text, reading.rejected) == ("7", False)


@pytest.mark.parametrize("width", [1, 3, 4])
@pytest.mark.parametrize("tone", [0, 120])
def test_a_digit_may_stand_on_a_corner_of_its_box(reader: NumberReader, tone: int, width: int) -> None:
    three = PIL.Image.fromarray(255 - load_mnist("test").images[18, 0]).resize((224, 224))
    assert load_mnist("test").labels[18] == 3
    page = PIL.Image.new("L", (300, 300), 255)
    page.paste(three, (40, 46))
    frame = PIL.Image.new("L", (300, 300), 255)
    PIL.ImageDraw.Draw(frame).rectangle((30, 30, 170, 200), outline=tone, width=width)
    reading = read(reader, PIL.ImageChops.darker(page, frame))
    assert (reading.text, reading.rejected) == ("3", False)


@pytest.mark.parametrize("text", ["7%", "50%", "100%"])
def test_a_percent_sign_is_named(reader: NumberReader, text: str) -> None:
    reading = reader.read_drawing(written(text))
    assert (reading.text, reading.rejected) == (text, False)
    assert reading.segments[-1].prediction is None


def test_a_percent_sign_alone_is_rejected(reader: NumberReader) -> None:
    assert reader.read_drawing(written("%")).rejected


def test_no_digits_are_a_percent_sign(reader: NumberReader) -> None:
    for text in ("80", "90", "60", "988", "0108"):
        assert reader.read_drawing(written(text)).text == text
