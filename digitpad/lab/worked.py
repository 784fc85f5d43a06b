"""Any solution of the lab in any form: what "Copy as" and the command line write."""

from functools import partial
from types import ModuleType
from typing import TypeAlias

from digitpad.copying.document import Document
from digitpad.copying.forms import write
from digitpad.lab import numpy_code, pytorch_code
from digitpad.lab.convolution import ConvolutionSolution
from digitpad.lab.documents import convolution_document, loss_document, network_document, optimizer_document
from digitpad.lab.losses import LossSolution
from digitpad.lab.networks import NetworkSolution
from digitpad.lab.optimizers import Path

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
    """Return a solution in one of the forms of `digitpad.copying.forms.FORMS`.

    Raises
    ------
    DigitpadError
        If the form is unknown, or the solution cannot be written in it.
    """
    programs = {name: partial(_program, solution, module) for name, module in _WRITERS.items()}
    return write(form, partial(document_of, solution, digits), programs)


_WRITERS = {"numpy": numpy_code, "pytorch": pytorch_code}


def _program(solution: Solution, module: ModuleType) -> str:
    names: dict[type, str] = {
        ConvolutionSolution: "convolution",
        LossSolution: "losses",
        NetworkSolution: "network",
        Path: "optimizer",
    }
    return str(getattr(module, names[type(solution)])(solution))
