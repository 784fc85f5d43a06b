"""Work done ahead comes in order, raises its errors where it is read, and ends with its reader."""

import threading
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from digitpad.data.augmentation import Augmentation
from digitpad.data.dataset import Dataset
from digitpad.nn import Sequential
from digitpad.training.prefetch import prefetched
from digitpad.training.settings import TrainingSettings
from digitpad.training.trainer import Trainer


def test_all_items_come_in_order_and_the_thread_ends() -> None:
    assert list(prefetched(lambda: iter(range(100)), 3)) == list(range(100))
    assert list(prefetched(lambda: iter(()), 1)) == []


def test_it_works_ahead_but_not_further_than_asked() -> None:
    made = []
    reached = threading.Event()

    def work() -> Iterator[int]:
        for number in range(100):
            made.append(number)
            if number == 4:
                reached.set()
            yield number

    items = prefetched(work, 3)
    next(items)
    # One was read, three wait, and one more is held in hand.
    assert reached.wait(30)
    assert len(made) == 5
    items.close()
    assert len(made) <= 6


def test_an_error_is_raised_in_its_place() -> None:
    def work() -> Iterator[int]:
        yield 1
        raise ValueError("broken")

    items = prefetched(work, 3)
    assert next(items) == 1
    with pytest.raises(ValueError, match="broken"):
        next(items)


def test_augmentation_is_seeded_by_epoch_and_batch_and_leaves_the_data_alone(
    blobs: Dataset, make_network: Callable[..., Sequential]
) -> None:
    before = blobs.pixels.copy()

    def weights(strength: float, seed: int = 0, threads: int = 1) -> bytes:
        settings = TrainingSettings(
            epochs=2, batch_size=50, seed=seed, threads=threads, augmentation=Augmentation(strength)
        )
        network = make_network()
        list(Trainer(network, blobs, None, settings).run())
        return network.state_dict()["fc.weight"].tobytes()

    assert weights(10) == weights(10)
    assert len({weights(0), weights(10), weights(20), weights(10, seed=1)}) == 4
    assert np.array_equal(blobs.images, before)
