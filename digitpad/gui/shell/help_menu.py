"""The Help menu: keyboard shortcuts, crash reports, and information about the program."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QUrl, Signal, Slot
from PySide6.QtGui import QAction, QDesktopServices
from PySide6.QtWidgets import QWidget

from digitpad import paths
from digitpad.gui.widgets.actions import make_action
from digitpad.gui.widgets.message_bar import Message
from digitpad.gui.widgets.scaling import adopt


class HelpMenu(QObject):
    """The actions of the Help menu.

    Parameters
    ----------
    window
        The window that owns the actions and the pages.
    before_keys
        Called before the shortcuts are listed; builds parts of the window that are built when needed.

    Signals
    -------
    message
        A `Message` for the message bar.
    """

    message = Signal(object)

    def __init__(self, window: QWidget, before_keys: Callable[[], object]) -> None:
        super().__init__(window)
        self._window = window
        self._before_keys = before_keys
        keys = make_action(
            window,
            "actionKeyboardHelp",
            self.tr("Keyboard shortcuts"),
            ["F1"],
            self.tr("List all keyboard shortcuts"),
            self.show_keys,
        )
        reports = make_action(
            window,
            "actionReports",
            self.tr("Crash reports"),
            ["Ctrl+F1"],
            self.tr("Open the folder with the log and the crash reports"),
            self.open_reports,
        )
        about = make_action(
            window,
            "actionAbout",
            self.tr("About digitpad"),
            ["Shift+F1"],
            self.tr("Show the version, the system and the licences"),
            self.show_about,
        )
        #: In the order of the menu; None is a separator.
        self.actions: list[QAction | None] = [keys, reports, None, about]

    @Slot()
    def show_keys(self) -> None:
        """List all keyboard shortcuts."""
        from digitpad.gui.shell.keyboard_help import KeyboardHelp

        self._before_keys()
        self._show(
            self._window.findChild(KeyboardHelp) or KeyboardHelp(self._window.findChildren(QAction), self._window)
        )

    @Slot()
    def show_about(self) -> None:
        """Show information about the program."""
        from digitpad.gui.shell.about import About

        self._show(self._window.findChild(About) or About(self._window))

    @Slot()
    def open_reports(self) -> None:
        """Open the folder with the log in the file manager of the system."""
        folder = paths.user_log_dir()
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            self.message.emit(
                Message(
                    self.tr("There are no reports: the folder {folder} cannot be created ({reason}).").format(
                        folder=folder, reason=error.strerror
                    )
                )
            )
            return
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder))):
            self.message.emit(Message(self.tr("The reports are in {folder}.").format(folder=folder), "info"))

    def _show(self, page: QWidget) -> None:
        adopt(page)
        page.show()
        # The page may be open already, behind the window.
        page.raise_()
        page.activateWindow()
