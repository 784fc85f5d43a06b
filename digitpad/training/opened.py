"""The data of a plan, opened to learn the facts about them, and kept for the training where that is cheap.

Photographs are decoded once for their means and deviations, which takes long. A training that starts on data whose
files have not changed since need not do so again.
"""

from dataclasses import dataclass

import numpy as np

from digitpad.data.dataset_state import DatasetState, state_of
from digitpad.data.lazy_pictures import Progress
from digitpad.data.paper import Pages
from digitpad.data.sources import open_samples
from digitpad.training.data_facts import DataFacts, facts_of
from digitpad.training.network_fit import input_for_pictures
from digitpad.training.plan import RunPlan
from digitpad.training.preparation import limit_classes
from digitpad.training.tasks import Samples

_MOST_BYTES = 128 << 20  # of images that are kept in memory for a training that may never start


@dataclass(frozen=True, slots=True)
class OpenedData:
    """Data that were opened.

    Attributes
    ----------
    source
        What was opened: the dataset, the limit per class with its seed, and the input that pictures are prepared for.
    state
        The state of its files.
    facts
        The facts about the data.
    samples
        The data; None if they would take much memory.
    """

    source: tuple[object, ...]
    state: DatasetState
    facts: DataFacts
    samples: Samples | None


def open_data(
    plan: RunPlan, before: OpenedData | None = None, *, on_progress: Progress = lambda _done, _total: None
) -> OpenedData:
    """Open the data of a plan.

    Parameters
    ----------
    plan
        The plan.
    before
        Data opened before, which are returned if they are those of the plan and their files have not changed.
    on_progress
        As for `open_samples`.

    Raises
    ------
    DigitpadError
        If the data cannot be opened.
    """
    # Before the data are opened, so that a change meanwhile is noticed the next time.
    source, state = _source_of(plan), state_of(plan.dataset)
    if before is not None and (before.source, before.state) == (source, state):
        return before
    samples = samples_of(plan, on_progress=on_progress)
    return OpenedData(source, state, facts_of(samples), samples if _is_small(samples) else None)


def samples_of(
    plan: RunPlan, before: OpenedData | None = None, *, on_progress: Progress = lambda _done, _total: None
) -> Samples:
    """Return the training split of the dataset of a plan, within its limit per class.

    Parameters
    ----------
    plan, before, on_progress
        As for `open_data`.

    Raises
    ------
    DigitpadError
        If the data cannot be opened.
    """
    same = before is not None and (before.source, before.state) == (_source_of(plan), state_of(plan.dataset))
    if before is not None and before.samples is not None and same:
        return before.samples
    shape = input_for_pictures(plan.architecture)
    samples = open_samples(plan.dataset, split="train", shape=shape, on_progress=on_progress)
    return limit_classes(samples, plan.limit_per_class, plan.settings.seed)


def _source_of(plan: RunPlan) -> tuple[object, ...]:
    limit = None if plan.limit_per_class is None else (plan.limit_per_class, plan.settings.seed)
    return plan.dataset, limit, input_for_pictures(plan.architecture)


def _is_small(samples: Samples) -> bool:
    """Return whether samples take little memory; pictures that are decoded when needed have a bound of their own."""
    if isinstance(samples, Pages):
        return False
    return not isinstance(samples.images, np.ndarray) or samples.images.nbytes <= _MOST_BYTES
