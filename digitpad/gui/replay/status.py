"""Which step is shown: its number, its loss, and whether its weights are exact."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from digitpad.gui.replay.player import Player
from digitpad.gui.widgets.live_text import LiveText
from digitpad.gui.widgets.scaling import px, sizes_itself
from digitpad.gui.widgets.theme import SPACE, Theme, fixed_font, text_font
from digitpad.training.film.replay import ReplayProgress


class ReplayStatus(QWidget):
    """Three lines about the moment that is shown, or about the training that is repeated for it."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        bold, fixed = text_font(self.font(), bold=True), fixed_font(self.font())
        self._step = LiveText(theme, "replayStep", bold, "text", self, spoken=self.tr("Step"))
        self._loss = LiveText(theme, "replayLoss", fixed, "muted", self, spoken=self.tr("Loss"))
        self._frame = LiveText(theme, "replayFrame", self.font(), "muted", self, spoken=self.tr("Frame"))
        self._loss.setToolTip(self.tr("Loss of the batch of this step, before its update"))
        self._frame.setToolTip(
            self.tr("Weights of a frame in float16 are rounded, and all numbers are of the rounded weights")
        )
        lines = QVBoxLayout(self)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(SPACE // 4)
        for line in (self._step, self._loss, self._frame):
            lines.addWidget(line)
        lines.addStretch(1)
        sizes_itself(self)

    def show_moment(self, player: Player) -> None:
        """Show the step of the handle, and what is known of it."""
        timeline, step = player.timeline, player.step
        self._step.show_text(self.tr("step {step:,} of {last:,}").format(step=step, last=timeline.last))
        loss = timeline.loss(step)
        self._loss.show_text("" if loss is None else self.tr("loss {loss:.3f}").format(loss=loss))
        if not player.is_repeating:
            self._frame.show_text(self._place(player))

    def show_repeating(self, progress: ReplayProgress) -> None:
        """Show how far the training is repeated; no steps at all while the data are opened."""
        text = self.tr("repeating step {done:,} of {total:,}") if progress.total else self.tr("opening the data…")
        self._frame.show_text(text.format(done=progress.done, total=progress.total))

    def fit(self, player: Player) -> None:
        """Use the width of the longest texts, so that nothing moves while they change."""
        timeline = player.timeline
        count = len(timeline.frames)
        step = self.tr("step {step:,} of {last:,}").format(step=timeline.last, last=timeline.last)
        frame = self._frame_text(count, count, is_exact=all(frame.is_exact for frame in timeline.frames))
        widths = [
            line.fontMetrics().horizontalAdvance(text) for line, text in ((self._step, step), (self._frame, frame))
        ]
        self.setMinimumWidth(max(widths) + px(SPACE))

    def _place(self, player: Player) -> str:
        """Return which frame is shown, or what is shown instead."""
        if player.is_live:
            return self.tr("live")
        moment = player.moment
        if moment is None:
            return self.tr("another network is shown")
        frames, index = player.timeline.frames, player.timeline.index(moment.step)
        if index is None or (moment.is_exact and not frames[index].is_exact):
            return self.tr("repeated exactly")
        return self._frame_text(index + 1, len(frames), is_exact=moment.is_exact)

    def _frame_text(self, number: int, count: int, *, is_exact: bool) -> str:
        text = self.tr("frame {number:,} of {count:,}")
        if not is_exact:
            text = self.tr("frame {number:,} of {count:,}, float16")
        return text.format(number=number, count=count)
