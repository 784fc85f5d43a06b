"""The left column: the drawing or the network input, the prediction, the bars, and the explanation."""

from PySide6.QtCore import QSize, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from digitpad.gui.canvas.drawing import Drawing
from digitpad.gui.canvas.pad import Pad
from digitpad.gui.features.maps.picture import InputPicture
from digitpad.gui.widgets.answer import Headline
from digitpad.gui.widgets.live_text import LiveText
from digitpad.gui.widgets.refusal_bars import RefusalBars
from digitpad.gui.widgets.scaling import px
from digitpad.gui.widgets.segmented import segments
from digitpad.gui.widgets.theme import SPACE, Theme
from digitpad.gui.workspace.headline import show_verdict
from digitpad.gui.workspace.look import Look

WIDTH = 34 * SPACE
_ROOMY = 640  # pixels of height from which on headings have room


class Side(QFrame):
    """The drawing, the prediction and the bars.

    Signals
    -------
    drawing_shown
        Whether the square shows the canvas (True) or the network input (False).
    """

    drawing_shown = Signal(bool)

    def __init__(self, theme: Theme, drawing: Drawing, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._headings: list[QWidget] = []
        self.setObjectName("featuresSide")
        self.setProperty("card", "true")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self.pad = Pad(theme, drawing, self)
        self.picture = InputPicture(theme, self)
        self.answer = Headline(theme, self)
        self.answer.setObjectName("featuresAnswer")
        self.bars = RefusalBars(theme, self)
        self.bars.setObjectName("featuresBars")
        self.caption = LiveText(theme, "fieldCaption", self.font(), "warm", self, spoken=self.tr("Receptive field"))
        self.caption.setToolTip(self.tr("The receptive field: the part of the picture that the cell depends on"))
        self._squares = QStackedWidget(self)
        self._squares.addWidget(self.picture)
        self._squares.addWidget(self.pad)
        self._squares.setMaximumHeight(WIDTH - 4 * SPACE)
        self._squares.setMinimumHeight(15 * SPACE)
        self._group, self._buttons = segments(
            [
                ("showPixels", self.tr("Pixels"), self.tr("Show what the network receives")),
                ("showDrawing", self.tr("Drawing"), self.tr("Draw here; this is the canvas of the Draw tab")),
            ],
            self,
            label=self.tr("The square shows"),
        )
        self._group.idClicked.connect(self._show_square)
        self._lay_out()

    @property
    def shows_drawing(self) -> bool:
        """Whether the square shows the canvas."""
        return self._squares.currentWidget() is self.pad

    def show_drawing(self, *, on: bool) -> None:
        """Show the canvas in the square, or the network input."""
        self._buttons[on].setChecked(True)
        self._show_square(int(on))

    def show_look(self, look: Look) -> None:
        """Show the prediction for the chosen digit, and its pixels."""
        frame = look.frame
        pixels, picture = (None, False) if frame is None else (frame.pixels, frame.preprocessing.is_picture)
        self.picture.show_pixels(pixels, picture=picture)
        show_verdict(look, self.answer, self.bars, digit_alone=True)

    def sizeHint(self) -> QSize:
        """Return the usual width, or more if the texts need it."""
        return QSize(self.minimumSizeHint().width(), super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """Return the same width."""
        least = super().minimumSizeHint()
        return QSize(max(px(WIDTH), least.width()), least.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Hide headings if there is little room."""
        super().resizeEvent(event)
        for heading in self._headings:
            heading.setVisible(self.height() >= px(_ROOMY))

    def add(self, widget: QWidget, heading: QWidget) -> None:
        """Add a widget below the bars; its heading is hidden if there is little room."""
        self._column.addWidget(widget)
        self._headings.append(heading)

    def _lay_out(self) -> None:
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(2 * SPACE, SPACE + SPACE // 2, 2 * SPACE, SPACE + SPACE // 2)
        self._column.setSpacing(SPACE)
        row = QHBoxLayout()
        row.setSpacing(SPACE)
        for button in self._buttons:
            row.addWidget(button)
        self._column.addLayout(row)
        self._column.addWidget(self._squares, 6)
        self._column.addWidget(self.caption)
        self.answer.setMinimumHeight(8 * SPACE)
        self.answer.setMaximumHeight(9 * SPACE)
        self._column.addWidget(self.answer, 1)
        self._column.addWidget(self.bars, 3)

    @Slot(int)
    def _show_square(self, number: int) -> None:
        self._squares.setCurrentIndex(number)
        self.drawing_shown.emit(self.shows_drawing)
