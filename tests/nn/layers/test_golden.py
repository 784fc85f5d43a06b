"""Every row of the table against the vectors that PyTorch 2.13 computed; see `tests/golden/make_layers.py`."""

from pathlib import Path

import numpy as np
import pytest

from digitpad.nn.backend import Array
from tests.nn.layers.cases import CASES, Case

GOLDEN = Path(__file__).parents[2] / "golden" / "layers.npz"

golden_layer = pytest.mark.parametrize(
    "case", [case for case in CASES if case.plan["type"] != "Dropout"], ids=lambda case: case.name
)


@pytest.fixture(scope="module")
def golden() -> dict[str, Array]:
    with np.load(GOLDEN) as file:
        return dict(file)


def _named(golden: dict[str, Array], prefix: str) -> dict[str, Array]:
    return {name.removeprefix(prefix): value for name, value in golden.items() if name.startswith(prefix)}


@golden_layer
@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-10), (np.float32, 1e-4)], ids=["double", "single"])
def test_forward_and_every_gradient_agree_with_pytorch(
    case: Case, golden: dict[str, Array], dtype: type, tolerance: float
) -> None:
    vectors = _named(golden, f"{case.name}/")
    layer = case.layer(dtype)
    weights = _named(vectors, "weights/")
    assert weights.keys() == layer.named_parameters().keys()
    for name, parameter in layer.named_parameters().items():
        assert weights[name].shape == parameter.value.shape
        parameter.value = weights[name]

    def agrees(actual: Array, expected: Array) -> None:
        np.testing.assert_allclose(actual, expected, rtol=tolerance, atol=tolerance)

    agrees(layer.forward(vectors["x"].astype(dtype), training=True), vectors["output"])
    agrees(layer.backward(vectors["grad_output"].astype(dtype)), vectors["grad_input"])
    for name, parameter in layer.named_parameters().items():
        agrees(parameter.grad, vectors[f"grads/{name}"])
    buffers = _named(vectors, "buffers/")
    assert buffers.keys() == layer.named_buffers().keys()
    for name, buffer in layer.named_buffers().items():
        agrees(buffer.value, buffers[name])
    agrees(layer.forward(vectors["x"].astype(dtype)), vectors.get("inference", vectors["output"]))


def test_the_file_belongs_to_the_table(golden: dict[str, Array]) -> None:
    assert {name.partition("/")[0] for name in golden} == {
        case.name for case in CASES if case.plan["type"] != "Dropout"
    }
    for case in CASES:
        if f"{case.name}/x" in golden:
            np.testing.assert_array_equal(golden[f"{case.name}/x"], case.batch())
