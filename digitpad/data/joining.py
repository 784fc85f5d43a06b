"""Joins several datasets into one: MNIST with ink from tablets and with non-digits, for example."""

from collections.abc import Sequence

import numpy as np

from digitpad.data.dataset import Dataset
from digitpad.data.lazy_views import joined_images
from digitpad.errors import DigitpadError
from digitpad.translation import gettext as _


def join(parts: Sequence[Dataset]) -> Dataset:
    """Concatenate datasets; a dataset that is given twice is included twice.

    Parameters
    ----------
    parts
        The datasets, at least one. Their images have the same shape and, if they are prepared from files, the same fit.
        Classes with the same name are the same class.

    Returns
    -------
    Dataset
        A dataset with the classes of all parts, in order of first appearance, and their writers and sources if known;
        its name is that of the parts, joined by " + ". It is lazy if one of them is.

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
                _(
                    "The images of {first} have the shape {first_shape} and those of {second} {second_shape}, so they "
                    "cannot be joined; convert one of them."
                ).format(first=first.name, first_shape=shapes[0], second=part.name, second_shape=shapes[1])
            )
    classes = tuple(dict.fromkeys(name for part in parts for name in part.classes))
    labels = [np.array([classes.index(name) for name in part.classes], np.int64)[part.labels] for part in parts]
    kinds = dict.fromkeys(kind for part in parts for kind in part.origins)
    origins = {kind: [name for part in parts for name in part.origins.get(kind, [""] * len(part))] for kind in kinds}
    return Dataset.of(
        " + ".join(part.name for part in parts),
        joined_images([part.images for part in parts]),
        np.concatenate(labels),
        classes,
        origins,
        tuple(dict.fromkeys(remark for part in parts for remark in part.remarks)),
        [mark for part in parts for mark in part.marks] if all(part.marks for part in parts) else (),
        next((part.fit for part in parts if part.fit is not None), None),
    )
