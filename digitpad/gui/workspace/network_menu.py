"""The menu of networks: models in files, runs and their checkpoints, and the network in training."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from digitpad.errors import DigitpadError
from digitpad.gui.widgets.message_bar import Message
from digitpad.gui.widgets.plain_text import menu_text, tip_text
from digitpad.gui.workspace import catalogue
from digitpad.gui.workspace.catalogue import Entry
from digitpad.gui.workspace.workspace import Workspace


class NetworkMenu(QMenu):
    """Offers networks. The list is updated each time the menu opens, and does not change while it is open.

    The network in use is ticked; the top bar names the one that is shown.

    Parameters
    ----------
    name
        Part of the objectNames of its entries, such as "model-standard".

    Signals
    -------
    chosen
        The path of a network: a model file, the folder of a run, or a checkpoint.
    training_chosen
        The network in training was chosen.
    closed
        No network was chosen.
    browse_requested
        The user wants to choose a file in a dialog.
    message
        A `Message`: the networks could not be listed.
    """

    chosen = Signal(object)
    training_chosen = Signal()
    closed = Signal()
    browse_requested = Signal()
    message = Signal(object)

    def __init__(self, workspace: Workspace, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._name = name
        self._closable = False
        self._submenus: list[QMenu] = []
        self.setObjectName(f"{name}Menu")
        self.setToolTipsVisible(True)
        self.aboutToShow.connect(self.fill)

    def offer_closing(self, *, on: bool) -> None:
        """Add an entry that stops the comparison."""
        self._closable = on

    @Slot()
    def fill(self) -> None:
        """Update the list; does nothing while the menu is open."""
        if self.isVisible():
            return
        self.clear()
        for menu in self._submenus:
            menu.deleteLater()
        self._submenus = []
        self._add_training()
        self._add_group(self.tr("Included"), catalogue.bundled())
        self._add_group(self.tr("Your models"), catalogue.own(self._workspace.settings.recent_models))
        self._add_runs()
        self.addSeparator()
        browse = self.addAction(self.tr("Open a model file…"))
        browse.setObjectName(f"{self._name}Browse")
        browse.triggered.connect(self.browse_requested)
        if self._closable:
            close = self.addAction(self.tr("Stop comparing"))
            close.setObjectName(f"{self._name}Close")
            close.triggered.connect(self.closed)

    def _add_training(self) -> None:
        training = self._workspace.in_training
        if training is None:
            return
        action = self.addAction(menu_text(training.title))
        action.setObjectName(f"{self._name}-inTraining")
        action.triggered.connect(self.training_chosen)

    def _add_group(self, title: str, entries: Sequence[Entry]) -> None:
        if not entries:
            return
        heading = self.addAction(title)
        heading.setEnabled(False)
        for entry in entries:
            self._add_entry(self, entry, entry.name)

    def _add_runs(self) -> None:
        try:
            runs = catalogue.runs(self._workspace.runs_folder)
        except DigitpadError as error:
            self.message.emit(Message(str(error)))
            return
        if not runs:
            return
        heading = self.addAction(self.tr("Your runs"))
        heading.setEnabled(False)
        for entry in runs:
            menu = QMenu(menu_text(entry.name), self)
            menu.setObjectName(f"{self._name}Run-{entry.path.name}")
            menu.setToolTipsVisible(True)
            menu.menuAction().setToolTip(str(entry.path))
            menu.aboutToShow.connect(partial(self._fill_run, menu, entry))
            self.addMenu(menu)
            self._submenus.append(menu)
            in_use = self._workspace.in_use
            if in_use is not None and entry.path in {in_use.path, *in_use.path.parents}:
                menu.menuAction().setCheckable(True)
                menu.menuAction().setChecked(True)

    def _fill_run(self, menu: QMenu, run: Entry) -> None:
        if menu.isVisible() or menu.actions():
            return
        try:
            steps = catalogue.checkpoints(run.path)
        except DigitpadError as error:
            self.message.emit(Message(str(error)))
            return
        self._add_entry(menu, run, self.tr("End of the run"))
        for entry in steps:
            self._add_entry(menu, entry, entry.name)
        menu.addSeparator()
        replay = menu.addAction(self.tr("Replay"))
        replay.setObjectName(f"{self._name}Replay-{run.path.name}")
        replay.setToolTip(self.tr("Look at any moment of this training"))
        replay.triggered.connect(partial(self._replay, run.path))

    def _add_entry(self, menu: QMenu, entry: Entry, text: str) -> QAction:
        action = menu.addAction(menu_text(text))
        action.setObjectName(f"{self._name}-{entry.path.stem}")
        action.setData(str(entry.path))
        action.setToolTip(tip_text(str(entry.path)))
        action.setCheckable(True)
        action.setChecked(self._is_in_use(entry.path))
        action.triggered.connect(partial(self._choose, entry.path))
        return action

    def _replay(self, folder: Path) -> None:
        self._workspace.replay_asked.emit(folder)

    def _choose(self, path: Path) -> None:
        self.chosen.emit(path)

    def _is_in_use(self, path: Path) -> bool:
        in_use = self._workspace.in_use
        return in_use is not None and in_use.path == path
