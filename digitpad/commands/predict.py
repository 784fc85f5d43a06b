"""`digitpad predict`: read the digits in picture files and ink collections."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from digitpad.commands.output import printable, say, say_json
from digitpad.data.images import image_to_digit, read_image
from digitpad.data.ink import read_ink
from digitpad.data.rasterize import ink_to_image
from digitpad.model_file import load_model
from digitpad.recognition import Prediction, Recognizer


@dataclass(frozen=True, slots=True)
class Reading:
    """A prediction, and where its drawing came from: the file, and the drawing's place in it, from 0."""

    path: Path
    index: int
    prediction: Prediction


def predict(paths: Sequence[Path], *, model: str | None, top: int, json: bool) -> None:
    """Read every drawing of every file and print the answers.

    Parameters
    ----------
    paths
        Image files, and `.jsonl` ink collections with any number of drawings.
    model
        Name or file of the model; None for the default.
    top
        How many readings of each drawing a person is shown.
    json
        Print one JSON array instead of text.

    Raises
    ------
    DigitpadError
        If any file cannot be read; nothing is printed then.
    """
    recognizer = Recognizer(load_model(model))
    readings = [reading for path in paths for reading in read_file(path, recognizer)]
    if json:
        say_json([_record(reading) for reading in readings])
        return
    width = max(len(_place(reading)) for reading in readings)
    for reading in readings:
        say(f"{_place(reading).ljust(width)}  {_describe(reading.prediction, recognizer.labels, top)}")


def read_file(path: Path, recognizer: Recognizer) -> list[Reading]:
    """Read every drawing of one file."""
    if path.suffix.lower() == ".jsonl":
        pictures = [ink_to_image(drawing.strokes, canvas=drawing.long_side) for drawing in read_ink(path)]
    else:
        pictures = [image_to_digit(read_image(path))]
    predictions = recognizer.recognize_all(np.stack(pictures))
    return [Reading(path, index, prediction) for index, prediction in enumerate(predictions)]


def _record(reading: Reading) -> dict[str, object]:
    prediction = reading.prediction
    return {
        "path": str(reading.path),
        "index": reading.index,
        "label": prediction.label,
        "probability": prediction.probability,
        "probabilities": prediction.probabilities.tolist(),
        "rejected": prediction.rejected,
    }


def _place(reading: Reading) -> str:
    if reading.path.suffix.lower() == ".jsonl":
        return f"{printable(reading.path)}:{reading.index}"
    return printable(reading.path)


def _describe(prediction: Prediction, labels: Sequence[str], top: int) -> str:
    """Return the `top` best readings, best first, or why there is none."""
    if prediction.rejected:
        return f"not a digit: {prediction.reason}"
    best = np.argsort(-prediction.probabilities, kind="stable")[:top]
    return "  ".join(f"{labels[index]} {100 * prediction.probabilities[index]:5.1f}%" for index in best)
