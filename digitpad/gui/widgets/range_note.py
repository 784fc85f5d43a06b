"""The note under a number field that names the limit of its range, at once when a number beyond it is typed."""

from collections.abc import Iterator

import shiboken6
from PySide6.QtCore import QObject, QPoint, QRect, Qt, QTimer
from PySide6.QtGui import QAccessible, QAccessibleEvent
from PySide6.QtWidgets import QAbstractSpinBox, QComboBox, QDoubleSpinBox, QFrame, QLabel, QSpinBox, QWidget

from digitpad.gui.widgets.theme import text_font

_SHOWN_FOR = 5000  # milliseconds: the note outlives the focus, since Tab takes the limit over and moves on
_GAP = 2  # pixels
_FIELDS = (QAbstractSpinBox, QComboBox)  # which have widgets inside


class RangeNote(QObject):
    """Says "at most 28" or "at least 1" under a field.

    The note takes no room in the layout, so nothing moves under the pointer, and lies where it hides nothing.

    Parameters
    ----------
    field
        An `IntField` or a `FloatField`; its owner.
    """

    def __init__(self, field: QSpinBox | QDoubleSpinBox) -> None:
        super().__init__(field)
        self._field = field
        self._label: QLabel | None = None
        self._said = ""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_SHOWN_FOR)
        self._timer.timeout.connect(self.clear)

    @property
    def said(self) -> str:
        """The text of the note; empty while it is hidden."""
        label = self._shown()
        return "" if label is None or label.isHidden() else self._said

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
            self._show(text, f"{'≥' if low else '≤'} {limit}")
        self._timer.start()

    def clear(self) -> None:
        """Hide the note."""
        self._timer.stop()
        label = self._shown()
        if label is not None and not label.isHidden():
            label.hide()
            self._field.setAccessibleDescription("")

    def _show(self, text: str, brief: str) -> None:
        field, window = self._field, self._field.window()
        label = self._shown() or QLabel(window)
        self._label = label
        label.setParent(window)
        label.setObjectName(f"{field.objectName()}Note")
        label.setProperty("note", "true")
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        label.setFont(text_font(field.font(), scale=0.9))
        label.ensurePolished()
        label.setText(text)
        label.adjustSize()
        place = _free_place(label, field, window)
        if place is None:
            # Over the field's own name, and no wider than the field if that is possible.
            label.setText(text if label.width() <= field.width() else brief)
            label.adjustSize()
            place = _place_above(label, field, window)
        self._said = text
        label.move(place)
        label.show()
        label.raise_()
        field.setAccessibleDescription(text)
        QAccessible.updateAccessibility(QAccessibleEvent(field, QAccessible.Event.Alert))

    def _shown(self) -> QLabel | None:
        """Return the label, unless its window has taken it along."""
        return self._label if self._label is not None and shiboken6.isValid(self._label) else None


def _free_place(label: QLabel, field: QWidget, window: QWidget) -> QPoint | None:
    """Return where the label lies in the window: near the field, where it hides nothing; None if there is no place."""
    area = QRect(field.mapTo(window, QPoint(0, 0)), field.size())
    width, height = label.width(), label.height()
    below, above = area.bottom() + 1 + _GAP, area.top() - height - _GAP
    left, right = area.left(), area.right() + 1 - width
    middle = area.center().y() - height // 2
    places = (
        QPoint(left, below),
        QPoint(right, below),
        QPoint(right, above),
        QPoint(area.right() + 1 + _GAP, middle),
        QPoint(area.left() - width - _GAP, middle),
        QPoint(left, above),
    )
    taken = [place for place in _contents(window) if place != area]
    for place in places:
        note = QRect(place, label.size())
        if window.rect().contains(note) and not any(note.intersects(content) for content in taken):
            return place
    return None


def _place_above(label: QLabel, field: QWidget, window: QWidget) -> QPoint:
    """Return the place over the line above the field, which is its name, or below it where the window ends."""
    place = field.mapTo(window, QPoint(0, -label.height() - _GAP))
    if place.y() < 0:
        place = field.mapTo(window, QPoint(0, field.height() + _GAP))
    return QPoint(max(0, min(place.x(), window.width() - label.width())), place.y())


def _contents(window: QWidget) -> Iterator[QRect]:
    """Yield the places of all that is visible in a window: of texts, and of widgets without widgets in them."""
    for widget in window.findChildren(QWidget):
        if not widget.isVisible() or widget.property("note") or type(widget) in {QWidget, QFrame}:
            continue
        if any(child.isVisible() for child in widget.findChildren(QWidget)) and not isinstance(widget, _FIELDS):
            continue
        area = widget.rect()
        if isinstance(widget, QLabel) and not widget.wordWrap():
            # A label is as wide as its column; its text may be shorter.
            area = widget.style().itemTextRect(
                widget.fontMetrics(), widget.contentsRect(), int(widget.alignment()), widget.isEnabled(), widget.text()
            )
        yield QRect(widget.mapTo(window, area.topLeft()), area.size())
