"""The settings of a convolution: padding, stride, dilation, groups, bias, activation and pooling."""

from dataclasses import replace

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QLabel, QLineEdit, QToolButton, QWidget

from digitpad.copying.numbers import exact
from digitpad.errors import DigitpadError
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
        self._cells = IntField(
            "labPaddingCells", self.tr("Padding in cells"), self.tr("Zeros on each side"), 0, 32, self
        )
        self._stride = IntField("labStride", self.tr("Stride"), self.tr("How far the kernel moves"), 1, 16, self)
        self._dilation = IntField(
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
        self._window = IntField("labPoolSize", self.tr("Pooling window"), self.tr("Side of the window"), 1, 16, self)
        self._window.setValue(2)
        self._pool_step = IntField(
            "labPoolStride", self.tr("Pooling stride"), self.tr("Step of the window"), 1, 16, self
        )
        self._pool_step.setValue(2)
        self._backward = CheckBox(
            theme, "labBackward", self.tr("Backward pass"), self.tr("Gradients from one that is typed in"), self
        )
        flow = FlowLayout(self)
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
        self._add(flow, "", self._backward)
        self._padding.idClicked.connect(self._changed)
        self._kind.idClicked.connect(self._changed)
        for field in (self._cells, self._stride, self._dilation, self._groups, self._window, self._pool_step):
            field.valueChanged.connect(self._changed)
        for box in (self._activation, self._pool):
            box.currentIndexChanged.connect(self._changed)
        self._bias.editingFinished.connect(self._changed)
        self._backward.toggled.connect(self._changed)
        self._enable()

    @property
    def backward(self) -> bool:
        """Whether the backward pass is shown."""
        return self._backward.isChecked()

    @property
    def groups(self) -> int:
        """The number of groups."""
        return self._groups.value()

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
            if isinstance(problem.padding, int):
                self._cells.setValue(problem.padding)
            else:
                self._asymmetric = problem.padding
        self._stride.setValue(problem.stride[0])
        self._dilation.setValue(problem.dilation[0])
        self._groups.setValue(problem.groups)
        self._bias.setText("" if problem.bias is None else ", ".join(exact(float(value)) for value in problem.bias))
        self._kind.button(int(problem.mirrored)).setChecked(True)
        self._activation.choose(problem.activation or "")
        self._pool.choose("" if problem.pooling is None else problem.pooling.kind)
        if problem.pooling is not None:
            self._window.setValue(problem.pooling.size[0])
            self._pool_step.setValue(problem.pooling.stride[0])
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
        stride, dilation = self._stride.value(), self._dilation.value()
        pooling = None
        if self._pool.chosen:
            window, step = self._window.value(), self._pool_step.value()
            pooling = PoolingSettings(self._pool.chosen, (window, window), (step, step))
        try:
            numbers = parse_vector(bias) if bias else None
        except DigitpadError as error:
            raise DigitpadError(f"{self.tr('Bias')}: {error}") from error
        return replace(
            problem,
            bias=numbers,
            padding=self._chosen_padding(),
            stride=(stride, stride),
            dilation=(dilation, dilation),
            groups=self._groups.value(),
            mirrored=self._kind.checkedId() == 1,
            activation=self._activation.chosen or None,
            pooling=pooling,
        )

    def _chosen_padding(self) -> PaddingChoice:
        number = self._padding.checkedId()
        if number < len(_PADDINGS):
            return _PADDINGS[number]
        return self._cells.value() if self._asymmetric is None else self._asymmetric

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

    @Slot()
    def _changed(self) -> None:
        if self._filling:
            return
        self._asymmetric = None
        self._enable()
        self.changed.emit()
