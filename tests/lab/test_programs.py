"""Copied NumPy and PyTorch programs give the same numbers as the lab; each of them is run."""

from types import ModuleType

import numpy as np
import pytest

from digitpad.errors import DigitpadError
from digitpad.lab import convolution, losses, numpy_code, pytorch_code
from digitpad.lab.convolution import ConvolutionSolution
from digitpad.lab.examples import EXAMPLES, example
from digitpad.lab.losses import LossSolution
from digitpad.lab.networks import NetworkSolution, solve
from digitpad.lab.optimizers import OPTIMIZERS, Path, Recipe, follow
from digitpad.lab.surfaces import SURFACES, surface_of
from digitpad.lab.worked import copy_as
from digitpad.nn import ARCHITECTURES
from tests.copying.programs import array, run
from tests.lab.problems import random_convolution, random_loss


@pytest.fixture(params=["numpy", "pytorch"])
def program(request: pytest.FixtureRequest) -> ModuleType:
    """Return the module that writes the programs."""
    if request.param == "numpy":
        return numpy_code
    pytest.importorskip("torch")
    return pytorch_code


def _check_convolution(solution: ConvolutionSolution, code: str) -> None:
    expected = {"output": solution.output}
    expected |= {
        name: solution.stages[stage]
        for name, stage in (("activated", "activation"), ("pooled", "pool"))
        if stage in solution.stages
    }
    if solution.gradients is not None:
        expected |= {"grad_x": solution.gradients.image, "grad_w": solution.gradients.kernels}
        if solution.gradients.bias is not None:
            expected["grad_b"] = solution.gradients.bias
    found = run(code)
    for name, values in expected.items():
        np.testing.assert_allclose(array(found[name]), values, rtol=1e-9, atol=1e-11, err_msg=name)


def _check_losses(solution: LossSolution, code: str) -> None:
    found = run(code)
    assert found["losses"].keys() == solution.losses.keys()
    for name, result in solution.losses.items():
        assert array(found["losses"][name]) == pytest.approx(result.value, rel=1e-9)
        np.testing.assert_allclose(array(found["gradients"][name]), result.gradient, rtol=1e-8, atol=1e-11)


def _check_path(path: Path, code: str) -> None:
    points = [array(point) for point in run(code)["path"]]
    np.testing.assert_allclose(points, [moment.point for moment in path.moments], rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("seed", range(30))
def test_convolutions(program: ModuleType, seed: int) -> None:
    solution = convolution.solve(random_convolution(np.random.default_rng(seed)))
    _check_convolution(solution, program.convolution(solution))


@pytest.mark.parametrize("seed", range(35))
def test_losses(program: ModuleType, seed: int) -> None:
    solution = losses.solve(random_loss(np.random.default_rng(seed), seed % 7))
    _check_losses(solution, program.losses(solution))


@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_optimizers(program: ModuleType, surface: str, name: str) -> None:
    path = follow(surface_of(surface), Recipe(name), 25)
    _check_path(path, program.optimizer(path))


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("rmsprop", {"momentum": 0.5}),
        ("rmsprop", {"centered": True, "weight_decay": 0.1}),
        ("rmsprop", {"centered": True, "momentum": 0.5, "maximize": True}),
        ("sgd", {"momentum": 0.5}),
        ("momentum", {"momentum": 0.0, "weight_decay": 0.1}),
        ("momentum", {"dampening": 0.4}),
        ("nesterov", {"weight_decay": 0.1, "maximize": True}),
        ("adagrad", {"lr_decay": 0.1, "initial_accumulator_value": 0.5}),
        ("adam", {"amsgrad": True, "weight_decay": 0.1, "betas": (0.8, 0.95)}),
        ("adamw", {"amsgrad": True, "weight_decay": 0.3}),
        ("adamw", {"weight_decay": 0.0}),
    ],
)
def test_options_of_optimizers(
    program: ModuleType, name: str, settings: dict[str, float | tuple[float, float]]
) -> None:
    path = follow(surface_of("valley"), Recipe(name, 0.05, settings), 25)
    _check_path(path, program.optimizer(path))


@pytest.mark.parametrize("name", ["standard", "lenet5", "exam", "mlp", "reader"])
def test_the_numpy_table_of_a_network(name: str) -> None:
    solution = solve(ARCHITECTURES[name])
    table = run(numpy_code.network(solution))["table"]
    for row in solution.rows:
        found = table[row.name]
        assert found["output"] == row.output_shape
        assert (found["parameters"], found["multiply_adds"]) == (row.parameters, row.multiply_adds)
        assert found["activation_bytes"] == row.activation_bytes
        if "receptive_field" in found:
            assert row.field is not None
            assert found["receptive_field"] == row.field.size


@pytest.mark.parametrize("name", ["standard", "lenet5", "exam", "mlp", "reader", "resnet", "unet-narrow"])
def test_the_pytorch_network(name: str) -> None:
    pytest.importorskip("torch")
    solution = solve(ARCHITECTURES[name])
    found = run(pytorch_code.network(solution))
    assert sum(p.numel() for p in found["model"].parameters()) == solution.parameters
    for row in solution.rows:
        if row.name in found["table"]:
            shape, parameters = found["table"][row.name]
            # PyTorch keeps the axes of one row and one column after adaptive pooling.
            assert shape[: len(row.output_shape)] == row.output_shape
            assert parameters == row.parameters or "." not in row.name


def test_what_has_no_program_is_answered() -> None:
    with pytest.raises(DigitpadError, match="has no NumPy table; copy it as PyTorch code"):
        numpy_code.network(solve(ARCHITECTURES["resnet"]))


@pytest.mark.parametrize("form", ["numpy", "pytorch"])
@pytest.mark.parametrize("name", [name for name in EXAMPLES if name != "unet-narrow"])
def test_the_examples(form: str, name: str) -> None:
    if form == "pytorch":
        pytest.importorskip("torch")
    solution = example(name).solve()
    code = copy_as(solution, form)
    match solution:
        case ConvolutionSolution():
            _check_convolution(solution, code)
        case LossSolution():
            _check_losses(solution, code)
        case Path():
            _check_path(solution, code)
        case NetworkSolution():
            assert run(code)["table"].keys() == {row.name for row in solution.rows}
