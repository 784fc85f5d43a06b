"""Losses of the lab: the known numbers, steps that arrive at them, and what is mixed up about them."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from digitpad.errors import DigitpadError
from digitpad.lab.examples import binary_problem, example
from digitpad.lab.loss_steps import class_rows, gradient_steps, loss_steps
from digitpad.lab.losses import (
    BINARY,
    BINARY_FOCAL,
    CROSS_ENTROPY,
    FOCAL,
    LABEL_SMOOTHING,
    LIKELIHOOD,
    SQUARED,
    LossProblem,
    LossSolution,
    loss_curve,
    loss_function,
    solve,
    targets_of,
)
from digitpad.nn import reference
from digitpad.nn.backend import Array
from digitpad.nn.losses import Loss
from tests.lab.problems import random_loss

_MODEL_A = LossProblem(values=np.log([[20.0, 40, 60, 80]]), targets=np.array([3]))
_CASES = [(seed, seed % 7) for seed in range(49)]


def _solution(name: str) -> LossSolution:
    solution = example(name).solve()
    assert isinstance(solution, LossSolution)
    return solution


def test_the_numbers_of_the_examples() -> None:
    assert round(_solution("model-a").losses[CROSS_ENTROPY].value, 4) == 0.9163
    assert round(_solution("model-b").losses[CROSS_ENTROPY].value, 4) == 0.6931
    binary = solve(binary_problem())
    assert round(binary.losses[BINARY].value, 6) == 0.736182
    assert round(binary.losses[BINARY_FOCAL].value, 6) == 0.125308
    assert round(binary.losses[CROSS_ENTROPY].value, 6) == 0.736182
    assert round(binary.losses[FOCAL].value, 6) == 0.125308


def test_the_steps_of_the_sketch() -> None:
    solution = solve(_MODEL_A)
    steps = loss_steps(solution, CROSS_ENTROPY)
    assert [(step.filled, round(float(step.value or 0), 4)) for step in steps] == [
        ("z of class 3", 4.382),
        ("0.25 + 0.5 + 0.75 + 1", 2.5),
        ("4.382 + ln 2.5", 5.2983),
        ("4.382 − 5.2983", -0.9163),
        ("−(−0.9163)", 0.9163),
    ]
    gradient = gradient_steps(solution, CROSS_ENTROPY)
    assert [(step.filled, round(float(step.value or 0), 4)) for step in gradient] == [
        ("0.1 − 0", 0.1),
        ("0.2 − 0", 0.2),
        ("0.3 − 0", 0.3),
        ("0.4 − 1", -0.6),
    ]
    rows = class_rows(solution, CROSS_ENTROPY, 0)
    assert [round(row["exponential"], 9) for row in rows] == [20, 40, 60, 80]
    assert [round(row["cost"], 4) for row in rows] == [0, 0, 0, 0.9163]


@pytest.mark.parametrize(("seed", "kind"), _CASES)
def test_the_steps_arrive_at_the_loss(seed: int, kind: int) -> None:
    solution = solve(random_loss(np.random.default_rng(seed), kind))
    samples = len(solution.problem.values)
    for name, result in solution.losses.items():
        assert loss_steps(solution, name)[-1].value == pytest.approx(result.value, rel=1e-12)
        costs = [row["cost"] for sample in range(samples) for row in class_rows(solution, name, sample)]
        count = samples if name in {CROSS_ENTROPY, LABEL_SMOOTHING, LIKELIHOOD, FOCAL} else len(costs)
        assert sum(costs) / count == pytest.approx(result.value, rel=1e-9)
        gradient = [step.value for step in gradient_steps(solution, name)]
        assert gradient == result.gradient.reshape(-1).tolist()


@pytest.mark.parametrize(("seed", "kind"), _CASES)
def test_the_gradients_are_those_of_finite_differences(seed: int, kind: int) -> None:
    solution = solve(random_loss(np.random.default_rng(seed), kind))
    problem = solution.problem
    for name, result in solution.losses.items():
        cost = partial(_cost, loss_function(problem, name), targets_of(problem, name))
        base = solution.logits if result.along == "logits" else problem.values
        np.testing.assert_allclose(result.gradient, reference.numerical_gradient(cost, base), rtol=1e-4, atol=1e-6)


def _cost(loss: Loss, targets: Array, values: Array) -> float:
    return float(loss(values, targets).value)


def test_which_losses_fit() -> None:
    softmax = (CROSS_ENTROPY, LABEL_SMOOTHING, FOCAL)
    assert tuple(solve(_MODEL_A).losses) == (*softmax, SQUARED)
    rows = replace(_MODEL_A, targets=np.array([[0, 0, 0, 1.0]]))
    assert tuple(solve(rows).losses) == (*softmax, BINARY, BINARY_FOCAL, SQUARED)
    yes_or_no = replace(_MODEL_A, targets=np.array([[1, 0, 1, 1.0]]))
    assert tuple(solve(yes_or_no).losses) == (BINARY, BINARY_FOCAL, SQUARED)
    assert tuple(solve(replace(yes_or_no, given="outputs")).losses) == (SQUARED,)
    single = LossProblem(values=np.array([[0.3]]), targets=np.array([1]))
    assert tuple(solve(single).losses) == (BINARY, BINARY_FOCAL, SQUARED)


def test_softmax_and_log_sum_exp() -> None:
    solution = solve(_MODEL_A)
    assert solution.softmax is not None
    assert solution.log_sum_exp is not None
    np.testing.assert_allclose(solution.softmax, [[0.1, 0.2, 0.3, 0.4]], rtol=1e-12)
    np.testing.assert_allclose(solution.log_sum_exp, [np.log(200)], rtol=1e-12)
    huge = solve(replace(_MODEL_A, values=np.array([[1000.0, -1000, 0, 1000]])))
    assert huge.log_sum_exp is not None
    assert huge.log_sum_exp[0] == pytest.approx(1000 + np.log(2))
    assert all(np.isfinite(row["exponential"]) for row in class_rows(huge, CROSS_ENTROPY, 0))


def test_probabilities_passed_as_logits_are_noticed() -> None:
    (note,) = solve(LossProblem(values=np.array([[0.1, 0.2, 0.3, 0.4]]), targets=np.array([3]))).notes
    assert "look like probabilities" in note
    assert "0.9163 instead of 1.2425" in note
    (note,) = solve(_MODEL_A).notes
    assert "Passing the probabilities instead would give 1.2425" in note
    (note,) = solve(LossProblem(values=np.array([[0.2, 0.7]]), targets=np.array([[1.0, 1]]))).notes
    assert "All logits lie between 0 and 1" in note
    assert solve(LossProblem(values=np.array([[2.0, 0.7]]), targets=np.array([[1.0, 1]]))).notes == ()


def test_likelihood_of_log_probabilities_is_cross_entropy() -> None:
    logits = _MODEL_A.values
    log_p = logits - np.log(np.exp(logits).sum())
    solution = solve(LossProblem(values=log_p, targets=_MODEL_A.targets, given="log_probabilities"))
    assert solution.losses.keys() == {LIKELIHOOD}
    result = solution.losses[LIKELIHOOD]
    assert round(result.value, 4) == 0.9163
    np.testing.assert_array_equal(result.gradient, [[0, 0, 0, -1]])
    assert solution.notes == ()
    rows = class_rows(solution, LIKELIHOOD, 0)
    assert [round(row["probability"], 4) for row in rows] == [0.1, 0.2, 0.3, 0.4]


def test_what_may_be_mixed_up_about_log_probabilities_is_noticed() -> None:
    given = LossProblem(values=np.array([[0.1, 0.9]]), targets=np.array([1]), given="log_probabilities")
    (note,) = solve(given).notes
    assert "look like probabilities" in note
    assert "0.1054 instead of −0.9" in note
    (note,) = solve(replace(given, values=np.array([[0.0, 0.0]]))).notes
    assert "add up to 2, not to 1" in note


def test_a_factor_of_yes_is_in_every_step() -> None:
    solution = solve(LossProblem(values=np.array([[0.0, 0]]), targets=np.array([[1.0, 0]]), pos_weight=3.0))
    assert solution.losses[BINARY].value == pytest.approx(4 * np.log(2) / 2)
    np.testing.assert_allclose(solution.losses[BINARY].gradient, [[-0.75, 0.25]])
    steps = loss_steps(solution, BINARY)
    assert [step.filled for step in steps if step.formula == "w·(−ln q)"] == ["3·(−ln 0.5)", "−ln 0.5"]
    assert gradient_steps(solution, BINARY)[0].filled == "((1 − 1)·0.5 − 3·1·(1 − 0.5)) / 2"


def test_the_curve_passes_through_the_loss_with_its_gradient_as_slope() -> None:
    solution = solve(_MODEL_A)
    z = float(solution.logits[0, 3])
    places, costs = loss_curve(solution, CROSS_ENTROPY, 0, 3, (z - 1e-4, z + 1e-4), 3)
    assert places[1] == pytest.approx(z)
    assert costs[1] == pytest.approx(solution.losses[CROSS_ENTROPY].value)
    assert (costs[2] - costs[0]) / 2e-4 == pytest.approx(-0.6, abs=1e-6)


@pytest.mark.parametrize(
    ("problem", "message"),
    [
        (replace(_MODEL_A, targets=np.array([4])), "no class 4; the classes are 0 to 3"),
        (replace(_MODEL_A, targets=np.array([-1])), "no class -1"),
        (replace(_MODEL_A, targets=np.array([1, 2])), "2 targets for 1 rows"),
        (replace(_MODEL_A, targets=np.array([[1.0, 0]])), "2 targets for 4 values"),
        (replace(_MODEL_A, targets=np.array([[5.0, 0, 0, 0]])), "outside 0 to 1; give the values as outputs"),
        (replace(_MODEL_A, given="probabilities"), "2.9957 is not a probability"),
        (LossProblem(values=np.array([[0.5, 0.2]]), targets=np.array([0]), given="probabilities"), "add up to 0.7"),
        (LossProblem(values=np.array([[0.0, 1]]), targets=np.array([0]), given="probabilities"), "infinite"),
        (
            LossProblem(
                values=np.array([[0.2, 0.8]]), targets=np.array([[0.0, 1]]), given="probabilities", pos_weight=2.0
            ),
            "factor of yes needs logits",
        ),
        (
            LossProblem(values=np.log([[0.2, 0.8]]), targets=np.array([[0.5, 0.5]]), given="log_probabilities"),
            "Log-probabilities need two classes or more, and the class of each row",
        ),
        (replace(_MODEL_A, targets=np.eye(4)[:1], pos_weight=(1.0, 2.0)), "settings do not fit the Binary cross"),
        (replace(_MODEL_A, smoothing=2.0), "settings do not fit the Label smoothing"),
        (replace(_MODEL_A, gamma=-1.0), "settings do not fit the Focal loss"),
        (replace(_MODEL_A, alpha=(1.0, 2.0)), "settings do not fit the Focal loss"),
    ],
)
def test_what_does_not_fit_is_answered(problem: LossProblem, message: str) -> None:
    with pytest.raises(DigitpadError, match=message):
        solve(problem)
