"""What the plan of a run needs to know of its data: names, numbers and a shape, without the images."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from digitpad.data.dataset import DIGITS
from digitpad.data.paper import Pages
from digitpad.nn.backend import Shape
from digitpad.training.tasks import Samples


@dataclass(frozen=True, slots=True)
class DataFacts:
    """The facts about a dataset that a plan follows.

    Attributes
    ----------
    name
        Name of the dataset.
    count
        Number of images.
    classes
        Names of the classes; empty for pages, which have none.
    present
        Names of the classes that have images.
    shape
        Shape of an image, (C, H, W).
    sample
        The first image, uint8 (C, H, W); None if it is not known.
    remarks
        Remarks on the data, such as which pictures could not be read.
    """

    name: str
    count: int
    classes: tuple[str, ...]
    present: tuple[str, ...]
    shape: Shape
    remarks: tuple[str, ...] = ()
    sample: NDArray[np.uint8] | None = field(default=None, compare=False, repr=False)

    @property
    def has_classes(self) -> bool:
        """Whether the images belong to classes, as all images do apart from pages."""
        return bool(self.classes)


MNIST_FACTS = DataFacts("MNIST", 60_000, DIGITS, DIGITS, (1, 28, 28))
"""The facts about the training split of MNIST, which are known without opening it."""


def facts_of(samples: Samples) -> DataFacts:
    """Return the facts about open data."""
    shape = samples.images.shape[1:]
    if isinstance(samples, Pages):
        return DataFacts(samples.name, len(samples), (), (), shape)
    present = tuple(samples.classes[label] for label in np.unique(samples.labels).tolist())
    # A copy, because a view would keep all images in memory.
    sample = np.array(samples.images[:1])[0] if len(samples) else None
    return DataFacts(samples.name, len(samples), samples.classes, present, shape, samples.remarks, sample)
