"""One window for files that are opened elsewhere: the first window listens, and later starts pass their files to it.

Two processes on one machine communicate through a socket of the user (a named pipe on Windows); nothing leaves the
machine. Further windows can be opened; they do not listen. Messages are text with a list of paths. The socket is in a
folder that only the user can enter, and a client that sends nothing or too much is disconnected within a second.
"""

import contextlib
import os
import socket
import stat
import struct
import sys
import threading
from collections.abc import Sequence
from multiprocessing.connection import Client, Connection, Listener
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from digitpad import paths
from digitpad.json_records import JSONError, dump_json, parse_json

#: The longest message in bytes, and the largest number of paths in it.
_LONGEST = 1 << 20
_MOST_FILES = 1000
#: Time limit for each part of a message.
_PATIENCE = 1.0
_THANKS = b"digitpad took them"


def address() -> str:
    """Return the address of the first window."""
    if sys.platform == "win32":
        return rf"\\.\pipe\digitpad-{os.environ.get('USERNAME', 'user')}"
    return str(paths.user_runtime_dir() / "window")


def hand_over(files: Sequence[Path], where: str | None = None) -> bool:
    """Send files to the running window.

    Parameters
    ----------
    files
        The files to open.
    where
        The address; by default that of the user.

    Returns
    -------
    bool
        Whether a window accepted them. If not, there is none, or none that responds.
    """
    try:
        place = where or address()
        _check_private(Path(place).parent)
        with Client(place) as connection:
            _limit_waiting(connection)
            connection.send_bytes(dump_json([str(path.absolute()) for path in files]).encode())
            # A window that is closing or blocked does not respond; this start then opens its own window.
            return connection.poll(2.0) and connection.recv_bytes(_LONGEST) == _THANKS
    except (OSError, EOFError):
        return False


class OpenRequests(QObject):
    """Receives files from later starts.

    Signals
    -------
    received
        A list of `Path`; emitted in the listening thread: connect bound methods of objects in the GUI thread.
    """

    received = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._listener: Listener | None = None
        self._thread: threading.Thread | None = None
        self._where = ""
        self._closing = threading.Event()
        self._caller: Connection | None = None

    def listen(self, where: str | None = None) -> bool:
        """Start; return whether this window listens (another may already, or the socket cannot be created)."""
        self._where = where or address()
        try:
            self._listener = self._bind()
        except OSError:
            # Without it only this feature is missing: files opened elsewhere open in new windows.
            return False
        self._thread = threading.Thread(target=self._serve, name="digitpad-open-requests", daemon=True)
        self._thread.start()
        return True

    def close(self) -> None:
        """Stop listening, and wait for the end of the thread."""
        if self._listener is None or self._thread is None:
            return
        self._closing.set()
        # The thread may be waiting for a silent client or for a new one, so connect to it.
        _hang_up(self._caller)
        hand_over([], self._where)
        # A daemon thread: if it is still blocked, the end of the program does not wait for it.
        self._thread.join(timeout=3 * _PATIENCE)
        self._listener.close()
        self._listener = self._thread = None

    def _bind(self) -> Listener:
        if sys.platform == "win32":
            return Listener(self._where)
        place = Path(self._where)
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # The folder may have existed before, and may be accessible to others.
        place.parent.chmod(0o700)
        _check_private(place.parent)
        if place.is_socket() and not _answers(self._where):
            # Left behind by a killed window.
            place.unlink(missing_ok=True)
        return Listener(self._where)

    def _serve(self) -> None:
        listener = self._listener
        while listener is not None and not self._closing.is_set():
            try:
                with listener.accept() as connection:
                    self._caller = connection
                    files = None if self._closing.is_set() else _read(connection)
                    if files is None:
                        continue
                    connection.send_bytes(_THANKS)
            except (OSError, EOFError):
                continue
            finally:
                self._caller = None
            if files:
                self.received.emit(files)


def _answers(where: str) -> bool:
    try:
        Client(where).close()
    except OSError:
        return False
    return True


def _check_private(folder: Path) -> None:
    """Refuse a folder in which another user could create a socket."""
    if sys.platform == "win32":
        return
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise PermissionError(f"{folder} is not a folder of this user's own")


def _limit_waiting(connection: Connection) -> None:
    """Make every read and write of a connection fail that waits longer than `_PATIENCE`."""
    if sys.platform == "win32":
        # A named pipe delivers whole messages, which `poll` waits for.
        return
    with socket.socket(fileno=os.dup(connection.fileno())) as shared:
        limit = struct.pack("ll", int(_PATIENCE), int(_PATIENCE % 1 * 1e6))
        for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
            shared.setsockopt(socket.SOL_SOCKET, option, limit)


def _hang_up(connection: Connection | None) -> None:
    """Close a connection from another thread."""
    if connection is None or sys.platform == "win32":
        return
    # It may have been closed meanwhile.
    with contextlib.suppress(OSError), socket.socket(fileno=os.dup(connection.fileno())) as shared:
        shared.shutdown(socket.SHUT_RDWR)


def _read(connection: Connection) -> list[Path] | None:
    """Return the received paths; None if the message is anything else."""
    _limit_waiting(connection)
    if not connection.poll(_PATIENCE):
        return None
    try:
        words = parse_json(connection.recv_bytes(_LONGEST))
    except JSONError:
        return None
    if not isinstance(words, list) or len(words) > _MOST_FILES:
        return None
    if not all(isinstance(word, str) and "\0" not in word for word in words):
        return None
    return [Path(word) for word in words]
