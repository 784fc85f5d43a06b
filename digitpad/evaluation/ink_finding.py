"""Measures how accurately a model finds the ink on pages: the overlap of the predicted ink and the true ink."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from digitpad.data.paper import Pages
from digitpad.nn.metrics import intersection_over_union
from digitpad.reading.ink_finder import InkFinder

_PAGES = 50


@dataclass(frozen=True, slots=True)
class InkEvaluation:
    """The result of searching every page once.

    Attributes
    ----------
    count
        Number of pages.
    intersection_over_union
        Pixels that are ink and predicted as ink, divided by pixels that are either, over all pages together.
    mean_per_page
        Mean of the intersection over union of the pages, so that a page with little ink counts as much as any other.
    """

    count: int
    intersection_over_union: float
    mean_per_page: float


def evaluate_ink(
    finder: InkFinder, pages: Pages, *, on_progress: Callable[[int], object] = lambda _done: None
) -> InkEvaluation:
    """Search every page for ink.

    Parameters
    ----------
    finder
        Finds the ink; a pixel counts as ink if its probability exceeds 0.5.
    pages
        The pages, at least one.
    on_progress
        Called with the number of pages searched so far.

    Raises
    ------
    DigitpadError
        If the finder does not accept pages of this size.
    """
    found = np.empty(pages.masks.shape, np.bool_)
    for start in range(0, len(pages), _PAGES):
        stop = min(start + _PAGES, len(pages))
        found[start:stop] = finder.probabilities(pages.images[start:stop]) > 0.5
        on_progress(stop)
    each = [intersection_over_union(*pair) for pair in zip(pages.masks, found, strict=True)]
    return InkEvaluation(len(pages), intersection_over_union(pages.masks, found), float(np.mean(each)))
