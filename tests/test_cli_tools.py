"""The commands that look into a network or carry it elsewhere, as a person or a script meets them."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy
from PIL import Image

from digitpad.data.ink import Drawing, write_ink
from digitpad.extras import is_installed
from digitpad.models.model_file import Model, ModelMetadata, load_model, save_model
from digitpad.nn import ARCHITECTURES, build
from tests.nn.fake_gpu import FakeCupy

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def model_path(tmp_path: Path) -> Path:
    plan = ARCHITECTURES["light"]
    path = tmp_path / "mine.safetensors"
    save_model(path, Model(build(plan, rng=np.random.default_rng(1)), plan, ModelMetadata()))
    return path


def test_summary_states_field_stride_offset_and_memory(run: Run) -> None:
    code, out, _ = run("summary", "exam", "--json", "--batch-size", 2)
    assert code == 0
    result = json.loads(out)
    by_name = {layer["name"]: layer for layer in result["layers"]}
    assert by_name["conv2"]["receptive_field"] == [12, 12]
    assert by_name["conv2"]["receptive_field_stride"] == [2, 2]
    assert by_name["conv2"]["receptive_field_offset"] == [0, 0]
    assert by_name["conv1"]["parameters"] == 140
    assert result["multiply_adds"] == sum(layer["multiply_adds"] for layer in result["layers"])
    values = 3 * 32 * 32 + 5 * 30 * 30 + 5 * 15 * 15 + 2 * 11 * 11 * 2 + 10
    assert result["activation_bytes"] == 2 * 4 * values
    assert "offset" in run("summary", "exam")[1]
    assert "for a batch of 3 " in run("summary", "exam", "--batch-size", 3)[1]


def test_summary_tells_apart_rows_and_columns(run: Run, tmp_path: Path) -> None:
    plan = {"name": "flat", "input_shape": [1, 9, 9], "layers": [{"name": "pool", "type": "MaxPool2D"}]}
    plan["layers"] = [{"name": "pool", "type": "MaxPool2D", "kernel_size": [1, 3], "padding": [0, 1]}]
    (tmp_path / "flat.json").write_text(json.dumps(plan))
    layer = json.loads(run("summary", tmp_path / "flat.json", "--json")[1])["layers"][0]
    assert layer["receptive_field"] == [1, 3]
    assert layer["receptive_field_stride"] == [1, 3]
    assert layer["receptive_field_offset"] == [0, -1]
    assert run("summary", tmp_path / "flat.json")[1].splitlines()[3].split()[-3:] == ["1x3", "1,3", "0,-1"]


def test_summary_draws(run: Run, tmp_path: Path, model_path: Path) -> None:
    code, out, _ = run("summary", model_path, "--graph", tmp_path / "net.svg")
    assert code == 0
    assert out.splitlines()[-1] == f"Wrote the graph to {tmp_path / 'net.svg'}."
    assert "</svg>" in (tmp_path / "net.svg").read_text()
    json.loads(run("summary", "resnet", "--graph", tmp_path / "net.svg", "--json")[1])
    assert "block2" in (tmp_path / "net.svg").read_text()
    code, _, err = run("summary", "light", "--graph", tmp_path / "none" / "net.svg")
    assert code == 2
    assert "could not be written" in err


def test_export_prints_the_largest_difference(run: Run, tmp_path: Path, model_path: Path) -> None:
    code, out, err = run("export", model_path, "--to", "npz", tmp_path / "m.npz", "--json")
    assert (code, err) == (0, "")
    assert json.loads(out) == {"path": str(tmp_path / "m.npz"), "max_difference": 0.0}
    with np.load(tmp_path / "m.npz") as arrays:
        np.testing.assert_array_equal(arrays["fc1.weight"], load_model(model_path).network.state_dict()["fc1.weight"])
    assert "on 1,000 test digits" in run("export", model_path, "--to", "npz", tmp_path / "n.npz")[1]


@pytest.mark.skipif(not is_installed("onnx"), reason="onnx is not installed")
def test_export_to_onnx_agrees(run: Run, tmp_path: Path, model_path: Path) -> None:
    code, out, _ = run("export", model_path, "--to", "onnx", tmp_path / "m.onnx", "--json")
    assert code == 0
    assert json.loads(out)["max_difference"] <= 1e-4


def test_a_pytorch_export_comes_back_as_a_model(run: Run, tmp_path: Path, model_path: Path) -> None:
    code, _, _ = run("export", model_path, "--to", "pytorch", tmp_path / "net.py")
    assert code == 0
    back = load_model(tmp_path / "net.safetensors")
    assert back.architecture.name == "light"
    for name, value in load_model(model_path).network.state_dict().items():
        np.testing.assert_array_equal(back.network.state_dict()[name], value)


def test_pytorch_without_pytorch_says_null(
    run: Run, tmp_path: Path, model_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    code, out, _ = run("export", model_path, "--to", "pytorch", tmp_path / "net.py", "--json")
    assert code == 0
    assert json.loads(out)["max_difference"] is None


def test_export_leaves_files_alone_without_force(run: Run, tmp_path: Path, model_path: Path) -> None:
    before = model_path.read_bytes()
    # The weights would go where the model itself is.
    code, _, err = run("export", model_path, "--to", "pytorch", model_path.with_suffix(".py"))
    assert code == 2
    assert "mine.safetensors already exists" in err
    assert model_path.read_bytes() == before
    assert not model_path.with_suffix(".py").exists()
    taken = tmp_path / "m.npz"
    taken.write_text("mine")
    assert run("export", model_path, "--to", "npz", taken)[0] == 2
    assert taken.read_text() == "mine"
    assert run("export", model_path, "--to", "npz", taken, "--force")[0] == 0


def test_an_architecture_is_exported_with_fresh_weights_and_says_so(run: Run, tmp_path: Path) -> None:
    code, _, err = run("export", "lenet5", "--to", "npz", tmp_path / "m.npz")
    assert code == 0
    assert "not trained" in err
    code, _, err = run("export", "nonsense", "--to", "npz", tmp_path / "n.npz")
    assert code == 2
    assert "nonsense" in err


def test_a_state_dict_of_pytorch_is_a_model(run: Run, tmp_path: Path) -> None:
    network = build(ARCHITECTURES["lenet5"], rng=np.random.default_rng(4))
    safetensors.numpy.save_file(network.state_dict(), tmp_path / "theirs.safetensors", {"format": "pt"})
    Image.fromarray(np.zeros((28, 28), np.uint8)).save(tmp_path / "blank.png")
    code, out, _ = run("predict", tmp_path / "blank.png", "--model", tmp_path / "theirs.safetensors", "--json")
    assert code == 0
    assert len(json.loads(out)[0]["probabilities"]) == 10


def test_features_of_a_picture_and_of_ink(run: Run, tmp_path: Path, model_path: Path) -> None:
    pixels = np.zeros((28, 28), np.uint8)
    pixels[4:24, 13:16] = 255
    Image.fromarray(pixels).save(tmp_path / "one.png")
    code, out, _ = run("features", tmp_path / "one.png", "--model", model_path, "--out", tmp_path / "f", "--json")
    assert code == 0
    result = json.loads(out)
    assert result["index"] == 0
    assert len(result["pictures"]) == 12
    with np.load(result["npz"]) as arrays:
        network = load_model(model_path).network
        _, expected = network.forward(arrays["input"], capture=True)
        np.testing.assert_array_equal(arrays["fc2"], expected["fc2"])

    strokes = [np.array([[10, 10], [10, 90]], np.float32), np.array([[10, 10], [90, 90]], np.float32)]
    write_ink(tmp_path / "ink.jsonl", [Drawing((stroke,), 100, 100, None, {}) for stroke in strokes])
    inputs = []
    for index in (0, 1):
        run("features", tmp_path / "ink.jsonl", "--model", model_path, "--out", tmp_path / f"{index}", "--index", index)
        with np.load(tmp_path / f"{index}" / "features.npz") as arrays:
            inputs.append(arrays["input"])
    assert np.abs(inputs[0] - inputs[1]).max() > 1
    code, _, err = run("features", tmp_path / "ink.jsonl", "--model", model_path, "--out", tmp_path / "x", "--index", 2)
    assert code == 2
    assert "from 0 to 1" in err


def test_train_on_a_gpu_that_fails_says_why_once_and_uses_the_cpu(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "cupy", FakeCupy(fails=RuntimeError("driver too old\nand more")))
    words = ("train", "--architecture", "light", "--limit", 90, "--epochs", 1, "--output", tmp_path / "m.safetensors")
    code, _, err = run(*words)
    assert code == 0
    assert err == "The GPU failed a trial (driver too old), so the CPU computes.\n"
    assert "--device cpu" in str(load_model(tmp_path / "m.safetensors").metadata.training["command"])
    code, out, err = run(*words, "--force", "--device", "cuda")
    assert (code, out) == (2, "")
    assert "driver too old" in err
    assert len(err.splitlines()) == 1


def test_train_on_a_gpu_leaves_an_ordinary_model(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cupy", FakeCupy())
    path = tmp_path / "m.safetensors"
    words = ("--limit", 120, "--epochs", 2, "--keep-best", "--output", path, "--device", "cuda")
    code, _, err = run("train", "--architecture", "light", *words)
    assert (code, err) == (0, "")
    model = load_model(path)
    assert "--device cuda" in str(model.metadata.training["command"])
    assert all(isinstance(value, np.ndarray) for value in model.network.state_dict().values())
