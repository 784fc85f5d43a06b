"""`digitpad bench`: its figures are there, they are finite and above zero, and they are of what they say."""

import json
import math

import pytest

from digitpad import cli, system_info
from digitpad.commands import bench as command
from digitpad.nn import ARCHITECTURES


@pytest.mark.parametrize(
    ("most", "expected"), [(1, [1]), (2, [1, 2]), (3, [1, 2, 3]), (4, [1, 2, 4]), (6, [1, 2, 4, 6]), (8, [1, 2, 4, 8])]
)
def test_powers_of_two_and_the_most_are_tried(most: int, expected: list[int]) -> None:
    assert command.thread_counts(most) == expected


def test_json_has_every_network_thread_count_and_layer(capsys: pytest.CaptureFixture[str]) -> None:
    command.bench(threads=2, json=True, seconds=0.05)
    result = json.loads(capsys.readouterr().out)
    assert [(row["network"], row["threads"]) for row in result["networks"]] == [
        ("standard", 1),
        ("standard", 2),
        ("light", 1),
        ("light", 2),
    ]
    for row in result["networks"]:
        assert 0 < row["training_images_per_second"] < math.inf
        assert 0 < row["inference_images_per_second"] < math.inf
    assert [(row["network"], row["name"]) for row in result["layers"]] == [
        (name, layer["name"]) for name in command.NETWORKS for layer in ARCHITECTURES[name].layers
    ]
    assert all(row["forward_milliseconds"] > 0 and row["backward_milliseconds"] > 0 for row in result["layers"])
    assert result["blas"]
    assert result["numpy"]


def test_text_names_what_blas_was_told(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "1")
    monkeypatch.setattr(command, "NETWORKS", ("light",))
    command.bench(threads=1, json=False, seconds=0.05)
    out = capsys.readouterr().out
    assert "OPENBLAS_NUM_THREADS=1" in out
    assert "conv2    Conv2D" in out
    assert system_info.blas() in out
    for key in system_info.environment():
        monkeypatch.delenv(key)
    assert system_info.environment() == {}


def test_command_line_hands_on_what_was_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, object]] = []
    monkeypatch.setattr(command, "bench", lambda **words: asked.append(words))
    assert cli.main(["bench", "--json", "--threads", "3"]) == 0
    assert cli.main(["bench"]) == 0
    assert asked == [{"threads": 3, "json": True}, {"threads": None, "json": False}]
    assert cli.main(["bench", "--threads", "0"]) == cli.BAD_INPUT
