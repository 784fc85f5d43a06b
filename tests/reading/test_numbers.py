"""Whole numbers are read as such, single digits as they always were."""

import itertools
from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from digitpad.data.pen import pen_drawings
from digitpad.errors import DigitpadError
from digitpad.models.model_file import load_model
from digitpad.reading.numbers import NumberReader
from digitpad.reading.recognizer import Recognizer
from digitpad.reading.strokes import InkPieces
from tests.reading.written import written


@pytest.fixture(scope="module")
def recognizer() -> Recognizer:
    return Recognizer(load_model("standard"))


@pytest.fixture
def reader(recognizer: Recognizer) -> NumberReader:
    return NumberReader(recognizer)


@pytest.mark.parametrize("text", ["2026", "10", "77", "4545", "808", "0123456789", "111", "-42", "3.5", "12,75", "-1"])
def test_numbers_are_read_digit_by_digit(reader: NumberReader, text: str) -> None:
    reading = reader.read_drawing(written(text))
    assert reading.text == text
    assert reading.is_number
    assert reading.as_digit is None
    assert len(reading.segments) == len(text)
    assert 0 < reading.probability <= 1
    assert (reading.rejected, reading.reason) == (False, None)


@pytest.mark.parametrize("digit", "0123456789")
def test_a_single_digit_is_what_the_recognizer_says(reader: NumberReader, recognizer: Recognizer, digit: str) -> None:
    strokes = written(digit)
    reading, alone = reader.read_drawing(strokes), recognizer.recognize_ink(strokes)
    assert not reading.is_number
    assert reading.as_digit is not None
    np.testing.assert_array_equal(reading.as_digit.probabilities, alone.probabilities)
    np.testing.assert_array_equal(reading.as_digit.image, alone.image)
    assert (reading.text, reading.probability) == (alone.label, alone.probability)
    assert alone.label == digit


@pytest.mark.parametrize("size", [0.3, 1.0, 3.0])
def test_size_and_place_do_not_matter(reader: NumberReader, size: float) -> None:
    reading = reader.read_drawing(written("2745", size=size, at=(300, 500)), canvas=2000)
    assert reading.text == "2745"


def test_the_order_of_the_strokes_does_not_matter(reader: NumberReader) -> None:
    strokes = written("4257")
    assert reader.read_drawing(strokes[::-1]).text == "4257"
    # All cross-bars and hats at the end.
    late = [strokes[index] for index in (0, 2, 3, 5, 1, 4, 6)]
    assert reader.read_drawing(late).text == "4257"


def test_the_parts_of_a_reading_are_those_of_its_digits(reader: NumberReader, recognizer: Recognizer) -> None:
    reading = reader.read_drawing(written("407"))
    seven = reading.segments[2]
    assert seven.prediction is not None
    left, top, right, bottom = seven.box
    own = written("7")
    assert (right - left, bottom - top) == pytest.approx((58, 98), abs=1)
    expected = recognizer.recognize_ink(own).probabilities
    assert seven.prediction.probabilities == pytest.approx(expected, abs=1e-4)
    product = np.prod([segment.prediction.probability for segment in reading.segments if segment.prediction])
    assert reading.probability <= product + 1e-9
    assert [segment.box[0] for segment in reading.segments] == sorted(segment.box[0] for segment in reading.segments)


def test_a_sign_has_no_probabilities_of_a_network(reader: NumberReader) -> None:
    reading = reader.read_drawing(written("-42"))
    assert reading.segments[0].prediction is None
    assert all(segment.prediction is not None for segment in reading.segments[1:])


def test_a_dot_beside_a_digit_makes_no_number(reader: NumberReader, recognizer: Recognizer) -> None:
    strokes = written("3.")
    reading = reader.read_drawing(strokes)
    assert not reading.is_number
    assert reading.probability == recognizer.recognize_ink(strokes).probability


def test_what_is_known_already_is_read_the_same(reader: NumberReader, recognizer: Recognizer) -> None:
    strokes = written("20264")
    grown = [reader.read_drawing(strokes[:count]) for count in range(1, len(strokes) + 1)]
    afresh = NumberReader(recognizer).read_drawing(strokes)
    assert grown[-1].text == afresh.text == "20264"
    for one, other in zip(grown[-1].segments, afresh.segments, strict=True):
        assert one.box == other.box
        assert one.prediction is not None
        assert other.prediction is not None
        assert one.prediction.probabilities == pytest.approx(other.prediction.probabilities, abs=1e-5)


def test_nothing_and_a_dot_are_single(reader: NumberReader) -> None:
    nothing = reader.read_drawing([])
    assert (nothing.is_number, nothing.rejected) == (False, True)
    assert reader.read_drawing([np.zeros((0, 2), np.float32)]).rejected
    assert not reader.read_drawing([np.array([[5, 5]], np.float32)]).is_number


def test_what_is_no_ink_is_refused(reader: NumberReader) -> None:
    with pytest.raises(DigitpadError, match="Stroke 2"):
        reader.read_drawing([*written("1"), np.array([[1, np.nan]], np.float32)])


def test_a_scribble_of_very_many_strokes_is_one_drawing(reader: NumberReader) -> None:
    rng = np.random.default_rng(0)
    strokes = [rng.uniform(0, 400, (5, 2)).astype(np.float32) for _ in range(300)]
    assert not reader.read_drawing(strokes).is_number


def test_strokes_that_stay_are_drawn_once(reader: NumberReader, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[int] = []
    pictures = InkPieces.pictures

    def counted(pieces: InkPieces, runs: Sequence[tuple[int, int]]) -> NDArray[np.float32]:
        drawn.extend(stop - start for start, stop in runs)
        return pictures(pieces, runs)

    monkeypatch.setattr(InkPieces, "pictures", counted)
    strokes = written("2026845")
    reader.read_drawing(strokes)
    first = len(drawn)
    assert first >= 7
    drawn.clear()
    reader.read_drawing(strokes)
    assert not drawn
    reader.read_drawing([*strokes[:-1], strokes[-1][:-1]])
    # The changed stroke alone, and with its neighbours.
    assert 1 <= len(drawn) <= 7 < first


def test_a_four_like_a_plus_stays_a_digit(reader: NumberReader) -> None:
    four = [_line((60, 0), (10, 60), (100, 60)), _line((58, 5), (58, 110))]
    strokes = [*written("20"), *(stroke + np.array([230, 40], np.float32) for stroke in four)]
    assert reader.read_drawing(strokes).text[-1] != "+"


def test_a_wide_digit_in_one_stroke_is_not_cut() -> None:
    reader = NumberReader(Recognizer(load_model("digitpad")))
    # A zero that is wider than tall, whose left side alone would be a one.
    wide = pen_drawings()[315]
    assert (len(wide.strokes), str(wide.label)) == (1, "0")
    assert reader.read_drawing(wide.strokes, canvas=520.0).text == "0"


def test_a_plus_of_two_strokes_is_a_sign(reader: NumberReader) -> None:
    plus = [_line((0, 30), (60, 30)), _line((30, 0), (30, 60))]
    digits = written("2")
    left = max(float(stroke[:, 0].max()) for stroke in digits)
    middle = (min(float(s[:, 1].min()) for s in digits) + max(float(s[:, 1].max()) for s in digits)) / 2
    strokes = [*digits, *(stroke + np.array([left + 30, middle - 30], np.float32) for stroke in plus)]
    strokes += [stroke + np.array([left + 110, 0], np.float32) for stroke in written("3")]
    assert reader.read_drawing(strokes).text == "2+3"


@pytest.mark.parametrize("slant", [-12, 12, 20])
def test_a_slanted_plus_is_a_sign(reader: NumberReader, slant: int) -> None:
    plus = [_line((0, 50), (60, 50)), _line((30 + slant, 20), (30 - slant, 80))]
    assert reader.read_drawing(_between("2", plus, "3")).text == "2+3"


def test_a_slash_may_be_steep_if_it_is_longer_than_the_digits(reader: NumberReader) -> None:
    assert reader.read_drawing(_between("2", [_line((30, -14), (0, 116))], "3")).text == "2/3"
    assert reader.read_drawing(_between("2", [_line((50, -4), (0, 104))], "3")).text == "2/3"


def test_a_one_that_leans_or_is_tall_is_no_slash(reader: NumberReader) -> None:
    assert reader.read_drawing(_between("2", [_line((18, 0), (0, 100))], "3")).text == "213"
    assert reader.read_drawing(_between("2", [_line((4, -10), (0, 110))], "3")).text == "213"


def test_the_points_of_a_colon_may_be_short_strokes(reader: NumberReader) -> None:
    colon = [_line((12, 14), (8, 40)), _line((4, 62), (0, 88))]
    assert reader.read_drawing(_between("2", colon, "30")).text == "2:30"


def _between(before: str, sign: list[np.ndarray], after: str) -> list[np.ndarray]:
    """Return a sign between digits that are 100 high and begin at 0."""
    first = written(before, at=(20, 0))
    left = max(float(stroke[:, 0].max()) for stroke in first) + 24
    strokes = [*first, *(stroke + np.array([left, 0], np.float32) for stroke in sign)]
    right = max(float(stroke[:, 0].max()) for stroke in strokes) + 24
    return [*strokes, *written(after, at=(right, 0))]


def _line(*corners: tuple[float, float]) -> np.ndarray:
    """Return a stroke through corners, with points as close as a pen leaves them."""
    points = [np.linspace(one, other, 12) for one, other in itertools.pairwise(corners)]
    return np.concatenate(points).astype(np.float32)


LETTERS = {
    "A": [_line((100, 300), (160, 60), (220, 300)), _line((125, 210), (195, 210))],
    "X": [_line((100, 60), (240, 300)), _line((240, 60), (100, 300))],
    "T": [_line((80, 60), (240, 60)), _line((160, 60), (160, 300))],
}


@pytest.mark.parametrize("letter", LETTERS.values(), ids=LETTERS.keys())
def test_the_strokes_of_a_letter_are_no_number(letter: list[np.ndarray]) -> None:
    reading = NumberReader(Recognizer(load_model())).read_drawing(letter)
    assert not reading.is_number
    assert reading.rejected


@pytest.mark.parametrize("text", ["11", "17", "-1", "2026", "-42", "3.5"])
def test_numbers_are_no_letters_to_a_network_that_refuses(text: str) -> None:
    reading = NumberReader(Recognizer(load_model())).read_drawing(written(text))
    assert (reading.text, reading.rejected) == (text, False)


def test_drawings_that_are_read_together_are_read_as_alone(recognizer: Recognizer) -> None:
    texts = ["7", "42", "1", "4", "808", "3.5", "12,75", "4545"]
    drawings = [(written(text), 400.0) for text in texts]
    wholes = [recognizer.recognize_ink(strokes) for strokes, _canvas in drawings]
    together = NumberReader(recognizer).read_drawings([*drawings, ([], 400.0)], [*wholes, recognizer.recognize_ink([])])
    for (strokes, _canvas), whole, reading in zip(drawings, wholes, together, strict=False):
        alone = NumberReader(recognizer).read_drawing(strokes, whole=whole)
        assert reading.text == alone.text
        assert reading.probability == pytest.approx(alone.probability, rel=1e-4)
        assert [one.box for one in reading.segments] == [one.box for one in alone.segments]
    assert together[-1].rejected
