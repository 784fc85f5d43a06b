"""The dialogs of the Train tab, which stay open beside the window."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from digitpad.gui.training.distributions_dialog import DistributionsDialog
from digitpad.gui.training.more_dialog import MoreDialog
from digitpad.gui.training.network_editor import NetworkEditor
from digitpad.gui.training.plan_editor import PlanEditor
from digitpad.gui.training.runs_dialog import RunsDialog
from digitpad.gui.widgets.cards import bring_up
from digitpad.gui.widgets.theme import Theme
from digitpad.gui.workspace.workspace import Workspace
from digitpad.training.runs import RunStore


class TrainDialogs(QObject):
    """Makes the dialogs when they are first shown.

    Parameters
    ----------
    theme, workspace
        The colours; the settings and the networks.
    editor
        The plan of the next run.
    store
        The store of the runs.
    smoothed_over
        Returns over how many steps curves are smoothed.
    owner
        The tab, which the dialogs belong to.

    Signals
    -------
    resume_asked, model_loaded, compared
        As those of `RunsDialog`.
    message
        A `Message`.
    """

    resume_asked = Signal(object)
    model_loaded = Signal(object, object)
    compared = Signal(object)
    message = Signal(object)

    def __init__(
        self,
        theme: Theme,
        workspace: Workspace,
        editor: PlanEditor,
        store: RunStore,
        smoothed_over: Callable[[], float],
        owner: QWidget,
    ) -> None:
        super().__init__(owner)
        self._theme, self._workspace, self._editor, self._store = theme, workspace, editor, store
        self._smoothed_over = smoothed_over
        self._owner = owner
        #: The list of runs, and the distributions; None before they are first shown.
        self.runs: RunsDialog | None = None
        self.distributions: DistributionsDialog | None = None

    def shut_down(self) -> None:
        """End the background work of the dialogs."""
        if self.runs is not None:
            self.runs.finish()
        if self.distributions is not None:
            self.distributions.view.shut_down()

    @Slot()
    def show_more(self) -> None:
        """Show all settings."""
        bring_up(self._owner.findChild(MoreDialog) or MoreDialog(self._theme, self._editor, self._owner))

    @Slot()
    def edit_network(self) -> None:
        """Change the network of the next training layer by layer."""
        dialog = self._owner.findChild(NetworkEditor)
        if dialog is None:
            dialog = NetworkEditor(self._theme, self._editor, self._owner)
            dialog.message.connect(self.message)
        elif not dialog.isVisible():
            dialog.show_plan()
        bring_up(dialog)

    @Slot()
    def show_distributions(self) -> None:
        """Show the distributions of the network."""
        if self.distributions is None:
            self.distributions = DistributionsDialog(self._theme, self._workspace, self._owner)
        bring_up(self.distributions)

    @Slot()
    def show_runs(self) -> None:
        """Show all earlier runs."""
        if self.runs is None:
            self.runs = RunsDialog(self._theme, self._store, self._workspace.settings, self._smoothed_over, self._owner)
            self.runs.resume_asked.connect(self.resume_asked)
            self.runs.model_loaded.connect(self.model_loaded)
            self.runs.replay_asked.connect(self._workspace.replay_asked)
            self.runs.compared.connect(self.compared)
        bring_up(self.runs)

    @Slot()
    def refresh_runs(self) -> None:
        """Update the list of runs if it is visible."""
        if self.runs is not None and self.runs.isVisible():
            self.runs.refresh()
