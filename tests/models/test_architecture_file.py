"""Architectures are found by name or in a file; anything else is rejected in one sentence."""

import json
from pathlib import Path

import numpy as np
import pytest

from digitpad.errors import DigitpadError
from digitpad.json_records import JSONError
from digitpad.models.architecture_file import build_network, find_architecture, parse_architecture
from digitpad.nn import ARCHITECTURES, Architecture, build
from digitpad.nn.architectures.presets import unet
from tests.presets import PRESETS


def test_presets_go_by_name() -> None:
    for name, plan in ARCHITECTURES.items():
        assert find_architecture(name) is plan


def test_a_plan_of_ones_own_is_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    path.write_text(unet(3, 2, side=16, name="mine").to_json(), encoding="utf-8")
    plan = find_architecture(str(path))
    assert (plan.name, plan.input_shape) == ("mine", (1, 16, 16))
    x = np.ones((1, 1, 16, 16), np.float32)
    again, original = (build(p, rng=np.random.default_rng(0)).forward(x) for p in (plan, unet(3, 2, side=16)))
    np.testing.assert_array_equal(again, original)


@pytest.mark.parametrize("name", ["Standard", "unet-wide", "", "mine.txt"])
def test_what_is_neither_is_refused_with_what_there_is(name: str) -> None:
    with pytest.raises(DigitpadError, match=r"choose one of: standard, light, .*or name a \.json file"):
        find_architecture(name)


@pytest.mark.parametrize(
    "contents", [b"", b"{", b"[]", b'{"name": "mine"}', b"\xff\xfe\x00", b"[" * 100_000, b'{"layers": 3, "name": ""}']
)
def test_a_file_without_a_plan_is_refused_by_name(tmp_path: Path, contents: bytes) -> None:
    path = tmp_path / "mine.json"
    path.write_bytes(contents)
    with pytest.raises(
        DigitpadError, match=r"mine\.json does not contain a valid architecture \(.*\); correct it\.$"
    ) as caught:
        find_architecture(path)
    assert "\n" not in str(caught.value)


def test_a_file_that_cannot_be_read_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "folder.json").mkdir()
    for name in ("missing.json", "folder.json"):
        with pytest.raises(DigitpadError, match=f"{name} could not be read"):
            find_architecture(tmp_path / name)


@pytest.mark.parametrize("name", PRESETS)
def test_a_plan_survives_json(name: str) -> None:
    plan = ARCHITECTURES[name]
    again = parse_architecture(plan.to_json())
    assert json.loads(again.to_json()) == json.loads(plan.to_json())
    first, second = (build(p, rng=np.random.default_rng(5)) for p in (plan, again))
    for a, b in zip(first.parameters(), second.parameters(), strict=True):
        np.testing.assert_array_equal(a.value, b.value)


@pytest.mark.parametrize(
    "text",
    [
        *("", "[]", "3", '{"name": "x"}', '{"layers": [1]}', '{"name": "x", "input_shape": [1e999], "layers": []}'),
        '{"name": "x", "input_shape": [1, "a"], "layers": []}',
        '{"name": "x", "input_shape": [1], "layers": [3.5]}',
    ],
)
def test_text_that_is_no_plan_is_refused(text: str) -> None:
    with pytest.raises(JSONError):
        parse_architecture(text)


@pytest.mark.parametrize("name", ["relu\ud800", "r\0", "a\nb", "<script>", "\x01", "../../up", "x" * 5000, "r\u202e"])
def test_names_of_layers_become_one_printable_word_of_bounded_length(name: str) -> None:
    layers = [{"name": "r", "type": "Residual", "body": [{"name": name, "type": "ReLU"}]}]
    plan = parse_architecture(json.dumps({"name": name, "input_shape": [1, 4, 4], "layers": layers}))
    (inner,) = plan.layers[0]["body"]
    for text in (inner["name"], plan.name):
        assert text.isprintable()
        assert len(text) <= 150
    build(plan)


def test_a_layer_type_that_is_a_list_is_refused() -> None:
    with pytest.raises(DigitpadError, match=r"type is \['ReLU'\]"):
        build_network(Architecture("x", (1, 4, 4), ({"name": "a", "type": ["ReLU"]},)), 0)
