"""What the arithmetic of a cell consists of: terms of products, and their sum.

Rows, columns, channels and maps count from 0.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitpad.copying.document import Step
from digitpad.copying.numbers import product, show, total
from digitpad.lab.convolution import ACTIVATION, ConvolutionSolution
from digitpad.translation import gettext as _

Numbers = NDArray[np.float64]
Mask = NDArray[np.bool_]
Index = tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Term:
    """One summand of a cell: two small matrices, multiplied cell by cell and summed.

    Attributes
    ----------
    name
        Which channel or map it belongs to, in the user's language; empty if there is only one.
    values, weights
        float64 (rows, columns): the operands, such as patch and kernel.
    inside
        bool, same shape: False where `values` is padding, or where the kernel did not see the cell.
    places
        int (rows, columns, 2): row and column of each of `values` in its own map; meaningless where not `inside`.
    map
        Channel or map of `values`.
    """

    name: str
    values: Numbers
    weights: Numbers
    inside: Mask
    places: NDArray[np.intp]
    map: int

    @property
    def products(self) -> Numbers:
        """The products, cell by cell."""
        return self.values * self.weights

    @property
    def value(self) -> float:
        """The sum of the products."""
        return float(self.products.sum())


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class CellSum:
    """A cell that is a sum of products: of the convolution, or of one of its gradients.

    Attributes
    ----------
    title
        What it is, in the user's language: "Output, row 0, column 1".
    values_name, weights_name
        What the two operands are: "patch" and "kernel".
    terms
        One for each channel or map.
    bias
        The bias that is added; None if there is none.
    value
        The cell as the network computed it.
    """

    title: str
    values_name: str
    weights_name: str
    terms: tuple[Term, ...]
    bias: float | None
    value: float

    def steps(self, digits: int = 4) -> tuple[Step, ...]:
        """Return a step for each row of each term, then the bias and the sum of all."""
        steps = []
        for term in self.terms:
            prefix = f"{term.name}, " if term.name else ""
            for row, (weights, values) in enumerate(zip(term.weights, term.values, strict=True)):
                filled = " + ".join(product(float(w), float(v), digits) for w, v in zip(weights, values, strict=True))
                name = prefix + _("row {row}").format(row=row)
                steps.append(Step(name, "Σ k·x", filled, float((weights * values).sum())))
        summands = [float(step.value or 0) for step in steps]
        if self.bias is not None:
            steps.append(Step(_("bias"), "b", show(self.bias, digits), self.bias))
            summands.append(self.bias)
        return (*steps, Step(_("value"), "Σ + b", total(summands, digits), self.value))


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class CellFunction:
    """A cell that is a function of one or several others: an activation, pooling, or the gradient through them.

    Attributes
    ----------
    title
        What it is, in the user's language.
    operands
        float64, the numbers that it depends on.
    places
        int (count, 2): their rows and columns.
    made_of
        The steps, the last of which is the value.
    value
        The cell as the network computed it.
    """

    title: str
    operands: Numbers
    places: NDArray[np.intp]
    made_of: tuple[Step, ...]
    value: float

    def steps(self, digits: int = 4) -> tuple[Step, ...]:
        """Return the steps."""
        return self.made_of


def pool_window(solution: ConvolutionSolution, index: Index) -> tuple[Numbers, NDArray[np.intp]]:
    """Return the numbers of a pooling window in reading order, and their places."""
    settings = solution.problem.pooling
    if settings is None:
        raise ValueError("pool_window: the problem has no pooling")
    before = solution.stages.get(ACTIVATION, solution.output)[index[0]]
    rows = index[1] * settings.stride[0] + np.arange(settings.size[0])
    columns = index[2] * settings.stride[1] + np.arange(settings.size[1])
    places = np.stack(np.meshgrid(rows, columns, indexing="ij"), axis=-1).reshape(-1, 2)
    return before[places[:, 0], places[:, 1]], places


def make_term(
    name: str,
    values: Numbers,
    weights: Numbers,
    inside: Mask,
    rows: NDArray[np.intp],
    columns: NDArray[np.intp],
    of: int,
) -> Term:
    """Return a term whose `values` lie in these rows and columns of the map `of`."""
    rows, columns = np.broadcast_arrays(rows, columns)
    return Term(name, values, weights, inside, np.stack([rows, columns], axis=-1), of)


def inside(solution: ConvolutionSolution, rows: NDArray[np.intp], columns: NDArray[np.intp]) -> Mask:
    """Return which places of the padded input are not padding."""
    (above, _below), (left, _right) = solution.padding
    height, width = solution.problem.image.shape[1:]
    mask: Mask = (rows >= above) & (rows < above + height) & (columns >= left) & (columns < left + width)
    return mask


def channels_of(solution: ConvolutionSolution, kernel: int) -> list[int]:
    """Return the input channels that a kernel sees."""
    problem = solution.problem
    per_group = problem.kernels.shape[1]
    group = kernel // (len(problem.kernels) // problem.groups)
    return list(range(group * per_group, (group + 1) * per_group))


def cell_title(name: str, maps: Numbers, index: Index) -> str:
    """Return the title of a cell of some maps, which names the map if there are several."""
    if len(maps) == 1:
        return _("{name}, row {row}, column {column}").format(name=name, row=index[1], column=index[2])
    return _("{name}, map {map}, row {row}, column {column}").format(
        name=name, map=index[0], row=index[1], column=index[2]
    )
