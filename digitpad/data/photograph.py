"""Finds ink in photographs: compensates for uneven light, and removes printed lines, grain and specks.

Light falls on paper unevenly and ink absorbs a fraction of it, so ink is recognized by the ratio of a pixel to the
paper around it. The paper is estimated by a morphological closing (a maximum filter, then a minimum filter, wider than
any pen), which removes narrow dark structures and keeps shadows.
"""

import math

import numpy as np
import PIL.Image
from numpy.typing import NDArray

from digitpad.data.ruled import without_lines
from digitpad.data.specks import without_leftovers
from digitpad.data.straight_lines import without_paper_lines

#: Long side in pixels at which the paper is estimated; light changes slowly.
_COARSE = 112
#: Relative to the long side: lines wider than this would be mistaken for shadows.
_WIDEST_PEN = 0.14
#: Number of fields along each side, to test whether the light is even.
_FIELDS = 8
#: Smaller pictures are not photographs of pages but cropped digits, with hardly any paper around them.
_LEAST_SIDE = 48
#: Maximum difference between the fields in even light.
_EVEN = 0.06
#: The steepest step between neighbouring pixels of an enlarged picture is below the first, as a share of its contrast.
#: Its long side is as long as a number of such steps within the second range: a slow change of light has fewer, and
#: most pictures have more.
_GENTLE, _STEPS = 0.45, (6, 12)
#: In even light, the first share of larger fields, this many along each side, contain the tone of the paper in at least
#: the second share of their pixels, to this accuracy.
_LARGE_FIELDS, _MOST_FIELDS, _PAPER_SHARE, _SAME_TONE = 4, 0.9, 0.1, 0.02
#: Minimum share of each edge of a scan that has the tone of its paper, within the second value.
_PLAIN_SHARE, _SAME_EDGE = 0.4, 0.25 / 255
#: Minimum share of light that ink absorbs.
_LEAST_INK = 0.08
#: Minimum brightness of paper: in very dark areas, grain would count as ink.
_DARKEST = 0.12
#: Minimum share of light that a printed line absorbs.
_FAINTEST_LINE = 0.04
#: Minimum ink of a straight line, as a share of full ink.
_LINE = 0.25
#: Maximum amplitude of grain, in standard deviations.
_GRAIN = 4.0


def is_evenly_lit(grey: NDArray[np.float64]) -> bool:
    """Return whether the paper has a uniform tone, as in a scan or a screenshot, but not in a photograph.

    Parameters
    ----------
    grey
        (H, W) in [0, 1].
    """
    if min(grey.shape) < _LEAST_SIDE:
        return True
    if _has_plain_border(grey) or is_enlarged(grey):
        return True
    if np.median(np.abs(np.diff(grey, axis=1))) >= 0.5 / 255:
        # Grain of a camera.
        return False
    # Most of a field is paper; fields full of ink are exceptions, so extremes are ignored.
    tones = np.median(_fields(grey, _FIELDS), axis=1)
    if np.quantile(tones, 0.9) - np.quantile(tones, 0.1) < _EVEN:
        return True
    # Bold digits in a tight picture fill many fields, but leave some paper in larger ones.
    has_paper = np.abs(_fields(grey, _LARGE_FIELDS) - np.median(grey)) < _SAME_TONE
    return bool((has_paper.mean(axis=1) >= _PAPER_SHARE).mean() >= _MOST_FIELDS)


def is_enlarged(picture: NDArray[np.floating]) -> bool:
    """Return whether a picture is a very small one that was smoothly enlarged: its steepest slope is a small step.

    Parameters
    ----------
    picture
        (H, W): brightness or ink.
    """
    steps = [np.abs(np.diff(picture, axis=axis)).max(initial=0.0) for axis in (0, 1)]
    steepest = float(max(steps)) / max(float(np.ptp(picture)), 1e-6)
    return steepest < _GENTLE and _STEPS[0] <= steepest * max(picture.shape) < _STEPS[1]


def _has_plain_border(grey: NDArray[np.float64]) -> bool:
    """Return whether one tone is found exactly along a good part of all four edges, as around an enlarged small scan.

    Such a picture has hardly any flat areas, and may be full of ink, but no light or camera makes four equal edges.
    """
    sides = (grey[0], grey[-1], grey[:, 0], grey[:, -1])
    tone = float(np.median(np.concatenate(sides)))
    return all(float((np.abs(side - tone) < _SAME_EDGE).mean()) >= _PLAIN_SHARE for side in sides)


def _fields(grey: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """Return the pixels of `count` by `count` fields, (count^2, pixels)."""
    height, width = (side - side % count for side in grey.shape)
    fields = grey[:height, :width].reshape(count, height // count, count, width // count)
    return fields.swapaxes(1, 2).reshape(count**2, -1)


def ink_in_photograph(grey: NDArray[np.float64]) -> NDArray[np.float32]:
    """Find the ink in a photograph of paper, or of a board.

    Parameters
    ----------
    grey
        (H, W) in [0, 1].

    Returns
    -------
    NDArray[float32]
        (H, W) in [0, 1], ink 1; all zeros if there is none.
    """
    dark = grey if _is_dark_ink(grey) else 1 - grey
    paper = _paper(dark)
    share = (paper - dark) / np.maximum(paper, _DARKEST)
    # A quarter of the pixels suffices to estimate the grain.
    some = share[::2, ::2]
    grain = 1.4826 * float(np.median(np.abs(some - np.median(some))))
    share = without_paper_lines(share, max(_GRAIN * grain, _FAINTEST_LINE))
    share = without_lines(share, max(2.5 * grain, _FAINTEST_LINE))
    threshold = max(_otsu(share), _GRAIN * grain, _LEAST_INK)
    mask = share > threshold
    if not mask.any():
        return np.zeros(grey.shape, np.float32)
    full = float(np.median(share[mask]))
    low = max(threshold / 2, min(_GRAIN * grain, 0.8 * threshold))
    ink = np.clip((share - low) / max(full - low, 1e-6), 0.0, 1.0).astype(np.float32)
    return without_leftovers(without_paper_lines(ink, _LINE), dark, paper - dark)


def _is_dark_ink(grey: NDArray[np.float64]) -> bool:
    """Return whether the ink is dark, not chalk on a board: narrow, strong deviations from the surroundings are ink."""
    step = max(1, max(grey.shape) // 256)
    small = grey[: len(grey) // step * step, : grey.shape[1] // step * step]
    small = small.reshape(len(small) // step, step, -1, step).mean(axis=(1, 3))
    residual = small - _smooth(small, max(2.0, max(small.shape) / 12))
    return float((residual**3).sum()) <= 0


def _paper(grey: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the tone of the paper at every pixel, as if it were blank."""
    height, width = grey.shape
    scale = min(1.0, _COARSE / max(grey.shape))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    coarse = PIL.Image.fromarray(grey.astype(np.float32)).resize(size, PIL.Image.Resampling.BOX)
    reach = math.ceil(_WIDEST_PEN * max(size) / 2)
    values = np.asarray(coarse, np.float32)
    # The maximum of noisy pixels exceeds the paper's tone, hence a slight blur first.
    values = np.asarray(_smooth(values.astype(np.float64), 0.8), np.float32)
    # The light is extrapolated beyond the picture; otherwise a dark edge would count as ink.
    beyond = np.pad(values, 2 * reach, mode="reflect", reflect_type="odd")
    closed = _extreme(_extreme(beyond, reach, np.maximum), reach, np.minimum)
    soft = _smooth(closed.astype(np.float64), 1.5)
    large = PIL.Image.fromarray(soft.astype(np.float32)).resize((width, height), PIL.Image.Resampling.BICUBIC)
    return np.asarray(large, np.float64)


def _extreme(values: NDArray[np.float32], reach: int, choose: np.ufunc) -> NDArray[np.float32]:
    """Return the maximum or minimum over squares of `reach` pixels to each side, only where they fit completely."""
    for axis in (0, 1):
        windows = np.lib.stride_tricks.sliding_window_view(values, 2 * reach + 1, axis=axis)
        values = choose.reduce(windows, axis=-1)
    return values


def _smooth(values: NDArray[np.float64], radius: float) -> NDArray[np.float64]:
    """Return values blurred by a Gaussian of standard deviation `radius`."""
    # Pillow's own blur takes bytes only.
    reach = max(1, math.ceil(2.5 * radius))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / radius) ** 2)
    kernel /= kernel.sum()
    for axis in (0, 1):
        widths = [(reach, reach) if axis == one else (0, 0) for one in (0, 1)]
        padded = np.pad(values, widths, mode="edge")
        windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1, axis=axis)
        values = windows @ kernel
    return values


def _otsu(values: NDArray[np.float64]) -> float:
    """Return the threshold that separates values in [0, 1] into the two most different classes (Otsu, 1979)."""
    counts, edges = np.histogram(values, bins=128, range=(0.0, 1.0))
    middles = (edges[:-1] + edges[1:]) / 2
    below = np.cumsum(counts)
    above = below[-1] - below
    sums = np.cumsum(counts * middles)
    with np.errstate(divide="ignore", invalid="ignore"):
        between = below * above * (sums / below - (sums[-1] - sums) / above) ** 2
    return float(edges[1 + int(np.nanargmax(np.where(np.isfinite(between), between, -1.0)))])
