"""Fields to choose and to type in, in the window's own look.

The wheel changes a field only while it has the keyboard focus: otherwise it scrolls the page. A number beyond a field's
range can be typed; the field says at once which limit holds (see `RangeNote`), and takes the limit.
"""

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent, QPen, QPolygonF, QValidator, QWheelEvent
from PySide6.QtWidgets import QAbstractSpinBox, QCheckBox, QComboBox, QDoubleSpinBox, QSpinBox, QWidget

from digitpad.gui.widgets.accessible import use_accessible_name
from digitpad.gui.widgets.range_note import RangeNote
from digitpad.gui.widgets.theme import SPACE, Theme

HEIGHT = 4 * SPACE
_BOX = 16.0  # pixels: a check box
_BARE = "background: transparent; border: 0; padding: 0;"  # the line edit in a number field
_LARGEST_INT = 2**31 - 1
# Qt has two classes of number fields, and what they share here is a mixin of either.
if TYPE_CHECKING:
    _SpinBox = QAbstractSpinBox
else:
    _SpinBox = object

_ANY_STEP = QSpinBox.StepEnabledFlag.StepUpEnabled | QSpinBox.StepEnabledFlag.StepDownEnabled


class ComboBox(QComboBox):
    """A choice of one entry, in the look of the model chooser."""

    def __init__(self, theme: Theme, name: str, spoken: str, tip: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setObjectName(name)
        self.setAccessibleName(spoken)
        use_accessible_name(self)
        self.setToolTip(tip)
        self.setFixedHeight(HEIGHT)
        self.setMinimumWidth(8 * SPACE)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(4)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        theme.changed.connect(self.update)

    def offer(self, entries: dict[str, str]) -> None:
        """Fill the list.

        Parameters
        ----------
        entries
            The text shown, by the word that `chosen` returns for it.
        """
        self.clear()
        for word, text in entries.items():
            self.addItem(text, word)

    @property
    def chosen(self) -> str:
        """The word that stands for the entry that is shown."""
        return str(self.currentData())

    def choose(self, word: str) -> None:
        """Show the entry of a word; a word that is not offered changes nothing."""
        index = self.findData(word)
        if index >= 0:
            self.setCurrentIndex(index)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Go through the entries, if the field has the focus."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the field, the entry (elided where there is no room) and an arrow."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        on = self.isEnabled()
        edge = "accent" if self.hasFocus() else "line"
        painter.setPen(QPen(self._theme.colour(edge), 1))
        painter.setBrush(self._theme.colour("hover" if on and self.underMouse() else "field"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        painter.setPen(self._theme.colour("text" if on else "muted"))
        room = self.rect().adjusted(SPACE + 2, 0, -3 * SPACE + 2, 0)
        text = self.fontMetrics().elidedText(self.currentText(), Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), text)
        if on:
            painter.setPen(QPen(self._theme.colour("muted"), 1.5))
            x, y = self.width() - 13.0, self.height() / 2
            painter.drawPolyline(QPolygonF([QPointF(x - 4, y - 2), QPointF(x, y + 2), QPointF(x + 4, y - 2)]))
        painter.end()


class CheckBox(QCheckBox):
    """Yes or no."""

    def __init__(self, theme: Theme, name: str, text: str, tip: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._theme = theme
        self.setObjectName(name)
        self.setAccessibleName(text)
        self.setToolTip(tip)
        self.setMinimumHeight(3 * SPACE)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """Return room for the box and the words, which are painted here: the style's box may be smaller."""
        words = self.fontMetrics().size(Qt.TextFlag.TextShowMnemonic, self.text()).width()
        box = max(round(_BOX), self.fontMetrics().height())
        return super().sizeHint().expandedTo(QSize(box + SPACE + words, 0))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the box, its mark and the words."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ticked, on = self.isChecked(), self.isEnabled()
        box = QRectF(0.5, (self.height() - _BOX) / 2, _BOX, _BOX)
        filled = "accent" if on else "bar"
        painter.setPen(QPen(self._theme.colour("text" if self.hasFocus() else filled if ticked else "bar"), 1))
        painter.setBrush(self._theme.colour(filled if ticked else "field"))
        painter.drawRoundedRect(box, 4, 4)
        if ticked:
            painter.setPen(QPen(self._theme.colour("on_accent"), 2))
            x, y = box.left(), box.top()
            painter.drawPolyline(QPolygonF([QPointF(x + 4, y + 8), QPointF(x + 7, y + 11.5), QPointF(x + 12, y + 5)]))
        painter.setPen(self._theme.colour("text" if on else "muted"))
        room = self.rect().adjusted(round(_BOX) + SPACE, 0, 0, 0)
        painter.drawText(room, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), self.text())
        painter.end()


class _NumberField(_SpinBox):
    """What a field for numbers has besides the number: its look, its note, and what it does with the wheel."""

    _note: RangeNote

    @property
    def range_note(self) -> str:
        """The limit that the note under the field names; empty while there is no note."""
        return self._note.said

    def stepEnabled(self) -> QSpinBox.StepEnabledFlag:
        """Take every step, also one beyond the range, so that the limit can be announced."""
        return _ANY_STEP

    def sizeHint(self) -> QSize:
        """Return room for every number of the range, and for the margins, which Qt leaves out."""
        margins = self.lineEdit().textMargins()
        return super().sizeHint() + QSize(margins.left() + margins.right(), 0)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the background; the text is painted by the line edit inside."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette = self.palette()
        painter.setPen(QPen(palette.highlight().color() if self.hasFocus() else palette.mid().color(), 1))
        painter.setBrush(palette.alternateBase())
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        painter.end()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Count up or down, if the field has the focus."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def changeEvent(self, event: QEvent) -> None:
        """Keep the line edit bare: its own sheet is lost when the application's is replaced."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self.lineEdit().setStyleSheet(_BARE)

    def hideEvent(self, event: QHideEvent) -> None:
        """Take the note away with the field."""
        super().hideEvent(event)
        self._note.clear()

    def _dress(self, name: str, spoken: str, tip: str) -> None:
        self.setObjectName(name)
        self.setAccessibleName(spoken)
        self.setToolTip(tip)
        self.setFixedHeight(HEIGHT)
        self.setMinimumWidth(6 * SPACE)
        self.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)
        # The frame and the background are painted here, because the style would leave the line edit too little room.
        self.setFrame(False)
        line = self.lineEdit()
        line.setTextMargins(SPACE, 0, SPACE // 2, 0)
        line.setFrame(False)
        line.setStyleSheet(_BARE)
        self.setKeyboardTracking(False)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)


class IntField(_NumberField, QSpinBox):
    """A whole number."""

    def __init__(self, name: str, spoken: str, tip: str, least: int, most: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._note = RangeNote(self)
        self._dress(name, spoken, tip)
        self.setRange(least, most)
        self.setGroupSeparatorShown(True)
        self.lineEdit().textEdited.connect(self._check)

    def valueFromText(self, text: str) -> int:
        """Return the number that was typed, which may lie beyond the range, or what the special text stands for."""
        if text == self.specialValueText():
            return self.minimum()
        typed = self._number(text)
        # Qt keeps whole numbers in 32 bits.
        return self.value() if typed is None else max(-_LARGEST_INT, min(_LARGEST_INT, typed))

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        """Say whether the text is a whole number, or may still become one."""
        if text == self.specialValueText() or self._number(text) is not None:
            return (QValidator.State.Acceptable, text, position)
        hopeful = _without_unit(self, text) in {"", "-", "+"}
        return (QValidator.State.Intermediate if hopeful else QValidator.State.Invalid, text, position)

    def stepBy(self, steps: int) -> None:
        """Count up or down; announce an end of the range."""
        before = self.value()
        super().stepBy(steps)
        if self.value() == before and steps:
            self._note.say_limit(low=steps < 0)
        else:
            self._note.clear()

    def _number(self, text: str) -> int | None:
        text = _without_unit(self, text)
        number, good = self.locale().toLongLong(text)
        if good:
            return int(number)
        try:
            # Separators that do not stand where the locale puts them: "60,00" on the way to "60,000".
            return int(text.replace(self.locale().groupSeparator(), ""))
        except ValueError:
            return None

    def _check(self, text: str) -> None:
        typed = None if text == self.specialValueText() else self._number(text)
        self._note.check(typed)


class FloatField(_NumberField, QDoubleSpinBox):
    """A real number, written as people write it: 0.001, 1e-05, 0.9.

    Parameters
    ----------
    name, spoken, tip
        Object name, accessible name and tooltip.
    least, most
        The range.
    step
        What an arrow key adds; None goes through 1, 2, 5, 10, which suits rates.
    """

    def __init__(
        self,
        name: str,
        spoken: str,
        tip: str,
        least: float,
        most: float,
        step: float | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._note = RangeNote(self)
        self._dress(name, spoken, tip)
        self.setDecimals(12)
        self.setRange(least, most)
        self._step = step
        self.lineEdit().textEdited.connect(self._check)

    def textFromValue(self, value: float) -> str:
        """Return the number with no more digits than it needs."""
        return f"{value:.6g}"

    def valueFromText(self, text: str) -> float:
        """Return the number that was typed, which may lie beyond the range, or what the special text stands for."""
        if text == self.specialValueText():
            return self.minimum()
        typed = _typed(_without_unit(self, text))
        return self.value() if typed is None else typed

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        """Say whether the text is a number, or may still become one."""
        if text == self.specialValueText() or _typed(_without_unit(self, text)) is not None:
            return (QValidator.State.Acceptable, text, position)
        hopeful = all(letter in "0123456789.,-+eE" for letter in _without_unit(self, text))
        return (QValidator.State.Intermediate if hopeful else QValidator.State.Invalid, text, position)

    def stepBy(self, steps: int) -> None:
        """Add steps, or go through 1, 2, 5, 10; announce an end of the range."""
        before = value = self.value()
        if self._step is not None:
            value = round(value + steps * self._step, 10)
        else:
            for _ in range(abs(steps)):
                value = _next_round(value, up=steps > 0)
        self.setValue(value)
        if self.value() == before and steps:
            self._note.say_limit(low=steps < 0)
        else:
            self._note.clear()

    def _check(self, text: str) -> None:
        self._note.check(None if text == self.specialValueText() else _typed(_without_unit(self, text)))


def _without_unit(field: QSpinBox | QDoubleSpinBox, text: str) -> str:
    """Return what was typed without the prefix and the suffix of the field, which Qt hands over with it."""
    return text.removeprefix(field.prefix()).removesuffix(field.suffix()).strip()


def _typed(text: str) -> float | None:
    """Return a number as it was typed; None if the text is not a number."""
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        return None
    return None if math.isnan(value) else value


def _next_round(value: float, *, up: bool) -> float:
    """Return the next of 1, 2, 5, 10, ... times a power of ten."""
    if value <= 0:
        return 1e-6 if up else 0.0
    exponent = math.floor(math.log10(value) + 1e-9)
    ladder = [factor * 10.0**power for power in range(exponent - 1, exponent + 2) for factor in (1, 2, 5)]
    if up:
        return next(rung for rung in ladder if rung > value * (1 + 1e-9))
    return next(rung for rung in reversed(ladder) if rung < value * (1 - 1e-9))
