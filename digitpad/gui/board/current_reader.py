"""What reads for the server: the network that the window shows, whichever that is now."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from digitpad.gui.workspace.workspace import Workspace

if TYPE_CHECKING:
    from digitpad.serving.reader import DrawingReader


class CurrentReader(QObject):
    """Publishes the reader of the network that is shown; a `digitpad.serving.reader.ReaderSource`.

    The window assigns one attribute, and the server's thread reads it. A network that is replaced, as in training or in
    a replay, is another reader; none of them changes.

    Parameters
    ----------
    workspace
        Has the network: the model in use, the one in training, or the moment of a replay.
    """

    def __init__(self, workspace: Workspace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._reader: DrawingReader | None = None
        workspace.networks_changed.connect(self._follow)
        self._follow()

    @property
    def current(self) -> "DrawingReader | None":
        """What reads now; None before there was a network. It may be asked for in any thread."""
        return self._reader

    def __call__(self) -> "DrawingReader":
        """Return what reads now, as a server asks for it.

        Raises
        ------
        RuntimeError
            If there has been no network yet.
        """
        reader = self._reader
        if reader is None:
            raise RuntimeError("CurrentReader: there is no network yet")
        return reader

    @Slot()
    def _follow(self) -> None:
        network = self._workspace.looked_at
        if network is None:
            # The pages keep the one before.
            return
        from digitpad.reading.recognizer import Recognizer

        if isinstance(network.reader, Recognizer):
            self._reader = network.reader
