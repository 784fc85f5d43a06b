"""What came out of an evaluation: one view of it at a time, and beside it the images that the view points at."""

from collections.abc import Sequence
from html import escape

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QStackedWidget, QVBoxLayout, QWidget

from digitpad.evaluation import Disturbance, Evaluation, RobustnessPoint, measured_images, wilson_interval
from digitpad.evaluation.report import ORIGINS
from digitpad.evaluation.robustness import disturb
from digitpad.gui.evaluation.captions import caption_of, words_for_amount
from digitpad.gui.evaluation.charts import MODEL_COLOURS, ReliabilityChart, RobustnessChart
from digitpad.gui.evaluation.comparison_view import ComparisonView
from digitpad.gui.evaluation.confusion_matrix import ConfusionMatrix
from digitpad.gui.evaluation.figure_table import FigureTable, Row
from digitpad.gui.evaluation.figures import share
from digitpad.gui.evaluation.gallery import Caption, Gallery
from digitpad.gui.evaluation.job import Measured
from digitpad.gui.widgets.cards import card, muted, title
from digitpad.gui.widgets.percent import percent
from digitpad.gui.widgets.theme import SPACE, Theme

VIEWS = ("Confusion", "Classes", "Calibration", "Robustness", "Origins", "Compare")
_CHANGED_IMAGES = 60  # shown for one amount of a disturbance


class Results(QWidget):
    """Shows one evaluation of those measured.

    Signals
    -------
    opened
        An image is to be opened in Draw: float32 (28, 28) in [0, 1], its name, and the number of its model.
    """

    opened = Signal(object, str, int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("evaluationResults")
        self._theme = theme
        self._measured: Measured | None = None
        self._model = 0
        self._curves: tuple[list[RobustnessPoint], ...] = ()
        self._gallery_name = ""
        self.matrix = ConfusionMatrix(theme, self)
        self.classes = FigureTable(
            theme, "classTable", "Figures of each class", "Precision, recall and F1; a row shows its mistakes", self
        )
        self.reliability = ReliabilityChart(theme, self)
        self.calibration_words = muted("", self)
        self.calibration_words.setObjectName("calibrationWords")
        self.robustness = [RobustnessChart(theme, disturbance, self) for disturbance in Disturbance]
        self.robustness_words = muted("", self)
        self.robustness_words.setObjectName("robustnessWords")
        self.robustness_words.setTextFormat(Qt.TextFormat.RichText)
        self.origins = FigureTable(
            theme, "originTable", "Figures of each origin", "Who wrote the images; a row shows its mistakes", self
        )
        self.origin_words = muted("", self)
        self.comparison = ComparisonView(theme, self)
        self.gallery = Gallery(theme, self)
        self._lay_out()
        self._connect()
        self.show_measured(None)

    @property
    def measured(self) -> Measured | None:
        """What is shown; None before anything was measured."""
        return self._measured

    @property
    def curves(self) -> tuple[list[RobustnessPoint], ...]:
        """The points of each model's robustness, as far as they are measured."""
        return self._curves

    @property
    def gallery_title(self) -> str:
        """What the images shown are."""
        return self._title.text()

    def show_measured(self, measured: Measured | None) -> None:
        """Show what was measured, the first model first."""
        self._measured = measured
        self.clear_curves()
        self.comparison.show_comparison(measured.comparison if measured is not None else None)
        self.show_model(0)

    def show_model(self, number: int) -> None:
        """Show the answers of a model, and its worst mistakes."""
        self._model = number
        result = self._result()
        self._invitation.setVisible(result is None)
        self._views.setVisible(result is not None)
        if result is None:
            self._show_nothing()
            return
        self.matrix.choose(None)
        self.matrix.show_counts(result.labels, result.confusion)
        hits = result.confusion.diagonal().tolist()
        rows = [
            Row(
                f.label,
                f.support,
                (f.recall, f.precision, f.f1),
                wilson_interval(hit, f.support) if f.support else None,
            )
            for f, hit in zip(result.per_class, hits, strict=True)
        ]
        self.classes.show_rows(("class", "images", "recall", "precision", "F1"), rows)
        calibration = result.calibration
        self.reliability.show_calibration(calibration)
        relation = "more" if calibration.confidence > result.accuracy else "less"
        self.calibration_words.setText(
            f"On average {result.model} is {share(calibration.confidence)} sure and {share(result.accuracy)} right: "
            f"{relation} sure than it should be. Calibration error {share(calibration.error)}, "
            f"largest gap {percent(calibration.worst)}."
        )
        self._show_origins(result)
        self.show_mistakes()

    def show_view(self, number: int) -> None:
        """Bring a view to the front: its number in `VIEWS`."""
        self._views.setCurrentIndex(number)

    @property
    def view(self) -> str:
        """The view in front."""
        return VIEWS[self._views.currentIndex()]

    def clear_curves(self) -> None:
        """Forget the points of the robustness curves."""
        count = len(self._measured.evaluations) if self._measured is not None else 0
        self._curves = tuple([] for _ in range(count))
        self._show_curves()

    def add_point(self, model: int, point: RobustnessPoint) -> None:
        """Add a point to the curves of a model."""
        self._curves[model].append(point)
        for chart in self.robustness:
            if chart.disturbance is point.disturbance:
                chart.show_points(self._curves)

    def show_mistakes(self) -> None:
        """Show the images read wrongly, the worst first."""
        result = self._result()
        if result is not None:
            mistakes = result.mistakes()
            self._fill("The worst mistakes first" if len(mistakes) else "No mistakes", mistakes)
            self.matrix.choose(None)

    # What a view points at

    @Slot(int, int)
    def _show_cell(self, row: int, column: int) -> None:
        result = self._result()
        if result is not None:
            of, read = result.labels[row], result.labels[column]
            words = f"{of}, read correctly" if row == column else f"{of}, read as {read}"
            self._fill(words, result.cell(row, column))

    @Slot(str)
    def _show_class(self, label: str) -> None:
        result = self._result()
        if result is not None:
            number = result.labels.index(label)
            mistakes = result.mistakes()
            involved = (result.targets[mistakes] == number) | (result.predicted[mistakes] == number)
            self._fill(f"Mistakes with {label}", mistakes[involved])

    @Slot(int)
    def _show_bin(self, number: int) -> None:
        result = self._result()
        if result is not None:
            chosen = result.calibration.bins[number]
            confidences = np.minimum(result.confidences.astype(np.float64), 1.0)
            inside = np.flatnonzero((confidences > chosen.low) & (confidences <= chosen.high))
            # The wrong ones first: they are what the bar lacks.
            order = np.lexsort((confidences[inside], result.correct[inside]))
            self._fill(f"{percent(chosen.low)} to {percent(chosen.high)} sure", inside[order])

    @Slot(str)
    def _show_origin(self, name: str) -> None:
        result = self._result()
        if result is not None:
            mistakes = result.mistakes()
            of = result.members("writer" if "writer" in result.origins else "source", name)
            self._fill(f"Mistakes of {name}", mistakes[np.isin(mistakes, of)])

    @Slot(str)
    def _show_kind(self, kind: str) -> None:
        comparison = self._measured.comparison if self._measured is not None else None
        if comparison is None:
            return
        first, second = comparison.first, comparison.second
        if kind == "both":
            indices, words = np.flatnonzero(first.correct & second.correct), "Both right"
        elif kind == "neither":
            indices, words = np.flatnonzero(~first.correct & ~second.correct), "Both wrong"
        elif kind == "only_first":
            indices, words = comparison.only_first, f"Only {first.model} right"
        else:
            indices, words = comparison.only_second, f"Only {second.model} right"
        self._fill(words, indices)

    @Slot(object, float)
    def _show_amount(self, disturbance: Disturbance, amount: float) -> None:
        """Show the first images as the network gets them with this amount, with what it reads then."""
        for chart in self.robustness:
            if chart.disturbance is not disturbance:
                chart.clear_choice()
        if self._measured is None:
            return
        some = measured_images(self._measured.images)
        changed = disturb(some.images[:_CHANGED_IMAGES], disturbance, amount)
        answers = self._measured.readers[self._model].log_probabilities(changed)
        labels = self._measured.evaluations[self._model].labels
        truth = [some.classes[label] for label in some.labels[:_CHANGED_IMAGES].tolist()]
        captions = [caption_of(label, labels, row, "changed") for label, row in zip(truth, answers, strict=True)]
        words = words_for_amount(disturbance, amount)
        self._say(words, f"the first {len(changed)}")
        self._gallery_name = f"{self._measured.images.name}, {words}"
        self.gallery.show_images(changed, np.arange(len(changed)), captions.__getitem__)

    # Parts

    def _result(self) -> Evaluation | None:
        return self._measured.evaluations[self._model] if self._measured is not None else None

    def _caption(self, index: int) -> Caption:
        result = self._result()
        if result is None:
            return Caption("", "", wrong=False, words="")
        origin = ", ".join(f"{kind} {result.origins[kind][index]}" for kind in ORIGINS if kind in result.origins)
        name = f"image {index:,}" + (f", {origin}" if origin else "")
        return caption_of(result.labels[result.targets[index]], result.labels, result.log_probabilities[index], name)

    def _fill(self, words: str, indices: NDArray[np.int64]) -> None:
        if self._measured is None:
            return
        count = len(indices)
        self._say(words, f"{count:,} image{'' if count == 1 else 's'}")
        self._gallery_name = self._measured.images.name
        self.gallery.show_images(self._measured.images.images, indices, self._caption)

    def _say(self, words: str, count: str) -> None:
        self._title.setText(words)
        self._count.setText(count)

    def _show_nothing(self) -> None:
        self.matrix.show_counts((), np.zeros((0, 0), np.int64))
        self.classes.show_rows(("class", "images", "recall"), ())
        self.origins.show_rows(("origin", "images", "correct"), ())
        self.reliability.show_calibration(None)
        for label in (self.calibration_words, self.origin_words):
            label.setText("")
        self._say("Images", "")
        self.gallery.show_images(np.zeros((0, 1, 28, 28), np.uint8), np.zeros(0, np.int64), self._caption)
        self.origin_words.setText("")

    def _show_origins(self, result: Evaluation) -> None:
        kind = "writer" if "writer" in result.origins else "source"
        groups = result.by_origin(kind)
        rows = [Row(group.name, group.count, (group.accuracy,), group.interval) for group in groups]
        self.origins.show_rows((kind, "images", "correct"), rows, sort_by=2)
        self.origins.setVisible(bool(rows))
        sources = result.by_origin("source") if kind == "writer" else ()
        told = " · ".join(f"{group.name}: {share(group.accuracy)} of {group.count:,}" for group in sources)
        nothing = "These images do not say who wrote them. Ink collections may: “writer” and “source” in each line."
        self.origin_words.setText((told and f"By source: {told}") if rows else nothing)

    def _show_curves(self) -> None:
        self.robustness_words.setText(self._legend())
        for chart in self.robustness:
            chart.show_points(self._curves)

    def _legend(self) -> str:
        """Name the models in the colours of their curves, and say what is measured."""
        if self._measured is None:
            return ""
        colours = (getattr(self._theme.colours, name) for name in MODEL_COLOURS)
        names = [
            f'<span style="color: {colour}">●</span> {escape(result.model)}'
            for colour, result in zip(colours, self._measured.evaluations, strict=False)
        ]
        count = len(measured_images(self._measured.images))
        return f"{'&nbsp;&nbsp; '.join(names)}<br>accuracy on {count:,} images that are changed on their way in"

    @Slot()
    def _dress(self) -> None:
        self.robustness_words.setText(self._legend())

    @Slot(int)
    def _open(self, place: int) -> None:
        pixels = self.gallery.pixels(place)
        number = int(self.gallery.indices[place])
        self.opened.emit(pixels.astype(np.float32) / np.float32(255), f"{self._gallery_name} {number}", self._model)

    def _connect(self) -> None:
        self.matrix.cell_chosen.connect(self._show_cell)
        self.classes.row_chosen.connect(self._show_class)
        self.reliability.bin_chosen.connect(self._show_bin)
        self.origins.row_chosen.connect(self._show_origin)
        self.comparison.kind_chosen.connect(self._show_kind)
        self.gallery.opened.connect(self._open)
        self._theme.changed.connect(self._dress)
        for chart in self.robustness:
            chart.amount_chosen.connect(self._show_amount)

    def _lay_out(self) -> None:
        view_card = card("evaluationView", self)
        self._views = QStackedWidget(view_card)
        self._views.setObjectName("evaluationViews")
        curves = QWidget(self._views)
        grid = QGridLayout(curves)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(SPACE)
        for place, chart in enumerate(self.robustness):
            grid.addWidget(chart, place // 2, place % 2)
        self.robustness_corner = QVBoxLayout()
        self.robustness_corner.setSpacing(SPACE)
        self.robustness_corner.addStretch(1)
        self.robustness_corner.addWidget(self.robustness_words)
        grid.addLayout(self.robustness_corner, 2, 1)
        pages: Sequence[Sequence[QWidget]] = (
            (self.matrix,),
            (self.classes,),
            (self.reliability, self.calibration_words),
            (curves,),
            (self.origins, self.origin_words),
            (self.comparison,),
        )
        for widgets in pages:
            self._views.addWidget(_column(widgets, self._views))
        inside = QVBoxLayout(view_card)
        inside.setContentsMargins(2 * SPACE, 2 * SPACE, 2 * SPACE, 2 * SPACE)
        self._invitation = muted(
            "Choose a model and data on the left, and press Evaluate.\n"
            "Every figure here is then computed from what the network answers to each image.",
            view_card,
        )
        self._invitation.setObjectName("evaluationInvitation")
        self._invitation.setAlignment(Qt.AlignmentFlag.AlignCenter)
        inside.addWidget(self._invitation)
        inside.addWidget(self._views)
        gallery_card = card("galleryCard", self)
        self._title = title("Images", gallery_card)
        self._title.setObjectName("galleryTitle")
        self._count = muted("", gallery_card)
        self._count.setObjectName("galleryCount")
        self._count.setWordWrap(False)
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(self._count)
        column = QVBoxLayout(gallery_card)
        column.setContentsMargins(2 * SPACE, 2 * SPACE, SPACE, SPACE)
        column.setSpacing(SPACE)
        column.addLayout(head)
        column.addWidget(self.gallery, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2 * SPACE)
        row.addWidget(view_card, 5)
        row.addWidget(gallery_card, 4)


def _column(widgets: Sequence[QWidget], parent: QWidget) -> QWidget:
    page = QWidget(parent)
    column = QVBoxLayout(page)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(SPACE)
    for widget in widgets:
        column.addWidget(widget, 0 if isinstance(widget, QLabel) else 1)
    return page
