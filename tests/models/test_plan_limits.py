"""An architecture is checked before it is built: the count is exact, and excessive sizes are never allocated."""

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from digitpad.errors import DigitpadError
from digitpad.json_records import JSONError
from digitpad.models.architecture_file import build_network, parse_architecture
from digitpad.models.model_file import Model, ModelMetadata, Preprocessing, load_model, save_model
from digitpad.models.plan_limits import check_cost, check_plan
from digitpad.nn import ARCHITECTURES, Architecture, build
from tests.nn.layers.cases import CASES
from tests.presets import PRESETS

FLAT = {"name": "flat", "type": "Flatten"}


def linear(inside: int, outside: int) -> dict[str, Any]:
    return {"name": "fc", "type": "Linear", "in_features": inside, "out_features": outside}


@pytest.mark.parametrize("name", PRESETS)
def test_the_count_of_a_preset_is_its_networks(name: str) -> None:
    plan = ARCHITECTURES[name]
    assert check_plan(plan) == sum(value.size for value in build(plan).state_dict().values())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_count_of_every_layer_is_its_own(case: Any) -> None:
    plan = Architecture("x", case.shape[1:], ({"name": "layer", **case.plan},))
    assert check_plan(plan) == sum(value.size for value in build(plan).state_dict().values())


@pytest.mark.parametrize(
    "layers",
    [
        [FLAT, linear(784, 10**9)],
        [FLAT, linear(784, 10**30)],
        [{"name": "c", "type": "Conv2D", "in_channels": 10**5, "out_channels": 10**5, "kernel_size": 3}],
        [{"name": "n", "type": "BatchNorm2D", "num_features": 10**9}],
        [{"name": "a", "type": "AttentionGate", "skip_channels": 10**5, "signal_channels": 10**5}],
    ],
)
def test_a_plan_that_asks_for_gigabytes_is_refused_in_words(layers: list[dict[str, Any]]) -> None:
    text = json.dumps({"name": "p", "input_shape": [1, 28, 28], "layers": layers})
    with pytest.raises(JSONError, match=r"with this layer the network has [\d,]+ numbers; at most 50,000,000"):
        parse_architecture(text)


def test_a_layer_with_a_name_of_5000_letters_is_refused_in_one_sentence() -> None:
    layers = [FLAT, linear(784, 10**9) | {"name": "x" * 5000}]
    text = json.dumps({"name": "p", "input_shape": [1, 28, 28], "layers": layers})
    with pytest.raises(JSONError, match=r"^x+…[0-9a-f]{8}: with this layer") as caught:
        parse_architecture(text)
    assert len(str(caught.value)) < 300


def nested(depth: int) -> str:
    layers: list[dict[str, Any]] = [{"name": "i", "type": "Identity"}]
    for _ in range(depth):
        layers = [{"name": "r", "type": "Residual", "body": layers}]
    return json.dumps({"name": "p", "input_shape": [1, 28, 28], "layers": layers})


def test_layers_may_be_nested_150_deep_and_not_300() -> None:
    network = build_network(parse_architecture(nested(150)), 0)
    # Each block adds its input to what its body makes of it: 1, 2, 3 ... times the input.
    assert network.forward(np.ones((1, 1, 2, 2), np.float32)).max() == 151
    with pytest.raises(JSONError, match="nested more than"):
        parse_architecture(nested(190))


@pytest.mark.parametrize(
    ("layer", "said"),
    [
        ({"type": "Conv2D", "in_channels": 1, "out_channels": 1, "kernel_size": 1, "padding": 20_000}, "c: .*MB"),
        ({"type": "Upsample2D", "scale_factor": 1_000_000}, "c: .*MB"),
        ({"type": "AdaptiveAvgPool2D", "output_size": 1_000_000}, "c: .*MB"),
        ({"type": "Pad2D", "padding": 1_000_000}, "c: .*MB"),
        ({"type": "ConvTranspose2D", "in_channels": 1, "out_channels": 1, "kernel_size": 1000, "stride": 1000}, "c: "),
    ],
)
def test_a_small_layer_with_a_huge_output_is_refused(layer: dict[str, Any], said: str) -> None:
    network = build(Architecture("p", (1, 28, 28), ({"name": "c", **layer},)), rng=np.random.default_rng(0))
    with pytest.raises(ValueError, match=said):
        check_cost(network, (1, 28, 28))


def test_an_image_that_is_too_large_is_refused() -> None:
    with pytest.raises(ValueError, match="is too large"):
        check_cost(build(ARCHITECTURES["light"]), (1, 10**9, 10**9))


def write(path: Path, **strings: str) -> Path:
    plan = {"name": "p", "input_shape": [1, 28, 28], "layers": [FLAT, linear(784, 10)]}
    base = {"format_version": "1", "labels": json.dumps(list("0123456789")), "architecture": json.dumps(plan)}
    base["preprocessing"] = json.dumps({"mean": 0.13, "std": 0.3, "size": 28})
    header = json.dumps({"__metadata__": base | strings}).encode()
    path.write_bytes(struct.pack("<Q", len(header)) + header)
    return path


@pytest.mark.parametrize("size", [10**6, 10**9])
def test_a_model_whose_plan_asks_for_more_than_its_file_holds_is_refused(tmp_path: Path, size: int) -> None:
    plan = json.dumps({"name": "p", "input_shape": [1, 28, 28], "layers": [FLAT, linear(40, size)]})
    with pytest.raises(DigitpadError, match=r"its architecture has|with this layer"):
        load_model(write(tmp_path / "m.safetensors", architecture=plan))


def test_a_header_that_claims_gigabytes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "m.safetensors"
    path.write_bytes(struct.pack("<Q", 99_000_000) + b"{}")
    with pytest.raises(DigitpadError, match="header declares 99,000,000 bytes"):
        load_model(path)


def light(**metadata: Any) -> Model:
    plan = ARCHITECTURES["light"]
    return Model(build(plan, rng=np.random.default_rng(0)), plan, ModelMetadata(**metadata))


@pytest.mark.parametrize("weight", [3e38, 1e13])
def test_weights_whose_products_overflow_are_refused(tmp_path: Path, weight: float) -> None:
    model = light()
    model.network.named_parameters()["fc2.weight"].value[...] = weight
    save_model(tmp_path / "m.safetensors", model)
    with pytest.raises(DigitpadError, match=r"weights beyond 1e\+12, whose products overflow \(in fc2\.weight\)"):
        load_model(tmp_path / "m.safetensors")


@pytest.mark.parametrize(("mean", "std"), [(0.1, 1e-45), (1e308, 1e-308), (1e308, 1.0), (0.1, 1e300)])
def test_pictures_that_cannot_be_prepared_are_refused(tmp_path: Path, mean: float, std: float) -> None:
    save_model(tmp_path / "m.safetensors", light(preprocessing=Preprocessing(mean, std)))
    with pytest.raises(DigitpadError, match="invalid preprocessing"):
        load_model(tmp_path / "m.safetensors")


def test_labels_are_plain_text_and_not_endless(tmp_path: Path) -> None:
    save_model(tmp_path / "m.safetensors", light(labels=("a\nb\x1b[2J", *"123456789")))
    assert load_model(tmp_path / "m.safetensors").metadata.labels[0] == "a\\nb\\x1b[2J"
    save_model(tmp_path / "m.safetensors", light(labels=("x",) * 20_000))
    with pytest.raises(DigitpadError, match="20,000 labels"):
        load_model(tmp_path / "m.safetensors")
