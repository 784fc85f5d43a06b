"""Two networks side by side: layers find their partners, and differences are differences."""

import numpy as np
import pytest

from digitpad.explain.compare import Pairing, difference, pair_layers
from digitpad.explain.frame import Inspector
from digitpad.explain.structure import Structure
from digitpad.explain.surgery import Scale, mute, operate
from digitpad.models.model_file import load_model
from digitpad.nn import ARCHITECTURES, build


def structure_of(name: str) -> Structure:
    return Structure(build(ARCHITECTURES[name], rng=np.random.default_rng(0)), ARCHITECTURES[name].input_shape)


def pixels() -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    return np.random.default_rng(0).uniform(0, 1, (28, 28)).astype(np.float32)


def test_two_networks_of_one_kind_are_paired_name_by_name() -> None:
    structure = structure_of("resnet")
    pairs = pair_layers(structure, structure_of("resnet"))
    assert [(pair.one, pair.other, pair.same_shape) for pair in pairs] == [
        (node.name, node.name, True) for node in structure.shown()
    ]


def test_layers_of_other_sizes_stand_beside_each_other_but_are_not_subtracted() -> None:
    pairs = pair_layers(structure_of("standard"), structure_of("light"))
    assert all(pair.one == pair.other for pair in pairs)
    assert [pair.one for pair in pairs if pair.same_shape] == ["fc2"]


@pytest.mark.parametrize(("one", "other"), [("standard", "lenet5"), ("lenet5", "resnet"), ("exam", "unet-narrow")])
def test_every_layer_of_both_stands_somewhere_once_and_in_order(one: str, other: str) -> None:
    left, right = structure_of(one), structure_of(other)
    pairs = pair_layers(left, right)
    assert [pair.one for pair in pairs if pair.one] == [node.name for node in left.shown()]
    assert [pair.other for pair in pairs if pair.other] == [node.name for node in right.shown()]
    for pair in pairs:
        if pair.one and pair.other:
            assert left[pair.one].kind == right[pair.other].kind
            assert pair.same_shape == (left[pair.one].shape == right[pair.other].shape)
        else:
            assert not pair.same_shape


def test_standard_and_lenet_meet_where_they_do_the_same() -> None:
    names = [(pair.one, pair.other) for pair in pair_layers(structure_of("standard"), structure_of("lenet5"))]
    for pair in (("conv1", "conv1"), ("relu1", "tanh1"), ("pool1", "pool1"), ("conv2", "conv2"), ("fc1", "fc1")):
        assert pair in names


def test_a_muted_map_is_the_only_difference_in_its_layer() -> None:
    model = load_model("light")
    one, other = Inspector.of(model), Inspector.of(operate(model, (mute("conv1", 3),)))
    frames = one.inspect(pixels()), other.inspect(pixels())
    first = difference(*frames, Pairing("conv1", "conv1", same_shape=True))
    assert first is not None
    assert not np.delete(first.values, 3, axis=0).any()
    np.testing.assert_array_equal(first.values[3], -frames[0]["conv1"][3])
    assert first.largest == np.abs(frames[0]["conv1"][3]).max()
    assert first.mean == pytest.approx(np.abs(frames[0]["conv1"][3]).sum() / frames[0]["conv1"].size, rel=1e-5)
    behind = difference(*frames, Pairing("fc2", "fc2", same_shape=True))
    assert behind is not None
    assert behind.relative > 0


def test_the_relative_difference_knows_the_same_the_double_and_nothing() -> None:
    model = load_model("light")
    frame = Inspector.of(model).inspect(pixels())
    pairing = Pairing("fc2", "fc2", same_shape=True)
    doubled = operate(model, tuple(Scale("fc2", unit, 2) for unit in range(10)))
    silent = operate(model, tuple(mute("fc2", unit) for unit in range(10)))
    results = {}
    for name, other in (("same", model), ("double", doubled), ("silent", silent)):
        result = difference(frame, Inspector.of(other).inspect(pixels()), pairing)
        assert result is not None
        results[name] = result.relative
    assert results == {"same": 0, "double": pytest.approx(1, abs=1e-5), "silent": pytest.approx(1)}
    nothing = Inspector.of(silent).inspect(pixels())
    grown, still = difference(nothing, frame, pairing), difference(nothing, nothing, pairing)
    assert grown is not None
    assert still is not None
    assert (grown.relative, still.relative) == (float("inf"), 0)


def test_what_has_no_partner_has_no_difference() -> None:
    frame = Inspector.of(load_model("light")).inspect(pixels())
    assert difference(frame, frame, Pairing("conv1", None, same_shape=False)) is None
