"""Occlusion: how the prediction changes when patches of ink are erased, measured patch by patch."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from digitpad.explain.attribution import Attribution
from digitpad.explain.frame import Inspector, Values
from digitpad.translation import gettext as _

#: Batch sizes: large enough to be fast, small enough to be interrupted soon. A large picture is read in 40 ms.
_BATCH, _LARGE_BATCH = 32, 4
_LARGE = 64  # pixels
_INK_PATCH = 5  # pixels


@dataclass(frozen=True, slots=True, eq=False)
class OcclusionStep:
    """The state after some patches.

    Attributes
    ----------
    done, total
        Number of patches processed, and number of patches with ink.
    attribution
        The result so far: the mean over the patches that were processed. It is complete when `done` equals `total`.
    """

    done: int
    total: int
    attribution: Attribution


def occlusion(
    inspector: Inspector, pixels: Values, *, target: int | None = None, size: int | None = None, stride: int = 1
) -> Iterator[OcclusionStep]:
    """Erase each patch of a drawing in turn, and yield the decrease of the probability of a class.

    The value of a pixel is the mean over the patches that cover it. Patches side by side come first, which cover the
    whole picture coarsely, and then those in between. Patches without ink change nothing and are skipped.
    Patches of a picture get the mean colour of the training set, which is zero after the normalization.

    Parameters
    ----------
    inspector
        Inspector of a classifier.
    pixels
        float32 (H, W) or (C, H, W) in [0, 1].
    target
        The class; None for the predicted class.
    size, stride
        Side of a patch and distance between patches, in pixels. Without a size, they are 5 and 1 for ink; for a
        picture, the patches are an eighth of its shorter side, half a patch apart.

    Yields
    ------
    OcclusionStep
        The state after each batch of patches, at least one; the caller may stop at any time.

    Raises
    ------
    ValueError
        If `size` or `stride` is less than 1, or the patch is larger than the image.

    Notes
    -----
    Source: Zeiler and Fergus, "Visualizing and understanding convolutional networks", ECCV 2014.
    """
    picture = inspector.as_picture(pixels)
    height, width = picture.shape[1:]
    preprocessing = inspector.metadata.preprocessing
    if size is None:
        size = max(1, min(height, width) // 8) if preprocessing.is_picture else _INK_PATCH
        stride = max(1, size // 2) if preprocessing.is_picture else stride
    if not (1 <= size <= min(height, width) and stride >= 1):
        raise ValueError(
            f"occlusion: size and stride are {size} and {stride}; expected at least 1, at most the picture"
        )
    before = inspector.probabilities(picture[np.newaxis])[0]
    chosen = int(before.argmax()) if target is None else target
    # Patches extend beyond the edges, so that pixels at the edge are covered as often as any others.
    places = _coarse_first(range(1 - size, height, stride), range(1 - size, width, stride), max(1, size // stride))
    covered = np.zeros((height, width), np.int64)
    plain = np.zeros((len(picture), 1, 1), np.float32)
    if preprocessing.is_picture:
        plain[:, 0, 0] = [preprocessing.of_channel(channel)[0] for channel in range(len(picture))]
    inked = []
    for place in places:
        if (picture[:, *_patch(*place, size)] != plain).any():
            inked.append(place)
        else:
            covered[_patch(*place, size)] += 1
    total = np.zeros((height, width), np.float64)
    batch = _BATCH if max(height, width) <= _LARGE else _LARGE_BATCH
    for done in range(0, max(len(inked), 1), batch):
        some = inked[done : done + batch]
        trials = np.repeat(picture[np.newaxis], len(some), axis=0)
        for trial, place in zip(trials, some, strict=True):
            trial[:, *_patch(*place, size)] = plain
        falls = before[chosen] - inspector.probabilities(trials)[:, chosen] if some else []
        for place, fall in zip(some, falls, strict=True):
            total[_patch(*place, size)] += fall
            covered[_patch(*place, size)] += 1
        values = (total / np.maximum(covered, 1)).astype(np.float32)
        result = _attribution(inspector, chosen, values, size, stride)
        yield OcclusionStep(min(done + batch, len(inked)), len(inked), result)


def _coarse_first(rows: range, columns: range, every: int) -> list[tuple[int, int]]:
    """Return all places, those in every n-th row and column first."""
    places = [(i, j) for i in range(len(rows)) for j in range(len(columns))]
    places.sort(key=lambda place: place[0] % every != 0 or place[1] % every != 0)
    return [(rows[i], columns[j]) for i, j in places]


def _patch(top: int, left: int, size: int) -> tuple[slice, slice]:
    return slice(max(top, 0), top + size), slice(max(left, 0), left + size)


def _attribution(inspector: Inspector, target: int, values: Values, size: int, stride: int) -> Attribution:
    if inspector.metadata.preprocessing.is_picture:
        meaning = _(
            "The mean decrease of the probability of {label} when a {size} × {size} patch over the pixel gets the mean "
            "colour of the training images; neighbouring patches are {stride} pixels apart."
        )
        caution = _("It does not show what matters only together with another part of the picture.")
        label = inspector.labels[target]
        return Attribution(_("Occlusion"), values, True, meaning.format(label=label, size=size, stride=stride), caution)
    return Attribution(
        _("Occlusion"),
        values,
        True,
        _(
            "The mean decrease of the probability of {label} when a {size} × {size} patch over the pixel is erased."
        ).format(label=inspector.labels[target], size=size),
        _("It does not show missing ink, or ink that matters only together with other ink."),
    )
