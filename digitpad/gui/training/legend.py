"""The legend of a plot: a chip for each curve, which hides the curve and brings it back."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QWidget

from digitpad.gui.training.curve_sets import VALIDATION
from digitpad.gui.training.curve_style import Style
from digitpad.gui.training.plot import CurvePlot
from digitpad.gui.widgets.scaling import px
from digitpad.gui.widgets.theme import SPACE, Theme, text_font

_SAMPLE = 16  # pixels at 100 % text size: the piece of line


class _Chip(QAbstractButton):
    """A sample of the line and its name; pale while the curve is hidden."""

    def __init__(self, theme: Theme, style: Style, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.style_of_curve = style
        self.setObjectName(name)
        self.setText(style.name)
        self.setAccessibleName(self.tr("Curve {name}").format(name=style.name))
        self.setToolTip(self.tr("Hide or show {name}").format(name=style.name))
        self.setCheckable(True)
        self.setChecked(True)
        self.setFont(text_font(parent.font(), scale=0.9))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """Return room for the line and the name."""
        return QSize(px(_SAMPLE) + self._room_for(self.text()), px(3 * SPACE))

    def minimumSizeHint(self) -> QSize:
        """Return room for the line and the short name, or the whole one; names of other runs may be cut."""
        style = self.style_of_curve
        room = px(2 * SPACE) if style.is_of_other_run else self._room_for(style.short or self.text())
        return QSize(px(_SAMPLE) + room, px(3 * SPACE))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint both."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        strength = 1.0 if self.isChecked() else 0.35
        style, middle = self.style_of_curve, self.height() / 2
        colour = self._theme.colour(style.colour, strength * max(style.alpha, 0.5))
        pen = QPen(colour, style.width + 1)
        if style.dashed:
            pen.setStyle(Qt.PenStyle.DotLine)
        painter.setPen(pen)
        painter.drawLine(QPointF(2, middle), QPointF(2 + px(_SAMPLE), middle))
        painter.setPen(self._theme.colour("text" if self.isChecked() else "muted", 1.0 if self.isChecked() else 0.7))
        room = self.rect().adjusted(px(_SAMPLE + SPACE), 0, 0, 0)
        name = self.text()
        if style.short and self.fontMetrics().horizontalAdvance(name) > room.width():
            name = style.short
        text = self.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), text)
        if self.hasFocus():
            painter.setPen(QPen(self._theme.colour("accent"), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        painter.end()

    def _room_for(self, text: str) -> int:
        return px(SPACE) + self.fontMetrics().horizontalAdvance(text) + 4


class Legend(QWidget):
    """A row of chips for the curves of one plot."""

    def __init__(self, theme: Theme, plot: CurvePlot, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._before: QWidget | Legend = plot
        self._theme = theme
        self._plot = plot
        self._chips: dict[str, _Chip] = {}
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(SPACE // 2)

    def come_after(self, widget: "QWidget | Legend") -> None:
        """Follow a widget in the Tab order; by default the legend follows its plot."""
        self._before = widget

    @property
    def chips(self) -> dict[str, QAbstractButton]:
        """The chips by the curves' keys."""
        return dict(self._chips)

    def show_curves(self, styles: dict[str, Style]) -> None:
        """Show chips for these curves, by their keys; what was hidden stays hidden."""
        for key in [key for key, chip in self._chips.items() if styles.get(key) != chip.style_of_curve]:
            chip = self._chips.pop(key)
            self._row.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        for key, style in styles.items():
            if key not in self._chips:
                chip = _Chip(self._theme, style, f"{self._plot.objectName()}Curve-{key}", self)
                chip.toggled.connect(self._toggle)
                # The tab order follows the layout, although chips are created late.
                QWidget.setTabOrder(self._row_end(), chip)
                self._chips[key] = chip
                self._row.addWidget(chip)

    def _row_end(self) -> QWidget:
        """Return what comes before the next chip in the Tab order."""
        if self._chips:
            return list(self._chips.values())[-1]
        return self._before._row_end() if isinstance(self._before, Legend) else self._before

    def _toggle(self) -> None:
        for key, chip in self._chips.items():
            for curve in (key, key + VALIDATION):
                self._plot.hide_curve(curve, hidden=not chip.isChecked())
