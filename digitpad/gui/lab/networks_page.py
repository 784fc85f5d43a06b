"""The Networks page: the table of a network, and the formulas of the layer that is chosen."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from digitpad.copying.references import reference_of
from digitpad.errors import DigitpadError
from digitpad.gui.lab.field_drawing import FieldDrawing
from digitpad.gui.lab.network_fields import NetworkFields
from digitpad.gui.lab.page import LabPage
from digitpad.gui.lab.quiz import Quiz
from digitpad.gui.lab.steps_table import StepsTable
from digitpad.gui.lab.text_table import TextTable
from digitpad.gui.widgets.cards import card, muted, title
from digitpad.gui.widgets.copy_menu import CopyMenu
from digitpad.gui.widgets.inline_alert import InlineAlert
from digitpad.gui.widgets.layer_reference import LayerReferenceLine
from digitpad.gui.widgets.network_drawing import NetworkDrawing
from digitpad.gui.widgets.segmented import segments
from digitpad.gui.widgets.theme import SPACE, Theme
from digitpad.gui.workers.latest import LatestWorker, Outcome, WorkContext
from digitpad.lab.documents import network_table
from digitpad.lab.network_steps import counted_back, formula_steps, pooling_mistake
from digitpad.lab.networks import NetworkSolution, layer_count, solve
from digitpad.lab.worked import Solution, copy_as
from digitpad.models.plan_limits import check_plan
from digitpad.nn import ARCHITECTURES, Architecture

_SOLVE = "solve"
#: Larger networks are solved in a thread.
_FEW_LAYERS, _FEW_NUMBERS = 24, 2_000_000


class NetworksPage(LabPage):
    """Type or paste layers, and see what follows from them.

    Parameters
    ----------
    theme
        The colours.

    Signals
    -------
    train_wanted
        The `Architecture` that should be trained.
    """

    opens = True

    train_wanted = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("labNetworks")
        self.fields = NetworkFields(theme, self)
        self.alert = InlineAlert("labNetworksAlert", self)
        self.table = TextTable("labLayersTable", self.tr("Layers"), self.tr("Choose a layer to see its formulas"), self)
        self.network = NetworkDrawing(theme, "labNetworkDrawing", self)
        self._view, self._switches = segments(
            [
                ("labAsTable", self.tr("Table"), self.tr("Show the layers as a table")),
                ("labAsDrawing", self.tr("Drawing"), self.tr("Show the network as a drawing")),
            ],
            self,
            label=self.tr("The network is shown as"),
        )
        self._views = QStackedWidget(self)
        self._views.setObjectName("labNetworkViews")
        self._worker = LatestWorker(self)
        self.chosen = title("", self)
        self.steps = StepsTable("labLayerSteps", self.tr("Formulas"), self.tr("Each formula with its numbers"), self)
        self.why = muted("", self)
        self.why.setObjectName("labWhyNot")
        self.source = LayerReferenceLine(theme, "labLayerReference", self)
        self.copy = CopyMenu("labNetworkCopy", self)
        self.quiz = Quiz("labNetwork", self)
        self.drawing_title = title("", self)
        self.drawing = FieldDrawing(theme, self)
        self.train = QPushButton(self.tr("Train this network →"), self)
        self.train.setObjectName("labTrain")
        self.train.setAccessibleName(self.tr("Train this network"))
        self.train.setToolTip(self.tr("Choose this network in the Train tab"))
        self.train.setProperty("role", "primary")
        self.train.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.train.clicked.connect(self._train)
        self._solution = solve(ARCHITECTURES["exam"])
        self._lay_out()
        self.fields.changed.connect(self._read)
        self.fields.preset.connect(self._use_preset)
        self.fields.refused.connect(self.alert.say)
        self.table.chosen.connect(self._show_layer)
        self.network.chosen.connect(self._choose_drawn)
        self.network.opened.connect(self._edit_drawn)
        self._view.idClicked.connect(self._views.setCurrentIndex)
        self._worker.result_ready.connect(self._take)
        self.alert.accepted.connect(self._repair)
        self.copy.message.connect(self.message)
        self.source.message.connect(self.message)
        self.quiz.covered.connect(self._cover)
        self.load(self._solution, 4)
        self.table.choose(3)

    @property
    def solution(self) -> NetworkSolution:
        """The solution that is shown."""
        return self._solution

    @property
    def shown(self) -> tuple[Solution, int]:
        """The solution that is shown, and the decimals of its numbers."""
        return self._solution, 4

    def load(self, solution: Solution, digits: int) -> None:
        """Show a solution, and fill the fields with its network."""
        if not isinstance(solution, NetworkSolution):
            raise TypeError(f"load: the solution is {solution!r}; expected a network")
        self.fields.fill(solution.plan)
        self._show(solution)

    def open_text(self, text: str) -> None:
        """Take layers or PyTorch code."""
        self.fields.take_layers(text)

    @Slot()
    def _read(self) -> None:
        """Show the network that the fields describe; if they cannot be read, say why, and leave the table as it is."""
        read = self.fields.reader()
        if not self.fields.is_short:
            self._solve_later(read)
            return
        try:
            plan = read()
            if not _is_quick(plan):
                self._solve_later(lambda: plan)
                return
            solution = solve(plan)
        except DigitpadError as error:
            self._worker.forget(_SOLVE)
            self.alert.say(str(error))
            return
        self._show(solution)

    @Slot(str)
    def _use_preset(self, name: str) -> None:
        self._load_plan(ARCHITECTURES[name])

    def _load_plan(self, plan: Architecture) -> None:
        """Fill the fields with a network, and show its table."""
        if _is_quick(plan):
            self.load(solve(plan), 4)
            return
        self.fields.fill(plan)
        self._solve_later(lambda: plan)

    def _solve_later(self, read: Callable[[], Architecture]) -> None:
        """Read and solve a large network in the thread; until then, the one before stays."""
        self.chosen.setText(self.tr("Computing the table…"))
        self._worker.ask(_SOLVE, partial(_solved, read))

    @Slot(object)
    def _take(self, outcome: Outcome) -> None:
        """Show a network that was solved in the thread."""
        if isinstance(outcome.result, NetworkSolution):
            self._show(outcome.result)
        elif outcome.trouble:
            self.alert.say(outcome.trouble)
            self._show_layer(self.table.currentIndex().row())

    @Slot(str)
    def _choose_drawn(self, name: str) -> None:
        """Choose the layer of a box in the table."""
        names = [row.name for row in self._solution.rows]
        if name in names:
            self.table.choose(names.index(name) + 1)

    @Slot(str)
    def _edit_drawn(self, name: str) -> None:
        """Go to the line of a layer."""
        names = [spec.get("name") for spec in self._solution.plan.layers]
        self.fields.edit_layer(names.index(name.partition(".")[0]))

    @Slot()
    def _train(self) -> None:
        self.train_wanted.emit(self._solution.plan)

    @Slot()
    def _repair(self) -> None:
        """Put the layers that fit in place of the one that does not."""
        misfit, plan = self._solution.misfit, self._solution.plan
        if misfit is None or misfit.fit is None:
            return
        layers = (*plan.layers[: misfit.index], *misfit.fit, *plan.layers[misfit.index + 1 :])
        self._load_plan(Architecture(plan.name, plan.input_shape, layers))

    def _show(self, solution: NetworkSolution) -> None:
        self._worker.forget(_SOLVE)
        self._solution = solution
        self.alert.clear()
        self.network.show_plan(solution.plan)
        table = network_table(solution)
        rows = list(table.rows)
        misfit = solution.misfit
        if misfit is not None:
            rows.insert(len(rows) - 1, (misfit.name, self.tr("does not fit"), *[""] * (len(table.header) - 2)))
            text = f"{misfit.name}: {misfit.reason}"
            if misfit.fit is None:
                self.alert.say(text)
            else:
                words = self.tr("Use what fits"), self.tr("Change this layer so that it fits")
                self.alert.offer(text, *words)
        self.table.show_rows(table.header, rows, left=2, bold=[len(rows) - 1])
        self.copy.offer(partial(copy_as, solution, digits=4))
        self.quiz.offer(solution, 4)
        self.train.setEnabled(misfit is None)
        self._show_layer(self.table.currentIndex().row())
        self.solved.emit(solution, 4)

    @Slot(int)
    def _show_layer(self, row: int) -> None:
        """Show the formulas of a row; the first is the input."""
        index = row - 1
        known = 0 <= index < len(self._solution.rows)
        mistake = pooling_mistake(self._solution, index) if known else None
        # What stays visible is not hidden in between: showing it again makes both tables measure all of their rows.
        self.why.setVisible(mistake is not None)
        self.source.setVisible(known)
        self.steps.show_steps(formula_steps(self._solution.rows[index]) if known else (), 4)
        self.chosen.setText(self.tr("Choose a layer"))
        self.drawing_title.setText("")
        self.drawing.show_layers(())
        if not known:
            return
        layer = self._solution.rows[index]
        self.network.choose(layer.name)
        self.chosen.setText(self.tr("{layer}, each formula filled in").format(layer=layer.name))
        if mistake is not None:
            self.why.setText(self.tr("Why not {wrong}? {text}").format(wrong=mistake.wrong, text=mistake.text))
        self.source.show_reference(reference_of(layer.layer))
        counted = counted_back(self._solution, index)
        if counted:
            self.drawing_title.setText(self.tr("Receptive field of one cell of {layer}").format(layer=layer.name))
            self.drawing.show_layers(counted)

    @Slot(bool)
    def _cover(self, on: bool) -> None:
        for widget in (self._views, self.chosen, self.steps, self.drawing, self.drawing_title):
            widget.setVisible(not on)
        if on:
            self.why.setVisible(False)
            self.source.setVisible(False)
        else:
            self._show_layer(self.table.currentIndex().row())

    def _lay_out(self) -> None:
        buttons = QWidget(self)
        row = QHBoxLayout(buttons)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.quiz.button)
        row.addWidget(self.copy)
        row.addStretch(1)
        for view in (self.table, self.network):
            self._views.addWidget(view)
        shown = QWidget(self)
        row = QHBoxLayout(shown)
        row.setContentsMargins(0, 0, 0, 0)
        for button in self._switches:
            button.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
            row.addWidget(button)
        row.addStretch(1)
        names = ("labNetworkCard", "labTableCard", "labFormulaCard", "labFieldCard")
        fields, table, formulas, drawing = (card(name, self) for name in names)
        for frame, parts in (
            (fields, (self.fields,)),
            (table, (shown, self._views, self.train)),
            (formulas, (self.chosen, self.steps, self.why, self.source, self.quiz, buttons)),
            (drawing, (self.drawing_title, self.drawing)),
        ):
            inside = QVBoxLayout(frame)
            inside.setContentsMargins(2 * SPACE, 2 * SPACE, 2 * SPACE, 2 * SPACE)
            inside.setSpacing(SPACE)
            for part in parts:
                inside.addWidget(part, 1 if part in {self.fields, self._views, self.steps, self.drawing} else 0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        column.addWidget(self.alert)
        for left, right, stretch in ((fields, table, 2), (formulas, drawing, 1)):
            row = QHBoxLayout()
            row.setSpacing(SPACE)
            row.addWidget(left, 1)
            row.addWidget(right, stretch)
            column.addLayout(row, 1)


def _is_quick(plan: Architecture) -> bool:
    """Return whether the table of a network takes less than a frame or two of the window."""
    try:
        return layer_count(plan.layers) <= _FEW_LAYERS and check_plan(plan) <= _FEW_NUMBERS
    except (TypeError, ValueError):
        # `solve` says what is wrong.
        return True


def _solved(read: Callable[[], Architecture], _context: WorkContext) -> NetworkSolution:
    return solve(read())
