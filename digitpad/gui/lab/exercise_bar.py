"""Random exercises by their seeds, and the printable sheet."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, Qt, Signal, Slot
from PySide6.QtGui import QPageLayout, QPageSize, QPdfWriter, QTextDocument
from PySide6.QtWidgets import QFileDialog, QPushButton, QWidget

from digitpad.atomic import atomic_write
from digitpad.copying.forms import as_markdown
from digitpad.errors import DigitpadError
from digitpad.gui.widgets.fields import CheckBox, IntField
from digitpad.gui.widgets.flow_layout import FlowLayout
from digitpad.gui.widgets.message_bar import Message
from digitpad.gui.widgets.theme import SPACE, Theme
from digitpad.lab.exercises import sheet, variant

if TYPE_CHECKING:
    from digitpad.gui.workspace.settings import Settings

_ON_A_SHEET = 3
"""Exercises on a sheet, with consecutive seeds."""


class ExerciseBar(QWidget):
    """A seed, and buttons for the exercise and the sheet that follow from it.

    Parameters
    ----------
    theme, settings
        The colours, and the folder that files were saved in last.

    Signals
    -------
    wanted
        The page and the seed of an exercise to be shown.
    message
        A `Message` about the sheet.
    """

    wanted = Signal(str, int)
    message = Signal(object)

    def __init__(self, theme: Theme, settings: "Settings", parent: QWidget) -> None:
        super().__init__(parent)
        self._settings = settings
        self._page = ""
        self.seed = IntField(
            "labSeed", self.tr("Seed"), self.tr("The same seed gives the same exercise"), 0, 999_999, self
        )
        self.seed.setPrefix(self.tr("seed "))
        new = self._button("labNewExercise", self.tr("New exercise"), self.tr("Show the exercise of the next seed"))
        self._solved = CheckBox(
            theme, "labSheetSolved", self.tr("with solutions"), self.tr("Print the solutions on the sheet"), self
        )
        paper = self._button("labSheet", self.tr("Sheet as PDF…"), self.tr("Save three exercises from this seed on"))
        row = FlowLayout(self)
        row.setSpacing(SPACE)
        for widget in (self.seed, new, paper, self._solved):
            row.addWidget(widget)
        new.clicked.connect(self._next)
        paper.clicked.connect(self._ask)
        self.seed.valueChanged.connect(self._show)

    def show_page(self, page: str) -> None:
        """Make exercises of this page from now on."""
        self._page = page

    def save_sheet(self, path: Path) -> None:
        """Write a sheet as PDF.

        Raises
        ------
        DigitpadError
            If the file cannot be written.
        """
        seeds = range(self.seed.value(), self.seed.value() + _ON_A_SHEET)
        text = as_markdown(sheet([variant(self._page, seed) for seed in seeds], solved=self._solved.isChecked()))
        paper = QTextDocument()
        paper.setMarkdown(text)
        pages = QBuffer()
        pages.open(QIODevice.OpenModeFlag.WriteOnly)
        writer = QPdfWriter(pages)
        margins = QMarginsF(15, 15, 15, 15)
        size = QPageSize(QPageSize.PageSizeId.A4)
        writer.setPageLayout(QPageLayout(size, QPageLayout.Orientation.Portrait, margins))
        paper.print_(writer)
        with atomic_write(path) as file:
            file.write(pages.data().data())

    def _button(self, name: str, text: str, tip: str) -> QPushButton:
        button = QPushButton(text, self)
        button.setObjectName(name)
        button.setAccessibleName(text.rstrip("…"))
        button.setToolTip(tip)
        button.setFixedHeight(4 * SPACE)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    @Slot()
    def _next(self) -> None:
        self.seed.setValue(self.seed.value() + 1)

    @Slot()
    def _show(self) -> None:
        self.wanted.emit(self._page, self.seed.value())

    @Slot()
    def _ask(self) -> None:
        """Ask for a file for the sheet."""
        dialog = QFileDialog(
            self.window(), self.tr("Save the sheet"), str(self._settings.folder / "exercises.pdf"), "PDF (*.pdf)"
        )
        dialog.setObjectName("labSheetDialog")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("pdf")
        dialog.fileSelected.connect(self.save_to)
        dialog.open()

    @Slot(str)
    def save_to(self, path: str) -> None:
        """Save the sheet, and say so or why not."""
        try:
            self.save_sheet(Path(path))
        except DigitpadError as error:
            self.message.emit(Message(str(error), "error"))
            return
        self._settings.folder = Path(path).parent
        self.message.emit(Message(self.tr("Saved {path}.").format(path=path), "info"))
