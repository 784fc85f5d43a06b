"""Finds the images of a dataset that excite the units of a layer most, in one pass for all units."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitpad.explain.dependencies import Cell
from digitpad.explain.parts import part_of
from digitpad.models.model_file import Preprocessing
from digitpad.nn import Sequential
from digitpad.nn.engine.fused import fuse

_BATCH = 256


@dataclass(frozen=True, slots=True, eq=False)
class Exciting:
    """The images, of those processed so far, that excite each unit of a layer most.

    Attributes
    ----------
    layer
        The activation.
    values
        float32 (units, k): the maximum of the unit's map in each image, in descending order; -inf if fewer images have
        been processed. Computed by the fused layers, which may differ from the plain ones in the sixth digit.
    images
        int64 (units, k): index of the image in the dataset; -1 if there is none yet.
    places
        int64 (units, k, 2): row and column of the maximum; 0, 0 if the activation is a vector.
    done, total
        Number of images processed, and in total.
    """

    layer: str
    values: NDArray[np.float32]
    images: NDArray[np.int64]
    places: NDArray[np.int64]
    done: int
    total: int

    def cell(self, unit: int, rank: int) -> Cell:
        """Return the cell of the maximum, whose receptive field is the crop to show."""
        row, column = (int(place) for place in self.places[unit, rank])
        return Cell(self.layer, unit, row, column)


def most_exciting(
    network: Sequential,
    preprocessing: Preprocessing,
    layer: str,
    images: NDArray[np.uint8],
    *,
    count: int = 9,
    batch: int = _BATCH,
) -> Iterator[Exciting]:
    """Find the images that excite each unit of a layer most.

    Parameters
    ----------
    network
        The network; only its part up to the layer is run, on replicas.
    preprocessing
        The preprocessing of its images.
    layer
        Name of an activation.
    images
        uint8 (N, C, H, W).
    count
        Number of images to keep per unit.
    batch
        Number of images between two results.

    Yields
    ------
    Exciting
        The result so far, after each batch; the caller may stop at any time. Each image counts once per unit, with the
        maximum of the map.

    Raises
    ------
    ValueError
        If the activation does not exist, or `count` or `batch` is less than 1.
    """
    if min(count, batch) < 1:
        raise ValueError(f"most_exciting: count and batch are {count} and {batch}; expected at least 1")
    part = fuse(part_of(network.probe(), layer))
    best: _Best | None = None
    for start in range(0, len(images), batch):
        pixels = preprocessing.normalize(images[start : start + batch])
        output = part.forward(pixels)
        if best is None:
            best = _Best.empty(output.shape[1], count)
        best = best.updated(output, start)
        yield Exciting(layer, best.values, best.images, best.places, min(start + batch, len(images)), len(images))


@dataclass(frozen=True, slots=True, eq=False)
class _Best:
    values: NDArray[np.float32]
    images: NDArray[np.int64]
    places: NDArray[np.int64]

    @classmethod
    def empty(cls, units: int, count: int) -> "_Best":
        return cls(
            np.full((units, count), -np.inf, np.float32),
            np.full((units, count), -1, np.int64),
            np.zeros((units, count, 2), np.int64),
        )

    def updated(self, output: NDArray[Any], start: int) -> "_Best":
        """Return the best of these and of a batch's activations (N, units, ...), whose first image is `start`."""
        units, count = self.values.shape
        maps = output.reshape(len(output), units, *(output.shape[2:] or (1, 1)))
        values = np.concatenate([self.values, maps.max(axis=(2, 3)).T], axis=1)
        # Of equal values, the earlier image is kept.
        order = np.argsort(-values, axis=1, kind="stable")[:, :count]
        is_new = order >= count
        unit = np.arange(units)[:, np.newaxis]
        kept = np.where(is_new, 0, order)
        images = np.where(is_new, start + order - count, self.images[unit, kept])
        places = self.places[unit, kept]
        unit_new, rank_new = np.nonzero(is_new)
        found = maps[order[unit_new, rank_new] - count, unit_new]
        rows, columns = np.unravel_index(found.reshape(len(found), maps[0, 0].size).argmax(axis=1), maps.shape[2:])
        places[unit_new, rank_new] = np.stack([rows, columns], axis=1)
        return _Best(values[unit, order].astype(np.float32), images, places)
