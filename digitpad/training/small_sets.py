"""Defaults for small datasets: with a few dozen drawings, five epochs of the usual recipe are only a few steps.

A small network is trained for a number of steps that suits the classes, on augmented images, unless the user chooses
how to train.
"""

import math
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np

from digitpad.data.augmentation import PHOTO_STRENGTHS, USUAL_STRENGTHS, Augmentation
from digitpad.data.dataset import Dataset
from digitpad.data.paper import Pages
from digitpad.training.settings import TrainingSettings
from digitpad.translation import gettext as _

MOST_IMAGES = 1000
"""A dataset with more images is not small: an epoch of it is many steps."""

_NETWORK = "light"
#: With many classes a network learns longer: 30 letters need about a thousand steps, after 300 it has hardly begun.
_LEAST_STEPS, _STEPS_OF_A_CLASS, _MOST_STEPS = 300, 35, 1500
_LARGEST_BATCH = 16
_SMALLEST_BATCH = 2
_LEARNING_RATE = 0.003
_VALIDATION_SHARE = 6
_COLOURS = 3  # channels
_TRAINING = {"augmentation", "batch_size", "epochs", "optimizer", "learning_rate", "schedule", "momentum", "recipe"}


@dataclass(frozen=True, slots=True)
class SmallSetDefaults:
    """Defaults that replace the usual ones.

    Attributes
    ----------
    architecture
        Name of the preset to use; None if the user has chosen one.
    settings
        Values for fields of `TrainingSettings`, as far as the user has not set them.
    sentence
        What is said about them.
    """

    architecture: str | None
    settings: dict[str, Any]
    sentence: str


def small_set_defaults(
    samples: Dataset | Pages, given: Collection[str], *, limit: int | None = None, validation: int | None = None
) -> SmallSetDefaults | None:
    """Return the defaults for a small dataset, or None if the usual ones suit it or nothing is left to choose.

    Parameters
    ----------
    samples
        The dataset.
    given
        Names of what the user has chosen: `architecture`, `recipe`, and fields of `TrainingSettings`.
    limit, validation
        Number of images in all and for validation, see `choose_images`.
    """
    known = None
    if not isinstance(samples, Pages):
        colour = samples.images.shape[1] == _COLOURS
        known = small_set_values(
            len(samples),
            len(np.unique(samples.labels)),
            limit=limit,
            validation=validation,
            colour=colour,
        )
    if known is None:
        return None
    count, batch, epochs = known.count, known.settings["batch_size"], known.settings["epochs"]
    if _TRAINING & set(given):
        # One choice belongs with the others; only a batch that cannot be filled is made smaller.
        if known.training >= TrainingSettings().batch_size or {"batch_size", "recipe"} & set(given):
            return None
        text = _("A small dataset ({count} images): batches have {batch} images, unless --batch-size says otherwise.")
        return SmallSetDefaults(None, {"batch_size": batch}, text.format(count=count, batch=batch))
    text = _(
        "A small dataset ({count} images), trained with augmentation, batches of {batch}, {epochs} epochs and a "
        "one-cycle schedule; choose one of these by its option, and the usual defaults hold for the others."
    )
    sentences = [text.format(count=count, batch=batch, epochs=epochs)]
    architecture = None if "architecture" in given else known.architecture
    if architecture is not None:
        sentences.append(_("The network is {name}; choose another with --architecture.").format(name=architecture))
    return SmallSetDefaults(architecture, known.settings, " ".join(sentences))


@dataclass(frozen=True, slots=True)
class SmallSetValues:
    """What suits a small dataset.

    Attributes
    ----------
    count, training
        Number of images in use, and of those to train on.
    architecture
        Name of the preset.
    settings
        Values for fields of `TrainingSettings`.
    """

    count: int
    training: int
    architecture: str
    settings: dict[str, Any]


def small_set_values(
    images: int,
    classes: int,
    *,
    limit: int | None = None,
    validation: int | None = None,
    batch_size: int | None = None,
    colour: bool = False,
) -> SmallSetValues | None:
    """Return what suits a dataset of this size, or None if it is not small.

    Parameters
    ----------
    images, classes
        Number of images, and of classes that have some.
    limit, validation
        Number of images in all and for validation, see `choose_images`.
    batch_size
        The batch size, if it is chosen already; the number of epochs follows it.
    colour
        Whether the images are in colour: they are augmented as photographs are, others as ink is.
    """
    count = images if limit is None else min(limit, images)
    if not 0 < count <= MOST_IMAGES:
        return None
    training = count - (count // _VALIDATION_SHARE if validation is None else validation)
    if training < 1:
        # `choose_images` refuses this, and nothing is trained that could have defaults.
        return None
    batch = batch_size or max(1, min(_LARGEST_BATCH, max(_SMALLEST_BATCH, training // 4), training))
    steps = min(max(_LEAST_STEPS, _STEPS_OF_A_CLASS * classes), _MOST_STEPS)
    values: dict[str, Any] = {
        "augmentation": Augmentation(**(PHOTO_STRENGTHS if colour else USUAL_STRENGTHS)),
        "batch_size": batch,
        "epochs": math.ceil(steps / math.ceil(training / batch)),
        "optimizer": "adam",
        "learning_rate": _LEARNING_RATE,
        "schedule": "one-cycle",
    }
    return SmallSetValues(count, training, _NETWORK, values)
