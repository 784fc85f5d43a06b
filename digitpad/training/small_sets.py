"""Defaults for small datasets: with a few dozen drawings, five epochs of the usual recipe are only a few steps.

A small network is trained for a fixed number of steps on augmented images. Whatever the user has chosen is kept.
"""

import math
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from digitpad.data.augmentation import USUAL_STRENGTHS, Augmentation
from digitpad.data.dataset import Dataset
from digitpad.data.paper import Pages
from digitpad.translation import gettext as _

MOST_IMAGES = 1000
"""A dataset with more images is not small: an epoch of it is many steps."""

_NETWORK = "light"
_STEPS = 300
_LARGEST_BATCH = 16
_SMALLEST_BATCH = 2
_LEARNING_RATE = 0.003
_VALIDATION_SHARE = 6


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
        Names of what the user has chosen: `architecture`, `augmentation`, and fields of `TrainingSettings`.
    limit, validation
        Number of images in all and for validation, see `choose_images`.
    """
    count = len(samples) if limit is None else min(limit, len(samples))
    if isinstance(samples, Pages) or not 0 < count <= MOST_IMAGES:
        return None
    training = max(1, count - (count // _VALIDATION_SHARE if validation is None else validation))
    batch = max(1, min(_LARGEST_BATCH, max(_SMALLEST_BATCH, training // 4), training))
    values: dict[str, Any] = {
        "augmentation": Augmentation(**USUAL_STRENGTHS),
        "batch_size": batch,
        "epochs": math.ceil(_STEPS / math.ceil(training / batch)),
        "optimizer": "adam",
        "learning_rate": _LEARNING_RATE,
        "schedule": "one-cycle",
    }
    # A learning rate belongs to its optimizer, and epochs to their batch size: chosen together or not at all.
    kept = set(given)
    for group in ({"batch_size", "epochs"}, {"optimizer", "learning_rate", "schedule"}):
        if kept & group:
            kept |= group
    values = {name: value for name, value in values.items() if name not in kept}
    architecture = None if "architecture" in given else _NETWORK
    parts = [] if architecture is None else [_("the network {name}").format(name=architecture)]
    if "augmentation" in values:
        parts.append(_("augmentation"))
    if "epochs" in values:
        parts.append(_("batches of {batch}, {epochs} epochs").format(batch=batch, epochs=values["epochs"]))
    if "optimizer" in values:
        parts.append(_("Adam with a one-cycle schedule"))
    if not parts:
        return None
    text = _("A small dataset ({count} images): by default it is trained with {choices}; options change each of them.")
    return SmallSetDefaults(architecture, values, text.format(count=count, choices=", ".join(parts)))
