"""Layers inside residual blocks, branches and U-Nets are found by their names, and changed alone."""

import pytest

from digitpad.explain.graph import END
from digitpad.lab.network_drawing import draw_plan
from digitpad.nn import ARCHITECTURES, Architecture
from digitpad.training.editing import analyze
from digitpad.training.inner_layers import change_inner, inner_row
from tests.explain.networks import SMALL


@pytest.mark.parametrize("plan", [ARCHITECTURES["resnet"], ARCHITECTURES["unet-narrow"], SMALL["branches"]])
def test_every_box_of_a_drawing_is_found(plan: Architecture) -> None:
    for box in draw_plan(plan).boxes:
        if box.family != END:
            row = inner_row(plan, box.full_name)
            assert row is not None, box.full_name
            assert row.type == box.kind


def test_a_layer_of_a_block_is_changed_and_what_follows_is_fitted() -> None:
    plan = ARCHITECTURES["resnet"]
    # Two convolutions of a block: the second must take what the first makes.
    changed = change_inner(plan, "block1.body.conv1", out_channels=24)
    row, after = inner_row(changed, "block1.body.conv1"), inner_row(changed, "block1.body.conv2")
    assert row is not None
    assert after is not None
    assert row.arguments["out_channels"] == 24
    assert after.arguments["in_channels"] == 24
    assert analyze(changed, 10).is_possible
    assert changed.name == "resnet-edited"
    back = change_inner(changed, "block1.body.conv1", out_channels=16)
    assert back.to_json() == plan.to_json()
    renamed = change_inner(plan, "block1.body.conv1", name="first")
    assert inner_row(renamed, "block1.body.conv1") is None
    assert inner_row(renamed, "block1.body.first") is not None


def test_a_layer_of_a_branch_is_changed_alone() -> None:
    plan = SMALL["branches"]
    changed = change_inner(plan, "mix.wide.c3", bias=True)
    row = inner_row(changed, "mix.wide.c3")
    assert row is not None
    assert row.arguments["bias"] is True
    other = inner_row(changed, "mix.narrow.c1")
    assert other == inner_row(plan, "mix.narrow.c1")


def test_what_is_not_there_is_no_layer() -> None:
    plan = ARCHITECTURES["resnet"]
    for name in ("nothing", "block1.body", "block1.body.nothing", "block1.tail.conv1", "conv1.body.x"):
        assert inner_row(plan, name) is None
    with pytest.raises(KeyError):
        change_inner(plan, "block1.body.nothing", bias=False)
    with pytest.raises(KeyError):
        change_inner(plan, "conv1", bias=False)
