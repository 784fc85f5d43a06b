"""Counterfactuals: the smallest change to the ink for which the network predicts another class ("Why not a 4?").

The size of a change is its L1 norm: the ink added and removed, summed over all pixels, each of which stays between no
ink and full ink. The search approaches the decision boundary and follows it inside an L1 ball of changes that shrinks
whenever the class is reached and grows when it is lost (Pintor, Roli, Brendel and Biggio, "Fast minimum-norm
adversarial attacks through adaptive norm constraints", NeurIPS 2021). The result is then reduced pixel by pixel,
rounded to 256 grey levels and accepted only if the network still predicts the class. It is the smallest change found;
a smaller one may exist.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from digitpad.explain.frame import Inspector, Values
from digitpad.translation import gettext_noop

#: To be translated where they are shown.
MEANING = gettext_noop("The smallest change found to the ink for which the network predicts the chosen class.")
CAUTION = gettext_noop(
    "It shows the decision boundary of this network, not what a person would draw: a few grey pixels can be enough, "
    "and another search may find a smaller change."
)

_STEPS = 120
#: Relative change of the radius in the first and in the last step, and the length of the first and last step. Of ten
#: pairs tried, these found the smallest changes of twelve digits of MNIST.
_SHRINK = (0.1, 0.001)
_STRIDE = (2.0, 0.02)
_GREYS = 255


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """A change to a drawing, and the prediction of the network for it.

    Attributes
    ----------
    target
        The target class.
    found
        Whether the changed image is read as that class. If not, it is the nearest image found.
    pixels
        float32 (C, H, W) in [0, 1]: the changed image.
    added, removed
        float32 (C, H, W), at least 0: the ink added and removed.
    probabilities
        float32 (classes,): the predicted probabilities for the changed image.
    """

    target: int
    found: bool
    pixels: Values
    added: Values
    removed: Values
    probabilities: Values

    @property
    def ink(self) -> float:
        """Total ink added and removed, in pixels of full ink."""
        return float(self.added.sum(dtype=np.float64) + self.removed.sum(dtype=np.float64))


@dataclass(frozen=True, slots=True, eq=False)
class SearchStep:
    """The state of a search after one step.

    Attributes
    ----------
    done, total
        Number of steps so far, and in total.
    change
        The best change so far, verified by the network; None if there is none yet. The last step always has one,
        whether `found` or not.
    """

    done: int
    total: int
    change: Change | None


def why_not(inspector: Inspector, pixels: Values, target: int, *, steps: int = _STEPS) -> Iterator[SearchStep]:
    """Search for the smallest change to a drawing that makes the network read it as `target`.

    Parameters
    ----------
    inspector
        Inspector of a classifier.
    pixels
        float32 (H, W) or (C, H, W) in [0, 1].
    target
        The class.
    steps
        Number of steps, each a forward and a backward pass.

    Yields
    ------
    SearchStep
        The state after each step; the caller may stop at any time. The last one has the result.

    Raises
    ------
    ValueError
        If the class does not exist.
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
    """Follows the decision boundary of a class.

    Parameters
    ----------
    inspector, picture, target
        See `why_not`.
    """

    def __init__(self, inspector: Inspector, picture: Values, target: int) -> None:
        self._inspector = inspector
        self._picture = picture
        self._target = target
        self._change = np.zeros_like(picture)
        self._radius = math.inf
        self.best: Change | None = None
        #: The image nearest to the class, by its margin.
        self.nearest = picture
        self._most = -math.inf

    def move(self, progress: float) -> None:
        """Take a gradient step and project onto the ball; steps become smaller as `progress` goes from 0 to 1."""
        margin, slope = self._inspector.margin(self._picture + self._change, self._target)
        if margin > self._most:
            self._most, self.nearest = margin, self._picture + self._change
        # Both follow a cosine schedule.
        fall = (1 + math.cos(math.pi * progress)) / 2
        shrink, stride = (low + (high - low) * fall for high, low in (_SHRINK, _STRIDE))
        if margin > 0:
            change = _checked(self._inspector, self._picture, self._picture + self._change, self._target)
            if change.found and (self.best is None or change.ink < self.best.ink):
                self.best = change
        # The radius is unbounded until the class is reached for the first time.
        if self.best is not None:
            within = min(self._radius, self.best.ink)
            self._radius = within * (1 - shrink) if margin > 0 else within * (1 + shrink)
        # The squares of gradients that float32 can hold may exceed it; those that are not finite have no direction.
        direction = slope.astype(np.float64)
        length = float(np.linalg.norm(direction))
        if 0 < length < math.inf:
            self._change += (stride / length * direction).astype(np.float32)
        self._change = _into_ball(self._change, self._radius)
        self._change = np.clip(self._picture + self._change, 0, 1) - self._picture


def _checked(inspector: Inspector, picture: Values, changed: Values, target: int) -> Change:
    """Return a changed image with the prediction of the network for it."""
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
    """Return the changed image; pixels that change by at least one of 256 grey levels are rounded, others stay."""
    greys = np.round((picture + change) * _GREYS) / np.float32(_GREYS)
    changed: Values = np.where(np.abs(change) * _GREYS >= 0.5, greys, picture).astype(np.float32)
    return changed


def _rounded(inspector: Inspector, picture: Values, best: Change) -> Change:
    """Return a change in whole grey levels, scaled up if rounding has lost the class; unchanged if that fails."""
    for stretch in (1.0, 1.01, 1.02, 1.05, 1.1, 1.2):
        stretched = np.clip(picture + np.float32(stretch) * (best.pixels - picture), 0, 1)
        change = _checked(inspector, picture, _in_greys(picture, stretched - picture), best.target)
        if change.found:
            return change
    return best


def _pruned(inspector: Inspector, picture: Values, best: Change) -> Change:
    """Return a change of which as many pixels as possible, the smallest first, are reverted or halved."""
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
    """Return the Euclidean projection of a change onto the L1 ball with this radius.

    Source: Duchi, Shalev-Shwartz, Singer and Chandra, "Efficient projections onto the l1-ball for learning in high
    dimensions", ICML 2008: all absolute values are reduced by the same amount, at most to 0.
    """
    sizes = np.abs(change).ravel().astype(np.float64)
    if sizes.sum() <= radius:
        return change
    descending = np.sort(sizes)[::-1]
    excess = (np.cumsum(descending) - radius) / np.arange(1, len(sizes) + 1)
    amount = excess[descending > excess][-1] if radius > 0 else descending[0]
    shrunk: Values = np.sign(change) * np.maximum(np.abs(change) - np.float32(amount), 0)
    return shrunk
