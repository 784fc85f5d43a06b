"""Layer diagnostics: norms of gradients, weights and updates, histograms of gradients, and dead units.

The norms and histograms belong to one step: gradients are read after the backward pass and before the optimizer, which
reuses their memory, and the update is what the step really changed. A ReLU unit is dead if it is 0 for every image of a
fixed sample; this is computed by the plain layers, like everything that is shown.
"""

import math
import time
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from digitpad.data.dataset import Images, PerChannel, normalize
from digitpad.nn import Layer, ReLU, Sequential, summarize
from digitpad.nn.backend import Array, array_module, to_numpy
from digitpad.nn.checks import NotFiniteError
from digitpad.nn.parameter import Parameter
from digitpad.training.events import LayerMeasure, LayersMeasured
from digitpad.training.histograms import Histogram

#: The time between two measurements is at least this multiple of their cost, which limits the cost to 2%.
_TIMES_ITS_COST = 50
_LEAST_STEPS_BETWEEN = 10

#: Memory limit for the activations of the sample; with larger activations the sample has fewer images.
_MOST_SAMPLES, _MOST_BYTES = 128, 64 << 20
_IMAGES_AT_ONCE = 16


class Diagnostics:
    """Measures the layers of a network from time to time.

    Parameters
    ----------
    network
        The network in training.
    sample
        Normalised images (N, C, H, W) on the network's device, for which dead units are counted.
    """

    def __init__(self, network: Sequential, sample: Array) -> None:
        self._network, self._sample = network, sample
        self._layers = _layers(network)
        self._requested = False
        self._last_step = 0
        self._earliest = 0.0
        self._before: dict[str, Array] = {}
        self._gradients: dict[str, float] = {}
        self._histograms: dict[str, Histogram | None] = {}
        self._spent = 0.0

    def request(self) -> None:
        """Request a measurement at the next step, whatever it costs; may be called from any thread."""
        self._requested = True

    def is_due(self, step: int) -> bool:
        """Return whether to measure at this step, counted from 1."""
        if self._requested:
            return True
        return step - self._last_step >= _LEAST_STEPS_BETWEEN and time.perf_counter() >= self._earliest

    def before_update(self) -> None:
        """Read the gradients, and copy the weights."""
        begun = time.perf_counter()
        self._gradients = {name: _norm([p.grad for p in own]) for name, (_, own) in self._layers.items() if own}
        self._histograms = {name: _histogram([p.grad for p in own]) for name, (_, own) in self._layers.items() if own}
        self._before = {
            f"{name} {index}": parameter.value.copy()
            for name, (_, own) in self._layers.items()
            for index, parameter in enumerate(own)
        }
        self._spent = time.perf_counter() - begun

    def after_update(self, step: int) -> tuple[LayersMeasured, float]:
        """Return the measurements of a step, and the seconds that they took."""
        begun = time.perf_counter()
        dead = count_dead_units(self._network, self._sample)
        layers = tuple(self._measure(name, layer, own, dead) for name, (layer, own) in self._layers.items())
        self._before.clear()
        self._requested, self._last_step = False, step
        now = time.perf_counter()
        spent = self._spent + now - begun
        self._earliest = now + _TIMES_ITS_COST * spent
        return LayersMeasured(step, layers, len(self._sample)), spent

    def _measure(
        self, name: str, layer: Layer, own: list[Parameter], dead: Mapping[str, tuple[int, int]]
    ) -> LayerMeasure:
        units, dead_units = dead.get(name, (None, None))
        kind = type(layer).__name__
        if not own:
            return LayerMeasure(name, kind, units=units, dead_units=dead_units)
        before = [self._before[f"{name} {index}"] for index in range(len(own))]
        weight = _norm(before)
        update = _norm([parameter.value - old for parameter, old in zip(own, before, strict=True)])
        ratio = update / weight if weight else None
        gradients = self._histograms[name]
        return LayerMeasure(name, kind, self._gradients[name], weight, ratio, units, dead_units, gradients)


def count_dead_units(network: Sequential, images: Array) -> dict[str, tuple[int, int]]:
    """Count the units of every ReLU, and those that are 0 for all images.

    Parameters
    ----------
    network
        The network; it runs in inference mode.
    images
        Normalised images, (N, C, H, W).

    Returns
    -------
    dict
        By layer name: the number of units (a feature map counts as one) and of dead units. Empty if the network's
        output is not finite: the run has diverged, and its next step reports it.
    """
    names = [name for name, (layer, _) in _layers(network).items() if isinstance(layer, ReLU)]
    if not names:
        return {}
    peaks_of: dict[str, Array] = {}
    for start in range(0, len(images), _IMAGES_AT_ONCE):
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            try:
                _, activations = network.forward(images[start : start + _IMAGES_AT_ONCE], capture=True)
            except NotFiniteError:
                return {}
        for name in names:
            peaks = activations[name].max(axis=(0, *range(2, activations[name].ndim)))
            peaks_of[name] = array_module(peaks).maximum(peaks, peaks_of.get(name, peaks))
    # Written so that a unit whose activations are NaN, which compares false with everything, counts as dead.
    return {name: (peaks.size, peaks.size - int((to_numpy(peaks) > 0).sum())) for name, peaks in peaks_of.items()}


def _layers(layer: Layer, prefix: str = "") -> dict[str, tuple[Layer, list[Parameter]]]:
    """Return all layers that have their own parameters or are a ReLU, by name, with those parameters."""
    found: dict[str, tuple[Layer, list[Parameter]]] = {}
    for name, child in layer.children().items():
        own = [value for value in vars(child).values() if isinstance(value, Parameter)]
        if own or isinstance(child, ReLU):
            found[prefix + name] = child, own
        found |= _layers(child, f"{prefix}{name}.")
    return found


def _norm(arrays: list[Array]) -> float:
    """Return the Euclidean norm of some arrays, summed in double precision."""
    squares = [array_module(array).square(array, dtype=np.float64).sum() for array in arrays]
    return math.sqrt(sum(float(to_numpy(square)) for square in squares))


def _histogram(arrays: list[Array]) -> Histogram | None:
    """Return the histogram of some arrays together; None if a value is not finite."""
    values = np.concatenate([to_numpy(array).ravel() for array in arrays])
    return Histogram.of(values) if np.isfinite(values).all() else None


def choose_sample(network: Sequential, images: Images, mean: PerChannel, std: PerChannel) -> NDArray[np.float32]:
    """Return the first images of a dataset, normalised; as many as the memory limit allows."""
    each = summarize(network, images.shape[1:]).activation_bytes(1)
    return normalize(images[: max(8, min(_MOST_SAMPLES, _MOST_BYTES // each))], mean, std)
