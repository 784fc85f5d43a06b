"""`digitpad features`: save the feature maps of every layer for one image."""

from pathlib import Path

from digitpad.commands.output import printable, say, say_json
from digitpad.export.feature_pictures import features_of, save_features
from digitpad.models.model_file import load_model
from digitpad.reading.drawing_file import prepared_drawing
from digitpad.reading.recognizer import Recognizer
from digitpad.translation import ngettext


def features(path: Path, *, model: str | None, out: Path, index: int, json: bool) -> None:
    """Save the activations of all layers for one drawing, as pictures and as numbers.

    Parameters
    ----------
    path
        An image file or a `.jsonl` ink file.
    model
        Name or file of the model; None for the default.
    out
        Folder for the files.
    index
        Index of the drawing in an ink file, from 0.
    json
        Print one JSON object instead of text.

    Raises
    ------
    DigitpadError
        If the image or the model cannot be read, the file has fewer drawings, or a file cannot be written.
    """
    # The recognizer raises an error if the model does not read digits.
    recognizer = Recognizer(load_model(model))
    saved = save_features(features_of(recognizer.model, prepared_drawing(path, index, recognizer)), out)
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
    count = len(saved.pictures)
    say(
        ngettext(
            "{archive} contains the array, the normalized input.",
            "{archive} contains all {count} arrays, including the normalized input.",
            count,
        ).format(archive=printable(saved.archive), count=count)
    )
