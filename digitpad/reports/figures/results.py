"""Figures of an evaluation: accuracy by class with its interval, the confusion matrix, and calibration."""

import numpy as np

from digitpad.charts.drawing import Drawing, shortened, text_width
from digitpad.charts.percentages import exact_percent, percent, percent_interval
from digitpad.evaluation import Calibration, Evaluation
from digitpad.reports.axes import SMALL, Area, Plot, Span
from digitpad.reports.document import Figure
from digitpad.translation import gettext as _
from digitpad.translation import ngettext

_WIDTH = 720.0
_ROW = 20.0
_MOST_NAME = 130.0  # pixels
_NUMBERED = 30  # classes whose counts fit into the cells of a matrix


def class_figure(evaluation: Evaluation) -> Figure:
    """Return the accuracy of each class with its 95 % interval, the lowest at the top."""
    rows = sorted(
        (
            (figures.recall, figures.label, ends)
            for figures, ends in zip(evaluation.per_class, evaluation.recall_intervals, strict=True)
            if figures.recall is not None and ends is not None
        ),
        key=lambda row: row[:2],
    )
    low = min(0.9, *(ends.low for _recall, _label, ends in rows))
    names = min(_MOST_NAME, max(text_width(label) for _recall, label, _ends in rows)) + 14
    drawing = Drawing(_WIDTH, 30 + _ROW * len(rows) + 34)
    area = Area(names, 22, _WIDTH - names - 190, _ROW * len(rows))
    plot = Plot(drawing, area, Span(max(0.0, low - 0.02), 1.0), Span(0, 1))
    ticks = [tick / 100 for tick in range(0, 101, 10 if low < 0.6 else 5 if low < 0.85 else 2)]
    shown = [tick for tick in ticks if tick >= low - 0.02]
    for tick in shown:
        drawing.line((plot.x(tick), area.top), (plot.x(tick), area.bottom), "line")
    plot.ticks_across(shown, [f"{100 * tick:.0f}\N{NO-BREAK SPACE}%" for tick in shown])
    overall = plot.x(evaluation.accuracy)
    drawing.line((overall, area.top - 4), (overall, area.bottom), "muted", dash="3 3")
    drawing.text(overall, area.top - 8, _("all classes"), size=SMALL, colour="muted", anchor="middle")
    for index, (recall, label, ends) in enumerate(rows):
        y = area.top + (index + 0.5) * _ROW
        drawing.text(names - 10, y + 4, shortened(label, _MOST_NAME), anchor="end")
        drawing.line((plot.x(ends.low), y), (plot.x(ends.high), y), "accent", width=2, opacity=0.55)
        drawing.dot(plot.x(recall), y, 4, "accent", hint=f"{label}: {exact_percent(recall)}")
        drawing.text(area.right + 14, y + 4, exact_percent(recall), bold=True)
        drawing.text(_WIDTH - 4, y + 4, percent_interval(ends), size=SMALL, colour="muted", anchor="end")
    words = "; ".join(
        _("{label}: {accuracy} ({interval})").format(
            label=label, accuracy=exact_percent(recall), interval=percent_interval(ends)
        )
        for recall, label, ends in rows
    )
    return Figure("accuracy-by-class", _("Accuracy of each class, with its 95 % interval"), words, drawing.root)


def confusion_figure(evaluation: Evaluation) -> Figure:
    """Return the confusion matrix: rows are true classes, columns are predicted classes."""
    labels, counts = evaluation.labels, evaluation.confusion
    classes = len(labels)
    name = min(_MOST_NAME, max(text_width(label) for label in labels)) + 10
    side = min(44.0, (_WIDTH - name - 40) / classes)
    turned = any(text_width(label) > side - 4 for label in labels)
    head = (min(name, _MOST_NAME) if turned else 16) + 22
    drawing = Drawing(name + 34 + side * classes, head + side * classes + 12)
    left, top = name + 24, head
    largest_mistake = max(1, int((counts - np.diag(counts.diagonal())).max()))
    drawing.text(left, 12, _("predicted class"), size=SMALL, colour="muted")
    drawing.text(12, top + side * classes, _("true class"), size=SMALL, colour="muted", upright=True)
    for row in range(classes):
        support = max(1, int(counts[row].sum()))
        middle = (row + 0.5) * side
        drawing.text(left - 8, top + middle + 4, shortened(labels[row], _MOST_NAME), size=_size(side), anchor="end")
        if turned:
            drawing.text(left + middle + 4, top - 6, shortened(labels[row], _MOST_NAME), size=_size(side), upright=True)
        else:
            drawing.text(left + middle, top - 6, labels[row], size=_size(side), anchor="middle")
        for column in range(classes):
            count = int(counts[row, column])
            x, y = left + column * side, top + row * side
            drawing.rect(x + 0.5, y + 0.5, side - 1, side - 1, "field", radius=2)
            if not count:
                continue
            right = row == column
            share = count / support if right else count / largest_mistake
            hint = _("{true} read as {read}: {count:,}").format(true=labels[row], read=labels[column], count=count)
            colour = "accent" if right else "warm"
            drawing.rect(x + 0.5, y + 0.5, side - 1, side - 1, colour, opacity=0.12 + 0.5 * share, radius=2, hint=hint)
            if classes <= _NUMBERED:
                drawing.text(
                    x + side / 2,
                    y + side / 2 + 3.5,
                    f"{count}",
                    size=_count_size(side, count),
                    anchor="middle",
                    bold=right,
                )
    return Figure("confusion", _("Confusion matrix"), _confusion_words(evaluation), drawing.root)


def calibration_figure(calibration: Calibration) -> Figure:
    """Return the reliability diagram: the accuracy of the readings by their confidence."""
    drawing = Drawing(480, 330)
    plot = Plot(drawing, Area(50, 24, 420, 262), Span(0, 1), Span(0, 1.06))
    plot.title_up(_("accuracy"))
    fifths = [tick / 10 for tick in range(0, 11, 2)]
    shares = [f"{100 * share:.0f}\N{NO-BREAK SPACE}%" for share in fifths]
    plot.ticks_up(fifths, shares)
    plot.ticks_across(fifths, shares)
    plot.title_across(_("confidence"))
    for each in calibration.bins:
        if each.accuracy is None or each.confidence is None:
            continue
        left, width = plot.x(each.low) + 1, plot.x(each.high) - plot.x(each.low) - 2
        common, farther = sorted((each.accuracy, each.confidence))
        hint = ngettext(
            "{count:,} reading, confidence {confidence}, accuracy {accuracy}",
            "{count:,} readings, confidence {confidence}, accuracy {accuracy}",
            each.count,
        ).format(count=each.count, confidence=percent(each.confidence), accuracy=percent(each.accuracy))
        drawing.rect(left, plot.y(common), width, plot.y(0) - plot.y(common), "accent", opacity=0.6, hint=hint)
        gap = "warm" if each.confidence > each.accuracy else "bar"
        drawing.rect(left, plot.y(farther), width, plot.y(common) - plot.y(farther), gap, opacity=0.5, hint=hint)
        drawing.text(left + width / 2, plot.y(farther) - 3, f"{each.count:,}", size=8, colour="muted", anchor="middle")
    drawing.line((plot.x(0), plot.y(0)), (plot.x(1), plot.y(1)), "muted", dash="5 4", width=1.3)
    plot.frame()
    words = _(
        "Expected calibration error {error}; mean confidence {confidence}. Each bar is a range of confidence, and its "
        "height is the accuracy of the readings in it; with perfect calibration the bars end on the diagonal."
    )
    return Figure(
        "calibration",
        _("Reliability diagram: accuracy by confidence, with the number of readings"),
        words.format(error=exact_percent(calibration.error), confidence=exact_percent(calibration.confidence)),
        drawing.root,
    )


def confusions(evaluation: Evaluation, most: int = 5) -> list[tuple[str, str, int]]:
    """Return the most frequent confusions: true class, predicted class and count, the most frequent first."""
    counts = evaluation.confusion
    found = [
        (int(counts[row, column]), row, column)
        for row in range(len(counts))
        for column in range(len(counts))
        if row != column and counts[row, column]
    ]
    found.sort(key=lambda each: (-each[0], each[1], each[2]))
    return [(evaluation.labels[row], evaluation.labels[column], count) for count, row, column in found[:most]]


def _confusion_words(evaluation: Evaluation) -> str:
    words = [
        _("{true} read as {read}: {count:,}").format(true=true, read=read, count=count)
        for true, read, count in confusions(evaluation)
    ]
    if not words:
        return _("All images are read correctly.")
    return _("Most frequent confusions: {list}.").format(list="; ".join(words))


def _size(side: float) -> float:
    return min(11.0, max(4.0, side - 3))


def _count_size(side: float, count: int) -> float:
    return min(11.0, (side - 4) / (0.6 * len(f"{count}")))
