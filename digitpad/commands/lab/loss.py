"""`digitpad lab loss`: every loss that fits, step by step."""

from dataclasses import dataclass
from typing import Any

from digitpad.commands.lab.shared import LabOutput, named, say_solution, solve_example
from digitpad.commands.output import say_json
from digitpad.copying.document import step_records
from digitpad.errors import DigitpadError
from digitpad.lab import losses
from digitpad.lab.loss_steps import loss_steps
from digitpad.lab.losses import LossProblem, LossSolution
from digitpad.lab.matrices import parse_classes, parse_matrix, parse_vector
from digitpad.lab.numbers import parse_number
from digitpad.translation import gettext as _


@dataclass(frozen=True, slots=True)
class LossRequest:
    """The arguments of `digitpad lab loss`, as texts."""

    example: str | None
    logits: str | None
    probabilities: str | None
    log_probabilities: str | None
    outputs: str | None
    target: str | None
    targets: str | None
    alpha: str
    gamma: str
    smoothing: str
    pos_weight: str


def loss(request: LossRequest, output: LabOutput) -> None:
    """Work through every loss that fits.

    Raises
    ------
    DigitpadError
        If a text cannot be read, or no loss fits.
    """
    if request.example is not None:
        found, digits = solve_example(request.example, "losses")
        if not isinstance(found, LossSolution):
            raise TypeError(f"loss: {request.example} has no losses")
        solution = found
    else:
        digits = 4
        solution = losses.solve(_loss_problem(request))
    if not output.json:
        say_solution(solution, output, digits)
        return
    say_json(
        {
            **{name: result.value for name, result in solution.losses.items()},
            "softmax": None if solution.softmax is None else solution.softmax.tolist(),
            "log_sum_exp": None if solution.log_sum_exp is None else solution.log_sum_exp.tolist(),
            "gradients": {name: result.gradient.tolist() for name, result in solution.losses.items()},
            "steps": {name: step_records(loss_steps(solution, name)) for name in solution.losses},
            "notes": list(solution.notes),
        }
    )


def _loss_problem(request: LossRequest) -> LossProblem:
    """Return the problem that the texts describe."""
    given: list[tuple[losses.Given, str]] = []
    if request.logits is not None:
        given.append(("logits", request.logits))
    if request.probabilities is not None:
        given.append(("probabilities", request.probabilities))
    if request.log_probabilities is not None:
        given.append(("log_probabilities", request.log_probabilities))
    if request.outputs is not None:
        given.append(("outputs", request.outputs))
    if len(given) != 1:
        raise DigitpadError(
            _("Give one of --logits, --probabilities, --log-probabilities and --outputs, or --example with a name.")
        )
    kind, text = given[0]
    if (request.target is None) == (request.targets is None):
        raise DigitpadError(_("Give --target, the class of each row, or --targets, a number for each value."))
    targets: Any
    if request.target is not None:
        targets = named("--target", parse_classes, request.target)
    else:
        targets = named("--targets", parse_matrix, str(request.targets))
    alpha = [float(value) for value in named("--alpha", parse_vector, request.alpha)]
    weight = [float(value) for value in named("--pos-weight", parse_vector, request.pos_weight)]
    return LossProblem(
        values=named(f"--{kind.replace('_', '-')}", parse_matrix, text),
        targets=targets,
        given=kind,
        alpha=alpha[0] if len(alpha) == 1 else tuple(alpha),
        gamma=named("--gamma", parse_number, request.gamma),
        smoothing=named("--smoothing", parse_number, request.smoothing),
        pos_weight=weight[0] if len(weight) == 1 else tuple(weight),
    )
