"""The work behind the map of points, for a worker: outputs of a layer, their plane or embedding, other moments."""

import contextlib
from collections.abc import Generator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from digitpad.data.dataset import Dataset
from digitpad.errors import DigitpadError
from digitpad.evaluation.film.embedding import FEWEST, Embedding, embedding
from digitpad.evaluation.film.points import IMAGES, LayerPoints, Plane, following_places, layer_points
from digitpad.evaluation.reading import match_classes, read_logits
from digitpad.gui.workers.latest import WorkContext
from digitpad.gui.workspace.example_images import example_images
from digitpad.gui.workspace.models import LoadedModel
from digitpad.models.model_file import Model
from digitpad.reading.recognizer import Recognizer
from digitpad.training.film.reader import Film
from digitpad.training.run import Run
from digitpad.translation import gettext as _

Values = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class PointsRequest:
    """What is wanted.

    Attributes
    ----------
    network
        The network; its weights are not changed while it is used.
    layer
        The layer.
    images
        The images that the tab has; None, or images that do not fit the network, for those of its training.
    plane
        The plane of an earlier moment, on which the points stay; None to fit it to these points.
    like
        A plane whose directions a new plane follows.
    by_neighbours
        Whether t-SNE places the points, not a plane.
    """

    network: LoadedModel
    layer: str
    images: Dataset | None
    plane: Plane | None
    like: Plane | None
    by_neighbours: bool


@dataclass(frozen=True, slots=True)
class PointsProgress:
    """How much is done: images, or steps of t-SNE."""

    done: int
    total: int
    embeds: bool


@dataclass(frozen=True, eq=False)
class PlacedPoints:
    """Images as points in the plane.

    Attributes
    ----------
    network
        The network.
    images
        The dataset; the points are its first images.
    layer
        The layer.
    labels
        The possible readings.
    truth
        int64 (N,): index of the true label of each image.
    log_probabilities
        float32 (N, labels): logarithms of the probabilities of the readings.
    places
        float32 (N, 2).
    plane
        The plane of the points; that of the last choice also for t-SNE.
    embedding
        How t-SNE placed them; None for the plane.
    points
        The outputs of the layer; None for a moment of the film, of which only the places are kept.
    """

    network: LoadedModel
    images: Dataset
    layer: str
    labels: tuple[str, ...]
    truth: NDArray[np.int64]
    log_probabilities: Values
    places: Values
    plane: Plane
    embedding: Embedding | None
    points: LayerPoints | None

    @property
    def count(self) -> int:
        """Number of points."""
        return len(self.places)

    @cached_property
    def predicted(self) -> NDArray[np.int64]:
        """int64 (N,): index of the predicted label of each image."""
        predicted: NDArray[np.int64] = self.log_probabilities.argmax(axis=1)
        return predicted

    @cached_property
    def wrong(self) -> NDArray[np.bool_]:
        """Bool (N,): whether each image is misread."""
        wrong: NDArray[np.bool_] = self.predicted != self.truth
        return wrong

    def mistakes(self) -> NDArray[np.int64]:
        """Return the indices of the misread images, the most certain first."""
        indices = np.flatnonzero(self.wrong)
        certain = self.log_probabilities[indices, self.predicted[indices]]
        return indices[np.argsort(-certain, kind="stable")]

    def at(self, network: LoadedModel, moment: "Moment") -> "PlacedPoints":
        """Return the same images at a moment of the film."""
        return replace(
            self, network=network, places=moment.places, log_probabilities=moment.log_probabilities, points=None
        )


@dataclass(frozen=True, slots=True, eq=False)
class Moment:
    """The points at one step of the film of a run, on the same plane.

    Attributes
    ----------
    step
        The step.
    places
        float32 (N, 2).
    log_probabilities
        float32 (N, labels).
    """

    step: int
    places: Values
    log_probabilities: Values


def place_points(request: PointsRequest, context: WorkContext) -> PlacedPoints | None:
    """Compute the points of a request, and report the progress; None if it was stopped.

    Raises
    ------
    DigitpadError
        If there are no images for this network, or openTSNE is missing.
    """
    model = _model_of(request.network)
    recognizer = Recognizer(replace(model, network=model.network.replica()))
    images, columns = _images(request, recognizer)
    count = min(len(images), IMAGES)
    points = _outputs(layer_points(recognizer.model, images, request.layer), count, context)
    if points is None:
        return None
    plane = request.plane
    if plane is None or len(plane.center) != points.values.shape[1]:
        plane = Plane.fit(points.values, like=request.like)
    labels, log_probabilities = read_logits(recognizer, images, points.logits)
    truth = columns[images.labels[:count]]
    placed = PlacedPoints(
        request.network, images, request.layer, labels, truth, log_probabilities, plane.place(points.values), plane,
        None, points,
    )  # fmt: skip
    return _embedded(placed, points, context) if request.by_neighbours else placed


def follow_film(placed: PlacedPoints, folder: Path, known: frozenset[int], context: WorkContext) -> None:
    """Compute where the points are at the moments of a film, from coarse to fine, and report each as a `Moment`.

    Parameters
    ----------
    placed
        The points of one moment.
    folder
        The folder of the run.
    known
        The steps that are known already.
    context
        Receives the moments.

    Raises
    ------
    DigitpadError
        If the film cannot be read.
    """
    run = Run(folder)
    model = _model_of(placed.network)
    film = Film.open(run) if Film.exists(run) else None
    if film is None or film.architecture != model.architecture:
        return
    recognizer = Recognizer(model)
    for moment in following_places(film, placed.images, placed.layer, placed.plane, known=known):
        if context.stopped():
            return
        if moment is not None:
            _all_labels, log_probabilities = read_logits(recognizer, placed.images, moment.logits)
            context.show(Moment(moment.step, moment.places, log_probabilities))


def _outputs(work: Generator[int, None, LayerPoints], count: int, context: WorkContext) -> LayerPoints | None:
    while True:
        try:
            done = next(work)
        except StopIteration as end:
            points: LayerPoints = end.value
            return points
        if context.stopped():
            return None
        context.show(PointsProgress(done, count, embeds=False))


def _embedded(placed: PlacedPoints, points: LayerPoints, context: WorkContext) -> PlacedPoints | None:
    if len(points.values) < FEWEST:
        raise DigitpadError(_("t-SNE needs at least four images; choose PCA or other images."))
    work = embedding(points.values)
    while True:
        try:
            progress = next(work)
        except StopIteration as end:
            found: Embedding = end.value
            return replace(placed, places=found.places, embedding=found)
        if context.stopped():
            return None
        context.show(PointsProgress(progress.done, progress.total, embeds=True))


def _images(request: PointsRequest, recognizer: Recognizer) -> tuple[Dataset, NDArray[np.int64]]:
    """Return the images, and the index of the network's label for each of their classes."""
    if request.images is not None:
        # Images of another network do not fit; this one has its own.
        with contextlib.suppress(DigitpadError):
            return request.images, match_classes(recognizer, request.images)
    images = example_images(recognizer.model, request.network.path)
    return images, match_classes(recognizer, images)


def _model_of(network: LoadedModel) -> Model:
    model = network.model
    if model is None:
        raise ValueError("a map of points needs a network")
    return model
