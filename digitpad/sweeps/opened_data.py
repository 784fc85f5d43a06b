"""The data of the trials: each process opens them once, however many trials it trains."""

import threading
from collections import OrderedDict

from digitpad.training.live import open_training_samples
from digitpad.training.network_fit import input_for_pictures
from digitpad.training.plan import RunPlan
from digitpad.training.tasks import Samples

#: Datasets that are kept; a sweep may name many, and only a few fit into memory.
_MOST_KEPT = 2
_kept: OrderedDict[tuple[object, ...], Samples] = OrderedDict()
_lock = threading.Lock()


def samples_key(plan: RunPlan) -> tuple[object, ...]:
    """Return what the training split of a plan depends on."""
    seed = plan.settings.seed if plan.limit_per_class is not None else None
    return plan.dataset, input_for_pictures(plan.architecture), plan.limit_per_class, seed


def training_samples(plan: RunPlan) -> Samples:
    """Return the training split of a plan's dataset, which stays open for the next plan with the same data.

    Raises
    ------
    DigitpadError
        If it cannot be opened.
    """
    key = samples_key(plan)
    with _lock:
        if key not in _kept:
            while len(_kept) >= _MOST_KEPT:
                _kept.popitem(last=False)
            _kept[key] = open_training_samples(plan)
        _kept.move_to_end(key)
        return _kept[key]


def close_samples() -> None:
    """Forget all opened data, which may take much memory."""
    with _lock:
        _kept.clear()
