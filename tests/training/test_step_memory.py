"""The estimated memory of a training step, by hand, and what is refused."""

import numpy as np
import pytest

from digitpad.data.dataset import Dataset
from digitpad.errors import DigitpadError
from digitpad.models.architecture_file import build_network
from digitpad.nn import ARCHITECTURES, Architecture
from digitpad.training import step_memory
from digitpad.training.batches import batches_ahead
from digitpad.training.step_memory import StepMemory, check_memory, memory_limit
from tests.training.test_preparation import numbered

TINY = Architecture(
    "by hand",
    (1, 4, 4),
    (
        {"name": "conv", "type": "Conv2D", "in_channels": 1, "out_channels": 2, "kernel_size": 3, "padding": 1},
        {"name": "relu", "type": "ReLU"},
        {"name": "flatten", "type": "Flatten"},
        {"name": "fc", "type": "Linear", "in_features": 32, "out_features": 10},
    ),
)
# 16 pixels, 32 numbers after each of the three layers before the last, and 10 outputs.
PER_IMAGE = int(2.5 * 4 * (16 + 3 * 32 + 10))
# Weights and biases, each held five times.
FIXED = 5 * 4 * (2 * 9 + 2 + 320 + 10)


def test_the_numbers_of_a_small_network_by_hand() -> None:
    step = StepMemory.of(build_network(TINY, 0), (1, 4, 4))
    assert (step.per_image, step.fixed) == (PER_IMAGE, FIXED) == (1220, 7000)
    assert step.needed(100) == 7000 + 122_000


def test_batches_made_ahead_are_counted() -> None:
    step = StepMemory.of(build_network(TINY, 0), (1, 4, 4), batches_ahead=5)
    assert step.per_image == PER_IMAGE + 5 * 16 * 4
    assert batches_ahead(numbered(2), 2, is_augmented=False) == 0
    assert batches_ahead(numbered(2), 2, is_augmented=True) == 5


def test_fewer_large_batches_are_made_ahead() -> None:
    # 3 * 224 * 224 numbers of 4 bytes: 0.6 MB an image.
    pictures = Dataset.of("pictures", np.zeros((64, 3, 224, 224), np.uint8), np.zeros(64, np.int64))
    assert batches_ahead(pictures, 4, is_augmented=True) == 5
    assert batches_ahead(pictures, 16, is_augmented=True) == 3
    assert batches_ahead(pictures, 64, is_augmented=True) == 2


@pytest.mark.parametrize("limit", [FIXED + 1220 * 3, FIXED + 1220 * 3 + 1219])
def test_the_largest_batch_just_fits(limit: int) -> None:
    step = StepMemory.of(build_network(TINY, 0), (1, 4, 4))
    most = step.largest_batch(limit)
    assert most == 3
    assert step.needed(most) <= limit < step.needed(most + 1)


def test_the_batch_size_that_is_named_is_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(step_memory, "memory", lambda: 10 * 10**9)
    network, shape = build_network(TINY, 0), (1, 4, 4)
    most = (5 * 10**9 - FIXED) // 1220
    check_memory(network, shape, most)
    said = (
        rf"^A step of {most + 1:,} images needs about 5\.1 GB of memory, and this computer has 5\.0 GB for it; "
        rf"choose a batch size of at most {most:,}\.$"
    )
    with pytest.raises(DigitpadError, match=said):
        check_memory(network, shape, most + 1)


@pytest.mark.parametrize(("batch", "images"), [(1, "1 image"), (2, "2 images")])
def test_where_not_even_one_image_fits_a_smaller_network_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, batch: int, images: str
) -> None:
    monkeypatch.setattr(step_memory, "memory_limit", lambda: FIXED + 1219)
    with pytest.raises(DigitpadError, match=rf"^A step of {images} needs .*; choose a smaller network\.$"):
        check_memory(build_network(TINY, 0), (1, 4, 4), batch)


@pytest.mark.parametrize(
    ("memory", "limit"),
    [(None, 8 * 10**9), (2 * 10**9, 4 * 10**9), (8 * 10**9, 4 * 10**9), (33 * 10**9, 33 * 10**9 // 2)],
)
def test_the_limit_is_half_of_the_memory_and_at_least_four_gigabytes(
    monkeypatch: pytest.MonkeyPatch, memory: int | None, limit: int
) -> None:
    monkeypatch.setattr(step_memory, "memory", lambda: memory)
    assert memory_limit() == limit


@pytest.mark.parametrize("name", ["standard", "light", "resnet", "catdog"])
def test_usual_batches_fit_into_the_smallest_limit(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(step_memory, "memory", lambda: 10**9)
    architecture = ARCHITECTURES[name]
    check_memory(build_network(architecture, 0), architecture.input_shape, 256, batches_ahead=5)


def test_nothing_is_computed_for_the_estimate(monkeypatch: pytest.MonkeyPatch) -> None:
    network = build_network(TINY, 0)

    def computed(*_arguments: object, **_named: object) -> np.ndarray:
        raise AssertionError("an image was computed")

    monkeypatch.setattr(type(network), "forward", computed)
    check_memory(network, (1, 4, 4), 2)
