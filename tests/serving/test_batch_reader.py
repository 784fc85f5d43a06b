"""Drawings that wait together are read together, and are read as if each were alone."""

import io
import json
import threading
from collections.abc import Iterator

import numpy as np
import PIL.Image
import pytest
from numpy.typing import NDArray

from digitpad.data.ink import Drawing
from digitpad.models.model_file import load_model
from digitpad.reading.numbers import NumberReader
from digitpad.reading.recognizer import Prediction, Recognizer
from digitpad.serving.batch_reader import BatchReader, BusyError, NoAnswerError
from digitpad.serving.limits import MOST_QUICK, MOST_SLOW
from digitpad.serving.received import UnreadableError
from tests.reading.written import written
from tests.serving.client import SEVEN


class Gate(Recognizer):
    """A recognizer that waits until it may read."""

    def __init__(self) -> None:
        super().__init__(load_model("light"))
        self.entered, self.opened = threading.Event(), threading.Event()

    def recognize_all(self, images: NDArray[np.float32]) -> list[Prediction]:
        self.entered.set()
        assert self.opened.wait(20)
        return super().recognize_all(images)


@pytest.fixture
def gate() -> Iterator[Gate]:
    gate = Gate()
    yield gate
    gate.opened.set()


def drawing(text: str) -> Drawing:
    return Drawing(tuple(written(text)), 400.0, 300.0)


def png(text: str = "7") -> bytes:
    pixels = np.zeros((28, 28), np.uint8)
    if text:
        pixels[5:8, 6:22] = pixels[5:23, 19:22] = 255
    contents = io.BytesIO()
    PIL.Image.fromarray(255 - pixels).save(contents, "PNG")
    return contents.getvalue()


def test_drawings_that_wait_are_read_in_one_batch(gate: Gate) -> None:
    sizes: list[int] = []
    reader = BatchReader(lambda: gate, sizes.append)
    try:
        first = reader.read_drawing(drawing("7"))
        assert gate.entered.wait(20)
        others = [reader.read_drawing(drawing(text)) for text in ("1", "23", "4", "508")]
        gate.opened.set()
        answers = [waiting.result(20) for waiting in (first, *others)]
    finally:
        reader.close()
    assert sizes == [1, 4]
    alone = Recognizer(gate.model)
    for answer, text in zip(answers, ("7", "1", "23", "4", "508"), strict=True):
        expected = NumberReader(alone).read_drawing(written(text), canvas=400.0)
        assert answer.reading.text == expected.text
        assert answer.reading.probability == pytest.approx(expected.probability, rel=1e-4)
        assert answer.record["label"] == expected.text
        assert answer.drawing is not None
        assert json.loads(json.dumps(answer.record)) == answer.record


def test_the_network_may_change_between_two_drawings(recognizer: Recognizer) -> None:
    other = Recognizer(load_model("standard"))
    current = [recognizer]
    reader = BatchReader(lambda: current[0])
    try:
        one = reader.read_drawing(drawing("7")).result(20)
        current[0] = other
        two = reader.read_drawing(drawing("7")).result(20)
    finally:
        reader.close()
    assert one.record["probabilities"] != two.record["probabilities"]
    np.testing.assert_allclose(
        two.whole.probabilities, other.recognize_ink(written("7"), canvas=400.0).probabilities, rtol=1e-4, atol=1e-7
    )


def test_a_picture_is_read_as_predict_reads_it(recognizer: Recognizer) -> None:
    reader = BatchReader(lambda: recognizer)
    try:
        answer = reader.read_picture(png()).result(20)
    finally:
        reader.close()
    np.testing.assert_array_equal(answer.whole.image, recognizer.prepare_picture(png()))
    assert answer.record["label"] == "7"


def test_long_drawings_wait_elsewhere(gate: Gate) -> None:
    sizes: list[int] = []
    reader = BatchReader(lambda: gate, sizes.append)
    try:
        waiting = reader.read_drawing(drawing("1" * 20))
        gate.opened.set()
        assert waiting.result(20).reading.text == "1" * 20
    finally:
        reader.close()
    assert sizes == []


@pytest.mark.parametrize("body", [b"{", b'{"strokes": 1}', b'{"strokes": [[[1]]]}' + b" " * 20_000])
def test_what_is_not_a_drawing_is_refused(recognizer: Recognizer, body: bytes) -> None:
    reader = BatchReader(lambda: recognizer)
    try:
        with pytest.raises(UnreadableError):
            reader.read_ink(body).result(20)
        # ... and the next one is read.
        assert reader.read_ink(json.dumps(SEVEN).encode()).result(20).record["label"] == "7"
    finally:
        reader.close()


@pytest.mark.parametrize("contents", [b"no picture", png()[:60], b"\x89PNG\r\n\x1a\n" + b"\0" * 100])
def test_what_is_not_a_picture_is_refused(recognizer: Recognizer, contents: bytes) -> None:
    reader = BatchReader(lambda: recognizer)
    try:
        with pytest.raises(UnreadableError) as refused:
            reader.read_picture(contents).result(20)
    finally:
        reader.close()
    assert "\n" not in str(refused.value)


def test_a_network_that_is_not_finite_has_no_answer(recognizer: Recognizer) -> None:
    model = recognizer.model.copy()
    for parameter in model.network.parameters():
        parameter.value[...] = np.nan
    broken = Recognizer(model)
    reader = BatchReader(lambda: broken)
    try:
        with pytest.raises(NoAnswerError, match="not finite"):
            reader.read_drawing(drawing("7")).result(20)
    finally:
        reader.close()


def test_without_a_network_there_is_no_answer() -> None:
    reader = BatchReader(lambda: None)
    try:
        for waiting in (reader.read_drawing(drawing("7")), reader.read_picture(png())):
            with pytest.raises(NoAnswerError, match="no network"):
                waiting.result(20)
    finally:
        reader.close()


def test_too_many_drawings_are_refused(gate: Gate) -> None:
    reader = BatchReader(lambda: gate)
    seven = drawing("7")
    try:
        first = reader.read_drawing(seven)
        assert gate.entered.wait(20)
        waiting = [reader.read_drawing(seven) for _ in range(MOST_QUICK)]
        with pytest.raises(BusyError):
            reader.read_drawing(seven)
        gate.opened.set()
        assert {one.result(60).reading.text for one in (first, *waiting)} == {"7"}
    finally:
        gate.opened.set()
        reader.close()


def test_too_many_pictures_are_refused_and_drawings_go_on(recognizer: Recognizer) -> None:
    held = threading.Event()

    def source() -> Recognizer:
        # Pictures have a thread of their own.
        assert not threading.current_thread().name.startswith("digitpad-reading-long") or held.wait(20)
        return recognizer

    reader = BatchReader(source)
    try:
        pictures = []
        refused = 0
        for _ in range(MOST_SLOW + 3):
            try:
                pictures.append(reader.read_picture(png()))
            except BusyError:
                refused += 1
        assert refused >= 2
        assert reader.read_drawing(drawing("7")).result(20).reading.text == "7"
        held.set()
        assert [picture.result(20).record["label"] for picture in pictures] == ["7"] * len(pictures)
    finally:
        held.set()
        reader.close()


def test_a_cancelled_drawing_is_not_read(gate: Gate) -> None:
    sizes: list[int] = []
    reader = BatchReader(lambda: gate, sizes.append)
    try:
        first = reader.read_drawing(drawing("7"))
        assert gate.entered.wait(20)
        gone, stays = reader.read_drawing(drawing("1")), reader.read_drawing(drawing("2"))
        assert gone.cancel()
        gate.opened.set()
        assert (first.result(20).reading.text, stays.result(20).reading.text) == ("7", "2")
    finally:
        reader.close()
    assert sizes == [1, 1]


def test_what_waits_at_the_end_is_cancelled(gate: Gate) -> None:
    reader = BatchReader(lambda: gate)
    first = reader.read_drawing(drawing("7"))
    assert gate.entered.wait(20)
    waiting = reader.read_drawing(drawing("1"))
    closing = threading.Thread(target=reader.close)
    closing.start()
    while not waiting.done():
        assert closing.is_alive()
    gate.opened.set()
    closing.join(20)
    assert waiting.cancelled()
    assert first.result(0).reading.text == "7"
    with pytest.raises(BusyError):
        reader.read_drawing(drawing("1"))


def test_a_bug_reaches_who_waits_and_the_next_drawing_is_read(recognizer: Recognizer) -> None:
    faults = [ZeroDivisionError("a bug")]

    def source() -> Recognizer:
        if faults:
            raise faults.pop()
        return recognizer

    reader = BatchReader(source)
    try:
        with pytest.raises(ZeroDivisionError):
            reader.read_drawing(drawing("7")).result(20)
        assert reader.read_drawing(drawing("7")).result(20).reading.text == "7"
    finally:
        reader.close()
