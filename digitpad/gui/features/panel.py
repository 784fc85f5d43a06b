"""The card below the maps: the arithmetic of a cell, and other pages about its map."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QT_TRANSLATE_NOOP, QSize, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from digitpad.explain.dependencies import Cell
from digitpad.explain.frame import Frame
from digitpad.gui.features.differing import meaning
from digitpad.gui.features.pages.arithmetic import ArithmeticPage
from digitpad.gui.features.pages.backprop import BackpropPage
from digitpad.gui.features.pages.explanation import Explanation
from digitpad.gui.features.pages.kernels import KernelsPage
from digitpad.gui.features.pages.points import PointsPage
from digitpad.gui.features.pages.preferred_input import PreferredInputPage
from digitpad.gui.features.pages.surgery import SurgeryPage
from digitpad.gui.widgets.actions import make_action
from digitpad.gui.widgets.flow_layout import FlowLayout
from digitpad.gui.widgets.live_text import LiveText
from digitpad.gui.widgets.scaling import px
from digitpad.gui.widgets.segmented import segments
from digitpad.gui.widgets.theme import SPACE, Theme
from digitpad.gui.workers.latest import LatestWorker
from digitpad.gui.workspace.distributions.view import DistributionsView
from digitpad.gui.workspace.workspace import Workspace
from digitpad.models.model_file import Model

HEIGHT = 34 * SPACE
#: Width in pixels in which the buttons of all pages fit into one line.
_WIDE = 900

_PAGES = (
    (
        "Arithmetic",
        QT_TRANSLATE_NOOP("Panel", "Arithmetic"),
        QT_TRANSLATE_NOOP("Panel", "How this number is computed, to the last digit"),
        "Ctrl+Shift+A",
    ),
    (
        "Kernels",
        QT_TRANSLATE_NOOP("Panel", "Kernels"),
        QT_TRANSLATE_NOOP("Panel", "The weights that compute this feature map"),
        "Ctrl+K",
    ),
    (
        "PreferredInput",
        QT_TRANSLATE_NOOP("Panel", "Preferred input"),
        QT_TRANSLATE_NOOP("Panel", "What activates this feature map most"),
        "Ctrl+L",
    ),
    (
        "Surgery",
        QT_TRANSLATE_NOOP("Panel", "Surgery"),
        QT_TRANSLATE_NOOP("Panel", "Mute, scale or edit this feature map, and see how the prediction changes"),
        "Ctrl+I",
    ),
    (
        "Backpropagation",
        QT_TRANSLATE_NOOP("Panel", "Backpropagation"),
        QT_TRANSLATE_NOOP("Panel", "The backward pass of one training step on this drawing"),
        "Ctrl+Shift+B",
    ),
    (
        "Points",
        QT_TRANSLATE_NOOP("Panel", "Points"),
        QT_TRANSLATE_NOOP("Panel", "What a layer makes of 1,000 images and of the drawing, as points"),
        "Ctrl+P",
    ),
    (
        "Distributions",
        QT_TRANSLATE_NOOP("Panel", "Distributions"),
        QT_TRANSLATE_NOOP("Panel", "Histograms of weights, gradients and activations by layer"),
        "Ctrl+Shift+H",
    ),
)


class Panel(QFrame):
    """Shows one page at a time.

    Parameters
    ----------
    theme
        The theme.
    background
        The background worker.
    workspace
        Provides the network and the drawing for the pages that follow them.
    owner
        The tab that owns the shortcuts of the pages.
    """

    def __init__(self, theme: Theme, background: LatestWorker, workspace: Workspace, owner: QWidget) -> None:
        super().__init__(owner)
        self.setObjectName("featuresPanel")
        self.setProperty("card", "true")
        self.arithmetic = ArithmeticPage(theme, owner, self)
        self.kernels = KernelsPage(theme, self)
        self.unit = PreferredInputPage(theme, background, self)
        self.surgery = SurgeryPage(theme, background, owner, self)
        self.backprop = BackpropPage(theme, background, self)
        self.points = PointsPage(theme, workspace, self)
        self.distributions = DistributionsView(theme, workspace, self)
        #: The difference between two networks, while two are shown.
        self.differing = LiveText(
            theme, "differing", self.font(), "muted", self, right=True, spoken=self.tr("Difference")
        )
        self.differing.setToolTip(meaning())
        self._operable = True
        self._pages = QStackedWidget(self)
        for page in (
            self.arithmetic,
            self.kernels,
            self.unit,
            self.surgery,
            self.backprop,
            self.points,
            self.distributions,
        ):
            self._pages.addWidget(page)
        self._shown: tuple[Frame | None, Cell | None, Sequence[str]] = (None, None, ())
        pages = [(name, self.tr(str(text)), self.tr(str(tip)), key) for name, text, tip, key in _PAGES]
        names = [(f"page{name}", text, f"{tip} ({key})") for name, text, tip, key in pages]
        self._group, buttons = segments(names, self, label=self.tr("The panel shows"))
        for number, (name, text, tip, key) in enumerate(pages):
            make_action(owner, f"features{name}", text, [key], tip, partial(self.show_page, number))
        self._group.idClicked.connect(self.show_page)
        tabs = FlowLayout()
        tabs.setSpacing(SPACE)
        for button in buttons:
            tabs.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * SPACE, SPACE + SPACE // 2, 2 * SPACE, SPACE + SPACE // 2)
        column.setSpacing(SPACE)
        head = QHBoxLayout()
        head.addLayout(tabs)
        head.addWidget(self.differing, 1)
        column.addLayout(head)
        column.addWidget(self._pages, 1)

    def sizeHint(self) -> QSize:
        """Ask for the least height of a wide panel, so that most of the tab is for the maps; it can be made higher."""
        hint, layout = super().sizeHint(), self.layout()
        if layout is not None:
            hint.setHeight(max(layout.totalMinimumHeightForWidth(px(_WIDE)), px(HEIGHT)))
        return hint

    def minimumSizeHint(self) -> QSize:
        """Return room for every page, so that the layout does not change with the page."""
        least, layout = super().minimumSizeHint(), self.layout()
        if layout is not None:
            # The buttons may need two lines.
            least.setHeight(layout.totalMinimumHeightForWidth(max(self.width(), least.width())))
        return least.expandedTo(QSize(0, px(HEIGHT)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Update the height if the buttons need more or fewer lines."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()

    def shut_down(self) -> None:
        """Stop the workers of the pages and wait for their end."""
        self.points.shut_down()
        self.distributions.shut_down()

    def use_model(self, model: Model | None) -> None:
        """Start with another first network, without operations."""
        self.surgery.use_model(model)
        self.speak_of(model, operable=True)

    def speak_of(self, model: Model | None, *, operable: bool) -> None:
        """Show information about a network from now on.

        Parameters
        ----------
        model
            The network, possibly with changed weights.
        operable
            Whether surgery is possible.
        """
        self._operable = operable
        self.kernels.forget()
        self.unit.use_model(model)
        self.backprop.use_model(model)

    @Slot(int)
    def show_page(self, number: int) -> None:
        """Show a page."""
        self._group.button(number).setChecked(True)
        self._pages.setCurrentIndex(number)
        self.show_cell(*self._shown)

    def show_cell(self, frame: Frame | None, cell: Cell | None, labels: Sequence[str]) -> Explanation | None:
        """Show the information about a cell; return its explanation, None without a cell."""
        self._shown = (frame, cell, labels)
        page = self._pages.currentWidget()
        if page is self.kernels:
            self.kernels.show_cell(frame, cell)
        elif page is self.unit:
            self.unit.show_cell(frame, cell)
        elif page is self.surgery:
            self.surgery.show_cell(frame if self._operable else None, cell if self._operable else None)
        elif page is self.backprop:
            self.backprop.show_cell(frame, cell)
        return self.arithmetic.show_cell(frame, cell, labels)
