"""The fields of the Networks page: layers as text or PyTorch code, or a preset."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QMimeData, QSize, Signal, Slot
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QLabel, QLineEdit, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from digitpad.errors import DigitpadError
from digitpad.gui.widgets.fields import ComboBox
from digitpad.gui.widgets.flow_layout import FlowLayout
from digitpad.gui.widgets.scaling import px
from digitpad.gui.widgets.theme import SPACE, Theme
from digitpad.lab.layer_text import as_layers, line_of, parse_layers, parse_shape
from digitpad.lab.matrices import check_length
from digitpad.lab.pytorch_reader import looks_like_pytorch, parse_pytorch
from digitpad.nn import ARCHITECTURES, Architecture

_SHORT = 1000
"""Characters of layers that are read within a frame or two of the window."""


class _LayerText(QPlainTextEdit):
    """A field for layers, which scrolls.

    Signals
    -------
    refused
        Why a text was not pasted, as a sentence.
    """

    refused = Signal(str)

    def insertFromMimeData(self, source: QMimeData) -> None:
        """Paste or drop a text, unless it is so long that the field would take seconds to lay it out."""
        try:
            check_length(source.text())
        except DigitpadError as error:
            self.refused.emit(str(error))
            return
        super().insertFromMimeData(source)

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
    refused
        Why a text was not pasted, as a sentence.
    """

    changed = Signal()
    preset = Signal(str)
    refused = Signal(str)

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
        self._text.refused.connect(self.refused)
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

    @property
    def is_short(self) -> bool:
        """Whether the layers are read at once."""
        return len(self._text.toPlainText()) <= _SHORT

    def reader(self) -> Callable[[], Architecture]:
        """Return a function that returns the network that the fields describe now; it may be called in a thread.

        It raises DigitpadError if they cannot be read.
        """
        heading = self.tr("Layers")
        return partial(_read, self._input.text(), self._text.toPlainText(), self._plan, heading)

    @Slot()
    def _changed(self) -> None:
        self.changed.emit()

    @Slot(int)
    def _choose(self, _index: int) -> None:
        name = self._presets.chosen
        if name:
            self.preset.emit(name)
            self._presets.setCurrentIndex(0)


def _read(shape_text: str, text: str, known: Architecture | None, heading: str) -> Architecture:
    """Return the network of some texts; `known` is the one that is shown by its name alone."""
    shape = parse_shape(shape_text)
    if known is not None and text.strip() == f"# {known.name}":
        return Architecture(known.name, shape, known.layers)
    if looks_like_pytorch(text):
        return parse_pytorch(text, shape)
    try:
        return parse_layers(text, shape)
    except DigitpadError as error:
        raise DigitpadError(f"{heading}: {error}") from error
