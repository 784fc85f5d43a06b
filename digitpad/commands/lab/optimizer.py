"""`digitpad lab optimizer`: an optimizer on a function of two parameters, step by step."""

from digitpad.commands.lab.shared import LabOutput, named, say_solution
from digitpad.commands.output import say_json
from digitpad.copying.document import step_records
from digitpad.errors import DigitpadError
from digitpad.lab import optimizers
from digitpad.lab.matrices import parse_vector
from digitpad.lab.optimizers import Recipe
from digitpad.lab.surfaces import surface_of
from digitpad.lab.update_rules import update_steps
from digitpad.translation import gettext as _


def optimizer(
    function: str,
    *,
    optimizer: str,
    steps: int,
    learning_rate: float | None,
    start: str | None,
    settings: dict[str, float | None],
    output: LabOutput,
) -> None:
    """Follow an optimizer on a function of two parameters.

    Raises
    ------
    DigitpadError
        If the function or optimizer is unknown, or a setting does not fit.
    """
    point = None
    if start is not None:
        numbers = named("--start", parse_vector, start)
        if len(numbers) != 2:
            raise DigitpadError(_("--start takes two numbers, x and y, such as 1,2."))
        point = float(numbers[0]), float(numbers[1])
    given: dict[str, float | tuple[float, float]] = {
        name: value for name, value in settings.items() if value is not None and not name.startswith("beta")
    }
    if settings.get("beta1") is not None or settings.get("beta2") is not None:
        first, second = settings.get("beta1"), settings.get("beta2")
        given["betas"] = (0.9 if first is None else first, 0.999 if second is None else second)
    path = optimizers.follow(surface_of(function), Recipe(optimizer, learning_rate, given), steps, point)
    if not output.json:
        say_solution(path, output, 6)
        return
    say_json(
        {
            "function": function,
            "optimizer": optimizer,
            "settings": optimizers.settings_of(path),
            "path": [
                {
                    "step": number,
                    "point": list(moment.point),
                    "value": moment.value,
                    "gradient": list(moment.gradient),
                    "update": [step_records(update_steps(path, number, axis)) for axis in (0, 1)] if number else [],
                }
                for number, moment in enumerate(path.moments)
            ],
            "diverged": path.diverged,
        }
    )
