"""Connected components of a picture, and their bounding boxes."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def connected_components(mask: NDArray[np.bool_]) -> tuple[NDArray[np.intp], int]:
    """Label and count the connected components of a mask; pixels that touch at a corner are connected.

    Runs of pixels in a row are joined with the runs that they touch in the row above: the smaller label is propagated
    until nothing changes (label propagation with pointer jumping, a few passes over arrays for any shape of the
    components).

    Parameters
    ----------
    mask
        bool (H, W).

    Returns
    -------
    (NDArray[intp], int)
        Labels (H, W), 0 where the mask is empty, and the number of components. Components are numbered from 1 in the
        order of their first pixels, row by row.
    """
    height, width = mask.shape
    # An empty column at both ends, so that no run continues in the next row.
    padded = np.zeros((height, width + 2), np.bool_)
    padded[:, 1:-1] = mask
    flat = padded.ravel()
    starts = np.flatnonzero(flat[1:] & ~flat[:-1]) + 1
    stops = np.flatnonzero(flat[:-1] & ~flat[1:]) + 1
    count = len(starts)
    if not count:
        return np.zeros(mask.shape, np.intp), 0
    # The runs of the row above that a run touches are contiguous in the list: from `low` up to `high`, excluded.
    row = width + 2
    low = np.searchsorted(stops, starts - row, side="left")
    high = np.searchsorted(starts, stops - row, side="right")
    touching = np.maximum(high - low, 0)
    lower = np.repeat(np.arange(count), touching)
    nth = np.arange(len(lower)) - np.repeat(np.cumsum(touching) - touching, touching)
    upper = low[lower] + nth
    root = np.arange(count)
    while True:
        smaller = np.minimum(root[lower], root[upper])
        before = root.copy()
        np.minimum.at(root, before[lower], smaller)
        np.minimum.at(root, before[upper], smaller)
        while not np.array_equal(root, root[root]):
            root = root[root]
        if np.array_equal(root, before):
            break
    kept, number = np.unique(root, return_inverse=True)
    marks = np.zeros(height * row + 1, np.intp)
    marks[starts] += number + 1
    marks[stops] -= number + 1
    labels = np.cumsum(marks[:-1]).reshape(height, row)[:, 1:-1]
    return np.ascontiguousarray(labels), len(kept)


def component_boxes(labels: NDArray[np.integer[Any]], count: int) -> NDArray[np.intp]:
    """Return the bounding box of each component.

    Parameters
    ----------
    labels, count
        The result of `connected_components`.

    Returns
    -------
    NDArray[intp]
        (count, 4): left, top, right and bottom of components 1 to `count`, the latter two excluded.
    """
    rows, columns = np.nonzero(labels)
    part = labels[rows, columns] - 1
    boxes = np.empty((count, 4), np.intp)
    boxes[:, :2] = max(labels.shape)
    boxes[:, 2:] = 0
    np.minimum.at(boxes[:, 0], part, columns)
    np.minimum.at(boxes[:, 1], part, rows)
    np.maximum.at(boxes[:, 2], part, columns + 1)
    np.maximum.at(boxes[:, 3], part, rows + 1)
    return boxes
