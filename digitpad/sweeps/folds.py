"""Cross-validation: the trials of a sweep that differ only in their fold, taken together."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from digitpad.sweeps.record import Trial
from digitpad.sweeps.variables import Value, Values

FOLD = "fold"


@dataclass(frozen=True, slots=True)
class CrossValidation:
    """Settings that were trained once for each fold.

    Attributes
    ----------
    values
        The settings, without the fold.
    accuracies
        The validation accuracy of each fold that has ended.
    missing
        Number of folds without an accuracy.
    """

    values: Values
    accuracies: tuple[float, ...]
    missing: int

    @property
    def mean(self) -> float | None:
        """The mean accuracy; None before the first fold has one."""
        return sum(self.accuracies) / len(self.accuracies) if self.accuracies else None

    @property
    def deviation(self) -> float | None:
        """The standard deviation between folds; None for fewer than two."""
        count = len(self.accuracies)
        if count < 2:
            return None
        mean = sum(self.accuracies) / count
        return math.sqrt(sum((accuracy - mean) ** 2 for accuracy in self.accuracies) / (count - 1))


def fold_specification(count: int) -> str:
    """Return what varies the fold over all folds, as in `Space.parse`."""
    return f"{FOLD}=" + ",".join(f"{number}/{count}" for number in range(1, count + 1))


def cross_validations(trials: Iterable[Trial]) -> list[CrossValidation]:
    """Return the settings of a sweep over folds, the best mean first; those without an accuracy come last."""
    groups: dict[tuple[tuple[str, Value], ...], list[Trial]] = {}
    for trial in trials:
        key = tuple((name, value) for name, value in trial.values.items() if name != FOLD)
        groups.setdefault(key, []).append(trial)
    results = []
    for key, group in groups.items():
        known = tuple(trial.validation_accuracy for trial in group if trial.validation_accuracy is not None)
        results.append(CrossValidation(dict(key), known, len(group) - len(known)))
    return sorted(results, key=lambda result: math.inf if result.mean is None else -result.mean)
