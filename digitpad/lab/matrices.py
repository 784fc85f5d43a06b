"""Matrices as people paste them: from a spreadsheet, Python, NumPy's output, LaTeX, or typed row by row.

Rows are separated by line breaks, semicolons or LaTeX's double backslash; cells by tabs, commas, ampersands or spaces.
An empty line begins the next channel, as does the next matrix of several in brackets or in LaTeX. Rows, columns and
channels count from 0, as everywhere in the window.
"""

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from digitpad.copying.numbers import exact
from digitpad.errors import DigitpadError
from digitpad.lab.numbers import parse_number, plain
from digitpad.translation import gettext as _
from digitpad.translation import ngettext

Numbers = NDArray[np.float64]

LARGEST_SIDE = 64
"""Maximum number of rows and of columns."""
MOST_CHANNELS = 16
"""Maximum number of channels, and of kernels."""
LONGEST_TEXT = 200_000
"""Maximum number of characters of a pasted text: room for 16 channels of 64 × 64, read in a tenth of a second."""

#: Maximum nesting depth of fractions in LaTeX; each level takes a pass over the text.
_MOST_NESTED = 20

_WRAPPER = re.compile(
    r"(?:(?:np|numpy|torch)\.)?(?:array|asarray|tensor|matrix)\s*\(|,\s*dtype\s*=\s*[\w.]+|,\s*device\s*=[^,)]*"
)
_ENVIRONMENT = re.compile(
    r"\\begin\{[a-zA-Z*]{0,20}(?:matrix|array)\*?\}(?:\[[^\[\]]*\]|\{[^{}]*\})?((?:(?!\\begin\b).)*?)\\end\{[^{}]*\}",
    re.DOTALL,
)
_FRACTION = re.compile(r"\\[dt]?frac\{([^{}]*)\}\{([^{}]*)\}|\\[dt]?frac(\d)(\d)")
_COMMANDS = (
    (re.compile(r"\\sqrt\{([^{}]*)\}"), r"sqrt(\1)"),
    (re.compile(r"\\(ln|log|exp|pi)\b"), r"\1"),
    (re.compile(r"\\cdot|\\times"), "*"),
    (re.compile(r"\\left|\\right|\\displaystyle|\\[,;!: ]|\$|\\hline"), " "),
)
#: Marks a cell that was separated by a tab.
_SPREADSHEET = "\t"
_CALLS = r"(?:ln|log2|log10|log|exp|sqrt)"
_FUNCTION_SPACE = re.compile(rf"\b({_CALLS})[ ]+(?=[\d(.])")
_SIGN_SPACE = re.compile(r"(?<![\w).])([-+])[ ]+(?=[\d.(])")


def parse_matrix(text: str) -> Numbers:
    """Return a single matrix.

    Parameters
    ----------
    text
        The matrix, in any of the forms above.

    Returns
    -------
    NDArray
        float64 (rows, columns).

    Raises
    ------
    DigitpadError
        If it is not a matrix of numbers within the limits; the message names row and column.
    """
    channels = parse_channels(text)
    if len(channels) > 1:
        raise DigitpadError(
            _("There are {count} matrices; paste one, without empty lines in it.").format(count=len(channels))
        )
    matrix: Numbers = channels[0]
    return matrix


def parse_channels(text: str) -> Numbers:
    """Return one or several matrices of one size, as channels: float64 (channels, rows, columns); see `parse_matrix`.

    Raises
    ------
    DigitpadError
        As `parse_matrix`; or if the sizes of the channels differ.
    """
    blocks = _blocks(text)
    if len(blocks) > MOST_CHANNELS * MOST_CHANNELS:
        raise DigitpadError(
            _("There are {count} matrices; the lab takes up to {most}.").format(
                count=len(blocks), most=MOST_CHANNELS * MOST_CHANNELS
            )
        )
    several = len(blocks) > 1
    matrices = [_matrix(rows, index if several else None) for index, rows in enumerate(blocks)]
    for index, matrix in enumerate(matrices):
        if matrix.shape != matrices[0].shape:
            raise DigitpadError(
                _("Matrix {index} is {size}, but matrix 0 is {first}; channels need the same size.").format(
                    index=index, size=size_text(matrix.shape), first=size_text(matrices[0].shape)
                )
            )
    return np.stack(matrices)


def parse_kernels(text: str, channels: int, groups: int = 1) -> Numbers:
    """Return kernels for an input of `channels` channels: float64 (kernels, channels / groups, height, width).

    Parameters
    ----------
    text
        The matrices, kernel after kernel and within a kernel channel after channel. A single matrix is used for every
        channel of one kernel, or with several groups for every group.
    channels, groups
        Channels of the input, and the number of groups into which they are split.

    Raises
    ------
    DigitpadError
        If the text is not a matrix, or the number of matrices fits no number of kernels.
    """
    matrices = parse_channels(text)
    check_groups(channels, groups)
    per_group = channels // groups
    if len(matrices) == 1:
        matrices = np.repeat(matrices, per_group * groups, axis=0)
    if len(matrices) % (per_group * groups):
        raise DigitpadError(
            _(
                "There are {count} matrices for the kernel; with {channels} channels in {groups} groups their number "
                "is a multiple of {multiple}."
            ).format(count=len(matrices), channels=channels, groups=groups, multiple=per_group * groups)
        )
    return matrices.reshape(-1, per_group, *matrices.shape[1:])


def check_groups(channels: int, groups: int) -> None:
    """Check that the channels can be split into that many groups.

    Raises
    ------
    DigitpadError
        If they cannot.
    """
    if groups < 1 or channels % groups:
        raise DigitpadError(
            _("{channels} channels cannot be split into {groups} groups; choose a divisor of {channels}.").format(
                channels=channels, groups=groups
            )
        )


def parse_vector(text: str) -> Numbers:
    """Return numbers in a row or a column, float64 (count,); see `parse_matrix`."""
    matrix = parse_matrix(text)
    if 1 not in matrix.shape:
        raise DigitpadError(
            _("This is a matrix of {size}; write the numbers in one row.").format(size=size_text(matrix.shape))
        )
    return matrix.reshape(-1)


def parse_classes(text: str) -> NDArray[np.int64]:
    """Return class indices in a row or a column, int64 (count,).

    Raises
    ------
    DigitpadError
        As `parse_matrix`; or if a class is not a whole number from 0.
    """
    classes = parse_vector(text)
    if not bool((classes == np.round(classes)).all()) or bool((classes < 0).any()) or bool((classes > 1e9).any()):
        raise DigitpadError(_("A class is a whole number from 0, such as 3."))
    return classes.astype(np.int64)


def check_length(text: str) -> None:
    """Check that a text is short enough to be read at once.

    Raises
    ------
    DigitpadError
        If it is not.
    """
    if len(text) > LONGEST_TEXT:
        raise DigitpadError(
            _("The text has {count:,} characters, more than {most:,}; paste a part of it.").format(
                count=len(text), most=LONGEST_TEXT
            )
        )


def size_text(shape: Sequence[int]) -> str:
    """Return a shape as text: "6 \N{MULTIPLICATION SIGN} 6"."""
    return " \N{MULTIPLICATION SIGN} ".join(str(side) for side in shape)


def _blocks(text: str) -> list[list[str]]:
    """Return the rows of a text as texts, matrix by matrix."""
    check_length(text)
    text = plain(text.replace("\r\n", "\n").replace("\r", "\n").replace("\N{NO-BREAK SPACE}", " "))
    if "\\" in text:
        text = _from_latex(text)
    if "[" in text or text.lstrip().startswith("(("):
        blocks = _bracketed(text)
    else:
        blocks = [[row for row in re.split(r"[;\n]", part) if row.strip()] for part in re.split(r"\n[ \t]*\n", text)]
    blocks = [block for block in blocks if block]
    if not blocks:
        raise DigitpadError(_("There is no matrix yet; write numbers row by row, such as 1 2; 3 4."))
    return blocks


def _from_latex(text: str) -> str:
    """Return LaTeX matrices as plain rows, with an empty line between two matrices."""
    environments = _ENVIRONMENT.findall(text)
    if environments:
        text = "\n\n".join(body.replace("\n", " ") for body in environments)
    text = re.sub(r"\\\\(?:\[[^\[\]]*\])?", ";", text)
    for _level in range(_MOST_NESTED):
        text = _FRACTION.sub(_fraction, text)
    for command, replacement in _COMMANDS:
        text = command.sub(replacement, text)
    return re.sub(r"[{}]", " ", text)


def _fraction(match: re.Match[str]) -> str:
    above, below = (match[1], match[2]) if match[1] is not None else (match[3], match[4])
    return f"({above})/({below})"


def _bracketed(text: str) -> list[list[str]]:
    """Return the rows of nested lists, such as Python's, NumPy's or PyTorch's."""
    bare = _WRAPPER.sub(" ", text)
    if "[" not in bare:
        # Tuples of tuples; parentheses in the numbers themselves would be taken for tuples as well.
        bare = bare.replace("(", "[").replace(")", "]")
    if "..." in bare:
        raise DigitpadError(_('The matrix is abbreviated with "..."; copy all of its numbers.'))
    blocks: list[list[str]] = [[]]
    depth = 0
    # Each piece is the text up to the next bracket; a row is a piece that ends with its closing bracket.
    end = max(bare.rfind("["), bare.rfind("]")) + 1
    for piece in re.findall(r"[^\[\]]*[\[\]]", bare[:end]):
        if piece.endswith("["):
            _check_outside(piece[:-1])
            depth += 1
            continue
        rows = [row.strip(" ,\t") for row in piece[:-1].replace("\n", " ").split(";")]
        if any(rows):
            blocks[-1] += [row for row in rows if row]
        elif blocks[-1]:
            # The end of a matrix, or of several.
            blocks.append([])
        depth -= 1
        if depth < 0:
            raise DigitpadError(_("A bracket is closed that was never opened; check the brackets."))
    if depth:
        raise DigitpadError(_("A bracket is not closed; copy the matrix to its end."))
    _check_outside(bare[end:])
    return blocks


def _check_outside(text: str) -> None:
    """Check that a text outside the rows holds no numbers, which would be lost.

    Raises
    ------
    DigitpadError
        If it does.
    """
    rest = re.sub(r"^\s*\w+\s*=", "", text).strip(" ,;()\t\n")
    if rest:
        raise DigitpadError(
            _("{text!r} is outside the brackets of the rows; put every number into a row.").format(text=rest[:40])
        )


def _cells(row: str) -> list[str]:
    """Return the cells of one row."""
    row = row.strip(" ")
    if "\t" in row:
        # A comma in a cell of a spreadsheet belongs to its number; the mark says so until the number is read.
        return [_SPREADSHEET + cell.strip() for cell in row.split("\t")]
    row = row.strip()
    if "&" in row:
        return [cell.strip() for cell in row.split("&")]
    if "," in row:
        cells = [cell.strip() for cell in row.split(",")]
        return cells[:-1] if len(cells) > 1 and not cells[-1] else cells
    row = _FUNCTION_SPACE.sub(r"\1", row)
    row = re.sub(r"(?<![ ])[ ]*([*/^])[ ]*", r"\1", row)
    return _SIGN_SPACE.sub(r"\1", row).split()


def _decimal(cell: str) -> str:
    """Return a cell; one of a spreadsheet with a decimal point, which is a comma in many countries.

    Raises
    ------
    DigitpadError
        If the comma can also separate thousands.
    """
    if not cell.startswith(_SPREADSHEET):
        return cell
    cell = cell.removeprefix(_SPREADSHEET)
    if re.fullmatch(r"[-+]?\d{1,3},\d{3}", cell):
        raise DigitpadError(
            _("{cell} may be {point} or {whole}; write it with a point, or without a comma.").format(
                cell=cell, point=cell.replace(",", "."), whole=cell.replace(",", "")
            )
        )
    return re.sub(r"^([-+]?\d*),(\d+)$", r"\1.\2", cell)


def _matrix(texts: list[str], index: int | None) -> Numbers:
    """Return the numbers of one matrix, given its rows; `index` is its number if there are several."""
    width = len(_cells(texts[0]))
    where = "" if index is None else _("Matrix {index}: ").format(index=index)
    if len(texts) > LARGEST_SIDE or width > LARGEST_SIDE:
        raise DigitpadError(
            where
            + _("The matrix is {size}; the lab takes up to {most}. Paste a part of it.").format(
                size=size_text((len(texts), width)), most=size_text((LARGEST_SIDE, LARGEST_SIDE))
            )
        )
    rows = [_cells(text) for text in texts]
    for number, row in enumerate(rows):
        if len(row) != width:
            raise DigitpadError(
                where
                + ngettext(
                    "Row {row} has {count} number, but row 0 has {width}; all rows need the same length.",
                    "Row {row} has {count} numbers, but row 0 has {width}; all rows need the same length.",
                    len(row),
                ).format(row=number, count=len(row), width=width)
            )
    values = np.empty((len(rows), width))
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            try:
                values[number, column] = parse_number(_decimal(cell))
            except DigitpadError as error:
                raise DigitpadError(
                    where + _("Row {row}, column {column}: {reason}").format(row=number, column=column, reason=error)
                ) from error
    return values


def as_line(channels: Numbers) -> str:
    """Return matrices (channels, rows, columns) as one line that `parse_channels` reads, every number exact."""
    rows = [[[exact(float(value)) for value in row] for row in matrix] for matrix in channels]
    if len(rows) == 1:
        return "; ".join(" ".join(row) for row in rows[0])
    matrices = ["[" + ", ".join(f"[{', '.join(row)}]" for row in matrix) + "]" for matrix in rows]
    return f"[{', '.join(matrices)}]"
