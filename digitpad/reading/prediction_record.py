"""The reading of a drawing as plain values: what `digitpad predict --json` prints and the server answers."""

from typing import Protocol

from digitpad.reading.number_reading import NumberReading
from digitpad.reading.recognizer import Prediction


class Classes(Protocol):
    """What the classes of a reader are; `digitpad.reading.recognizer.Recognizer` says so."""

    @property
    def labels(self) -> tuple[str, ...]:
        """The classes, in the order of the probabilities."""
        ...

    @property
    def reads_digits(self) -> bool:
        """Whether all classes are digits, which may form numbers."""
        ...


def prediction_record(whole: Prediction, number: NumberReading | None, classes: Classes) -> dict[str, object]:
    """Return the reading of a drawing as values for JSON.

    Parameters
    ----------
    whole
        The reading of the whole drawing as one digit.
    number
        Its reading as a number; None if it was only read as one digit.
    classes
        The reader.

    Returns
    -------
    dict
        `label`, `probability`, `probabilities` and `rejected`; for classes other than digits also `labels`, and for a
        number of several characters `lines` and `digits`.
    """
    # A page that is refused as a whole is refused as one digit, too.
    prediction = (number.as_digit if number is not None else None) or whole
    record: dict[str, object] = {
        "label": prediction.label,
        "probability": prediction.probability,
        "probabilities": prediction.probabilities.tolist(),
        "rejected": prediction.rejected,
    }
    if not classes.reads_digits:
        # Digits are in the order of their values; other classes need their names.
        record["labels"] = list(classes.labels)
    if number is None or not number.is_number:
        return record
    record["lines"] = list(number.line_texts)
    digits = [
        {
            "box": list(segment.box),
            "label": segment.label,
            "probabilities": None if segment.prediction is None else segment.prediction.probabilities.tolist(),
        }
        for segment in number.segments
    ]
    # The ten probabilities are those of the drawing as one digit; each digit of the number has its own.
    read_as_number = {
        "label": number.text,
        "probability": number.probability,
        "rejected": number.rejected,
        "digits": digits,
    }
    return record | read_as_number
