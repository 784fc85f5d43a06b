"""Every number that is shown is within 1e-5 of what other programs compute with the same weights."""

import numpy as np
import pytest

from digitpad.data.mnist import load_mnist
from digitpad.explain.frame import Frame, Inspector
from digitpad.export.onnx_file import to_onnx
from digitpad.models.model_file import Model, ModelMetadata, load_model
from digitpad.nn import ARCHITECTURES
from digitpad.nn.backend import Array
from tests.explain.networks import PRESETS, network_of
from tests.golden import activations_digest as golden

TOLERANCE = 1e-5


def frame_of(model: Model, digit: int) -> Frame:
    return Inspector.of(model).inspect(load_mnist("test").images[digit].astype(np.float32) / 255)


@pytest.mark.parametrize("name", golden.MODELS)
@pytest.mark.parametrize("digit", golden.DIGITS)
def test_activations_are_those_of_pytorch_in_float64(name: str, digit: int) -> None:
    frame = frame_of(load_model(name), digit)
    with np.load(golden.FILE) as vectors:
        stored = [key for key in vectors if key.startswith(f"{name}/{digit}/")]
        assert stored == [f"{name}/{digit}/{layer}" for layer in frame.activations]
        for layer, array in frame.activations.items():
            np.testing.assert_allclose(
                golden.digest(array), vectors[f"{name}/{digit}/{layer}"], rtol=0, atol=TOLERANCE, err_msg=layer
            )


def batch_of(model: Model, seed: int = 0) -> Array:
    return np.random.default_rng(seed).uniform(0, 1, (1, *model.architecture.input_shape)).astype(np.float32)


def models() -> list[str]:
    return [name for name in PRESETS if name != "catdog"]


def model_named(name: str) -> Model:
    if name in {"standard", "light"}:
        return load_model(name)
    return Model(network_of(ARCHITECTURES[name]), ARCHITECTURES[name], ModelMetadata(), name)


@pytest.mark.parametrize("name", models())
def test_every_number_is_that_of_onnxruntime(name: str) -> None:
    onnx = pytest.importorskip("onnx")
    runtime = pytest.importorskip("onnxruntime")
    model = model_named(name)
    inspector = Inspector(model.network, model.architecture.input_shape, model.metadata)
    pixels = batch_of(model)
    frame = inspector.inspect(pixels[0])
    proto = onnx.load_from_string(to_onnx(model))
    shown = [node.name for node in frame.structure.shown()]
    del proto.graph.output[:]
    proto.graph.output.extend(onnx.helper.make_empty_tensor_value_info(layer) for layer in shown)
    session = runtime.InferenceSession(proto.SerializeToString(), providers=["CPUExecutionProvider"])
    results = session.run(shown, {session.get_inputs()[0].name: inspector.prepare(pixels)})
    scale = 1.0
    for layer, theirs in zip(shown, results, strict=True):
        # Random weights let numbers grow layer by layer, and what float32 loses of large ones, those behind inherit.
        scale = max(scale, float(np.abs(theirs).max()))
        np.testing.assert_allclose(frame[layer], theirs[0], rtol=0, atol=TOLERANCE * scale, err_msg=layer)


# U-Nets are compared with PyTorch in tests/nn/architectures/test_presets_pytorch.py.
@pytest.mark.parametrize("name", [name for name in models() if "unet" not in name])
def test_every_number_is_that_of_pytorch(name: str) -> None:
    pytest.importorskip("torch")
    from tests.golden.make_activations import activations

    model = model_named(name)
    inspector = Inspector(model.network, model.architecture.input_shape, model.metadata)
    pixels = batch_of(model, seed=1)
    frame = inspector.inspect(pixels[0])
    scale = 1.0
    for layer, theirs in activations(model, pixels).items():
        scale = max(scale, float(np.abs(theirs).max()))
        np.testing.assert_allclose(frame[layer], theirs[0], rtol=0, atol=TOLERANCE * scale, err_msg=layer)
