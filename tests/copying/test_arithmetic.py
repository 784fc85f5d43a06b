"""Copied arithmetic gives the number that is shown, for every kind of layer; each program is run."""

import numpy as np
import pytest

from digitpad.copying.activation_formulas import numpy_formula
from digitpad.copying.arithmetic import arithmetic_program, arithmetic_programs
from digitpad.errors import DigitpadError
from digitpad.explain.arithmetic import Arithmetic, Normalization, Pointwise, WeightedSum
from digitpad.explain.cells import explain_cell, explain_probability
from digitpad.explain.dependencies import Cell, as_maps
from digitpad.explain.frame import Frame, Inspector
from digitpad.models.model_file import load_model
from digitpad.nn import layers
from digitpad.nn.layers.activations import Activation
from tests.copying.programs import array, run
from tests.explain.networks import SMALL, network_of

_ALL = 10**9


@pytest.fixture(params=["numpy", "pytorch"])
def form(request: pytest.FixtureRequest) -> str:
    """Return the form of the program."""
    if request.param == "pytorch":
        pytest.importorskip("torch")
    return str(request.param)


def _frame(name: str) -> Frame:
    plan = SMALL[name]
    pixels = np.random.default_rng(2).uniform(0, 1, plan.input_shape).astype(np.float32)
    return Inspector(network_of(plan), plan.input_shape).inspect(pixels)


def _check(arithmetic: Arithmetic, code: str) -> None:
    value = array(run(code)["value"])
    assert value.size == 1
    np.testing.assert_allclose(value.ravel()[0], arithmetic.computed, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", SMALL)
def test_every_layer(name: str, form: str) -> None:
    frame = _frame(name)
    random = np.random.default_rng(3)
    for layer, node in frame.structure.nodes.items():
        cell = Cell(layer, *(int(random.integers(size)) for size in as_maps(node.shape)))
        arithmetic = explain_cell(frame, cell, terms=_ALL)
        if type(arithmetic) is Arithmetic:
            with pytest.raises(DigitpadError, match=f"The number of {layer} cannot be copied"):
                arithmetic_program(arithmetic, node.layer, layer, form)
            continue
        _check(arithmetic, arithmetic_program(arithmetic, node.layer, layer, form))


def test_a_classifier_down_to_a_probability(form: str) -> None:
    pixels = np.zeros((28, 28), np.float32)
    pixels[5:23, 12:16] = np.random.default_rng(0).uniform(0.5, 1, (18, 4))
    frame = Inspector.of(load_model("standard")).inspect(pixels)
    for cell in (Cell("input", 0, 9, 13), Cell("conv1", 3, 0, 5), Cell("conv2", 7, 9, 13), Cell("fc1", 5)):
        arithmetic = explain_cell(frame, cell, terms=_ALL)
        code = arithmetic_program(arithmetic, frame.structure[cell.layer].layer, "a number", form)
        assert "# a number\n" in code
        _check(arithmetic, code)
        assert abs(array(run(code)["value"]).ravel()[0] - arithmetic.value) < 1e-5
    share = explain_probability(frame, 1)
    _check(share, arithmetic_program(share, None, "probability of 1", form))


def test_the_pytorch_code_uses_its_functions() -> None:
    frame = _frame("windows")
    codes = {
        layer: arithmetic_program(
            explain_cell(frame, Cell(layer, 0, 0, 0), terms=_ALL), frame.structure[layer].layer, layer, "pytorch"
        )
        for layer in ("a", "leaky", "p", "q")
    }
    assert "value = F.conv2d(x[None], w[None], b)" in codes["a"]
    assert "value = nn.LeakyReLU(0.2)(x)" in codes["leaky"]
    assert "F.avg_pool2d" in codes["p"]
    assert "F.max_pool2d" in codes["q"]
    assert "from torch import nn" in codes["leaky"]
    assert "from torch import nn" not in codes["a"]


def test_a_sum_needs_all_its_terms() -> None:
    frame = _frame("windows")
    few = explain_cell(frame, Cell("a", 0, 0, 0), terms=1)
    assert isinstance(few, WeightedSum)
    assert few.others
    with pytest.raises(ValueError, match="terms are missing"):
        arithmetic_programs(few, None, "a")["numpy"]()


@pytest.mark.parametrize("kind", sorted(Activation.__subclasses__(), key=str))
def test_every_activation_has_a_formula(kind: type[Activation]) -> None:
    layer = kind()
    for x in (-1.7, -0.2, 0.0, 0.4, 2.5):
        code = f"import math\nimport numpy as np\nx = {x}\nvalue = {numpy_formula(layer)}\nprint(value)\n"
        expected = layer.function(np.array([x], np.float64))
        np.testing.assert_allclose(array(run(code)["value"]).ravel(), expected, rtol=1e-9, atol=1e-12)


def test_an_unknown_activation_is_answered() -> None:
    class Doubled(layers.ReLU):
        """A layer that nobody knows."""

    point = Pointwise(
        cell=Cell("d", 0), value=2.0, computed=2.0, source=Cell("c", 0), operand=1.0, formula="2x", passes=True
    )
    with pytest.raises(DigitpadError, match="Doubled has no NumPy formula"):
        arithmetic_program(point, Doubled(), "d", "numpy")
    with pytest.raises(TypeError, match="expected the activation"):
        arithmetic_program(point, None, "d", "numpy")


def test_a_pixel_has_no_learned_scale() -> None:
    pixel = Normalization(
        cell=Cell("input", 0),
        value=1.0,
        computed=1.0,
        source=None,
        operand=0.5,
        mean=0.25,
        variance=0.0625,
        eps=0.0,
        normalized=1.0,
        weight=1.0,
        bias=0.0,
        learned=False,
    )
    code = arithmetic_program(pixel, None, "ink", "numpy")
    assert "weight" not in code
    _check(pixel, code)
