"""The curves of a run, from its tables: the same series as the window draws."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from digitpad.charts.series import Series, Smoothed
from digitpad.training.history import RunHistory

SMOOTHED_OVER = 16
"""About how many steps the curves of batches are averaged over, as in the window at first."""


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """One quantity over the steps.

    Attributes
    ----------
    batch, smooth
        Of each batch, before its update, and the same smoothed.
    train, validation
        Of each epoch.
    """

    batch: Series
    smooth: Series
    train: Series
    validation: Series


@dataclass(frozen=True, slots=True, eq=False)
class RunCurves:
    """The curves of one run.

    Attributes
    ----------
    loss, accuracy
        The loss, and the accuracy (or IoU).
    rate
        The learning rate of each step.
    """

    loss: Curve
    accuracy: Curve
    rate: Series

    @classmethod
    def of(cls, history: RunHistory) -> Self:
        """Return the curves of a history."""
        steps, epochs = history.steps, history.epochs
        losses = _series([(step.step, step.loss) for step in steps])
        accuracies = _series([(step.step, step.accuracy) for step in steps])
        return cls(
            Curve(
                losses,
                _smooth(losses),
                _series([(epoch.step, epoch.train_loss) for epoch in epochs]),
                _series([(epoch.step, epoch.validation_loss) for epoch in epochs]),
            ),
            Curve(
                accuracies,
                _smooth(accuracies),
                _series([(epoch.step, epoch.train_accuracy) for epoch in epochs]),
                _series([(epoch.step, epoch.validation_accuracy) for epoch in epochs]),
            ),
            _series([(step.step, step.learning_rate) for step in steps]),
        )

    @property
    def is_empty(self) -> bool:
        """Whether not one step was recorded."""
        return not len(self.loss.batch)


def _series(points: list[tuple[int, float]] | list[tuple[int, float | None]]) -> Series:
    """Return the points that have a value as a series."""
    known = [(step, value) for step, value in points if value is not None]
    series = Series(len(known))
    if known:
        series.extend(*np.array(known, float).T)
    return series


def _smooth(series: Series) -> Series:
    smoothed = Smoothed(series, SMOOTHED_OVER)
    smoothed.follow()
    return smoothed.series
