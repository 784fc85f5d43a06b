"""Operations on a network: a history that can be undone, the network that results, and its accuracy.

Operations are values. Every change rebuilds the network from the original, so undo is exact.
"""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from digitpad.errors import DigitpadError
from digitpad.explain.surgery import (
    Accuracy,
    Operation,
    Redraw,
    SurgeryHistory,
    accuracy,
    operate,
    with_accuracy,
)
from digitpad.gui.widgets.message_bar import Message
from digitpad.gui.workers.latest import LatestWorker, Outcome, WorkContext
from digitpad.gui.workspace.digits import mnist_test_set, reads_mnist
from digitpad.models.model_file import Model, save_model

ACCURACY = "accuracy"


class Operations(QObject):
    """Applies operations to a network.

    Parameters
    ----------
    background
        The thread that measures accuracy.
    parent
        The owner.

    Signals
    -------
    changed
        The history or the network has changed, or an operation was not possible.
    measured_changed
        More is known of the accuracy.
    operated
        The `Model` to show from now on.
    stepped
        An operation was added (not undone or redone): undo takes it back.
    message
        A `Message`: an operation is not possible, or a model was saved.
    """

    changed = Signal()
    measured_changed = Signal()
    operated = Signal(object)
    stepped = Signal()
    message = Signal(object)

    def __init__(self, background: LatestWorker, parent: QObject) -> None:
        super().__init__(parent)
        self._background = background
        self._base: Model | None = None
        self._model: Model | None = None
        self._history = SurgeryHistory()
        self._gesture: Operation | None = None  # the operation that the next change of the same kind replaces
        self._measured: Accuracy | None = None
        background.result_ready.connect(self._receive)

    @property
    def history(self) -> SurgeryHistory:
        """The operations that were done and undone."""
        return self._history

    @property
    def base(self) -> Model | None:
        """The original network."""
        return self._base

    @property
    def model(self) -> Model | None:
        """The network with all operations done."""
        return self._model

    @property
    def measured(self) -> Accuracy | None:
        """The accuracy of the network, as far as it is known."""
        return self._measured

    @property
    def is_redrawing(self) -> bool:
        """Whether a kernel is being redrawn; the gesture has not ended."""
        return isinstance(self._gesture, Redraw)

    def use_model(self, model: Model | None) -> None:
        """Start with another network, without operations."""
        self._base = self._model = model
        self._history = SurgeryHistory()
        self._gesture = self._measured = None
        self._background.forget(ACCURACY)
        self.changed.emit()

    def do(self, operation: Operation) -> None:
        """Do an operation."""
        self._gesture = None
        self._add(operation)

    def continue_with(self, operation: Operation) -> None:
        """Do an operation of a gesture; it replaces the one before of the same kind and the same gesture."""
        replaces = type(self._gesture) is type(operation) and self._history.done[-1:] == (self._gesture,)
        self._gesture = operation
        self._add(operation, replaces=replaces)

    @Slot()
    def end_gesture(self) -> None:
        """End a gesture: the next operation does not replace the last one."""
        self._gesture = None

    @Slot()
    def undo(self) -> None:
        """Undo the last operation."""
        self._gesture = None
        self._try(self._history.undo())

    @Slot()
    def redo(self) -> None:
        """Redo the operation that was undone last."""
        self._gesture = None
        self._try(self._history.redo())

    def save_to(self, path: Path) -> None:
        """Save the network as a new model file."""
        model = self._model
        if model is None:
            return
        if self._measured is not None:
            model = with_accuracy(model, self._measured)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            save_model(path, model)
        except OSError as error:
            self.message.emit(
                Message(
                    self.tr("The folder {folder} cannot be created ({reason}); choose another folder.").format(
                        folder=path.parent, reason=error.strerror
                    )
                )
            )
        except DigitpadError as error:
            self.message.emit(Message(str(error)))
        else:
            text = self.tr("Saved {name} in {folder}. Choose it at the top right to use it.")
            self.message.emit(Message(text.format(name=path.name, folder=path.parent), "info"))

    def _add(self, operation: Operation, *, replaces: bool = False) -> None:
        done = self._history.done[:-1] if replaces else self._history.done
        if self._try(SurgeryHistory(done).add(operation)) and not replaces:
            self.stepped.emit()

    def _try(self, history: SurgeryHistory) -> bool:
        """Build the network with these operations and return whether that succeeded; otherwise nothing changes."""
        if self._base is None:
            return False
        try:
            model = operate(self._base, history.done) if history.done else self._base
        except DigitpadError as error:
            self._gesture = None
            self.message.emit(Message(str(error)))
            self.changed.emit()
            return False
        self._history, self._model, self._measured = history, model, None
        self._background.forget(ACCURACY)
        if history.done and reads_mnist(model):
            self._background.ask(ACCURACY, partial(_measure, model))
        self.changed.emit()
        self.operated.emit(model)
        return True

    @Slot(object)
    def _receive(self, outcome: Outcome) -> None:
        if outcome.kind == ACCURACY and isinstance(outcome.result, Accuracy):
            self._measured = outcome.result
            self.measured_changed.emit()


def _measure(model: Model, progress: WorkContext) -> object:
    """Measure the accuracy on the test images, and show intermediate results."""
    found = None
    for found in accuracy(model, mnist_test_set()):
        if progress.stopped():
            return None
        progress.show(found)
    return found
