"""`digitpad features`: what every layer answers to a picture."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from digitpad.commands.output import printable, say, say_json
from digitpad.data.images import image_to_digit, read_image
from digitpad.data.ink import read_ink
from digitpad.data.rasterize import ink_to_image
from digitpad.errors import DigitpadError
from digitpad.export.feature_pictures import features_of, save_features
from digitpad.models.model_file import load_model
from digitpad.reading.recognizer import Recognizer


def features(path: Path, *, model: str | None, out: Path, index: int, json: bool) -> None:
    """Write the answers of all layers to one drawing, as pictures and as numbers.

    Parameters
    ----------
    path
        An image file, or a `.jsonl` ink collection.
    model
        Name or file of the model; None for the default.
    out
        Folder for the files.
    index
        Which drawing of a collection, from 0.
    json
        Print one JSON object instead of text.

    Raises
    ------
    DigitpadError
        If the picture or the model cannot be read, there is no such drawing, or a file cannot be written.
    """
    # The recognizer says so if the model is not made for reading digits.
    recognizer = Recognizer(load_model(model))
    saved = save_features(features_of(recognizer.model, _read(path, index)), out)
    if json:
        say_json(
            {
                "path": str(path),
                "index": index,
                "npz": str(saved.archive),
                "pictures": [str(picture) for picture in saved.pictures],
            }
        )
        return
    for picture in saved.pictures:
        say(printable(picture))
    say(f"{printable(saved.archive)} holds all {len(saved.pictures)} arrays, the normalised input with them.")


def _read(path: Path, index: int) -> NDArray[np.float32]:
    if path.suffix.lower() != ".jsonl":
        if index:
            raise DigitpadError(f"{path} is one picture; leave out --index, which chooses from a .jsonl collection.")
        return image_to_digit(read_image(path))
    drawings = read_ink(path)
    if index >= len(drawings):
        raise DigitpadError(f"{path} has {len(drawings)} drawings; choose one from 0 to {len(drawings) - 1}.")
    drawing = drawings[index]
    return ink_to_image(drawing.strokes, canvas=drawing.long_side)
