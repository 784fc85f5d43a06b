"""Networks survive files exactly, and other files are refused."""

from pathlib import Path

import numpy as np
import pytest

from digitpad.nn import ARCHITECTURES, build, serialization


def test_weights_and_words_survive_exactly(tmp_path: Path) -> None:
    network = build(ARCHITECTURES["light"], rng=np.random.default_rng(0))
    path = tmp_path / "light.safetensors"
    path.write_bytes(serialization.dumps(network, {"note": "grüße"}))
    tensors, metadata = serialization.read(path)
    assert metadata == {"note": "grüße"}
    assert list(tensors) == sorted(network.state_dict())
    other = build(ARCHITECTURES["light"], rng=np.random.default_rng(1))
    other.load_state_dict(tensors)
    for a, b in zip(network.parameters(), other.parameters(), strict=True):
        np.testing.assert_array_equal(a.value, b.value)


@pytest.mark.parametrize("keep", [0, 7, 100, -1])
def test_truncated_files_are_refused(tmp_path: Path, keep: int) -> None:
    content = serialization.dumps(build(ARCHITECTURES["light"]), {})
    path = tmp_path / "cut.safetensors"
    path.write_bytes(content[:keep])
    with pytest.raises(ValueError, match=r"cut\.safetensors is not a complete safetensors file"):
        serialization.read(path)


def test_a_missing_file_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        serialization.read(tmp_path / "none.safetensors")
