"""The PyTorch module: readable, without dependencies on digitpad, and the same network."""

import ast
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy

from digitpad.errors import DigitpadError
from digitpad.export import export_model, pytorch_file, pytorch_source
from digitpad.export.comparison import Probes
from digitpad.export.pytorch_classes import RESERVED
from digitpad.export.pytorch_file import compare_pytorch, to_pytorch
from digitpad.export.pytorch_source import source_of
from digitpad.extras import is_installed
from digitpad.models.model_file import Model, ModelMetadata
from digitpad.nn import Architecture, Layer, Sequential, layers

needs_torch = pytest.mark.skipif(not is_installed("torch"), reason="PyTorch is not installed")


def test_it_reads_as_a_person_would_write_it(make_model: Callable[[str], Model]) -> None:
    text = source_of(make_model("light"), "digits").text
    assert "from digits import load" in text
    assert "class Light(nn.Module):" in text
    assert "        self.conv2 = nn.Conv2d(8, 16, 3, padding=1)\n" in text
    assert "        x = self.relu1(self.conv1(x))  # 8 x 28 x 28\n" in text
    assert "        return self.fc2(x)  # 10\n" in text
    assert "OrderedDict" not in text
    assert "digitpad" not in "".join(line for line in text.splitlines() if "import" in line)


def test_branches_are_written_out(make_model: Callable[[str], Model]) -> None:
    text = source_of(make_model("skip with gate"), "m").text
    assert "class SkipConnection(nn.Module):" in text
    assert "class AttentionGate(nn.Module):" in text
    assert "class Residual(nn.Module):" not in text
    assert "            body=chain(\n                pool=nn.MaxPool2d(2),\n" in text


def test_uneven_padding_is_a_class_with_the_names_of_the_convolution(make_model: Callable[[str], Model]) -> None:
    model = make_model("conv padded unevenly")
    source = source_of(model, "m")
    assert "class PaddedConv2d(nn.Conv2d):" in source.text
    assert "PaddedConv2d(4, 3, 3, sides=(2, 1, 0, 1), stride=2, dilation=(1, 2))" in source.text
    assert set(source.names) == set(model.network.state_dict())
    assert "PaddedConv2d" not in source_of(make_model("light"), "m").text


def test_the_state_dict_beside_it_has_our_names(make_model: Callable[[str], Model], tmp_path: Path) -> None:
    model = make_model("light")
    exported = export_model(model, "pytorch", tmp_path / "digits.py")
    assert exported.beside == (tmp_path / "digits.safetensors",)
    tensors = safetensors.numpy.load_file(tmp_path / "digits.safetensors")
    for name, value in model.network.state_dict().items():
        np.testing.assert_array_equal(tensors.pop(name), value)
    assert not tensors


@needs_torch
def test_the_written_module_answers_as_ours_on_digits(make_model: Callable[[str], Model], tmp_path: Path) -> None:
    exported = export_model(make_model("light"), "pytorch", tmp_path / "digits.py")
    assert exported.max_difference is not None
    assert exported.max_difference <= 1e-4
    assert exported.compared == "1,000 test digits, run by PyTorch"


def test_letters_are_written_with_their_names(make_model: Callable[[str], Model], tmp_path: Path) -> None:
    model = make_model("letters")
    exported = export_model(model, "pytorch", tmp_path / "letters.py")
    assert exported.max_difference is None or exported.max_difference <= 1e-4
    tensors = safetensors.numpy.load_file(tmp_path / "letters.safetensors")
    assert tensors["fc2.weight"].shape == (26, 32)
    assert all(np.array_equal(value, model.network.state_dict()[name]) for name, value in tensors.items())
    assert ", ".join(model.metadata.labels) in (tmp_path / "letters.py").read_text()


def test_without_pytorch_the_difference_is_not_measured(
    make_model: Callable[[str], Model], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pytorch_file, "optional", lambda _name: None)
    exported = export_model(make_model("light"), "pytorch", tmp_path / "digits.py")
    assert exported.max_difference is None
    assert "not measured" in exported.compared
    ast.parse((tmp_path / "digits.py").read_text())


@needs_torch
def test_names_that_pytorch_cannot_take_are_replaced_and_said() -> None:
    rng = np.random.default_rng(0)
    inner = Sequential([("pop", layers.Conv2D(4, 4, 1, rng=rng)), ("class", layers.ReLU())])
    network = Sequential(
        [
            ("train", layers.Conv2D(4, 4, 1, rng=rng)),
            ("3 by 3", layers.Conv2D(4, 4, 3, rng=rng)),
            ("layer_3_by_3", layers.Residual(inner)),
            ("_modules", layers.Tanh()),
        ]
    )
    model = Model(network, Architecture("4 things", (4, 12, 12), ()), ModelMetadata(labels=('"""', "\\")), 'a"""\nb')
    source = source_of(model, "m")
    assert source.class_name == "Network4Things"
    assert "train is layer_train, 3 by 3 is layer_3_by_3_" in source.text
    assert source.names["layer_3_by_3.body.pop.weight"] == "layer_3_by_3.body.layer_pop.weight"
    noise = np.random.default_rng(1).standard_normal((3, 4, 12, 12)).astype(np.float32)
    difference = compare_pytorch(*to_pytorch(model, "m"), model, Probes(noise, "noise"))
    assert difference is not None
    assert difference < 1e-5


@needs_torch
def test_the_list_of_reserved_names_is_whole() -> None:
    nn = pytest.importorskip("torch.nn")
    assert {name for name in dir(nn.Sequential()) if not name.startswith("_")} <= RESERVED


@needs_torch
def test_a_module_that_answers_otherwise_is_found_out(make_model: Callable[[str], Model]) -> None:
    model = make_model("average pool")
    module, weights = to_pytorch(model, "m")
    wrong = module.replace(b"padding=(1, 1)", b"padding=1").replace(b"padding=1", b"padding=1, count_include_pad=False")
    assert wrong != module
    noise = np.random.default_rng(1).standard_normal((3, 4, 12, 12)).astype(np.float32)
    with pytest.raises(DigitpadError, match="differ by"):
        compare_pytorch(wrong, weights, model, Probes(noise, "noise"))


def test_a_name_that_is_no_module_is_refused(make_model: Callable[[str], Model], tmp_path: Path) -> None:
    with pytest.raises(DigitpadError, match=r"must end in \.py"):
        export_model(make_model("light"), "pytorch", tmp_path / "digits.safetensors")
    assert list(tmp_path.iterdir()) == []


def test_a_short_expression_keeps_its_defaults_unsaid() -> None:
    written: list[tuple[Layer, str]] = [
        (layers.Conv2D(1, 2, 3), "nn.Conv2d(1, 2, 3)"),
        (layers.MaxPool2D((2, 3)), "nn.MaxPool2d((2, 3))"),
        (layers.BatchNorm2D(4), "nn.BatchNorm2d(4)"),
        (layers.BatchNorm2D(4, 1e-3, 0.2, False), "nn.BatchNorm2d(4, eps=0.001, momentum=0.2, affine=False)"),
        (layers.Conv2D(4, 6, (3, 1), 2, groups=2), "nn.Conv2d(4, 6, (3, 1), stride=2, groups=2)"),
        (layers.Linear(3, 2, bias=False), "nn.Linear(3, 2, bias=False)"),
    ]
    for layer, expected in written:
        model = Model(Sequential([("a", layer)]), Architecture("x", (1, 8, 8), ()), ModelMetadata())
        assert pytorch_source.expression("a", model.network.layers["a"], {}) == expected
