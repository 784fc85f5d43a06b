"""Removes everything that is not ink: dust, grain, remains of printed lines, and shadows at the edge."""

import numpy as np
from numpy.typing import NDArray

from digitpad.data.components import component_boxes, connected_components

#: In a photograph, parts smaller than this share of the largest, in both dimensions, are specks;
_SPECK = 0.08
#: in a scan, those smaller than the first, or smaller than the second and than the third of the pen's width.
_DUST, _LARGE_DUST, _OF_PEN = 0.06, 0.12, 0.6
#: Parts whose lines are thinner than the first, relative to the largest part, are remains of printed lines, unless they
#: are as tall as a digit: their heights differ from that of the largest part by at most the second factor.
_THIN, _AS_TALL = 0.55, 1.7
#: Parts at the edge of the picture that are this much smaller or larger than the largest one inside are shadows.
_SMALL = 0.5
#: Minimum gradient at the edges of ink, in shares of full ink per pixel; edges of shadows are softer.
_SHARP = 0.05
#: Minimum share of the edge of ink that is darker than the paper next to it; a shadow is darker on one side only. The
#: first is for parts as thin as the border of a shadow (the second, relative to the long side), the third for bolder
#: ink.
_AROUND, _BORDER, _AROUND_BOLD = 0.92, 0.032, 0.7
#: Minimum difference between the edge of ink and the paper next to it, relative to the depth of the ink there.
_LIGHTER = 0.4
#: Distance from a part at which the paper around it is sampled, in pixels.
_RING = 3
#: Maximum depth of a shadow at the edge, relative to the picture; it extends along the edge at least twice as far.
_FLAT = 0.12
#: If all parts touch the edge, the largest is a digit only if it is at least this share of the short side.
_FILLS = 0.25
#: A stripe is at least as long as the first share of the picture; its middle deviates from a straight line by less than
#: the second share of its width, and its width varies by at most the third factor.
_LONG, _STRAY, _EVEN_WIDTH = 0.6, 0.2, 2.0
#: Edges with a gradient below this, in shares of full ink per pixel, are softer than those of a pen in focus.
_SOFT = 0.25
#: The edges of ink at the edge of the picture are sharp all around: at most the first share has a gradient below the
#: second. A wedge between two shadows is soft on one side. Ink bolder than the third, relative to the long side,
#: darkens the estimated paper, which softens its edges.
_SOFT_SHARE, _LEAST_SHARP, _BOLD = 0.2, 0.16, 0.063
#: Parts smaller than this share of the long side of the picture cannot be distinguished from grain;
_LEAST = 0.06
#: with this many parts of similar size, as on a page of numbers, the limit is this one.
_MANY, _LEAST_OF_MANY = 4, 0.025
#: The largest part inside counts if it is at least this share of the largest at the edge.
_MAIN = 0.35
#: A part that fills this share of an edge of the picture is not ink (a table, a finger), nor is one that extends from
#: edge to edge (the fold of a book),
_CONTACT = 0.3
#: if there is something else of at least this share of its size.
_BESIDE = 0.12


def without_dust(ink: NDArray[np.float32], visible: float) -> NDArray[np.float32]:
    """Remove dust from the ink of a scan or a screenshot.

    Parameters
    ----------
    ink
        (H, W) in [0, 1].
    visible
        Pixels with more ink are connected.

    Returns
    -------
    NDArray[float32]
        The ink; the same array if there is no dust.
    """
    labels, count = connected_components(ink > visible)
    if count < 2:
        return ink
    boxes = component_boxes(labels, count)
    longest = (boxes[:, 2:] - boxes[:, :2]).max(axis=1)
    main = int(longest.argmax())
    pen = min(float(_thickness(labels, count)[main]), 0.25 * float(longest[main]))
    dust = longest < _DUST * longest[main]
    dust |= (longest < _LARGE_DUST * longest[main]) & (longest < _OF_PEN * pen)
    if not dust.any():
        return ink
    gone = grown(np.concatenate([[False], dust])[labels], 1) & ~np.concatenate([[False], ~dust])[labels]
    return np.where(gone, np.float32(0), ink)


def _is_soft_in_part(ink: NDArray[np.float32], part: NDArray[np.bool_]) -> bool:
    """Return whether a share of the edges of a part is softer than those of a pen."""
    slopes = _slopes(ink)[part & grown(~part, 1)]
    return float(np.quantile(slopes, _SOFT_SHARE)) < _LEAST_SHARP


def _slopes(ink: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the gradient along the steeper axis, in shares of full ink per pixel."""
    down, right = (np.abs(slope) for slope in np.gradient(ink))
    steeper: NDArray[np.float32] = np.maximum(down, right)
    return steeper


def _sharpness(ink: NDArray[np.float32], labels: NDArray[np.intp], count: int) -> NDArray[np.float64]:
    """Return the gradient at the edges of each part, which is larger for a pen than for a shadow."""
    inside = labels > 0
    edge = inside & grown(~inside, 1)
    part = labels[edge]
    slopes = np.bincount(part, weights=_slopes(ink)[edge], minlength=count + 1)
    return np.asarray((slopes / np.maximum(np.bincount(part, minlength=count + 1), 1))[1:])


def _thickness(labels: NDArray[np.intp], count: int) -> NDArray[np.float64]:
    """Return the stroke width of each part: twice its area over the length of its edges."""
    padded = np.pad(labels, 1)
    edges = np.zeros(count + 1)
    for one, other in ((padded[1:], padded[:-1]), (padded[:, 1:], padded[:, :-1])):
        differ = one != other
        edges += np.bincount(one[differ], minlength=count + 1) + np.bincount(other[differ], minlength=count + 1)
    area = np.bincount(labels.ravel(), minlength=count + 1)
    # Measured along the grid, an edge is 4 / pi times too long, on average over all directions.
    return np.asarray(2 * area[1:] / (edges[1:] * np.pi / 4))


def grown(mask: NDArray[np.bool_], reach: int) -> NDArray[np.bool_]:
    """Dilate a mask by a square of `reach` pixels to each side."""
    for _ in range(reach):
        mask = mask.copy()
        mask[1:] |= mask[:-1].copy()
        mask[:-1] |= mask[1:].copy()
        mask[:, 1:] |= mask[:, :-1].copy()
        mask[:, :-1] |= mask[:, 1:].copy()
    return mask


def without_leftovers(
    ink: NDArray[np.float32], grey: NDArray[np.float64], depth: NDArray[np.float64]
) -> NDArray[np.float32]:
    """Remove everything from a photograph that is not ink: specks, remains of lines, and shadows at the edge.

    Parameters
    ----------
    ink
        (H, W) in [0, 1].
    grey
        (H, W) in [0, 1]: the brightness of the picture, with dark ink.
    depth
        (H, W): the estimated difference between the paper and each pixel.
    """
    labels, count = connected_components(ink > 0.4)
    if not count:
        return ink
    boxes = component_boxes(labels, count)
    longest = (boxes[:, 2:] - boxes[:, :2]).max(axis=1)
    sharpness = _sharpness(ink, labels, count)
    is_ink = sharpness >= _SHARP
    pen = _thickness(labels, count)
    is_thin = pen < _BORDER * max(ink.shape)
    is_ink &= _surrounded(grey, depth, labels, count) >= np.where(is_thin, _AROUND, _AROUND_BOLD)
    is_ink &= ~_is_rim(boxes, ink.shape) & ~_is_stripe(labels, boxes, sharpness)
    if not is_ink.any():
        return np.zeros_like(ink)
    height, width = ink.shape
    at_edge = (boxes[:, 0] == 0) | (boxes[:, 1] == 0) | (boxes[:, 2] == width) | (boxes[:, 3] == height)
    reaches = _comes_in(labels, count) | (
        ((boxes[:, 0] == 0) & (boxes[:, 2] == width)) | ((boxes[:, 1] == 0) & (boxes[:, 3] == height))
    )
    # If there is nothing else, it is a drawing that fills the picture.
    others = longest[is_ink & ~reaches]
    kept = is_ink & ~reaches if others.max(initial=0) >= _BESIDE * longest[is_ink].max() else is_ink
    main = int(np.argmax(np.where(kept, longest, 0)))
    inside = int(np.argmax(np.where(at_edge | ~is_ink, 0, longest)))
    if is_ink[inside] and not at_edge[inside] and longest[inside] >= _MAIN * longest[main]:
        main = inside
    similar = int(np.count_nonzero(kept & ~at_edge & (longest >= _SMALL * longest[main])))
    least = _LEAST_OF_MANY if similar >= _MANY else _LEAST
    if longest[main] < (_FILLS * min(height, width) if at_edge[main] else least * max(height, width)):
        return np.zeros_like(ink)
    if at_edge[main] and pen[main] < _BOLD * max(height, width) and _is_soft_in_part(ink, labels == main + 1):
        return np.zeros_like(ink)
    # Remains of lines are thinner than the pen; a part at the edge is the end of a number if it resembles the others,
    # otherwise the remains of a shadow.
    kept &= longest >= max(_SPECK * longest[main], 2)
    like = (longest >= _SMALL * longest[main]) & (longest <= longest[main] / _SMALL) & (pen <= 1.6 * pen[main])
    heights = (boxes[:, 3] - boxes[:, 1]).astype(np.float64)
    is_tall = (heights >= heights[main] / _AS_TALL) & (heights <= heights[main] * _AS_TALL)
    kept &= ((pen >= _THIN * pen[main]) | is_tall) & (~at_edge | like)
    kept[main] = True
    keep = np.concatenate([[False], kept])
    return np.where(grown(keep[labels], 2), ink, np.float32(0))


def _is_rim(boxes: NDArray[np.intp], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Return which parts are flat and along an edge of the picture: the rim of a shadow."""
    height, width = shape
    spans = boxes[:, 2:] - boxes[:, :2]
    upright = ((boxes[:, 0] == 0) | (boxes[:, 2] == width)) & (spans[:, 0] < _FLAT * width)
    level = ((boxes[:, 1] == 0) | (boxes[:, 3] == height)) & (spans[:, 1] < _FLAT * height)
    rim: NDArray[np.bool_] = (upright & (spans[:, 1] >= 2 * spans[:, 0])) | (level & (spans[:, 0] >= 2 * spans[:, 1]))
    return rim


def _is_stripe(labels: NDArray[np.intp], boxes: NDArray[np.intp], sharpness: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which parts extend straight from one edge far into the picture: a band between shadows, a fold."""
    stripe = np.zeros(len(boxes), np.bool_)
    for first, second, side, picture in ((1, 3, labels.shape[0], labels), (0, 2, labels.shape[1], labels.T)):
        starts, stops = boxes[:, first] == 0, boxes[:, second] == side
        # A part that ends within the picture may be a 1 that is cut off; its edges are sharp.
        at_edge = (starts & stops) | ((starts | stops) & (sharpness < _SOFT))
        long = boxes[:, second] - boxes[:, first] >= _LONG * side
        for part in np.flatnonzero(at_edge & long).tolist():
            own = picture[boxes[part, first] : boxes[part, second]] == part + 1
            counts = own.sum(axis=1)
            if not counts.all():
                continue
            along, across = np.arange(len(own)), np.arange(own.shape[1])
            middles = (own @ across) / counts
            slope, offset = np.polyfit(along, middles, 1)
            stray = float(np.quantile(np.abs(middles - slope * along - offset), 0.95))
            # The middles of a 0 are straight, too, but its width is not constant.
            narrow, wide = np.quantile(counts, (0.1, 0.9))
            stripe[part] |= stray <= max(_STRAY * float(np.median(counts)), 2.0) and wide <= _EVEN_WIDTH * narrow
    return stripe


def _comes_in(labels: NDArray[np.intp], count: int) -> NDArray[np.bool_]:
    """Return which parts fill a large share of an edge of the picture."""
    contact = np.zeros(count + 1)
    for edge in (labels[0], labels[-1], labels[:, 0], labels[:, -1]):
        np.maximum(contact, np.bincount(edge, minlength=count + 1) / len(edge), out=contact)
    comes_in: NDArray[np.bool_] = contact[1:] > _CONTACT
    return comes_in


def _surrounded(
    grey: NDArray[np.float64], depth: NDArray[np.float64], labels: NDArray[np.intp], count: int
) -> NDArray[np.float64]:
    """Return the share of the edge of each part along which it is darker than its surroundings.

    Ink is surrounded by paper. Apparent ink along the edge of a shadow has paper on one side only.
    """
    # Grain frays the border of a shadow; the detached pieces belong to it.
    inside = grown(labels > 0, 1)
    owners, whole = connected_components(inside)
    of_part = np.zeros(count + 1, np.intp)
    of_part[labels[labels > 0]] = owners[labels > 0]
    # A flat array with an empty margin, so that a step up or down is an offset of one row.
    margin = _RING + 1
    step_down = labels.shape[1] + 2 * margin
    owner = np.pad(owners, margin).ravel()
    tone, deep = (np.pad(_averaged(values), margin).ravel() for values in (grey, depth))
    around = tone.copy()
    # Ring by ring, paper takes the label of its neighbour; only few pixels are near ink.
    rest = np.flatnonzero(np.pad(grown(inside, _RING) & ~inside, margin))
    ring = rest
    for _ in range(_RING):
        ring = rest
        for step in (step_down, -step_down, 1, -1):
            near = owner[rest - step]
            takes, source = rest[near > 0], (rest - step)[near > 0]
            owner[takes] = near[near > 0]
            around[takes], deep[takes] = around[source], deep[source]
            rest = rest[near == 0]
        ring = ring[owner[ring] > 0]
    enough = tone[ring] - around[ring] >= _LIGHTER * deep[ring]
    sizes = np.bincount(owner[ring], minlength=whole + 1)
    share = np.bincount(owner[ring], weights=enough, minlength=whole + 1) / np.maximum(sizes, 1)
    # A part without surroundings fills the picture.
    return np.where(sizes > 0, share, 1.0)[of_part[1:]]


def _averaged(values: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return the mean over each pixel and its neighbours, which smooths grain."""
    padded = np.pad(values.astype(np.float32), 1, mode="edge")
    upright = padded[:-2] + padded[1:-1]
    upright += padded[2:]
    mean = upright[:, :-2] + upright[:, 1:-1]
    mean += upright[:, 2:]
    mean /= 9
    return mean
