"""The actions of replay, with their keys. They exist from the start, so that the menu and the help list them."""

from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from digitpad.gui.widgets.actions import make_action


class ReplayActions(QObject):
    """All actions of replay. Those that need an open strip are disabled while there is none.

    Parameters
    ----------
    window
        The window that the keys work in.

    Signals
    -------
    open_asked
        Open the strip, or close it.
    asked
        The name of an attribute below.
    """

    open_asked = Signal()
    asked = Signal(str)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.replay = make_action(
            window,
            "actionReplay",
            self.tr("Replay a run"),
            ["F9"],
            self.tr("Look at any moment of a training, or close the strip"),
            self.open_asked.emit,
        )
        self.play = self._make(
            window, "play", self.tr("Play or pause"), "F4", self.tr("Play the run from the step shown, or pause")
        )
        self.previous_frame = self._make(
            window, "previous_frame", self.tr("Previous frame"), "Ctrl+PgUp", self.tr("Go back by one frame")
        )
        self.next_frame = self._make(
            window, "next_frame", self.tr("Next frame"), "Ctrl+PgDown", self.tr("Go forward by one frame")
        )
        self.previous_step = self._make(
            window,
            "previous_step",
            self.tr("Previous step"),
            "Alt+PgUp",
            self.tr("Go back by one step, exactly: the training is repeated from a checkpoint"),
        )
        self.next_step = self._make(
            window,
            "next_step",
            self.tr("Next step"),
            "Alt+PgDown",
            self.tr("Go forward by one step, exactly: the training is repeated from a checkpoint"),
        )
        self.first = self._make(
            window, "first", self.tr("First frame"), "Ctrl+Home", self.tr("Go to the start of the run")
        )
        self.end = self._make(
            window, "end", self.tr("Live, or last frame"), "Ctrl+End", self.tr("Go to the end of the run")
        )
        self.bookmark = self._make(
            window, "bookmark", self.tr("Bookmark…"), "Ctrl+F3", self.tr("Mark this step with a note")
        )
        self.next_bookmark = self._make(
            window, "next_bookmark", self.tr("Next bookmark"), "F3", self.tr("Go to the next bookmark")
        )
        self.previous_bookmark = self._make(
            window, "previous_bookmark", self.tr("Previous bookmark"), "Shift+F3", self.tr("Go to the bookmark before")
        )
        self.faster = self._make(window, "faster", self.tr("Faster"), "Ctrl+F9", self.tr("Play faster"))
        self.slower = self._make(window, "slower", self.tr("Slower"), "Shift+F9", self.tr("Play more slowly"))
        self.chart = self._make(
            window, "chart", self.tr("Next chart"), "F12", self.tr("Change the chart above the slider, or hide it")
        )
        self.axis = self._make(
            window,
            "axis",
            self.tr("Logarithmic steps"),
            "Ctrl+F4",
            self.tr("Give the first steps more room on the slider"),
        )
        self.axis.setCheckable(True)
        self.export = self._make(
            window, "export", self.tr("Export a film…"), "Ctrl+Alt+V", self.tr("Save what is seen as an animation")
        )
        self.offer(on=False)

    @property
    def menu(self) -> list[QAction | None]:
        """The actions in the order of the menu; None is a separator."""
        return [
            self.replay,
            None,
            self.play,
            self.previous_frame,
            self.next_frame,
            self.previous_step,
            self.next_step,
            self.first,
            self.end,
            self.faster,
            self.slower,
            None,
            self.bookmark,
            self.next_bookmark,
            self.previous_bookmark,
            None,
            self.chart,
            self.axis,
            self.export,
        ]

    def offer(self, *, on: bool) -> None:
        """Enable the actions that need an open strip."""
        for action in self.menu:
            if action is not None and action is not self.replay:
                action.setEnabled(on)

    def _make(self, window: QWidget, name: str, text: str, key: str, sentence: str) -> QAction:
        capital = "".join(part.title() for part in name.split("_"))
        return make_action(window, f"actionReplay{capital}", text, [key], sentence, partial(self._ask, name))

    def _ask(self, name: str) -> None:
        self.asked.emit(name)
