"""Derives every stream of random numbers in a run from one seed.

Each purpose has its own stream, so that changing one setting (such as the size of the validation set) does not change
the other random choices.
"""

from enum import IntEnum

import numpy as np


class Purpose(IntEnum):
    """The purpose of a stream of random numbers."""

    WEIGHTS = 0
    DATA = 1
    ORDER = 2
    AUGMENTATION = 3


def generator(seed: int, purpose: Purpose, *numbers: int) -> np.random.Generator:
    """Return the stream of random numbers for one purpose of a run.

    Parameters
    ----------
    seed
        The run's seed.
    purpose
        The purpose of the stream.
    numbers
        Distinguish streams of the same purpose, such as those of epochs or batches; omitted is the same as 0.
    """
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(purpose, *(numbers or (0,)))))
