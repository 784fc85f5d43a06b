"""Every layer of the library can be exported: the tables are complete, and each row is equivalent to its layer."""

from collections.abc import Callable, Iterator

import numpy as np
import pytest

from digitpad.errors import DigitpadError
from digitpad.export import onnx_graph, pytorch_source
from digitpad.export.comparison import Probes
from digitpad.export.onnx_file import compare_onnx, to_onnx
from digitpad.export.pytorch_classes import CLASSES
from digitpad.export.pytorch_file import compare_pytorch, to_pytorch
from digitpad.extras import is_installed
from digitpad.models.model_file import Model
from digitpad.nn import Layer, Sequential, layers
from tests.export.cases import EXPORTED

PROBES = Probes(np.random.default_rng(1).standard_normal((3, 4, 12, 12)).astype(np.float32), "noise")
ALL = [getattr(layers, name) for name in layers.__all__]

needs_onnx = pytest.mark.skipif(not is_installed("onnx"), reason="onnx is not installed")
needs_torch = pytest.mark.skipif(not is_installed("torch"), reason="PyTorch is not installed")


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)
def test_every_layer_class_has_a_row_and_is_tried(kind: type[Layer]) -> None:
    assert kind in onnx_graph.ROWS
    assert kind in pytorch_source.ROWS or kind in CLASSES
    rng = np.random.default_rng(0)
    tried = {type(layer) for make in EXPORTED.values() for layer in _inside(Sequential(make(rng)))}
    assert kind in tried


@needs_onnx
@pytest.mark.parametrize("name", list(EXPORTED))
def test_onnx_answers_as_the_layer(name: str, make_model: Callable[[str], Model]) -> None:
    model = make_model(name)
    difference, _ = compare_onnx(to_onnx(model), model, PROBES)
    assert difference < 1e-5


@needs_torch
@pytest.mark.parametrize("name", list(EXPORTED))
def test_pytorch_answers_as_the_layer(name: str, make_model: Callable[[str], Model]) -> None:
    model = make_model(name)
    difference = compare_pytorch(*to_pytorch(model, "m"), model, PROBES)
    assert difference is not None
    assert difference < 1e-5


class Unheard(layers.ReLU):
    """A custom layer."""


def test_a_layer_without_a_row_is_named(make_model: Callable[[str], Model]) -> None:
    model = make_model("relu")
    body = Sequential([("strange", Unheard())])
    model.network.layers["block"] = layers.Residual(body)
    with pytest.raises(DigitpadError, match=r"block\.body\.strange: .*Unheard.*PyTorch"):
        to_pytorch(model, "m")
    if not is_installed("onnx"):
        pytest.skip("onnx is not installed")
    with pytest.raises(DigitpadError, match=r"block\.body\.strange: .*Unheard.*ONNX"):
        to_onnx(model)


def _inside(layer: Layer) -> Iterator[Layer]:
    yield layer
    for child in layer.children().values():
        yield from _inside(child)
