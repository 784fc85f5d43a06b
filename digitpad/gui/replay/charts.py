"""The charts above the slider, with the choice between them and their figures in words."""

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from digitpad.charts.step_axis import StepAxis
from digitpad.evaluation.film.answers import AnswerLife
from digitpad.evaluation.film.classes import ClassAccuracies
from digitpad.gui.replay.answer_chart import AnswerChart
from digitpad.gui.replay.classes_chart import ClassesChart
from digitpad.gui.replay.player import Player
from digitpad.gui.replay.stories import ANSWER, CLASSES, NONE, Stories
from digitpad.gui.widgets.fields import ComboBox
from digitpad.gui.widgets.live_text import LiveText
from digitpad.gui.widgets.percent import percent, sureness
from digitpad.gui.widgets.theme import SPACE, Theme, fixed_font, text_font
from digitpad.gui.workspace.workspace import Workspace

_VALUES = 3  # classes whose figures are shown beside the chart


class Charts(QObject):
    """Shows one of the charts, or none.

    Its three widgets are placed by the strip: `info` on the left, `stack` in the middle, `values` on the right.

    Signals
    -------
    step_chosen
        The step that was clicked in a chart.
    failed
        Why a chart cannot be shown, as a sentence.
    """

    step_chosen = Signal(float)
    failed = Signal(str)

    def __init__(self, theme: Theme, workspace: Workspace, parent: QWidget) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._stories: Stories | None = None
        self._step, self._hovered, self._has_room = 0, False, True
        self.answer, self.classes = AnswerChart(theme, parent), ClassesChart(theme, parent)
        self.stack = QStackedWidget(parent)
        self.stack.setObjectName("replayCharts")
        for chart in (self.answer, self.classes):
            self.stack.addWidget(chart)
            chart.step_chosen.connect(self.step_chosen)
            chart.hovered.connect(self._hover)
        self.info = QWidget(parent)
        self.choice = ComboBox(
            theme, "replayChart", self.tr("Chart"), self.tr("What the chart above the slider shows (F12)"), self.info
        )
        self.choice.offer(
            {
                ANSWER: self.tr("The life of this answer"),
                CLASSES: self.tr("What was learned when"),
                NONE: self.tr("No chart"),
            }
        )
        self.choice.currentIndexChanged.connect(self._choose)
        small = text_font(parent.font(), scale=0.9)
        self._words = LiveText(
            theme, "replayWords", small, "muted", self.info, spoken=self.tr("The chart in words"), lines=4
        )
        column = QVBoxLayout(self.info)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        column.addWidget(self.choice)
        column.addWidget(self._words)
        column.addStretch(1)
        self.values = QWidget(parent)
        self._lines = [
            LiveText(theme, f"replayValue{number}", fixed_font(parent.font()), colour, self.values)
            for number, colour in enumerate(["muted", "accent", *["muted"] * (_VALUES - 1)])
        ]
        lines = QVBoxLayout(self.values)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(SPACE // 4)
        for line in self._lines:
            lines.addWidget(line)
        lines.addStretch(1)

    @property
    def kind(self) -> str:
        """The chart that is shown: `ANSWER`, `CLASSES` or `NONE`."""
        return self.choice.chosen

    @property
    def busy(self) -> bool:
        """Whether a chart is being computed."""
        return self._stories is not None and self._stories.busy

    def begin(self, player: Player, *, shown: bool) -> None:
        """Show charts of a run.

        Parameters
        ----------
        player
            The player of the run.
        shown
            Whether a chart is shown at first.
        """
        stories = self._stories = Stories(player, self._workspace, self)
        stories.life_changed.connect(self._show_life)
        stories.classes_changed.connect(self._show_classes)
        stories.failed.connect(self.failed)
        self._show_life(None)
        self._show_classes(None)
        if not shown:
            self.choice.choose(NONE)
        self._choose()

    def end(self) -> Stories | None:
        """Stop all work without waiting for its end; return what may still be at work."""
        stories, self._stories = self._stories, None
        if stories is not None:
            stories.stop()
        return stories

    def show_axis(self, axis: StepAxis) -> None:
        """Use the axis of the slider."""
        self.answer.show_axis(axis)
        self.classes.show_axis(axis)

    def show_step(self, step: int) -> None:
        """Mark the moment that is shown."""
        self._step = step
        self.answer.show_step(step)
        self.classes.show_step(step)
        if not self._hovered:
            self._show_values(step)

    def show_next(self) -> None:
        """Show the next chart, or none after the last."""
        self.choice.setCurrentIndex((self.choice.currentIndex() + 1) % self.choice.count())

    def fit(self, *, has_room: bool) -> None:
        """Hide the chart while the window is too low for it, whatever is chosen."""
        if has_room != self._has_room:
            self._has_room = has_room
            self._show_widgets()

    def _show_widgets(self) -> None:
        for widget in (self.info, self.stack, self.values):
            widget.setVisible(self._has_room and self.kind != NONE)

    @Slot()
    def _choose(self) -> None:
        kind = self.kind
        self._show_widgets()
        if kind != NONE:
            self.stack.setCurrentWidget(self.answer if kind == ANSWER else self.classes)
        if self._stories is not None:
            self._stories.follow(kind)
        self._say()
        self._show_values(self._step)

    @Slot(object)
    def _show_life(self, life: AnswerLife | None) -> None:
        self.answer.show_life(life)
        self._say()
        self._show_values(self._step)

    @Slot(object)
    def _show_classes(self, classes: ClassAccuracies | None) -> None:
        self.classes.show_classes(classes)
        self._say()
        self._show_values(self._step)

    def _say(self) -> None:
        """Show the chart in words."""
        words = ""
        if self.kind == ANSWER:
            life = self.answer.life
            words = self.tr("Draw something: how its answer came about is shown here.")
            if life is not None:
                label = life.labels[int(life.readings[-1])]
                changed = self.tr("Its reading changed %n time(s).", "", life.changes)
                since = self.tr("{label} since step {step:,}.").format(label=label, step=life.read_since())
                words = f"{changed} {since}"
        elif self.kind == CLASSES:
            classes = self.classes.classes
            words = self.tr("Reading validation images…")
            if classes is not None and classes.is_complete:
                words = classes.in_words()
            elif classes is not None:
                done = self.tr("Reading validation images: {done:,} of {total:,} frames")
                words = done.format(done=len(classes.steps), total=classes.total)
        self._words.show_text(words)

    @Slot(object)
    def _hover(self, step: float | None) -> None:
        self._hovered = step is not None
        self._show_values(self._step if step is None else step)

    def _show_values(self, step: float) -> None:
        """Show the largest figures of a step."""
        lines = [""] * len(self._lines)
        life, classes = self.answer.life, self.classes.classes
        if self.kind == ANSWER and life is not None:
            shares = life.at(int(step))
            order = shares.argsort()[::-1][:_VALUES].tolist()
            lines = [f"{life.labels[place]} {sureness(float(shares[place])):>7}" for place in order]
        elif self.kind == CLASSES and classes is not None:
            row = max(0, int(classes.steps.searchsorted(int(step), side="right")) - 1)
            shares64 = classes.accuracies[row]
            order = shares64.argsort()[:_VALUES].tolist()
            lines = [f"{classes.labels[place]} {percent(float(shares64[place])):>7}" for place in order]
        head = self.tr("at {step:,}").format(step=int(step)) if any(lines) else ""
        for line, text in zip(self._lines, [head, *lines], strict=False):
            line.show_text(text)
