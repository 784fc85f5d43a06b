"""What the class is asked, how many are right and wrong, and the row of the confusion matrix that grows with them."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from digitpad.gui.board.painting import LEFT, RIGHT, filling, paint_row, segments_of
from digitpad.gui.widgets.plain_text import one_line, tip_text
from digitpad.gui.widgets.scaling import px
from digitpad.gui.widgets.theme import SPACE, Theme
from digitpad.serving.board import ClassState
from digitpad.serving.participants import OTHER

_HEIGHT, _LEAST_HEIGHT = 12 * SPACE, 7 * SPACE
_QUESTION = 0.38  # the share of the width that the question may take
_LEAST_SHARE = 0.7  # of their full size that the counts have before the number of phones is left out
_VOWELS = frozenset("aeiou")
_SPOKEN_WITH_A_VOWEL = frozenset({*"AEFHILMNORSX", "8", "11", "18"})


class QuestionBanner(QWidget):
    """Shows the question large, for the last row of a room."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._state = ClassState()
        self.setObjectName("boardQuestion")
        self.setAccessibleName(self.tr("Question"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        theme.changed.connect(self.update)
        self.show_state(ClassState())

    @property
    def question(self) -> str:
        """The question in words; without one, what the class may do."""
        asked = self._state.asked
        return self.tr("Draw anything") if asked is None else self.question_for(asked)

    def question_for(self, label: str) -> str:
        """Return the question that asks for a class."""
        label = one_line(label)
        text = self.tr("Draw an {label}") if _takes_an(label) else self.tr("Draw a {label}")
        return text.format(label=label)

    def counts(self) -> tuple[int, int, int, int]:
        """Return how many are right, wrong, have answered, and are shown."""
        shown = self._state.shown
        right = sum(one.right is True for one in shown)
        wrong = sum(one.right is False for one in shown)
        return right, wrong, sum(one.answer is not None for one in shown), len(shown)

    def show_state(self, state: ClassState) -> None:
        """Show the question and the answers of a class."""
        self._state = state
        words = self._words()
        if words != self.accessibleDescription():
            self.setAccessibleDescription(words)
            self.setToolTip(tip_text(words))
            self.update()

    def sizeHint(self) -> QSize:
        """Return the height of the banner."""
        return QSize(px(40 * SPACE), px(_HEIGHT))

    def minimumSizeHint(self) -> QSize:
        """Return the least size in which everything is legible."""
        return QSize(px(24 * SPACE), px(_LEAST_HEIGHT))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the question on the left, the counts and the bar on the right."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        inside = QRectF(self.rect()).adjusted(px(2 * SPACE), px(SPACE), -px(2 * SPACE), -px(SPACE))
        room = QRectF(inside.left(), inside.top(), _QUESTION * inside.width(), inside.height())
        painter.setFont(filling(self.font(), self.question, room.width(), 0.8 * room.height()))
        painter.setPen(self._theme.colour("text"))
        painter.drawText(room, LEFT, self.question)
        left = room.right() + px(3 * SPACE)
        rest = QRectF(left, inside.top(), inside.right() - left, inside.height())
        if self._state.asked is None:
            self._paint_hint(painter, rest)
        else:
            self._paint_counts(painter, QRectF(rest.left(), rest.top(), rest.width(), 0.5 * rest.height()))
            bar = QRectF(rest.left(), rest.top() + 0.55 * rest.height(), rest.width(), 0.42 * rest.height())
            labels = filling(self.font(), "8", bar.width(), 0.75 * bar.height())
            paint_row(painter, bar, self._state.asked, self._state.row, self._theme, labels, self.tr("other"))
        painter.end()

    def _paint_counts(self, painter: QPainter, room: QRectF) -> None:
        right, wrong, _answered, _shown = self.counts()
        large = filling(self.font(), "8", room.width(), 1.1 * room.height())
        small = QFont(large)
        small.setBold(False)
        small.setPixelSize(max(1, int(0.5 * large.pixelSize())))
        pieces = (
            (str(right), large, "accent"),
            (self.tr("right"), small, "text"),
            (str(wrong), large, "text"),
            (self.tr("wrong"), small, "text"),
        )
        muted = self._of_everyone()
        least = QFontMetricsF(small).horizontalAdvance(muted) + px(2 * SPACE)
        needed = sum(QFontMetricsF(font).horizontalAdvance(text) + px(SPACE) for text, font, _ in pieces) + px(SPACE)
        has_room = room.width() - least >= _LEAST_SHARE * needed
        share = min(1.0, (room.width() - (least if has_room else 0)) / needed)
        left, baseline = room.left(), room.top() + 0.8 * room.height()
        for place, (text, font, colour) in enumerate(pieces):
            shrunk = QFont(font)
            shrunk.setPixelSize(max(1, int(share * font.pixelSize())))
            painter.setFont(shrunk)
            painter.setPen(self._theme.colour(colour))
            painter.drawText(int(left), int(baseline), text)
            left += QFontMetricsF(shrunk).horizontalAdvance(text) + share * px(2 * SPACE if place == 1 else SPACE)
        if not has_room:
            return
        painter.setFont(filling(small, muted, room.right() - left, 0.6 * room.height(), bold=False))
        painter.setPen(self._theme.colour("muted"))
        painter.drawText(QRectF(left, room.top(), room.right() - left, 0.95 * room.height()), RIGHT, muted)

    def _paint_hint(self, painter: QPainter, room: QRectF) -> None:
        text = self.tr("Press a digit key, or Ask, to ask for a class.")
        painter.setFont(self.font())
        painter.setPen(self._theme.colour("muted"))
        painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter) | int(Qt.TextFlag.TextWordWrap), text)

    def _of_everyone(self) -> str:
        _right, _wrong, answered, shown = self.counts()
        return self.tr("{count} of %n phone(s)", "", shown).format(count=answered)

    def _words(self) -> str:
        asked = self._state.asked
        if asked is None:
            return self.question
        right, wrong, _answered, _shown = self.counts()
        text = self.tr("{question}: {right} right, {wrong} wrong, {answered}.").format(
            question=self.question, right=right, wrong=wrong, answered=self._of_everyone()
        )
        parts = [
            f"{self.tr('other') if part.label == OTHER else part.label} × {part.count}"
            for part in segments_of(asked, self._state.row)
        ]
        return f"{text} {self.tr('Read as: {parts}').format(parts=', '.join(parts))}" if parts else text


def _takes_an(label: str) -> bool:
    """Return whether English has "an" before a class: "an 8", "an F", "an apple"."""
    return label in _SPOKEN_WITH_A_VOWEL or (len(label) > 1 and label[0].casefold() in _VOWELS)
