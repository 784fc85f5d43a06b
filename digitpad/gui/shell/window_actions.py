"""The actions of the window itself: open a model, quit, full screen, close a message, and open the menus."""

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QFileDialog, QMainWindow

from digitpad.gui.shell.top_bar import TopBar
from digitpad.gui.widgets.actions import make_action
from digitpad.gui.widgets.files import MODEL_FILTER
from digitpad.gui.widgets.message_bar import MessageBar
from digitpad.gui.workspace.settings import Settings

_KEY = QKeySequence.StandardKey


class WindowActions(QObject):
    """Makes the actions, and does what they say.

    Parameters
    ----------
    window
        The window that owns the actions.
    top, messages
        Its top bar, whose menus can be opened by keys, and its message bar.
    settings
        The folder that file dialogs begin in.

    Signals
    -------
    model_chosen
        The path of a model file.
    """

    model_chosen = Signal(str)

    def __init__(self, window: QMainWindow, top: TopBar, messages: MessageBar, settings: Settings) -> None:
        super().__init__(window)
        self._window = window
        self._messages = messages
        self._settings = settings
        self.browse = make_action(
            window,
            "actionOpenModel",
            self.tr("Open a model file…"),
            ["Ctrl+Shift+O"],
            self.tr("Read with another model"),
            self.browse_models,
        )
        self.choose = make_action(
            window,
            "actionChooseModel",
            self.tr("Choose a network"),
            ["Ctrl+M"],
            self.tr("List the models and runs"),
            top.chooser.showMenu,
        )
        self.leave = make_action(
            window, "actionQuit", self.tr("Quit"), [_KEY.Quit, "Ctrl+Q"], self.tr("Close the window"), window.close
        )
        self.full_screen = make_action(
            window,
            "actionFullScreen",
            self.tr("Full screen"),
            ["F11"],
            self.tr("Show the window on the whole screen"),
            self._toggle_full_screen,
        )
        self.close_message = make_action(
            window,
            "actionCloseMessage",
            self.tr("Close the message"),
            ["Esc"],
            self.tr("Close the message"),
            messages.close_message,
        )
        self.menu = make_action(
            window,
            "actionMenu",
            self.tr("Menu"),
            ["F10"],
            self.tr("Open the menu"),
            top.menu_button.showMenu,
        )
        # Esc belongs to the canvas and to menus while there is no message.
        self.close_message.setEnabled(False)
        messages.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Use Esc for the message bar while it is visible."""
        if watched is self._messages and event.type() in {QEvent.Type.Show, QEvent.Type.Hide}:
            self.close_message.setEnabled(event.type() == QEvent.Type.Show)
        return False

    @Slot()
    def browse_models(self) -> None:
        """Choose a model file in a dialog."""
        dialog = QFileDialog(self._window, self.tr("Open a model file"), str(self._settings.folder))
        dialog.setObjectName("openModelDialog")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setNameFilters([MODEL_FILTER, self.tr("All files (*)")])
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self.model_chosen)
        dialog.open()

    @Slot()
    def _toggle_full_screen(self) -> None:
        self._window.setWindowState(self._window.windowState() ^ Qt.WindowState.WindowFullScreen)
