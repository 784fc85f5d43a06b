"""The window of the class board, for a projector beside the teacher's own window.

The server's thread changes the board hundreds of times a second. A timer looks at it a few times a second, less often
when painting takes longer, and only what has changed is painted.
"""

import time

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QCloseEvent, QHideEvent, QIcon, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from digitpad import paths
from digitpad.gui.board.controls import BoardControls
from digitpad.gui.board.grid import BoardGrid
from digitpad.gui.board.join_card import JoinCard
from digitpad.gui.board.keep_dialog import KeepDialog
from digitpad.gui.board.large_view import LargeView
from digitpad.gui.board.question_banner import QuestionBanner
from digitpad.gui.board.sharing import Sharing
from digitpad.gui.board.so_far import SoFar
from digitpad.gui.widgets.actions import make_action
from digitpad.gui.widgets.cards import card, muted, scroller, title
from digitpad.gui.widgets.inline_alert import InlineAlert
from digitpad.gui.widgets.live_text import LiveText
from digitpad.gui.widgets.plain_text import one_line
from digitpad.gui.widgets.theme import SPACE, Theme
from digitpad.gui.workspace.workspace import Workspace
from digitpad.serving.board import ClassState
from digitpad.serving.participants import Order, Participant, arranged

_EVERY = 20  # milliseconds between two looks at the board
_SHARE = 3  # the pause after a look is at least this many times as long as the look
_SORT_EVERY = 1.0  # seconds: tiles that swapped places with every stroke could not be looked at
_SIDE = 30 * SPACE
_USUAL = (1280, 800)


class BoardWindow(QWidget):
    """Shows what everyone draws.

    Parameters
    ----------
    theme, workspace
        The colours; the network and the collections.
    sharing
        Has the board, and passes questions on.

    Signals
    -------
    share_wanted
        The user wants to share the page.
    train_wanted
        The name of a dataset to train on.
    """

    share_wanted = Signal()
    train_wanted = Signal(str)

    def __init__(self, theme: Theme, workspace: Workspace, sharing: Sharing) -> None:
        super().__init__(None, Qt.WindowType.Window)
        self._workspace = workspace
        self._sharing = sharing
        self._state = ClassState(revision=-1)
        self._order = Order.ARRIVAL
        self._places: dict[str, int] = {}  # the places of the clients in the order when it was last sorted
        self._sorted_at = 0.0
        self._large: str | None = None
        self._keeping: KeepDialog | None = None
        self.setObjectName("boardWindow")
        self.setWindowTitle(self.tr("Class board"))
        self.setWindowIcon(QIcon(str(paths.resources_dir() / "icons" / "digitpad.svg")))
        # The program ends with its main window.
        self.setAttribute(Qt.WidgetAttribute.WA_QuitOnClose, on=False)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.refresh)
        self.banner_card = card("boardBanner", self)
        self.banner = QuestionBanner(theme, self.banner_card)
        self.grid = BoardGrid(theme, self)
        self.large = LargeView(theme, self)
        self.views = QStackedWidget(self)
        self.views.addWidget(self.grid)
        self.views.addWidget(self.large)
        self.alert = InlineAlert("boardAlert", self)
        self.controls = BoardControls(theme, self)
        self.join = JoinCard(theme, sharing, self)
        self.so_far = SoFar(theme, self)
        self._network = LiveText(
            theme, "boardNetwork", self.font(), "muted", self, spoken=self.tr("Network that reads")
        )
        self._lay_out()
        self._make_actions()
        self._connect()
        self.resize(*_USUAL)
        self._show_network()
        self.refresh()

    def _lay_out(self) -> None:
        inside = QVBoxLayout(self.banner_card)
        inside.setContentsMargins(1, 1, 1, 1)
        inside.addWidget(self.banner)
        tally = card("boardSoFar", self)
        column = QVBoxLayout(tally)
        column.setContentsMargins(2 * SPACE, SPACE, 2 * SPACE, SPACE)
        column.setSpacing(SPACE // 2)
        heading = title(self.tr("So far"), tally)
        heading.setWordWrap(True)
        column.addWidget(heading)
        column.addWidget(muted(self.tr("read as, by class asked"), tally))
        column.addWidget(self._network)
        column.addWidget(self.so_far)
        column.addStretch(1)
        side = QVBoxLayout()
        side.setSpacing(SPACE)
        side.addWidget(self.join)
        side.addWidget(tally, 1)
        content = QWidget(self)
        content.setToolTip(self.tr("How to join, and the answers so far"))
        content.setLayout(side)
        side.setContentsMargins(0, 0, 0, 0)
        around = scroller("boardSide", self.tr("Joining and answers"), content, self)
        around.setFixedWidth(_SIDE)
        main = QVBoxLayout()
        main.setSpacing(SPACE)
        main.addWidget(self.banner_card)
        main.addWidget(self.views, 1)
        both = QHBoxLayout()
        both.setSpacing(2 * SPACE)
        both.addLayout(main, 1)
        both.addWidget(around)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(2 * SPACE, 2 * SPACE, 2 * SPACE, SPACE)
        outer.setSpacing(SPACE)
        outer.addLayout(both, 1)
        outer.addWidget(self.alert)
        outer.addWidget(self.controls)

    def _make_actions(self) -> None:
        make_action(
            self,
            "actionBoardFullScreen",
            self.tr("Full screen"),
            ["F11"],
            self.tr("Show the board on the whole screen"),
            self._full_screen,
        )
        self._back = make_action(
            self,
            "actionBoardBack",
            self.tr("Show all"),
            ["Esc"],
            self.tr("Show all drawings"),
            self.show_all,
        )
        self._back.setEnabled(False)

    def _connect(self) -> None:
        controls = self.controls
        controls.asked.connect(self.ask)
        controls.large_toggled.connect(self._toggle_large)
        controls.hide_wanted.connect(self._hide_current)
        controls.show_again.connect(self._show_again)
        controls.reset_wanted.connect(self._offer_reset)
        controls.keep_wanted.connect(self._keep)
        controls.order_chosen.connect(self.sort)
        self.alert.accepted.connect(self._reset)
        self.grid.opened.connect(self.show_large)
        self.large.closed.connect(self.show_all)
        self.large.stepped.connect(self._step)
        self.join.share_wanted.connect(self.share_wanted)
        self._workspace.networks_changed.connect(self._show_network)

    # What the class shows

    @property
    def state(self) -> ClassState:
        """The state of the class that is shown."""
        return self._state

    @Slot()
    def refresh(self) -> None:
        """Show what has changed on the board since the last look."""
        began = time.perf_counter()
        changed = self._sharing.board.revision != self._state.revision
        if changed or self.grid.is_behind or self._is_unsorted(began):
            self._show(self._sharing.board.state(), began)
        if self.isVisible():
            took = 1000 * (time.perf_counter() - began + self.grid.paint_seconds)
            self._timer.start(max(_EVERY, round(_SHARE * took)))

    def _is_unsorted(self, now: float) -> bool:
        return self._order is not Order.ARRIVAL and now - self._sorted_at >= _SORT_EVERY

    def _show(self, state: ClassState, now: float) -> None:
        self._state = state
        if not self._places or self._is_unsorted(now):
            self._sorted_at = now
            self._places = {one.client: place for place, one in enumerate(arranged(state.shown, self._order))}
        last = len(self._places)
        people = sorted(state.shown, key=lambda one: (self._places.get(one.client, last), one.number))
        self.grid.show_people(people)
        self.banner.show_state(state)
        if state.tally != self.so_far.tally:
            self.so_far.show_tally(state.tally)
        self.controls.show_state(state)
        if self._large is not None:
            shown = self._shown(self._large)
            if shown is None:
                self.show_all()
            else:
                self.large.show_participant(shown)

    def _shown(self, client: str) -> Participant | None:
        return next((one for one in self._state.shown if one.client == client), None)

    @Slot(object)
    def sort(self, order: Order) -> None:
        """Sort the drawings by arrival, class or doubt."""
        self._order = order
        self.controls.order.choose(order.value)
        self._places = {}
        self._show(self._sharing.board.state(), time.perf_counter())

    # What the teacher does

    @Slot(object)
    def ask(self, label: str | None) -> None:
        """Ask everyone to draw a class; None ends the question."""
        self._sharing.ask(label, "" if label is None else self.banner.question_for(label))
        self.refresh()

    @Slot(str)
    def show_large(self, client: str) -> None:
        """Show the drawing of one person large."""
        shown = self._shown(client)
        if shown is None:
            return
        self._large = client
        self.large.show_participant(shown)
        self.views.setCurrentWidget(self.large)
        self.controls.large.setText(self.tr("Show all"))
        self.controls.large.setIconText(self.tr("Show all"))
        self._back.setEnabled(True)
        self.large.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def show_all(self) -> None:
        """Show all drawings again."""
        self._large = None
        self.large.show_participant(None)
        self.views.setCurrentWidget(self.grid)
        self.controls.large.setText(self.tr("Show one"))
        self.controls.large.setIconText(self.tr("Show one"))
        self._back.setEnabled(False)
        self.grid.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def _toggle_large(self) -> None:
        if self._large is not None:
            self.show_all()
        elif self.grid.current is not None:
            self.show_large(self.grid.current.client)

    @Slot(int)
    def _step(self, steps: int) -> None:
        clients = [one.client for one in self.grid.people]
        if self._large in clients:
            place = (clients.index(self._large) + steps) % len(clients)
            self.grid.move_to(place)
            self.show_large(clients[place])

    @Slot()
    def _hide_current(self) -> None:
        one = self.large.participant if self._large is not None else self.grid.current
        if one is not None:
            self._sharing.board.hide(one.client, hidden=True)
            self.refresh()

    @Slot(str)
    def _show_again(self, client: str) -> None:
        self._sharing.board.hide(client, hidden=False)
        self.refresh()

    @Slot()
    def _offer_reset(self) -> None:
        state = self._sharing.board.state()
        text = self.tr("Forget the drawings, the questions and the counts of this class?")
        if state.unsaved:
            unsaved = self.tr("%n drawing(s) may be kept and are not in a collection yet.", "", state.keepable)
            text = f"{text} {unsaved}"
        self.alert.offer(text, self.tr("Reset"), self.tr("Clear the board and all pages"))

    @Slot()
    def _reset(self) -> None:
        self._sharing.reset()
        self.show_all()
        self.refresh()

    @Slot()
    def _keep(self) -> None:
        if self._keeping is None:
            self._keeping = KeepDialog(self._sharing.board, self._workspace, self)
            self._keeping.train_wanted.connect(self.train_wanted)
            self._keeping.destroyed.connect(self._forget_keeping)
            self._keeping.ask()

    @Slot()
    def _forget_keeping(self) -> None:
        self._keeping = None

    @Slot()
    def _show_network(self) -> None:
        network = self._workspace.looked_at
        if network is None:
            return
        self._network.show_text(self.tr("by {network}").format(network=one_line(network.title)))
        self.controls.offer_labels(network.reader.labels)

    @Slot()
    def _full_screen(self) -> None:
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    # Events

    def shut_down(self) -> None:
        """Wait until drawings are saved, because the program ends."""
        self._timer.stop()
        if self._keeping is not None:
            self._keeping.shut_down()
        self.close()

    def showEvent(self, event: QShowEvent) -> None:
        """Look at the board from now on."""
        super().showEvent(event)
        self._timer.start(0)
        self.grid.setFocus(Qt.FocusReason.OtherFocusReason)

    def hideEvent(self, event: QHideEvent) -> None:
        """Look no longer."""
        super().hideEvent(event)
        self._timer.stop()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Hide; the class goes on."""
        self._timer.stop()
        super().closeEvent(event)
