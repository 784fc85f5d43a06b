"""Teaching the network: the actions that correct and confirm readings, and the dialog that learns from them."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from digitpad.data.dataset import DIGITS, NO_DIGIT
from digitpad.gui.draw.hand.bar import HandBar
from digitpad.gui.draw.hand.collection import HandState, MyHand, hand_name
from digitpad.gui.draw.hand.correction import answer_of, correction_of, shown_label
from digitpad.gui.draw.hand.learning import Preparation, prepare
from digitpad.gui.draw.hand.row import CorrectionRow, NameDialog
from digitpad.gui.widgets.actions import make_action, shown_key
from digitpad.gui.widgets.cards import bring_up
from digitpad.gui.widgets.message_bar import Message
from digitpad.gui.widgets.refusal_bars import RefusalBars
from digitpad.gui.widgets.theme import Theme
from digitpad.gui.workers.generator import GeneratorWorker
from digitpad.gui.workspace.look import Look
from digitpad.gui.workspace.workspace import Workspace

if TYPE_CHECKING:
    from digitpad.adaptation.keeping import Kept
    from digitpad.gui.draw.hand.dialog import LearningDialog


class Teaching(QObject):
    """Connects the row below the answer, the bars and the bar below the canvas with the collection My hand.

    Parameters
    ----------
    theme
        The theme.
    workspace
        The drawing and its reading.
    bars
        The bars of the reading, whose rows can be clicked.
    parent
        The tab, which owns the actions.

    Signals
    -------
    message
        A `Message`.
    """

    message = Signal(object)

    def __init__(self, theme: Theme, workspace: Workspace, bars: RefusalBars, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme, self._workspace, self._bars, self._owner = theme, workspace, bars, parent
        self.hand = MyHand(workspace.settings, workspace.collections.store.folder, self)
        self._make_actions()
        self.row = CorrectionRow(self.right, parent)
        self.bar = HandBar(theme, self.row, self.take_back, self.learn, parent)
        self.row.chosen.connect(self.correct)
        self.row.new_wanted.connect(self._ask_for_sign)
        bars.class_chosen.connect(self._correct_by_bar)
        self.bar.hand_chosen.connect(self.hand.choose)
        self.bar.person_wanted.connect(self._ask_for_person)
        self.hand.changed.connect(self._show_state)
        self.hand.message.connect(self.message)
        self._whole = self._has_read = False
        self._count = 0
        #: The dialog that was opened last; None before the first.
        self.dialog: LearningDialog | None = None
        self._preparation = Preparation()
        self._preparing: GeneratorWorker | None = None
        self._kept: Kept | None = None
        self.bar.show_state(self.hand.state)

    @property
    def menu_actions(self) -> tuple[QAction, ...]:
        """The actions for the menu of the window; the digits have keys only."""
        return self.right, self.nothing, self.take_back, self.learn, self.watch

    def show_look(self, look: Look) -> None:
        """Offer the classes of the network, for a drawing that can be corrected."""
        network = look.network
        if network is not None and not self._has_read:
            # Not at the start of the program, which would be slower.
            self._has_read = True
            self.hand.read()
        reads_ink = network is not None and network.picture_shape is None
        offered = reads_ink and not look.page.is_blank
        self.row.setEnabled(offered)
        self.right.setEnabled(offered and bool(answer_of(look)))
        for action in (*self.digits, self.nothing):
            action.setEnabled(offered)
        self._bars.is_correctable = offered
        if network is not None and reads_ink:
            labels = network.reader.labels
            self.row.offer(labels, refuses=network.reader.refuses, is_number=look.number_read is not None)

    def shut_down(self) -> None:
        """Wait until the drawings are saved."""
        self.hand.shut_down()
        for worker in (self._preparing, self.dialog):
            if worker is not None:
                worker.shut_down()

    @Slot(str, bool)
    def correct(self, label: str, whole: bool = False) -> None:
        """Add the drawing to My hand.

        Parameters
        ----------
        label
            What it shows.
        whole
            Whether the whole drawing shows it, although a number was read.
        """
        drawing = self._workspace.drawing
        in_colour = drawing.picture_shape is not None
        found = correction_of(self._workspace.look, drawing.sheet_size, in_colour=in_colour, whole=whole)
        if isinstance(found, str):
            self.message.emit(Message(found, "info"))
        else:
            self.hand.add(label, found.make)
            self._prepare()

    def _make_actions(self) -> None:
        owner = self._owner
        self.digits = [
            make_action(
                owner,
                f"actionItIs{digit}",
                self.tr("It is a {digit}").format(digit=digit),
                [f"Ctrl+Shift+{digit}"],
                self.tr("Add the drawing to My hand as a {digit}").format(digit=digit),
                partial(self._correct_by_key, digit),
            )
            for digit in DIGITS
        ]
        self.nothing = make_action(
            owner,
            "actionItIsNoDigit",
            self.tr("It is not a digit"),
            ["Ctrl+Shift+X"],
            self.tr('Add the drawing to My hand as "not a digit"'),
            partial(self._correct_by_key, NO_DIGIT),
        )
        self.right = make_action(
            owner,
            "actionRight",
            self.tr("Right"),
            ["Ctrl+Shift+Return"],
            self.tr("Confirm the answer: the drawing joins My hand, and right answers count, too"),
            self._confirm,
        )
        self.take_back = make_action(
            owner,
            "actionTakeBack",
            self.tr("Take back"),
            ["Ctrl+Shift+Backspace"],
            self.tr("Remove the drawing that was added to My hand last"),
            self.hand.take_back,
        )
        self.learn = make_action(
            owner,
            "actionLearnHand",
            self.tr("Learn…"),
            ["Ctrl+Shift+L"],
            self.tr("Adapt a copy of the network to these drawings, and see what that changes"),
            self._learn,
        )
        self.watch = make_action(
            owner,
            "actionWatchLearning",
            self.tr("Watch it learn"),
            ["Ctrl+Shift+W"],
            self.tr("Replay how the model that was kept last has learned"),
            self._watch,
        )
        self.watch.setEnabled(False)

    def _correct_by_key(self, label: str, _checked: object = None) -> None:
        self.correct(label)

    @Slot(int)
    def _correct_by_bar(self, index: int) -> None:
        network = self._workspace.look.network
        if network is not None:
            labels = network.reader.labels
            self.correct(labels[index] if index < len(labels) else NO_DIGIT)

    @Slot()
    def _confirm(self) -> None:
        answer = answer_of(self._workspace.look)
        if answer:
            self.correct(answer)

    @Slot(bool)
    def _ask_for_sign(self, whole: bool) -> None:
        self._whole = whole
        dialog = NameDialog(
            "newSignDialog",
            self.tr("Another sign"),
            self.tr("What the drawing shows, such as ✓. When the network learns it, a copy gets a class for it."),
            self._owner,
        )
        dialog.named.connect(self._add_sign)
        dialog.ask()

    @Slot(str)
    def _add_sign(self, name: str) -> None:
        self.correct(name, self._whole)

    @Slot()
    def _ask_for_person(self) -> None:
        dialog = NameDialog(
            "personDialog",
            self.tr("Another person"),
            self.tr("Whose drawings they are. Each person has a collection, and can have a model."),
            self._owner,
        )
        dialog.named.connect(self._add_person)
        dialog.ask()

    @Slot(str)
    def _add_person(self, name: str) -> None:
        self.hand.choose(hand_name(name))

    @Slot(object)
    def _show_state(self, state: HandState) -> None:
        if state.count != self._count and state.added:
            text = self.tr("%n drawing(s) in My hand, the last one as {label}.", "", state.count)
            self.message.emit(Message(text.format(label=shown_label(state.added)), "info"))
        self._count = state.count
        self.bar.show_state(state)
        if state.folder is not None:
            self._workspace.collections.refresh()

    def _prepare(self) -> None:
        """Prepare the replay, while the user corrects; it is needed once per window."""
        in_use = self._workspace.in_use
        if (
            in_use is not None
            and in_use.model is not None
            and self._preparing is None
            and not self._preparation.is_ready
        ):
            worker = self._preparing = GeneratorWorker(partial(prepare, self._preparation), self)
            worker.failed.connect(self._report)
            worker.finished.connect(self._finish_preparing)
            worker.start()

    @Slot(str)
    def _report(self, error: str) -> None:
        self.message.emit(Message(error))

    @Slot()
    def _finish_preparing(self) -> None:
        worker, self._preparing = self._preparing, None
        if worker is not None:
            worker.deleteLater()

    @Slot()
    def _learn(self) -> None:
        from digitpad.gui.draw.hand.dialog import LearningDialog

        in_use, folder = self._workspace.in_use, self.hand.state.folder
        model = None if in_use is None else in_use.model
        if model is None or folder is None:
            self.message.emit(Message(self.tr("Choose a model at the top right first."), "info"))
            return
        if self.dialog is not None:
            if self.dialog.isVisible():
                bring_up(self.dialog)
                return
            self.dialog.shut_down()
            self.dialog.deleteLater()
        dialog = self.dialog = LearningDialog(
            self._theme, self._preparation, model, folder, self._workspace.runs_folder, self._owner
        )
        dialog.kept.connect(self._use_kept)
        dialog.begin()

    @Slot(object)
    def _use_kept(self, kept: "Kept") -> None:
        """Use the model that was kept, and play its film if the user wants to."""
        self._workspace.use(kept.model)
        self._kept = kept
        self.watch.setEnabled(kept.run is not None)
        text = self.tr("{name} is kept and in use. To see how it has learned, press {key}.")
        self.message.emit(Message(text.format(name=kept.model.stem, key=shown_key(self.watch)), "info"))

    @Slot()
    def _watch(self) -> None:
        if self._kept is not None and self._kept.run is not None:
            self._workspace.replay_asked.emit(self._kept.run)
