"""Minus, point and comma: told by size and place alone, for the network knows digits only."""

import numpy as np

from digitpad.reading.pieces import Layout, Run

#: Pieces at least this high, in heights of the line, show where the line runs.
_TALL = 0.6
#: A minus stands free by this much, in heights of the line: the bar of an A, an H or a t does not.
_FREE = 0.04


def find_signs(layout: Layout) -> dict[Run, str]:
    """Return the pieces that have the size and the place of a sign: "-", "." or ",".

    Without a digit to stand beside, nothing is one.
    """
    heights = (layout.boxes[:, 3] - layout.boxes[:, 1]) / layout.height
    tall = layout.boxes[heights >= _TALL]
    if not len(tall):
        return {}
    top, bottom = float(np.median(tall[:, 1])), float(np.median(tall[:, 3]))
    signs: dict[Run, str] = {}
    for place, ((left, upper, right, lower), height) in enumerate(zip(layout.boxes, heights, strict=True)):
        width = (right - left) / layout.height
        middle = ((upper + lower) / 2 - top) / (bottom - top)
        distance = float(np.delete(layout.distances[place], place).min())
        is_flat = 0.15 <= width <= 1.0 and height <= min(0.4 * width, 0.25)
        if is_flat and 0.25 <= middle <= 0.8 and distance >= _FREE * layout.height:
            signs[place, place + 1] = "-"
        elif max(width, height) <= 0.2 and middle >= 0.75:
            signs[place, place + 1] = "."
        elif width <= 0.3 and height <= 0.45 and middle >= 0.85:
            signs[place, place + 1] = ","
    return signs
