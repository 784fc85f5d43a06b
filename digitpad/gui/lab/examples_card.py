"""The worked examples of a page, to load with a click."""

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QListWidget, QListWidgetItem, QPushButton, QVBoxLayout, QWidget

from digitpad.gui.widgets.cards import card, title
from digitpad.gui.widgets.scaling import px
from digitpad.gui.widgets.theme import SPACE
from digitpad.lab.examples import EXAMPLES
from digitpad.translation import gettext as _


class _ExampleList(QListWidget):
    """A list that is wide enough for its words."""

    def sizeHint(self) -> QSize:
        """Return room for the longest line."""
        return QSize(px(24 * SPACE), px(40 * SPACE))

    def minimumSizeHint(self) -> QSize:
        """Return room for a few lines."""
        return QSize(px(20 * SPACE), px(16 * SPACE))


class ExamplesCard(QWidget):
    """A list of examples.

    Signals
    -------
    wanted
        The name of an example to be loaded.
    open_wanted
        The path of a text file that was chosen.
    """

    wanted = Signal(str)
    open_wanted = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        frame = card("labExamplesCard", self)
        self._list = _ExampleList(frame)
        self._list.setObjectName("labExamples")
        self._list.setAccessibleName(self.tr("Worked examples"))
        self._list.setToolTip(self.tr("Examples with known numbers; Enter or a click loads one"))
        self._list.setWordWrap(True)
        self._list.setSpacing(SPACE // 2)
        self._list.itemActivated.connect(self._activated)
        self._list.itemClicked.connect(self._activated)
        self._open = QPushButton(self.tr("Open…"), frame)
        self._open.setObjectName("labOpen")
        self._open.setAccessibleName(self.tr("Open"))
        self._open.setToolTip(self.tr("Read a text file with a matrix, with values, or with layers"))
        self._open.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._open.clicked.connect(self._ask)
        inside = QVBoxLayout(frame)
        inside.setContentsMargins(SPACE, 2 * SPACE, SPACE, SPACE)
        inside.setSpacing(SPACE)
        inside.addWidget(title(self.tr("Worked examples"), frame))
        inside.addWidget(self._list, 1)
        inside.addWidget(self._open)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(frame)

    def show_page(self, page: str, *, opens: bool) -> None:
        """List the examples of a page of the lab; `opens` tells whether it takes files."""
        self._open.setVisible(opens)
        self._list.clear()
        for example in EXAMPLES.values():
            if example.page == page:
                item = QListWidgetItem(f"{_(example.title)}\n{_(example.subtitle)}", self._list)
                item.setData(Qt.ItemDataRole.UserRole, example.name)
        self._list.setCurrentRow(0)

    @Slot()
    def _ask(self) -> None:
        kinds = self.tr("Text (*.txt *.csv *.tsv *.tex *.py);;All files (*)")
        path, _kind = QFileDialog.getOpenFileName(self, self.tr("Open a text file"), "", kinds)
        if path:
            self.open_wanted.emit(path)

    @Slot(QListWidgetItem)
    def _activated(self, item: QListWidgetItem) -> None:
        self.wanted.emit(str(item.data(Qt.ItemDataRole.UserRole)))
