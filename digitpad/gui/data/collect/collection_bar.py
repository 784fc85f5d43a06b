"""The row above the classes: which collection is open, what it contains, and what can be done with it."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QLabel, QMenu, QSizePolicy, QToolButton, QWidget

from digitpad.gui.data.collect.actions import CollectActions
from digitpad.gui.data.collect.desk import DeskState
from digitpad.gui.widgets.actions import action_button
from digitpad.gui.widgets.cards import muted
from digitpad.gui.widgets.fields import ComboBox
from digitpad.gui.widgets.flow_layout import FlowLayout
from digitpad.gui.widgets.theme import SPACE, Theme

_CHOOSER = 26 * SPACE  # pixels


class CollectionBar(QWidget):
    """Shows and chooses the collection.

    Signals
    -------
    chosen
        The folder of a collection.
    """

    chosen = Signal(object)

    def __init__(self, theme: Theme, actions: CollectActions, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("collectionBar")
        self._chooser = ComboBox(
            theme, "collectionChooser", self.tr("Collection"), self.tr("The collection that is shown"), self
        )
        self._chooser.setFixedWidth(_CHOOSER)
        self._chooser.activated.connect(self._choose)
        self._facts = muted("", self)
        self._facts.setObjectName("collectionFacts")
        self._facts.setWordWrap(False)
        self._menu = QMenu(self)
        self._menu.setObjectName("collectionMenu")
        for action in actions.of_collections:
            if action is None:
                self._menu.addSeparator()
            else:
                self._menu.addAction(action)
        more = QToolButton(self)
        more.setObjectName("collectionMenuButton")
        more.setText(self.tr("Collection ▾"))
        more.setAccessibleName(self.tr("Menu of collections"))
        more.setToolTip(self.tr("Make, rename, delete, import and export collections"))
        more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        more.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        more.setMenu(self._menu)
        row = FlowLayout(self)
        row.setSpacing(SPACE)
        row.addWidget(self._chooser)
        row.addWidget(more)
        row.addWidget(self._facts)
        row.add_stretch()
        undo = action_button(actions.undo, "collectUndoButton", actions.undo.text(), self)
        redo = action_button(actions.redo, "collectRedoButton", actions.redo.text(), self)
        row.addWidget(undo)
        row.addWidget(redo)
        #: The controls in the order of the Tab key.
        self.controls: tuple[QWidget, ...] = (self._chooser, more, undo, redo)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)

    @property
    def facts(self) -> QLabel:
        """The text about the collection."""
        return self._facts

    def show_state(self, state: DeskState) -> None:
        """Show the collections and the open one."""
        if state.entries:
            self._chooser.offer({str(entry.folder): entry.name for entry in state.entries})
        else:
            self._chooser.offer({"": self.tr("no collection yet")})
        self._chooser.setEnabled(bool(state.entries))
        if state.entry is not None:
            self._chooser.choose(str(state.entry.folder))
        self._facts.setText(self._words(state))

    @Slot(int, int)
    def show_progress(self, done: int, total: int) -> None:
        """Show how far long work is."""
        self._facts.setText(self.tr("{done} of {total}…").format(done=f"{done:,}", total=f"{total:,}"))

    def _words(self, state: DeskState) -> str:
        contents = state.contents
        if contents is None:
            return ""
        samples = [sample for each in contents.classes for sample in each.samples]
        drawings = sum(sample.is_ink for sample in samples)
        parts = [self.tr("%n class(es)", "", len(contents.classes))]
        if drawings:
            parts.append(self.tr("%n drawing(s)", "", drawings))
        if len(samples) > drawings:
            parts.append(self.tr("%n picture(s)", "", len(samples) - drawings))
        return ", ".join(parts)

    @Slot()
    def _choose(self) -> None:
        if self._chooser.chosen:
            self.chosen.emit(Path(self._chooser.chosen))
