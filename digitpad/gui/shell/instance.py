"""One window for the files that are opened from elsewhere: the first window listens, and later starts hand theirs over.

Two processes on one machine talk through a socket of the user's own (a named pipe on Windows); nothing leaves the
machine. A second window may still be opened: it only does not listen. What is sent is text, a list of paths, and is
taken for no more than that.
"""

import json
import os
import sys
import threading
from collections.abc import Sequence
from multiprocessing.connection import Client, Connection, Listener
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from digitpad import paths

#: A message is so long at the most, in bytes: thousands of paths.
_LONGEST = 1 << 20
_THANKS = b"digitpad took them"


def address() -> str:
    """Return where the first window listens."""
    if sys.platform == "win32":
        return rf"\\.\pipe\digitpad-{os.environ.get('USERNAME', 'user')}"
    return str(paths.user_runtime_dir() / "window")


def hand_over(files: Sequence[Path], where: str | None = None) -> bool:
    """Have the window that runs already open files.

    Parameters
    ----------
    files
        What to open.
    where
        The address; by default the user's own.

    Returns
    -------
    bool
        Whether a window took them. If not, there is none, or none that answers.
    """
    try:
        with Client(where or address()) as connection:
            connection.send_bytes(json.dumps([str(path.absolute()) for path in files]).encode())
            # A window that is just closing, or stuck, does not answer: then this start opens one of its own.
            return connection.poll(2.0) and connection.recv_bytes(_LONGEST) == _THANKS
    except (OSError, EOFError):
        return False


class OpenRequests(QObject):
    """Listens for files that later starts hand over.

    Signals
    -------
    received
        A list of `Path`; emitted in the listening thread: connect bound methods of objects of the GUI thread.
    """

    received = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._listener: Listener | None = None
        self._thread: threading.Thread | None = None
        self._where = ""
        self._closing = threading.Event()

    def listen(self, where: str | None = None) -> bool:
        """Begin; return whether this is the window that listens (another may, or the place cannot be written)."""
        self._where = where or address()
        try:
            self._listener = self._bind()
        except OSError:
            # Without it everything works but this: files opened from elsewhere come in windows of their own.
            return False
        self._thread = threading.Thread(target=self._serve, name="digitpad-open-requests", daemon=True)
        self._thread.start()
        return True

    def close(self) -> None:
        """Stop listening, and wait for the thread's end."""
        if self._listener is None or self._thread is None:
            return
        self._closing.set()
        # It waits for somebody to call; so somebody calls.
        hand_over([], self._where)
        self._thread.join()
        self._listener.close()
        self._listener = self._thread = None

    def _bind(self) -> Listener:
        if sys.platform == "win32":
            return Listener(self._where)
        socket = Path(self._where)
        socket.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if socket.is_socket() and not _answers(self._where):
            # Left behind by a window that was killed.
            socket.unlink(missing_ok=True)
        return Listener(self._where)

    def _serve(self) -> None:
        listener = self._listener
        while listener is not None and not self._closing.is_set():
            try:
                with listener.accept() as connection:
                    files = _read(connection)
                    if self._closing.is_set() or files is None:
                        continue
                    connection.send_bytes(_THANKS)
            except (OSError, EOFError):
                continue
            if files:
                self.received.emit(files)


def _answers(where: str) -> bool:
    try:
        Client(where).close()
    except OSError:
        return False
    return True


def _read(connection: "Connection[bytes, bytes]") -> list[Path] | None:
    """Return the paths that somebody sends; None if it is anything else."""
    if not connection.poll(2.0):
        return None
    try:
        words = json.loads(connection.recv_bytes(_LONGEST))
    except ValueError:
        return None
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        return None
    return [Path(word) for word in words]
