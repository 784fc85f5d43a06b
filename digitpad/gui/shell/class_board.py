"""Sharing and the class board in the window: the actions from the start, the rest when it is first used."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QMainWindow

from digitpad.gui.board.current_reader import CurrentReader
from digitpad.gui.board.server import start_serving
from digitpad.gui.board.sharing import Place, Sharing, Stage
from digitpad.gui.widgets.actions import make_action
from digitpad.gui.widgets.focus_order import order_by_layout
from digitpad.gui.widgets.message_bar import Message
from digitpad.gui.widgets.scaling import adopt
from digitpad.gui.widgets.theme import Theme
from digitpad.gui.workspace.workspace import Workspace

if TYPE_CHECKING:
    from digitpad.gui.board.rereading import Rereading
    from digitpad.gui.board.share_dialog import ShareDialog
    from digitpad.gui.board.sharing import StartServer
    from digitpad.gui.board.window import BoardWindow


class ClassBoard(QObject):
    """Opens the dialog and the board, and ends the server with the window.

    Parameters
    ----------
    window
        The main window.
    theme, workspace
        The colours; the network that reads.
    start_server
        Starts a server with the network that is shown; None for the real one.

    Signals
    -------
    message
        A `Message` for the message bar.
    train_wanted
        The name of a dataset to train on.
    """

    message = Signal(object)
    train_wanted = Signal(str)

    def __init__(
        self, window: QMainWindow, theme: Theme, workspace: Workspace, start_server: "StartServer | None" = None
    ) -> None:
        super().__init__(window)
        self.reader = CurrentReader(workspace, self)
        self._window, self._theme, self._workspace = window, theme, workspace
        self._dialog: ShareDialog | None = None
        self._board: BoardWindow | None = None
        self._rereading: Rereading | None = None
        self.sharing = Sharing(start_server or partial(start_serving, self.reader), self)
        self.sharing.failed.connect(self._report)
        self.share = make_action(
            window,
            "actionShare",
            self.tr("Share on this network…"),
            ["Ctrl+Shift+N"],
            self.tr("Let phones and other computers draw on a page that this network reads"),
            self.open_dialog,
        )
        self.open = make_action(
            window,
            "actionClassBoard",
            self.tr("Class board"),
            ["Ctrl+Shift+B"],
            self.tr("Show what everyone draws, in a window for the projector"),
            self.open_board,
        )
        self.stop = make_action(
            window,
            "actionStopSharing",
            self.tr("Stop sharing"),
            ["Ctrl+Alt+S"],
            self.tr("Close the page on all devices"),
            self.sharing.stop,
        )
        self.sharing.changed.connect(self._show_stage)
        self._show_stage()

    @property
    def board(self) -> "BoardWindow | None":
        """The window of the board; None before it was first opened."""
        return self._board

    @property
    def dialog(self) -> "ShareDialog | None":
        """The dialog; None before it was first opened."""
        return self._dialog

    @Slot()
    def open_dialog(self) -> None:
        """Ask where to share, or show where the page is shared."""
        dialog = self._dialog
        if dialog is None:
            from digitpad.gui.board.share_dialog import ShareDialog

            dialog = self._dialog = ShareDialog(self._theme, self.sharing, self._window)
            dialog.board_wanted.connect(self.open_board)
        dialog.ask()

    @Slot()
    def open_board(self) -> None:
        """Show the board in a window of its own."""
        board = self._board
        if board is None:
            from digitpad.gui.board.rereading import Rereading
            from digitpad.gui.board.window import BoardWindow

            board = self._board = BoardWindow(self._theme, self._workspace, self.sharing)
            board.share_wanted.connect(self.open_dialog)
            board.train_wanted.connect(self._train)
            self._rereading = Rereading(self.sharing.board, self._workspace, self.reader, self)
            order_by_layout(board)
            adopt(board)
        board.show()
        board.raise_()
        board.activateWindow()

    def start_here(self, port: int) -> None:
        """Share the page with this computer alone, as `digitpad start` does.

        Parameters
        ----------
        port
            The port.
        """
        self.sharing.start(Place.here(port))

    def shut_down(self) -> None:
        """End the server and close the board, because the window is closing."""
        self.sharing.shut_down()
        if self._rereading is not None:
            self._rereading.shut_down()
        if self._dialog is not None:
            self._dialog.close()
        board, self._board = self._board, None
        if board is not None:
            board.shut_down()
            board.deleteLater()

    @Slot(str)
    def _train(self, dataset: str) -> None:
        self.train_wanted.emit(dataset)
        self._window.raise_()
        self._window.activateWindow()

    @Slot(str)
    def _report(self, error: str) -> None:
        if self._dialog is None or not self._dialog.isVisible():
            self.message.emit(Message(error))

    @Slot()
    def _show_stage(self) -> None:
        self.stop.setEnabled(self.sharing.stage is Stage.ON)
