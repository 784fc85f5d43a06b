"""Change a network layer by layer, and see the result: shapes, weights, receptive fields.

For an impossible network the first layer that fails is explained; it can be edited further, but not trained.
"""

from functools import partial

from PySide6.QtCore import QModelIndex, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from digitpad.errors import DigitpadError
from digitpad.gui.training.layer_fields import LayerFields
from digitpad.gui.training.layer_list import LayerList
from digitpad.gui.training.plan_editor import PlanEditor
from digitpad.gui.widgets.actions import make_action
from digitpad.gui.widgets.cards import card, dialog_button, muted, scroller, title
from digitpad.gui.widgets.copy_menu import CopyMenu
from digitpad.gui.widgets.fields import ComboBox
from digitpad.gui.widgets.flow_layout import FlowLayout
from digitpad.gui.widgets.network_drawing import NetworkDrawing
from digitpad.gui.widgets.row_table import row_table
from digitpad.gui.widgets.segmented import segments
from digitpad.gui.widgets.theme import SPACE, Theme
from digitpad.lab.networks import solve
from digitpad.lab.worked import copy_as
from digitpad.nn import Architecture
from digitpad.training import editing
from digitpad.training.inner_layers import change_inner, inner_row
from digitpad.training.layer_kinds import KINDS
from digitpad.training.network_fit import fit_network, output_sentence
from digitpad.translation import gettext as _

_WIDTHS = (80, 110, 170, 112, 80)  # pixels at 100 %; the receptive field takes the rest


class NetworkEditor(QDialog):
    """Edits a copy of the plan's network, which `Use` puts into the plan.

    Signals
    -------
    message
        A `Message` about what was copied.
    """

    message = Signal(object)

    def __init__(self, theme: Theme, editor: PlanEditor, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("networkEditor")
        self.setWindowTitle(self.tr("Edit the network"))
        self._editor = editor
        self._architecture = editor.architecture
        self._undone: list[tuple[Architecture, int]] = []
        self._inner = ""  # the full name of the layer inside others that is edited
        self.list = LayerList(theme, self)
        self.view = row_table(
            self.list, "layerList", self.tr("Layers"), self.tr("Select a layer to change it"), _WIDTHS, self
        )
        self.drawing = NetworkDrawing(theme, "layerDrawing", self)
        self.fields = LayerFields(theme, self)
        self._trouble = QLabel(self)
        self._trouble.setObjectName("networkTrouble")
        self._trouble.setWordWrap(True)
        self._trouble.setTextFormat(Qt.TextFormat.PlainText)
        self._kinds = ComboBox(
            theme, "newLayer", self.tr("Layer to add"), self.tr("The type of the layer that Add inserts"), self
        )
        self._kinds.offer({kind.type: _(kind.title) for kind in KINDS.values()})
        add, remove, up = self.tr("Add"), self.tr("Remove"), self.tr("Up")
        down, undo = self.tr("Down"), self.tr("Undo")
        inserts, removes = self.tr("Insert a layer after the selected one"), self.tr("Remove the selected layer")
        raises, lowers = self.tr("Move the selected layer up"), self.tr("Move the selected layer down")
        undoes = self.tr("Undo the last change")
        self._add = dialog_button("addLayer", add, f"{inserts} (Ins)", self.add, self)
        self._remove = dialog_button("removeLayer", remove, f"{removes} (Del)", self.remove, self)
        self._up = dialog_button("layerUp", up, f"{raises} (Alt+Up)", self.move_up, self)
        self._down = dialog_button("layerDown", down, f"{lowers} (Alt+Down)", self.move_down, self)
        self._undo = dialog_button("undoLayer", undo, f"{undoes} (Ctrl+Z)", self.undo, self)
        make_action(self.view, "addLayerKey", add, ["Ins"], inserts, self.add)
        make_action(self.view, "removeLayerKey", remove, ["Del"], removes, self.remove)
        make_action(self.view, "layerUpKey", up, ["Alt+Up"], raises, self.move_up)
        make_action(self.view, "layerDownKey", down, ["Alt+Down"], lowers, self.move_down)
        make_action(self, "undoLayerKey", undo, ["Ctrl+Z"], undoes, self.undo)
        self.copy_as = CopyMenu("copyNetworkAs", self)
        self.copy_as.message.connect(self.message)
        self._lay_out()
        editor.changed.connect(self._follow_data)
        self._facts = editor.facts
        self.fields.edited.connect(self._edit)
        self.view.selectionModel().currentChanged.connect(self._choose)
        self.drawing.chosen.connect(self._choose_drawn)
        self.drawing.opened.connect(self._open_drawn)
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
        """Begin with the plan's network, fitted to the data."""
        self._architecture = self._editor.architecture
        self._undone.clear()
        self._show(0)

    @Slot()
    def use(self) -> None:
        """Put the network into the plan."""
        if self.trouble:
            return
        if self._architecture == self._editor.architecture or self._editor.change(architecture=self._architecture):
            self.accept()

    # Editing

    @Slot()
    def add(self) -> None:
        """Insert a layer of the chosen kind after the current one."""
        place = self._row() + 1
        self._take(editing.add(self._architecture, place, self._kinds.chosen), place)

    @Slot()
    def remove(self) -> None:
        """Remove the current layer."""
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
        """Undo the last change."""
        if self._undone:
            self._architecture, row = self._undone.pop()
            self._show(row)

    @Slot(str, object)
    def _edit(self, name: str, value: object) -> None:
        row = self._row()
        if row < 0:
            return
        if self._inner:
            self._edit_inner(row, name, value)
        elif self._architecture.layers[row].get(name) != value:
            self._take(editing.change(self._architecture, row, **{name: value}), row)

    def _edit_inner(self, row: int, name: str, value: object) -> None:
        """Change a layer inside the one of a row."""
        inner = inner_row(self._architecture, self._inner)
        if inner is None or (inner.name if name == "name" else inner.arguments.get(name)) == value:
            return
        changed = change_inner(self._architecture, self._inner, **{name: value})
        if name == "name":
            self._inner = f"{self._inner.rpartition('.')[0]}.{value}"
        self._take(changed, row)

    def _move(self, by: int) -> None:
        row = self._row()
        if 0 <= row + by < len(self._architecture.layers):
            self._take(editing.move(self._architecture, row, row + by), row + by)

    def _take(self, architecture: Architecture, row: int) -> None:
        fitted = self._fitted(architecture)
        # An output for each class is fitted back, so nothing has changed.
        if fitted.layers != self._architecture.layers:
            self._undone.append((self._architecture, self._row()))
            self._architecture = fitted
        self._show(row)

    @Slot()
    def _follow_data(self) -> None:
        """Fit the network to other data."""
        if self._editor.facts is not self._facts:
            self._facts = self._editor.facts
            self._architecture = self._fitted(self._architecture)
            self._show(self._row())

    def _fitted(self, architecture: Architecture) -> Architecture:
        """Return a network with the input of the data and an output for each of their classes."""
        if self._facts is None:
            return architecture
        try:
            return fit_network(architecture, self._facts).architecture
        except DigitpadError:
            # Data of one class only, which is said beside Start.
            return architecture

    def _about(self) -> str:
        """Return the description of a network that can be trained: its size, and its outputs once they are known."""
        analysis = self.list.analysis
        about = self.tr("{network} · {weights} weights · {operations} operations per image").format(
            network=self._architecture.name,
            weights=f"{analysis.parameters:,}",
            operations=f"{analysis.multiply_adds:,}",
        )
        classes = () if self._facts is None else self._facts.classes
        if classes and analysis.rows[-1].output_shape == (len(classes),):
            return f"{about}\n{output_sentence(classes)}"
        return about

    # Showing

    def _row(self) -> int:
        return self.view.currentIndex().row()

    def _show(self, row: int) -> None:
        classes = len(self._facts.classes) if self._facts is not None and self._facts.has_classes else None
        self.list.show_analysis(editing.analyze(self._architecture, classes))
        self.view.setCurrentIndex(self.list.index(row, 0))
        self.drawing.show_plan(self._architecture)
        self._choose()
        analysis = self.list.analysis
        good = analysis.is_possible
        self._trouble.setText(self._about() if good else analysis.trouble)
        self._trouble.setProperty("muted", "true" if good else "false")
        self._trouble.setProperty("trouble", "false" if good else "true")
        self._trouble.style().unpolish(self._trouble)
        self._trouble.style().polish(self._trouble)
        self._use.setEnabled(good)
        self._undo.setEnabled(bool(self._undone))
        self.copy_as.offer(partial(_summary, self._architecture))

    @Slot(QModelIndex, QModelIndex)
    def _choose(self, *_indexes: QModelIndex) -> None:
        rows, row = self.list.analysis.rows, self._row()
        chosen = rows[row] if 0 <= row < len(rows) else None
        inner = None
        if chosen is not None and self._inner.partition(".")[0] == chosen.name:
            inner = inner_row(self._architecture, self._inner)
        if inner is None:
            self._inner = ""
        if chosen is not None:
            self.drawing.choose(self._inner or chosen.name)
        chosen = inner or chosen
        self.fields.show_layer(chosen)
        kind = KINDS.get(chosen.type) if chosen is not None else None
        known = _(kind.title) if kind is not None else chosen.type if chosen is not None else self.tr("No layer")
        self._heading.setText(known)
        self._remove.setEnabled(chosen is not None)
        self._up.setEnabled(row > 0)
        self._down.setEnabled(0 <= row < len(rows) - 1)

    @Slot(int)
    def _show_as(self, number: int) -> None:
        """Show the list or the drawing; the list has only whole layers."""
        self._stack.setCurrentIndex(number)
        if number == 0:
            self._inner = ""
            self._choose()

    @Slot(str)
    def _choose_drawn(self, name: str) -> None:
        """Choose the layer of a box, which may be inside another one."""
        top = name.partition(".")[0]
        row = next((row.index for row in self.list.analysis.rows if row.name == top), -1)
        if row >= 0:
            self._inner = name if "." in name else ""
            self.view.setCurrentIndex(self.list.index(row, 0))
            self._choose()

    @Slot(str)
    def _open_drawn(self, name: str) -> None:
        """Go to the fields of the layer of a box."""
        self._choose_drawn(name)
        self.fields.setFocus()

    def _lay_out(self) -> None:
        self._shown, switches = segments(
            [
                ("layersAsList", self.tr("List"), self.tr("Show the layers as a list")),
                ("layersAsDrawing", self.tr("Drawing"), self.tr("Show the network as a drawing; a box can be edited")),
            ],
            self,
            label=self.tr("The network is shown as"),
        )
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self.view)
        self._stack.addWidget(self.drawing)
        self._shown.idClicked.connect(self._show_as)
        tools = FlowLayout()
        tools.setSpacing(SPACE)
        for switch in switches:
            tools.addWidget(switch)
        self._kinds.setFixedWidth(20 * SPACE)
        tools.addWidget(self._kinds)
        for button in (self._add, self._remove, self._up, self._down):
            tools.addWidget(button)
        tools.add_stretch()
        tools.addWidget(self.copy_as)
        tools.addWidget(self._undo)
        left = QVBoxLayout()
        left.setSpacing(SPACE)
        left.addLayout(tools)
        left.addWidget(self._stack, 1)
        left.addWidget(self._trouble)
        side = card("layerCard", self)
        side.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        column = QVBoxLayout(side)
        column.setContentsMargins(2 * SPACE, SPACE + SPACE // 2, 2 * SPACE, 2 * SPACE)
        column.setSpacing(SPACE)
        self._heading = title("", side)
        column.addWidget(self._heading)
        area = scroller("layerFieldsScroll", self.tr("Layer"), self.fields, side)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        column.addWidget(area, 1)
        column.addWidget(muted(self.tr("The input size of each layer follows from the layer before it."), side))
        row = QHBoxLayout()
        row.setSpacing(2 * SPACE)
        row.addLayout(left, 1)
        row.addWidget(side)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel, self)
        cancel = buttons.button(QDialogButtonBox.StandardButton.Cancel)
        cancel.setObjectName("networkCancel")
        cancel.setAccessibleName(self.tr("Cancel"))
        cancel.setToolTip(self.tr("Discard the changes (Esc)"))
        cancel.setAutoDefault(False)
        self._use = dialog_button(
            "useNetwork",
            self.tr("Use this network"),
            self.tr("Train this network in the next run"),
            self.use,
            self,
        )
        self._use.setProperty("role", "primary")
        buttons.addButton(self._use, QDialogButtonBox.ButtonRole.ApplyRole)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * SPACE, 2 * SPACE, 2 * SPACE, 2 * SPACE)
        layout.setSpacing(2 * SPACE)
        layout.addLayout(row, 1)
        layout.addWidget(buttons)


def _summary(architecture: Architecture, form: str) -> str:
    """Return the table of the layers in one of the forms of "Copy as"."""
    return copy_as(solve(architecture), form)
