"""Starts the server of the page; the only place of the window that knows the server."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from digitpad.errors import DigitpadError
from digitpad.gui.board.current_reader import CurrentReader
from digitpad.gui.board.sharing import Place
from digitpad.serving.packages import require_packages

if TYPE_CHECKING:
    from digitpad.gui.board.sharing import RunningServer
    from digitpad.serving.board import Board


def start_serving(reader: CurrentReader, place: Place, board: "Board") -> "RunningServer":
    """Start the server of the page; called in a thread.

    Parameters
    ----------
    reader
        Reads the drawings.
    place
        The address to serve at.
    board
        Receives the drawings of the participants.

    Raises
    ------
    DigitpadError
        If there is no network, the extra `serve` is not installed, or the port is in use.
    """
    if reader.current is None:
        raise DigitpadError(
            QCoreApplication.translate("Board", "There is no network that reads drawings; choose one at the top right.")
        )
    require_packages()
    from digitpad.serving.server import Server

    server = Server(reader, host=place.host, port=place.port, code=place.code or None, audience=board)
    server.start()
    return server
