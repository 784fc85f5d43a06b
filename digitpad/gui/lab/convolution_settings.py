"""The settings of a convolution: padding, stride, dilation, groups, bias, activation and pooling."""

from dataclasses import replace

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QLabel, QLineEdit, QToolButton, QWidget

from digitpad.copying.numbers import exact
from digitpad.errors import DigitpadError
from digitpad.gui.lab.pair_field import PairField
from digitpad.gui.widgets.fields import CheckBox, ComboBox, IntField
from digitpad.gui.widgets.flow_layout import FlowLayout
from digitpad.gui.widgets.segmented import segments
from digitpad.gui.widgets.theme import SPACE, Theme
from digitpad.lab.convolution_problem import ACTIVATIONS, ConvolutionProblem, PaddingChoice, PoolingSettings
from digitpad.lab.matrices import parse_vector

_PADDINGS: tuple[str, ...] = ("valid", "same", "full")


class ConvolutionSettings(QWidget):
    """Fields for everything but the matrices.

    Signals
    -------
    changed
        A setting has changed.
    """

    changed = Signal()

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._filling = False
        self._asymmetric: PaddingChoice | None = None
        tips = {
            "valid": self.tr("No padding: the kernel stays inside the input"),
            "same": self.tr("As many zeros as keep the size, divided by the stride"),
            "full": self.tr("Every place where kernel and input overlap"),
        }
        names = [(f"labPadding{word.title()}", word, tips[word]) for word in _PADDINGS]
        names.append(("labPaddingNumber", self.tr("cells"), self.tr("The number of zeros on each side")))
        self._padding, padding_buttons = segments(names, self, label=self.tr("Padding"))
        self._cells = PairField(
            "labPaddingCells", self.tr("Padding in cells"), self.tr("Zeros on each side"), 0, 32, self
        )
        self._stride = PairField("labStride", self.tr("Stride"), self.tr("How far the kernel moves"), 1, 16, self)
        self._dilation = PairField(
            "labDilation", self.tr("Dilation"), self.tr("The distance between the taps of the kernel"), 1, 16, self
        )
        self._groups = IntField(
            "labGroups", self.tr("Groups"), self.tr("Groups of channels, each by itself"), 1, 16, self
        )
        self._bias = QLineEdit(self)
        self._bias.setObjectName("labBias")
        self._bias.setAccessibleName(self.tr("Bias"))
        self._bias.setToolTip(self.tr("A number for each kernel; empty for no bias"))
        self._bias.setFixedHeight(4 * SPACE)
        self._bias.setFixedWidth(8 * SPACE)
        self._kind, kind_buttons = segments(
            [
                ("labCorrelation", self.tr("Cross-correlation"), self.tr("The kernel as it is, as in deep learning")),
                ("labMirrored", self.tr("Convolution"), self.tr("The kernel mirrored, as in mathematics")),
            ],
            self,
            label=self.tr("Operation"),
        )
        self._activation = ComboBox(
            theme, "labActivation", self.tr("Activation"), self.tr("Applied to every cell"), self
        )
        self._activation.offer({"": self.tr("no activation"), **{name: name for name in ACTIVATIONS}})
        self._pool = ComboBox(theme, "labPool", self.tr("Pooling"), self.tr("Keeps one number of each window"), self)
        self._pool.offer(
            {"": self.tr("no pooling"), "max": self.tr("max pooling"), "average": self.tr("average pooling")}
        )
        for box in (self._activation, self._pool):
            box.setMinimumContentsLength(14)
        self._window = PairField("labPoolSize", self.tr("Pooling window"), self.tr("Side of the window"), 1, 16, self)
        self._pool_step = PairField(
            "labPoolStride", self.tr("Pooling stride"), self.tr("Step of the window"), 1, 16, self
        )
        self._window.pair = self._pool_step.pair = (2, 2)
        self._pairs = (self._cells, self._stride, self._dilation, self._window, self._pool_step)
        self._apart = CheckBox(
            theme,
            "labApart",
            self.tr("rows × columns"),
            self.tr("Padding, stride, dilation and pooling for rows and for columns apart"),
            self,
        )
        self._backward = CheckBox(
            theme, "labBackward", self.tr("Backward pass"), self.tr("Gradients from one that is typed in"), self
        )
        flow = self._flow = FlowLayout(self)
        flow.setSpacing(SPACE)
        self._add(flow, self.tr("Padding"), *padding_buttons, self._cells)
        self._add(flow, self.tr("Stride"), self._stride)
        self._add(flow, self.tr("Dilation"), self._dilation)
        self._add(flow, self.tr("Groups"), self._groups)
        self._add(flow, self.tr("Bias"), self._bias)
        self._add(flow, "", *kind_buttons)
        self._add(flow, "", self._activation, self._pool)
        self._add(flow, self.tr("Window"), self._window)
        self._add(flow, self.tr("Step"), self._pool_step)
        self._add(flow, "", self._apart)
        self._add(flow, "", self._backward)
        self._connect()
        self._enable()

    @property
    def backward(self) -> bool:
        """Whether the backward pass is shown."""
        return self._backward.isChecked()

    @property
    def groups(self) -> int:
        """The number of groups."""
        return self._groups.value()

    def add(self, widget: QWidget) -> None:
        """Add a widget behind the settings."""
        self._add(self._flow, "", widget)

    def fill(self, problem: ConvolutionProblem, *, backward: bool | None = None) -> None:
        """Show the settings of a problem, without saying that they have changed.

        Parameters
        ----------
        problem
            The problem.
        backward
            Whether the backward pass is shown; None if the problem has a gradient.
        """
        self._filling = True
        self._asymmetric = None
        if isinstance(problem.padding, str) and problem.padding in _PADDINGS:
            self._padding.button(_PADDINGS.index(problem.padding)).setChecked(True)
        else:
            self._padding.button(len(_PADDINGS)).setChecked(True)
            match problem.padding:
                case int() as cells:
                    self._cells.pair = (cells, cells)
                case (int() as rows, int() as columns):
                    self._cells.pair = (rows, columns)
                case _:
                    self._asymmetric = problem.padding
        self._stride.pair = problem.stride
        self._dilation.pair = problem.dilation
        self._groups.setValue(problem.groups)
        self._bias.setText("" if problem.bias is None else ", ".join(exact(float(value)) for value in problem.bias))
        self._kind.button(int(problem.mirrored)).setChecked(True)
        self._activation.choose(problem.activation or "")
        self._pool.choose("" if problem.pooling is None else problem.pooling.kind)
        if problem.pooling is not None:
            self._window.pair = problem.pooling.size
            self._pool_step.pair = problem.pooling.stride
        wanted = [pair for pair in self._pairs if pair.differ]
        self._apart.setChecked(bool(wanted))
        for pair in self._pairs:
            pair.show_apart(on=bool(wanted))
        self._backward.setChecked(problem.gradient is not None if backward is None else backward)
        self._filling = False
        self._enable()

    def applied_to(self, problem: ConvolutionProblem) -> ConvolutionProblem:
        """Return a problem with these settings.

        Raises
        ------
        DigitpadError
            If the bias is not numbers.
        """
        bias = self._bias.text().strip()
        pooling = None
        if self._pool.chosen:
            pooling = PoolingSettings(self._pool.chosen, self._window.pair, self._pool_step.pair)
        try:
            numbers = parse_vector(bias) if bias else None
        except DigitpadError as error:
            raise DigitpadError(f"{self.tr('Bias')}: {error}") from error
        return replace(
            problem,
            bias=numbers,
            padding=self._chosen_padding(),
            stride=self._stride.pair,
            dilation=self._dilation.pair,
            groups=self._groups.value(),
            mirrored=self._kind.checkedId() == 1,
            activation=self._activation.chosen or None,
            pooling=pooling,
        )

    def _chosen_padding(self) -> PaddingChoice:
        number = self._padding.checkedId()
        if number < len(_PADDINGS):
            return _PADDINGS[number]
        if self._asymmetric is not None:
            return self._asymmetric
        rows, columns = self._cells.pair
        return rows if rows == columns else (rows, columns)

    def _connect(self) -> None:
        self._padding.idClicked.connect(self._changed)
        self._kind.idClicked.connect(self._changed)
        for field in self._pairs:
            field.changed.connect(self._changed)
        self._groups.valueChanged.connect(self._changed)
        self._apart.toggled.connect(self._set_apart)
        for box in (self._activation, self._pool):
            box.currentIndexChanged.connect(self._changed)
        self._bias.editingFinished.connect(self._changed)
        self._backward.toggled.connect(self._changed)

    def _add(self, flow: FlowLayout, text: str, *fields: QWidget) -> None:
        """Add fields with their label, which stay together where the row wraps."""
        group = QWidget(self)
        inner = FlowLayout(group)
        inner.setSpacing(SPACE // 2)
        if text:
            inner.addWidget(QLabel(text, group))
        for field in fields:
            field.setParent(group)
            if isinstance(field, QToolButton):
                field.setFixedHeight(4 * SPACE)
            inner.addWidget(field)
        flow.addWidget(group)

    def _enable(self) -> None:
        self._cells.setEnabled(self._padding.checkedId() == len(_PADDINGS))
        for field in (self._window, self._pool_step):
            field.setEnabled(bool(self._pool.chosen))

    @Slot(bool)
    def _set_apart(self, on: bool) -> None:
        """Show fields for columns, or take the number of rows for both."""
        for pair in self._pairs:
            pair.show_apart(on=on)
        self._changed()

    @Slot()
    def _changed(self) -> None:
        if self._filling:
            return
        self._asymmetric = None
        self._enable()
        self.changed.emit()
