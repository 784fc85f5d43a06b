"""Which steps are filmed: the first ones one by one, then at distances that grow with the step.

A network changes most in its first steps, and a step early in a run changes as much as many steps later. So the steps
are spaced like the marks of a logarithmic scale. The next step is computed from the frames that are left, which keeps
the spacing right when the number of frames changes: after thinning, in a run that is extended, or on a slow disk.
"""

import math
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


def next_step(step: int, last: int, frames: int) -> int:
    """Return the step of the next frame.

    Parameters
    ----------
    step
        The step of the frame before it.
    last
        The last step of the run, which gets the last frame.
    frames
        Number of frames that are left.

    Returns
    -------
    int
        Larger than `step`.
    """
    if frames <= 1 or step >= last:
        return max(step + 1, last)
    if step == 0:
        return 1
    ratio = math.pow(last / step, 1 / frames)
    return min(last, max(step + 1, math.ceil(step * ratio)))


def thinned_out(frames: Sequence[T]) -> list[T]:
    """Return the frames to delete when a film is full: every other one, and never the first or the last."""
    return list(frames[1:-1:2])
