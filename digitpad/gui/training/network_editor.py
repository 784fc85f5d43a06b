"""Change a network layer by layer, and see what comes of it: shapes, weights, what each layer sees.

An impossible network is explained where it fails; it can be edited on, but not trained.
"""

from PySide6.QtCore import QModelIndex, Qt, Slot
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from digitpad.gui.training.layer_fields import LayerFields
from digitpad.gui.training.layer_list import LayerList
from digitpad.gui.training.plan_editor import PlanEditor
from digitpad.gui.widgets.actions import make_action
from digitpad.gui.widgets.cards import card, dialog_button, muted, title
from digitpad.gui.widgets.fields import ComboBox
from digitpad.gui.widgets.row_table import row_table
from digitpad.gui.widgets.theme import SPACE, Theme
from digitpad.nn import Architecture
from digitpad.training import editing
from digitpad.training.layer_kinds import KINDS

_WIDTHS = (88, 120, 200, 112, 88, 64)
_CLASSES = 10
_SIDE = 30 * SPACE


class NetworkEditor(QDialog):
    """Edits a copy of the plan's network, which `Use` puts into the plan."""

    def __init__(self, theme: Theme, editor: PlanEditor, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("networkEditor")
        self.setWindowTitle("Edit the network")
        self._editor = editor
        self._architecture = editor.plan.architecture
        self._undone: list[tuple[Architecture, int]] = []
        self.list = LayerList(theme, self)
        self.view = row_table(self.list, "layerList", "Layers", "Choose a layer to change it", _WIDTHS, self)
        self.fields = LayerFields(theme, self)
        self._trouble = QLabel(self)
        self._trouble.setObjectName("networkTrouble")
        self._trouble.setWordWrap(True)
        self._trouble.setTextFormat(Qt.TextFormat.PlainText)
        self._kinds = ComboBox(theme, "newLayer", "Layer to add", "The kind of layer that Add puts in", self)
        self._kinds.offer({kind.type: kind.title for kind in KINDS.values()})
        self._add = dialog_button("addLayer", "Add", "Put a layer behind the chosen one (Ins)", self.add, self)
        self._remove = dialog_button("removeLayer", "Remove", "Take the chosen layer out (Del)", self.remove, self)
        self._up = dialog_button("layerUp", "Up", "Move the chosen layer up (Alt+Up)", self.move_up, self)
        self._down = dialog_button("layerDown", "Down", "Move the chosen layer down (Alt+Down)", self.move_down, self)
        self._undo = dialog_button("undoLayer", "Undo", "Take the last change back (Ctrl+Z)", self.undo, self)
        make_action(self.view, "addLayerKey", "Add", ["Ins"], "Put a layer in", self.add)
        make_action(self.view, "removeLayerKey", "Remove", ["Del"], "Take the layer out", self.remove)
        make_action(self.view, "layerUpKey", "Up", ["Alt+Up"], "Move the layer up", self.move_up)
        make_action(self.view, "layerDownKey", "Down", ["Alt+Down"], "Move the layer down", self.move_down)
        make_action(self, "undoLayerKey", "Undo", ["Ctrl+Z"], "Take the last change back", self.undo)
        self._lay_out()
        self.fields.edited.connect(self._edit)
        self.view.selectionModel().currentChanged.connect(self._choose)
        self.resize(976, 576)
        self.show_plan()

    @property
    def architecture(self) -> Architecture:
        """The network as it is edited now."""
        return self._architecture

    @property
    def trouble(self) -> str:
        """Why the network cannot work; empty if it can."""
        return self.list.analysis.trouble

    @Slot()
    def show_plan(self) -> None:
        """Begin with the plan's network."""
        self._architecture = self._editor.plan.architecture
        self._undone.clear()
        self._show(0)

    @Slot()
    def use(self) -> None:
        """Put the network into the plan."""
        if not self.trouble and self._editor.change(architecture=self._architecture):
            self.accept()

    # Editing

    @Slot()
    def add(self) -> None:
        """Put a layer of the chosen kind behind the current one."""
        place = self._row() + 1
        self._take(editing.add(self._architecture, place, self._kinds.chosen), place)

    @Slot()
    def remove(self) -> None:
        """Take the current layer out."""
        if self._architecture.layers:
            row = self._row()
            self._take(editing.remove(self._architecture, row), min(row, len(self._architecture.layers) - 2))

    @Slot()
    def move_up(self) -> None:
        """Move the current layer one place up."""
        self._move(-1)

    @Slot()
    def move_down(self) -> None:
        """Move the current layer one place down."""
        self._move(1)

    @Slot()
    def undo(self) -> None:
        """Take the last change back."""
        if self._undone:
            self._architecture, row = self._undone.pop()
            self._show(row)

    @Slot(str, object)
    def _edit(self, name: str, value: object) -> None:
        row = self._row()
        if row < 0 or self._architecture.layers[row].get(name) == value:
            return
        self._take(editing.change(self._architecture, row, **{name: value}), row)

    def _move(self, by: int) -> None:
        row = self._row()
        if 0 <= row + by < len(self._architecture.layers):
            self._take(editing.move(self._architecture, row, row + by), row + by)

    def _take(self, architecture: Architecture, row: int) -> None:
        self._undone.append((self._architecture, self._row()))
        self._architecture = architecture
        self._show(row)

    # Showing

    def _row(self) -> int:
        return self.view.currentIndex().row()

    def _show(self, row: int) -> None:
        self.list.show_analysis(editing.analyze(self._architecture, _CLASSES))
        self.view.setCurrentIndex(self.list.index(row, 0))
        self._choose()
        analysis = self.list.analysis
        good = analysis.is_possible
        self._trouble.setText(
            f"{self._architecture.name} · {analysis.parameters:,} weights · "
            f"{analysis.multiply_adds:,} operations an image"
            if good
            else analysis.trouble
        )
        self._trouble.setProperty("muted", "true" if good else "false")
        self._trouble.setProperty("trouble", "false" if good else "true")
        self._trouble.style().unpolish(self._trouble)
        self._trouble.style().polish(self._trouble)
        self._use.setEnabled(good)
        self._undo.setEnabled(bool(self._undone))

    @Slot(QModelIndex, QModelIndex)
    def _choose(self, *_: QModelIndex) -> None:
        rows, row = self.list.analysis.rows, self._row()
        chosen = rows[row] if 0 <= row < len(rows) else None
        self.fields.show_layer(chosen)
        kind = KINDS.get(chosen.type) if chosen is not None else None
        self._heading.setText(kind.title if kind is not None else chosen.type if chosen is not None else "No layer")
        self._remove.setEnabled(chosen is not None)
        self._up.setEnabled(row > 0)
        self._down.setEnabled(0 <= row < len(rows) - 1)

    def _lay_out(self) -> None:
        tools = QHBoxLayout()
        tools.setSpacing(SPACE)
        self._kinds.setFixedWidth(20 * SPACE)
        tools.addWidget(self._kinds)
        for button in (self._add, self._remove, self._up, self._down):
            tools.addWidget(button)
        tools.addStretch(1)
        tools.addWidget(self._undo)
        left = QVBoxLayout()
        left.setSpacing(SPACE)
        left.addLayout(tools)
        left.addWidget(self.view, 1)
        left.addWidget(self._trouble)
        side = card("layerCard", self)
        side.setFixedWidth(_SIDE)
        column = QVBoxLayout(side)
        column.setContentsMargins(2 * SPACE, SPACE + SPACE // 2, 2 * SPACE, 2 * SPACE)
        column.setSpacing(SPACE)
        self._heading = title("", side)
        column.addWidget(self._heading)
        column.addWidget(self.fields)
        column.addStretch(1)
        column.addWidget(muted("What a layer gets is fitted by itself to what comes before it.", side))
        row = QHBoxLayout()
        row.setSpacing(2 * SPACE)
        row.addLayout(left, 1)
        row.addWidget(side)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel, self)
        cancel = buttons.button(QDialogButtonBox.StandardButton.Cancel)
        cancel.setObjectName("networkCancel")
        cancel.setAccessibleName("Cancel")
        cancel.setToolTip("Leave the network as it was (Esc)")
        cancel.setAutoDefault(False)
        self._use = dialog_button("useNetwork", "Use this network", "Train it from the next start on", self.use, self)
        self._use.setProperty("role", "primary")
        buttons.addButton(self._use, QDialogButtonBox.ButtonRole.ApplyRole)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * SPACE, 2 * SPACE, 2 * SPACE, 2 * SPACE)
        layout.setSpacing(2 * SPACE)
        layout.addLayout(row, 1)
        layout.addWidget(buttons)
