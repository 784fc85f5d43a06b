"""What is on the page is read as the command line reads the file that it would be saved in."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from digitpad.commands.predict import read_file
from digitpad.data.ink import Drawing, write_ink
from digitpad.gui.canvas.sketch import InkStroke, Page
from digitpad.gui.draw.exchange import read_page, save_ink
from digitpad.gui.workspace.live_reader import LiveReader
from digitpad.models.model_file import Model, ModelMetadata, load_model
from digitpad.nn import ARCHITECTURES, build
from digitpad.reading.recognizer import Prediction, Recognizer
from tests.reading.written import written

if TYPE_CHECKING:
    from digitpad.reading.numbers import NumberReading


@pytest.fixture
def recognizer() -> Recognizer:
    network = build(ARCHITECTURES["light"], rng=np.random.default_rng(0))
    return Recognizer(Model(network, ARCHITECTURES["light"], ModelMetadata(labels=tuple("0123456789"))))


def read_live(page: Page, recognizer: Recognizer) -> Prediction:
    answers: list[NumberReading] = []
    live = LiveReader()
    live.answered.connect(answers.append)
    live.use(recognizer)
    live.request(page)
    QApplication.processEvents()
    single = answers[-1].as_digit
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
    assert_read_alike(read_live(page, recognizer), path, recognizer)


@pytest.mark.parametrize("length", [0.0, 17.0, 300.0])
def test_what_is_drawn_and_saved_is_read_as_by_predict(tmp_path: Path, recognizer: Recognizer, length: float) -> None:
    points = np.array([[40, 50], [42, 50 + length]], np.float32)
    page = Page((InkStroke(points, 12.0),))
    save_ink(tmp_path / "one.jsonl", page, (430.0, 380.0))
    assert_read_alike(read_live(page, recognizer), tmp_path / "one.jsonl", recognizer)


def test_a_number_is_read_as_by_predict(tmp_path: Path) -> None:
    recognizer = Recognizer(load_model("standard"))
    page = Page(tuple(InkStroke(stroke, 12.0) for stroke in written("2026")))
    save_ink(tmp_path / "number.jsonl", page, (430.0, 380.0))
    answers: list[NumberReading] = []
    live = LiveReader()
    live.answered.connect(answers.append)
    live.use(recognizer)
    live.request(page)
    QApplication.processEvents()
    (filed,) = read_file(tmp_path / "number.jsonl", recognizer)
    assert filed.number is not None
    assert answers[-1].text == filed.number.text == "2026"
    assert answers[-1].probability == pytest.approx(filed.number.probability, abs=1e-5)
