"""A participant on the board: the drawing, the answer, the name and how sure the network is."""

from collections import OrderedDict

from PySide6.QtCore import QCoreApplication, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPen

from digitpad.gui.board.ink_shapes import InkShape, paint_shape, shape_of
from digitpad.gui.board.painting import CENTRE, LEFT, RIGHT, filling
from digitpad.gui.widgets.percent import sureness
from digitpad.gui.widgets.scaling import px
from digitpad.gui.widgets.theme import SPACE, Theme
from digitpad.serving.participants import NO_ANSWER, Answer, Participant

_INK = 0.56  # the share of the width that the drawing has; the answer has the rest
_FOOT = 0.16  # the share of the height below the drawing
_MOST_SHAPES = 128


def person(one: Participant) -> str:
    """Return what a participant is called: the name that was given, or "phone" and a number."""
    return one.name or QCoreApplication.translate("Board", "phone {number}").format(number=one.number)


def how_sure(one: Participant) -> str:
    """Return how sure the network is of an answer; empty without one."""
    if one.answer is None:
        return ""
    return _rejection(one.answer) if one.answer.rejected else sureness(one.answer.certainty)


def described(one: Participant) -> str:
    """Return everything that a tile shows, as a sentence for tooltips and screen readers."""
    name = person(one)
    if one.answer is None:
        words = QCoreApplication.translate("Board", "{name}: nothing drawn yet").format(name=name)
    elif one.answer.rejected:
        words = f"{name}: {_rejection(one.answer)}"
    else:
        words = QCoreApplication.translate("Board", "{name}: {answer}, {certainty}").format(
            name=name, answer=one.answer.text, certainty=sureness(one.answer.certainty)
        )
    if one.right is not None:
        right = QCoreApplication.translate("Board", "right")
        words = f"{words}, {right if one.right else QCoreApplication.translate('Board', 'wrong')}"
    if not one.present:
        words = QCoreApplication.translate("Board", "{description} (page closed)").format(description=words)
    return words


def _rejection(answer: Answer) -> str:
    if answer == NO_ANSWER:
        return QCoreApplication.translate("Board", "no prediction")
    return QCoreApplication.translate("Board", "not a digit")


class TilePainter:
    """Paints participants, and remembers the curves of their drawings.

    Parameters
    ----------
    theme
        The colours.
    """

    def __init__(self, theme: Theme) -> None:
        self._theme = theme
        self._shapes: OrderedDict[str, tuple[object, InkShape]] = OrderedDict()

    def shape(self, one: Participant) -> InkShape | None:
        """Return the drawing of a participant as curves; None for a blank page."""
        if one.drawing is None:
            self._shapes.pop(one.client, None)
            return None
        known = self._shapes.get(one.client)
        if known is not None and known[0] is one.drawing:
            return known[1]
        shape = shape_of(one.drawing)
        self._shapes[one.client] = one.drawing, shape
        if len(self._shapes) > _MOST_SHAPES:
            self._shapes.popitem(last=False)
        return shape

    def paint(self, painter: QPainter, one: Participant, area: QRectF, font: QFont, *, current: bool) -> None:
        """Paint a tile.

        Parameters
        ----------
        painter
            Paints with antialiasing.
        one
            The participant.
        area
            The tile.
        font
            The font of the name at the usual size.
        current
            Whether the keyboard is on it.
        """
        self._paint_card(painter, one, area, current=current)
        inside = area.adjusted(px(SPACE), px(SPACE) / 2, -px(SPACE), -px(SPACE) / 2)
        foot = max(_FOOT * inside.height(), QFontMetricsF(font).height())
        middle = QRectF(inside.left(), inside.top(), inside.width(), inside.height() - foot)
        shape = self.shape(one)
        if shape is not None:
            ink = QRectF(middle.left(), middle.top(), _INK * middle.width(), middle.height())
            paint_shape(painter, shape, ink, self._theme.colour("text" if one.present else "muted"))
        self._paint_answer(painter, one, middle, font)
        self._paint_foot(painter, one, QRectF(inside.left(), middle.bottom(), inside.width(), foot), font)

    def _paint_card(self, painter: QPainter, one: Participant, area: QRectF, *, current: bool) -> None:
        wrong = one.right is False
        pen = QPen(self._theme.colour("text"), px(3)) if wrong else QPen(self._theme.colour("line"), 1)
        inset = pen.widthF() / 2
        painter.setPen(pen)
        painter.setBrush(self._theme.colour("surface"))
        painter.drawRoundedRect(area.adjusted(inset, inset, -inset, -inset), px(8), px(8))
        if current:
            inset += px(3) if wrong else 1
            painter.setPen(QPen(self._theme.colour("accent"), px(2)))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(area.adjusted(inset, inset, -inset, -inset), px(7), px(7))

    def _paint_answer(self, painter: QPainter, one: Participant, middle: QRectF, font: QFont) -> None:
        answer = one.answer
        if answer is None:
            return
        room = QRectF(middle.left() + _INK * middle.width(), middle.top(), (1 - _INK) * middle.width(), middle.height())
        text = "?" if answer.rejected else answer.text
        painter.setFont(filling(font, text, room.width(), min(room.height(), 0.62 * middle.width())))
        painter.setPen(self._theme.colour("accent" if one.right else "muted" if answer.rejected else "text"))
        painter.drawText(room, CENTRE, text)

    def _paint_foot(self, painter: QPainter, one: Participant, foot: QRectF, font: QFont) -> None:
        small = QFont(font)
        small.setPixelSize(max(1, int(max(0.72 * foot.height(), 0.85 * QFontMetricsF(font).ascent()))))
        metrics = QFontMetricsF(small)
        painter.setFont(small)
        sure = metrics.elidedText(how_sure(one), Qt.TextElideMode.ElideRight, foot.width())
        painter.setPen(self._theme.colour("text"))
        painter.drawText(foot, RIGHT, sure)
        room = foot.width() - metrics.horizontalAdvance(sure) - (px(SPACE) / 2 if sure else 0)
        painter.setPen(self._theme.colour("muted"))
        name = person(one)
        if not one.name and metrics.horizontalAdvance(name) > room:
            # The number alone tells more than a part of the word.
            name = str(one.number)
        name = metrics.elidedText(name, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRectF(foot.left(), foot.top(), max(0.0, room), foot.height()), LEFT, name)
