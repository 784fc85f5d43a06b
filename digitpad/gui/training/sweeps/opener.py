"""Opens the sweeps for the Train tab, and gives them its settings."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from digitpad.gui.training.plan_editor import PlanEditor
from digitpad.gui.training.sweeps.sweeps_dialog import SweepsDialog
from digitpad.gui.widgets.cards import bring_up
from digitpad.gui.widgets.theme import Theme
from digitpad.sweeps.store import SweepStore
from digitpad.training.plan import RunPlan

if TYPE_CHECKING:
    from digitpad.models.model_file import Model


class SweepsOpener(QObject):
    """Owns the dialog of the sweeps.

    Parameters
    ----------
    theme
        The colours.
    editor
        The plan of the Train tab.
    owner
        The tab.

    Signals
    -------
    model_loaded
        The `Model` of a trial that is to be looked at, and the folder of its run.
    evaluation_asked, replay_asked
        The folder of the run of a trial.
    """

    model_loaded = Signal(object, object)
    evaluation_asked = Signal(object)
    replay_asked = Signal(object)

    def __init__(self, theme: Theme, editor: PlanEditor, owner: QWidget) -> None:
        super().__init__(owner)
        self._theme, self._editor, self._owner = theme, editor, owner
        self.dialog: SweepsDialog | None = None

    @Slot()
    def show(self) -> None:
        """Show the sweeps, beside the window."""
        if self.dialog is None:
            dialog = self.dialog = SweepsDialog(self._theme, SweepStore(), self._plan, self._owner)
            dialog.model_loaded.connect(self._load)
            dialog.evaluation_asked.connect(self.evaluation_asked)
            dialog.replay_asked.connect(self.replay_asked)
        bring_up(self.dialog)

    def shut_down(self) -> None:
        """End the background work."""
        if self.dialog is not None:
            self.dialog.shut_down()

    @Slot(object, object)
    def _load(self, model: "Model", folder: Path) -> None:
        self.model_loaded.emit(model, folder)

    def _plan(self) -> RunPlan:
        """Return the plan of the tab."""
        return self._editor.plan
