"""Exercises: answers checked to the shown precision, variants that follow from their seeds, sheets without answers."""

import numpy as np
import pytest

from digitpad.copying.forms import as_text
from digitpad.copying.numbers import show
from digitpad.errors import DigitpadError
from digitpad.lab.examples import EXAMPLES, PAGES, example
from digitpad.lab.exercises import Question, check, exercise_of, sheet, variant

_QUESTION = Question(("cross_entropy", "steps", 4), "loss", 0.9162907318741551, "It is −(−0.9163).", 4)


@pytest.mark.parametrize("typed", ["0.9163", " 0.9163 ", ".91629", "ln 200 - ln 80", "-ln(0.4)", "-ln 0.4"])
def test_a_right_answer(typed: str) -> None:
    assert check(_QUESTION, typed).right


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("0.9162", "Almost: round to 4 decimals"),
        ("0.916", "Almost"),
        ("-0.9163", "sign is wrong"),
        ("0.5", "Not yet. It is −(−0.9163)"),
        ("", "A number is missing"),
        ("one", "'one' is not a number"),
    ],
)
def test_a_wrong_answer_gets_a_hint(typed: str, message: str) -> None:
    verdict = check(_QUESTION, typed)
    assert not verdict.right
    assert message in verdict.message


def test_counts_may_have_commas() -> None:
    question = Question((4, 0), "parameters", 2430, "It is I·O + O.", 0)
    assert check(question, "2430").right
    assert check(question, "2,430").right
    assert check(question, "242*10 + 10").right
    assert not check(question, "2,420").right
    assert not check(question, "2431").right


@pytest.mark.parametrize("name", [name for name in EXAMPLES if name != "unet-narrow"])
def test_what_a_solution_shows_is_right(name: str) -> None:
    exercise = exercise_of(example(name).solve(), example(name).digits)
    assert exercise.page == example(name).page
    assert exercise.questions
    assert len({question.key for question in exercise.questions}) == len(exercise.questions)
    for question in exercise.questions:
        shown = show(question.answer, question.digits)
        assert check(question, shown).right, (question, shown)
        other = question.answer + 3.7 + abs(question.answer)
        assert not check(question, show(other, question.digits)).right
        assert question.hint.startswith("It is ")


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("seed", range(20))
def test_a_variant_follows_from_its_seed(page: str, seed: int) -> None:
    first, again, other = variant(page, seed), variant(page, seed), variant(page, seed + 1000)
    assert (first.page, first.seed) == (page, seed)
    assert as_text(first.document(solved=True)) == as_text(again.document(solved=True))
    assert as_text(first.document(solved=True)) != as_text(other.document(solved=True))
    assert len(first.questions) >= 4


def test_the_variants_of_losses_have_short_decimals() -> None:
    for seed in range(20):
        solution = variant("losses", seed).solution
        assert hasattr(solution, "softmax")
        probabilities = np.asarray(solution.softmax) * 20
        np.testing.assert_allclose(probabilities, np.round(probabilities), atol=1e-9)


def test_sheets_with_and_without_solutions() -> None:
    exercises = [variant(page, seed) for page in PAGES for seed in (1, 2)]
    blank, solved = as_text(sheet(exercises, solved=False)), as_text(sheet(exercises, solved=True))
    assert blank.startswith("Exercises")
    assert solved.startswith("Solutions")
    for number in range(1, 9):
        assert f"Exercise {number}: " in blank
        assert f"Exercise {number}: " in solved
    assert blank.count("…") > 50
    assert "…" not in solved
    assert "Seed 2" in blank


def test_an_unknown_page_is_answered() -> None:
    with pytest.raises(DigitpadError, match="no page called 'history'"):
        variant("history", 1)
