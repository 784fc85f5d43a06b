"""Connected components of a picture."""

import numpy as np
import pytest
from numpy.typing import NDArray

from digitpad.data.components import component_boxes, connected_components


def flooded(mask: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Return the components, found by flood fill, pixel by pixel."""
    labels = np.zeros(mask.shape, np.intp)
    count = 0
    for seed in zip(*np.nonzero(mask), strict=True):
        if labels[seed]:
            continue
        count += 1
        waiting = [seed]
        labels[seed] = count
        while waiting:
            row, column = waiting.pop()
            for y in range(max(row - 1, 0), min(row + 2, mask.shape[0])):
                for x in range(max(column - 1, 0), min(column + 2, mask.shape[1])):
                    if mask[y, x] and not labels[y, x]:
                        labels[y, x] = count
                        waiting.append((y, x))
    return labels


@pytest.mark.parametrize("density", [0.1, 0.3, 0.45, 0.6, 0.9])
@pytest.mark.parametrize("shape", [(1, 40), (40, 1), (25, 33), (60, 17)])
def test_parts_are_those_that_filling_finds(shape: tuple[int, int], density: float) -> None:
    mask = np.random.default_rng(int(100 * density) + shape[0]).random(shape) < density
    labels, count = connected_components(mask)
    expected = flooded(mask)
    np.testing.assert_array_equal(labels, expected)
    assert count == expected.max()


def test_a_spiral_is_one_part_and_its_gap_none() -> None:
    mask = np.zeros((41, 41), np.bool_)
    y, x, direction = 20, 20, 0
    for length in range(2, 38, 2):
        for _ in range(2):
            for _ in range(length // 2 * 2):
                mask[np.clip(y, 0, 40), np.clip(x, 0, 40)] = True
                y, x = y + (0, 1, 0, -1)[direction], x + (1, 0, -1, 0)[direction]
            direction = (direction + 1) % 4
    assert connected_components(mask)[1] == 1


def test_boxes_enclose_their_parts() -> None:
    mask = np.zeros((10, 12), np.bool_)
    mask[2:5, 3:7] = True
    mask[7, 0] = mask[8, 1] = True
    labels, count = connected_components(mask)
    assert component_boxes(labels, count).tolist() == [[3, 2, 7, 5], [0, 7, 2, 9]]


def test_nothing_has_no_parts() -> None:
    labels, count = connected_components(np.zeros((4, 5), np.bool_))
    assert not labels.any()
    assert count == 0
    assert component_boxes(labels, count).shape == (0, 4)
