"""Keeps the points up to date: with the network, the layer, the images and the film; all work is in a worker."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from digitpad.gui.workers.latest import LatestWorker, Outcome
from digitpad.gui.workspace.example_images import run_folder
from digitpad.gui.workspace.models import LoadedModel, Source, is_frame

if TYPE_CHECKING:
    from digitpad.data.dataset import Dataset
    from digitpad.evaluation.film.points import LayerPoints
    from digitpad.gui.workspace.points.work import Moment, PlacedPoints

_POINTS, _FILM = "points", "film"


class PointsFollower(QObject):
    """Requests the points of a network, newest request first, and shows moments of its film at once.

    Signals
    -------
    placed
        `PlacedPoints`, and whether they stay on the plane of those before.
    progressed
        A `PointsProgress`.
    failed
        Why there are no points, as a sentence.
    cleared
        There are no points of this network yet.
    """

    placed = Signal(object, bool)
    progressed = Signal(object)
    failed = Signal(str)
    cleared = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._network: LoadedModel | None = None
        self._shown: PlacedPoints | None = None
        self._anchor: LayerPoints | None = None
        self._asked: LoadedModel | None = None  # the network whose points are being computed
        self._again = False  # whether another moment waits
        self._moments: dict[int, Moment] = {}
        self._worker = LatestWorker(self)
        self._worker.result_ready.connect(self._receive)
        #: The layer whose outputs are shown.
        self.layer = ""
        #: Whether t-SNE places the points.
        self.by_neighbours = False
        #: The images of the tab; None for those of the network's training.
        self.images: Dataset | None = None
        #: Whether the film may be computed in the background, which a training would notice.
        self.is_idle = True

    @property
    def shown(self) -> "PlacedPoints | None":
        """The points that are shown; None before the first ones."""
        return self._shown

    @property
    def outputs(self) -> "LayerPoints | None":
        """The outputs of the layer at the last moment that was computed in full; None before."""
        return self._anchor

    @property
    def moments(self) -> "dict[int, Moment]":
        """The moments of the film that are known, by step."""
        return self._moments

    @property
    def network(self) -> LoadedModel | None:
        """The network that is followed."""
        return self._network

    @property
    def busy(self) -> bool:
        """Whether points are being computed."""
        return self._worker.busy

    def follow(self, network: LoadedModel | None) -> None:
        """Show the points of another network: at once from the film, then computed from the network itself."""
        if network is self._network:
            return
        before, self._network = self._network, network
        if network is None or network.model is None or not are_moments(before, network):
            self.forget()
            return
        shown = self._shown
        if shown is not None and not self.by_neighbours and (moment := self._moment_of(network)) is not None:
            self._shown = shown.at(network, moment)
            self.placed.emit(self._shown, True)

    def forget(self) -> None:
        """Start with a new plane: another network, layer or set of images."""
        self._shown, self._anchor = None, None
        self._moments.clear()
        self._worker.forget(_POINTS)
        self._worker.forget(_FILM)
        self._asked, self._again = None, False
        self.cleared.emit()

    def ask(self, *, fit: bool = False) -> None:
        """Compute the points of the current network.

        Parameters
        ----------
        fit
            Whether to fit a new plane to them.
        """
        network = self._network
        if network is None or network.model is None or not self.layer:
            return
        if self._asked is not None and not fit:
            # While a network trains, moments come faster than points: one is finished before the next, newest, begins.
            self._again = True
            return
        # NumPy and the network library are loaded when the first points are wanted.
        from digitpad.gui.workspace.points.work import PointsRequest, place_points

        shown = self._shown
        plane = shown.plane if shown is not None and not fit else None
        if fit:
            self._moments.clear()
        request = PointsRequest(
            network, self.layer, self.images, plane, None if shown is None else shown.plane, self.by_neighbours
        )
        self._worker.forget(_FILM)
        self._asked, self._again = network, False
        self._worker.ask(_POINTS, partial(place_points, request))

    def stop(self) -> None:
        """Stop work whose result is not visible."""
        self._asked, self._again = None, False
        self._worker.forget(_POINTS)
        self._worker.forget(_FILM)

    def shut_down(self) -> None:
        """Stop the worker and wait for its end."""
        self._worker.shut_down()

    @Slot(object)
    def _receive(self, outcome: Outcome) -> None:
        from digitpad.gui.workspace.points.work import Moment, PlacedPoints, PointsProgress

        result = outcome.result
        if outcome.kind == _FILM:
            if isinstance(result, Moment):
                self._moments[result.step] = result
            return
        again = outcome.final and self._again
        if outcome.final:
            self._asked, self._again = None, False
        if isinstance(result, PointsProgress):
            self.progressed.emit(result)
        elif isinstance(result, PlacedPoints):
            steady = self._shown is not None and self._shown.plane is result.plane and not result.embedding
            self._anchor = result.points
            shown = self._shown
            if not again or shown is None or shown.network is not self._network:
                self._shown = result
                self.placed.emit(result, steady)
            if not again:
                self._ask_for_film(result)
        elif outcome.trouble:
            self.failed.emit(outcome.trouble)
        if again:
            self.ask()

    def _ask_for_film(self, placed: "PlacedPoints") -> None:
        from digitpad.gui.workspace.points.work import follow_film

        folder = run_folder(placed.network)
        if folder is not None and self.is_idle and not self.by_neighbours:
            self._worker.ask(_FILM, partial(follow_film, placed, folder, frozenset(self._moments)))

    def _moment_of(self, network: LoadedModel) -> "Moment | None":
        """Return what is known of the moment that a network is; None if it is not a moment of the film."""
        moment = network.moment
        if moment is None or network.source is not Source.MOMENT or moment.file is None or not is_frame(moment.file):
            return None
        return self._moments.get(moment.step)


def are_moments(before: LoadedModel | None, after: LoadedModel) -> bool:
    """Return whether two networks are moments of one training, or one is the other after surgery.

    Parameters
    ----------
    before, after
        The networks.
    """
    if before is None or before.model is None or after.model is None:
        return False
    one, other = before.model, after.model
    if one.architecture != other.architecture or one.metadata.labels != other.metadata.labels:
        return False
    return Source.OPERATED in {before.source, after.source} or _origin(before) == _origin(after)


def _origin(network: LoadedModel) -> Path:
    folder = run_folder(network)
    return network.path if folder is None else folder
