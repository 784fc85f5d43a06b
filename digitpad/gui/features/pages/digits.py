"""The images that the tab asks networks about: MNIST's test set, loaded once, in whichever thread needs it first."""

from functools import lru_cache

from digitpad.data.dataset import Dataset


@lru_cache(maxsize=1)
def mnist_test_set() -> Dataset:
    """Return MNIST's test set, on which no bundled model has been trained."""
    from digitpad.data.mnist import load_mnist

    return load_mnist("test")
