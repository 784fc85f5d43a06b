"""Documents as plain text, Markdown and LaTeX, and as programs, which whoever has the numbers writes."""

import re
from collections.abc import Callable, Mapping, Sequence

from digitpad.copying.document import BLANK, Block, Document, Grid, Heading, Sentence, Step, Steps, Table
from digitpad.copying.numbers import ascii_number, show
from digitpad.errors import DigitpadError
from digitpad.translation import gettext as _

FORMS = ("text", "markdown", "latex", "numpy", "pytorch")
"""The forms in which numbers can be copied; the last two are programs."""


def write(form: str, document: Callable[[], Document], programs: Mapping[str, Callable[[], str]]) -> str:
    """Return numbers in one of the forms.

    Parameters
    ----------
    form
        One of `FORMS`.
    document
        Makes the document for text, Markdown and LaTeX.
    programs
        The functions that write programs, by form.

    Raises
    ------
    DigitpadError
        If the form is unknown, or the numbers cannot be written in it.
    """
    writers = {"text": as_text, "markdown": as_markdown, "latex": as_latex}
    if form in writers:
        return writers[form](document())
    if form in programs:
        return programs[form]()
    known = ", ".join((*writers, *programs))
    raise DigitpadError(_("There is no form called {form!r}; choose one of {forms}.").format(form=form, forms=known))


def as_text(document: Document) -> str:
    """Return a document as plain text, aligned for a font in which all letters have one width."""
    parts = [document.title, *(_block_text(block, document.digits) for block in document.blocks)]
    return "\n\n".join(part for part in parts if part) + "\n"


def as_markdown(document: Document) -> str:
    """Return a document as Markdown with tables, as GitHub and most editors understand it."""
    parts = [f"# {_harmless(document.title)}", *(_block_markdown(block, document.digits) for block in document.blocks)]
    return "\n\n".join(part for part in parts if part) + "\n"


def as_latex(document: Document) -> str:
    """Return a document as LaTeX, for the body of a file; the matrices need the package amsmath."""
    parts = [rf"\section*{{{latex_text(document.title)}}}"]
    parts += [_block_latex(block, document.digits) for block in document.blocks]
    return "\n\n".join(part for part in parts if part) + "\n"


def columns(rows: Sequence[Sequence[str]], left: int) -> list[str]:
    """Return rows of texts in aligned columns, of which the first `left` are left-aligned."""
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    return [
        "  ".join(
            cell.ljust(width) if place < left else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def _step_cells(block: Steps, digits: int) -> list[tuple[str, str, str]]:
    """Return name, arithmetic and result of each step as they are shown."""
    if block.covered:
        return [(step.name, step.formula, "" if step.value is None else f"= {BLANK}") for step in block.steps]
    return [(step.name, step.filled or step.formula, _result(step, digits)) for step in block.steps]


def _result(step: Step, digits: int) -> str:
    return "" if step.value is None else f"= {_number(step.value, digits)}"


def _number(value: float, digits: int) -> str:
    return f"{value:,}" if isinstance(value, int) else show(value, digits)


def _block_text(block: Block, digits: int) -> str:
    match block:
        case Heading(text=text):
            return f"{text}\n{'-' * len(text)}"
        case Sentence(text=text):
            return text
        case Grid(name=name) as grid:
            return "\n".join([f"{name}:", *columns(grid.cells(digits), 0)])
        case Steps(steps=steps) if steps:
            return "\n".join(columns(_step_cells(block, digits), 2))
        case Table(header=header, rows=rows, left=left):
            return "\n".join(columns([header, *rows], left))
    return ""


def _block_markdown(block: Block, digits: int) -> str:
    match block:
        case Heading(text=text):
            return f"## {_harmless(text)}"
        case Sentence(text=text):
            return _harmless(text)
        case Grid(name=name) as grid:
            cells = grid.cells(digits)
            return f"**{_harmless(name)}**\n\n" + _pipes([""] * len(cells[0]), cells, 0)
        case Steps(steps=steps) if steps:
            rows = [
                (name, f"`{filled}`" if filled else "", result) for name, filled, result in _step_cells(block, digits)
            ]
            return _pipes(("", "", ""), rows, 2)
        case Table(header=header, rows=rows, left=left):
            return _pipes(header, rows, left)
    return ""


def _pipes(header: Sequence[str], rows: Sequence[Sequence[str]], left: int) -> str:
    """Return a table of Markdown."""
    line = ["---" if place < left else "---:" for place in range(len(header))]
    return "\n".join(f"| {' | '.join(_harmless(cell) for cell in row)} |" for row in (header, line, *rows))


def _harmless(text: str) -> str:
    """Return a text in which nothing ends a cell of a Markdown table or starts emphasis."""
    return re.sub(r"([|*_])", r"\\\1", text) if "`" not in text else text.replace("|", r"\|")


def _block_latex(block: Block, digits: int) -> str:
    match block:
        case Heading(text=text):
            return rf"\subsection*{{{latex_text(text)}}}"
        case Sentence(text=text):
            return latex_text(text)
        case Grid(name=name) as grid:
            rows = r" \\ ".join(
                " & ".join(r"\dots" if grid.covered else _latex_number(float(value), digits) for value in row)
                for row in grid.values
            )
            # The counter of columns of amsmath's matrices is 10 unless a document sets it.
            wide = "\\setcounter{MaxMatrixCols}{64}\n" if grid.values.shape[1] > 10 else ""
            return f"{wide}\\[\n\\text{{{latex_text(name)}}} = \\begin{{pmatrix}} {rows} \\end{{pmatrix}}\n\\]"
        case Steps(steps=steps) if steps:
            lines = [
                rf"\text{{{latex_text(name)}}} &: {latex_formula(filled)} {latex_formula(result)}".rstrip()
                for name, filled, result in _step_cells(block, digits)
            ]
            return "\\begin{align*}\n" + " \\\\\n".join(lines) + "\n\\end{align*}"
        case Table(header=header, rows=rows, left=left):
            aligned = "".join("l" if place < left else "r" for place in range(len(header)))
            lines = [" & ".join(latex_text(cell) for cell in row) + r" \\" for row in (header, *rows)]
            body = "\n".join([lines[0], r"\hline", *lines[1:]])
            return f"\\begin{{tabular}}{{{aligned}}}\n{body}\n\\end{{tabular}}"
    return ""


def _latex_number(value: float, digits: int) -> str:
    return re.sub(r"e([-+]?\d+)$", lambda match: rf" \cdot 10^{{{int(match[1])}}}", ascii_number(value, digits))


_SIGNS = {
    "\N{MINUS SIGN}": "-",
    "\N{MIDDLE DOT}": r"\cdot ",
    "\N{MULTIPLICATION SIGN}": r"\times ",
    "\N{LEFT FLOOR}": r"\lfloor ",
    "\N{RIGHT FLOOR}": r"\rfloor ",
    "\N{GREEK CAPITAL LETTER SIGMA}": r"\textstyle\sum ",
    "\N{SQUARE ROOT}": r"\sqrt{\,}",
    "\N{GREEK SMALL LETTER ALPHA}": r"\alpha ",
    "\N{GREEK SMALL LETTER BETA}": r"\beta ",
    "\N{GREEK SMALL LETTER GAMMA}": r"\gamma ",
    "\N{GREEK SMALL LETTER EPSILON}": r"\varepsilon ",
    "\N{GREEK SMALL LETTER ETA}": r"\eta ",
    "\N{GREEK SMALL LETTER MU}": r"\mu ",
    "\N{GREEK SMALL LETTER SIGMA}": r"\sigma ",
    "\N{GREEK SMALL LETTER LAMDA}": r"\lambda ",
    "\N{HORIZONTAL ELLIPSIS}": r"\dots ",
    "\N{RIGHTWARDS ARROW}": r"\to ",
    "\N{SUPERSCRIPT TWO}": "^2",
    "\N{DOT OPERATOR}": r"\cdot ",
}


def latex_formula(text: str) -> str:
    """Return a formula of a step as LaTeX mathematics; words of several letters are set as text."""
    parts = re.split(r"( ?[A-Za-z_]{2,}(?: [A-Za-z_]{2,})* ?)", text)
    written = []
    for place, part in enumerate(parts):
        if place % 2:
            word = {"ln": r"\ln", "exp": r"\exp", "max": r"\max", "min": r"\min"}.get(part.strip())
            written.append(f"{word} " if word is not None else rf"\text{{{latex_text(part)}}}")
        else:
            escaped = re.sub(r"([%#&{}])", r"\\\1", part.replace("**", "^"))
            written.append("".join(_SIGNS.get(letter, letter) for letter in escaped))
    return "".join(written)


def latex_text(text: str) -> str:
    """Return a text with the characters escaped that LaTeX reads as commands, and signs of mathematics set as such."""
    escapes = {
        "\\": r"\textbackslash{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        **{letter: f"\\{letter}" for letter in "&%$#_{}"},
        **{sign: f"${command.strip()}$" for sign, command in _SIGNS.items()},
    }
    return "".join(escapes.get(letter, letter) for letter in text)
