"""Solutions as documents: what is given, every step, and the results."""

from digitpad.copying.document import Block, Document, Heading, Sentence, Step, Steps, Table, grids
from digitpad.copying.numbers import show
from digitpad.lab.convolution import ACTIVATION, CONV, POOL, ConvolutionSolution, side_steps
from digitpad.lab.convolution_cells import output_cell, problem_name
from digitpad.lab.loss_steps import class_rows, gradient_steps, loss_steps
from digitpad.lab.losses import TITLES, LossSolution
from digitpad.lab.network_steps import formula_steps, pooling_mistake
from digitpad.lab.networks import NetworkSolution
from digitpad.lab.optimizers import Moment, Path, settings_of
from digitpad.lab.update_rules import update_steps
from digitpad.translation import gettext as _

#: Cells of a convolution whose arithmetic is written out; the others follow the same pattern.
_CELLS_WRITTEN_OUT = 16
_MOMENTS_SHOWN = 20


def convolution_document(solution: ConvolutionSolution, digits: int = 4, *, covered: bool = False) -> Document:
    """Return a convolution as a document; `covered` leaves the results blank."""
    problem = solution.problem
    blocks: list[Block] = [Heading(_("Given")), *grids(_("Input"), problem.image)]
    for number, kernel in enumerate(problem.kernels):
        name = _("Kernel") if len(problem.kernels) == 1 else _("Kernel {number}").format(number=number)
        blocks += grids(name, kernel)
    blocks.append(Sentence(_settings(solution, digits)))
    blocks += [
        Heading(_("Result")),
        Steps(side_steps(solution), covered),
        *grids(_("Output"), solution.output, covered=covered),
    ]
    if ACTIVATION in solution.stages:
        blocks += grids(problem_name(solution), solution.stages[ACTIVATION], covered=covered)
    if POOL in solution.stages:
        blocks += grids(_("Pooling"), solution.stages[POOL], covered=covered)
    if not covered:
        blocks += _cells(solution, digits)
    if solution.gradients is not None and problem.gradient is not None:
        blocks += [Heading(_("Backward pass")), *grids(_("Gradient of the last stage"), problem.gradient)]
        if len(solution.stages) > 1:
            blocks += grids(_("Output gradient"), solution.gradients.stages[CONV], covered=covered)
        blocks += grids(_("Input gradient"), solution.gradients.image, covered=covered)
        for number, kernel in enumerate(solution.gradients.kernels):
            blocks += grids(_("Gradient of kernel {number}").format(number=number), kernel, covered=covered)
        if solution.gradients.bias is not None:
            blocks += grids(_("Bias gradient"), solution.gradients.bias[None, None, :], covered=covered)
    return Document(_("Convolution") if problem.mirrored else _("Cross-correlation"), tuple(blocks), digits)


def _settings(solution: ConvolutionSolution, digits: int) -> str:
    """Return the settings of a convolution in a line."""
    problem = solution.problem
    (above, below), (left, right) = solution.padding
    padding = str(above) if above == below == left == right else f"({above}, {below}), ({left}, {right})"
    parts = [
        _("padding {padding}").format(padding=padding),
        _("stride {stride}").format(stride=_pair(problem.stride)),
        _("dilation {dilation}").format(dilation=_pair(problem.dilation)),
    ]
    if problem.groups > 1:
        parts.append(_("groups {groups}").format(groups=problem.groups))
    if problem.bias is not None:
        parts.append(_("bias {bias}").format(bias=", ".join(show(float(value), digits) for value in problem.bias)))
    if problem.mirrored:
        parts.append(_("kernel mirrored"))
    if problem.activation is not None:
        parts.append(problem_name(solution))
    if problem.pooling is not None:
        kind = _("max pooling") if problem.pooling.kind == "max" else _("average pooling")
        stride = _("stride {stride}").format(stride=_pair(problem.pooling.stride))
        parts.append(f"{kind} {_pair(problem.pooling.size)}, {stride}")
    return "; ".join(parts)


def _pair(pair: tuple[int, int]) -> str:
    return str(pair[0]) if pair[0] == pair[1] else f"{pair[0]} × {pair[1]}"


def _cells(solution: ConvolutionSolution, digits: int) -> list[Block]:
    """Return the arithmetic of the first cells of the output."""
    blocks: list[Block] = [Heading(_("Cell by cell"))]
    maps, rows, columns = solution.output.shape
    places = [(o, r, c) for o in range(maps) for r in range(rows) for c in range(columns)]
    for place in places[:_CELLS_WRITTEN_OUT]:
        cell = output_cell(solution, place)
        blocks += [Sentence(cell.title), Steps(cell.steps(digits))]
    if len(places) > _CELLS_WRITTEN_OUT:
        blocks.append(Sentence(_("The other cells follow in the same way.")))
    return blocks


def loss_document(solution: LossSolution, digits: int = 4, *, covered: bool = False) -> Document:
    """Return all losses of a problem as a document; `covered` leaves the results blank."""
    problem = solution.problem
    titles = {"logits": _("Logits"), "probabilities": _("Probabilities"), "outputs": _("Outputs")}
    given = titles.get(problem.given, _("Log-probabilities"))
    blocks: list[Block] = [
        Heading(_("Given")),
        *grids(given, problem.values[None]),
        *grids(_("Targets"), problem.rows[None]),
    ]
    for name in solution.losses:
        blocks.append(Heading(_(TITLES[name])))
        if not covered:
            blocks += [class_table(solution, name, sample, digits) for sample in range(len(problem.values))]
        blocks.append(Steps(loss_steps(solution, name, digits), covered))
        blocks += [Sentence(_("Gradient")), Steps(gradient_steps(solution, name, digits), covered)]
    if not covered:
        blocks += [Sentence(note) for note in solution.notes]
    return Document(_("Losses"), tuple(blocks), digits)


def class_table(solution: LossSolution, name: str, sample: int, digits: int) -> Table:
    """Return the numbers of each class of a sample, from the logit to the gradient."""
    rows = class_rows(solution, name, sample)
    header: tuple[str, ...] = (_("class"), "z", "exp(z)", "p", "t", _("loss"), _("gradient"))
    keys: tuple[str, ...] = ("logit", "exponential", "probability", "target", "cost", "gradient")
    if solution.problem.given == "outputs":
        header, keys = (_("value"), "y", "t", _("loss"), _("gradient")), ("logit", "target", "cost", "gradient")
    elif solution.problem.given == "log_probabilities":
        header = (_("class"), "ln p", *header[3:])
        keys = ("logit", *keys[2:])
    elif float(abs(solution.logits[sample]).max()) > 20:
        header = (*header[:2], "exp(z − m)", *header[3:])
    return Table(
        header,
        tuple((str(index), *(show(row[key], digits) for key in keys)) for index, row in enumerate(rows)),
    )


def network_document(solution: NetworkSolution, digits: int = 4, *, covered: bool = False) -> Document:
    """Return the table of a network as a document; `covered` leaves the results blank."""
    blocks: list[Block] = [network_table(solution, covered=covered)]
    if solution.misfit is not None:
        blocks.append(Sentence(f"{solution.misfit.name}: {solution.misfit.reason}"))
    for index, row in enumerate(solution.rows):
        blocks += [Heading(row.name), Steps(formula_steps(row), covered)]
        mistake = pooling_mistake(solution, index)
        if mistake is not None and not covered:
            blocks.append(Sentence(_("Why not {wrong}? {text}").format(wrong=mistake.wrong, text=mistake.text)))
    return Document(solution.plan.name, tuple(blocks), digits)


def network_table(solution: NetworkSolution, *, covered: bool = False) -> Table:
    """Return the layers of a network with their shapes and counts, and the totals."""
    shape = solution.plan.input_shape
    whole = "×".join(str(side) for side in shape)
    rows: list[tuple[str, ...]] = [
        (
            _("input"),
            "",
            whole,
            "",
            "",
            "",
            f"{solution.activation_bytes - _bytes(solution):,}",
            "1×1" if len(shape) == 3 else "",
        )
    ]
    for row in solution.rows:
        numbers: list[str] = [
            "×".join(str(side) for side in row.output_shape),
            f"{row.parameters:,}",
            f"{row.without_bias:,}",
            f"{row.multiply_adds:,}",
            f"{row.activation_bytes:,}",
            "" if row.field is None else "×".join(str(side) for side in row.field.size),
        ]
        rows.append((row.name, row.type, *(["…"] * len(numbers) if covered else numbers)))
    totals = [
        f"{solution.parameters:,}",
        f"{solution.without_bias:,}",
        f"{solution.multiply_adds:,}",
        f"{solution.activation_bytes:,}",
    ]
    rows.append((_("total"), "", "", *(["…"] * 4 if covered else totals), ""))
    header = (
        *(_("layer"), _("type"), _("output"), _("parameters"), _("without bias"), _("multiply-adds")),
        *(_("activations in bytes"), _("receptive field")),
    )
    return Table(header, tuple(rows), left=2)


def _bytes(solution: NetworkSolution) -> int:
    return sum(row.activation_bytes for row in solution.rows)


def optimizer_document(path: Path, digits: int = 6, *, covered: bool = False) -> Document:
    """Return the path of an optimizer as a document, with the update rule of its first step."""
    named = settings_of(path).items()
    settings = ", ".join(name if isinstance(value, bool) else f"{name} = {show(value, 12)}" for name, value in named)
    blocks: list[Block] = [Sentence(f"f(x, y) = {path.surface.formula}"), Sentence(f"{path.recipe.name}: {settings}")]
    if len(path.moments) > 1:
        steps: list[Step] = []
        for axis in (0, 1):
            steps += update_steps(path, 1, axis, digits)
        blocks += [Heading(_("The first step")), Steps(tuple(steps), covered)]
    shown = list(enumerate(path.moments))
    if len(shown) > _MOMENTS_SHOWN:
        # Evenly spaced, with the first and the last.
        shown = [shown[round(k * (len(shown) - 1) / (_MOMENTS_SHOWN - 1))] for k in range(_MOMENTS_SHOWN)]
    rows = tuple(
        (str(number), *(["…"] * 5 if covered and number else [show(value, digits) for value in _numbers(moment)]))
        for number, moment in shown
    )
    blocks.append(Table((_("step"), "x", "y", "f(x, y)", "∂f/∂x", "∂f/∂y"), rows, left=0))
    if path.diverged:
        blocks.append(Sentence(_("The path leaves for infinity; choose a smaller learning rate.")))
    return Document(_(path.surface.title), tuple(blocks), digits)


def _numbers(moment: Moment) -> tuple[float, ...]:
    return (*moment.point, moment.value, *moment.gradient)
