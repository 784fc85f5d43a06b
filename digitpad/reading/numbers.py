"""Reads numbers in drawings and pictures."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from digitpad.data.images import image_to_digit
from digitpad.data.ink import Stroke
from digitpad.data.labels import are_digits
from digitpad.data.rasterize import USUAL_CANVAS, inks_to_images
from digitpad.reading.lattice import Lattice, possible_runs, segment_features, sign_features
from digitpad.reading.lines import line_numbers, picture_lines
from digitpad.reading.number_reading import NumberReading, Segment, moved, single
from digitpad.reading.number_weights import INK_WEIGHTS, PICTURE_WEIGHTS
from digitpad.reading.one_figure import cuts_ink, is_one_figure, whole_figures
from digitpad.reading.parts import PicturePieces, key_of
from digitpad.reading.pieces import Box, KeptPieces, Pieces, Run
from digitpad.reading.recognizer import Prediction
from digitpad.reading.signs import find_signs, possible_shapes, shape_of, stands_apart
from digitpad.reading.strokes import InkPieces, may_be_divided, stroke_box
from digitpad.translation import gettext as _

#: Drawings with more strokes are not numbers; they are read as one digit, which may be rejected.
_MOST_STROKES = 120
#: Pictures with more pieces are rejected, since the time to read them grows with the number of pieces.
_MOST_PIECES = 400
#: From this number of new segments, they are scored by the fused layers, and only the chosen ones are read exactly.
_MANY = 48
#: A number must be more likely than one digit by these log-odds: ink that may be one digit usually is, and a single
#: digit must not be split.
_ONE_DIGIT = 3.0
#: This margin vanishes for wholes wider than the first, in heights of the line; it decreases over the second below it.
_TWO_WIDE, _FADE = 1.45, 0.3
#: Two parts above each other are one digit if its probability is at least this.
_SURELY_ONE = 0.9
#: A narrow part of a picture is not cut if the probability of a digit is at least this.
_LIKELY_ONE = 0.5
#: A piece with the shape of a sign is one unless the probability of a digit is above this.
_SURELY_NONE = 0.3
#: Drawings with up to this number of strokes are read ahead.
_FEW_STROKES = 8
#: Number of segments whose predictions are cached for the next reading.
_KEPT = 512


class Reader(Protocol):
    """Reads single digits; `digitpad.reading.recognizer.Recognizer` is one.

    Attributes
    ----------
    threshold
        The probability of "no digit" from which a picture is rejected, in [0, 1].
    """

    threshold: float

    @property
    def labels(self) -> tuple[str, ...]:
        """The classes, in the order of the probabilities."""
        ...

    @property
    def refuses(self) -> bool:
        """Whether the network has an output for "no digit"."""
        ...

    @property
    def reads_pictures(self) -> bool:
        """Whether the network reads pictures as they are; then nothing is read as a number."""
        ...

    def recognize_ink(self, strokes: Sequence[NDArray[np.float32]], *, canvas: float = ...) -> Prediction:
        """Read a drawing of one digit."""
        ...

    def recognize_image(self, gray: NDArray[np.float32]) -> Prediction:
        """Read a picture of one digit."""
        ...

    def recognize_pixels(self, image: NDArray[np.float32]) -> Prediction:
        """Read a prepared picture, (28, 28) or (C, H, W)."""
        ...

    def recognize_all(self, images: NDArray[np.float32]) -> list[Prediction]:
        """Read prepared pictures, (N, 28, 28) or (N, C, H, W)."""
        ...


@runtime_checkable
class FastReader(Protocol):
    """A reader that processes many pictures at once, equal to `recognize_all` up to rounding."""

    @property
    def labels(self) -> tuple[str, ...]:
        """The classes, in the order of the probabilities."""
        ...

    def answers(self, images: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return the logarithms of the digits' probabilities (N, classes), and the probabilities of no digit (N,)."""
        ...


class NumberReader:
    """Reads numbers with a reader of single digits; classes other than digits are read as single characters.

    It caches the predictions for the segments of recent drawings, so that during drawing only changed segments are read
    again.

    Parameters
    ----------
    reader
        The reader of single digits; a `Recognizer`.
    """

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self._known: dict[bytes, Prediction] = {}
        # The shapes of which signs were tested, and the sign that was found.
        self._shapes: dict[bytes, tuple[str, str]] = {}
        # Letters and signs are read as single characters: only digits form numbers.
        self._reads_numbers = are_digits(reader.labels) and not reader.reads_pictures

    def read_drawing(
        self, strokes: Sequence[Stroke], *, canvas: float = USUAL_CANVAS, whole: Prediction | None = None
    ) -> NumberReading:
        """Read a drawing.

        Parameters
        ----------
        strokes
            Each float32 (n, 2) or (n, 3), see `digitpad.data.ink`.
        canvas
            The long side of the canvas, in the units of the strokes.
        whole
            The prediction for the whole as one digit, if it is already known.

        Returns
        -------
        NumberReading
            For one digit, exactly the result of `recognize_ink`.
        """

        def as_one() -> Prediction:
            return whole if whole is not None else self.reader.recognize_ink(strokes, canvas=canvas)

        inked = [stroke for stroke in strokes if len(stroke)]
        if not inked or not all(stroke.ndim == 2 and np.isfinite(stroke).all() for stroke in inked):
            # Blank, or without strokes: the reader reports it.
            return single(as_one(), (0.0, 0.0, 0.0, 0.0))
        if len(inked) > _MOST_STROKES or not self._reads_numbers:
            return single(as_one(), _box_of(inked))
        if len(inked) == 1 and not may_be_divided(inked[0]):
            return single(as_one(), stroke_box(inked[0]))
        lines = line_numbers(np.array([stroke_box(stroke) for stroke in inked]))
        if not lines.any():
            return self._read_strokes(inked, canvas, as_one)
        readings = []
        for number in range(int(lines.max()) + 1):
            own = [stroke for stroke, line in zip(inked, lines, strict=True) if line == number]
            readings.append(self._read_strokes(own, canvas, as_one if len(own) == len(inked) else None))
        return readings[0] if len(readings) == 1 else _joined(readings, as_one, _box_of(inked))

    def read_drawings(
        self, drawings: Sequence[tuple[Sequence[Stroke], float]], wholes: Sequence[Prediction]
    ) -> list[NumberReading]:
        """Read several drawings, faster than one by one: all their segments are read in one forward pass.

        Parameters
        ----------
        drawings
            The strokes of each, and the long side of its canvas.
        wholes
            The prediction for each as one digit.
        """
        if not self._reads_numbers or len(drawings) < 2:
            divided: Sequence[InkPieces | None] = [None] * len(drawings)
        else:
            divided = [_divided(strokes, canvas) for strokes, canvas in drawings]
            self._read_ahead([pieces for pieces in divided if pieces is not None])
        return [
            self.read_drawing(strokes, canvas=canvas, whole=whole)
            if pieces is None
            else self._read_divided(pieces, whole)
            for (strokes, canvas), whole, pieces in zip(drawings, wholes, divided, strict=True)
        ]

    def read_picture(self, ink: NDArray[np.float32], *, whole: Prediction | None = None) -> NumberReading:
        """Read a picture that is already open.

        Parameters
        ----------
        ink
            float32 (H, W) in [0, 1], ink 1 on background 0, as `digitpad.data.images.read_image` returns it.
        whole
            The prediction for the whole as one digit, if it is already known.

        Returns
        -------
        NumberReading
            For one digit, exactly the result of `recognize_image`. Boxes are in pixels of the picture.
        """

        def as_one() -> Prediction:
            return whole if whole is not None else self.reader.recognize_image(ink)

        if not self._reads_numbers:
            return single(as_one(), (0.0, 0.0, float(ink.shape[1]), float(ink.shape[0])))
        lines = picture_lines(ink)
        pieces = [PicturePieces(line, self.are_digits) for line, _, _ in lines]
        layouts = [one.layout for one in pieces if len(one.layout)]
        if not layouts:
            return single(as_one(), (0.0, 0.0, 0.0, 0.0))
        everything = _around([layout.box((0, len(layout))) for layout in layouts])
        if sum(len(layout) for layout in layouts) > _MOST_PIECES:
            reason = _("there is too much on this page to read it; cut out the numbers")
            return single(replace(as_one(), rejected=True, reason=reason), everything)
        readings = [
            moved(self._read_line(one, line, as_one if len(lines) == 1 else None), left, top)
            for one, (line, left, top) in zip(pieces, lines, strict=True)
            if len(one.layout)
        ]
        return _joined(readings, as_one, everything)

    def read_prepared(self, image: NDArray[np.float32]) -> NumberReading:
        """Read a prepared picture, float32 in [0, 1]: (28, 28) with one digit, or (C, H, W)."""
        height, width = image.shape[-2:]
        return single(self.reader.recognize_pixels(image), (0.0, 0.0, float(width), float(height)))

    def _read_ahead(self, drawings: Sequence[InkPieces]) -> None:
        """Read the possible segments of drawings with few strokes, and keep them for `_recognize`."""
        inks: dict[bytes, tuple[Sequence[Stroke], float]] = {}
        for pieces in drawings:
            for run in possible_runs(pieces.layout):
                key = pieces.key(run)
                if run != (0, len(pieces)) and key not in self._known:
                    inks[key] = pieces.ink(run)
        if inks:
            predictions = self.reader.recognize_all(inks_to_images(list(inks.values())))
            self._known.update(zip(inks, predictions, strict=True))

    def _read_strokes(
        self, strokes: Sequence[Stroke], canvas: float, as_one: Callable[[], Prediction] | None
    ) -> NumberReading:
        """Read one line of a drawing; `as_one` reads it as one digit, if that differs from reading its strokes."""

        def alone() -> Prediction:
            return as_one() if as_one is not None else self.reader.recognize_ink(strokes, canvas=canvas)

        pieces = InkPieces(strokes, canvas=canvas)
        if len(pieces) > 1:
            return self._read(pieces, INK_WEIGHTS, alone)
        return single(alone(), _box_of(strokes))

    def _read_divided(self, pieces: InkPieces, whole: Prediction) -> NumberReading:
        return self._read(pieces, INK_WEIGHTS, lambda: whole)

    def _read_line(
        self, pieces: PicturePieces, ink: NDArray[np.float32], as_one: Callable[[], Prediction] | None
    ) -> NumberReading:
        """Read one line of a picture; `as_one` reads it as one digit, if the picture has one line."""

        def alone() -> Prediction:
            return as_one() if as_one is not None else self.reader.recognize_image(ink)

        if len(pieces.layout) > 1:
            return self._read(pieces, PICTURE_WEIGHTS, alone)
        return single(alone(), pieces.layout.box((0, len(pieces.layout))))

    def _read(self, pieces: Pieces, weights: NDArray[np.float64], as_one: Callable[[], Prediction]) -> NumberReading:
        """Return the reading of the pieces; `as_one` reads them as one digit, and is only called if they may be one."""
        layout = pieces.layout
        everything = (0, len(layout))
        pieces = KeptPieces(pieces)
        signs = find_signs(layout)
        for run, sign in self._drawn_signs(pieces).items():
            # The lower circle of a percent sign is as small as a point.
            signs = {other: one for other, one in signs.items() if other[1] <= run[0] or run[1] <= other[0]}
            signs[run] = sign
        possible = possible_runs(layout)
        apart = [run for run, sign in signs.items() if sign not in {".", ","} and stands_apart(layout, run)]
        runs = [
            run
            for run in whole_figures(layout, possible)
            if run not in signs
            and run != everything
            and not any(run[0] < sign[1] and sign[0] < run[1] for sign in apart)
        ]
        guesses = self._guess(pieces, runs)
        whole = as_one() if everything in possible else None
        if whole is not None:
            guesses[everything] = _Guess(whole.label, belief(whole))
        known = {run: segment_features(layout, run, one.label, one.belief) for run, one in guesses.items()}
        lattice = Lattice(layout, known | {run: sign_features(sign) for run, sign in signs.items()})
        path = lattice.best(weights)
        digits = [run for run in path.runs if run not in signs]
        is_number = any(signs.get(run, ".") not in {".", ","} for run in path.runs)
        if not digits or (len(digits) == 1 and not is_number):
            # A dot beside a digit does not make a number: the drawing is read as one digit.
            return single(whole or as_one(), layout.box(everything))
        if whole is not None and whole.rejected and is_one_figure(layout, path.runs):
            return single(whole, layout.box(everything))
        if whole is not None and len(digits) > 1:
            surplus = lattice.score(path.runs, weights) - lattice.score([everything], weights)
            left, _, right, _ = layout.box(everything)
            narrow = min(max((_TWO_WIDE - (right - left) / layout.height) / _FADE, 0.0), 1.0)
            if belief(whole) >= _SURELY_ONE and cuts_ink(layout, path.runs):
                # A wide digit is not cut.
                narrow = 1.0
            if surplus < _ONE_DIGIT * narrow:
                return single(whole, layout.box(everything))
        predictions = self._recognize(pieces, [run for run in digits if run != everything])
        if whole is not None:
            predictions[everything] = whole
        segments = tuple(
            Segment(signs[run], layout.box(run), None)
            if run in signs
            else Segment(predictions[run].label, layout.box(run), predictions[run])
            for run in path.runs
        )
        return NumberReading(segments, path.share * math.prod(predictions[run].probability for run in digits))

    def are_digits(self, crops: Sequence[NDArray[np.float32]]) -> list[bool]:
        """Return which parts of a picture are likely one digit; the predictions are kept for `_recognize`."""
        keys = [key_of(crop) for crop in crops]
        new = {key: crop for key, crop in zip(keys, crops, strict=True) if key not in self._known}
        if new:
            predictions = self.reader.recognize_all(np.stack([image_to_digit(crop) for crop in new.values()]))
            self._known.update(zip(new, predictions, strict=True))
        return [belief(self._known[key]) >= _LIKELY_ONE for key in keys]

    def _drawn_signs(self, pieces: Pieces) -> dict[Run, str]:
        """Return the pieces with the shape of a sign; results for unchanged pieces come from the cache."""
        signs: dict[Run, str] = {}
        for run, possible in possible_shapes(pieces.layout).items():
            key = pieces.key(run)
            shape = self._shapes.pop(key, None)
            if shape is None or shape[0] != possible:
                shape = (possible, shape_of(pieces, run, possible))
            # Least recently used entries are dropped first: an entry moves to the end when it is used.
            self._shapes[key] = shape
            sign = shape[1]
            if sign and stands_apart(pieces.layout, run) and not self._is_digit(pieces, run, sign):
                signs[run] = sign
        while len(self._shapes) > _KEPT:
            del self._shapes[next(iter(self._shapes))]
        return signs

    def _is_digit(self, pieces: Pieces, run: Run, sign: str) -> bool:
        """Return whether a piece with the shape of a sign is a digit nevertheless: a 4, a crossed 7 or a slanted 0."""
        if not self.reader.refuses or run[1] - run[0] == 3:
            # A network without a class for non-digits reads every plus as a digit. Of three pieces, one above and one
            # below a slanted one, there is no digit.
            return False
        prediction = self._recognize(pieces, [run])[run]
        return belief(prediction) > _SURELY_NONE and not (sign == "/" and prediction.label == "1")

    def _guess(self, pieces: Pieces, runs: Sequence[Run]) -> "dict[Run, _Guess]":
        """Return predictions for segments: exact ones, unless there are many segments."""
        if len(runs) < _MANY or not isinstance(self.reader, FastReader):
            predictions = self._recognize(pieces, runs)
            return {run: _Guess(one.label, belief(one)) for run, one in predictions.items()}
        pictures = pieces.pictures(runs)
        digits, nothing = self.reader.answers(pictures[:, np.newaxis])
        best = digits.argmax(axis=1)
        beliefs = np.exp(digits.max(axis=1)) * (1 - nothing)
        labels = self.reader.labels
        return {
            run: _Guess(labels[int(one)], float(how_sure))
            for run, one, how_sure in zip(runs, best, beliefs, strict=True)
        }

    def _recognize(self, pieces: Pieces, runs: Sequence[Run]) -> dict[Run, Prediction]:
        """Read segments; new ones are read in one forward pass."""
        keys = {run: pieces.key(run) for run in runs}
        new = {key: run for run, key in keys.items() if key not in self._known}
        if new:
            pictures = pieces.pictures(list(new.values()))
            self._known.update(zip(new, self.reader.recognize_all(pictures), strict=True))
        found = {run: self._known[key] for run, key in keys.items()}
        for key in keys.values():
            # Least recently used entries are dropped first: an entry moves to the end when it is used.
            self._known[key] = self._known.pop(key)
        while len(self._known) > _KEPT:
            del self._known[next(iter(self._known))]
        return found


@dataclass(frozen=True, slots=True)
class _Guess:
    """The best class of a segment, and its `belief`."""

    label: str
    belief: float


def belief(prediction: Prediction) -> float:
    """Return the probability that a segment is a digit, and the predicted one."""
    return prediction.probability * (1 - prediction.no_digit)


def _joined(readings: Sequence[NumberReading], as_one: Callable[[], Prediction], box: Box) -> NumberReading:
    """Return the reading of several lines, or of one digit if they may be its two parts."""
    if len(readings) == 1:
        return readings[0]
    segments = tuple(segment for reading in readings for segment in reading.segments)
    if len(segments) == len(readings) and (any(reading.rejected for reading in readings) or len(readings) == 2):
        whole = as_one()
        if not whole.rejected and belief(whole) >= _SURELY_ONE:
            return single(whole, box)
    lengths = tuple(len(reading.segments) for reading in readings)
    return NumberReading(segments, math.prod(reading.probability for reading in readings), lengths)


def _divided(strokes: Sequence[Stroke], canvas: float) -> InkPieces | None:
    """Return the pieces of a drawing with few strokes in one line; None for any other."""
    if not 1 < len(strokes) <= _FEW_STROKES or not all(len(one) and np.isfinite(one).all() for one in strokes):
        return None
    is_one_line = not line_numbers(np.array([stroke_box(stroke) for stroke in strokes])).any()
    return InkPieces(strokes, canvas=canvas) if is_one_line else None


def _around(boxes: Sequence[Box]) -> Box:
    left, top, right, bottom = zip(*boxes, strict=True)
    return min(left), min(top), max(right), max(bottom)


def _box_of(strokes: Sequence[Stroke]) -> Box:
    return _around([stroke_box(stroke) for stroke in strokes])
