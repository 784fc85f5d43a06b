"""The results of an evaluation: one view at a time, and beside it the images of the item chosen in the view."""

from collections.abc import Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QStackedWidget, QVBoxLayout, QWidget

from digitpad.copying.tables import copy_confusion
from digitpad.evaluation import Disturbance, Evaluation, wilson_interval
from digitpad.evaluation.report import ORIGINS
from digitpad.gui.evaluation.captions import words_for_amount
from digitpad.gui.evaluation.charts import ReliabilityChart
from digitpad.gui.evaluation.comparison_view import ComparisonView
from digitpad.gui.evaluation.confusion_matrix import ConfusionMatrix, scrolled
from digitpad.gui.evaluation.disturbed import Disturbed, Disturber
from digitpad.gui.evaluation.figure_table import FigureTable, Row
from digitpad.gui.evaluation.job import Measured
from digitpad.gui.evaluation.origins_view import OriginsView
from digitpad.gui.evaluation.points import PointsInGallery
from digitpad.gui.evaluation.robustness_view import RobustnessView
from digitpad.gui.evaluation.views import VIEWS
from digitpad.gui.widgets.cards import card, muted, title
from digitpad.gui.widgets.copy_menu import CopyMenu
from digitpad.gui.widgets.message_bar import Message
from digitpad.gui.widgets.percent import exact_percent, percent
from digitpad.gui.widgets.theme import SPACE, Theme
from digitpad.gui.workspace.captions import caption_of
from digitpad.gui.workspace.gallery import Caption, Gallery
from digitpad.gui.workspace.points.view import PointsView
from digitpad.gui.workspace.workspace import Workspace


class Results(QWidget):
    """Shows the evaluation of one of the models.

    Signals
    -------
    opened
        Opens an image in Draw: float32 in [0, 1], (28, 28) for ink or (C, H, W) for a picture; its name, and the index
        of its model.
    point_opened
        Opens an image of the map of points in Draw: its pixels and its name. The network stays.
    message
        A `Message`: images could not be read.
    """

    opened = Signal(object, str, int)
    point_opened = Signal(object, str)
    message = Signal(object)

    def __init__(self, theme: Theme, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("evaluationResults")
        self._measured: Measured | None = None
        self._model = 0
        self._gallery_name = ""
        self.matrix = ConfusionMatrix(theme, self)
        self.copy_as = CopyMenu("copyConfusionAs", self)
        self.classes = FigureTable(
            theme,
            "classTable",
            self.tr("Classes"),
            self.tr("Recall, precision and F1 of each class; choose a row to see its mistakes"),
            self,
        )
        self.reliability = ReliabilityChart(theme, self)
        self.calibration_words = muted("", self)
        self.calibration_words.setObjectName("calibrationWords")
        self.robustness = RobustnessView(theme, self)
        self.origins = OriginsView(theme, self)
        self.comparison = ComparisonView(theme, self)
        self.gallery = Gallery(theme, self)
        self.points = PointsView(theme, workspace, self)
        self._points = PointsInGallery(self.points, self.gallery, self)
        self._disturber = Disturber(self)
        self._lay_out()
        self._connect()
        self.show_measured(None)

    @property
    def measured(self) -> Measured | None:
        """The results shown; None before the first evaluation."""
        return self._measured

    @property
    def gallery_title(self) -> str:
        """The title of the images shown."""
        return self._title.text()

    def show_measured(self, measured: Measured | None) -> None:
        """Show new results, those of the first model."""
        self._measured = measured
        self.robustness.show_measured(measured)
        self.comparison.show_comparison(measured.comparison if measured is not None else None)
        self.show_model(0)

    def shut_down(self) -> None:
        """Stop the workers, and wait for their end."""
        self._disturber.shut_down()
        self.points.shut_down()
        self.gallery.shut_down()

    def show_model(self, number: int) -> None:
        """Show the results of a model, and its worst mistakes."""
        self._model = number
        result = self._result()
        self._points.use(self._measured, number)
        self._invite()
        if result is None:
            self._show_nothing()
            return
        self.matrix.choose(None)
        self.matrix.show_counts(result.labels, result.confusion)
        self.copy_as.offer(partial(copy_confusion, labels=result.labels, counts=result.confusion))
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
        header = (self.tr("Class"), self.tr("Images"), self.tr("Recall"), self.tr("Precision"), "F1")
        self.classes.show_rows(header, rows)
        self.reliability.show_calibration(result.calibration)
        self.calibration_words.setText(self._calibration_text(result))
        self.origins.show_origins(result)
        self.show_mistakes()

    def show_view(self, number: int) -> None:
        """Show a view, given by its index in `VIEWS`."""
        was_points = self._points.is_on
        self._views.setCurrentIndex(number)
        self._invite()
        self._points.turn(on=self.view == "Points")
        if was_points and not self._points.is_on:
            self.show_mistakes()

    @property
    def view(self) -> str:
        """The view shown: one of `VIEWS`."""
        return VIEWS[self._views.currentIndex()]

    def show_mistakes(self) -> None:
        """Show the mistakes, the most confident first."""
        result = self._result()
        if result is not None:
            mistakes = result.mistakes()
            self._fill(self.tr("Worst mistakes first") if len(mistakes) else self.tr("No mistakes"), mistakes)
            self.matrix.choose(None)

    def _invite(self) -> None:
        """Show the invitation while there are no results; the map of points does not need any."""
        empty = self._result() is None and self.view != "Points"
        self._invitation.setVisible(empty)
        self._views.setVisible(not empty)

    # The images of the chosen item

    @Slot(int, int)
    def _show_cell(self, row: int, column: int) -> None:
        result = self._result()
        if result is not None:
            text = self.tr("{label}, read correctly") if row == column else self.tr("{label}, read as {read}")
            words = text.format(label=result.labels[row], read=result.labels[column])
            self._fill(words, result.cell(row, column))

    @Slot(str)
    def _show_class(self, label: str) -> None:
        result = self._result()
        if result is not None:
            number = result.labels.index(label)
            mistakes = result.mistakes()
            involved = (result.targets[mistakes] == number) | (result.predicted[mistakes] == number)
            self._fill(self.tr("Mistakes with {label}").format(label=label), mistakes[involved])

    @Slot(int)
    def _show_bin(self, number: int) -> None:
        result = self._result()
        if result is not None:
            chosen = result.calibration.bins[number]
            confidences = np.minimum(result.confidences.astype(np.float64), 1.0)
            inside = np.flatnonzero((confidences > chosen.low) & (confidences <= chosen.high))
            # Mistakes first: they make the gap between confidence and accuracy.
            order = np.lexsort((confidences[inside], result.correct[inside]))
            words = self.tr("Confidence {low} to {high}").format(low=percent(chosen.low), high=percent(chosen.high))
            self._fill(words, inside[order])

    @Slot(str, str)
    def _show_origin(self, kind: str, name: str) -> None:
        result = self._result()
        if result is not None:
            mistakes = result.mistakes()
            of = result.members(kind, name)
            self._fill(self.tr("Mistakes in images of {writer}").format(writer=name), mistakes[np.isin(mistakes, of)])

    @Slot(str)
    def _show_kind(self, kind: str) -> None:
        comparison = self._measured.comparison if self._measured is not None else None
        if comparison is None:
            return
        first, second = comparison.first, comparison.second
        if kind == "both":
            indices = np.flatnonzero(first.correct & second.correct)
        elif kind == "neither":
            indices = np.flatnonzero(~first.correct & ~second.correct)
        else:
            indices = comparison.only_first if kind == "only_first" else comparison.only_second
        self._fill(self.comparison.kind_title(kind, comparison), indices)

    @Slot(object, float)
    def _show_amount(self, disturbance: Disturbance, amount: float) -> None:
        """Show the first images with this amount of disturbance, and how the network reads them."""
        if self._measured is None:
            return
        words = words_for_amount(disturbance, amount)
        self._say(words, self.tr("Reading…"))
        self._disturber.ask(self._measured, self._model, disturbance, amount)

    @Slot(object)
    def _show_disturbed(self, disturbed: Disturbed) -> None:
        if self._measured is None or disturbed.model != self._model:
            return
        some = disturbed.images
        labels = self._measured.evaluations[self._model].labels
        truth = [some.classes[label] for label in some.labels.tolist()]
        words = words_for_amount(disturbed.disturbance, disturbed.amount)
        rows = zip(truth, disturbed.log_probabilities, strict=True)
        captions = [caption_of(label, labels, row, words) for label, row in rows]
        self._say(words, self.tr("first %n image(s)", "", len(some)))
        self._gallery_name = f"{self._measured.images.name}, {words}"
        self.gallery.show_images(some, np.arange(len(some)), captions.__getitem__, ink=self._shows_ink)

    # Parts

    @property
    def _shows_ink(self) -> bool:
        """Whether the images are ink, and not pictures."""
        return self._measured is None or not self._measured.reads_pictures(self._model)

    def _result(self) -> Evaluation | None:
        return self._measured.evaluations[self._model] if self._measured is not None else None

    def _caption(self, index: int) -> Caption:
        result = self._result()
        if result is None:
            return Caption((), "", wrong=False, words="")
        titles = {"writer": self.tr("writer {name}"), "source": self.tr("source {name}")}
        origins = [titles[kind].format(name=result.origins[kind][index]) for kind in ORIGINS if kind in result.origins]
        name = ", ".join([self.tr("image {number:,}").format(number=index), *origins])
        return caption_of(result.labels[result.targets[index]], result.labels, result.log_probabilities[index], name)

    def _fill(self, words: str, indices: NDArray[np.int64]) -> None:
        if self._measured is None or self._points.is_on:
            return
        self._title.setText(words)
        self._say_count(len(indices))
        self._gallery_name = self._measured.images.name
        self._disturber.forget()
        images = self._measured.data[self._model]
        self.gallery.show_images(images, indices, self._caption, ink=self._shows_ink)

    @Slot(int)
    def _say_count(self, count: int) -> None:
        self._count.setText(self.tr("{count:,} image(s)", "", count).format(count=count) if count else "")

    def _say(self, words: str, count: str) -> None:
        self._title.setText(words)
        self._count.setText(count)

    def _show_nothing(self) -> None:
        self.matrix.show_counts((), np.zeros((0, 0), np.int64))
        self.copy_as.offer(None)
        self.classes.show_rows((self.tr("Class"), self.tr("Images"), self.tr("Recall")), ())
        self.origins.clear()
        self.reliability.show_calibration(None)
        self.calibration_words.setText("")
        self._say(self.tr("Images"), "")
        self._disturber.forget()
        self.gallery.show_images(None, np.zeros(0, np.int64), self._caption)

    def _calibration_text(self, result: Evaluation) -> str:
        calibration = result.calibration
        if calibration.confidence > result.accuracy:
            relation = self.tr("The model is overconfident.")
        else:
            relation = self.tr("The model is underconfident.")
        figures = self.tr(
            "Mean confidence of {model}: {confidence}, accuracy: {accuracy}. {relation} Expected calibration error: "
            "{error}, largest gap: {worst}."
        )
        return figures.format(
            model=result.model,
            confidence=exact_percent(calibration.confidence),
            accuracy=exact_percent(result.accuracy),
            relation=relation,
            error=exact_percent(calibration.error),
            worst=percent(calibration.worst),
        )

    @Slot(str)
    def _say_trouble(self, trouble: str) -> None:
        self.message.emit(Message(trouble))

    @Slot(int, object)
    def _open(self, number: int, pixels: NDArray[np.uint8]) -> None:
        """Open an image that was fetched, and is shown still."""
        if self._points.is_on:
            self.point_opened.emit(pixels.astype(np.float32) / np.float32(255), f"{self._points.name} {number}")
            return
        self.opened.emit(pixels.astype(np.float32) / np.float32(255), f"{self._gallery_name} {number}", self._model)

    def _connect(self) -> None:
        self.matrix.cell_chosen.connect(self._show_cell)
        self.copy_as.message.connect(self.message)
        self.classes.row_chosen.connect(self._show_class)
        self.reliability.bin_chosen.connect(self._show_bin)
        self.origins.origin_chosen.connect(self._show_origin)
        self.comparison.kind_chosen.connect(self._show_kind)
        self.gallery.opened.connect(self.gallery.fetch)
        self.gallery.fetched.connect(self._open)
        self.gallery.failed.connect(self._say_trouble)
        self._points.titled.connect(self._title.setText)
        self._points.counted.connect(self._say_count)
        self._disturber.ready.connect(self._show_disturbed)
        self._disturber.message.connect(self.message)
        self.robustness.amount_chosen.connect(self._show_amount)

    def _lay_out(self) -> None:
        view_card = card("evaluationView", self)
        self._views = QStackedWidget(view_card)
        self._views.setObjectName("evaluationViews")
        pages: Sequence[Sequence[QWidget]] = (
            (scrolled(self.matrix, self._views), self.copy_as),
            (self.classes,),
            (self.reliability, self.calibration_words),
            (self.robustness,),
            (self.origins,),
            (self.comparison,),
            (self.points,),
        )
        for widgets in pages:
            self._views.addWidget(_column(widgets, self._views))
        inside = QVBoxLayout(view_card)
        inside.setContentsMargins(2 * SPACE, 2 * SPACE, 2 * SPACE, 2 * SPACE)
        self._invitation = muted(
            self.tr("Choose a model and data on the left, then press Evaluate."),
            view_card,
        )
        self._invitation.setObjectName("evaluationInvitation")
        self._invitation.setAlignment(Qt.AlignmentFlag.AlignCenter)
        inside.addWidget(self._invitation)
        inside.addWidget(self._views)
        gallery_card = card("galleryCard", self)
        self._title = title(self.tr("Images"), gallery_card)
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
        side = Qt.AlignmentFlag.AlignLeft if isinstance(widget, CopyMenu) else Qt.AlignmentFlag(0)
        column.addWidget(widget, 0 if isinstance(widget, QLabel | CopyMenu) else 1, side)
    return page
