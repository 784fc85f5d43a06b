"""Named sets of training settings that are known to work well.

The settings of a recipe belong together: a learning rate suits one batch size, one optimizer and one number of epochs.
Each of them can still be overridden.
"""

from dataclasses import dataclass, fields
from typing import Any

from digitpad.errors import DigitpadError
from digitpad.translation import gettext as _
from digitpad.translation import gettext_noop


@dataclass(frozen=True, slots=True)
class Recipe:
    """Training settings; `TrainingSettings` documents each of them.

    Attributes
    ----------
    aim
        What the recipe is good for, in a few words.
    epochs, batch_size, learning_rate, optimizer, momentum, schedule, label_smoothing
        As in `TrainingSettings`.
    augmentation
        In the format of `Augmentation.parse`.
    architecture
        Preset that is trained unless another one is chosen.
    """

    aim: str
    epochs: int
    batch_size: int
    learning_rate: float
    optimizer: str
    momentum: float
    schedule: str
    label_smoothing: float
    augmentation: str = "none"
    architecture: str = "standard"

    def settings(self) -> dict[str, Any]:
        """Return the fields of `TrainingSettings` that the recipe determines."""
        # The command line describes its options by the recipes, without NumPy.
        from digitpad.data.augmentation import Augmentation

        values = {each.name: getattr(self, each.name) for each in fields(self) if each.name not in _NO_SETTINGS}
        return values | {"augmentation": Augmentation.parse(self.augmentation)}


#: Fields of `Recipe` that are not fields of `TrainingSettings`.
_NO_SETTINGS = {"aim", "architecture"}

USUAL = "usual"
QUICK = "quick"
SPRINT = "sprint"
PHOTO = "photo"
PLAIN_PHOTO = "photo-plain"

#: `quick` was chosen on a validation set of 10,000 images from MNIST's training set, never on the test set. Validation
#: accuracies after training on the other 50,000 (medians of 1 to 4 seeds, which differ by 0.1%):
#:
#: - Adam at 0.003 to 0.012, batches of 64 to 256, one-cycle: 98.5% after one epoch at any rate, 98.8% after two, 98.9%
#:   after three, 99.0% after four; Nesterov at 0.05 to 0.1 is slightly worse;
#: - with label smoothing: 98.97% with two epochs and 99.1% with three, which is worth more than another epoch (see
#:   decision 50);
#: - with label smoothing Nesterov is as good as Adam, and its step is cheaper; batches of 128 lose 0.1%, batches of 32
#:   take a quarter more time per image; the length of the warm-up and weight averaging make no significant difference.
#:
#: `sprint` was chosen in the same way; decision 53 has the accuracies.
#:
#: `photo` was compared on 400 validation photographs of cats and dogs, which were split off the 2,000 for training. An
#: accuracy has a standard error of 2%, so the loss was looked at, too:
#:
#: - 22 epochs: 82.3% and a loss of 0.400 from PyTorch's initial weights; 80.0% and 0.425 from those of He in the
#:   convolutions; a second split and seed 79.8% and 0.437, and 80.3% and 0.450;
#: - crops of up to 30% instead of 45%: 76.3% and 0.461; stronger changes of everything: 75% after 20 of 30 epochs;
#: - 40 epochs: 82.5% and 0.386, with a training loss of 0.21, so more epochs would not help.
RECIPES = {
    USUAL: Recipe(gettext_noop("plain and easy to follow"), 5, 64, 0.001, "adam", 0.9, "constant", 0.0),
    QUICK: Recipe(gettext_noop("99% accuracy as soon as possible"), 3, 64, 0.05, "nesterov", 0.9, "one-cycle", 0.1),
    SPRINT: Recipe(
        gettext_noop("about 99% accuracy with one epoch of a small network"),
        1,
        32,
        0.1,
        "nesterov",
        0.9,
        "one-cycle",
        0.1,
        architecture="sprint",
    ),
    PLAIN_PHOTO: Recipe(gettext_noop("photographs, plain"), 6, 16, 0.0005, "adam", 0.9, "constant", 0.0),
    PHOTO: Recipe(
        gettext_noop("photographs, with augmentation"),
        28,
        16,
        0.001,
        "adam",
        0.9,
        "one-cycle",
        0.0,
        "photo",
    ),
}

#: Presets that have another recipe than `USUAL` by default. One logit has no use for label smoothing.
_OF_PRESETS = {"catdog": PLAIN_PHOTO, "sprint": SPRINT}


def default_recipe(preset: str, otherwise: str = USUAL) -> str:
    """Return the name of the recipe that suits a preset, or `otherwise` for one that has no recipe of its own."""
    return _OF_PRESETS.get(preset, otherwise)


def find_recipe(name: str) -> Recipe:
    """Return a recipe by its name.

    Raises
    ------
    DigitpadError
        If no recipe has this name.
    """
    if name not in RECIPES:
        raise DigitpadError(
            _("There is no recipe named {name!r}; choose one of: {names}.").format(name=name, names=", ".join(RECIPES))
        )
    return RECIPES[name]
