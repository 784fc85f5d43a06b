"""The fields of the Networks page: layers as text or PyTorch code, or a preset."""

from PySide6.QtCore import QSize, Signal, Slot
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QLabel, QLineEdit, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from digitpad.errors import DigitpadError
from digitpad.gui.widgets.fields import ComboBox
from digitpad.gui.widgets.flow_layout import FlowLayout
from digitpad.gui.widgets.scaling import px
from digitpad.gui.widgets.theme import SPACE, Theme
from digitpad.lab.layer_text import as_layers, line_of, parse_layers, parse_shape
from digitpad.lab.pytorch_reader import looks_like_pytorch, parse_pytorch
from digitpad.nn import ARCHITECTURES, Architecture


class _LayerText(QPlainTextEdit):
    """A field for a few layers, which scrolls."""

    def sizeHint(self) -> QSize:
        """Return room for some lines."""
        return QSize(px(30 * SPACE), px(22 * SPACE))

    def minimumSizeHint(self) -> QSize:
        """Return room for a few lines."""
        return QSize(px(24 * SPACE), px(12 * SPACE))


class NetworkFields(QWidget):
    """What network is looked at.

    Parameters
    ----------
    theme
        The colours.

    Signals
    -------
    changed
        The network is to be read again.
    preset
        The name of a preset that was chosen.
    """

    changed = Signal()
    preset = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._plan: Architecture | None = None
        self._input = QLineEdit(self)
        self._input.setObjectName("labInputShape")
        self._input.setAccessibleName(self.tr("Input"))
        self._input.setToolTip(self.tr("Channels, height and width of one image, such as 3x32x32"))
        self._input.setFixedSize(12 * SPACE, 4 * SPACE)
        self._presets = ComboBox(
            theme, "labNetworkPreset", self.tr("Preset"), self.tr("A network that is known by name"), self
        )
        self._presets.offer({"": self.tr("Preset…"), **{name: name for name in ARCHITECTURES}})
        self._presets.setMinimumContentsLength(12)
        self._text = _LayerText(self)
        self._text.setObjectName("labLayers")
        self._text.setAccessibleName(self.tr("Layers"))
        self._text.setToolTip(
            self.tr("A layer in each line, such as conv 8 3x3; or PyTorch code with an nn.Sequential")
        )
        self._text.setTabChangesFocus(True)
        read = QPushButton(self.tr("Read layers"), self)
        read.setObjectName("labReadLayers")
        read.setAccessibleName(self.tr("Read layers"))
        read.setToolTip(self.tr("Show the table of these layers; the code is read, not run"))
        head = FlowLayout()
        head.setSpacing(SPACE)
        for widget in (QLabel(self.tr("Input"), self), self._input, self._presets, read):
            head.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        column.addLayout(head)
        column.addWidget(self._text, 1)
        read.clicked.connect(self._changed)
        self._input.editingFinished.connect(self._changed)
        self._presets.activated.connect(self._choose)

    def fill(self, plan: Architecture) -> None:
        """Show a network; one that cannot be written as lines is shown by its name."""
        self._input.setText("x".join(str(side) for side in plan.input_shape))
        text = as_layers(plan)
        self._plan = plan if text is None else None
        self._text.setPlainText(f"# {plan.name}" if text is None else text)

    def take_layers(self, text: str) -> None:
        """Take layers or code for the layers."""
        self._text.setPlainText(text)
        self.changed.emit()

    def edit_layer(self, index: int) -> None:
        """Put the cursor on the line of a layer, counted from 0; in code, only the focus is moved."""
        self._text.setFocus()
        text = self._text.toPlainText()
        if self._plan is not None or looks_like_pytorch(text):
            return
        line = line_of(text, index)
        if line is not None:
            cursor = QTextCursor(self._text.document().findBlockByNumber(line))
            cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
            self._text.setTextCursor(cursor)

    def plan(self) -> Architecture:
        """Return the network that the fields describe.

        Raises
        ------
        DigitpadError
            If they cannot be read.
        """
        shape = parse_shape(self._input.text())
        text = self._text.toPlainText()
        if self._plan is not None and text.strip() == f"# {self._plan.name}":
            return Architecture(self._plan.name, shape, self._plan.layers)
        if looks_like_pytorch(text):
            return parse_pytorch(text, shape)
        try:
            return parse_layers(text, shape)
        except DigitpadError as error:
            raise DigitpadError(f"{self.tr('Layers')}: {error}") from error

    @Slot()
    def _changed(self) -> None:
        self.changed.emit()

    @Slot(int)
    def _choose(self, _index: int) -> None:
        name = self._presets.chosen
        if name:
            self.preset.emit(name)
            self._presets.setCurrentIndex(0)
