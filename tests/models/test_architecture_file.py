"""Architectures are found by name or in a file, and what is neither is refused in one sentence."""

from pathlib import Path

import numpy as np
import pytest

from digitpad.errors import DigitpadError
from digitpad.models.architecture_file import find_architecture
from digitpad.nn import ARCHITECTURES, build
from digitpad.nn.architectures.presets import unet


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
    with pytest.raises(DigitpadError, match=r"mine\.json holds no plan of a network \(.*\); correct it\.$") as caught:
        find_architecture(path)
    assert "\n" not in str(caught.value)


def test_a_file_that_cannot_be_read_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "folder.json").mkdir()
    for name in ("missing.json", "folder.json"):
        with pytest.raises(DigitpadError, match=f"{name} could not be read"):
            find_architecture(tmp_path / name)
