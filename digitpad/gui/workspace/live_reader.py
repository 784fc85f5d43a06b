"""Reading along while the pen moves: once per turn of the event loop, however many points came in it."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from digitpad.data.rasterize import USUAL_CANVAS
from digitpad.errors import DigitpadError
from digitpad.gui.canvas.sketch import Page
from digitpad.gui.workspace.models import Reader

if TYPE_CHECKING:
    from digitpad.reading.numbers import NumberReader, NumberReading


class LiveReader(QObject):
    """Asks a reader about the page shown, at most once per turn of the event loop.

    Signals
    -------
    answered
        A `NumberReading`, of one digit or more, or None when the page is blank or there is no reader.
    failed
        Why the page could not be read, in words.
    """

    answered = Signal(object)
    failed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._reader: Reader | None = None
        self._numbers: NumberReader | None = None
        self._page = Page()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._read)

    @property
    def reader(self) -> Reader | None:
        """What reads now."""
        return self._reader

    def use(self, reader: Reader | None) -> None:
        """Read with another reader from now on, the page shown included."""
        # The network library is loaded by whoever has a reader; the window is to be seen before that.
        from digitpad.reading.numbers import NumberReader

        self._reader = reader
        self._numbers = NumberReader(reader) if reader is not None else None
        self._timer.start()

    def request(self, page: Page) -> None:
        """Read a page soon; only the last one asked for in a turn is read."""
        self._page = page
        if not self._timer.isActive():
            self._timer.start()

    @Slot()
    def _read(self) -> None:
        page, reader = self._page, self._numbers
        if reader is None or page.is_blank:
            self.answered.emit(None)
            return
        try:
            reading = self._read_page(page, reader)
        except DigitpadError as error:
            self.answered.emit(None)
            self.failed.emit(str(error))
            return
        except Exception:
            # A fault of ours is reported elsewhere; the answer to another drawing must not stay on the screen.
            self.answered.emit(None)
            raise
        self.answered.emit(reading)

    @staticmethod
    def _read_page(page: Page, reader: "NumberReader") -> "NumberReading":
        if page.picture is not None and page.picture.prepared:
            return reader.read_prepared(page.picture.ink)
        if page.picture is not None:
            return reader.read_picture(page.picture.ink)
        # As the command line reads the same file; the window's own canvas is a usual one.
        canvas = USUAL_CANVAS if page.size is None else max(page.size)
        return reader.read_drawing([stroke.points for stroke in page.strokes], canvas=canvas)
