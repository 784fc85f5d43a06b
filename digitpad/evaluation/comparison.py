"""Two models on the same images: which is better, and whether the difference is more than chance."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitpad.errors import DigitpadError
from digitpad.evaluation.reading import Evaluation
from digitpad.evaluation.statistics import Interval, mcnemar_p_value, paired_difference_interval


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """Two evaluations of one data set.

    Parameters
    ----------
    first, second
        Of the same images in the same order. The models may know different classes in different order.

    Raises
    ------
    DigitpadError
        If the evaluations are of different data.
    """

    first: Evaluation
    second: Evaluation

    def __post_init__(self) -> None:
        if self.first.checksum != self.second.checksum:
            raise DigitpadError(
                f"{self.first.model} was measured on {self.first.dataset} and {self.second.model} on "
                f"{self.second.dataset}, which are different images; measure both on the same data."
            )

    @property
    def only_first(self) -> NDArray[np.int64]:
        """The images that only the first model reads correctly, those that the second is surest about first."""
        return self._apart(self.first, self.second)

    @property
    def only_second(self) -> NDArray[np.int64]:
        """The images that only the second model reads correctly, those that the first is surest about first."""
        return self._apart(self.second, self.first)

    @property
    def both(self) -> int:
        """How many images both read correctly."""
        return int((self.first.correct & self.second.correct).sum())

    @property
    def neither(self) -> int:
        """How many images neither reads correctly."""
        return int((~self.first.correct & ~self.second.correct).sum())

    @property
    def difference(self) -> float:
        """The second model's accuracy less the first's."""
        return (len(self.only_second) - len(self.only_first)) / self.first.count

    @property
    def interval(self) -> Interval:
        """The 95 % interval of the difference; one that holds 0 leaves open which model is better."""
        return paired_difference_interval(len(self.only_first), len(self.only_second), self.first.count)

    @property
    def p_value(self) -> float:
        """How likely so large a difference is between equally good models: McNemar's exact test."""
        return mcnemar_p_value(len(self.only_first), len(self.only_second))

    @staticmethod
    def _apart(right: Evaluation, wrong: Evaluation) -> NDArray[np.int64]:
        indices = np.flatnonzero(right.correct & ~wrong.correct)
        return indices[np.argsort(-wrong.confidences[indices], kind="stable")]
