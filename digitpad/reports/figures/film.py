"""Figures of the film of a run: what was learned when, and how the answers to some images came about."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitpad.charts.axis_numbers import steps_in_words
from digitpad.charts.drawing import Drawing, shortened, text_width
from digitpad.charts.step_axis import StepAxis
from digitpad.evaluation.film.answers import AnswerLife
from digitpad.evaluation.film.classes import LEARNED, ClassAccuracies
from digitpad.reports.axes import SMALL
from digitpad.reports.document import Figure
from digitpad.reports.pictures import image_png
from digitpad.translation import gettext as _
from digitpad.translation import ngettext

_WIDTH = 720.0
_MOST_NAME = 120.0
_LIFE, _LIFE_GAP = 44.0, 12.0


@dataclass(frozen=True, slots=True, eq=False)
class ReadImage:
    """A validation image, and how the frames of a film read it.

    Attributes
    ----------
    label
        Its true class.
    image
        uint8 (C, H, W).
    life
        The answers.
    """

    label: str
    image: NDArray[np.uint8]
    life: AnswerLife


def learned_figure(classes: ClassAccuracies, last: int) -> Figure:
    """Return the accuracy of every class over the frames, as one strip for each class, the first learned at the top.

    Parameters
    ----------
    classes
        The accuracies.
    last
        The last step of the run.
    """
    learned = classes.learned()
    order = sorted(range(len(classes.labels)), key=lambda place: _when(learned[classes.labels[place]], place))
    names = min(_MOST_NAME, max(text_width(label) for label in classes.labels)) + 12
    row = 20.0 if len(order) <= 30 else 11.0
    room = _WIDTH - names - 96
    axis = StepAxis(max(last, int(classes.steps[-1])), is_log=True)
    edges = _edges(axis, classes.steps)
    drawing = Drawing(_WIDTH, 26 + row * len(order) + 36)
    drawing.text(
        _WIDTH - 4,
        14,
        _("stays at {share}").format(share=f"{100 * LEARNED:.0f} %"),
        size=SMALL,
        colour="muted",
        anchor="end",
    )
    accuracies = classes.accuracies
    for index, place in enumerate(order):
        label, y = classes.labels[place], 22 + index * row
        drawing.text(names - 8, y + row / 2 + 3.5, shortened(label, _MOST_NAME), size=min(11, row - 1), anchor="end")
        drawing.rect(names, y + 1, room, row - 2, "track")
        for frame in range(len(classes.steps)):
            share = float(accuracies[frame, place])
            begin, end = names + edges[frame] * room, names + edges[frame + 1] * room
            if end - begin > 0.05 and share > 0:
                drawing.rect(begin, y + 1, end - begin + 0.3, row - 2, "accent", opacity=round(share, 2))
        step = learned[label]
        if step is not None:
            x = names + axis.share(step) * room
            drawing.line((x, y), (x, y + row), "warm", width=2)
        text = _("step {step:,}").format(step=step) if step is not None else _("not reached")
        drawing.text(_WIDTH - 4, y + row / 2 + 3.5, text, size=min(SMALL, row - 1), anchor="end")
    _steps(drawing, axis, names, room, 22 + row * len(order))
    title = _("What was learned when: the accuracy of every class on {count:,} validation images; full colour is 100 %")
    return Figure("learned", title.format(count=int(classes.counts.sum())), classes.in_words(), drawing.root)


def answers_figure(images: Sequence[ReadImage], last: int, *, is_picture: bool) -> Figure:
    """Return how the probability of the true class of some images changed over the frames.

    Parameters
    ----------
    images
        The images with their answers.
    last
        The last step of the run.
    is_picture
        Whether they are pictures as they are, and not ink.
    """
    left, room = 60.0, 400.0
    high = _LIFE + _LIFE_GAP
    axis = StepAxis(max(last, *(int(image.life.steps[-1]) for image in images)), is_log=True)
    drawing = Drawing(_WIDTH, len(images) * high + 34)
    words = []
    for number, each in enumerate(images):
        y, life = number * high, each.life
        drawing.rect(0, y, _LIFE, _LIFE, "track", radius=2)
        drawing.image(1, y + 1, _LIFE - 2, _LIFE - 2, image_png(each.image, is_picture=is_picture))
        drawing.rect(left, y, room, _LIFE, "field")
        shares = life.probabilities[:, life.labels.index(each.label)].tolist()
        places = [
            (left + axis.share(step) * room, y + _LIFE * (1 - share))
            for step, share in zip(life.steps.tolist(), shares, strict=True)
        ]
        drawing.polygon([(places[0][0], y + _LIFE), *places, (places[-1][0], y + _LIFE)], "accent", opacity=0.25)
        drawing.polyline(places, "accent", width=1.4)
        step = life.first_read_as(each.label)
        if step is not None:
            x = left + axis.share(step) * room
            drawing.line((x, y), (x, y + _LIFE), "warm", width=1.5)
        first = life.in_words(each.label)
        drawing.text(left + room + 14, y + 16, shortened(first, _WIDTH - left - room - 18), bold=True)
        drawing.text(left + room + 14, y + 33, _settled(life), size=SMALL, colour="muted")
        words.append(first)
    _steps(drawing, axis, left, room, len(images) * high - _LIFE_GAP + 2)
    title = _("The probability of the true class of one validation image of each class, over the training")
    return Figure("first-read", title, "; ".join(words), drawing.root)


def _settled(life: AnswerLife) -> str:
    """Return since when an image has been read as it is at the end, and how often the reading changed."""
    text = ngettext(
        "{label} since step {step:,}, {count:,} change", "{label} since step {step:,}, {count:,} changes", life.changes
    )
    return text.format(label=life.labels[life.readings[-1]], step=life.read_since(), count=life.changes)


def _when(step: int | None, place: int) -> tuple[bool, int, int]:
    return step is None, step or 0, place


def _edges(axis: StepAxis, steps: NDArray[np.int64]) -> list[float]:
    """Return where the cells of frames begin and end: each holds from its step to the next."""
    return [*(axis.share(step) for step in steps.tolist()), 1.0]


def _steps(drawing: Drawing, axis: StepAxis, left: float, room: float, y: float) -> None:
    """Write numbers of steps below strips; the axis is logarithmic, so they are powers of ten."""
    power, values = 1, [0]
    while power < axis.last:
        values.append(power)
        power *= 10
    if axis.last > 2 * values[-1]:
        values.append(axis.last)
    for value, label in zip(values, steps_in_words(values), strict=True):
        x = left + axis.share(value) * room
        drawing.line((x, y), (x, y + 4), "bar")
        drawing.text(x, y + 15, label, size=SMALL, colour="muted", anchor="middle")
    drawing.text(left + room / 2, y + 30, _("step (logarithmic)"), colour="muted", anchor="middle")
