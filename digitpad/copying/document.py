"""What is copied, as data: headings, matrices, steps and tables, which `forms` writes in every form.

Formulas are written with the signs of a textbook (a middle dot for a product, a minus sign), which `parse_number`
understands as well.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from digitpad.copying.numbers import show

Numbers = NDArray[np.float64]

#: What stands in place of a number that is to be found.
BLANK = "\N{HORIZONTAL ELLIPSIS}"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a computation.

    Attributes
    ----------
    name
        What is computed, in the user's language: "row 0", "bias", "log-sum-exp".
    formula
        The formula with the names of its variables; empty if the numbers say enough.
    filled
        The formula with its numbers filled in.
    value
        The result; None for a step that has no single number.
    """

    name: str
    formula: str
    filled: str
    value: float | int | None


@dataclass(frozen=True, slots=True)
class Heading:
    """The title of a part."""

    text: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of explanation."""

    text: str


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """A matrix with its name.

    Attributes
    ----------
    name
        In the user's language.
    values
        float64 (rows, columns).
    covered
        Whether the numbers are left blank, to be found.
    """

    name: str
    values: Numbers
    covered: bool = False

    def cells(self, digits: int) -> list[list[str]]:
        """Return the numbers as they are shown."""
        return [[BLANK if self.covered else show(float(value), digits) for value in row] for row in self.values]


@dataclass(frozen=True, slots=True)
class Steps:
    """Steps, one below the other.

    Attributes
    ----------
    steps
        The steps.
    covered
        Whether formulas are shown without numbers and results.
    """

    steps: tuple[Step, ...]
    covered: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of texts under titles.

    Attributes
    ----------
    header
        The titles.
    rows
        The cells, one for each title.
    left
        Number of columns, from the first, that are left-aligned; the others hold numbers.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    left: int = 1


Block: TypeAlias = Heading | Sentence | Grid | Steps | Table


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """A worked solution, or a table with its title.

    Attributes
    ----------
    title
        Its title, in the user's language.
    blocks
        Its parts in order.
    digits
        Decimals of the numbers.
    """

    title: str
    blocks: tuple[Block, ...]
    digits: int = 4


def grids(name: str, channels: Numbers, *, covered: bool = False) -> list[Grid]:
    """Return a matrix for each channel of (channels, rows, columns); several are numbered."""
    names = [name] if len(channels) == 1 else [f"{name} {index}" for index in range(len(channels))]
    return [Grid(each, values, covered) for each, values in zip(names, channels, strict=True)]


def step_records(steps: Sequence[Step]) -> list[dict[str, object]]:
    """Return steps as JSON objects."""
    return [{"name": step.name, "formula": step.formula, "filled": step.filled, "value": step.value} for step in steps]
