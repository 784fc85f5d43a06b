"""Figures of images: the worst mistakes, and the maps that a network makes of one drawing."""

import math
from dataclasses import dataclass

import numpy as np

from digitpad.charts.drawing import Drawing, shortened, text_width
from digitpad.charts.percentages import sureness
from digitpad.data.dataset import Dataset
from digitpad.evaluation import Evaluation
from digitpad.explain.colours import DIVERGING, SEQUENTIAL, has_sign, limits
from digitpad.explain.frame import Frame
from digitpad.reports.axes import SMALL
from digitpad.reports.document import Figure
from digitpad.reports.pictures import image_png, maps_png
from digitpad.translation import gettext as _
from digitpad.translation import ngettext

MISTAKES = 24
"""Number of mistakes that are shown."""

_WIDTH = 720.0
_TILE, _GAP = 81.25, 10.0  # eight in a row
_MOST_LAYERS = 14
_MAP, _MOST_ZOOM = 64, 8  # pixels: the largest side of one map, and of one cell
_UNIT, _SMALL_UNIT, _FEW_UNITS = 14.0, 7.0, 160  # pixels: the side of a unit of a vector with few units, and with many
_MAPS_LEFT, _LEAST_ROW = 150.0, 58.0


def mistakes_figure(evaluation: Evaluation, images: Dataset, *, is_picture: bool) -> Figure:
    """Return the images that are read wrongly with the greatest confidence.

    Parameters
    ----------
    evaluation
        An evaluation with at least one mistake.
    images
        The images, in the order of the evaluation.
    is_picture
        Whether they are pictures as they are, and not ink.
    """
    worst = evaluation.mistakes()[:MISTAKES].tolist()
    labels, read = evaluation.labels, evaluation.predicted
    across = int((_WIDTH + _GAP) // (_TILE + _GAP))
    rows = math.ceil(len(worst) / across)
    high = _TILE + 34
    drawing = Drawing(_WIDTH, rows * (high + _GAP) - _GAP + 4)
    words = []
    for place, index in enumerate(worst):
        x, y = place % across * (_TILE + _GAP), place // across * (high + _GAP)
        true, wrong = labels[evaluation.targets[index]], labels[read[index]]
        sure = sureness(float(evaluation.confidences[index]))
        hint = _("Image {index:,}: {true} read as {read}, {probability}").format(
            index=index, true=true, read=wrong, probability=sure
        )
        drawing.rect(x, y, _TILE, _TILE, "track", radius=3)
        drawing.image(
            x + 1, y + 1, _TILE - 2, _TILE - 2, image_png(images.images[index], is_picture=is_picture), hint=hint
        )
        drawing.text(x, y + _TILE + 14, shortened(f"{true} → {wrong}", _TILE), bold=True)
        drawing.text(x, y + _TILE + 28, sure, size=SMALL, colour="warm")
        words.append(hint)
    return Figure(
        "mistakes",
        _("The most confident mistakes: true class → predicted class, and the probability of the prediction"),
        "; ".join(words),
        drawing.root,
    )


@dataclass(frozen=True, slots=True)
class _Row:
    """The maps of one layer, ready to draw; sizes in pixels of the figure."""

    name: str
    kind: str
    about: str
    scale: str
    png: bytes
    width: float
    height: float


def maps_figure(frame: Frame, *, is_picture: bool) -> Figure:
    """Return a drawing, the maps of the layers, and the probabilities of the classes.

    Parameters
    ----------
    frame
        All activations of the network for the drawing.
    is_picture
        Whether the drawing is a picture as it is, and not ink.
    """
    names = _chosen(frame)
    rows = [_row(frame, name) for name in names]
    left = _MAPS_LEFT
    image = np.rint(frame.pixels * 255).astype(np.uint8)
    first = 120.0
    drawing = Drawing(_WIDTH, first + 20 + sum(max(row.height, _LEAST_ROW) + 16 for row in rows))
    drawing.text(0, 14, _("drawing"), bold=True)
    drawing.rect(left, 0, 102, 102, "track", radius=3)
    drawing.image(left + 1, 1, 100, 100, image_png(image, is_picture=is_picture))
    _bars(drawing, frame, left + 130)
    y = first
    for row in rows:
        drawing.text(0, y + 12, shortened(row.name, left - 12), bold=True)
        for line, text in enumerate((row.kind, row.about, row.scale), start=1):
            drawing.text(0, y + 12 + 14 * line, shortened(text, left - 12, SMALL), size=SMALL, colour="muted")
        drawing.image(left, y, row.width, row.height, row.png, hint=row.name)
        y += max(row.height, _LEAST_ROW) + 16
    omitted = len(_maps(frame)) - len(names)
    words = _("The drawing, and what the layers {layers} make of it.").format(layers=", ".join(names))
    if omitted:
        text = ngettext("{count} more layer is not shown.", "{count} more layers are not shown.", omitted)
        words = f"{words} {text.format(count=omitted)}"
    return Figure("feature-maps", _("Feature maps of one drawing"), words, drawing.root)


def _maps(frame: Frame) -> list[str]:
    """Return the activations that differ from those before them."""
    return [
        name
        for name in frame.activations
        if name != frame.structure.input and frame.structure[name].kind not in {"unchanged", "normalization"}
    ]


def _chosen(frame: Frame) -> list[str]:
    """Return the activations to show: all, or of a deep network some, spread evenly from first to last."""
    names = _maps(frame)
    if len(names) <= _MOST_LAYERS:
        return names
    places = np.linspace(0, len(names) - 1, _MOST_LAYERS).round().astype(int).tolist()
    return [names[place] for place in dict.fromkeys(places)]


def _row(frame: Frame, name: str) -> _Row:
    values = frame[name]
    palette = DIVERGING if has_sign(frame.structure, name) else SEQUENTIAL
    limit = limits(frame, [name], "layer")[name]
    room = _WIDTH - _MAPS_LEFT
    if values.ndim == 3 and values[0].size > 1:
        side = max(values.shape[1:])
        # A whole number of pixels for each cell, unless a map has too many cells for that.
        zoom = float(min(_MAP // side, _MOST_ZOOM)) if side <= _MAP else _MAP / side
        columns = max(1, int(room // ((values.shape[2] + 1) * zoom)))
    else:
        values = values.ravel()
        zoom = _UNIT if len(values) <= _FEW_UNITS else _SMALL_UNIT
        columns = max(1, int(room // zoom))
    png, width, height, count = maps_png(values, palette, limit, columns=columns)
    about = " × ".join(str(size) for size in frame[name].shape)
    if count < len(values):
        about = _("{shape}, first {count}").format(shape=about, count=count)
    low, high = frame.range(name)
    scale = _("{low:.3g} to {high:.3g}").format(low=low, high=high)
    layer = frame.structure[name].layer
    return _Row(name, type(layer).__name__, about, scale, png, width * zoom, height * zoom)


def _bars(drawing: Drawing, frame: Frame, left: float) -> None:
    """Draw the most probable classes as bars."""
    if frame.answer is None:
        return
    shares = frame.answer.probabilities
    order = np.argsort(-shares, kind="stable")[:5].tolist()
    names = min(120.0, max(text_width(frame.labels[index]) for index in order)) + 10
    room = _WIDTH - left - names - 60
    for row, index in enumerate(order):
        y = 4 + 20 * row
        drawing.text(left + names - 8, y + 11, shortened(frame.labels[index], 120), anchor="end", bold=not row)
        drawing.rect(left + names, y + 2, room, 11, "track", radius=2)
        drawing.rect(
            left + names, y + 2, max(1.0, room * float(shares[index])), 11, "bar" if row else "accent", radius=2
        )
        drawing.text(left + names + room + 8, y + 11, sureness(float(shares[index])), size=SMALL, colour="muted")
