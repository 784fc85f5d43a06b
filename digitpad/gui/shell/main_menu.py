"""The window's one menu: groups of actions, a group for each tab that has some, and the choice of colours."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from digitpad.gui.widgets.actions import make_action
from digitpad.gui.widgets.theme import SCHEMES, Theme
from digitpad.gui.workspace.settings import Settings

_COLOURS = {
    "system": QT_TRANSLATE_NOOP("MainMenu", "Colours: as the system"),
    "light": QT_TRANSLATE_NOOP("MainMenu", "Colours: light"),
    "dark": QT_TRANSLATE_NOOP("MainMenu", "Colours: dark"),
}


class MainMenu(QMenu):
    """Everything that can be done, in groups; a group of which nothing can be done now is hidden."""

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
            What it is called in the menu.
        actions
            What is in it; None is a line between two.
        before
            The group that follows; None puts it last.

        Returns
        -------
        QAction
            Stands for the group, for `before`.
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
        """Hide the groups all of whose actions are hidden, and show the others."""
        for group in self.findChildren(QMenu):
            group.menuAction().setVisible(any(action.isVisible() for action in group.actions()))


def colour_actions(window: QWidget, theme: Theme, settings: Settings) -> list[QAction]:
    """Return actions that choose the colours, and have the choice remembered."""

    def choose(choice: str) -> None:
        theme.choose(choice)
        settings.colours = choice

    group = QActionGroup(window)
    actions = []
    for choice, letter in zip(SCHEMES, "ALD", strict=True):
        text = QCoreApplication.translate("MainMenu", str(_COLOURS[choice]))
        action = make_action(
            window,
            f"actionColours{choice.title()}",
            text,
            [f"Ctrl+Alt+{letter}"],
            text,
            partial(choose, choice),
        )
        action.setCheckable(True)
        action.setChecked(choice == theme.choice)
        group.addAction(action)
        actions.append(action)
    return actions
