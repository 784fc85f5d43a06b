"""`digitpad lab shapes`: shapes, parameters, costs and receptive fields of a network."""

from pathlib import Path

from digitpad.commands.lab.shared import LabOutput, say_solution, solve_example
from digitpad.commands.output import say_json
from digitpad.copying.document import step_records
from digitpad.errors import DigitpadError
from digitpad.lab import networks
from digitpad.lab.examples import EXAMPLES
from digitpad.lab.layer_text import parse_layers
from digitpad.lab.network_steps import formula_steps, pooling_mistake
from digitpad.lab.networks import NetworkSolution
from digitpad.lab.pytorch_reader import looks_like_pytorch, parse_pytorch
from digitpad.nn import ARCHITECTURES, Architecture
from digitpad.regular_files import read_regular
from digitpad.translation import gettext as _

#: Maximum size of a file with layers or code.
_MOST_BYTES = 1 << 20


def shapes(name: str, *, input_shape: tuple[int, int, int] | None, output: LabOutput) -> None:
    """Work through the shapes, parameters and costs of a network.

    Parameters
    ----------
    name
        A preset or example, a file with layers or PyTorch code, or the layers or code themselves.
    input_shape
        Shape of one image, for layers and code that do not say it.
    output
        How the solution is printed.

    Raises
    ------
    DigitpadError
        If the network cannot be read.
    """
    solution = networks.solve(_architecture(name, input_shape))
    if not output.json:
        say_solution(solution, output, 4)
        return
    say_json(_network_record(solution))


def _architecture(name: str, input_shape: tuple[int, int, int] | None) -> Architecture:
    plan = None
    if name in ARCHITECTURES:
        plan = ARCHITECTURES[name]
    elif name in EXAMPLES:
        solution, _digits = solve_example(name, "networks")
        if isinstance(solution, NetworkSolution):
            plan = solution.plan
    if plan is not None:
        return plan if input_shape is None else Architecture(plan.name, input_shape, plan.layers)
    text = _file_or_text(name)
    if looks_like_pytorch(text):
        if input_shape is None:
            raise DigitpadError(_("PyTorch code does not say the shape of the input; add it, as in --input 3,32,32."))
        return parse_pytorch(text, input_shape)
    if text == name and " " not in text.strip() and "\n" not in text.strip():
        raise DigitpadError(
            _("{name} is neither a network nor a file; choose one of {names}, or write layers.").format(
                name=name, names=", ".join(ARCHITECTURES)
            )
        )
    return parse_layers(text, input_shape)


def _file_or_text(name: str) -> str:
    """Return the text of a file, or the argument itself if it does not name a file."""
    try:
        path = Path(name)
        return read_regular(path, most_bytes=_MOST_BYTES).decode("utf-8-sig") if path.is_file() else name
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise DigitpadError(_("{path} cannot be read ({reason}).").format(path=name[:60], reason=error)) from error


def _network_record(solution: NetworkSolution) -> dict[str, object]:
    rows = []
    for index, row in enumerate(solution.rows):
        mistake = pooling_mistake(solution, index)
        rows.append(
            {
                "name": row.name,
                "type": row.type,
                "output_shape": list(row.output_shape),
                "parameters": row.parameters,
                "parameters_without_bias": row.without_bias,
                "multiply_adds": row.multiply_adds,
                "activation_bytes": row.activation_bytes,
                "receptive_field": None if row.field is None else list(row.field.size),
                "why_not": None if mistake is None else {"wrong": mistake.wrong, "text": mistake.text},
                "steps": step_records(formula_steps(row)),
            }
        )
    misfit = solution.misfit
    return {
        "input_shape": list(solution.plan.input_shape),
        "layers": rows,
        "parameters": solution.parameters,
        "parameters_without_bias": solution.without_bias,
        "multiply_adds": solution.multiply_adds,
        "activation_bytes": solution.activation_bytes,
        "misfit": None
        if misfit is None
        else {"layer": misfit.name, "reason": misfit.reason, "fit": misfit.fit and [dict(spec) for spec in misfit.fit]},
    }
