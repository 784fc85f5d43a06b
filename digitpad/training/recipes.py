"""Ways to train that have proven themselves, by name.

A recipe is a set of choices that belong together: a learning rate suits one batch size, one optimizer and one length
of run. Whoever asks for a recipe gets them all, and may still change each.
"""

from dataclasses import dataclass

from digitpad.errors import DigitpadError


@dataclass(frozen=True, slots=True)
class Recipe:
    """Choices for a run; see `TrainingSettings` for what each means.

    Attributes
    ----------
    aim
        What it is good for, in a few words.
    epochs, batch_size, learning_rate, optimizer, momentum, schedule, label_smoothing
        As in `TrainingSettings`.
    """

    aim: str
    epochs: int
    batch_size: int
    learning_rate: float
    optimizer: str
    momentum: float
    schedule: str
    label_smoothing: float


USUAL = "usual"

#: `quick` was chosen on images held out from MNIST's training set: with a batch of 128, halves the steps of 64 for the
#: same number of epochs and loses nothing when the rate is doubled; the rate falls to zero by the end, where accuracy
#: is gained. See `tests/benchmarks/time_to_accuracy.py`.
RECIPES = {
    USUAL: Recipe("plain and easy to follow", 5, 64, 0.001, "adam", 0.9, "constant", 0.0),
    "quick": Recipe("99 of 100 digits right as soon as possible", 3, 128, 0.006, "adam", 0.9, "one-cycle", 0.1),
}


def find_recipe(name: str) -> Recipe:
    """Return a recipe by its name.

    Raises
    ------
    DigitpadError
        If there is none of that name.
    """
    if name not in RECIPES:
        raise DigitpadError(f"There is no recipe called {name!r}; choose one of: {', '.join(RECIPES)}.")
    return RECIPES[name]
