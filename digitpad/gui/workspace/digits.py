"""MNIST's test set, on which the tab examines networks; loaded once, by the first thread that needs it."""

from functools import lru_cache

from digitpad.data.dataset import DIGITS, Dataset
from digitpad.models.metadata import CLASSIFICATION
from digitpad.models.model_file import Model

_SHAPE = (1, 28, 28)


@lru_cache(maxsize=1)
def mnist_test_set() -> Dataset:
    """Return MNIST's test set, with which no bundled model was trained."""
    from digitpad.data.mnist import load_mnist

    return load_mnist("test")


def reads_mnist(model: Model) -> bool:
    """Return whether a model takes MNIST's images and its outputs are MNIST's classes, so that it has an accuracy."""
    metadata = model.metadata
    return (
        metadata.task == CLASSIFICATION
        and metadata.labels[: len(DIGITS)] == DIGITS
        and not metadata.preprocessing.is_picture
        and tuple(model.architecture.input_shape) == _SHAPE
    )
