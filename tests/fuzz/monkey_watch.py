"""Detects failures while the monkey runs: exceptions, warnings of Qt, a blocked event loop, and leaks."""

import ctypes
import gc
import sys
import threading
import time
import traceback
import warnings
from pathlib import Path
from types import TracebackType

import shiboken6
from PySide6.QtCore import (
    QEvent,
    QMessageLogContext,
    QObject,
    QThread,
    QTimer,
    QtMsgType,
    Slot,
    qInstallMessageHandler,
)
from PySide6.QtWidgets import QApplication, QLayout, QLayoutItem

_BEAT = 20  # milliseconds
_LOOK = 0.05  # seconds between two looks at the event loop
#: What the off-screen platform cannot do is not a fault of the window.
_HARMLESS = ("This plugin does not support", "QWindowsWindow::setGeometry")


class Watch(QObject):
    """Collects problems, each of them once.

    Parameters
    ----------
    longest
        Seconds that the event loop may take for one turn, without the time that it waits for a processor.
    """

    def __init__(self, longest: float) -> None:
        super().__init__()
        self._longest = longest
        self._seen: set[str] = set()
        #: What went wrong: the number of the action under way, and a text.
        self.findings: list[tuple[int, str]] = []
        #: The number of the action under way.
        self.action = 0
        self._main = threading.main_thread()
        self._last = (time.monotonic(), _processor_delay())
        self._stack = ""
        self._ending = threading.Event()
        self._looker = threading.Thread(target=self._look, name="monkeyWatch", daemon=True)
        self._timer = QTimer(self)
        self._timer.setInterval(_BEAT)
        self._timer.timeout.connect(self._beat)

    def start(self) -> None:
        """Watch from now on."""
        sys.excepthook = self._catch
        threading.excepthook = self._catch_in_thread
        sys.unraisablehook = self._catch_unraisable
        qInstallMessageHandler(self._hear)
        warnings.simplefilter("error")
        self._beat()
        self._timer.start()
        self._looker.start()

    def stop(self) -> None:
        """Watch for exceptions alone, and no longer whether the event loop turns."""
        self._timer.stop()
        self._ending.set()
        self._looker.join()

    def note(self, text: str, key: str = "") -> None:
        """Record a problem, unless there is one with the same key (by default the text)."""
        if (key or text) not in self._seen:
            self._seen.add(key or text)
            self.findings.append((self.action, text))

    def check_leaks(self) -> None:
        """Note every window and thread that is left after the main window was deleted."""
        for _ in range(3):
            QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
            QApplication.processEvents()
            gc.collect()
        for widget in QApplication.topLevelWidgets():
            self.note(f"a window is left: {type(widget).__name__} {widget.objectName()!r}")
        for thread in threading.enumerate():
            if thread not in {self._main, self._looker} and not thread.name.startswith("Dummy"):
                thread.join(timeout=2)
                if thread.is_alive():
                    self.note(f"a thread is left: {thread.name}")
        for thing in gc.get_objects():
            # By type: lazy objects of other libraries import modules when they are asked for their class.
            if issubclass(type(thing), QThread) and shiboken6.isValid(thing) and thing.isRunning():
                self.note(f"a thread is left: {type(thing).__name__} {thing.objectName()!r}")

    def check_layouts(self) -> None:
        """Note each Python object for an item of a layout that Qt has deleted: it ends the process later, anywhere."""
        known = {_address(item): item for item in _items_of_qt()}
        there: set[int] = set()
        for layout in (widget.layout() for widget in QApplication.allWidgets()):
            for part in () if layout is None else (layout, *layout.findChildren(QLayout)):
                items = [item for item in map(part.itemAt, range(part.count())) if item is not None]
                there |= {_address(item) for item in items}
                for item in items:
                    # The question itself must not leave one.
                    if _address(item) not in known and not isinstance(item, QLayout):
                        shiboken6.invalidate(item)
        for address in known.keys() - there:
            self.note(f"an item of a layout is gone, but not its Python object: {type(known[address]).__name__}")
            shiboken6.invalidate(known[address])

    # What is heard

    def _catch(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        text = "".join(traceback.format_exception(kind, error, trace))
        place = traceback.extract_tb(trace)[-1:]
        self.note(text, f"{kind.__name__} {place}")

    def _catch_in_thread(self, arguments: threading.ExceptHookArgs) -> None:
        if arguments.exc_value is not None:
            self._catch(arguments.exc_type, arguments.exc_value, arguments.exc_traceback)

    def _catch_unraisable(self, unraisable: "sys.UnraisableHookArgs") -> None:
        if unraisable.exc_value is not None:
            self._catch(unraisable.exc_type, unraisable.exc_value, unraisable.exc_traceback)

    def _hear(self, kind: QtMsgType, _context: QMessageLogContext, text: str) -> None:
        if kind not in {QtMsgType.QtDebugMsg, QtMsgType.QtInfoMsg} and not text.startswith(_HARMLESS):
            self.note(f"Qt: {text}\n{''.join(traceback.format_stack(limit=12))}", f"Qt: {text}")

    @Slot()
    def _beat(self) -> None:
        now, delay = time.monotonic(), _processor_delay()
        gap = now - self._last[0] - (delay - self._last[1])
        if self._stack and gap > self._longest:
            self.note(f"the window stood still for {gap:.2f} s:\n{self._stack}", f"still: {self._stack[-400:]}")
        self._stack = ""
        self._last = now, delay

    def _look(self) -> None:
        """Remember what the main thread does while it does not beat."""
        while not self._ending.wait(_LOOK):
            last, delay = self._last
            if not self._stack and time.monotonic() - last - (_processor_delay() - delay) > self._longest:
                frame = sys._current_frames().get(self._main.ident or 0)
                self._stack = "".join(traceback.format_stack(frame, limit=15))


def _items_of_qt() -> list[QLayoutItem]:
    """Return the Python objects that stand for items of layouts that Qt has made."""
    return [
        thing
        for thing in shiboken6.getAllValidWrappers()
        if isinstance(thing, QLayoutItem) and not isinstance(thing, QLayout) and not shiboken6.createdByPython(thing)
    ]


def _address(thing: QLayoutItem) -> int:
    return int(shiboken6.getCppPointer(thing)[0])


def resident() -> int:
    """Return the memory that this process holds, in bytes, without garbage; 0 where the system does not say.

    The C library keeps freed memory for later, tens of megabytes more or less, and is asked to give it back first.
    """
    gc.collect()
    if sys.platform == "linux":
        give_back = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if give_back is not None:
            give_back(0)
    pages = Path("/proc/self/statm")
    return int(pages.read_text().split()[1]) * 4096 if pages.exists() else 0


def _processor_delay() -> float:
    """Return how many seconds the main thread has waited for a processor; 0 where the system does not say."""
    # The main thread's number is that of the process.
    try:
        return int(Path("/proc/self/schedstat").read_text().split()[1]) / 1e9
    except OSError:
        return 0.0
