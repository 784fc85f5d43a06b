"""Reads the drawings on the board again when another network is shown: after a training, and in a replay."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from digitpad.data.ink import Drawing
from digitpad.gui.board.current_reader import CurrentReader
from digitpad.gui.workers.latest import LatestWorker, Outcome, WorkContext
from digitpad.gui.workspace.workspace import Workspace
from digitpad.reading.number_reading import NumberReading
from digitpad.serving.board import Board

if TYPE_CHECKING:
    from digitpad.reading.numbers import NumberReader

_KIND = "board"


@dataclass(frozen=True, slots=True, eq=False)
class _Read:
    """The reading of a drawing by another network."""

    client: str
    drawing: Drawing
    reading: NumberReading | None  # None if the training of the network has diverged


def _read(numbers: "NumberReader", drawing: Drawing) -> NumberReading | None:
    """Read a drawing; called in the worker's thread."""
    import numpy as np

    from digitpad.nn.checks import NotFiniteError

    canvas = drawing.long_side
    try:
        with np.errstate(over="ignore", invalid="ignore"):
            whole = numbers.reader.recognize_ink(drawing.strokes, canvas=canvas)
            if not np.isfinite(whole.probabilities).all():
                return None
            return numbers.read_drawing(drawing.strokes, canvas=canvas, whole=whole)
    except NotFiniteError:
        return None


class Rereading(QObject):
    """Keeps the answers on the board those of the network that is shown.

    A drawing that grows is read by the server anyway; this is for those that rest. The newest network counts: the
    drawings that the one before has not reached yet are left to it.

    Parameters
    ----------
    board, workspace, reader
        The drawings, the workspace, which signals changes of the network, and the network.
    """

    def __init__(
        self, board: Board, workspace: Workspace, reader: CurrentReader, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._board = board
        self._reader = reader
        self._last = reader.current
        self._worker = LatestWorker(self)
        self._worker.result_ready.connect(self._receive)
        workspace.networks_changed.connect(self._follow)

    @property
    def busy(self) -> bool:
        """Whether drawings are being read."""
        return self._worker.busy

    def shut_down(self) -> None:
        """Stop reading, and wait for the thread."""
        self._worker.shut_down()

    @Slot()
    def _follow(self) -> None:
        reader = self._reader.current
        if reader is self._last:
            return
        self._last = reader
        drawn = [(one.client, one.drawing) for one in self._board.state().participants if one.drawing is not None]
        if reader is None or not drawn:
            self._worker.forget(_KIND)
            return

        def read(context: WorkContext) -> None:
            from digitpad.reading.numbers import NumberReader

            numbers = NumberReader(reader)
            for client, drawing in drawn:
                if context.stopped():
                    return
                context.show(_Read(client, drawing, _read(numbers, drawing)))

        self._worker.ask(_KIND, read)

    @Slot(object)
    def _receive(self, outcome: Outcome) -> None:
        if isinstance(outcome.result, _Read):
            self._board.reread(outcome.result.client, outcome.result.drawing, outcome.result.reading)
