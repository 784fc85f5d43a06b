"""What happens to the answer when a patch of ink is erased: asked of the network itself, patch by patch."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from digitpad.explain.attribution import Attribution
from digitpad.explain.frame import Inspector, Values

#: Pictures that go through the network at once: enough to be fast, few enough to be interrupted soon.
_BATCH = 32


@dataclass(frozen=True, slots=True, eq=False)
class OcclusionStep:
    """How far the erasing has come.

    Attributes
    ----------
    done, total
        Patches tried, and all that hold ink.
    attribution
        The result so far; it is whole once `done` is `total`.
    """

    done: int
    total: int
    attribution: Attribution


def occlusion(
    inspector: Inspector, pixels: Values, *, target: int | None = None, size: int = 5, stride: int = 1
) -> Iterator[OcclusionStep]:
    """Erase each patch of a drawing in turn, and yield how much less probable a class becomes.

    A pixel's number is the mean over the patches that covered it. Patches without ink change nothing and are not asked
    about.

    Parameters
    ----------
    inspector
        Of a network that answers with classes.
    pixels
        float32 (H, W) or (C, H, W) in [0, 1].
    target
        The class; None means the network's answer.
    size, stride
        Side of a patch and distance between patches, in pixels.

    Yields
    ------
    OcclusionStep
        At least one, after each batch of patches; stop asking to stop it.

    Raises
    ------
    ValueError
        If a size is below 1 or larger than the picture.

    Notes
    -----
    Source: Zeiler and Fergus, "Visualizing and understanding convolutional networks", ECCV 2014.
    """
    picture = inspector.as_picture(pixels)
    height, width = picture.shape[1:]
    if not (1 <= size <= min(height, width) and stride >= 1):
        raise ValueError(
            f"occlusion: size and stride are {size} and {stride}; expected at least 1, at most the picture"
        )
    before = inspector.probabilities(picture[np.newaxis])[0]
    chosen = int(before.argmax()) if target is None else target
    places = [
        (top, left)
        # Patches reach over the edges, so that a pixel at the edge is covered as often as any other.
        for top in range(1 - size, height, stride)
        for left in range(1 - size, width, stride)
    ]
    covered = np.zeros((height, width), np.int64)
    for top, left in places:
        covered[_patch(top, left, size)] += 1
    inked = [place for place in places if picture[:, *_patch(*place, size)].any()]
    total = np.zeros((height, width), np.float64)
    for done in range(0, max(len(inked), 1), _BATCH):
        some = inked[done : done + _BATCH]
        trials = np.repeat(picture[np.newaxis], len(some), axis=0)
        for trial, place in zip(trials, some, strict=True):
            trial[:, *_patch(*place, size)] = 0
        falls = before[chosen] - inspector.probabilities(trials)[:, chosen] if some else []
        for place, fall in zip(some, falls, strict=True):
            total[_patch(*place, size)] += fall
        values = (total / np.maximum(covered, 1)).astype(np.float32)
        yield OcclusionStep(min(done + _BATCH, len(inked)), len(inked), _attribution(inspector, chosen, values, size))


def _patch(top: int, left: int, size: int) -> tuple[slice, slice]:
    return slice(max(top, 0), top + size), slice(max(left, 0), left + size)


def _attribution(inspector: Inspector, target: int, values: Values, size: int) -> Attribution:
    return Attribution(
        "Occlusion",
        values,
        True,
        f"How far the probability of {inspector.labels[target]} falls, on the mean, when a {size} × {size} patch over "
        "the pixel is erased.",
        "Ink that is missing, or that matters only together with other ink, it does not show.",
    )
