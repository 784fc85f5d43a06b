"""The Lab tab: pages that work through one kind of problem each, and their worked examples.

To add a page, give `_PAGES` its name, text and tip, and `LabTab._make` the way to create it.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from digitpad.errors import DigitpadError
from digitpad.gui.lab.convolution_page import ConvolutionPage
from digitpad.gui.lab.examples_card import ExamplesCard
from digitpad.gui.lab.exercise_bar import ExerciseBar
from digitpad.gui.lab.page import LabPage
from digitpad.gui.widgets.flow_layout import FlowLayout
from digitpad.gui.widgets.focus_order import order_by_layout
from digitpad.gui.widgets.message_bar import Message
from digitpad.gui.widgets.scaling import adopt
from digitpad.gui.widgets.segmented import segments
from digitpad.gui.widgets.theme import SPACE, Theme
from digitpad.gui.workspace.tab_page import TabPage
from digitpad.lab import examples as lab_examples
from digitpad.lab.examples import example
from digitpad.lab.exercises import variant
from digitpad.lab.matrices import LONGEST_TEXT
from digitpad.lab.own_examples import delete_example, open_example, save_example

if TYPE_CHECKING:
    from digitpad.gui.workspace.workspace import Workspace

#: The name, the text and the tooltip of each page, in the order of the switch.
_PAGES = (
    (
        lab_examples.PAGES[0],
        str(QT_TRANSLATE_NOOP("LabTab", "Convolution")),
        str(QT_TRANSLATE_NOOP("LabTab", "A matrix and a kernel, cell by cell, forward and backward")),
    ),
    (
        lab_examples.PAGES[1],
        str(QT_TRANSLATE_NOOP("LabTab", "Losses")),
        str(QT_TRANSLATE_NOOP("LabTab", "Cross-entropy and other losses, step by step, with their gradients")),
    ),
    (
        lab_examples.PAGES[2],
        str(QT_TRANSLATE_NOOP("LabTab", "Networks")),
        str(QT_TRANSLATE_NOOP("LabTab", "Shapes, parameters, costs and receptive fields, with their formulas")),
    ),
    (
        lab_examples.PAGES[3],
        str(QT_TRANSLATE_NOOP("LabTab", "Optimizers")),
        str(QT_TRANSLATE_NOOP("LabTab", "Optimizers side by side on a function of two parameters")),
    ),
)

PAGES = tuple(name for name, _text, _tip in _PAGES)
"""The names of the pages."""


class LabTab(TabPage):
    """Work through problems with your own numbers.

    Parameters
    ----------
    theme, workspace
        The theme; the settings, and the drawing as it is read.

    Signals
    -------
    train_wanted
        The `Architecture` that should be trained.
    """

    train_wanted = Signal(object)

    def __init__(self, theme: Theme, workspace: "Workspace", parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("labTab")
        self._theme, self._workspace = theme, workspace
        self._pages: dict[str, LabPage] = {}
        texts = [
            (
                f"lab{name.title()}Segment",
                QCoreApplication.translate("LabTab", text),
                QCoreApplication.translate("LabTab", tip),
            )
            for name, text, tip in _PAGES
        ]
        self._group, buttons = segments(texts, self, label=self.tr("The page shows"))
        self.exercises = ExerciseBar(theme, workspace.settings, self)
        self.examples = ExamplesCard(workspace.settings, self)
        self._stack = QStackedWidget(self)
        self._stack.setObjectName("labPages")
        head = FlowLayout()
        head.setSpacing(SPACE)
        for button in buttons:
            head.addWidget(button)
        head.add_stretch()
        head.addWidget(self.exercises)
        right = QVBoxLayout()
        right.setSpacing(SPACE)
        right.addLayout(head)
        right.addWidget(self._stack, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * SPACE, 2 * SPACE, 2 * SPACE, 2 * SPACE)
        row.setSpacing(2 * SPACE)
        row.addWidget(self.examples)
        row.addLayout(right, 1)
        self._group.idClicked.connect(self._show_page)
        self.examples.wanted.connect(self.load_example)
        self.examples.own_wanted.connect(self.load_own)
        self.examples.save_wanted.connect(self.save_example)
        self.examples.delete_wanted.connect(self.delete_example)
        self.examples.open_wanted.connect(self.open_file)
        self.exercises.wanted.connect(self._load_variant)
        self.exercises.message.connect(self.message)
        self._show_page(0)

    def page(self, name: str) -> LabPage:
        """Show a page, and return it.

        Parameters
        ----------
        name
            One of `digitpad.lab.examples.PAGES`.
        """
        number = [known for known, _text, _tip in _PAGES].index(name)
        self._group.button(number).setChecked(True)
        self._show_page(number)
        return self._built(name)

    @Slot(str)
    def load_example(self, name: str) -> None:
        """Show a worked example on its page."""
        found = example(name)
        self.page(found.page).load(found.solve(), found.digits)

    @Slot(str)
    def load_own(self, path: str) -> None:
        """Show an example of the user's own on its page."""
        try:
            page, solution, digits = open_example(Path(path))
        except DigitpadError as error:
            self.message.emit(Message(str(error), "error"))
            return
        self.page(page).load(solution, digits)

    @Slot(str)
    def save_example(self, title: str) -> None:
        """Keep what the page shows as an example."""
        shown = self._built(_PAGES[self._group.checkedId()][0]).shown
        if shown is None:
            self.message.emit(
                Message(self.tr("Nothing is shown that could be kept; choose an optimizer first."), "info")
            )
            return
        try:
            saved = save_example(shown[0], title, shown[1])
        except DigitpadError as error:
            self.message.emit(Message(str(error), "error"))
            return
        self.examples.refresh(saved.path)
        self.message.emit(Message(self.tr("Saved {path}.").format(path=saved.path), "info"))

    @Slot(str)
    def delete_example(self, path: str) -> None:
        """Delete an example of the user's own."""
        try:
            delete_example(Path(path))
        except DigitpadError as error:
            self.message.emit(Message(str(error), "error"))
        self.examples.refresh()

    @Slot(str)
    def open_file(self, path: str) -> None:
        """Read a text file for the page that is shown; one that cannot be read is reported."""
        reason = ""
        text = ""
        try:
            if Path(path).stat().st_size > LONGEST_TEXT:
                reason = self.tr("it is too large")
            else:
                text = Path(path).read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            reason = str(error)
        if reason:
            sentence = self.tr("{path} cannot be opened in the lab ({reason}); choose another text file.")
            self.message.emit(Message(sentence.format(path=path, reason=reason), "error"))
            return
        self._built(_PAGES[self._group.checkedId()][0]).open_text(text)

    @Slot(str, int)
    def _load_variant(self, page: str, seed: int) -> None:
        exercise = variant(page, seed)
        self.page(page).load(exercise.solution, exercise.digits)

    def _built(self, name: str) -> LabPage:
        """Return a page, which is made when it is first needed."""
        page = self._pages.get(name)
        if page is None:
            page = self._pages[name] = self._make(name)
            page.message.connect(self.message)
            self._stack.addWidget(page)
            order_by_layout(page)
            adopt(page)
        return page

    def _make(self, name: str) -> LabPage:
        match name:
            case "convolution":
                page = ConvolutionPage(self._theme, self._workspace, self)
                page.image.message.connect(self.message)
                return page
            case "losses":
                from digitpad.gui.lab.losses_page import LossesPage

                return LossesPage(self._theme, self)
            case "networks":
                from digitpad.gui.lab.networks_page import NetworksPage

                networks = NetworksPage(self._theme, self)
                networks.train_wanted.connect(self.train_wanted)
                return networks
            case "optimizers":
                from digitpad.gui.lab.optimizers_page import OptimizersPage

                return OptimizersPage(self._theme, self)
            case _:
                raise ValueError(name)

    @Slot(int)
    def _show_page(self, number: int) -> None:
        name = _PAGES[number][0]
        shown = self._built(name)
        for page in self._pages.values():
            # The tab needs room for the page that is shown, not for the largest one.
            policy = QSizePolicy.Policy.Preferred if page is shown else QSizePolicy.Policy.Ignored
            page.setSizePolicy(policy, policy)
        self._stack.setCurrentWidget(shown)
        self.examples.show_page(name, opens=shown.opens)
        self.exercises.show_page(name)
