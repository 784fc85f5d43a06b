"""Reads the drawings of all clients: those that wait together pass through the network together.

While one batch is read, requests arrive and form the next: under load, batches grow and the time for a drawing shrinks;
alone, a drawing is read at once. Pictures and long drawings take much longer, so that they have a thread of their own
and delay no one else.
"""

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock
from typing import Generic, TypeVar

import numpy as np

from digitpad.data.images import read_image
from digitpad.data.ink import Drawing
from digitpad.errors import DigitpadError
from digitpad.nn.checks import NotFiniteError
from digitpad.reading.number_reading import NumberReading, single
from digitpad.reading.numbers import NumberReader
from digitpad.reading.prediction_record import prediction_record
from digitpad.reading.recognizer import Prediction
from digitpad.serving.limits import MOST_QUICK, MOST_SLOW, QUICK_BYTES, QUICK_STROKES
from digitpad.serving.reader import DrawingReader, ReaderSource
from digitpad.serving.received import UnreadableError, parse_drawing
from digitpad.translation import gettext as _

#: As many as the plain layers read in one pass.
_MOST_TOGETHER = 16

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


class BusyError(Exception):
    """Too many drawings are waiting."""


class NoAnswerError(Exception):
    """There is no network, or its weights are not finite; the message says so."""


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """The reading of a drawing or a picture.

    Attributes
    ----------
    reading
        The reading.
    whole
        The reading of the whole as one digit, with the picture that the network receives.
    record
        The same as values for JSON, see `digitpad.reading.prediction_record`.
    labels
        The classes, in the order of the probabilities.
    reads_digits
        Whether all classes are digits.
    drawing
        The drawing; None for a picture.
    """

    reading: NumberReading
    whole: Prediction
    record: dict[str, object]
    labels: tuple[str, ...]
    reads_digits: bool
    drawing: Drawing | None


class BatchReader:
    """Reads drawings and pictures in threads of its own.

    Parameters
    ----------
    source
        Returns what reads now; asked for every batch.
    on_batch
        Called with the size of each batch of drawings, in the reading thread.
    """

    def __init__(self, source: ReaderSource, on_batch: Callable[[int], None] = lambda _size: None) -> None:
        self._source = source
        self._on_batch = on_batch
        self._quick = _Lane("digitpad-reading", self._read_quick, _MOST_TOGETHER, MOST_QUICK)
        self._slow = _Lane("digitpad-reading-long", self._read_slow, 1, MOST_SLOW)
        self._quick_numbers, self._slow_numbers = _Numbers(), _Numbers()

    def read_ink(self, body: bytes) -> "Future[Answer]":
        """Read the body of a request with a drawing; a short one is checked at once.

        Raises
        ------
        UnreadableError
            If it is not a drawing; the result of a long one raises it instead.
        BusyError
            If too many are waiting.
        """
        return self.read_drawing(parse_drawing(body)) if len(body) <= QUICK_BYTES else self._slow.submit(body)

    def read_drawing(self, drawing: Drawing) -> "Future[Answer]":
        """Read a drawing.

        Raises
        ------
        BusyError
            If too many are waiting.
        """
        is_quick = len(drawing.strokes) <= QUICK_STROKES
        return self._quick.submit(drawing) if is_quick else self._slow.submit(drawing)

    def read_picture(self, contents: bytes) -> "Future[Answer]":
        """Read the contents of a picture file; the result raises `UnreadableError` if it is not one.

        Raises
        ------
        BusyError
            If too many are waiting.
        """
        return self._slow.submit(_Picture(contents))

    def close(self) -> None:
        """Finish the batch that is being read, cancel what waits, and end the threads."""
        self._quick.close()
        self._slow.close()

    def _read_quick(self, drawings: Sequence[Drawing]) -> list[Answer | Exception]:
        self._on_batch(len(drawings))
        reader = self._source()
        if reader is None:
            return [_without_network() for _ in drawings]
        return _read_together(drawings, reader, self._quick_numbers.of(reader))

    def _read_slow(self, items: "Sequence[Drawing | bytes | _Picture]") -> list[Answer | Exception]:
        reader = self._source()
        if reader is None:
            return [_without_network() for _ in items]
        numbers = self._slow_numbers.of(reader)
        answers: list[Answer | Exception] = []
        for item in items:
            try:
                if isinstance(item, _Picture):
                    answers.append(_read_picture(item.contents, reader, numbers))
                else:
                    drawing = item if isinstance(item, Drawing) else parse_drawing(item)
                    answers += _read_together([drawing], reader, numbers)
            except UnreadableError as error:
                answers.append(error)
        return answers


@dataclass(frozen=True, slots=True)
class _Picture:
    contents: bytes


class _Numbers:
    """The reader of numbers of one thread, with its cache; a new one for each network."""

    def __init__(self) -> None:
        self._numbers: NumberReader | None = None

    def of(self, reader: DrawingReader) -> NumberReader:
        if self._numbers is None or self._numbers.reader is not reader:
            self._numbers = NumberReader(reader)
        return self._numbers


class _Lane(Generic[_Item, _Result]):
    """A thread that processes what waits, several at once."""

    def __init__(
        self,
        name: str,
        work: Callable[[Sequence[_Item]], list[_Result | Exception]],
        most_together: int,
        most_waiting: int,
    ) -> None:
        self._work = work
        self._most_together, self._most_waiting = most_together, most_waiting
        self._waiting: deque[tuple[_Item, Future[_Result]]] = deque()
        self._lock = Lock()
        self._runs = self._closed = False
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=name)

    def submit(self, item: _Item) -> "Future[_Result]":
        result: Future[_Result] = Future()
        with self._lock:
            if self._closed or len(self._waiting) >= self._most_waiting:
                raise BusyError
            self._waiting.append((item, result))
            starts, self._runs = not self._runs, True
            if starts:
                self._thread.submit(self._run)
        return result

    def close(self) -> None:
        with self._lock:
            self._closed = True
            left, self._waiting = self._waiting, deque()
        for _item, result in left:
            result.cancel()
        self._thread.shutdown()

    def _run(self) -> None:
        while batch := self._next_batch():
            wanted = [(item, result) for item, result in batch if result.set_running_or_notify_cancel()]
            if wanted:
                self._answer([item for item, _result in wanted], [result for _item, result in wanted])

    def _next_batch(self) -> list[tuple[_Item, "Future[_Result]"]]:
        with self._lock:
            batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), self._most_together))]
            self._runs = bool(batch)
        return batch

    def _answer(self, items: Sequence[_Item], results: "Sequence[Future[_Result]]") -> None:
        try:
            answers = self._work(items)
        except BaseException as error:
            for result in results:
                result.set_exception(error)
            # What arrived meanwhile is read all the same.
            self._thread.submit(self._run)
            raise
        for result, answer in zip(results, answers, strict=True):
            if isinstance(answer, Exception):
                result.set_exception(answer)
            else:
                result.set_result(answer)


def _read_together(
    drawings: Sequence[Drawing], reader: DrawingReader, numbers: NumberReader
) -> list[Answer | Exception]:
    # The weights of a training that diverges, and coordinates of 1e38, overflow without harm.
    try:
        with np.errstate(all="ignore"):
            inks = [(drawing.strokes, drawing.long_side) for drawing in drawings]
            wholes = reader.recognize_all(reader.prepare_drawings(inks))
            readings = numbers.read_drawings(inks, wholes)
    except NotFiniteError:
        return [_not_finite() for _ in drawings]
    return [
        _answer(reading, whole, reader, drawing)
        for reading, whole, drawing in zip(readings, wholes, drawings, strict=True)
    ]


def _read_picture(contents: bytes, reader: DrawingReader, numbers: NumberReader) -> Answer | Exception:
    try:
        with np.errstate(all="ignore"):
            if reader.reads_pictures:
                whole = reader.recognize_picture(contents)
                reading = single(whole, (0.0, 0.0, float(whole.image.shape[-1]), float(whole.image.shape[-2])))
            else:
                ink = read_image(contents)
                whole = reader.recognize_image(ink)
                reading = numbers.read_picture(ink, whole=whole)
    except DigitpadError as error:
        return UnreadableError(str(error))
    except NotFiniteError:
        return _not_finite()
    return _answer(reading, whole, reader, None)


def _not_finite() -> NoAnswerError:
    return NoAnswerError(_("The network in use has weights that are not finite; choose another one."))


def _without_network() -> NoAnswerError:
    return NoAnswerError(_("There is no network to read with yet; try again in a moment."))


def _answer(
    reading: NumberReading, whole: Prediction, reader: DrawingReader, drawing: Drawing | None
) -> Answer | Exception:
    numbers = [reading.probability, *whole.probabilities.tolist()]
    for segment in reading.segments:
        numbers += [] if segment.prediction is None else segment.prediction.probabilities.tolist()
    if not np.isfinite(numbers).all():
        return _not_finite()
    record = prediction_record(whole, reading, reader)
    return Answer(reading, whole, record, reader.labels, reader.reads_digits, drawing)
