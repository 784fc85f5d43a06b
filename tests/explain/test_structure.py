"""The graph describes how every activation is computed: following it gives the activation."""

import numpy as np
import pytest

from digitpad.explain.structure import INPUT, Structure
from digitpad.nn import ARCHITECTURES, Architecture, Sequential, build, layers
from tests.explain.networks import PRESETS, SMALL, computed, network_of

PLANS = {**SMALL, **{name: ARCHITECTURES[name] for name in PRESETS}}


@pytest.mark.parametrize("name", PLANS)
def test_every_activation_is_what_its_sources_make(name: str) -> None:
    plan = PLANS[name]
    network = network_of(plan)
    structure = Structure(network, plan.input_shape)
    x = np.random.default_rng(1).uniform(0, 1, (1, *plan.input_shape)).astype(np.float32)
    output, named = network.forward(x, capture=True)
    named = {INPUT: x, **named}

    assert set(structure.nodes) | set(structure.aliases) == set(named)
    assert not set(structure.nodes) & set(structure.aliases)
    seen: set[str] = set()
    for node in structure:
        assert {source.name for source in node.sources} <= seen, "sources come first"
        seen.add(node.name)
        assert node.shape == named[node.name].shape[1:]
        np.testing.assert_allclose(computed(node, named), named[node.name], rtol=1e-6, atol=1e-6)
    for alias, meant in structure.aliases.items():
        np.testing.assert_array_equal(named[alias], named[meant])
    np.testing.assert_array_equal(named[structure.output], output)


def test_titles_say_what_a_layer_is() -> None:
    structure = Structure(build(ARCHITECTURES["standard"]), (1, 28, 28))
    assert [(node.name, node.kind, node.title) for node in structure] == [
        ("input", "input", "normalized image"),
        ("conv1", "convolution", "3 × 3 convolution, 32 maps"),
        ("relu1", "activation", "ReLU, 32 maps"),
        ("pool1", "pooling", "2 × 2 max pooling, 32 maps"),
        ("conv2", "convolution", "3 × 3 convolution, 64 maps"),
        ("relu2", "activation", "ReLU, 64 maps"),
        ("pool2", "pooling", "2 × 2 max pooling, 64 maps"),
        ("flatten", "unchanged", "flattened maps, 3,136 units"),
        ("fc1", "dense", "dense layer, 128 units"),
        ("relu3", "activation", "ReLU, 128 units"),
        ("dropout", "unchanged", "dropout (inactive outside training), 128 units"),
        ("fc2", "dense", "dense layer, 10 units"),
    ]
    strange = Structure(network_of(SMALL["windows"]), (3, 13, 12))
    assert strange["a"].title == "2 × 3 convolution, 4 maps, stride 1 × 2"
    assert strange["b"].title == "3 × 3 convolution, 4 maps, dilation 2 × 1, 2 groups"
    assert strange["m"].title == "2 × 2 average pooling, 4 maps, stride 1"


def test_what_changes_nothing_is_looked_through() -> None:
    structure = Structure(build(ARCHITECTURES["standard"]), (1, 28, 28))
    assert structure.seen_through("flatten").name == "pool2"
    assert [node.name for node in structure.sources("fc2")] == ["relu3"]
    assert [node.name for node in structure.consumers("pool2")] == ["flatten"]
    assert [node.name for node in structure.shown()] == [
        "conv1", "relu1", "pool1", "conv2", "relu2", "pool2", "fc1", "relu3", "fc2",
    ]  # fmt: skip


def test_containers_stand_for_their_last_layer() -> None:
    inner = Sequential([("a", layers.ReLU()), ("b", layers.Tanh())])
    structure = Structure(Sequential([("row", inner), ("c", layers.Sigmoid())]), (2, 3, 3))
    assert structure["row"].name == "row.b"
    assert structure.output == "c"
    with pytest.raises(KeyError):
        structure["nothing"]


def test_a_shape_that_does_not_fit_is_refused_by_the_layer() -> None:
    with pytest.raises(ValueError, match="conv1"):
        Structure(build(ARCHITECTURES["light"]), (3, 28, 28))


def test_a_very_wide_network_is_described_at_once() -> None:
    plan = Architecture("wide", (1, 4, 4), ({"name": "c", "type": "Conv2D", "in_channels": 1, "out_channels": 512,
                                            "kernel_size": 3},))  # fmt: skip
    assert Structure(build(plan), plan.input_shape)["c"].title == "3 × 3 convolution, 512 maps"
