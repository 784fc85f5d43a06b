"""Solutions as text, Markdown and LaTeX."""

import re

import numpy as np
import pytest

from digitpad.errors import DigitpadError
from digitpad.lab.copying import FORMS, as_latex, as_markdown, as_text, latex_formula, latex_text
from digitpad.lab.document import Document, Grid, Heading, Sentence, Step, Steps, Table
from digitpad.lab.examples import EXAMPLES, example
from digitpad.lab.matrices import parse_matrix
from digitpad.lab.worked import copy_as, document_of

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


@pytest.mark.parametrize("name", EXAMPLES)
def test_latex_is_balanced_and_plain(name: str) -> None:
    text = copy_as(example(name).solve(), "latex")
    assert text.isascii() or not re.search("[−·×⌊⌋Σ√²…]", text)
    bare = text.replace(r"\{", "").replace(r"\}", "")
    assert bare.count("{") == bare.count("}")
    assert sorted(re.findall(r"\\begin\{([^}]*)\}", text)) == sorted(re.findall(r"\\end\{([^}]*)\}", text))


@pytest.mark.parametrize("name", EXAMPLES)
@pytest.mark.parametrize("form", ["text", "markdown"])
def test_every_example_can_be_copied(name: str, form: str) -> None:
    assert copy_as(example(name).solve(), form).count("\n") > 10


def test_a_pasted_matrix_of_latex_is_the_copied_one() -> None:
    text = as_latex(Document("", (Grid("A", np.array([[1.5, -2], [1e-9, 4]])),), digits=12))
    np.testing.assert_allclose(parse_matrix(text[text.index(r"\begin{pm") :]), [[1.5, -2], [1e-9, 4]])


def test_a_covered_document_has_no_results() -> None:
    covered = as_text(document_of(example("exam-valid").solve(), covered=True))
    assert "5  6  0  1  8  2" in covered
    assert "−7" not in covered
    assert "…" in covered
    losses = as_text(document_of(example("model-a").solve(), covered=True))
    assert "0.9163" not in losses
    table = as_text(document_of(example("exam").solve(), covered=True))
    assert "140" not in table
    assert "2,822" not in table
    path = as_text(document_of(example("rosenbrock").solve(), covered=True))
    assert "−1.4" not in path


def test_an_unknown_form_is_answered() -> None:
    assert FORMS == ("text", "markdown", "latex", "numpy", "pytorch")
    with pytest.raises(DigitpadError, match="no form called 'word'"):
        copy_as(example("model-a").solve(), "word")
