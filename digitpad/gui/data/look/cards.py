"""The two cards in the middle of Look: the classes, and the images with their order."""

from PySide6.QtCore import QT_TRANSLATE_NOOP, Slot
from PySide6.QtWidgets import QFrame, QStackedWidget, QVBoxLayout, QWidget

from digitpad.gui.data.look.arrangement import Findings, Order
from digitpad.gui.data.look.class_strip import ClassStrip
from digitpad.gui.data.look.grid import ImageGrid
from digitpad.gui.data.look.state_panel import StatePanel
from digitpad.gui.widgets.cards import muted, title
from digitpad.gui.widgets.fields import ComboBox
from digitpad.gui.widgets.flow_layout import FlowLayout
from digitpad.gui.widgets.plain_text import one_line
from digitpad.gui.widgets.segmented import segments
from digitpad.gui.widgets.theme import SPACE, Theme
from digitpad.gui.workspace.tiles import TileStore

_ORDERS = {
    Order.STORED: str(QT_TRANSLATE_NOOP("ImagesCard", "As stored")),
    Order.HARDEST: str(QT_TRANSLATE_NOOP("ImagesCard", "Hardest first")),
    Order.MISLABELLED: str(QT_TRANSLATE_NOOP("ImagesCard", "Doubtful labels")),
    Order.DUPLICATES: str(QT_TRANSLATE_NOOP("ImagesCard", "Near-duplicates")),
}
_NOTES = {
    Order.STORED: str(QT_TRANSLATE_NOOP("ImagesCard", "In the order of the files, with their labels")),
    Order.HARDEST: str(
        QT_TRANSLATE_NOOP("ImagesCard", "Label, reading of {model}, and loss of the label; ?: probably mislabelled")
    ),
    Order.MISLABELLED: str(
        QT_TRANSLATE_NOOP(
            "ImagesCard",
            "Label, the class that {model} believes instead, and its probability. A model that was trained on these "
            "images doubts fewer of them.",
        )
    ),
    Order.DUPLICATES: str(
        QT_TRANSLATE_NOOP(
            "ImagesCard",
            "The nearest pairs; distance: Euclidean, of pixels from 0 to 1. Exact copies: {copies:,}",
        )
    ),
}
_SPREAD = 1  # number of the button


class ClassesCard(QFrame):
    """Shows the classes, with their mean images or their spread."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("lookClassesCard")
        self.setProperty("card", "true")
        self.strip = ClassStrip(theme, self)
        names = (
            ("lookMean", self.tr("Mean"), self.tr("Show the mean image of each class")),
            (
                "lookSpread",
                self.tr("Spread"),
                self.tr("Show the standard deviation of each pixel; the largest possible, 0.5, has the full colour"),
            ),
        )
        self._statistic, self.buttons = segments(names, self, label=self.tr("Images of the classes"))
        self._statistic.idClicked.connect(self._choose)
        head = FlowLayout()
        head.setSpacing(SPACE)
        head.addWidget(title(self.tr("Classes"), self))
        head.add_stretch()
        for button in self.buttons:
            head.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * SPACE, SPACE, 2 * SPACE, SPACE)
        column.setSpacing(SPACE // 2)
        column.addLayout(head)
        column.addWidget(self.strip)
        QWidget.setTabOrder(self.buttons[-1], self.strip)

    @Slot(int)
    def _choose(self, number: int) -> None:
        self.strip.show_spread(spread=number == _SPREAD)


class ImagesCard(QFrame):
    """Shows the images, or in their place what is missing; and offers their orders."""

    def __init__(self, theme: Theme, tiles: TileStore, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("lookImagesCard")
        self.setProperty("card", "true")
        self._count = title("", self)
        self._count.setObjectName("lookCount")
        self._note = muted("", self)
        self._note.setObjectName("lookNote")
        self.order = ComboBox(theme, "lookOrder", self.tr("Sort"), self.tr("Order of the images"), self)
        self.order.setMinimumWidth(18 * SPACE)
        self.order.offer({order.value: self.tr(text) for order, text in _ORDERS.items()})
        self.grid = ImageGrid(theme, tiles, self)
        self.state = StatePanel(self)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self.grid)
        self._stack.addWidget(self.state)
        head = FlowLayout()
        head.setSpacing(SPACE)
        head.addWidget(self._count)
        head.add_stretch()
        head.addWidget(self.order)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * SPACE, SPACE, SPACE, SPACE)
        column.setSpacing(SPACE // 2)
        column.addLayout(head)
        column.addWidget(self._note)
        column.addWidget(self._stack, 1)

    @property
    def text(self) -> str:
        """The heading and the note."""
        return f"{self._count.text()}\n{self._note.text()}"

    @property
    def shows_grid(self) -> bool:
        """Whether images are shown."""
        return self._stack.currentWidget() is self.grid

    def describe_images(self, order: Order, findings: Findings, count: int) -> None:
        """Say how many images, doubtful labels or pairs there are, and what their captions mean."""
        heading = {
            Order.MISLABELLED: self.tr("{count:,} doubtful label(s)", "", count),
            Order.DUPLICATES: self.tr("{count:,} pair(s)", "", count),
        }.get(order, self.tr("{count:,} image(s)", "", count))
        model = "" if findings.readings is None else one_line(findings.readings.model)
        copies = 0 if findings.pairs is None else findings.pairs.copies
        self._count.setText(heading.format(count=count))
        self._note.setText(self.tr(_NOTES[order]).format(model=model, copies=copies))

    def describe_nothing(self) -> None:
        """Say nothing, because it is not known yet what will be shown."""
        self._count.setText(self.tr("Images"))
        self._note.setText("")

    def show_grid(self) -> None:
        """Show the images."""
        self._stack.setCurrentWidget(self.grid)

    def show_state(self) -> None:
        """Show what is missing."""
        self._stack.setCurrentWidget(self.state)
