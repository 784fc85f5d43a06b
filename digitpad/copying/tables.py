"""What the window shows in tables and grids, in every form: kernels, confusion matrices and curves."""

import textwrap
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitpad.copying.code import IMPORTS, NUMPY, PYTORCH, array_of, array_programs, lines, number
from digitpad.copying.document import Document, Grid, Sentence, Table
from digitpad.copying.forms import write
from digitpad.copying.numbers import show
from digitpad.errors import DigitpadError
from digitpad.translation import gettext as _

Floats = NDArray[np.float64]

_MOST_ROWS = 60
"""Steps of the curves in a table; the programs have all."""


def copy_kernels(form: str, *, title: str, names: Sequence[str], kernels: NDArray[np.float32]) -> str:
    """Return the kernels of one map.

    Parameters
    ----------
    form
        One of `digitpad.copying.forms.FORMS`.
    title
        What they are.
    names
        The maps that they are applied to.
    kernels
        float32 (maps, height, width); the result of the programs is `kernels`.
    """

    def document() -> Document:
        pairs = list(zip(names, kernels.astype(np.float64), strict=True))
        if kernels.shape[1:] == (1, 1):
            rows = tuple((name, show(float(weight[0, 0]))) for name, weight in pairs)
            return Document(title, (Table((_("input"), _("weight")), rows),))
        return Document(title, tuple(Grid(name, kernel) for name, kernel in pairs))

    return write(form, document, array_programs(title, kernels=kernels))


def copy_confusion(form: str, *, labels: Sequence[str], counts: NDArray[np.int64]) -> str:
    """Return a confusion matrix with recall and precision.

    Parameters
    ----------
    form
        One of `digitpad.copying.forms.FORMS`.
    labels
        The classes.
    counts
        int64 (classes, classes): rows are true classes, columns are predicted ones. The results of the programs are
        `confusion`, `recall`, `precision` and `accuracy`.
    """
    title = _("Confusion matrix")
    note = _("Rows are true classes, columns are predicted classes.")
    without = _("A class without images has no recall, one that is never predicted no precision: nan.")

    def document() -> Document:
        return Document(title, (Sentence(note), _confusion_table(labels, counts)))

    def program(language: str) -> str:
        is_numpy = language == NUMPY
        axis = "axis" if is_numpy else "dim"
        shares = [
            f"recall = confusion.diagonal() / confusion.sum({axis}=1)",
            f"precision = confusion.diagonal() / confusion.sum({axis}=0)",
        ]
        return lines(
            IMPORTS[language],
            "",
            f"labels = {list(labels)!r}",
            f"# {note}",
            f"confusion = {array_of(language, counts)}",
            f"# {without}",
            *(["with np.errstate(invalid='ignore'):", *(f"    {line}" for line in shares)] if is_numpy else shares),
            "accuracy = confusion.diagonal().sum() / confusion.sum()",
            "print(confusion, recall, precision, accuracy)",
        )

    return write(form, document, {language: partial(program, language) for language in (NUMPY, PYTORCH)})


def _confusion_table(labels: Sequence[str], counts: NDArray[np.int64]) -> Table:
    hits, rows, columns = counts.diagonal(), counts.sum(axis=1), counts.sum(axis=0)

    def share(hit: int, of: int) -> str:
        return show(hit / of) if of else ""

    body = [
        (label, *(f"{count:,}" for count in row), share(int(hit), int(total)))
        for label, row, hit, total in zip(labels, counts.tolist(), hits, rows, strict=True)
    ]
    precision = [share(int(hit), int(total)) for hit, total in zip(hits, columns, strict=True)]
    header = (_("true class"), *labels, _("recall"))
    return Table(header, (*body, (_("precision"), *precision, share(int(hits.sum()), int(counts.sum())))))


def copy_curves(form: str, *, title: str, curves: Mapping[str, tuple[Floats, Floats]]) -> str:
    """Return the curves of a run.

    Parameters
    ----------
    form
        One of `digitpad.copying.forms.FORMS`.
    title
        The name of the run.
    curves
        Steps and values, float64 (n,) each, by the name of the curve. The programs have all points, by name in
        `curves`; the table has a row for each epoch, or for some steps.

    Raises
    ------
    DigitpadError
        If the form is unknown, or no curve has a point.
    """
    if not any(len(steps) for steps, _values in curves.values()):
        raise DigitpadError(_("Train first; there is nothing to copy yet."))

    def program(language: str) -> str:
        body = [
            f'    "{name}": ({_wrapped(language, steps)}, {_wrapped(language, values)}),'
            for name, (steps, values) in curves.items()
        ]
        return lines(
            IMPORTS[language],
            "",
            f"# {title}: steps and values",
            "curves = {",
            body,
            "}",
            "for name, (steps, values) in curves.items():",
            "    print(name, len(steps))",
        )

    programs = {language: partial(program, language) for language in (NUMPY, PYTORCH)}
    return write(form, partial(_curves_document, title, curves), programs)


def _curves_document(title: str, curves: Mapping[str, tuple[Floats, Floats]]) -> Document:
    shown = [name for name, (steps, _values) in curves.items() if len(steps)]
    cells = {name: dict(zip(*(part.tolist() for part in curves[name]), strict=True)) for name in shown}
    by_epoch = [set(cells[name]) for name in shown if len(cells[name]) <= _MOST_ROWS]
    steps = sorted(set().union(*by_epoch) or set().union(*cells.values()))
    if len(steps) > _MOST_ROWS:
        # Evenly spaced, with the first and the last.
        steps = [steps[round(k * (len(steps) - 1) / (_MOST_ROWS - 1))] for k in range(_MOST_ROWS)]
    rows = tuple(
        (f"{int(step)}", *(show(cells[name][step], 6) if step in cells[name] else "" for name in shown))
        for step in steps
    )
    return Document(title, (Table((_("step"), *shown), rows, left=0),))


def _wrapped(language: str, values: NDArray[Any]) -> str:
    """Return the expression of a vector that may be long, in lines of usual length."""
    texts = ", ".join(number(value) for value in values.tolist())
    body = textwrap.fill(texts, 110, initial_indent=" " * 8, subsequent_indent=" " * 8)
    start, kind = {NUMPY: ("np.array", "float"), PYTORCH: ("torch.tensor", "torch.float64")}[language]
    return f"{start}([\n{body}\n    ], dtype={kind})"
