"""Arrays in shared memory keep their shape, type and memory order, and survive growth."""

import os

import numpy as np
import pytest

from digitpad.nn.engine.shared_memory import Place, SharedMemory, places_for


@pytest.mark.parametrize("axes", [(0, 1, 2), (2, 0, 1), (1, 2, 0)])
def test_an_array_keeps_its_order_in_memory(axes: tuple[int, ...]) -> None:
    array = np.arange(24, dtype=np.float32).reshape(2, 3, 4).transpose(axes)
    memory = SharedMemory()
    stored = memory.array(memory.put(array, 5))
    np.testing.assert_array_equal(stored, array)
    assert stored.dtype == array.dtype
    assert stored.strides == array.strides
    memory.close()


def test_two_maps_of_one_memory_see_the_same_numbers_and_its_growth() -> None:
    first = SharedMemory()
    second = SharedMemory(os.dup(first.descriptor))
    place = first.put(np.zeros(4))
    seen = second.array(place)
    large = second.put(np.ones(1_000_000), place.stop)
    assert first.array(large).sum() == 1_000_000
    first.array(place)[2] = 7
    assert seen.tolist() == [0, 0, 7, 0]
    first.close()
    second.close()
    assert seen[2] == 7


def test_places_are_apart_and_aligned() -> None:
    arrays = [np.zeros(shape, np.float32) for shape in ((3,), (), (5, 5))]
    places = places_for(arrays, 10)
    for place, following in zip(places, [*places[1:], None], strict=True):
        assert place.start % 64 == 0
        assert following is None or following.start >= place.stop
    assert [place.stop - place.start for place in places] == [array.nbytes for array in arrays]
    assert Place.like(arrays[1], 0).axes == ()
