"""The map of points: what a layer makes of many images, as points in the plane.

Each image is a point in the space of a layer's outputs. Principal component analysis finds the plane in which these
points are spread furthest. The plane is fitted once, at a chosen moment of the training; the points of other moments
are projected onto the same plane, so that they move smoothly. t-SNE is in `digitpad.evaluation.film.embedding`.
"""

from collections.abc import Container, Generator
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from digitpad.data.dataset import Dataset, images_at_once
from digitpad.errors import DigitpadError
from digitpad.evaluation.film.order import coarse_to_fine
from digitpad.models.model_file import Model
from digitpad.nn import Sequential
from digitpad.nn.backend import Array, Shape
from digitpad.training.film.reader import Film

Values = NDArray[np.float32]

INPUT = "input"
IMAGES = 1000

#: Largest number of numbers of one image's point; larger maps are averaged over blocks.
_MOST_FEATURES = 32_768
_AT_ONCE = 16
_ROUNDING = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class LayerPoints:
    """The outputs of one layer for many images.

    Attributes
    ----------
    layer
        Name of the layer; "input" for the normalized images.
    values
        float32 (images, features): the output for each image, flattened.
    logits
        float32 (images, outputs): the output of the network.
    block
        1 if `values` are the outputs themselves; otherwise each is the mean over a block of this height and width,
        because the maps of this layer are large.
    """

    layer: str
    values: Values
    logits: Values
    block: int

    @property
    def predicted(self) -> NDArray[np.int64]:
        """int64 (images,): index of the largest output for each image; for a single output, whether it is positive."""
        if self.logits.shape[1] == 1:
            return (self.logits[:, 0] > 0).astype(np.int64)
        predicted: NDArray[np.int64] = self.logits.argmax(axis=1)
        return predicted

    def point_of(self, activation: Values) -> Values:
        """Return the point (features,) of the activation of this layer for another image, such as the drawing's.

        Parameters
        ----------
        activation
            float32 (C, H, W) or (features,), as in a `Frame`.
        """
        point: Values = _features(activation[np.newaxis], self.block)[0]
        return point

    def nearest(self, point: Values, count: int = 8) -> NDArray[np.int64]:
        """Return the indices of the images whose points are nearest to a point in the space of the layer."""
        order: NDArray[np.int64] = np.square(self.values - point).sum(axis=1).argsort(kind="stable")[:count]
        return order


def layer_points(
    model: Model, images: Dataset, layer: str, *, count: int = IMAGES
) -> Generator[int, None, LayerPoints]:
    """Compute what a layer makes of the first images of a dataset, by the plain layers.

    Parameters
    ----------
    model
        The network.
    images
        The images, prepared for it.
    layer
        Name of a layer, as `Sequential.forward(x, capture=True)` names it, or "input".
    count
        Largest number of images.

    Yields
    ------
    int
        Number of images done.

    Returns
    -------
    LayerPoints
        The outputs.

    Raises
    ------
    ValueError
        If the network does not have the layer, or the images do not fit.
    """
    count = min(count, len(images))
    network, prepared = model.network, model.metadata.preprocessing
    at_once = images_at_once(images.images.shape[1:], _AT_ONCE)
    values: list[Values] = []
    logits: list[Values] = []
    block = 0
    for start in range(0, count, at_once):
        batch = prepared.normalize(images.images[start : min(start + at_once, count)])
        output, activation = _outputs(network, batch, layer)
        block = block or _block(activation.shape[1:])
        values.append(_features(activation, block))
        logits.append(output.reshape(len(output), -1))
        yield start + len(batch)
    return LayerPoints(layer, np.concatenate(values), np.concatenate(logits), block)


@dataclass(frozen=True, slots=True, eq=False)
class Plane:
    """A plane in the space of a layer's outputs.

    Attributes
    ----------
    center
        float32 (features,): the mean of the points that it was fitted to.
    axes
        float32 (2, features): its two axes, at right angles, of length 1.
    shares
        The share of the variance of these points along each axis.
    """

    center: Values
    axes: Values
    shares: tuple[float, float]

    @classmethod
    def fit(cls, values: Values, *, like: "Plane | None" = None) -> Self:
        """Fit the plane of the largest variance: principal component analysis.

        The sign of an axis is arbitrary. It is chosen so that the axis points in the same direction as that of `like`,
        and otherwise so that its largest component is positive: the same points always give the same picture.

        Parameters
        ----------
        values
            float32 (images, features), at least one image and two features.
        like
            A plane in the same space, such as that of another moment.
        """
        center = values.mean(axis=0)
        centered = values - center
        axes, variances = principal_axes(centered, 2)
        total = float(np.square(centered, dtype=np.float64).sum())
        shares = [float(variance) / total if total else 0.0 for variance in variances]
        turned = [_same_way(axis, None if like is None else like.axes[row]) for row, axis in enumerate(axes)]
        return cls(center, np.array(turned, np.float32), (shares[0], shares[1]))

    def place(self, values: Values) -> Values:
        """Return the places (images, 2) of points (images, features) on the plane."""
        places: Values = np.matmul(values - self.center, self.axes.T, dtype=np.float32)
        return places


@dataclass(frozen=True, slots=True, eq=False)
class MomentPlaces:
    """Where the images are on a plane at one moment of a training.

    Attributes
    ----------
    step
        The step of the run.
    places
        float32 (images, 2).
    predicted
        int64 (images,): index of the largest output of the network; for a single output, whether it is positive.
    logits
        float32 (images, outputs): the output of the network.
    """

    step: int
    places: Values
    predicted: NDArray[np.int64]
    logits: Values


def following_places(
    film: Film, images: Dataset, layer: str, plane: Plane, *, count: int = IMAGES, known: Container[int] = ()
) -> Generator[MomentPlaces | None, None, None]:
    """Project what a layer makes of images onto a plane, for every frame of a film, from coarse to fine.

    Parameters
    ----------
    film
        The film.
    images, layer, count
        As for `layer_points`.
    plane
        The plane, fitted to the points of the same layer and images at a moment of choice.
    known
        The steps of frames to leave out.

    Yields
    ------
    MomentPlaces or None
        The places of one frame; between frames None, after some images, so that the caller can stop. Frames that are
        thinned out meanwhile are left out.
    """
    frames = film.frames
    model = film.model(frames[-1])
    for index in coarse_to_fine(len(frames)):
        if frames[index].step in known:
            continue
        try:
            film.load_into(model.network, frames[index])
        except DigitpadError:
            continue
        points = yield from _without_counting(layer_points(model, images, layer, count=count))
        yield MomentPlaces(frames[index].step, plane.place(points.values), points.predicted, points.logits)


def _without_counting(job: Generator[int, None, LayerPoints]) -> Generator[None, None, LayerPoints]:
    """Return the result of a job, and yield None for each of its steps."""
    while True:
        try:
            next(job)
        except StopIteration as done:
            points: LayerPoints = done.value
            return points
        yield None


def principal_axes(centered: Values, count: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the directions in which points are spread furthest, and the sum of squares along each.

    Parameters
    ----------
    centered
        float32 (images, features), with mean 0.
    count
        Number of directions.

    Returns
    -------
    (NDArray, NDArray)
        float64 (count, features), of length 1, or 0 where the points have fewer directions; and float64 (count,).
    """
    # The covariance matrix of the features and the matrix of products of the images have the same eigenvalues; the
    # smaller one of the two is decomposed.
    images, features = centered.shape
    found: NDArray[np.floating[Any]]
    if features <= images:
        eigenvalues, vectors = np.linalg.eigh((centered.T @ centered).astype(np.float64))
        found = vectors[:, ::-1][:, :count].T
    else:
        eigenvalues, vectors = np.linalg.eigh((centered @ centered.T).astype(np.float64))
        found = vectors[:, ::-1][:, :count].T @ centered
    kept = min(count, len(found))
    axes, squares = np.zeros((count, features)), np.zeros(count)
    squares[:kept] = np.maximum(eigenvalues[::-1][:kept], 0)
    lengths = np.linalg.norm(found, axis=1, keepdims=True)
    # Points that lie on a line have no second direction; what is left in float32 is rounding.
    squares[squares <= _ROUNDING * squares[0]] = 0
    np.divide(found, lengths, out=axes[:kept], where=squares[:kept, np.newaxis] > 0)
    return axes, squares


def _same_way(axis: NDArray[np.float64], other: Values | None) -> NDArray[np.float64]:
    """Return an axis, or the opposite one: the one that points in the direction of another, if there is one."""
    if other is not None and len(other) == len(axis) and (along := float(axis @ other)) != 0:
        return axis if along > 0 else -axis
    return axis if axis[np.abs(axis).argmax()] >= 0 else -axis


def _outputs(network: Sequential, batch: Values, layer: str) -> tuple[Array, Array]:
    """Return the output of a network, and that of one of its layers."""
    if layer == INPUT:
        return network.forward(batch), batch
    output, activations = network.forward(batch, capture=True)
    if layer not in activations:
        raise ValueError(f"the network has no layer {layer!r}; expected one of {', '.join([INPUT, *activations])}")
    return output, activations[layer]


def _block(shape: Shape) -> int:
    """Return the side of the blocks over which maps of a shape, (C, H, W), are averaged; 1 for no averaging."""
    if len(shape) != 3:
        return 1
    channels, height, width = shape
    block = 1
    while channels * -(-height // block) * -(-width // block) > _MOST_FEATURES and block < max(height, width):
        block += 1
    return block


def _features(activation: Values, block: int) -> Values:
    """Return activations (N, ...) as points (N, features), averaged over blocks of maps; partial blocks count too."""
    if block == 1:
        return np.array(activation.reshape(len(activation), -1))
    rows, columns = (np.arange(0, side, block) for side in activation.shape[2:])
    sums = np.add.reduceat(np.add.reduceat(activation, rows, axis=2), columns, axis=3)
    heights, widths = (
        np.diff([*starts.tolist(), side]) for starts, side in zip((rows, columns), activation.shape[2:], strict=True)
    )
    means: Values = (sums / (heights[:, np.newaxis] * widths)).astype(np.float32)
    return means.reshape(len(means), -1)
