"""`digitpad predict`: read the digits and numbers in image files and ink files."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from digitpad.commands.output import note, printable, say, say_json
from digitpad.data.image_folder import is_system_file
from digitpad.data.images import read_image
from digitpad.data.ink import read_ink
from digitpad.data.skipped import SkippedPictures
from digitpad.errors import DigitpadError
from digitpad.models.model_file import load_model
from digitpad.reading.number_reading import NumberReading
from digitpad.reading.numbers import NumberReader
from digitpad.reading.prediction_record import prediction_record
from digitpad.reading.recognizer import Prediction, Recognizer
from digitpad.translation import gettext as _


@dataclass(frozen=True, slots=True)
class Reading:
    """The reading of one drawing, with its file and its index in the file, from 0.

    `prediction` reads the whole drawing as one digit; `number` is None if only that was requested.
    """

    path: Path
    index: int
    prediction: Prediction
    number: NumberReading | None = None


def predict(
    paths: Sequence[Path],
    *,
    model: str | None,
    top: int,
    single: bool,
    json: bool,
    threshold: float | None = None,
) -> None:
    """Read every drawing of every file and print the readings.

    Parameters
    ----------
    paths
        Image files, and `.jsonl` ink files with any number of drawings.
    model
        Name or file of the model; None for the default.
    top
        Number of classes to show for each digit, the most probable first.
    single
        Read each drawing as a single digit, even if it looks like a number.
    json
        Print one JSON array instead of text.
    threshold
        Probability of "not a digit" from which a drawing is read as that; None uses the threshold of the model.

    Raises
    ------
    DigitpadError
        If a file does not exist, ink cannot be read, or too many of the pictures cannot (see `SkippedPictures`);
        nothing is printed then. Fewer broken pictures are skipped and named on standard error.
    """
    recognizer = Recognizer(load_model(model), threshold=threshold)
    readings = _read_files(paths, recognizer, single=single)
    if json:
        say_json([_record(reading, recognizer) for reading in readings])
        return
    width = max(len(_place(reading)) for reading in readings)
    for reading in readings:
        say(f"{_place(reading).ljust(width)}  {_describe(reading, recognizer, top)}")


def _read_files(paths: Sequence[Path], recognizer: Recognizer, *, single: bool) -> list[Reading]:
    """Read every drawing of every file, and name the pictures that had to be skipped."""
    # A shell's `*` also brings what operating systems leave in folders.
    left_over = {path for path in paths if path.is_file() and is_system_file(path)}
    left_over = set() if left_over.issuperset(paths) else left_over
    skipped = SkippedPictures(sum(path not in left_over for path in paths))
    readings: list[Reading] = []
    for path in paths:
        try:
            readings += read_file(path, recognizer, single=single)
        except DigitpadError as error:
            # What does not exist was mistyped, which no result should hide.
            if path.suffix.lower() == ".jsonl" or not path.is_file():
                raise
            if path not in left_over:
                skipped.add(path, error)
    for remark in skipped.remarks():
        note(remark)
    return readings


def read_file(path: Path, recognizer: Recognizer, *, single: bool = False) -> list[Reading]:
    """Read every drawing of one file; with `single`, each as a single digit."""
    numbers = NumberReader(recognizer)
    if path.suffix.lower() == ".jsonl":
        drawings = read_ink(path)
        inks = [(drawing.strokes, drawing.long_side) for drawing in drawings]
        wholes = recognizer.recognize_all(recognizer.prepare_drawings(inks))
        if single:
            return [Reading(path, index, whole) for index, whole in enumerate(wholes)]
        return [
            Reading(path, index, whole, numbers.read_drawing(strokes, canvas=canvas, whole=whole))
            for index, ((strokes, canvas), whole) in enumerate(zip(inks, wholes, strict=True))
        ]
    if recognizer.reads_pictures:
        return [Reading(path, 0, recognizer.recognize_picture(path))]
    ink = read_image(path)
    whole = recognizer.recognize_image(ink)
    return [Reading(path, 0, whole, None if single else numbers.read_picture(ink, whole=whole))]


def _record(reading: Reading, recognizer: Recognizer) -> dict[str, object]:
    place: dict[str, object] = {"path": str(reading.path), "index": reading.index}
    return place | prediction_record(reading.prediction, reading.number, recognizer)


def _place(reading: Reading) -> str:
    if reading.path.suffix.lower() == ".jsonl":
        return f"{printable(reading.path)}:{reading.index}"
    return printable(reading.path)


def _describe(reading: Reading, recognizer: Recognizer, top: int) -> str:
    """Return the number and its probability, or the `top` most probable classes, or why it is none of them."""
    number = reading.number
    prediction = (number.as_digit if number is not None else None) or reading.prediction
    if number is not None and number.is_number:
        # Lines are separated by a character that is not read as a sign.
        text = f"{' | '.join(number.line_texts)} {100 * number.probability:5.1f}%"
        if not number.rejected:
            return text
        return f"{text}  " + _("not a number: {reason}").format(reason=number.reason)
    if prediction.rejected:
        text = _("not a digit: {reason}") if recognizer.reads_digits else _("not recognized: {reason}")
        return text.format(reason=prediction.reason)
    # An ambiguous reading is always shown with the second class.
    ambiguous = prediction.is_ambiguous and top == 1
    best = np.argsort(-prediction.probabilities, kind="stable")[: 2 if ambiguous else top]
    readings = [f"{recognizer.labels[index]} {100 * prediction.probabilities[index]:5.1f}%" for index in best]
    if ambiguous:
        return _("{first} or {second}").format(first=readings[0], second=readings[1])
    return "  ".join(readings)
