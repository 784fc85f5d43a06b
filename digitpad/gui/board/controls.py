"""The row of buttons below the board, and its actions."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from digitpad.gui.board.tile import person
from digitpad.gui.widgets.actions import action_button, make_action
from digitpad.gui.widgets.fields import ComboBox
from digitpad.gui.widgets.flow_layout import FlowLayout
from digitpad.gui.widgets.plain_text import menu_text
from digitpad.gui.widgets.theme import SPACE, Theme
from digitpad.serving.board import ClassState
from digitpad.serving.participants import Order, Participant

_DIGIT_KEYS = frozenset("0123456789")


class BoardControls(QWidget):
    """Ask, show one large, hide, sort, reset and keep.

    Parameters
    ----------
    theme
        The colours.
    window
        The window that the actions belong to.

    Signals
    -------
    asked
        A class; None to end the question.
    large_toggled, hide_wanted, reset_wanted, keep_wanted
        What the buttons of these names ask for.
    show_again
        The client of a hidden person.
    order_chosen
        An `Order`.
    """

    asked = Signal(object)
    large_toggled = Signal()
    hide_wanted = Signal()
    reset_wanted = Signal()
    keep_wanted = Signal()
    show_again = Signal(str)
    order_chosen = Signal(object)

    def __init__(self, theme: Theme, window: QWidget) -> None:
        super().__init__(window)
        self.setObjectName("boardControls")
        self._labels: tuple[str, ...] = ()
        self._classes: list[QAction] = []
        self._hidden: tuple[Participant, ...] = ()
        self.ask_menu = QMenu(self)
        self.ask_menu.setObjectName("boardAskMenu")
        self.ask_button = self._menu_button(
            "boardAsk", self.tr("Ask ▾"), self.tr("Ask"), self.tr("Ask everyone to draw a class"), self.ask_menu
        )
        self.hidden_menu = QMenu(self)
        self.hidden_menu.setObjectName("boardHiddenMenu")
        self.hidden_button = self._menu_button(
            "boardHidden",
            self.tr("Hidden ▾"),
            self.tr("Hidden"),
            self.tr("Show a hidden drawing again"),
            self.hidden_menu,
        )
        self.no_question = make_action(
            window,
            "actionBoardNoQuestion",
            self.tr("No question"),
            ["Backspace"],
            self.tr("End the question; everyone draws what they like"),
            partial(self.asked.emit, None),
        )
        self.large = make_action(
            window,
            "actionBoardLarge",
            self.tr("Show one"),
            ["Ctrl+L"],
            self.tr("Show the current drawing large, or all drawings again"),
            self.large_toggled.emit,
        )
        self.hide_one = make_action(
            window,
            "actionBoardHide",
            self.tr("Hide"),
            ["Del"],
            self.tr("Hide the current drawing; it does not count then, and is not kept"),
            self.hide_wanted.emit,
        )
        self.reset = make_action(
            window,
            "actionBoardReset",
            self.tr("Reset…"),
            ["Ctrl+Shift+Del"],
            self.tr("Forget this class: drawings, counts and questions"),
            self.reset_wanted.emit,
        )
        self.keep = make_action(
            window,
            "actionBoardKeep",
            self.tr("Keep the drawings…"),
            ["Ctrl+S"],
            self.tr("Make a collection of the drawings of those who agreed, to train on"),
            self.keep_wanted.emit,
        )
        self.order = ComboBox(theme, "boardOrder", self.tr("Sort"), self.tr("The order of the drawings"), self)
        self.order.offer(
            {
                Order.ARRIVAL.value: self.tr("By arrival"),
                Order.CLASS.value: self.tr("By class"),
                Order.DOUBT.value: self.tr("By doubt"),
            }
        )
        self.order.setMinimumContentsLength(len(self.tr("By arrival")))
        self.order.activated.connect(self._choose_order)
        keep = action_button(self.keep, "boardKeep", self.keep.text(), self)
        keep.setProperty("role", "primary")
        row = FlowLayout(self)
        row.setSpacing(SPACE)
        row.addWidget(self.ask_button)
        row.addWidget(action_button(self.large, "boardShowOne", self.large.text(), self))
        row.addWidget(action_button(self.hide_one, "boardHide", self.hide_one.text(), self))
        row.addWidget(self.hidden_button)
        row.addWidget(self.order)
        row.add_stretch()
        row.addWidget(action_button(self.reset, "boardReset", self.reset.text(), self))
        row.addWidget(keep)
        self.show_state(ClassState())

    @property
    def labels(self) -> tuple[str, ...]:
        """The classes that can be asked."""
        return self._labels

    def offer_labels(self, labels: Sequence[str]) -> None:
        """Offer the classes of a network; those that are digits have the keys of their digits."""
        if tuple(labels) == self._labels:
            return
        self._labels = tuple(labels)
        for old in self._classes:
            self.window().removeAction(old)
            self.ask_menu.removeAction(old)
            old.deleteLater()
        self.ask_menu.clear()
        self._classes = []
        for number, label in enumerate(self._labels):
            action = QAction(menu_text(label), self.ask_menu)
            action.setObjectName(f"askClass{number}")
            action.setToolTip(self.tr("Ask everyone to draw this class"))
            if label in _DIGIT_KEYS:
                action.setShortcut(label)
            action.triggered.connect(partial(self.asked.emit, label))
            self._classes.append(action)
        self.ask_menu.addActions(self._classes)
        self.ask_menu.addSeparator()
        self.ask_menu.addAction(self.no_question)
        # Their keys work while the menu is closed.
        self.window().addActions(self._classes)

    def show_state(self, state: ClassState) -> None:
        """Enable what can be done with a class."""
        self.no_question.setEnabled(state.asked is not None)
        anyone = bool(state.shown)
        self.large.setEnabled(anyone)
        self.hide_one.setEnabled(anyone)
        hidden = tuple(one for one in state.participants if one.hidden)
        if [(one.client, one.name) for one in hidden] != [(one.client, one.name) for one in self._hidden]:
            self._offer_hidden(hidden)
        self._hidden = hidden
        self.hidden_button.setEnabled(bool(hidden))

    def _offer_hidden(self, hidden: Sequence[Participant]) -> None:
        self.hidden_menu.clear()
        for one in hidden:
            action = QAction(menu_text(person(one)), self.hidden_menu)
            action.setToolTip(self.tr("Show this drawing again"))
            action.triggered.connect(partial(self.show_again.emit, one.client))
            self.hidden_menu.addAction(action)

    def _menu_button(self, name: str, text: str, spoken: str, tip: str, menu: QMenu) -> QToolButton:
        button = QToolButton(self)
        button.setObjectName(name)
        button.setText(text)
        button.setAccessibleName(spoken)
        button.setToolTip(tip)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setMenu(menu)
        return button

    @Slot()
    def _choose_order(self) -> None:
        self.order_chosen.emit(Order(self.order.chosen))
