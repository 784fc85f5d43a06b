"""The answer, in large type: the digit, its probability, and the second guess."""

from collections.abc import Sequence

from PySide6.QtCore import QT_TRANSLATE_NOOP, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QFontMetricsF, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from digitpad.gui.widgets.percent import sureness
from digitpad.gui.widgets.plain_text import tip_text
from digitpad.gui.widgets.scaling import px
from digitpad.gui.widgets.theme import SPACE, Theme, text_font

NEAR = 0.05  # the probability from which a second guess is named
AMBIGUOUS = 0.2  # the probability from which it is as good as the first, see `Prediction.is_ambiguous`
_MOST_CLASSES = 12  # that are named
_NAME = 0.55  # of the width: what the name of a class may take before it is elided
_LEADING = 1.4  # from line to line of a number, in heights of a digit
_INVITATION = (
    str(QT_TRANSLATE_NOOP("Headline", "Draw a digit")),
    str(QT_TRANSLATE_NOOP("Headline", "The prediction appears here while you draw.")),
)


class Headline(QWidget):
    """Shows the answer; it is painted, so that nothing moves when the text changes.

    Signals
    -------
    character_chosen
        A character of a number was clicked: its place, counted from 0.
    """

    character_chosen = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._digit = ""
        self._lines: tuple[str, str] = ("", "")
        self._doubtful = False
        self._chosen: int | None = None
        self.setObjectName("answer")
        self.setAccessibleName(self.tr("Prediction"))
        self.setToolTip(self.tr("What the network reads"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        # It fills its own background, so that the card below is not painted with every frame.
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        theme.changed.connect(self.update)
        self.clear()

    @property
    def digit(self) -> str:
        """The digit or number shown; empty when there is none."""
        return self._digit

    @property
    def lines(self) -> tuple[str, str]:
        """The two lines beside the digit."""
        return self._lines

    def show_number(self, text: str, probability: float, chosen: int, about: str, doubt: str | None = None) -> None:
        """Show a number.

        Parameters
        ----------
        text
            Its characters, with line breaks between its lines.
        probability
            The probability of the whole reading, in [0, 1].
        chosen
            The place of the character whose bars are shown, counted from 0.
        about
            The text about that character.
        doubt
            Why the drawing is not a number, in words; None when it is one.
        """
        self._digit, self._chosen, self._doubtful = text, chosen, doubt is not None
        self._lines = (sureness(probability), about) if doubt is None else (self.tr("Not a number"), doubt)
        spoken = ", ".join(text.split("\n"))
        self._say(f"{spoken}, {self._lines[0]}. {self._lines[1]}")

    def show_verdict(self, digit: str, lines: tuple[str, str]) -> None:
        """Show a digit with two lines beside it; or, where the digit is empty, the lines alone."""
        self._digit, self._lines, self._doubtful, self._chosen = digit, lines, False, None
        self._say(", ".join(text for text in (digit, " ".join(line for line in lines if line)) if text))

    def clear(self, classes: Sequence[str] = ()) -> None:
        """Show no digit, only an instruction: to draw one of some classes, or, without any, a digit."""
        self._lines = (self.tr(_INVITATION[0]), self.tr(_INVITATION[1]))
        if classes:
            names = ", ".join(classes[:_MOST_CLASSES]) + (", …" if len(classes) > _MOST_CLASSES else "")
            self._lines = (self.tr("Draw one of %n class(es)", "", len(classes)), names)
        self._digit, self._doubtful, self._chosen = "", False, None
        self._say(" ".join(self._lines))

    def excuse(self, title: str, reason: str) -> None:
        """Show no digit, and the reason."""
        self._digit, self._lines, self._doubtful, self._chosen = "", (title, reason), False, None
        self._say(f"{title}. {reason}")

    def character_area(self, place: int) -> QRectF:
        """Return where a character of a number stands on the widget; places count from 0, line after line."""
        return self._characters()[place][1]

    def sizeHint(self) -> QSize:
        """Return room for a large digit."""
        return QSize(px(320), px(160))

    def minimumSizeHint(self) -> QSize:
        """Return room for a digit that is still larger than the text."""
        return QSize(px(200), px(88))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the digit and the lines, or the lines alone."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.colour("surface"))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = self.rect()
        if not self._digit:
            self._paint_lines(painter, area, 1.5, emphasis="muted")
            painter.end()
            return
        if self._chosen is not None:
            self._paint_number(painter)
            painter.end()
            return
        font = QFont(self.font())
        font.setBold(True)
        size = max(px(24), round(min(area.height() * 1.18, area.width() * 0.42)))
        font.setPixelSize(size)
        # The name of a class may be longer than a digit; the lines beside it need half of the room.
        width = QFontMetrics(font).horizontalAdvance(self._digit)
        if len(self._digit) > 1 and width > area.width() / 2:
            font.setPixelSize(max(px(12), int(size * area.width() / 2 / width)))
        painter.setFont(font)
        metrics = QFontMetrics(font)
        name = metrics.elidedText(self._digit, Qt.TextElideMode.ElideRight, round(area.width() * _NAME))
        painter.setPen(self._theme.colour("muted" if self._doubtful else "text"))
        # A digit has no descender: its own box is centred, not the line's.
        box = metrics.tightBoundingRect("0")
        painter.drawText(0, area.center().y() + box.height() // 2, name)
        advance = max(metrics.horizontalAdvance(text) for text in (*"0123456789", name))
        self._paint_lines(painter, area.adjusted(advance + px(2 * SPACE), 0, 0, 0), 1.9, emphasis="text")
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the character of a number that was clicked."""
        if self._chosen is None or event.button() != Qt.MouseButton.LeftButton:
            super().mousePressEvent(event)
            return
        for place, (_, box) in enumerate(self._characters()):
            if box.left() <= event.position().x() < box.right() and self._is_in_line(box, event.position().y()):
                self.character_chosen.emit(place)

    def _number_font(self) -> QFont:
        """Return the largest font in which the whole number fits above the lines of text."""
        font = QFont(self.font())
        font.setBold(True)
        room = self.height() - 3 * QFontMetrics(self.font()).height() - px(2 * SPACE)
        lines = self._digit.split("\n")
        least = px(24) if len(lines) == 1 else px(12)
        font.setPixelSize(max(least, round(room * 1.25 / (1 + _LEADING * (len(lines) - 1)))))
        metrics = QFontMetricsF(font)
        width = max(metrics.horizontalAdvance(line) for line in lines)
        if width > self.width():
            font.setPixelSize(max(px(12), int(font.pixelSize() * self.width() / width)))
        return font

    def _characters(self) -> list[tuple[str, QRectF]]:
        """Return the characters of the number, line by line, and where each stands."""
        metrics = QFontMetricsF(self._number_font())
        height = metrics.tightBoundingRect("0").height()
        lines = self._digit.split("\n")
        # The number and the text below it stand in the middle of the card together.
        below = px(2 * SPACE) + 3 * QFontMetrics(self.font()).height()
        top = max(0.0, (self.height() - height * (1 + _LEADING * (len(lines) - 1)) - below) / 2)
        found = []
        for line in lines:
            left = 0.0
            for character in line:
                advance = metrics.horizontalAdvance(character)
                found.append((character, QRectF(left, top, advance, height)))
                left += advance
            top += _LEADING * height
        return found

    def _is_in_line(self, box: QRectF, y: float) -> bool:
        """Return whether a height belongs to the line of a character; a single line takes the whole card."""
        gap = (_LEADING - 1) * box.height() / 2
        return "\n" not in self._digit or box.top() - gap <= y < box.bottom() + gap

    def _paint_number(self, painter: QPainter) -> None:
        painter.setFont(self._number_font())
        bottom = 0.0
        for place, (character, box) in enumerate(self._characters()):
            chosen = place == self._chosen
            painter.setPen(self._theme.colour("muted" if self._doubtful else "accent" if chosen else "text"))
            painter.drawText(box.bottomLeft(), character)
            bottom = box.bottom() + min(px(SPACE), (_LEADING - 1) * box.height() / 2)
            if chosen:
                painter.fillRect(QRectF(box.left(), bottom, box.width(), px(3)), self._theme.colour("accent"))
        title = text_font(self.font(), bold=True)
        line = QFontMetrics(self.font()).height()
        top = round(bottom) + px(SPACE)
        for text, font, emphasis, at in (
            (self._lines[0], title, "text", top),
            (self._lines[1], self.font(), "muted", top + line),
        ):
            painter.setFont(font)
            painter.setPen(self._theme.colour(emphasis))
            room = QRect(0, at, self.width(), 2 * line)
            painter.drawText(room, int(Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextWordWrap), text)

    def _paint_lines(self, painter: QPainter, area: QRect, scale: float, *, emphasis: str) -> None:
        title, below = text_font(self.font(), scale=scale, bold=True), self.font()
        high, low = QFontMetrics(title).height(), QFontMetrics(below).height()
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop
        wrapped = int(left | Qt.TextFlag.TextWordWrap)
        room = QRect(area.left(), 0, area.width(), 3 * low)
        # The second line may take up to three.
        room.setHeight(min(QFontMetrics(below).boundingRect(room, wrapped, self._lines[1]).height(), room.height()))
        top = max(area.top(), area.center().y() - (high + px(SPACE // 2) + room.height()) // 2)
        painter.setFont(title)
        painter.setPen(self._theme.colour(emphasis))
        painter.drawText(QRect(area.left(), top, area.width(), high), int(left), self._lines[0])
        painter.setFont(below)
        painter.setPen(self._theme.colour("muted"))
        room.moveTop(top + high + px(SPACE // 2))
        painter.drawText(room, wrapped, self._lines[1])

    def _say(self, text: str) -> None:
        self.setAccessibleDescription(text)
        # A long name is elided on the widget.
        self.setToolTip(tip_text(self._digit) if len(self._digit) > 1 else self.tr("What the network reads"))
        self.update()
