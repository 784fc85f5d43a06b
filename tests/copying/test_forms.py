"""Documents as text, Markdown and LaTeX, and the choice of a form."""

import numpy as np
import pytest

from digitpad.copying.document import Document, Grid, Heading, Sentence, Step, Steps, Table
from digitpad.copying.forms import FORMS, as_latex, as_markdown, as_text, latex_formula, latex_text, write
from digitpad.errors import DigitpadError

_DOCUMENT = Document(
    "Sums & products",
    (
        Heading("Given"),
        Grid("Input", np.array([[1.0, -2.5], [0.123456, 3]])),
        Sentence("50% of it_all"),
        Steps((Step("row 0", "Σ k·x", "(−1)·5 + 2", -3.0), Step("count", "", "4", 4000))),
        Table(("class", "p"), (("0", "0.1"), ("1", "0.25"))),
    ),
)


def test_text() -> None:
    assert as_text(_DOCUMENT) == (
        "Sums & products\n\n"
        "Given\n-----\n\n"
        "Input:\n     1  −2.5\n0.1235     3\n\n"
        "50% of it_all\n\n"
        "row 0  (−1)·5 + 2     = −3\ncount  4           = 4,000\n\n"
        "class     p\n0       0.1\n1      0.25\n"
    )


def test_markdown() -> None:
    assert as_markdown(_DOCUMENT) == (
        "# Sums & products\n\n"
        "## Given\n\n"
        "**Input**\n\n|  |  |\n| ---: | ---: |\n| 1 | −2.5 |\n| 0.1235 | 3 |\n\n"
        "50% of it\\_all\n\n"
        "|  |  |  |\n| --- | --- | ---: |\n| row 0 | `(−1)·5 + 2` | = −3 |\n| count | `4` | = 4,000 |\n\n"
        "| class | p |\n| --- | ---: |\n| 0 | 0.1 |\n| 1 | 0.25 |\n"
    )


def test_latex() -> None:
    assert as_latex(_DOCUMENT) == (
        "\\section*{Sums \\& products}\n\n"
        "\\subsection*{Given}\n\n"
        "\\[\n\\text{Input} = \\begin{pmatrix} 1 & -2.5 \\\\ 0.1235 & 3 \\end{pmatrix}\n\\]\n\n"
        "50\\% of it\\_all\n\n"
        "\\begin{align*}\n\\text{row 0} &: (-1)\\cdot 5 + 2 = -3 \\\\\n\\text{count} &: 4 = 4,000\n\\end{align*}\n\n"
        "\\begin{tabular}{lr}\nclass & p \\\\\n\\hline\n0 & 0.1 \\\\\n1 & 0.25 \\\\\n\\end{tabular}\n"
    )


def test_formulas_as_latex() -> None:
    assert latex_formula("⌊(6 + 2·0 − 3) / 1⌋ + 1") == r"\lfloor (6 + 2\cdot 0 - 3) / 1\rfloor  + 1"
    assert latex_formula("4.382 + ln 2.5") == r"4.382 +\ln 2.5"
    assert latex_formula("z of class 3") == r"z\text{ of class }3"
    assert latex_text("a_b\\c^d") == r"a\_b\textbackslash{}c\textasciicircum{}d"


def test_the_form_decides_what_is_written() -> None:
    programs = {"numpy": lambda: "print(1)\n"}
    assert write("text", lambda: _DOCUMENT, programs) == as_text(_DOCUMENT)
    assert write("numpy", lambda: _DOCUMENT, programs) == "print(1)\n"
    assert FORMS == ("text", "markdown", "latex", "numpy", "pytorch")
    with pytest.raises(DigitpadError, match="no form called 'word'"):
        write("word", lambda: _DOCUMENT, programs)
    with pytest.raises(DigitpadError, match="no form called 'pytorch'; choose one of text, markdown, latex, numpy"):
        write("pytorch", lambda: _DOCUMENT, programs)
