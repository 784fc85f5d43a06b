"""A report as data: sections of sentences, tables, figures and places for the reader's own text.

The report is independent of HTML, PDF, LaTeX and CSV; each of these is written from it. All texts in it are plain text,
so that the name of a class or a file can be anything: whoever writes a report escapes it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

Value = str | int | float | None


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table.

    Attributes
    ----------
    text
        What is shown.
    value
        What is written to a CSV file, for other programs: the number itself rather than its rounded text.
    """

    text: str
    value: Value

    @classmethod
    def of(cls, value: str | int) -> "Cell":
        """Return a cell that is shown as it is, a whole number with separators."""
        return cls(f"{value:,}" if isinstance(value, int) else value, value)


EMPTY = Cell("–", None)
"""A figure that does not exist, such as the precision of a class that was never predicted."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    Attributes
    ----------
    key
        Its name in a CSV file, the same in every language.
    title
        What is shown above it.
    is_number
        Whether its cells are numbers, which are aligned at the right.
    """

    key: str
    title: str
    is_number: bool = True


@dataclass(frozen=True, slots=True)
class Table:
    """A table.

    Attributes
    ----------
    name
        Name of its files, without the ending.
    title
        The caption.
    columns, rows
        The contents; the first column names the rows.
    is_shown
        Whether it is part of the text. Others are only written to files, such as the counts of 62 × 62 classes.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    is_shown: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Figure:
    """A figure.

    Attributes
    ----------
    name
        Name of its files, without the ending.
    title
        The caption.
    description
        The figure in words, for those who do not see it.
    drawing
        An SVG element, whose colours are names, see `digitpad.charts.drawing`.
    """

    name: str
    title: str
    description: str
    drawing: Element


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of text."""

    text: str


@dataclass(frozen=True, slots=True)
class Missing:
    """A sentence that says what the report lacks, and why."""

    text: str


@dataclass(frozen=True, slots=True)
class Code:
    """Text for a terminal or a file, kept as it is.

    Attributes
    ----------
    title
        What it is.
    text
        The lines.
    is_long
        Whether it is folded away where that is possible.
    """

    title: str
    text: str
    is_long: bool = False


@dataclass(frozen=True, slots=True)
class Highlight:
    """One of the few most important numbers.

    Attributes
    ----------
    value, title
        The number, and what it is.
    detail
        What belongs to it, such as its interval; may be empty.
    """

    value: str
    title: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Highlights:
    """The most important numbers, side by side."""

    items: tuple[Highlight, ...]


@dataclass(frozen=True, slots=True)
class Discussion:
    """A place for the reader's own text.

    Attributes
    ----------
    question
        What the text may be about.
    """

    question: str


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading within a section."""

    text: str


Block = Paragraph | Missing | Code | Highlights | Discussion | Heading | Table | Figure


@dataclass(frozen=True, slots=True)
class Section:
    """A section.

    Attributes
    ----------
    key
        Its name in links, unique within the chapter.
    title
        Its heading.
    blocks
        The contents.
    """

    key: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Chapter:
    """The sections about one run, or about the comparison of several.

    Attributes
    ----------
    key
        Its name in links and files, of letters, digits, "-" and "_" only; unique within the report.
    title, subtitle
        The heading, and a line below it.
    sections
        The contents.
    """

    key: str
    title: str
    subtitle: str
    sections: tuple[Section, ...]

    def figures(self) -> Iterator[Figure]:
        """Return all figures, in order."""
        return (block for section in self.sections for block in section.blocks if isinstance(block, Figure))

    def tables(self) -> Iterator[Table]:
        """Return all tables, in order, also those that are not shown."""
        return (block for section in self.sections for block in section.blocks if isinstance(block, Table))


@dataclass(frozen=True, slots=True)
class Report:
    """A whole report.

    Attributes
    ----------
    title
        The title.
    made
        When and by what it was made, a line of text.
    language
        Code of the language of its texts, such as "en".
    chapters
        At least one. With several runs, the first compares them.
    """

    title: str
    made: str
    language: str
    chapters: tuple[Chapter, ...]
