"""Places of lines and labels in an exported figure."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF

from digitpad.charts.series import Floats


def clipped(x: Floats, y: Floats, area: QRectF) -> list[list[QPointF]]:
    """Return the parts of a line that lie in an area, cut at its edges; where a value is not finite, the line ends.

    Parameters
    ----------
    x, y
        (n,) each: the line's points.
    area
        Its edges count as inside.
    """
    parts: list[list[QPointF]] = []
    if len(x) < 2:
        return parts
    dx, dy = np.diff(x), np.diff(y)
    begin, end = np.zeros(len(dx)), np.ones(len(dx))
    # Liang and Barsky: each edge moves a segment's begin up, or its end down.
    with np.errstate(divide="ignore", invalid="ignore"):
        for slope, room in (
            (-dx, x[:-1] - area.left()),
            (dx, area.right() - x[:-1]),
            (-dy, y[:-1] - area.top()),
            (dy, area.bottom() - y[:-1]),
        ):
            at = room / slope
            begin = np.where(slope < 0, np.maximum(begin, at), begin)
            end = np.where(slope > 0, np.minimum(end, at), end)
            begin = np.where((slope == 0) & (room < 0), np.inf, begin)
    visible = np.isfinite(dx) & np.isfinite(dy) & (begin <= end)
    for index in np.flatnonzero(visible).tolist():
        first = QPointF(x[index] + begin[index] * dx[index], y[index] + begin[index] * dy[index])
        last = QPointF(x[index] + end[index] * dx[index], y[index] + end[index] * dy[index])
        if parts and begin[index] == 0 and index > 0 and visible[index - 1] and end[index - 1] == 1:
            parts[-1].append(last)
        else:
            parts.append([first, last])
    return parts


def spread(wanted: Sequence[float], size: float, low: float, high: float) -> list[float]:
    """Return places for labels in a row that do not overlap, near where they belong.

    Parameters
    ----------
    wanted
        Where each label should begin, ascending.
    size
        The room that each takes.
    low, high
        The edges of the row. Labels that do not fit between them are left out, the last ones first.

    Returns
    -------
    list of float
        Where the labels begin, ascending; at most as many as `wanted`.
    """
    fitting = list(wanted)[: max(0, int((high - low) / size))]
    places: list[float] = []
    for place in fitting:
        places.append(max(place, low, places[-1] + size if places else low))
    # What was pushed beyond the end moves back, and pushes those before it.
    limit = high - size
    for index in reversed(range(len(places))):
        places[index] = min(places[index], limit)
        limit = places[index] - size
    return places
