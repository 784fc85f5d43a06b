"""MNIST's test set, on which the tab examines networks; loaded once, by the first thread that needs it."""

from functools import lru_cache

from digitpad.data.dataset import Dataset


@lru_cache(maxsize=1)
def mnist_test_set() -> Dataset:
    """Return MNIST's test set, with which no bundled model was trained."""
    from digitpad.data.mnist import load_mnist

    return load_mnist("test")
