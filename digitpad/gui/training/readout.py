"""The line above the axes of a plot: the values at the crosshair, and what is off scale.

It always has room for the values of all curves: nothing moves when the crosshair appears, and nothing is covered.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QWidget

from digitpad.gui.widgets.scaling import px, sizes_itself
from digitpad.gui.widgets.theme import text_font

_BETWEEN = "   "
_UNBOUNDED = 10_000  # pixels


@dataclass(frozen=True, slots=True)
class Entry:
    """A value at the crosshair.

    Attributes
    ----------
    text
        Name and value.
    brief
        The same with the short name, for a line without room.
    """

    text: str
    brief: str


class Readout(QWidget):
    """Shows the entries of a crosshair, or else a note on the right.

    Parameters
    ----------
    name
        The object name of the plot that it is part of.
    owner
        That plot.
    """

    def __init__(self, name: str, owner: QWidget) -> None:
        super().__init__(owner)
        self.setObjectName(f"{name}Above")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        sizes_itself(self)
        self._widest: tuple[Entry, ...] = ()
        self._entries: tuple[Entry, ...] = ()
        self._values = self._label(f"{name}Readout")
        self._values.setProperty("readout", "true")
        self._values.setWordWrap(True)
        self._values.setFont(text_font(owner.font(), scale=0.9))
        self._values.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom)
        self._note = self._label(f"{name}OffScale")
        self._note.setProperty("trouble", "true")
        self._note.setFont(text_font(owner.font(), scale=0.9))
        self._note.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom)
        self.arrange()

    @property
    def note(self) -> str:
        """The note on the right; empty if there is none."""
        return self._note.text()

    def reserve(self, entries: Sequence[Entry]) -> None:
        """Make room for these entries, the widest that are expected."""
        if tuple(entries) != self._widest:
            self._widest = tuple(entries)
            self.arrange()

    def show_entries(self, entries: Sequence[Entry]) -> None:
        """Show the values at the crosshair, in place of the note; none bring the note back."""
        self._entries = tuple(entries)
        self._values.setText(self._fitted(entries))
        self._values.setVisible(bool(entries))
        self._note.setVisible(bool(self.note and not entries))
        if self._height_of(self._values.text()) > self.height():
            self.arrange()

    def show_note(self, text: str) -> None:
        """Show what is off scale; an empty text hides it."""
        self._note.setText(text)
        self._note.setVisible(bool(text) and self._values.isHidden())

    def arrange(self) -> None:
        """Give the texts their places, and the line the height that they need."""
        self._values.setText(self._fitted(self._entries))
        height = max(self._height_of(text) for text in (self._fitted(self._widest), self._values.text(), "0"))
        if height != self.height() or self.minimumHeight() != height:
            self.setFixedHeight(height)
        for label in (self._values, self._note):
            label.setGeometry(0, 0, self.width(), height)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Wrap the texts for the new width."""
        super().resizeEvent(event)
        self.arrange()

    def _fitted(self, entries: Sequence[Entry]) -> str:
        """Return the entries in a row, with short names if the names do not fit."""
        row = _joined([entry.text for entry in entries])
        if self._values.fontMetrics().horizontalAdvance(row) <= self.width():
            return row
        return _joined([entry.brief for entry in entries])

    def _height_of(self, text: str) -> int:
        room = QRect(0, 0, max(1, self.width()), _UNBOUNDED)
        return self._values.fontMetrics().boundingRect(room, int(Qt.TextFlag.TextWordWrap), text).height() + px(2)

    def _label(self, name: str) -> QLabel:
        label = QLabel(self)
        label.setObjectName(name)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.hide()
        return label


def _joined(texts: Sequence[str]) -> str:
    """Return texts in a row, each of which stays on one line."""
    return _BETWEEN.join(f"{_unbroken(text)}\N{NO-BREAK SPACE}" for text in texts)


def _unbroken(text: str) -> str:
    return text.replace(" ", "\N{NO-BREAK SPACE}").replace("-", "\N{NON-BREAKING HYPHEN}")
