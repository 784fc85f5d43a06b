"""Convolutions of the lab: the exam's numbers, the loops of the reference, and clear answers to what does not fit."""

from dataclasses import replace

import numpy as np
import pytest

from digitpad.errors import DigitpadError
from digitpad.lab.convolution import POOL, side_steps, solve
from digitpad.lab.convolution_cells import output_cell, stage_cell
from digitpad.lab.convolution_gradients import (
    bias_gradient_cell,
    input_gradient_cell,
    kernel_gradient_cell,
    stage_gradient_cell,
)
from digitpad.lab.convolution_problem import ConvolutionProblem, PoolingSettings
from digitpad.lab.convolution_terms import CellFunction
from digitpad.lab.examples import exam_problem
from digitpad.lab.matrices import parse_channels, parse_matrix
from digitpad.nn import reference
from tests.lab.problems import random_convolution

_SEEDS = range(25)


@pytest.mark.parametrize(
    ("padding", "output"),
    [
        ("valid", "-7 8 20 -6; 2 7 -1 1; 9 -7 14 6; 12 3 2 4"),
        ("same", "9 4 2 2 0 3; 5 -7 8 20 -6 0; 6 2 7 -1 1 3; 2 9 -7 14 6 -10; 0 12 3 2 4 -1; -2 6 -3 14 3 -4"),
        (
            "full",
            """5 1 -6 1 7 -6 -2 0; 0 9 4 2 2 0 3 2; 7 5 -7 8 20 -6 0 5; 6 6 2 7 -1 1 3 4
            9 2 9 -7 14 6 -10 0; 8 0 12 3 2 4 -1 7; 7 -2 6 -3 14 3 -4 7; 2 3 4 -7 1 4 -7 0""",
        ),
    ],
)
def test_the_exam_matrix_in_three_paddings(padding: str, output: str) -> None:
    np.testing.assert_array_equal(solve(exam_problem(padding)).output[0], parse_matrix(output))


def test_the_exam_matrix_pooled() -> None:
    np.testing.assert_array_equal(solve(exam_problem("valid")).stages[POOL][0], [[8, 20], [12, 14]])


@pytest.mark.parametrize("seed", _SEEDS)
def test_it_agrees_with_the_loops(seed: int) -> None:
    problem = random_convolution(np.random.default_rng(seed))
    solution = solve(problem)
    kernels = problem.kernels[:, :, ::-1, ::-1] if problem.mirrored else problem.kernels
    expected = reference.convolve(
        problem.image[None], kernels, problem.stride, solution.padding, problem.dilation, problem.groups
    )[0]
    if problem.bias is not None:
        expected = expected + problem.bias[:, None, None]
    np.testing.assert_allclose(solution.output, expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("seed", _SEEDS)
def test_the_terms_of_every_cell_add_up_to_it(seed: int) -> None:
    solution = solve(random_convolution(np.random.default_rng(seed)))
    assert solution.gradients is not None
    cells = [output_cell(solution, index) for index in np.ndindex(solution.output.shape)]
    cells += [input_gradient_cell(solution, index) for index in np.ndindex(solution.gradients.image.shape)]
    cells += [kernel_gradient_cell(solution, index) for index in np.ndindex(solution.gradients.kernels.shape)]
    if solution.gradients.bias is not None:
        cells += [bias_gradient_cell(solution, number) for number in range(len(solution.gradients.bias))]
    for cell in cells:
        steps = cell.steps()
        assert sum(term.value for term in cell.terms) + (cell.bias or 0) == pytest.approx(cell.value, abs=1e-10)
        assert sum(step.value or 0 for step in steps[:-1]) == pytest.approx(cell.value, abs=1e-10)
        assert steps[-1].value == cell.value


@pytest.mark.parametrize("seed", _SEEDS)
def test_the_operands_of_a_cell_are_where_it_says(seed: int) -> None:
    solution = solve(random_convolution(np.random.default_rng(seed)))
    image = solution.problem.image
    for index in np.ndindex(solution.output.shape):
        for term in output_cell(solution, index).terms:
            rows, columns = term.places[term.inside].T
            np.testing.assert_array_equal(term.values[term.inside], image[term.map][rows, columns])
            assert (term.values[~term.inside] == 0).all()


@pytest.mark.parametrize("seed", _SEEDS)
def test_the_gradients_are_those_of_finite_differences(seed: int) -> None:
    problem = random_convolution(np.random.default_rng(seed))
    solution = solve(problem)
    gradient = problem.gradient
    assert solution.gradients is not None
    assert gradient is not None

    def cost(changed: ConvolutionProblem) -> float:
        return float((solve(replace(changed, gradient=None)).last * gradient).sum())

    np.testing.assert_allclose(
        solution.gradients.image,
        reference.numerical_gradient(lambda x: cost(replace(problem, image=x)), problem.image),
        rtol=1e-5,
        atol=1e-6,
    )
    np.testing.assert_allclose(
        solution.gradients.kernels,
        reference.numerical_gradient(lambda w: cost(replace(problem, kernels=w)), problem.kernels),
        rtol=1e-5,
        atol=1e-6,
    )


@pytest.mark.parametrize("seed", _SEEDS)
def test_each_later_stage_follows_from_its_operands(seed: int) -> None:
    solution = solve(random_convolution(np.random.default_rng(seed)))
    assert solution.gradients is not None
    for stage, maps in solution.stages.items():
        for index in np.ndindex(maps.shape):
            assert stage_cell(solution, stage, index).value == maps[index]
            gradient = stage_gradient_cell(solution, stage, index)
            assert gradient.value == solution.gradients.stages[stage][index]
            assert gradient.operands.size or gradient.value == 0
    settings = solution.problem.pooling
    if settings is not None:
        keep = np.max if settings.kind == "max" else np.mean
        for index in np.ndindex(solution.stages[POOL].shape):
            cell = stage_cell(solution, POOL, index)
            assert isinstance(cell, CellFunction)
            assert keep(cell.operands) == pytest.approx(cell.value)


def test_the_cell_of_the_sketch() -> None:
    cell = output_cell(solve(exam_problem("valid")), (0, 0, 1))
    assert cell.title == "Output, row 0, column 1"
    assert [(step.filled, step.value) for step in cell.steps()] == [
        ("0·6 + (−1)·0 + 1·1", 1),
        ("1·9 + 0·8 + 0·4", 9),
        ("0·6 + (−1)·5 + 1·3", -2),
        ("0", 0),
        ("1 + 9 − 2 + 0", 8),
    ]


def test_the_side_is_derived() -> None:
    steps = side_steps(solve(exam_problem("valid")))
    assert [(step.filled, step.value) for step in steps] == [("⌊(6 + 2·0 − 1·(3 − 1) − 1) / 1⌋ + 1", 4)]
    wide = solve(replace(exam_problem("valid"), stride=(1, 2), pooling=None))
    assert [(step.name, step.value) for step in side_steps(wide)] == [("height", 4), ("width", 2)]


@pytest.mark.parametrize(("size", "stride", "kernel"), [(6, 2, 3), (5, 2, 2), (7, 3, 4), (6, 1, 2)])
def test_same_keeps_the_size_over_the_stride(size: int, stride: int, kernel: int) -> None:
    rng = np.random.default_rng(0)
    problem = ConvolutionProblem(
        image=rng.normal(size=(1, size, size)),
        kernels=rng.normal(size=(1, 1, kernel, kernel)),
        padding="same",
        stride=(stride, stride),
    )
    solution = solve(problem)
    assert solution.output.shape == (1, -(-size // stride), -(-size // stride))
    (above, below), (left, right) = solution.padding
    assert 0 <= below - above <= 1
    assert (above, below) == (left, right)


_IMAGE = parse_channels("1 2 3; 4 5 6; 7 8 9")
_SMALL = ConvolutionProblem(image=_IMAGE, kernels=np.ones((1, 1, 2, 2)))


@pytest.mark.parametrize(
    ("problem", "message"),
    [
        (replace(_SMALL, kernels=np.ones((1, 1, 4, 4))), "kernel spans 4 × 4 cells, but the padded input is 3 × 3"),
        (replace(_SMALL, dilation=(3, 3)), "kernel spans 4 × 4"),
        (replace(_SMALL, kernels=np.ones((1, 2, 2, 2))), "kernels have 2 channels, but the input has 1"),
        (replace(_SMALL, groups=2), "1 channels cannot be split into 2 groups"),
        (replace(_SMALL, bias=np.zeros(3)), "3 biases for 1 kernels"),
        (replace(_SMALL, padding="lots"), "padding 'lots' is not known"),
        (replace(_SMALL, padding=-1), "padding is outside 0 to 32"),
        (replace(_SMALL, padding=1000), "padding is outside 0 to 32"),
        (replace(_SMALL, stride=(0, 1)), "stride is outside 1 to 64"),
        (replace(_SMALL, dilation=(1, 99)), "dilation is outside 1 to 64"),
        (replace(_SMALL, activation="softplus"), "no activation called 'softplus'"),
        (replace(_SMALL, pooling=PoolingSettings("median")), "no pooling called 'median'"),
        (replace(_SMALL, pooling=PoolingSettings("max", (3, 3))), "window of 3 × 3 does not fit the output of 2 × 2"),
        (replace(_SMALL, gradient=np.ones((1, 3, 3))), "gradient is 1 × 3 × 3, but the last stage is 1 × 2 × 2"),
        (replace(_SMALL, image=np.ones((1, 65, 3))), "too large"),
        (
            replace(_SMALL, image=np.ones((4, 3, 3)), kernels=np.ones((3, 2, 2, 2)), groups=2),
            "3 kernels cannot be split",
        ),
        (
            replace(_SMALL, image=np.ones((16, 64, 64)), kernels=np.ones((16, 16, 33, 33)), padding="full"),
            "too many products",
        ),
    ],
)
def test_what_does_not_fit_is_answered(problem: ConvolutionProblem, message: str) -> None:
    with pytest.raises(DigitpadError, match=message):
        solve(problem)
