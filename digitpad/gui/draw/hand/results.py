"""What an adaptation has changed: figures on the left, pictures on the right."""

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from digitpad.gui.draw.hand.changes import MOST, ChangeGrid
from digitpad.gui.widgets.cards import muted, scroller, title
from digitpad.gui.widgets.theme import SPACE, Theme, fixed_font

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digitpad.adaptation.judging import BeforeAfter, Change
    from digitpad.adaptation.session import LearnedHand


class Results(QWidget):
    """Shows the figures and pictures of one adaptation.

    Parameters
    ----------
    theme
        The theme.
    learned
        The adaptation.
    """

    def __init__(self, theme: Theme, learned: "LearnedHand", parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("learningResults")
        self._theme = theme
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(3 * SPACE)
        row.addLayout(self._figures(learned))
        row.addWidget(self._pictures(learned), 1)

    def _figures(self, learned: "LearnedHand") -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(SPACE // 2)
        if learned.mine is None:
            column.addWidget(title(self.tr("My digits"), self))
            column.addWidget(muted(self.tr("A single drawing cannot be cross-validated."), self))
        else:
            about = self.tr("%n drawing(s), each read without having learned it", "", learned.mine.count)
            self._add_figure(column, "mineFigure", self.tr("My digits"), about, learned.mine)
        about = self.tr("{count:,} test images").format(count=learned.mnist.count)
        self._add_figure(column, "mnistFigure", "MNIST", about, learned.mnist)
        about = self.tr("%n drawing(s), not replayed", "", learned.writers.count)
        self._add_figure(column, "writersFigure", self.tr("Other writers"), about, learned.writers)
        column.addStretch(1)
        return column

    def _add_figure(self, column: QVBoxLayout, name: str, heading: str, about: str, result: "BeforeAfter") -> None:
        column.addWidget(title(heading, self))
        small = muted(about, self)
        small.setMaximumWidth(22 * SPACE)
        column.addWidget(small)
        before = QLabel(f"{_fine(result.before)} →", self)
        after = QLabel(_fine(result.after), self)
        after.setObjectName(name)
        before.setProperty("muted", "true")
        before.setFont(fixed_font(self.font(), scale=1.2))
        after.setFont(fixed_font(self.font(), scale=1.2, bold=True))
        before.setAccessibleName(self.tr("{name}, before: {share}").format(name=heading, share=_fine(result.before)))
        after.setAccessibleName(self.tr("{name}, after: {share}").format(name=heading, share=_fine(result.after)))
        row = QHBoxLayout()
        row.setSpacing(SPACE)
        row.addWidget(before)
        row.addWidget(after)
        row.addStretch(1)
        column.addLayout(row)

    def _pictures(self, learned: "LearnedHand") -> QWidget:
        content = QWidget(self)
        content.setToolTip(self.tr("Images that are read differently now"))
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, SPACE, 0)
        column.setSpacing(SPACE)
        column.addWidget(muted(self.tr("Below each image: = what it is, and its reading before → after"), self))
        mine = learned.mine
        if mine is not None:
            self._add_changes(
                column, self.tr("%n of my drawings turned", "", len(mine.improved)), mine.improved, improves=True
            )
            self._add_changes(column, self.tr("%n of mine got worse", "", len(mine.worsened)), mine.worsened)
            self._add_changes(column, self.tr("%n still misread", "", len(mine.still_wrong)), mine.still_wrong)
        worse, better = learned.mnist.worsened, learned.mnist.improved
        self._add_changes(column, self.tr("Now misread: %n image(s) of MNIST", "", len(worse)), worse)
        self._add_changes(
            column, self.tr("Now read right: %n image(s) of MNIST", "", len(better)), better, improves=True
        )
        column.addStretch(1)
        return scroller("changesScroller", self.tr("Images that are read differently now"), content, self)

    def _add_changes(
        self, column: QVBoxLayout, heading: str, changes: "Sequence[Change]", *, improves: bool = False
    ) -> None:
        column.addWidget(title(heading, self))
        if changes:
            column.addWidget(ChangeGrid(self._theme, changes, heading, self, improves=improves))
        if len(changes) > MOST:
            column.addWidget(muted(self.tr("and %n more", "", len(changes) - MOST), self))


def _fine(share: float) -> str:
    """Return a share with two decimals: MNIST changes by hundredths."""
    return f"{100 * share:.2f}\N{NO-BREAK SPACE}%"
