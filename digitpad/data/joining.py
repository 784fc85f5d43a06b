"""Several data sets as one: MNIST's hands with those of tablets, and with what is no digit."""

from collections.abc import Sequence

import numpy as np

from digitpad.data.dataset import Dataset
from digitpad.errors import DigitpadError


def join(parts: Sequence[Dataset]) -> Dataset:
    """Put data sets behind one another; one that is named twice counts twice.

    Parameters
    ----------
    parts
        At least one. Their images have one shape. A class that several have by the same name is one class.

    Returns
    -------
    Dataset
        With the classes of all parts, in the order in which they first come up, and origins as far as a part knows
        them; its name is that of the parts with " + " between.

    Raises
    ------
    DigitpadError
        If images differ in shape.
    """
    if len(parts) == 1:
        return parts[0]
    first = parts[0]
    for part in parts[1:]:
        if part.images.shape[1:] != first.images.shape[1:]:
            shapes = ["x".join(str(side) for side in each.images.shape[1:]) for each in (first, part)]
            raise DigitpadError(
                f"{first.name} has images of {shapes[0]} and {part.name} of {shapes[1]}, which do not go together; "
                "convert one of them."
            )
    classes = tuple(dict.fromkeys(name for part in parts for name in part.classes))
    labels = [np.array([classes.index(name) for name in part.classes], np.int64)[part.labels] for part in parts]
    kinds = dict.fromkeys(kind for part in parts for kind in part.origins)
    origins = {kind: [name for part in parts for name in part.origins.get(kind, [""] * len(part))] for kind in kinds}
    return Dataset.of(
        " + ".join(part.name for part in parts),
        np.concatenate([part.images for part in parts]),
        np.concatenate(labels),
        classes,
        origins,
        tuple(dict.fromkeys(remark for part in parts for remark in part.remarks)),
    )
