"""The fields of one layer: its arguments, and its name."""

from typing import Any

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QLineEdit, QWidget

from digitpad.gui.widgets.cards import muted
from digitpad.gui.widgets.fields import HEIGHT, CheckBox, ComboBox, FloatField, IntField
from digitpad.gui.widgets.scaling import adopt
from digitpad.gui.widgets.theme import SPACE, Theme
from digitpad.training.editing import LayerRow
from digitpad.training.layer_kinds import KINDS, Field
from digitpad.translation import gettext as _


class LayerFields(QWidget):
    """Shows a layer's arguments.

    Signals
    -------
    edited
        The name of an argument and its new value.
    """

    edited = Signal(str, object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._shown: tuple[str, ...] = ()
        self._fields: dict[QObject, Field] = {}
        self._rows: list[QWidget] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(SPACE)
        self._grid.setVerticalSpacing(SPACE // 2)
        self._grid.setColumnStretch(0, 1)
        self._name = QLineEdit(self)
        self._name.setObjectName("layerName")
        self._name.setAccessibleName(self.tr("Name of the layer"))
        self._name.setToolTip(self.tr("The name of the layer, here and in the file"))
        self._name.setFixedSize(14 * SPACE, HEIGHT)
        self._name.editingFinished.connect(self._rename)
        self._add(self.tr("Name"), self._name)
        self.setFocusProxy(self._name)
        # The name stays; the other rows are those of the layer shown.
        self._rows = []

    def show_layer(self, row: LayerRow | None) -> None:
        """Show a layer; None for none."""
        self.setEnabled(row is not None)
        if row is None:
            return
        self._name.setText(row.name)
        kind = KINDS.get(row.type)
        fields = kind.fields if kind is not None else ()
        shape = (row.type, *(field.name for field in fields))
        if shape != self._shown:
            self._shown = shape
            self._make(fields)
            adopt(self)
        for widget, field in self._fields.items():
            self._show(widget, field, row.arguments.get(field.name, field.default))

    def _make(self, fields: tuple[Field, ...]) -> None:
        for widget in self._rows:
            self._grid.removeWidget(widget)
            widget.hide()
            widget.deleteLater()
        self._rows = []
        self._fields = {}
        for field in fields:
            widget = self._widget(field)
            self._fields[widget] = field
            self._add("" if isinstance(widget, CheckBox) else _(field.label), widget)

    def _widget(self, field: Field) -> QWidget:
        name, spoken, tip = f"layer-{field.name}", _(field.label), _(field.tip)
        if field.kind is bool:
            tick = CheckBox(self._theme, name, spoken, tip, self)
            tick.clicked.connect(self._edit)
            return tick
        if field.kind is str:
            choice = ComboBox(self._theme, name, spoken, tip, self)
            choice.offer({word: word.replace("_", " ") for word in field.choices})
            choice.activated.connect(self._edit)
            return choice
        number: IntField | FloatField
        if field.kind is int:
            # One below the least number stands for the word that may take its place.
            number = IntField(name, spoken, tip, int(field.least) - self._words(field), int(field.most), self)
            number.setSpecialValueText(field.choices[0] if field.choices else self.tr("kernel size"))
            if not self._words(field):
                number.setSpecialValueText("")
        else:
            number = FloatField(name, spoken, tip, field.least, field.most, 0.05, self)
        number.valueChanged.connect(self._edit)
        return number

    @staticmethod
    def _words(field: Field) -> int:
        """Return whether one value below the least stands for a word, or for none at all."""
        return int(bool(field.choices) or field.default is None)

    def _show(self, widget: QObject, field: Field, value: Any) -> None:
        widget.blockSignals(True)
        match widget:
            case CheckBox():
                widget.setChecked(bool(value))
            case ComboBox():
                widget.choose(str(value))
            case IntField():
                widget.setValue(value if isinstance(value, int) else widget.minimum())
                if isinstance(value, str):
                    widget.setSpecialValueText(value)
            case FloatField():
                widget.setValue(float(value if value is not None else field.least))
        widget.blockSignals(False)

    def _add(self, text: str, widget: QWidget) -> None:
        row = self._grid.rowCount()
        self._rows.append(widget)
        if not text:
            self._grid.addWidget(widget, row, 0, 1, 2)
            return
        label = muted(text, self)
        label.setWordWrap(False)
        label.setBuddy(widget)
        widget.setFixedWidth(14 * SPACE)
        self._rows.append(label)
        self._grid.addWidget(label, row, 0, Qt.AlignmentFlag.AlignVCenter)
        self._grid.addWidget(widget, row, 1)

    @Slot()
    def _rename(self) -> None:
        self.edited.emit("name", self._name.text().strip())

    @Slot()
    def _edit(self) -> None:
        widget = self.sender()
        field = self._fields.get(widget)
        if field is None:
            return
        value: Any = None
        match widget:
            case CheckBox():
                value = widget.isChecked()
            case ComboBox():
                value = widget.chosen
            case IntField():
                lowest = widget.value() == widget.minimum() and self._words(field)
                value = (widget.specialValueText() if field.choices else None) if lowest else widget.value()
            case FloatField():
                value = widget.value()
        self.edited.emit(field.name, value)
