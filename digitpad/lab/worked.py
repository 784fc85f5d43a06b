"""Any solution of the lab in any form: what "Copy as" and the command line write."""

from typing import TypeAlias

from digitpad.errors import DigitpadError
from digitpad.lab import numpy_code, pytorch_code
from digitpad.lab.convolution import ConvolutionSolution
from digitpad.lab.copying import FORMS, as_latex, as_markdown, as_text
from digitpad.lab.document import Document
from digitpad.lab.documents import convolution_document, loss_document, network_document, optimizer_document
from digitpad.lab.losses import LossSolution
from digitpad.lab.networks import NetworkSolution
from digitpad.lab.optimizers import Path
from digitpad.translation import gettext as _

Solution: TypeAlias = ConvolutionSolution | LossSolution | NetworkSolution | Path
"""A solution of one of the lab's four pages."""


def document_of(solution: Solution, digits: int = 4, *, covered: bool = False) -> Document:
    """Return a solution as a document.

    Parameters
    ----------
    solution
        The solution.
    digits
        Decimals of the numbers.
    covered
        Whether the results are left blank, for an exercise.
    """
    match solution:
        case ConvolutionSolution():
            return convolution_document(solution, digits, covered=covered)
        case LossSolution():
            return loss_document(solution, digits, covered=covered)
        case NetworkSolution():
            return network_document(solution, digits, covered=covered)
        case Path():
            return optimizer_document(solution, digits, covered=covered)


def copy_as(solution: Solution, form: str, digits: int = 4) -> str:
    """Return a solution in one of the forms of `FORMS`.

    Raises
    ------
    DigitpadError
        If there is no such form, or the solution cannot be written in it.
    """
    writers = {"text": as_text, "markdown": as_markdown, "latex": as_latex}
    if form in writers:
        return writers[form](document_of(solution, digits))
    if form not in FORMS:
        raise DigitpadError(
            _("There is no form called {form!r}; choose one of {forms}.").format(form=form, forms=", ".join(FORMS))
        )
    match solution:
        case ConvolutionSolution():
            return (numpy_code.convolution if form == "numpy" else pytorch_code.convolution)(solution)
        case LossSolution():
            return (numpy_code.losses if form == "numpy" else pytorch_code.losses)(solution)
        case NetworkSolution():
            return (numpy_code.network if form == "numpy" else pytorch_code.network)(solution)
        case Path():
            return (numpy_code.optimizer if form == "numpy" else pytorch_code.optimizer)(solution)
