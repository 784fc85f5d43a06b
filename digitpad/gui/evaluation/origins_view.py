"""The view of origins: the accuracy of each writer or source of the images."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from digitpad.evaluation import Evaluation
from digitpad.gui.evaluation.figure_table import FigureTable, Row
from digitpad.gui.widgets.cards import muted
from digitpad.gui.widgets.percent import exact_percent
from digitpad.gui.widgets.theme import SPACE, Theme


class OriginsView(QWidget):
    """Shows the accuracy of each writer, or of each source if the writers are unknown.

    Signals
    -------
    origin_chosen
        The kind of origin, "writer" or "source", and the name that was chosen.
    """

    origin_chosen = Signal(str, str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kind = "writer"
        self.table = FigureTable(
            theme,
            "originTable",
            self.tr("Writers"),
            self.tr("Accuracy of each writer or source; choose a row to see its mistakes"),
            self,
        )
        self.words = muted("", self)
        self.table.row_chosen.connect(self._choose)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        column.addWidget(self.table, 1)
        column.addWidget(self.words)

    def clear(self) -> None:
        """Show nothing."""
        self.table.show_rows((self.tr("Writer"), self.tr("Images"), self.tr("Accuracy")), ())
        self.words.setText("")

    def show_origins(self, result: Evaluation) -> None:
        """Show the origins of the images of an evaluation."""
        self._kind = "writer" if "writer" in result.origins else "source"
        groups = result.by_origin(self._kind)
        rows = [Row(group.name, group.count, (group.accuracy,), group.interval) for group in groups]
        title_of_kind = self.tr("Writer") if self._kind == "writer" else self.tr("Source")
        self.table.show_rows((title_of_kind, self.tr("Images"), self.tr("Accuracy")), rows, sort_by=2)
        self.table.setVisible(bool(rows))
        if not rows:
            self.words.setText(
                self.tr(
                    "The writers of these images are unknown. Ink files can name them, with “writer” and “source” in "
                    "each line."
                )
            )
            return
        sources = result.by_origin("source") if self._kind == "writer" else ()
        figures = " · ".join(
            self.tr("{name}: {accuracy} of {count:,}").format(
                name=group.name, accuracy=exact_percent(group.accuracy), count=group.count
            )
            for group in sources
        )
        self.words.setText(self.tr("Sources: {figures}").format(figures=figures) if sources else "")

    @Slot(str)
    def _choose(self, name: str) -> None:
        self.origin_chosen.emit(self._kind, name)
