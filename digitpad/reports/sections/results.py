"""What the network reads rightly and wrongly, how sure it is, and how robust."""

from collections.abc import Sequence

from digitpad.charts.percentages import exact_percent, percent
from digitpad.evaluation import Evaluation, RobustnessPoint
from digitpad.reports.document import (
    Block,
    Cell,
    Column,
    Discussion,
    Heading,
    Missing,
    Paragraph,
    Section,
    Table,
)
from digitpad.reports.figures.pictures import maps_figure, mistakes_figure
from digitpad.reports.figures.results import calibration_figure, class_figure, confusion_figure, confusions
from digitpad.reports.figures.robustness import robustness_figure
from digitpad.reports.measured import MeasuredRun
from digitpad.reports.wording import interval_cell, number_cell, share_cell
from digitpad.translation import gettext as _
from digitpad.translation import ngettext


def results_section(measured: MeasuredRun) -> Section:
    """Return the section about accuracy, confusions and mistakes."""
    evaluation, images = measured.evaluation, measured.images
    title = _("Results")
    if evaluation is None or images is None:
        return Section("results", title, (Missing(measured.missing.get("results", _("Nothing was measured."))),))
    blocks: list[Block] = [
        Paragraph(_("Measured on:") + " " + measured.about_images),
        class_figure(evaluation),
        class_table(evaluation),
        Heading(_("Confusions")),
        Paragraph(_confusions_in_words(evaluation)),
        confusion_figure(evaluation),
        confusion_table(evaluation),
        Heading(_("Mistakes")),
    ]
    if evaluation.correct.all():
        blocks.append(Paragraph(_("There are no mistakes among these images.")))
    else:
        blocks.append(mistakes_figure(evaluation, images, is_picture=measured.is_picture))
    blocks.append(Discussion(_("Which classes are confused, and why? Could a person read the mistakes?")))
    return Section("results", title, tuple(blocks))


def calibration_section(measured: MeasuredRun) -> Section:
    """Return the section about confidence."""
    evaluation, title = measured.evaluation, _("Calibration")
    if evaluation is None:
        return Section("calibration", title, (Missing(measured.missing.get("results", _("Nothing was measured."))),))
    calibration = evaluation.calibration
    gap = calibration.confidence - evaluation.accuracy
    text = _(
        "On average the network gives its prediction a probability of {confidence}, and {accuracy} of its predictions "
        "are correct. The expected calibration error is {error}, the largest gap of a bin {worst}."
    ).format(
        confidence=exact_percent(calibration.confidence),
        accuracy=exact_percent(evaluation.accuracy),
        error=exact_percent(calibration.error),
        worst=exact_percent(calibration.worst),
    )
    leaning = _("It is overconfident.") if gap > 0 else _("It is underconfident.") if gap < 0 else ""
    blocks = (
        Paragraph(f"{text} {leaning}".strip()),
        calibration_figure(calibration),
        reliability_table(evaluation),
        Discussion(_("Can the probabilities of the network be relied on?")),
    )
    return Section("calibration", title, blocks)


def robustness_section(measured: MeasuredRun) -> Section:
    """Return the section about disturbed images."""
    title = _("Robustness")
    if not measured.robustness:
        return Section("robustness", title, (Missing(measured.missing.get("robustness", _("Nothing was measured."))),))
    text = _(
        "The prepared images, the input of the network, were changed by known amounts; dashed lines mark the unchanged "
        "images. Each shaded band is a 95 % interval."
    )
    blocks = (
        Paragraph(text),
        robustness_figure([(measured.name, measured.robustness)]),
        robustness_table([(measured.name, measured.robustness)]),
        Discussion(_("Which disturbances occur in practice, and which would training on changed images help against?")),
    )
    return Section("robustness", title, blocks)


def maps_section(measured: MeasuredRun) -> Section:
    """Return the section about the feature maps of a drawing."""
    title = _("Inside the network")
    if measured.frame is None:
        return Section("maps", title, (Missing(measured.missing.get("maps", _("Nothing was measured."))),))
    text = _(
        "{about} Each row is a layer, each small picture one of its maps. All maps of a layer share a scale: blue is "
        "below zero and orange above; where nothing is below zero, the scale runs from dark to light."
    ).format(about=measured.about_drawing)
    blocks = (
        Paragraph(text),
        maps_figure(measured.frame, is_picture=measured.is_picture),
        Discussion(_("What do single maps respond to?")),
    )
    return Section("maps", title, blocks)


def class_table(evaluation: Evaluation) -> Table:
    """Return precision, recall, F1 and the interval of every class."""
    columns = (
        Column("label", _("class"), is_number=False),
        Column("images", _("images")),
        Column("recall", _("accuracy (recall)")),
        Column("interval", _("95 % interval")),
        Column("precision", _("precision")),
        Column("f1", "F1"),
    )
    rows = tuple(
        (
            Cell.of(figures.label),
            Cell.of(figures.support),
            share_cell(figures.recall),
            interval_cell(ends),
            share_cell(figures.precision),
            share_cell(figures.f1),
        )
        for figures, ends in zip(evaluation.per_class, evaluation.recall_intervals, strict=True)
    )
    return Table("classes", _("Figures of every class"), columns, rows)


def confusion_table(evaluation: Evaluation) -> Table:
    """Return the counts of the confusion matrix, for files."""
    columns = [Column("true_class", _("true class"), is_number=False)]
    columns += [Column(f"read_as_{label}", label) for label in evaluation.labels]
    rows = tuple(
        (Cell.of(label), *(Cell.of(int(count)) for count in counts))
        for label, counts in zip(evaluation.labels, evaluation.confusion.tolist(), strict=True)
    )
    title = _("Confusion matrix: rows are true classes, columns are predicted classes")
    return Table("confusion", title, tuple(columns), rows, is_shown=False)


def reliability_table(evaluation: Evaluation) -> Table:
    """Return the bins of the reliability diagram, for files."""
    columns = (
        Column("above", _("above")),
        Column("up_to", _("up to")),
        Column("images", _("images")),
        Column("confidence", _("confidence")),
        Column("accuracy", _("accuracy")),
    )
    rows = tuple(
        (share_cell(b.low), share_cell(b.high), Cell.of(b.count), share_cell(b.confidence), share_cell(b.accuracy))
        for b in evaluation.calibration.bins
    )
    return Table("reliability", _("Accuracy by confidence"), columns, rows, is_shown=False)


def robustness_table(curves: Sequence[tuple[str, Sequence[RobustnessPoint]]]) -> Table:
    """Return the accuracy of models for every amount of every disturbance, for files."""
    columns = (
        Column("model", _("model"), is_number=False),
        Column("disturbance", _("disturbance"), is_number=False),
        Column("amount", _("amount")),
        Column("unit", _("unit"), is_number=False),
        Column("images", _("images")),
        Column("accuracy", _("accuracy")),
        Column("interval", _("95 % interval")),
    )
    rows = tuple(
        (
            Cell.of(model),
            Cell(point.disturbance.title, point.disturbance.value),
            number_cell(point.amount, "g"),
            Cell.of(point.disturbance.unit),
            Cell.of(point.count),
            Cell(percent(point.accuracy), point.accuracy),
            interval_cell(point.interval),
        )
        for model, points in curves
        for point in points
    )
    return Table("robustness", _("Accuracy on disturbed images"), columns, rows, is_shown=False)


def _confusions_in_words(evaluation: Evaluation) -> str:
    wrong = int((~evaluation.correct).sum())
    text = ngettext("{count:,} image is read wrongly.", "{count:,} images are read wrongly.", wrong)
    sentence = text.format(count=wrong)
    found = confusions(evaluation)
    if found:
        listed = "; ".join(
            _("{true} read as {read}: {count:,}").format(true=true, read=read, count=count)
            for true, read, count in found
        )
        sentence += " " + _("Most frequent confusions: {list}.").format(list=listed)
    return sentence
