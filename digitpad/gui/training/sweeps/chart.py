"""What the charts of a sweep share: trials that can be pointed at and selected, with the pointer or the keys."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from digitpad.gui.training.sweeps.trial_table import status_text
from digitpad.gui.widgets.percent import percent
from digitpad.gui.widgets.scaling import px
from digitpad.gui.widgets.theme import SPACE, Theme, text_font
from digitpad.sweeps.plans import in_words
from digitpad.sweeps.record import SweepInfo, Trial

NEAR = 10  # pixels at 100 % text size: how near a trial the pointer has to be


class TrialChart(QWidget):
    """A chart of the trials of a sweep.

    Parameters
    ----------
    theme
        The colours.
    name, spoken
        Its objectName and accessible name.

    Signals
    -------
    hovered
        The number of the trial under the pointer; 0 for none.
    selected
        The number of the trial that was clicked.
    """

    hovered = Signal(int)
    selected = Signal(int)

    def __init__(self, theme: Theme, name: str, spoken: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._info: SweepInfo | None = None
        self._under = self._chosen = 0
        self._range: tuple[float, float] = (0.0, 0.0)
        self.setObjectName(name)
        self.setAccessibleName(spoken)
        self.setToolTip(self.tr("Point at a trial to see it in all views; click to select it"))
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme.changed.connect(self.update)

    @property
    def trials(self) -> Sequence[Trial]:
        """The trials that are painted: those that have an accuracy."""
        if self._info is None:
            return ()
        return [trial for trial in self._info.trials if trial.validation_accuracy is not None]

    def show_sweep(self, info: SweepInfo | None) -> None:
        """Show the trials of a sweep."""
        self._info = info
        shares = [accuracy_of(trial) for trial in self.trials]
        self._range = (min(shares), max(shares)) if shares else (0.0, 0.0)
        self.update()

    def mark(self, under: int, chosen: int) -> None:
        """Mark the trial under the pointer, in whichever view, and the selected one; 0 for none."""
        if (under, chosen) != (self._under, self._chosen):
            self._under, self._chosen = under, chosen
            trial = self._trial(under or chosen)
            self.setAccessibleDescription("" if trial is None else describe(trial))
            self.update()

    def trial_at(self, at: QPointF) -> int:
        """Return the number of the trial at a place; 0 for none."""
        raise NotImplementedError

    def paint_chart(self, painter: QPainter, room: QRectF) -> None:
        """Paint axes and trials."""
        raise NotImplementedError

    def sizeHint(self) -> QSize:
        """Return room for a chart."""
        return QSize(px(420), px(280))

    def minimumSizeHint(self) -> QSize:
        """Return room for a small chart."""
        return QSize(px(240), px(128))

    # For the subclasses

    def colour(self, trial: Trial, alpha: float = 1.0) -> QColor:
        """Return the colour of a trial: the better its accuracy, the more of the accent."""
        low, high = self._range
        share = 1.0 if high <= low else (accuracy_of(trial) - low) / (high - low)
        plain, accent = self._theme.colour("muted"), self._theme.colour("accent")
        mixed = QColor.fromRgbF(
            plain.redF() + share * (accent.redF() - plain.redF()),
            plain.greenF() + share * (accent.greenF() - plain.greenF()),
            plain.blueF() + share * (accent.blueF() - plain.blueF()),
        )
        mixed.setAlphaF(alpha)
        return mixed

    def in_front(self) -> list[Trial]:
        """Return the trials in the order of painting: the marked ones last, over the others."""
        marked = {self._under, self._chosen}
        return sorted(self.trials, key=lambda trial: (trial.number in marked, accuracy_of(trial)))

    def is_marked(self, trial: Trial) -> bool:
        """Return whether a trial is pointed at or selected."""
        return trial.number in {self._under, self._chosen}

    # Qt

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the chart, or say why it is empty."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        room = QRectF(self.rect())
        if self.trials:
            self.paint_chart(painter, room)
            self._paint_note(painter, room)
        else:
            painter.setPen(self._theme.colour("muted"))
            painter.drawText(
                room,
                int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap),
                self.tr("No trial has ended an epoch yet."),
            )
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(self._theme.colour("accent"), 1))
            painter.drawRoundedRect(room.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        painter.end()

    def event(self, event: QEvent) -> bool:
        """Show no tooltip over the line about a trial."""
        if event.type() == QEvent.Type.ToolTip and self._under:
            return True
        return super().event(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Point at the trial under the pointer."""
        number = self.trial_at(event.position()) if self.trials else 0
        if number != self._under:
            self.hovered.emit(number)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Select the trial under the pointer."""
        number = self.trial_at(event.position()) if self.trials else 0
        if event.button() == Qt.MouseButton.LeftButton and number:
            self.selected.emit(number)

    def leaveEvent(self, event: QEvent) -> None:
        """Point at no trial."""
        super().leaveEvent(event)
        self.hovered.emit(0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Select the next better or worse trial with the arrow keys."""
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Left: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_Right: 1}
        key = Qt.Key(event.key())
        if key not in steps or not self.trials:
            super().keyPressEvent(event)
            return
        ranked = [trial.number for trial in sorted(self.trials, key=lambda trial: trial.rank)]
        place = ranked.index(self._chosen) + steps[key] if self._chosen in ranked else 0
        self.selected.emit(ranked[min(max(place, 0), len(ranked) - 1)])

    # Parts

    def _trial(self, number: int) -> Trial | None:
        return next((trial for trial in self.trials if trial.number == number), None)

    def _paint_note(self, painter: QPainter, room: QRectF) -> None:
        """Name the marked trial at the foot of the chart."""
        trial = self._trial(self._under or self._chosen)
        if trial is None:
            return
        painter.setFont(text_font(self.font(), scale=0.9))
        painter.setPen(self._theme.colour("text"))
        foot = room.adjusted(px(SPACE), room.height() - note_height(), -px(SPACE), 0)
        text = painter.fontMetrics().elidedText(describe(trial), Qt.TextElideMode.ElideRight, round(foot.width()))
        painter.drawText(foot, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), text)


def note_height() -> float:
    """Return the height of the line about the marked trial."""
    return float(px(3 * SPACE))


def accuracy_of(trial: Trial) -> float:
    """Return the accuracy of a trial that is painted."""
    return 0.0 if trial.validation_accuracy is None else trial.validation_accuracy


def describe(trial: Trial) -> str:
    """Return a trial in a line."""
    parts = [f"{trial.number}: {percent(accuracy_of(trial))}", in_words(trial.values), status_text(trial)]
    return "   ".join(filter(None, parts))
