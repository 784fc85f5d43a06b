"""The strip along the foot of the window: moving through a run, and the charts that belong to its steps."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QDialog, QFrame, QGridLayout, QMenu, QSizePolicy, QToolButton, QWidget

from digitpad.charts.step_axis import StepAxis
from digitpad.gui.replay.actions import ReplayActions
from digitpad.gui.replay.bookmark_dialog import BookmarkDialog
from digitpad.gui.replay.charts import Charts
from digitpad.gui.replay.export_dialog import ExportDialog
from digitpad.gui.replay.player import SPEEDS, Player
from digitpad.gui.replay.slider import StepSlider
from digitpad.gui.replay.status import ReplayStatus
from digitpad.gui.replay.transport import Transport
from digitpad.gui.widgets.cards import bring_up
from digitpad.gui.widgets.fields import ComboBox
from digitpad.gui.widgets.message_bar import Message
from digitpad.gui.widgets.scaling import px
from digitpad.gui.widgets.theme import SPACE, Theme
from digitpad.gui.workspace.workspace import Workspace
from digitpad.training.film.replay import ReplayProgress

if TYPE_CHECKING:
    from digitpad.gui.replay.stories import Stories

_FAREWELL = 50  # milliseconds between two looks at threads that end
_WIDE = 1000  # pixels at 100 % text size: from here on everything is in one row
_TIGHT = 780  # pixels at 100 % text size: in a narrower window there is no room for bookmark and speed
_LOW = 520  # pixels at 100 % text size: in a lower window there is no room for a chart
_TALL = 700  # pixels at 100 % text size: the height of a window in which a chart is shown at first
_SIDE = 264  # pixels: the column on the left, as wide as that of the Features tab
#: Row, column, rows and columns of each part, in wide and in narrow windows.
_PLACES = {
    "info": ((0, 0, 1, 1), (0, 0, 1, 1)),
    "chart": ((0, 1, 1, 1), (1, 0, 1, 3)),
    "values": ((0, 2, 1, 2), (0, 1, 1, 2)),
    "transport": ((1, 0, 1, 1), (3, 0, 1, 1)),
    "slider": ((1, 1, 1, 1), (2, 0, 1, 3)),
    "status": ((1, 2, 1, 1), (3, 1, 1, 1)),
    "buttons": ((1, 3, 1, 1), (3, 2, 1, 1)),
}


class ReplayStrip(QFrame):
    """Replays one run at a time.

    Parameters
    ----------
    theme, workspace
        The colours, and what shows the moments.
    actions
        The actions of replay.

    Signals
    -------
    message
        A `Message`: something could not be read.
    closed
        The strip was closed.
    """

    message = Signal(object)
    closed = Signal()

    def __init__(self, theme: Theme, workspace: Workspace, actions: ReplayActions, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("replayStrip")
        self._theme, self._workspace, self._actions = theme, workspace, actions
        self._is_wide: bool | None = None
        self.player: Player | None = None
        self._leaving: list[Player | Stories] = []  # those of closed runs, whose threads may still be at work
        self._farewell = QTimer(self)
        self._farewell.setInterval(_FAREWELL)
        self._farewell.timeout.connect(self._leave)
        self.slider = StepSlider(theme, self)
        self.charts = Charts(theme, workspace, self)
        self._speed = ComboBox(theme, "replaySpeed", self.tr("Speed"), self.tr("Speed of playing"), self)
        self._speed.offer({name: self.tr("{speed} ×").format(speed=name) for name in SPEEDS})
        self._speed.choose("1")
        self._speed.setMinimumWidth(8 * SPACE)
        buttons = (
            actions.previous_frame,
            actions.previous_step,
            actions.play,
            actions.next_step,
            actions.next_frame,
        )
        self.transport = Transport(theme, buttons, self._speed, self)
        self._status = ReplayStatus(theme, self)
        self._buttons = QWidget(self)
        self._lay_out()
        self._connect()
        parent.window().installEventFilter(self)
        theme.changed.connect(self._use_room)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.hide()

    @property
    def is_open(self) -> bool:
        """Whether a run is replayed."""
        return self.player is not None

    def open_run(self, folder: Path) -> None:
        """Replay a run; another one that is open is closed. The strip appears when its film is there."""
        if self.player is not None:
            if self.player.folder == folder:
                return
            self.close_run()
        player = self.player = Player(folder, self._workspace, self)
        player.opened.connect(self._opened)
        player.timeline_changed.connect(self._show_timeline)
        player.moved.connect(self._show_moment)
        player.repeating.connect(self._show_repeating)
        player.failed.connect(self._fail)
        player.speed = self._speed.chosen

    @Slot()
    def close_run(self) -> None:
        """Close the strip; the workspace looks at what it looked at before."""
        self._end(restore=True)

    def shut_down(self) -> None:
        """Stop all work and wait for its end, because the window is closing."""
        self._end(restore=False)
        self._leave(at_once=True)

    def _end(self, *, restore: bool) -> None:
        player, self.player = self.player, None
        if player is None:
            return
        stories = self.charts.end()
        for dialog in self.findChildren(QDialog):
            dialog.close()
        player.stop(restore=restore)
        self._leaving += [player] if stories is None else [stories, player]
        self._farewell.start()
        self._actions.offer(on=False)
        self.hide()
        self.closed.emit()

    @Slot()
    def _leave(self, *, at_once: bool = False) -> None:
        """Delete what has ended its work: a thread may need seconds to notice, and the window does not wait for it."""
        for thing in tuple(self._leaving):
            if at_once or not thing.is_working:
                self._leaving.remove(thing)
                thing.shut_down()
                thing.deleteLater()
        if not self._leaving:
            self._farewell.stop()

    # Signals of the player

    @Slot()
    def _opened(self) -> None:
        player = self.player
        if player is None:
            return
        self.charts.begin(player, shown=self.window().height() >= px(_TALL))
        self._show_timeline()
        self.show()
        self._actions.offer(on=True)
        self.slider.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def _show_timeline(self) -> None:
        player = self.player
        if player is None or not player.timeline.frames:
            return
        axis = StepAxis(player.timeline.last, self._actions.axis.isChecked())
        self.slider.show_timeline(player.timeline, axis)
        self.charts.show_axis(axis)
        self._status.fit(player)
        self._show_moment()

    @Slot()
    def _show_moment(self) -> None:
        """Show the step of the handle, and what is known of it."""
        player = self.player
        if player is None or not player.timeline.frames:
            return
        self.slider.show_step(player.step, is_shown=player.moment is not None or player.is_live)
        self.charts.show_step(player.step)
        self._status.show_moment(player)
        self.transport.play.show_sign("pause" if player.is_playing else "play")
        self._live.setEnabled(player.is_training and not player.is_live)

    @Slot(object)
    def _show_repeating(self, progress: ReplayProgress | None) -> None:
        """Show how far the training is repeated, and offer to cancel that."""
        self._cancel.setVisible(progress is not None)
        self._live.setVisible(progress is None)
        if progress is None:
            self._show_moment()
        else:
            self._status.show_repeating(progress)

    @Slot(str)
    def _fail(self, sentence: str) -> None:
        self.message.emit(Message(sentence))
        if self.player is not None and not self.player.timeline.frames:
            self.close_run()

    # Actions

    @Slot(str)
    def perform(self, name: str) -> None:
        """Perform an action of `ReplayActions` by its name."""
        player = self.player
        if player is None or not player.timeline.frames:
            return
        match name:
            case "play":
                player.play_or_pause()
            case "end":
                player.go_to_end()
            case "faster" | "slower":
                names = list(SPEEDS)
                place = names.index(player.speed) + (1 if name == "faster" else -1)
                self._speed.choose(names[min(max(place, 0), len(names) - 1)])
            case "bookmark":
                self._ask_for_note()
            case "chart":
                self.charts.show_next()
            case "axis":
                self._show_timeline()
            case "export":
                self._ask_for_export()
            case _:
                self._go(name)

    def _go(self, name: str) -> None:
        player = self.player
        if player is not None:
            ways = {
                "previous_frame": player.previous_frame,
                "next_frame": player.next_frame,
                "previous_step": player.previous_step,
                "next_step": player.next_step,
                "first": player.first,
                "next_bookmark": player.next_bookmark,
                "previous_bookmark": player.previous_bookmark,
            }
            player.pause()
            ways[name]()

    def _ask_for_note(self) -> None:
        player = self.player
        if player is not None:
            player.pause()
            dialog = BookmarkDialog(player.step, player.bookmark(), self)
            dialog.saved.connect(player.save_bookmark)
            bring_up(dialog)

    def _ask_for_export(self) -> None:
        player = self.player
        if player is not None:
            player.pause()
            dialog = ExportDialog(self._theme, player, self._workspace, self)
            dialog.message.connect(self.message)
            bring_up(dialog)

    @Slot(float)
    def _want(self, step: float) -> None:
        if self.player is not None:
            self.player.pause()
            last = self.player.timeline.last
            if self.player.is_training and step >= last:
                self.player.go_live()
            else:
                self.player.go_near(step)

    @Slot(int)
    def _go_to_mark(self, step: int) -> None:
        if self.player is not None:
            self.player.pause()
            self.player.go_to_mark(step)

    @Slot(int)
    def _move_frames(self, count: int) -> None:
        player = self.player
        if player is None:
            return
        player.pause()
        if count == 1:
            player.next_frame()
        elif count == -1:
            player.previous_frame()
        else:
            player.go_to_frame(player.timeline.nearest(player.step) + count)

    @Slot(int)
    def _move_steps(self, count: int) -> None:
        self.perform("next_step" if count > 0 else "previous_step")

    @Slot(bool)
    def _go_to_end(self, last: bool) -> None:
        self.perform("end" if last else "first")

    @Slot()
    def _change_speed(self) -> None:
        if self.player is not None:
            self.player.speed = self._speed.chosen

    @Slot()
    def _go_live(self) -> None:
        if self.player is not None:
            self.player.go_live()

    @Slot()
    def _stop_repeating(self) -> None:
        if self.player is not None:
            self.player.cancel()

    # Parts

    def _connect(self) -> None:
        slider = self.slider
        slider.wanted.connect(self._want)
        slider.mark_chosen.connect(self._go_to_mark)
        slider.frames_asked.connect(self._move_frames)
        slider.steps_asked.connect(self._move_steps)
        slider.ends_asked.connect(self._go_to_end)
        slider.play_asked.connect(self._actions.play.trigger)
        self.charts.step_chosen.connect(self._want)
        self.charts.failed.connect(self._fail)
        self._speed.currentIndexChanged.connect(self._change_speed)
        self._actions.asked.connect(self.perform)

    def _button(self, name: str, text: str, tip: str) -> QToolButton:
        button = QToolButton(self._buttons)
        button.setObjectName(name)
        button.setText(text)
        button.setAccessibleName(text.rstrip("…"))
        button.setToolTip(tip)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        button.setFixedHeight(4 * SPACE)
        return button

    def _lay_out(self) -> None:
        self._live = self._button("replayLive", self.tr("Live"), self._actions.end.toolTip())
        self._live.clicked.connect(self._go_live)
        self._cancel = self._button("replayCancel", self.tr("Cancel"), self.tr("Stop repeating the training"))
        self._cancel.clicked.connect(self._stop_repeating)
        self._cancel.hide()
        self._bookmark = self._button("replayBookmark", self.tr("Bookmark…"), self._actions.bookmark.toolTip())
        self._bookmark.clicked.connect(self._actions.bookmark.trigger)
        more = self._button("replayMore", "⋯", self.tr("More of replay"))
        more.setAccessibleName(self.tr("More of replay"))
        more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(more)
        menu.setObjectName("replayMoreMenu")
        actions = self._actions
        for action in (
            actions.bookmark,
            actions.faster,
            actions.slower,
            None,
            actions.chart,
            actions.axis,
            None,
            actions.export,
        ):
            if action is None:
                menu.addSeparator()
            else:
                menu.addAction(action)
        more.setMenu(menu)
        close = self._button("replayClose", "×", self.tr("Close replay (F9)"))
        close.setAccessibleName(self.tr("Close replay"))
        close.clicked.connect(self.close_run)
        places = QGridLayout(self._buttons)
        places.setContentsMargins(0, 0, 0, 0)
        places.setSpacing(SPACE)
        places.addWidget(self._live, 0, 0)
        places.addWidget(self._cancel, 0, 0)
        places.addWidget(self._bookmark, 1, 0)
        places.addWidget(close, 0, 1)
        places.addWidget(more, 1, 1)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(2 * SPACE, SPACE, 2 * SPACE, SPACE)
        self._grid.setHorizontalSpacing(2 * SPACE)
        self._grid.setVerticalSpacing(SPACE)
        self._place_parts(wide=True)

    def _place_parts(self, *, wide: bool) -> None:
        """Put everything into one row, or the slider above its buttons."""
        if wide == self._is_wide:
            return
        self._is_wide = wide
        parts = {
            "info": self.charts.info,
            "chart": self.charts.stack,
            "values": self.charts.values,
            "transport": self.transport,
            "slider": self.slider,
            "status": self._status,
            "buttons": self._buttons,
        }
        for part in parts.values():
            self._grid.removeWidget(part)
        for name, part in parts.items():
            self._grid.addWidget(part, *_PLACES[name][0 if wide else 1])
            if name not in {"chart", "slider"}:
                self._grid.setAlignment(part, Qt.AlignmentFlag.AlignTop)
        self._grid.setColumnStretch(1, 1)
        self._grid.setColumnMinimumWidth(0, px(_SIDE) if wide else 0)
        self.transport.show_captions(on=wide)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Use the width that there is."""
        super().resizeEvent(event)
        self._use_room()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Use the height that the window has."""
        if event.type() == QEvent.Type.Resize and watched is self.window():
            self._use_room()
        return False

    @Slot()
    def _use_room(self) -> None:
        self._place_parts(wide=self.width() >= px(_WIDE))
        # The menu has the bookmark and the speed as well.
        for widget in (self._bookmark, self._speed):
            widget.setVisible(self.width() >= px(_TIGHT))
        self.charts.fit(has_room=self.window().height() >= px(_LOW))
        if self.player is not None:
            self._status.fit(self.player)
