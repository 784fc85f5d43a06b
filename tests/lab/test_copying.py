"""Every worked example as text, Markdown and LaTeX."""

import re

import numpy as np
import pytest

from digitpad.copying.document import Document, Grid
from digitpad.copying.forms import FORMS, as_latex, as_text
from digitpad.errors import DigitpadError
from digitpad.lab.examples import EXAMPLES, example
from digitpad.lab.matrices import parse_matrix
from digitpad.lab.worked import copy_as, document_of


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
