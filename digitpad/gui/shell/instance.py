"""One window for the files that are opened from elsewhere: the first window listens, and later starts hand theirs over.

Two processes on one machine talk through a socket of the user's own (a named pipe on Windows); nothing leaves the
machine. A second window may still be opened: it only does not listen. What is sent is text, a list of paths, and is
taken for no more than that. The socket lies in a folder that nobody else can enter, and a caller that says nothing, or
too much, is left within a second.
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

#: The longest message, in bytes, and the most paths in it.
_LONGEST = 1 << 20
_MOST_FILES = 1000
#: How long a caller may take for each part of its message.
_PATIENCE = 1.0
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
        place = where or address()
        _check_private(Path(place).parent)
        with Client(place) as connection:
            _limit_waiting(connection)
            connection.send_bytes(dump_json([str(path.absolute()) for path in files]).encode())
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
        self._caller: Connection | None = None

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
        # It may be listening to somebody who says nothing; and then it waits for somebody to call, so somebody calls.
        _hang_up(self._caller)
        hand_over([], self._where)
        # A daemon thread: should it be held up even so, the program's end does not wait for it.
        self._thread.join(timeout=3 * _PATIENCE)
        self._listener.close()
        self._listener = self._thread = None

    def _bind(self) -> Listener:
        if sys.platform == "win32":
            return Listener(self._where)
        place = Path(self._where)
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # The folder may have been there before, or be one that everybody can enter.
        place.parent.chmod(0o700)
        _check_private(place.parent)
        if place.is_socket() and not _answers(self._where):
            # Left behind by a window that was killed.
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
    """Refuse a folder in which somebody else could put a socket."""
    if sys.platform == "win32":
        return
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise PermissionError(f"{folder} is not a folder of this user's own")


def _limit_waiting(connection: Connection) -> None:
    """Have every read and write of a connection fail that would wait for longer than `_PATIENCE`."""
    if sys.platform == "win32":
        # A named pipe hands over whole messages, which `poll` waits for.
        return
    with socket.socket(fileno=os.dup(connection.fileno())) as shared:
        limit = struct.pack("ll", int(_PATIENCE), int(_PATIENCE % 1 * 1e6))
        for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
            shared.setsockopt(socket.SOL_SOCKET, option, limit)


def _hang_up(connection: Connection | None) -> None:
    """End a conversation from another thread."""
    if connection is None or sys.platform == "win32":
        return
    # It may have ended by itself meanwhile.
    with contextlib.suppress(OSError), socket.socket(fileno=os.dup(connection.fileno())) as shared:
        shared.shutdown(socket.SHUT_RDWR)


def _read(connection: Connection) -> list[Path] | None:
    """Return the paths that somebody sends; None if it is anything else."""
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
