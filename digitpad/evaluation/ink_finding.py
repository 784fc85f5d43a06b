"""How well a model finds the ink on pages: how far what it finds and what is there overlap."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from digitpad.data.paper import Pages
from digitpad.nn.metrics import intersection_over_union
from digitpad.reading.ink_finder import InkFinder

_PAGES = 50


@dataclass(frozen=True, slots=True)
class InkEvaluation:
    """What came out of searching every page once.

    Attributes
    ----------
    count
        How many pages were searched.
    intersection_over_union
        Over the pixels of all pages together: those that are ink and were found, over those that are either.
    mean_per_page
        The mean of the same figure for each page by itself, so that a page with little ink counts as much.
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
        Finds the ink; what it holds for likelier than not counts as found.
    pages
        At least one.
    on_progress
        Called with the number of pages searched so far.

    Raises
    ------
    DigitpadError
        If the finder cannot take pages of that size.
    """
    found = np.empty(pages.masks.shape, np.bool_)
    for start in range(0, len(pages), _PAGES):
        stop = min(start + _PAGES, len(pages))
        found[start:stop] = finder.probabilities(pages.images[start:stop]) > 0.5
        on_progress(stop)
    each = [intersection_over_union(*pair) for pair in zip(pages.masks, found, strict=True)]
    return InkEvaluation(len(pages), intersection_over_union(pages.masks, found), float(np.mean(each)))
