"""Why not a 4? The smallest change to the ink that turns the answer into the class one has in mind.

Small is measured in ink: the sum over all pixels of what is added and what is removed, with every pixel between no ink
and full ink. The search goes to where the class begins and along its border, inside a ball of changes that shrinks
whenever the class is reached and grows when it is lost (Pintor, Roli, Brendel and Biggio, "Fast minimum-norm
adversarial attacks through adaptive norm constraints", NeurIPS 2021, for the norm of sums). What it finds is then made
smaller pixel by pixel, rounded to the 256 greys of a picture, and believed only if the network, asked once more, gives
that answer. It is the smallest that was found: that there is none smaller, nobody can promise.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from digitpad.explain.frame import Inspector, Values

MEANING = "The smallest change to the ink that was found to turn the answer into the class chosen."
CAUTION = (
    "It shows where this network's border lies, not what a person would draw: a few grey pixels can be enough, and "
    "another search may find a smaller change."
)

_STEPS = 120
#: How much the ball shrinks or grows in a step, at first and at the last; how long a step is, likewise. Of ten pairs
#: tried, these found the least ink for twelve changes to MNIST's digits.
_SHRINK = (0.1, 0.001)
_STRIDE = (2.0, 0.02)
_GREYS = 255


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """A change to a drawing, and what the network makes of it.

    Attributes
    ----------
    target
        The class that was asked for.
    found
        Whether the changed picture is read as that class. If not, it is what came nearest.
    pixels
        float32 (C, H, W) in [0, 1]: the changed picture.
    added, removed
        float32 (C, H, W), at least 0: ink to add and ink to remove.
    probabilities
        float32 (classes,): the network's answer to the changed picture.
    """

    target: int
    found: bool
    pixels: Values
    added: Values
    removed: Values
    probabilities: Values

    @property
    def ink(self) -> float:
        """All ink added and removed, in pixels full of it."""
        return float(self.added.sum(dtype=np.float64) + self.removed.sum(dtype=np.float64))


@dataclass(frozen=True, slots=True, eq=False)
class SearchStep:
    """How far a search has come.

    Attributes
    ----------
    done, total
        Steps.
    change
        The best so far, each one checked by the network; None as long as there is none. At the last step there always
        is one, `found` or not.
    """

    done: int
    total: int
    change: Change | None


def why_not(inspector: Inspector, pixels: Values, target: int, *, steps: int = _STEPS) -> Iterator[SearchStep]:
    """Search for the smallest change to a drawing that makes the network read it as `target`.

    Parameters
    ----------
    inspector
        Of a network that answers with classes.
    pixels
        float32 (H, W) or (C, H, W) in [0, 1].
    target
        The class.
    steps
        How long to search: passes through the network and back.

    Yields
    ------
    SearchStep
        After each pass; stop asking to stop it. The last has the result.

    Raises
    ------
    ValueError
        If there is no such class.
    """
    picture = inspector.as_picture(pixels)
    classes = len(inspector.labels)
    if not 0 <= target < classes:
        raise ValueError(f"why_not: target is {target}; expected a class in [0, {classes})")
    total = steps + 1
    unchanged = _checked(inspector, picture, picture, target)
    if unchanged.found:
        yield SearchStep(total, total, unchanged)
        return
    search = _Search(inspector, picture, target)
    for step in range(steps):
        search.move(step / max(steps - 1, 1))
        yield SearchStep(step + 1, total, search.best)
    best = search.best
    if best is None:
        yield SearchStep(total, total, _checked(inspector, picture, search.nearest, target))
        return
    yield SearchStep(total, total, _pruned(inspector, picture, _rounded(inspector, picture, best)))


class _Search:
    """Walks along the border of a class.

    Parameters
    ----------
    inspector, picture, target
        As `why_not` has them.
    """

    def __init__(self, inspector: Inspector, picture: Values, target: int) -> None:
        self._inspector = inspector
        self._picture = picture
        self._target = target
        self._change = np.zeros_like(picture)
        self._radius = math.inf
        self.best: Change | None = None
        #: The picture with the least missing to the class, and how much that was.
        self.nearest = picture
        self._most = -math.inf

    def move(self, progress: float) -> None:
        """Take a step uphill and back into the ball; `progress` runs from 0 to 1, and with it steps become smaller."""
        margin, slope = self._inspector.margin(self._picture + self._change, self._target)
        if margin > self._most:
            self._most, self.nearest = margin, self._picture + self._change
        # Both fall along half a cosine.
        fall = (1 + math.cos(math.pi * progress)) / 2
        shrink, stride = (low + (high - low) * fall for high, low in (_SHRINK, _STRIDE))
        if margin > 0:
            change = _checked(self._inspector, self._picture, self._picture + self._change, self._target)
            if change.found and (self.best is None or change.ink < self.best.ink):
                self.best = change
        # Until the class is reached for the first time, any distance is welcome.
        if self.best is not None:
            within = min(self._radius, self.best.ink)
            self._radius = within * (1 - shrink) if margin > 0 else within * (1 + shrink)
        length = float(np.linalg.norm(slope))
        if length > 0:
            self._change += np.float32(stride / length) * slope
        self._change = _into_ball(self._change, self._radius)
        self._change = np.clip(self._picture + self._change, 0, 1) - self._picture


def _checked(inspector: Inspector, picture: Values, changed: Values, target: int) -> Change:
    """Return a changed picture with what the network answers to it."""
    logits = inspector.logits(changed[np.newaxis])[0]
    exponentials = np.exp(logits - logits.max())
    return Change(
        target=target,
        found=int(logits.argmax()) == target,
        pixels=changed,
        added=np.maximum(changed - picture, 0),
        removed=np.maximum(picture - changed, 0),
        probabilities=exponentials / exponentials.sum(),
    )


def _in_greys(picture: Values, change: Values) -> Values:
    """Return the changed picture; each pixel that changes by a grey at least is one of the 256, others stay."""
    greys = np.round((picture + change) * _GREYS) / np.float32(_GREYS)
    changed: Values = np.where(np.abs(change) * _GREYS >= 0.5, greys, picture).astype(np.float32)
    return changed


def _rounded(inspector: Inspector, picture: Values, best: Change) -> Change:
    """Return a change in whole greys, stretched a little if rounding has lost the class; itself if that is in vain."""
    for stretch in (1.0, 1.01, 1.02, 1.05, 1.1, 1.2):
        stretched = np.clip(picture + np.float32(stretch) * (best.pixels - picture), 0, 1)
        change = _checked(inspector, picture, _in_greys(picture, stretched - picture), best.target)
        if change.found:
            return change
    return best


def _pruned(inspector: Inspector, picture: Values, best: Change) -> Change:
    """Return a change with as many of its pixels as possible, the slightest first, taken back or halved."""
    changed = best.pixels
    order = np.argsort(np.abs(changed - picture), axis=None)
    order = order[np.abs(changed - picture).ravel()[order] > 0]
    for share in (0.0, 0.5):
        for place in order:
            trial = changed.copy()
            whole = (changed - picture).ravel()[place]
            if whole == 0:
                continue
            kept = _in_greys(picture, (changed - picture) * np.float32(share)).ravel()[place]
            trial.ravel()[place] = kept
            if int(inspector.logits(trial[np.newaxis])[0].argmax()) == best.target:
                changed = trial
    return _checked(inspector, picture, changed, best.target)


def _into_ball(change: Values, radius: float) -> Values:
    """Return the nearest change, by Euclid's distance, whose pixels' sizes add up to `radius` at most.

    Source: Duchi, Shalev-Shwartz, Singer and Chandra, "Efficient projections onto the l1-ball for learning in high
    dimensions", ICML 2008: every size shrinks by the same amount, down to 0.
    """
    sizes = np.abs(change).ravel().astype(np.float64)
    if sizes.sum() <= radius:
        return change
    descending = np.sort(sizes)[::-1]
    excess = (np.cumsum(descending) - radius) / np.arange(1, len(sizes) + 1)
    amount = excess[descending > excess][-1] if radius > 0 else descending[0]
    shrunk: Values = np.sign(change) * np.maximum(np.abs(change) - np.float32(amount), 0)
    return shrunk
