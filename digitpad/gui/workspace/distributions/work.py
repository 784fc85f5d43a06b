"""The work behind the distributions, for a worker: those of one network, and of the frames of its run's film."""

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from digitpad.errors import DigitpadError
from digitpad.evaluation.film.distributions import distributions, following_distributions, spread
from digitpad.gui.workers.latest import WorkContext
from digitpad.gui.workspace.example_images import example_images, run_folder
from digitpad.gui.workspace.models import LoadedModel
from digitpad.models.model_file import Model
from digitpad.training.film.gradients import GradientHistograms
from digitpad.training.film.reader import Film
from digitpad.training.histograms import Histogram
from digitpad.training.run import Run

IMAGES = 64
WEIGHTS, GRADIENTS, ACTIVATIONS = "weights", "gradients", "activations"


@dataclass(frozen=True, slots=True)
class Ridge:
    """The histograms of one moment.

    Attributes
    ----------
    step
        The step of the run; None for a network of which it is not known.
    layers
        The histogram of each layer, by its name.
    """

    step: int | None
    layers: Mapping[str, Histogram]


@dataclass(frozen=True, slots=True)
class Distributions:
    """What is known of one quantity so far.

    Attributes
    ----------
    ridges
        In the order of the steps: one moment, or several over the run.
    images
        Number of images that activations were computed for; 0 for weights and gradients.
    trouble
        Why there is nothing, or not all, as a sentence; empty otherwise.
    """

    ridges: tuple[Ridge, ...]
    images: int = 0
    trouble: str = ""


def find_now(network: LoadedModel, quantity: str, _context: WorkContext) -> Distributions:
    """Return the distributions of one network.

    Parameters
    ----------
    network
        The network.
    quantity
        `WEIGHTS`, `GRADIENTS` or `ACTIVATIONS`.

    Raises
    ------
    DigitpadError
        If there are no images for activations.
    """
    model = _copy_of(network)
    step = None if network.moment is None else network.moment.step
    if quantity == GRADIENTS:
        kept = _gradients(network)
        before = [one for one in kept if step is None or one.step <= max(step, 1)]
        return Distributions(tuple(Ridge(one.step, one.layers) for one in before[-1:]))
    if quantity == WEIGHTS:
        return Distributions((Ridge(step, distributions(model).weights),))
    images = _images(model, network)
    return Distributions((Ridge(step, distributions(model, images).activations),), len(images))


def find_over_run(network: LoadedModel, quantity: str, context: WorkContext) -> Distributions | None:
    """Return the distributions over the run of a network, and report them on the way; None if it was stopped.

    Parameters
    ----------
    network, quantity
        As for `find_now`.
    context
        Receives `Distributions` with the moments so far.

    Raises
    ------
    DigitpadError
        If there are no images for activations, or the film cannot be read.
    """
    folder = run_folder(network)
    if folder is None or not Film.exists(Run(folder)):
        return Distributions(())
    if quantity == GRADIENTS:
        return Distributions(tuple(Ridge(one.step, one.layers) for one in spread(_gradients(network))))
    film = Film.open(Run(folder))
    images = _images(_copy_of(network), network) if quantity == ACTIVATIONS else None
    found: list[Ridge] = []
    count = 0 if images is None else len(images)
    for one in following_distributions(film, images, frames=spread(film.frames)):
        if context.stopped():
            return None
        found.append(Ridge(one.step, one.weights if images is None else one.activations))
        context.show(Distributions(tuple(found), count))
    return Distributions(tuple(found), count)


def _gradients(network: LoadedModel) -> list[GradientHistograms]:
    """Return the gradients that were kept while the run of a network was trained."""
    folder = run_folder(network)
    if folder is not None:
        # A run without a film has none.
        with contextlib.suppress(DigitpadError):
            return Film.open(Run(folder)).gradients()
    return []


def _images(model: Model, network: LoadedModel) -> NDArray[np.uint8]:
    images = example_images(model, network.path)
    pixels: NDArray[np.uint8] = images.images[: min(IMAGES, len(images))]
    return pixels


def _copy_of(network: LoadedModel) -> Model:
    """Return a model with own weights, for another thread than that of the window."""
    model = network.model
    if model is None:
        raise ValueError("distributions need a network")
    return replace(model.copy(), name=model.name)
