"""One numbered look for every change, for all open tabs; never outdated, and never blocking."""

import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QPoint, Qt, QThread, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from digitpad.data.rasterize import ink_to_image
from digitpad.errors import DigitpadError
from digitpad.explain.dependencies import Cell
from digitpad.explain.frame import Frame
from digitpad.gui.canvas.sketch import InkStroke, Page, Picture
from digitpad.gui.features.tab import FeaturesTab
from digitpad.gui.shell.main_window import MainWindow
from digitpad.gui.training.train_tab import TrainTab
from digitpad.gui.workspace.look import Depth, Look
from digitpad.gui.workspace.models import LoadedModel, Source
from digitpad.gui.workspace.settings import Settings
from digitpad.gui.workspace.workspace import Workspace
from digitpad.models.model_file import Model, load_model
from digitpad.nn import Sequential
from digitpad.nn.engine import OneImage
from digitpad.reading.recognizer import Prediction, Recognizer
from tests.gui.features.conftest import SMALL, loaded, model_of
from tests.gui.settling import settle
from tests.reading.written import written

Draw = Callable[[QWidget, Sequence[Sequence[tuple[float, float]]]], None]
SEVEN = [(100.0, 100.0), (300.0, 110.0), (200.0, 400.0)]


def stroke(*points: tuple[float, float]) -> InkStroke:
    return InkStroke(np.array(points, np.float32), 12.0)


@pytest.fixture
def workspace(settings: Settings) -> Iterator[Workspace]:
    workspace = Workspace(settings)
    yield workspace
    workspace.shut_down()


@pytest.fixture
def looks(workspace: Workspace) -> list[Look]:
    looks: list[Look] = []
    workspace.published.connect(looks.append)
    return looks


@pytest.fixture
def wait(workspace: Workspace, qtbot: QtBot) -> Callable[[], None]:
    return lambda: qtbot.waitUntil(lambda: not workspace.busy, timeout=30_000)


class SlowReader:
    """Reads a drawing when it is let, and notes in which thread; the label is the number of its strokes."""

    refuses = False
    reads_pictures = False
    threshold = 0.5
    labels = tuple("0123456789")

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.asked: list[int] = []
        self.threads: list[bool] = []

    def recognize_ink(self, strokes: Sequence[NDArray[np.float32]], *, canvas: float = 400.0) -> Prediction:
        return self._read(len(strokes), ink_to_image(strokes, canvas=canvas))

    def recognize_image(self, gray: NDArray[np.float32]) -> Prediction:
        return self._read(9, np.full((28, 28), 0.5, np.float32))

    def recognize_pixels(self, image: NDArray[np.float32]) -> Prediction:
        return self._read(8, image)

    def recognize_all(self, images: NDArray[np.float32]) -> list[Prediction]:
        return [self._predict(0, image) for image in images]

    def _read(self, digit: int, image: NDArray[np.float32]) -> Prediction:
        self.asked.append(digit)
        self.threads.append(QThread.isMainThread())
        assert self.gate.wait(30)
        return self._predict(digit, image)

    @staticmethod
    def _predict(digit: int, image: NDArray[np.float32]) -> Prediction:
        shares = np.eye(10, dtype=np.float32)[digit]
        return Prediction(str(digit), 1.0, shares, rejected=False, reason=None, image=image)


def slow(reader: SlowReader) -> LoadedModel:
    return LoadedModel("slow", Path("slow.safetensors"), 0.1307, 0.3081, reader)


# One pass for every change


@pytest.fixture
def passes(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Count the pictures in every forward pass of any network."""
    passes: list[int] = []

    def count(kind: type[Sequential] | type[OneImage], name: str) -> None:
        forward: Callable[..., Any] = getattr(kind, name)

        def counted(network: object, x: NDArray[np.float32], **options: Any) -> Any:
            passes.append(len(x))
            return forward(network, x, **options)

        monkeypatch.setattr(kind, name, counted)

    count(Sequential, "forward")
    # Its public method leaves some networks to theirs.
    count(OneImage, "_forward")
    return passes


@pytest.mark.parametrize("opened", [(), ("Train",), ("Train", "Features"), ("Features", "Train", "Evaluate")])
def test_one_pass_for_a_change_whatever_tabs_are_open(
    window: MainWindow, passes: list[int], opened: tuple[str, ...]
) -> None:
    window.show_model(loaded(model_of(SMALL)))
    for name in opened:
        window.go_to(name)
    settle(window)
    sketch, drawing = window.workspace.drawing.sketch, window.workspace.drawing
    sketch.begin_stroke(SEVEN[0], 12.0)
    drawing.changed.emit()
    settle(window)
    for place in SEVEN[1:]:
        passes.clear()
        before = window.workspace.look.number
        sketch.extend_stroke(place)
        drawing.changed.emit()
        drawing.changed.emit()
        settle(window)
        assert passes == [1]
        assert window.workspace.look.number == before + 1
    # Another network is one pass, too.
    passes.clear()
    window.workspace.look_by(loaded(model_of(SMALL, seed=5)))
    settle(window)
    assert passes == [1]


def test_choosing_a_character_reads_nothing_again(window: MainWindow, passes: list[int]) -> None:
    window.show_model(loaded(load_model("light")))
    window.go_to("Features")
    window.workspace.drawing.put("write", Page(tuple(InkStroke(line, 12.0) for line in written("42"))))
    settle(window)
    look = window.workspace.look
    assert look.reading is not None
    assert look.reading.text == "42"
    passes.clear()
    window.workspace.choose(0)
    settle(window)
    assert window.workspace.look.reading is look.reading
    assert window.workspace.look.place == 0
    assert passes == [1]


def test_activations_and_gradients_are_computed_while_somebody_asks(
    workspace: Workspace, looks: list[Look], wait: Callable[[], None], passes: list[int]
) -> None:
    workspace.use_network(loaded(model_of(SMALL)))
    workspace.drawing.put("draw", Page((stroke(*SEVEN),)))
    wait()
    assert looks[-1].prediction is not None
    assert _frame(looks) is None
    one, other = QObject(workspace), QObject(workspace)
    workspace.ask(one, Depth.ACTIVATIONS)
    wait()
    frame = _frame(looks)
    assert frame is not None
    assert not frame.gradients
    workspace.ask(other, Depth.GRADIENTS)
    wait()
    frame = _frame(looks)
    assert frame is not None
    assert frame.gradients
    passes.clear()
    workspace.ask(one, Depth.READING)
    assert not workspace.busy
    workspace.ask(other, Depth.READING)
    assert not workspace.busy
    assert not passes
    workspace.drawing.put("draw", Page((stroke(*SEVEN), stroke((10, 10), (20, 20)))))
    wait()
    assert _frame(looks) is None


def _frame(looks: list[Look]) -> Frame | None:
    return looks[-1].frame


def test_numbers_increase(workspace: Workspace, looks: list[Look], wait: Callable[[], None]) -> None:
    workspace.use_network(loaded(model_of(SMALL)))
    for count in range(1, 5):
        workspace.drawing.put("draw", Page(tuple(stroke(*SEVEN) for _ in range(count))))
        wait()
    numbers = [look.number for look in looks]
    assert numbers == sorted(set(numbers))
    assert len(numbers) >= 4
    assert workspace.look is looks[-1]


# Never blocking, never outdated


def test_the_window_goes_on_while_a_slow_reader_reads_and_late_results_are_dropped(
    workspace: Workspace, looks: list[Look], wait: Callable[[], None], qtbot: QtBot
) -> None:
    reader = SlowReader()
    workspace.use_network(slow(reader))
    beats: list[bool] = []
    timer = QTimer(workspace)
    timer.timeout.connect(lambda: beats.append(True))
    timer.start(0)
    workspace.drawing.put("one", Page((stroke(*SEVEN),)))
    qtbot.waitUntil(lambda: reader.asked == [1])
    # The worker reads, and the window goes on and says so.
    qtbot.waitUntil(lambda: bool(looks) and looks[-1].is_reading)
    assert looks[-1].reading is None
    beats.clear()
    workspace.drawing.put("clear", Page())
    workspace.drawing.put("picture", Page(picture=Picture(np.ones((40, 40), np.float32), "photograph.png")))
    qtbot.waitUntil(lambda: len(beats) > 20)
    assert reader.asked == [1]
    del looks[:]
    reader.gate.set()
    wait()
    timer.stop()
    # What comes of the first page is dropped; of what came meanwhile, only the newest was read.
    assert [look.reading.text for look in looks if look.reading is not None] == ["9"]
    assert reader.asked == [1, 9]
    assert reader.threads == [False, False]


def test_a_page_without_ink_is_answered_at_once_and_what_is_read_meanwhile_is_dropped(
    workspace: Workspace, looks: list[Look], qtbot: QtBot
) -> None:
    reader = SlowReader()
    workspace.use_network(slow(reader))
    workspace.drawing.put("one", Page((stroke(*SEVEN),)))
    qtbot.waitUntil(lambda: reader.asked == [1])
    workspace.drawing.put("clear", Page())
    qtbot.waitUntil(lambda: bool(looks) and looks[-1].page.is_blank and not looks[-1].is_reading)
    assert not workspace.busy
    count = len(looks)
    reader.gate.set()
    workspace.shut_down()
    assert len(looks) == count


def test_a_growing_stroke_is_answered_although_it_has_grown_since(
    workspace: Workspace, looks: list[Look], wait: Callable[[], None], qtbot: QtBot
) -> None:
    reader = SlowReader()
    workspace.use_network(slow(reader))
    workspace.drawing.sketch.begin_stroke(SEVEN[0], 12.0)
    workspace.drawing.changed.emit()
    qtbot.waitUntil(lambda: len(reader.asked) == 1)
    for place in SEVEN[1:]:
        workspace.drawing.sketch.extend_stroke(place)
        workspace.drawing.changed.emit()
        with qtbot.waitSignal(workspace.published, timeout=300, raising=False):
            pass
    del looks[:]
    reader.gate.set()
    wait()
    answered = [len(look.page.strokes[0].points) for look in looks if look.reading is not None]
    # The first point's answer is shown, and then that of all of them: none in between was read.
    assert answered == [1, 3]


def test_quick_readings_are_made_at_once(
    workspace: Workspace, wait: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = SlowReader()
    reader.gate.set()
    workspace.use_network(slow(reader))
    monkeypatch.setattr("digitpad.gui.workspace.pace.FRAME", 60.0)
    for count in range(1, 4):
        workspace.drawing.put("draw", Page((stroke(*SEVEN),) * count))
        wait()
    # Of the first one nothing is known; an opened picture may hold anything.
    assert reader.threads[0] is False
    assert set(reader.threads[1:]) == {True}
    workspace.drawing.put("picture", Page(picture=Picture(np.ones((40, 40), np.float32), "photograph.png")))
    wait()
    assert reader.threads[-1] is False


def test_what_cannot_be_read_is_said(workspace: Workspace, looks: list[Look], wait: Callable[[], None]) -> None:
    class Refusing(SlowReader):
        def _read(self, digit: int, image: NDArray[np.float32]) -> Prediction:
            raise DigitpadError("That cannot be read; draw something else.")

    workspace.use_network(slow(Refusing()))
    workspace.drawing.put("draw", Page((stroke(*SEVEN),)))
    wait()
    assert looks[-1].error == "That cannot be read; draw something else."
    assert looks[-1].reading is None


# Which network


def looked_at(workspace: Workspace) -> LoadedModel | None:
    return workspace.looked_at


def test_what_is_looked_at_is_said_truly(workspace: Workspace, tmp_path: Path, wait: Callable[[], None]) -> None:
    in_use = loaded(model_of(SMALL))
    workspace.use_network(in_use)
    assert looked_at(workspace) is in_use
    workspace.show_training(Recognizer(model_of(SMALL, seed=4)), 340, tmp_path)
    network = looked_at(workspace)
    assert network is workspace.in_training
    assert network is not None
    assert (network.title, network.source) == ("in training: small, step 340", Source.IN_TRAINING)
    workspace.look_at_in_use()
    workspace.show_training(Recognizer(model_of(SMALL, seed=6)), 350, tmp_path)
    assert looked_at(workspace) is in_use
    assert workspace.in_training is not None
    assert workspace.in_training.title == "in training: small, step 350"
    workspace.look_at_training()
    workspace.show_training(Recognizer(model_of(SMALL, seed=7)), 1360, tmp_path)
    network = looked_at(workspace)
    assert network is workspace.in_training
    assert network is not None
    assert network.title == "in training: small, step 1,360"
    # Without a run, it is not saved.
    workspace.end_training()
    assert looked_at(workspace) is in_use
    wait()


def test_surgery_is_looked_at_and_ended(workspace: Workspace, wait: Callable[[], None]) -> None:
    in_use = loaded(model_of(SMALL))
    workspace.use_network(in_use)
    operated = model_of(SMALL, seed=9)
    workspace.operate(operated, "small, operated")
    workspace.operate(model_of(SMALL, seed=10), "small, operated")
    assert workspace.looked_at is not None
    assert workspace.looked_at.source is Source.OPERATED
    assert workspace.in_use is in_use
    workspace.end_operation()
    assert workspace.looked_at is in_use
    wait()


def test_a_threshold_stays_moved_while_the_network_in_training_changes(
    workspace: Workspace, tmp_path: Path, wait: Callable[[], None]
) -> None:
    model: Model = load_model()
    workspace.show_training(Recognizer(model), 1, tmp_path)
    workspace.move_threshold(0.31)
    workspace.show_training(Recognizer(model), 2, tmp_path)
    assert workspace.looked_at is not None
    assert workspace.looked_at.reader.threshold == 0.31
    workspace.use_network(loaded(model))
    assert workspace.looked_at.reader.threshold == model.metadata.refusal_threshold
    wait()


# One value for all views


@pytest.mark.parametrize("text", ["4", "42"])
def test_bars_maps_and_the_training_card_are_equal(window: MainWindow, text: str) -> None:
    window.show_model(loaded(load_model("light")))
    features, train = window.go_to("Features"), window.go_to("Train")
    assert isinstance(features, FeaturesTab)
    assert isinstance(train, TrainTab)
    window.workspace.drawing.put("write", Page(tuple(InkStroke(line, 12.0) for line in written(text))))
    settle(window)
    window.go_to("Features")
    settle(window)
    look = window.workspace.look
    assert look.reading is not None
    assert look.reading.text == text
    assert look.prediction is not None
    assert look.frame is not None
    assert window.draw_tab.bars.values == train.digit.bars.values == features.side.bars.values
    assert features.side.bars.values is not None
    assert look.frame.answer is not None
    np.testing.assert_allclose(features.side.bars.values, look.frame.answer.probabilities, rtol=1e-4, atol=1e-6)
    np.testing.assert_array_equal(features.maps.frame_shown["conv1"], look.frame["conv1"])
    assert train.digit.maps.maps is not None
    np.testing.assert_array_equal(train.digit.maps.maps, look.frame["conv1"][: len(train.digit.maps.maps)])
    for picture in (window.draw_tab.received, train.digit.picture):
        assert picture.image is not None
        np.testing.assert_array_equal(picture.image, np.rint(255 * look.frame.pixels[0]).astype(np.uint8))
    assert window.draw_tab.answer.digit == text
    assert features.side.answer.digit == look.prediction.label == text[-1]


def test_surgery_changes_the_headline_and_the_bars_together(window: MainWindow) -> None:
    """The largest bar is the headline's, or the network is not sure enough that it is none."""
    window.show_model(loaded(load_model()))
    features = window.go_to("Features")
    assert isinstance(features, FeaturesTab)
    window.workspace.drawing.put("draw", Page((stroke(*SEVEN),)))
    settle(window)
    features.panel.show_page(3)
    page = features.panel.surgery
    for channel in range(6):
        layer = next(layer.name for layer in features.maps.layers if layer.name.startswith("conv"))
        features.maps.go_to(Cell(layer, channel, 3, 3), pin=True)
        page.mute()
        settle(window)
        look = window.workspace.look
        prediction, network = look.prediction, look.network
        assert prediction is not None
        assert network is not None
        assert network.source is Source.OPERATED
        values = features.side.bars.values
        assert values is not None
        assert len(values) == 11
        assert values == window.draw_tab.bars.values
        assert features.side.answer.lines == window.draw_tab.answer.lines
        if values[10] >= network.reader.threshold:
            assert features.side.answer.lines[0] == "Not a digit"
            assert features.side.answer.digit == ""
        else:
            digit = max(range(10), key=values.__getitem__)
            assert features.side.answer.digit == str(digit)
    features.shut_down()


def test_a_stroke_on_either_canvas_is_one_drawing(window: MainWindow, draw: Draw) -> None:
    features = window.go_to("Features")
    assert isinstance(features, FeaturesTab)
    features.side.show_drawing(on=True)
    draw(features.side.pad, [[(60, 40), (110, 90)]])
    assert window.draw_tab.canvas.sketch is window.workspace.drawing.sketch is features.side.pad.sketch
    assert window.draw_tab.answer.digit == "7"
    window.go_to("Draw")
    QTest.mouseClick(window.draw_tab.canvas, Qt.MouseButton.LeftButton, pos=QPoint(200, 200))
    settle(window)
    assert len(features.side.pad.sketch.page.strokes) == 2
