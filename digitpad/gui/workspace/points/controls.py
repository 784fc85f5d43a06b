"""The controls above the map of points: which layer is shown, how its points are placed, and what is listed."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal, SignalInstance
from PySide6.QtWidgets import QPushButton, QToolButton, QWidget

from digitpad.extras import is_installed
from digitpad.gui.widgets.cards import muted
from digitpad.gui.widgets.fields import ComboBox
from digitpad.gui.widgets.flow_layout import FlowLayout
from digitpad.gui.widgets.segmented import segments
from digitpad.gui.widgets.theme import SPACE, Theme

_NEIGHBOURS, _LASSO = 1, 1  # the second button of each group


class PointsControls(QWidget):
    """Choices in one or several lines, as the width demands.

    Signals
    -------
    layer_chosen
        Another layer was chosen.
    placing_chosen
        Whether the points are to be placed by t-SNE instead of PCA.
    cannot_place
        A sentence: t-SNE was chosen, but cannot be computed.
    lasso_chosen
        Whether images are selected with a lasso instead of a rectangle.
    fit_asked, misread_asked, nearest_asked
        A link was clicked.
    """

    layer_chosen = Signal()
    placing_chosen = Signal(bool)
    cannot_place = Signal(str)
    lasso_chosen = Signal(bool)
    fit_asked = Signal()
    misread_asked = Signal()
    nearest_asked = Signal()

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._layers: tuple[str, ...] = ()
        self.layer = ComboBox(
            theme, "pointsLayer", self.tr("Layer"), self.tr("The layer whose outputs are shown as points"), self
        )
        self.layer.setFixedWidth(15 * SPACE)
        self.layer.currentIndexChanged.connect(self.layer_chosen)
        tip = self.tr("Places similar images near each other: only neighbours mean something")
        if not is_installed("openTSNE"):
            tip = self._how_to_install()
        self.method_buttons = self._choices(
            [
                ("pointsPca", self.tr("PCA"), self.tr("The plane in which the points are spread furthest")),
                ("pointsTsne", self.tr("t-SNE"), tip),
            ],
            self.tr("Placed by"),
            self._choose_method,
        )
        self.selection_buttons = self._choices(
            [
                ("pointsRectangle", self.tr("Rectangle"), self.tr("Drag a rectangle to list the images in it")),
                ("pointsLasso", self.tr("Lasso"), self.tr("Draw a line around images to list them")),
            ],
            self.tr("Select by"),
            self._choose_selection,
        )
        self.refit = self._link(
            "pointsRefit", self.tr("Fit"), self.tr("Fit the plane to the points of this moment"), self.fit_asked
        )
        self.misread = self._link(
            "pointsMisread", self.tr("Misread"), self.tr("List the misread images"), self.misread_asked
        )
        self.nearest = self._link(
            "pointsNearest",
            self.tr("Nearest"),
            self.tr("List the images nearest to the drawing, in the space of the layer"),
            self.nearest_asked,
        )
        word = muted(self.tr("Layer"), self)
        word.setWordWrap(False)
        word.setBuddy(self.layer)
        flow = FlowLayout(self)
        flow.setContentsMargins(0, 0, 0, 0)
        flow.setSpacing(SPACE)
        controls = (
            word, self.layer, *self.method_buttons, *self.selection_buttons, self.refit, self.misread, self.nearest,
        )  # fmt: skip
        for control in controls:
            flow.addWidget(control)

    @property
    def layers(self) -> tuple[str, ...]:
        """The layers to choose from."""
        return self._layers

    def offer(self, layers: tuple[str, ...], first: str = "") -> None:
        """Offer the layers of a network; the chosen one stays, otherwise another is chosen first."""
        chosen, self._layers = self.layer.chosen, layers
        self.layer.blockSignals(True)
        self.layer.offer({name: name for name in layers})
        if layers:
            self.layer.choose(chosen if chosen in layers else first)
        self.layer.blockSignals(False)

    def _choose_method(self, number: int) -> None:
        """Place the points by PCA or t-SNE; without openTSNE, say how to install it."""
        if number == _NEIGHBOURS and not is_installed("openTSNE"):
            _check(self.method_buttons, 0)
            self.cannot_place.emit(self._how_to_install())
            return
        _check(self.method_buttons, number)
        self.placing_chosen.emit(number == _NEIGHBOURS)

    def _choose_selection(self, number: int) -> None:
        _check(self.selection_buttons, number)
        self.lasso_chosen.emit(number == _LASSO)

    def _choices(
        self, choices: Sequence[tuple[str, str, str]], label: str, choose: Callable[[int], None]
    ) -> list[QToolButton]:
        group, buttons = segments(choices, self, label=label)
        for number, button in enumerate(buttons):
            # A group would remove all buttons except the checked one from the tab order.
            group.removeButton(button)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(partial(choose, number))
        return buttons

    def _link(self, name: str, text: str, tip: str, asked: SignalInstance) -> QPushButton:
        button = QPushButton(text, self)
        button.setObjectName(name)
        button.setProperty("role", "link")
        button.setAccessibleName(text)
        button.setToolTip(tip)
        button.clicked.connect(asked)
        return button

    def _how_to_install(self) -> str:
        text = self.tr("t-SNE needs the package openTSNE; install it with: {command}")
        return text.format(command="pip install 'digitpad[embedding]'")


def _check(buttons: Sequence[QToolButton], number: int) -> None:
    for place, button in enumerate(buttons):
        button.setChecked(place == number)
