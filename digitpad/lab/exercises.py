"""Exercises: the numbers of a solution as questions, answers checked to the shown precision, and random variants."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from digitpad.copying.document import Block, Document, Heading, Sentence, Step
from digitpad.errors import DigitpadError
from digitpad.lab import convolution, losses, networks, optimizers
from digitpad.lab.convolution import ConvolutionSolution
from digitpad.lab.convolution_cells import stage_cell
from digitpad.lab.convolution_problem import ConvolutionProblem, PoolingSettings
from digitpad.lab.examples import PAGES
from digitpad.lab.loss_steps import gradient_steps, loss_steps
from digitpad.lab.losses import TITLES, LossProblem, LossSolution
from digitpad.lab.network_steps import formula_steps
from digitpad.lab.networks import NetworkSolution
from digitpad.lab.numbers import parse_number
from digitpad.lab.optimizers import Path, Recipe
from digitpad.lab.surfaces import surface_of
from digitpad.lab.update_rules import update_steps
from digitpad.lab.worked import Solution, document_of
from digitpad.nn import Architecture
from digitpad.translation import gettext as _

Key: TypeAlias = tuple[str | int, ...]
"""Where a question stands: a stage with map, row and column; a loss with its step; a layer or step with its number."""


@dataclass(frozen=True, slots=True)
class Question:
    """A number to be found.

    Attributes
    ----------
    key
        Its place in the solution.
    name
        What is asked, in the user's language: "Output, row 0, column 1".
    answer
        The number.
    hint
        How it is computed, in the user's language.
    digits
        Decimals to which it is checked; 0 for whole numbers such as counts.
    """

    key: Key
    name: str
    answer: float
    hint: str
    digits: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """The feedback on an answer.

    Attributes
    ----------
    right
        Whether it is right.
    message
        The judgement, with a hint if it is wrong, in the user's language.
    """

    right: bool
    message: str


@dataclass(frozen=True, slots=True, eq=False)
class Exercise:
    """A problem with its questions.

    Attributes
    ----------
    page
        One of `PAGES`.
    seed
        The seed from which it was made; None for an exercise made of a solution.
    solution
        The solution.
    questions
        What is asked.
    digits
        Decimals of the numbers.
    """

    page: str
    seed: int | None
    solution: Solution
    questions: tuple[Question, ...]
    digits: int = 4

    def document(self, *, solved: bool) -> Document:
        """Return the exercise for a sheet, with its solution or with blanks."""
        return document_of(self.solution, self.digits, covered=not solved)


def check(question: Question, typed: str) -> Verdict:
    """Judge an answer.

    Parameters
    ----------
    question
        The question.
    typed
        The answer as it was typed: a number, a fraction, or an expression such as ln 2.
    """
    text = typed.strip()
    if re.fullmatch(r"\d{1,3}(,\d{3})+", text):
        # A count with commas between its thousands, as the table shows it.
        text = text.replace(",", "")
    try:
        value = parse_number(text)
    except DigitpadError as error:
        return Verdict(False, str(error))
    unit = 10.0**-question.digits
    miss = abs(value - question.answer)
    # Half of the last digit, and what the computer's own rounding adds to it.
    if miss <= unit / 2 + 1e-9 * max(1.0, abs(question.answer)):
        return Verdict(True, _("Right."))
    if question.digits and miss <= 5 * unit:
        return Verdict(
            False,
            _("Almost: round to {digits} decimals at the end, and keep more in between. {hint}").format(
                digits=question.digits, hint=question.hint
            ),
        )
    if abs(value + question.answer) <= unit / 2:
        return Verdict(False, _("The sign is wrong. {hint}").format(hint=question.hint))
    return Verdict(False, _("Not yet. {hint}").format(hint=question.hint))


def exercise_of(solution: Solution, digits: int = 4) -> Exercise:
    """Return a solution as an exercise, with a question for every number that follows from what is given."""
    match solution:
        case ConvolutionSolution():
            return Exercise(PAGES[0], None, solution, _convolution_questions(solution, digits), digits)
        case LossSolution():
            return Exercise(PAGES[1], None, solution, _loss_questions(solution, digits), digits)
        case NetworkSolution():
            return Exercise(PAGES[2], None, solution, _network_questions(solution), digits)
        case Path():
            return Exercise(PAGES[3], None, solution, _path_questions(solution, digits), digits)


def variant(page: str, seed: int) -> Exercise:
    """Return a random exercise of a page; the same seed gives the same exercise.

    Raises
    ------
    DigitpadError
        If the page is unknown.
    """
    if page not in _MAKERS:
        raise DigitpadError(
            _("There is no page called {page!r}; choose one of {pages}.").format(page=page, pages=", ".join(PAGES))
        )
    return replace(exercise_of(_MAKERS[page](np.random.default_rng(seed))), seed=seed)


def sheet(exercises: list[Exercise], *, solved: bool) -> Document:
    """Return exercises as one document to be printed, with solutions or with blanks."""
    blocks: list[Block] = []
    for number, exercise in enumerate(exercises, start=1):
        document = exercise.document(solved=solved)
        title = _("Exercise {number}: {title}").format(number=number, title=document.title)
        blocks.append(Heading(title))
        if exercise.seed is not None:
            blocks.append(Sentence(_("Seed {seed}").format(seed=exercise.seed)))
        blocks += document.blocks
    return Document(_("Solutions") if solved else _("Exercises"), tuple(blocks))


def _hint(step: Step) -> str:
    """Return how a step is computed, formula before numbers."""
    parts = [part for part in (step.formula, step.filled) if part]
    return _("It is {formula}.").format(formula=" = ".join(dict.fromkeys(parts)))


def convolution_question(
    solution: ConvolutionSolution, stage: str, index: tuple[int, ...], digits: int = 4
) -> Question:
    """Return the question for one cell of a stage, (map, row, column)."""
    cell = stage_cell(solution, stage, index, digits)
    sums = [step.filled for step in cell.steps(digits)]
    hint = _("It is {formula}.").format(formula=" + ".join(sums[:-1]) if len(sums) > 1 else sums[0])
    return Question((stage, *index), cell.title, float(solution.stages[stage][index]), hint, digits)


def _convolution_questions(solution: ConvolutionSolution, digits: int) -> tuple[Question, ...]:
    return tuple(
        convolution_question(solution, stage, index, digits)
        for stage, maps in solution.stages.items()
        for index in np.ndindex(maps.shape)
    )


def _loss_questions(solution: LossSolution, digits: int) -> tuple[Question, ...]:
    questions = []
    for name in solution.losses:
        loss = _(TITLES[name])
        gradient = _("gradient")
        for kind, owner, steps in (
            ("steps", loss, loss_steps(solution, name, digits)),
            ("gradient", f"{loss}, {gradient}", gradient_steps(solution, name, digits)),
        ):
            for number, step in enumerate(steps):
                title = f"{owner}, {step.name}"
                questions.append(Question((name, kind, number), title, float(step.value or 0), _hint(step), digits))
    return tuple(questions)


def _network_questions(solution: NetworkSolution) -> tuple[Question, ...]:
    questions = []
    for index, row in enumerate(solution.rows):
        for number, step in enumerate(formula_steps(row)):
            if step.filled not in {"", "0"}:
                answer = float(step.value or 0)
                digits = 0 if answer.is_integer() else 4
                questions.append(Question((index, number), f"{row.name}, {step.name}", answer, _hint(step), digits))
    return tuple(questions)


#: Steps of an optimizer that are asked; more would repeat the same rule.
_STEPS_ASKED = 3


def _path_questions(solution: Path, digits: int) -> tuple[Question, ...]:
    questions = []
    for number in range(1, min(_STEPS_ASKED, len(solution.moments) - 1) + 1):
        for axis in (0, 1):
            for place, step in enumerate(update_steps(solution, number, axis, digits + 2)):
                name = _("step {number}, {name}").format(number=number, name=f"{'xy'[axis]}: {step.name}")
                questions.append(Question((number, axis, place), name, float(step.value or 0), _hint(step), digits))
    return tuple(questions)


def _random_convolution(rng: np.random.Generator) -> Solution:
    """Return a convolution that is computed by hand in a few minutes."""
    size, kernel = int(rng.integers(4, 7)), int(rng.integers(2, 4))
    weights = rng.integers(-1, 2, (kernel, kernel))
    weights[rng.integers(kernel), rng.integers(kernel)] = rng.choice([-1, 1])
    padding = str(rng.choice(["valid", "same", "full"])) if size < 6 else "valid"
    settings = ConvolutionProblem(
        image=rng.integers(0, 10, (1, size, size)).astype(np.float64),
        kernels=weights[None, None].astype(np.float64),
        bias=rng.integers(-2, 3, 1).astype(np.float64),
        padding=padding,
        stride=(1, 1) if rng.random() < 0.7 else (2, 2),
        activation="relu" if rng.random() < 0.5 else None,
    )
    pooled = replace(settings, pooling=PoolingSettings(str(rng.choice(["max", "average"]))))
    solution = convolution.solve(settings)
    return convolution.solve(pooled) if min(solution.output.shape[1:]) >= 4 else solution


def _random_losses(rng: np.random.Generator) -> Solution:
    """Return logits whose softmax has short decimals, with a target."""
    # Shares of 20, so that each probability is a multiple of 0.05.
    classes = int(rng.integers(3, 6))
    shares = rng.multinomial(20 - classes, [1 / classes] * classes) + 1
    return losses.solve(
        LossProblem(
            values=np.log(10 * shares[None].astype(np.float64)),
            targets=rng.integers(0, classes, 1),
            gamma=float(rng.integers(1, 4)),
            alpha=float(rng.choice([0.25, 0.5, 1])),
        )
    )


def _random_network(rng: np.random.Generator) -> Solution:
    """Return two convolutions with pooling between them, and a linear layer."""
    channels, side = int(rng.choice([1, 3])), int(rng.choice([28, 32]))
    first, second = (int(number) for number in rng.integers(2, 17, 2))
    kernels = [int(rng.choice([3, 5])) for _layer in range(2)]
    padding = int(rng.integers(0, 2))
    pool = str(rng.choice(["MaxPool2D", "AvgPool2D"]))
    conv1 = {"name": "conv1", "type": "Conv2D", "in_channels": channels, "out_channels": first}
    conv2 = {"name": "conv2", "type": "Conv2D", "in_channels": first, "out_channels": second}
    middle = (side + 2 * padding - kernels[0] + 1) // 2
    last = middle - kernels[1] + 1
    layers = (
        {**conv1, "kernel_size": kernels[0], "padding": padding},
        {"name": "pool1", "type": pool, "kernel_size": 2},
        {**conv2, "kernel_size": kernels[1]},
        {"name": "flatten", "type": "Flatten"},
        {"name": "fc1", "type": "Linear", "in_features": second * last * last, "out_features": 10},
    )
    return networks.solve(Architecture(_("Network"), (channels, side, side), layers))


def _random_path(rng: np.random.Generator) -> Solution:
    """Return three steps on the bowl or in the valley, from whole numbers."""
    start = float(rng.integers(-4, 5) or 1), float(rng.integers(-4, 5) or 2)
    name, rate = str(rng.choice(["sgd", "momentum", "nesterov", "adagrad", "adam"])), float(rng.choice([0.1, 0.2]))
    return optimizers.follow(surface_of(str(rng.choice(["bowl", "valley"]))), Recipe(name, rate), 3, start)


_MAKERS: dict[str, Callable[[np.random.Generator], Solution]] = {
    PAGES[0]: _random_convolution,
    PAGES[1]: _random_losses,
    PAGES[2]: _random_network,
    PAGES[3]: _random_path,
}
