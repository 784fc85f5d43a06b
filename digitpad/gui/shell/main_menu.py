"""The main menu: groups of actions, one for each tab that has actions, and the choices of the View group."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, QObject, Signal, Slot
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from digitpad.gui.widgets.actions import make_action
from digitpad.gui.widgets.scaling import SCALES
from digitpad.gui.widgets.theme import SCHEMES, Theme
from digitpad.gui.workspace.settings import Settings

_COLOURS = {
    "system": (
        str(QT_TRANSLATE_NOOP("MainMenu", "Colours: follow the system")),
        str(QT_TRANSLATE_NOOP("MainMenu", "Use light or dark colours as the system does")),
    ),
    "light": (
        str(QT_TRANSLATE_NOOP("MainMenu", "Colours: light")),
        str(QT_TRANSLATE_NOOP("MainMenu", "Use dark text on a light background")),
    ),
    "dark": (
        str(QT_TRANSLATE_NOOP("MainMenu", "Colours: dark")),
        str(QT_TRANSLATE_NOOP("MainMenu", "Use light text on a dark background")),
    ),
}


class MainMenu(QMenu):
    """All actions, in groups. A group without visible actions is hidden."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("mainMenu")

    def add_group(
        self, name: str, title: str, actions: Sequence[QAction | None], *, before: QAction | None = None
    ) -> QAction:
        """Add a group.

        Parameters
        ----------
        name
            What the program calls it.
        title
            Its title in the menu.
        actions
            The actions; None is a separator.
        before
            The group that follows; None puts the new group last.

        Returns
        -------
        QAction
            The action of the group, for `before`.
        """
        group = QMenu(title, self)
        group.setObjectName(f"menu{name}")
        for action in actions:
            if action is None:
                group.addSeparator()
            else:
                group.addAction(action)
        return self.addMenu(group) if before is None else self.insertMenu(before, group)

    def hide_empty_groups(self) -> None:
        """Hide the groups without visible actions, and show the others."""
        for group in self.findChildren(QMenu):
            group.menuAction().setVisible(any(action.isVisible() for action in group.actions()))


def colour_actions(window: QWidget, theme: Theme, settings: Settings) -> list[QAction]:
    """Return actions that choose the colours and save the choice."""

    def choose(choice: str) -> None:
        theme.choose(choice)
        settings.colours = choice

    group = QActionGroup(window)
    actions = []
    for choice, letter in zip(SCHEMES, "ALD", strict=True):
        text, sentence = (QCoreApplication.translate("MainMenu", words) for words in _COLOURS[choice])
        action = make_action(
            window, f"actionColours{choice.title()}", text, [f"Ctrl+Alt+{letter}"], sentence, partial(choose, choice)
        )
        action.setCheckable(True)
        action.setChecked(choice == theme.choice)
        group.addAction(action)
        actions.append(action)
    return actions


class TextSizeActions(QObject):
    """The actions that make text larger and smaller.

    Parameters
    ----------
    window
        The window that the actions belong to.
    theme
        The text size.
    settings
        Where the choice is saved.

    Signals
    -------
    changed
        The text size has changed.
    """

    changed = Signal()

    def __init__(self, window: QWidget, theme: Theme, settings: Settings) -> None:
        super().__init__(window)
        self._theme = theme
        self._settings = settings
        key = QKeySequence.StandardKey
        self.larger = make_action(
            window,
            "actionTextLarger",
            self.tr("Larger text"),
            [key.ZoomIn, "Ctrl+="],
            self.tr("Make text, spacing and pictures larger"),
            self._larger,
        )
        self.smaller = make_action(
            window,
            "actionTextSmaller",
            self.tr("Smaller text"),
            [key.ZoomOut],
            self.tr("Make text, spacing and pictures smaller"),
            self._smaller,
        )
        self.normal = make_action(
            window,
            "actionTextNormal",
            self.tr("Normal text size"),
            ["Ctrl+0"],
            self.tr("Set the text size to 100 %"),
            self._reset,
        )
        self._group = QActionGroup(self)
        self.sizes = [self._size(window, scale) for scale in SCALES]
        self._show()

    def menu(self, window: QWidget) -> QAction:
        """Return a submenu with all of them."""
        menu = QMenu(self.tr("Text size"), window)
        menu.setObjectName("menuTextSize")
        menu.addActions([self.larger, self.smaller, self.normal])
        menu.addSeparator()
        menu.addActions(self.sizes)
        return menu.menuAction()

    def _size(self, window: QWidget, scale: float) -> QAction:
        percent = f"{round(100 * scale)}\N{NO-BREAK SPACE}%"
        action = QAction(percent, window)
        action.setObjectName(f"textSize{round(100 * scale)}")
        action.setCheckable(True)
        action.triggered.connect(partial(self._choose, scale))
        self._group.addAction(action)
        return action

    @Slot()
    def _larger(self) -> None:
        self._theme.step_scale(1)
        self._show()

    @Slot()
    def _smaller(self) -> None:
        self._theme.step_scale(-1)
        self._show()

    @Slot()
    def _reset(self) -> None:
        self._choose(1.0)

    def _choose(self, scale: float) -> None:
        self._theme.set_scale(scale)
        self._show()

    def _show(self) -> None:
        """Check the current size, disable actions without effect, and save the choice."""
        place = SCALES.index(self._theme.scale)
        self.sizes[place].setChecked(True)
        self.larger.setEnabled(place + 1 < len(SCALES))
        self.smaller.setEnabled(place > 0)
        if self._settings.text_scale != self._theme.scale:
            self._settings.text_scale = self._theme.scale
        self.changed.emit()
