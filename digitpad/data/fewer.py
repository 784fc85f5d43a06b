"""Parts of a dataset: some of its images, chosen at random, in all or from each class."""

import numpy as np

from digitpad.data.dataset import Dataset

_SEED = 0


def at_most_per_class(dataset: Dataset, count: int, rng: np.random.Generator) -> Dataset:
    """Return a dataset with at most `count` images of each class.

    Parameters
    ----------
    dataset
        The images.
    count
        The largest number of images of one class, at least 1. A class with fewer keeps all of them.
    rng
        Random generator for the choice.

    Returns
    -------
    Dataset
        The chosen images in their order; the dataset itself if no class has more.
    """
    counts = np.bincount(dataset.labels, minlength=1)
    if counts.max() <= count:
        return dataset
    order = rng.permutation(len(dataset))
    by_class = order[np.argsort(dataset.labels[order], kind="stable")]
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    rank = np.arange(len(by_class)) - np.repeat(starts, counts)
    return dataset.subset(np.sort(by_class[rank < count]))


def limited(dataset: Dataset, *, limit: int | None, per_class: int | None) -> Dataset:
    """Return the images of an evaluation, always the same ones for the same dataset and limits.

    Parameters
    ----------
    dataset
        The images.
    limit, per_class
        The largest number of images in all, and of one class; None for no limit. A dataset with fewer is used whole.
    """
    rng = np.random.default_rng(_SEED)
    if per_class is not None:
        dataset = at_most_per_class(dataset, per_class, rng)
    if limit is None or limit >= len(dataset):
        return dataset
    return dataset.subset(np.sort(rng.permutation(len(dataset))[:limit]))
