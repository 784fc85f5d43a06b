"""The note under a number field that names the limit of its range, at once when a number beyond it is typed."""

import shiboken6
from PySide6.QtCore import QObject, QPoint, Qt, QTimer
from PySide6.QtGui import QAccessible, QAccessibleEvent
from PySide6.QtWidgets import QDoubleSpinBox, QLabel, QSpinBox, QWidget

from digitpad.gui.widgets.theme import text_font

_SHOWN_FOR = 5000  # milliseconds: the note outlives the focus, since Tab takes the limit over and moves on
_GAP = 2  # pixels


class RangeNote(QObject):
    """Says "at most 28" or "at least 1" under a field.

    The note lies over what is below the field and takes no room in the layout: nothing moves under the pointer.

    Parameters
    ----------
    field
        An `IntField` or a `FloatField`; its owner.
    """

    def __init__(self, field: QSpinBox | QDoubleSpinBox) -> None:
        super().__init__(field)
        self._field = field
        self._label: QLabel | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_SHOWN_FOR)
        self._timer.timeout.connect(self.clear)

    @property
    def said(self) -> str:
        """What the note says; empty while there is none."""
        label = self._shown()
        return "" if label is None or label.isHidden() else label.text()

    def check(self, typed: float | None) -> None:
        """Show the limit that a number violates, if any; None is not a number."""
        if typed is not None and typed > self._field.maximum():
            self.say_limit(low=False)
        elif typed is not None and typed < self._field.minimum():
            self.say_limit(low=True)
        else:
            self.clear()

    def say_limit(self, *, low: bool) -> None:
        """Show the lower or the upper limit."""
        field = self._field
        if isinstance(field, QSpinBox):
            # The minimum may be shown as a word, such as "never".
            least = field.minimum() + bool(field.specialValueText())
            limit = field.textFromValue(least if low else field.maximum())
        else:
            limit = field.textFromValue(field.minimum() if low else field.maximum())
        text = (self.tr("at least {limit}") if low else self.tr("at most {limit}")).format(limit=limit)
        if text != self.said:
            self._show(text)
        self._timer.start()

    def clear(self) -> None:
        """Hide the note."""
        self._timer.stop()
        label = self._shown()
        if label is not None and not label.isHidden():
            label.hide()
            self._field.setAccessibleDescription("")

    def _show(self, text: str) -> None:
        field, window = self._field, self._field.window()
        label = self._shown() or QLabel(window)
        self._label = label
        label.setParent(window)
        label.setObjectName(f"{field.objectName()}Note")
        label.setProperty("note", "true")
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        label.setFont(text_font(field.font(), scale=0.9))
        label.setText(text)
        label.ensurePolished()
        label.adjustSize()
        label.move(_place(label, field, window))
        label.show()
        label.raise_()
        field.setAccessibleDescription(text)
        QAccessible.updateAccessibility(QAccessibleEvent(field, QAccessible.Event.Alert))

    def _shown(self) -> QLabel | None:
        """Return the label, unless its window has taken it along."""
        return self._label if self._label is not None and shiboken6.isValid(self._label) else None


def _place(label: QLabel, field: QWidget, window: QWidget) -> QPoint:
    """Return where the label lies in the window: under the field, or above it where there is no room."""
    place = field.mapTo(window, QPoint(0, field.height() + _GAP))
    if place.y() + label.height() > window.height():
        place = field.mapTo(window, QPoint(0, -label.height() - _GAP))
    return QPoint(max(0, min(place.x(), window.width() - label.width())), max(0, place.y()))
