"""A folded network gives the same outputs with fewer layers; layers that cannot be folded stay."""

from dataclasses import replace

import numpy as np
import pytest

from digitpad.nn import ARCHITECTURES, Architecture, BatchNorm2D, Sequential, build
from digitpad.nn.architectures.folding import fold_batch_norm


def lived_in(architecture: Architecture) -> Sequential:
    """Return a network whose batch-norm has seen batches, and which has learned something."""
    rng = np.random.default_rng(0)
    network = build(architecture, rng=rng, dtype=np.float64)
    for _ in range(3):
        network.forward(rng.random((16, *architecture.input_shape)), training=True)
    for parameter in network.parameters():
        parameter.value += rng.normal(0, 0.1, parameter.value.shape)
    return network


@pytest.mark.parametrize("change", [{}, {"bias": True}])
def test_a_folded_network_gives_the_same_outputs_with_fewer_layers(change: dict[str, object]) -> None:
    plan = ARCHITECTURES["reader"]
    plan = replace(plan, layers=tuple({**spec, **change} if spec["type"] == "Conv2D" else spec for spec in plan.layers))
    network = lived_in(plan)
    before = {name: value.copy() for name, value in network.state_dict().items()}
    images = np.random.default_rng(1).random((8, 1, 28, 28))
    wanted = network.forward(images)
    folded_plan, folded = fold_batch_norm(plan, network)
    np.testing.assert_allclose(folded.forward(images), wanted, rtol=1e-9)
    assert [spec["name"] for spec in folded_plan.layers] == list(folded.layers)
    assert not any(isinstance(layer, BatchNorm2D) for layer in folded.layers.values())
    assert len(folded.layers) == len(network.layers) - 4
    for name, value in network.state_dict().items():
        np.testing.assert_array_equal(value, before[name])


@pytest.mark.parametrize("options", [{"affine": False}, {"track_running_stats": False}])
def test_batch_norm_without_statistics_stays_and_one_without_a_scale_goes(options: dict[str, bool]) -> None:
    plan = Architecture(
        "two",
        (1, 6, 6),
        (
            {"name": "conv", "type": "Conv2D", "in_channels": 1, "out_channels": 3, "kernel_size": 3},
            {"name": "bn", "type": "BatchNorm2D", "num_features": 3, **options},
        ),
    )
    network = lived_in(plan)
    images = np.random.default_rng(1).random((8, 1, 6, 6))
    wanted = network.forward(images)
    _, folded = fold_batch_norm(plan, network)
    np.testing.assert_allclose(folded.forward(images), wanted, rtol=1e-9)
    assert ("bn" in folded.layers) == ("track_running_stats" in options)


def test_what_stands_elsewhere_stays() -> None:
    plan = ARCHITECTURES["resnet"]
    network = lived_in(plan)
    images = np.random.default_rng(1).random((2, 1, 28, 28))
    folded_plan, folded = fold_batch_norm(plan, network)
    np.testing.assert_allclose(folded.forward(images), network.forward(images), rtol=1e-9)
    # Its blocks are nested, and keep theirs.
    assert any("bn" in name for name in folded.state_dict())
    assert folded_plan.name == plan.name
