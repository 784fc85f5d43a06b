"""Successive halving: all trials train for a few epochs, the best of them for more, and the best of these to the end.

Trials are compared at rungs, after numbers of epochs that grow by a constant factor. At each rung one trial in `factor`
is kept. A kept trial continues its run where it paused, so it ends with the weights of an ordinary run to the bit.
"""

from collections.abc import Iterable
from dataclasses import replace

from digitpad.errors import DigitpadError
from digitpad.sweeps.record import SweepInfo, Trial, TrialStatus
from digitpad.translation import gettext as _
from digitpad.translation import ngettext


def rungs_of(epochs: int, factor: int, first: int) -> tuple[int, ...]:
    """Return the numbers of epochs after which trials are compared, in growing order, without the last epoch.

    Parameters
    ----------
    epochs
        Number of epochs of a full run.
    factor
        By how much the numbers grow, at least 2.
    first
        The first number.

    Raises
    ------
    DigitpadError
        If there is no rung before the last epoch.
    """
    rungs = []
    while first < epochs:
        rungs.append(first)
        first *= factor
    if not rungs:
        raise DigitpadError(
            _("Successive halving compares trials before the last epoch; choose --epochs above {first}.").format(
                first=first
            )
        )
    return tuple(rungs)


def until(info: SweepInfo, rung: int) -> int | None:
    """Return the number of epochs after which trials pause; None if they train to the end."""
    return info.rungs[rung] if rung < len(info.rungs) else None


def decide(info: SweepInfo, rung: int) -> list[Trial]:
    """Return the changed trials after all trials of a rung have paused or ended.

    Parameters
    ----------
    info
        The record.
    rung
        The rung, from 0.
    """
    entered = [trial for trial in info.trials if trial.rung >= rung]
    # A trial that failed and was tried again after the others were compared is too late.
    is_decided = any(trial.rung > rung for trial in entered)
    places = 0 if is_decided else max(1, len(entered) // info.factor)
    kept = {trial.number for trial in best(entered, places)}
    changed = []
    for trial in (trial for trial in entered if trial.rung == rung):
        if trial.number in kept:
            waits = trial.status is TrialStatus.PAUSED
            status = TrialStatus.WAITING if waits else trial.status
            changed.append(replace(trial, rung=rung + 1, status=status))
        elif trial.status is TrialStatus.PAUSED:
            message = ngettext(
                "Dropped after {count} epoch: other trials were better.",
                "Dropped after {count} epochs: other trials were better.",
                trial.epochs,
            ).format(count=trial.epochs)
            changed.append(replace(trial, status=TrialStatus.DROPPED, message=message))
    return changed


def best(trials: Iterable[Trial], count: int) -> list[Trial]:
    """Return the best trials that can go on, the best first; fewer if fewer have an accuracy."""
    sound = {TrialStatus.PAUSED, TrialStatus.FINISHED}
    known = [trial for trial in trials if trial.status in sound and trial.validation_accuracy is not None]
    return sorted(known, key=lambda trial: trial.rank)[:count]
