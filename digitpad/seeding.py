"""From a seed to every stream of random numbers in a run.

Each purpose has a stream of its own, so that changing one choice (a larger validation set, say) does not shuffle all
the others.
"""

from enum import IntEnum

import numpy as np


class Purpose(IntEnum):
    """What a stream of random numbers is for."""

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
        What the numbers are for.
    numbers
        Tell several streams of the same purpose apart, such as those of epochs, or of batches; none is as 0.
    """
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(purpose, *(numbers or (0,)))))
