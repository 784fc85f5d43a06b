"""Shows the verdict of a look in the headline and the bars, or the reason why there is none."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from digitpad.data.labels import are_digits
from digitpad.gui.widgets.answer import Headline
from digitpad.gui.widgets.refusal_bars import RefusalBars
from digitpad.gui.workspace.look import Look
from digitpad.gui.workspace.verdict import bar_labels

if TYPE_CHECKING:
    from digitpad.gui.workspace.verdict import Verdict
    from digitpad.reading.number_reading import Segment

_SIGNS = {
    "-": lambda: QCoreApplication.translate("Verdict", "a minus sign, by its size and position"),
    ".": lambda: QCoreApplication.translate("Verdict", "a decimal point, by its size and position"),
    ",": lambda: QCoreApplication.translate("Verdict", "a comma, by its size and position"),
    "+": lambda: QCoreApplication.translate("Verdict", "a plus sign, by its shape"),
    "=": lambda: QCoreApplication.translate("Verdict", "an equals sign, by its size and position"),
    ":": lambda: QCoreApplication.translate("Verdict", "a colon, by its size and position"),
    "/": lambda: QCoreApplication.translate("Verdict", "a slash, by its shape"),
    "%": lambda: QCoreApplication.translate("Verdict", "a percent sign, by its shape"),
}


def show_verdict(look: Look, answer: Headline | None, bars: RefusalBars, *, digit_alone: bool = False) -> None:
    """Show the verdict of a look.

    Parameters
    ----------
    look
        The published look.
    answer, bars
        The widgets for the headline (may be None) and for the probabilities.
    digit_alone
        Whether the headline shows only the chosen character of a number, for places without room for the whole number.
    """
    verdict = look.verdict
    reader = None if look.network is None else look.network.reader
    bars.show_threshold(reader.threshold if reader is not None and reader.refuses else None)
    if verdict is None:
        bars.clear(None if reader is None else bar_labels(reader))
    else:
        bars.show_probabilities(verdict.labels, verdict.values, verdict.digit)
    if answer is None:
        return
    number = None if digit_alone and verdict is not None else look.number_read
    if number is not None:
        count = len(number.segments)
        about = QCoreApplication.translate("Verdict", "{place} of {count}: {reading}").format(
            place=look.place + 1, count=count, reading=_in_words(number.segments[look.place], verdict)
        )
        answer.show_number(number.text, number.probability, look.place, about, number.reason)
    elif verdict is not None:
        answer.show_verdict(verdict.digit, verdict.lines)
    else:
        _excuse(look, answer)


def _excuse(look: Look, answer: Headline) -> None:
    """Show why there is no answer; a blank page needs no explanation."""
    if look.not_finite:
        answer.excuse(
            QCoreApplication.translate("Verdict", "No prediction"),
            QCoreApplication.translate("Verdict", "The outputs of the network are not finite."),
        )
    elif look.page.is_blank and look.network is not None and look.network.picture_shape is not None:
        answer.excuse(
            QCoreApplication.translate("Verdict", "Open a photograph"),
            QCoreApplication.translate("Verdict", "The prediction appears here, and for a drawing, too."),
        )
    elif look.page.is_blank:
        answer.clear(_classes(look))
    elif look.network is None:
        answer.excuse(
            QCoreApplication.translate("Verdict", "No model"),
            QCoreApplication.translate("Verdict", "Choose a model at the top right to read this."),
        )
    elif look.is_reading:
        answer.excuse(
            QCoreApplication.translate("Verdict", "Reading…"),
            QCoreApplication.translate("Verdict", "The prediction appears here as soon as it is ready."),
        )
    elif look.prediction is not None:
        answer.excuse(
            QCoreApplication.translate("Verdict", "Nothing to read"),
            QCoreApplication.translate("Verdict", "The picture is empty."),
        )
    else:
        answer.clear(_classes(look))


def _classes(look: Look) -> tuple[str, ...]:
    """Return the classes that the network tells apart; empty for the digits, which need no list, and without one."""
    labels = () if look.network is None else tuple(look.network.reader.labels)
    return () if are_digits(labels) else labels


def _in_words(segment: "Segment", verdict: "Verdict | None") -> str:
    """Return the text about one character of a number."""
    if segment.prediction is None:
        return _SIGNS[segment.label]()
    if segment.prediction.rejected or verdict is None:
        return str(segment.prediction.reason)
    sure, other = verdict.lines
    return f"{verdict.digit}, {sure}" + (f", {other}" if other else "")
