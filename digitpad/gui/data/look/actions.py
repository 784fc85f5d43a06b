"""The actions of Look, for its buttons, the menu and the keyboard help. They exist before the page does."""

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from digitpad.gui.widgets.actions import make_action


class LookActions(QObject):
    """Makes the actions, which work only while the page is visible and shows something.

    Parameters
    ----------
    owner
        The tab.

    Attributes
    ----------
    open_image, export
        Show the selected image in Draw; export the list that is shown.

    Signals
    -------
    open_wanted, export_wanted
        An action was triggered.
    """

    open_wanted = Signal()
    export_wanted = Signal()

    def __init__(self, owner: QWidget) -> None:
        super().__init__(owner)
        self._visible = self._something = False
        self.open_image = make_action(
            owner,
            "actionLookOpen",
            self.tr("Open in Draw"),
            ["Ctrl+Shift+Return"],
            self.tr("Show the selected image in Draw"),
            self.open_wanted.emit,
        )
        self.export = make_action(
            owner,
            "actionLookExport",
            self.tr("Export images…"),
            ["Ctrl+Alt+X"],
            self.tr("Export the list that is shown as a table (CSV), or its images as a contact sheet (PNG)"),
            self.export_wanted.emit,
        )
        self._update()

    def show_page(self, *, visible: bool) -> None:
        """Let the actions work, or not, because the page is hidden."""
        self._visible = visible
        self._update()

    def show_images(self, *, something: bool) -> None:
        """Let the actions work, or not, because the page shows no image."""
        self._something = something
        self._update()

    def _update(self) -> None:
        for action in (self.open_image, self.export):
            action.setEnabled(self._visible and self._something)
