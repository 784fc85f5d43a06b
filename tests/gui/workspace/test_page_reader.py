"""A page is read exactly as the command line reads its saved file."""

from pathlib import Path

import numpy as np
import pytest

from digitpad.commands.predict import read_file
from digitpad.data.ink import Drawing, write_ink
from digitpad.explain.frame import Inspector
from digitpad.gui.canvas.sketch import InkStroke, Page, Picture
from digitpad.gui.draw.exchange import read_page, save_ink
from digitpad.gui.workspace.look import Choice, Depth
from digitpad.gui.workspace.page_reader import PageReader
from digitpad.models.model_file import Model, ModelMetadata, load_model
from digitpad.nn import ARCHITECTURES, build
from digitpad.reading.recognizer import Prediction, Recognizer
from tests.reading.written import written

_DEPTHS = list(Depth)


@pytest.fixture
def recognizer() -> Recognizer:
    network = build(ARCHITECTURES["light"], rng=np.random.default_rng(0))
    return Recognizer(Model(network, ARCHITECTURES["light"], ModelMetadata(labels=tuple("0123456789"))))


def read_page_with(recognizer: Recognizer, page: Page, depth: Depth = Depth.READING) -> Prediction:
    single = PageReader(recognizer).look(page, depth, Choice()).prediction
    assert single is not None
    return single


def assert_read_alike(live: Prediction, path: Path, recognizer: Recognizer) -> None:
    (filed,) = read_file(path, recognizer)
    np.testing.assert_array_equal(live.image, filed.prediction.image)
    np.testing.assert_array_equal(live.probabilities, filed.prediction.probabilities)


@pytest.mark.parametrize("side", [1.0, 50.0, 500.0, 3000.0])
@pytest.mark.parametrize("share", [0.001, 0.02, 0.6])
def test_a_file_opened_in_the_window_is_read_as_by_predict(
    tmp_path: Path, recognizer: Recognizer, side: float, share: float
) -> None:
    points = side * (0.2 + share * np.array([[0, 0], [0.7, 0.1], [0.3, 1.0]]))
    path = tmp_path / "seven.jsonl"
    write_ink(path, [Drawing((points.astype(np.float32),), side, side / 2)])
    page, _ = read_page(path)
    assert_read_alike(read_page_with(recognizer, page), path, recognizer)


@pytest.mark.parametrize("depth", _DEPTHS)
@pytest.mark.parametrize("length", [0.0, 17.0, 300.0])
def test_what_is_drawn_and_saved_is_read_as_by_predict(
    tmp_path: Path, recognizer: Recognizer, length: float, depth: Depth
) -> None:
    points = np.array([[40, 50], [42, 50 + length]], np.float32)
    page = Page((InkStroke(points, 12.0),))
    save_ink(tmp_path / "one.jsonl", page, (430.0, 380.0))
    assert_read_alike(read_page_with(recognizer, page, depth), tmp_path / "one.jsonl", recognizer)


@pytest.mark.parametrize("depth", _DEPTHS)
def test_a_number_is_read_as_by_predict_and_its_frame_is_of_the_chosen_digit(tmp_path: Path, depth: Depth) -> None:
    recognizer = Recognizer(load_model("standard"))
    page = Page(tuple(InkStroke(stroke, 12.0) for stroke in written("2026")))
    save_ink(tmp_path / "number.jsonl", page, (430.0, 380.0))
    reader = PageReader(recognizer)
    sight = reader.look(page, depth, Choice())
    (filed,) = read_file(tmp_path / "number.jsonl", recognizer)
    assert filed.number is not None
    assert sight.reading is not None
    assert sight.reading.text == filed.number.text == "2026"
    assert sight.reading.probability == pytest.approx(filed.number.probability, abs=1e-5)
    assert sight.place == 3
    chosen = reader.look(page, depth, Choice(1, 4), sight.reading)
    assert chosen.reading is sight.reading
    assert chosen.prediction is sight.reading.segments[1].prediction
    assert chosen.pixels is not None
    assert sight.pixels is not None
    assert not np.array_equal(chosen.pixels, sight.pixels)
    if depth is Depth.READING:
        assert chosen.frame is None
        return
    assert chosen.frame is not None
    np.testing.assert_array_equal(chosen.frame.pixels[0], chosen.pixels)
    assert bool(chosen.frame.gradients) == (depth is Depth.GRADIENTS)
    assert chosen.frame.answer is not None
    assert chosen.prediction is not None
    labels = chosen.frame.labels
    assert labels[chosen.frame.answer.best] == chosen.prediction.label == "0"


def test_prepared_pixels_are_neither_cropped_nor_centred(recognizer: Recognizer) -> None:
    pixels = np.zeros((28, 28), np.float32)
    pixels[1:9, 1:3] = 1
    page = Page(picture=Picture(pixels, "image 5", prepared=True))
    np.testing.assert_array_equal(read_page_with(recognizer, page, Depth.ACTIVATIONS).image, pixels)


def test_a_stroke_over_prepared_pixels_is_added_to_them(recognizer: Recognizer) -> None:
    pixels = np.zeros((28, 28), np.float32)
    pixels[1:9, 1:3] = 0.5
    stroke = InkStroke(np.array([[20, 5], [20, 25]], np.float32), 2.4)
    page = Page((stroke,), Picture(pixels, "image 5", prepared=True))
    image = read_page_with(recognizer, page, Depth.ACTIVATIONS).image
    np.testing.assert_array_equal(image[:, :15], pixels[:, :15])
    np.testing.assert_allclose(image[10:20].sum(axis=1), 2.4, atol=0.05)
    assert not image[:3, 15:].any()


def test_a_blank_page_has_the_frame_of_nothing_where_one_is_asked_for(recognizer: Recognizer) -> None:
    reader = PageReader(recognizer)
    assert reader.look(Page(), Depth.READING, Choice()).frame is None
    sight = reader.look(Page(), Depth.ACTIVATIONS, Choice())
    assert sight.reading is None
    assert sight.frame is not None
    expected = Inspector.of(recognizer.model).inspect(np.zeros((28, 28), np.float32))
    np.testing.assert_array_equal(sight.frame["conv1"], expected["conv1"])


@pytest.mark.parametrize("depth", _DEPTHS)
def test_a_network_that_has_diverged_has_no_answer_and_the_picture_is_still_known(depth: Depth) -> None:
    model = load_model("light")
    for parameter in model.network.parameters():
        parameter.value *= np.float32(1e30)
    page = Page((InkStroke(np.array([[40, 50], [42, 300]], np.float32), 12.0),))
    sight = PageReader(Recognizer(model)).look(page, depth, Choice())
    assert sight.not_finite
    assert (sight.reading, sight.prediction, sight.frame) == (None, None, None)
    assert sight.pixels is not None
    assert sight.pixels.any()


def test_a_choice_lapses_when_the_number_gets_shorter() -> None:
    reader = PageReader(Recognizer(load_model("standard")))

    def place(text: str, choice: Choice) -> int:
        page = Page(tuple(InkStroke(stroke, 12.0) for stroke in written(text)))
        return reader.look(page, Depth.READING, choice).place

    assert place("2026", Choice()) == 3
    assert place("2026", Choice(1, 4)) == 1
    assert place("2026", Choice(1, 3)) == 1
    assert place("202", Choice(1, 4)) == 2
