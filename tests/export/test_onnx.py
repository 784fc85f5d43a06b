"""The ONNX file as read by other programs."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from digitpad import extras
from digitpad.errors import DigitpadError
from digitpad.export import export_model, onnx_file
from digitpad.export.comparison import Probes
from digitpad.export.onnx_file import compare_onnx, to_onnx
from digitpad.export.onnx_graph import graph_of
from digitpad.models.model_file import Model
from digitpad.nn import ARCHITECTURES, Layer, Sequential, layers

onnx = pytest.importorskip("onnx", reason="onnx is not installed")

NOISE = Probes(np.random.default_rng(1).standard_normal((2, 4, 12, 12)).astype(np.float32), "noise")


def test_layer_names_are_those_of_nodes_and_of_what_they_make(make_model: Callable[[str], Model]) -> None:
    model = make_model("light")
    graph = onnx.load_from_string(to_onnx(model)).graph
    assert [node.name for node in graph.node] == list(model.network.layers)
    assert [list(node.output) for node in graph.node] == [[name] for name in model.network.layers]
    assert {weight.name for weight in graph.initializer} >= set(model.network.state_dict())
    assert [value.name for value in graph.input] == ["input"]
    assert [value.name for value in graph.output] == ["fc2"]


def test_every_activation_inside_branches_can_be_found(make_model: Callable[[str], Model]) -> None:
    model = make_model("skip with gate")
    _, captured = model.network.forward(NOISE.images, capture=True)
    made = {name for node in graph_of(model.network, (4, 12, 12)).nodes for name in node.outputs}
    # A Sequential is not an operation: its output is that of its last layer.
    assert set(captured) - made == {"skip.body"}


def test_shapes_are_written_with_an_open_batch_axis(make_model: Callable[[str], Model]) -> None:
    graph = onnx.load_from_string(to_onnx(make_model("light"))).graph
    for value in (*graph.input, *graph.value_info, *graph.output):
        assert value.type.tensor_type.shape.dim[0].dim_param == "batch", value.name
    shapes = {v.name: [d.dim_value for d in v.type.tensor_type.shape.dim][1:] for v in graph.value_info}
    assert shapes["pool1"] == [8, 14, 14]
    assert "fc2" not in shapes  # it is the output, which may not be listed twice


def test_metadata_says_how_to_prepare_pictures_and_what_comes_out(make_model: Callable[[str], Model]) -> None:
    proto = onnx.load_from_string(to_onnx(make_model("light")))
    metadata = {entry.key: json.loads(entry.value) for entry in proto.metadata_props}
    assert metadata["labels"] == list("0123456789")
    assert metadata["preprocessing"] == {"mean": 0.1307, "std": 0.3081}
    assert metadata["architecture"]["name"] == "light"
    assert "0.1307" in proto.doc_string


def test_letters_are_named_and_answered_as_by_ours(make_model: Callable[[str], Model], tmp_path: Path) -> None:
    model = make_model("letters")
    proto = onnx.load_from_string(to_onnx(model))
    metadata = {entry.key: json.loads(entry.value) for entry in proto.metadata_props}
    assert metadata["labels"] == list("abcdefghijklmnopqrstuvwxyz")
    exported = export_model(model, "onnx", tmp_path / "letters.onnx")
    assert exported.max_difference is None or exported.max_difference <= 1e-4


def test_a_layer_may_be_called_input() -> None:
    network = Sequential([("input", layers.ReLU()), ("input_", layers.Tanh())])
    graph = graph_of(network, (3,))
    assert graph.input == "input__"
    assert [node.name for node in graph.nodes] == ["input", "input_"]


@pytest.mark.parametrize("name", list(ARCHITECTURES))
def test_any_batch_size_runs(name: str, make_model: Callable[[str], Model]) -> None:
    runtime = pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")
    model = make_model(name)
    shape = model.architecture.input_shape
    session = runtime.InferenceSession(to_onnx(model), providers=["CPUExecutionProvider"])
    for size in (1, 3):
        x = np.random.default_rng(size).standard_normal((size, *shape)).astype(np.float32)
        (answer,) = session.run(None, {"input": x})
        expected = model.network.forward(x)
        assert answer.shape == expected.shape
        assert np.abs(answer - expected).max() <= 1e-4 * max(1, np.abs(expected).max())


def test_without_onnxruntime_the_reference_compares(
    make_model: Callable[[str], Model], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(onnx_file, "optional", lambda _name: None)
    model = make_model("skip with gate")
    difference, runner = compare_onnx(to_onnx(model), model, NOISE)
    assert runner == "the reference evaluator of ONNX"
    assert 0 < difference < 1e-5


def test_a_file_with_other_weights_is_found_out(make_model: Callable[[str], Model]) -> None:
    model = make_model("conv")
    contents = to_onnx(model)
    next(iter(model.network.parameters())).value.flat[0] += 1e-2
    with pytest.raises(DigitpadError, match=r"differ by .* on noise"):
        compare_onnx(contents, model, NOISE)


def test_what_is_missing_is_named_with_its_extra(
    make_model: Callable[[str], Model], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(extras, "is_installed", lambda _name: False)
    with pytest.raises(DigitpadError, match=r"needs the package onnx; .*pip install 'digitpad\[export\]'"):
        export_model(make_model("light"), "onnx", tmp_path / "m.onnx")
    assert list(tmp_path.iterdir()) == []


def test_float64_weights_are_written_as_float32() -> None:
    layer: Layer = layers.Linear(3, 2, dtype=np.float64)
    graph = graph_of(Sequential([("fc", layer)]), (3,))
    assert {array.dtype for array in graph.weights.values()} == {np.dtype(np.float32)}
