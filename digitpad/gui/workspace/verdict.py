"""The text for a single digit: one rule for the headline and the bars, in all tabs.

The bars show the output probabilities; if the network has the class "no digit", the last bar is "none". The headline is
the best digit with the percentage of its bar, or "Not a digit" with the closest digit.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from digitpad.data.labels import are_digits
from digitpad.gui.widgets.answer import AMBIGUOUS, NEAR
from digitpad.gui.widgets.percent import sureness

if TYPE_CHECKING:
    from digitpad.reading.numbers import Reader
    from digitpad.reading.recognizer import Prediction


@dataclass(frozen=True, slots=True)
class Verdict:
    """The texts and numbers for one prediction.

    Attributes
    ----------
    labels, values
        Names and probabilities of the bars; the probabilities in [0, 1] add up to 1.
    digit
        Digit of the headline; empty if it is not a digit.
    lines
        The two lines beside it.
    """

    labels: tuple[str, ...]
    values: tuple[float, ...]
    digit: str
    lines: tuple[str, str]


def verdict_of(prediction: "Prediction", reader: "Reader") -> Verdict:
    """Return the verdict for a prediction of a reader."""
    labels = bar_labels(reader)
    values = [float(value) * (1 - prediction.no_digit) for value in prediction.probabilities]
    values += [prediction.no_digit] if reader.refuses else []
    best = max(range(len(reader.labels)), key=values.__getitem__)
    if prediction.rejected:
        closest = QCoreApplication.translate("Verdict", "closest: {label}").format(label=labels[best])
        by_threshold = reader.refuses and prediction.no_digit >= reader.threshold
        detail = closest if by_threshold else f"{closest} · {prediction.reason}"
        title = (
            QCoreApplication.translate("Verdict", "Not a digit")
            if are_digits(reader.labels)
            else QCoreApplication.translate("Verdict", "Not recognized")
        )
        return Verdict(labels, tuple(values), "", (title, detail))
    second = max((index for index in range(len(values)) if index != best), key=values.__getitem__, default=best)
    other = ""
    if second != best and values[second] >= NEAR:
        words = (
            QCoreApplication.translate("Verdict", "ambiguous: or {label}, {probability}")
            if values[second] >= AMBIGUOUS
            else ""
        )
        words = words or QCoreApplication.translate("Verdict", "or {label}, {probability}")
        other = words.format(label=labels[second], probability=sureness(values[second]))
    return Verdict(labels, tuple(values), labels[best], (sureness(values[best]), other))


def bar_labels(reader: "Reader") -> tuple[str, ...]:
    """Return the labels of the bars: the digits, and "none" if the network has the class "no digit"."""
    # The longer "none of these" would shorten the bars by a third.
    return (*reader.labels, QCoreApplication.translate("Verdict", "none")) if reader.refuses else tuple(reader.labels)
