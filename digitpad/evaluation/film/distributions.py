"""Distributions by layer: histograms of weights and activations, of one network or over the frames of a film.

Those of gradients are kept while a run trains, because they cannot be computed later: see `Film.gradients`.
"""

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from digitpad.errors import DigitpadError
from digitpad.models.model_file import Model
from digitpad.nn import Sequential
from digitpad.training.film.frame_file import FilmFrame
from digitpad.training.film.reader import Film
from digitpad.training.histograms import Histogram

Moment = TypeVar("Moment")

RIDGES = 40
"""Number of frames whose histograms are shown below each other."""

_AT_ONCE = 16


@dataclass(frozen=True, slots=True)
class LayerDistributions:
    """The distributions in one network.

    Attributes
    ----------
    step
        The step of the run.
    weights
        By layer name: the values of all parameters of a layer.
    activations
        By layer name: the outputs for all images, by the plain layers; empty without images.
    """

    step: int
    weights: Mapping[str, Histogram]
    activations: Mapping[str, Histogram]


def distributions(model: Model, images: NDArray[np.uint8] | None = None, *, step: int = 0) -> LayerDistributions:
    """Return the distributions in a network.

    Parameters
    ----------
    model
        The network.
    images
        uint8 (N, C, H, W), prepared for it; None for no activations. A few dozen are enough.
    step
        The step of the run.
    """
    activations = {} if images is None else _activations(model, images)
    return LayerDistributions(step, _weights(model.network), activations)


def following_distributions(
    film: Film, images: NDArray[np.uint8] | None = None, *, frames: Sequence[FilmFrame] | None = None
) -> Generator[LayerDistributions, None, None]:
    """Compute the distributions in the frames of a film.

    Parameters
    ----------
    film
        The film.
    images
        As for `distributions`.
    frames
        The frames; None for at most 40, spread over the film.

    Yields
    ------
    LayerDistributions
        For each frame, in order; frames that are thinned out meanwhile are left out.
    """
    model = film.model(film.frames[-1])
    for frame in spread(film.frames) if frames is None else frames:
        try:
            film.load_into(model.network, frame)
        except DigitpadError:
            continue
        yield distributions(model, images, step=frame.step)


def spread(moments: Sequence[Moment], count: int = RIDGES) -> list[Moment]:
    """Return at most `count` moments, evenly spaced by their number, with the first and the last."""
    if len(moments) <= count:
        return list(moments)
    return [moments[round(place)] for place in np.linspace(0, len(moments) - 1, count).tolist()]


def _weights(network: Sequential) -> dict[str, Histogram]:
    parts: dict[str, list[NDArray[np.float32]]] = {}
    for name, parameter in network.named_parameters().items():
        parts.setdefault(name.rpartition(".")[0], []).append(np.ravel(parameter.value))
    return {layer: Histogram.of(np.concatenate(values)) for layer, values in parts.items()}


def _activations(model: Model, images: NDArray[np.uint8]) -> dict[str, Histogram]:
    parts: dict[str, list[NDArray[np.float32]]] = {}
    for start in range(0, len(images), _AT_ONCE):
        batch = model.metadata.preprocessing.normalize(images[start : start + _AT_ONCE])
        _output, named = model.network.forward(batch, capture=True)
        for layer, values in named.items():
            parts.setdefault(layer, []).append(np.array(values).ravel())
    return {layer: Histogram.of(np.concatenate(values)) for layer, values in parts.items()}
