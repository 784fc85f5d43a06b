"""Comparison of two models on the same images: which is better, and is the difference significant."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitpad.errors import DigitpadError
from digitpad.evaluation.reading import Evaluation
from digitpad.evaluation.statistics import Interval, mcnemar_p_value, paired_difference_interval
from digitpad.translation import gettext as _


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """Two evaluations of one dataset.

    Parameters
    ----------
    first, second
        Evaluations of the same images in the same order. The classes of the models may differ, and so may their order.

    Raises
    ------
    DigitpadError
        If the evaluations are of different data.
    """

    first: Evaluation
    second: Evaluation

    def __post_init__(self) -> None:
        if self.first.identity != self.second.identity:
            raise DigitpadError(
                _(
                    "{first} was measured on {first_data} and {second} on {second_data}, which are different images; "
                    "measure both on the same data."
                ).format(
                    first=self.first.model,
                    first_data=self.first.dataset,
                    second=self.second.model,
                    second_data=self.second.dataset,
                )
            )

    @property
    def only_first(self) -> NDArray[np.int64]:
        """The images that only the first model reads correctly, by descending confidence of the second."""
        return self._apart(self.first, self.second)

    @property
    def only_second(self) -> NDArray[np.int64]:
        """The images that only the second model reads correctly, by descending confidence of the first."""
        return self._apart(self.second, self.first)

    @property
    def both(self) -> int:
        """Number of images that both models read correctly."""
        return int((self.first.correct & self.second.correct).sum())

    @property
    def neither(self) -> int:
        """Number of images that neither model reads correctly."""
        return int((~self.first.correct & ~self.second.correct).sum())

    @property
    def difference(self) -> float:
        """Accuracy of the second model minus accuracy of the first."""
        return (len(self.only_second) - len(self.only_first)) / self.first.count

    @property
    def interval(self) -> Interval:
        """95 % confidence interval of the difference; if it contains 0, neither model is significantly better."""
        return paired_difference_interval(len(self.only_first), len(self.only_second), self.first.count)

    @property
    def p_value(self) -> float:
        """Probability of a difference at least this large between equally good models: McNemar's exact test."""
        return mcnemar_p_value(len(self.only_first), len(self.only_second))

    @staticmethod
    def _apart(right: Evaluation, wrong: Evaluation) -> NDArray[np.int64]:
        indices = np.flatnonzero(right.correct & ~wrong.correct)
        return indices[np.argsort(-wrong.confidences[indices], kind="stable")]
