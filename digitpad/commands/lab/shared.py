"""What the topics of `digitpad lab` have in common."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from digitpad.commands.output import say, say_json
from digitpad.errors import DigitpadError
from digitpad.lab.examples import EXAMPLES, PAGES, example
from digitpad.lab.worked import Solution, copy_as
from digitpad.translation import gettext as _

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class LabOutput:
    """How a solution is printed.

    Attributes
    ----------
    form
        One of `digitpad.copying.forms.FORMS`.
    digits
        Decimals of the numbers in texts; None for those of the example, or 4.
    json
        Print one JSON object instead.
    """

    form: str = "text"
    digits: int | None = None
    json: bool = False


def list_examples(output: LabOutput) -> None:
    """Print the worked examples by page."""
    if output.json:
        say_json({page: [each.name for each in EXAMPLES.values() if each.page == page] for page in PAGES})
        return
    width = max(len(name) for name in EXAMPLES)
    for page in PAGES:
        say(page)
        for each in EXAMPLES.values():
            if each.page == page:
                say(f"  {each.name.ljust(width)}  {_(each.title)}: {_(each.subtitle)}")


def say_solution(solution: Solution, output: LabOutput, digits: int) -> None:
    """Print a solution in the form that was asked for; `digits` are its decimals unless others were asked for."""
    text = copy_as(solution, output.form, digits if output.digits is None else output.digits)
    say(text.rstrip("\n"))


def solve_example(name: str, page: str) -> tuple[Solution, int]:
    """Return the solution of an example of a page, and its decimals."""
    found = example(name)
    if found.page != page:
        names = [each.name for each in EXAMPLES.values() if each.page == page]
        raise DigitpadError(
            _("{name} is not an example of this command; choose one of {names}.").format(
                name=name, names=", ".join(names)
            )
        )
    return found.solve(), found.digits


def named(option: str, parse: Callable[[str], T], text: str) -> T:
    """Return what `parse` makes of an option's text; an error begins with the option."""
    try:
        return parse(text)
    except DigitpadError as error:
        raise DigitpadError(f"{option}: {error}") from error


def whole_pair(option: str, text: str) -> tuple[int, int]:
    """Return one whole number, or two such as 2x1, as (rows, columns)."""
    parts = text.lower().replace("×", "x").replace(",", "x").split("x")
    if len(parts) > 2 or not all(part.strip().isdecimal() and len(part) < 7 for part in parts):
        raise DigitpadError(
            _("{option}: {text!r} is not a whole number or two such as 2x1.").format(option=option, text=text)
        )
    return int(parts[0]), int(parts[-1])
