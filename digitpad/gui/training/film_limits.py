"""The row of the runs dialog that says how much the films of all runs take, and how much they may take."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from digitpad.gui.widgets.cards import muted
from digitpad.gui.widgets.fields import IntField
from digitpad.gui.widgets.theme import SPACE
from digitpad.gui.workspace.settings import MOST_MEGABYTES, Settings
from digitpad.training.film.limits import MEGABYTE, FilmLimits


class FilmLimitsRow(QWidget):
    """Sets the largest size of the film of one run and of the films of all runs, in MB.

    The limits are saved at once, and apply to the next training.

    Parameters
    ----------
    settings
        Where the limits are read and saved.
    """

    def __init__(self, settings: Settings, parent: QWidget) -> None:
        super().__init__(parent)
        self._settings = settings
        limits = settings.film
        self.one = self._field(
            "filmSize",
            self.tr("Largest film of one run"),
            self.tr("Largest size of the film of one run; at 0 runs are not filmed"),
            limits.most_bytes,
        )
        self.all = self._field(
            "filmsSize",
            self.tr("Largest size of all films"),
            self.tr(
                "Largest size of all films; the oldest films are deleted first, runs never; at 0 runs are not filmed"
            ),
            limits.total_bytes,
        )
        self._taken = muted("", self)
        self._taken.setObjectName("filmsTaken")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE)
        for text, field in ((self.tr("Film of one run, at most"), self.one), (self.tr("all films, at most"), self.all)):
            label = QLabel(text, self)
            label.setBuddy(field)
            row.addWidget(label)
            row.addWidget(field)
        row.addWidget(self._taken)
        row.addStretch(1)

    def show_taken(self, size: int) -> None:
        """Say how much the films of all runs take, in bytes."""
        self._taken.setText(self.tr("now {size} MB").format(size=f"{size / MEGABYTE:,.0f}"))

    def _field(self, name: str, spoken: str, tip: str, size: int) -> IntField:
        field = IntField(name, spoken, tip, 0, MOST_MEGABYTES, self)
        field.setSuffix(self.tr(" MB"))
        field.setSpecialValueText(self.tr("off"))
        field.setValue(size // MEGABYTE)
        field.valueChanged.connect(self._save)
        return field

    @Slot()
    def _save(self) -> None:
        self._settings.film = FilmLimits(
            most_bytes=self.one.value() * MEGABYTE, total_bytes=self.all.value() * MEGABYTE
        )
