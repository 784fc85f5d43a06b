"""Planned networks as boxes and lines: every layer has a box, also one that does not fit."""

import pytest

from digitpad.explain.graph import END, UNFIT, draw
from digitpad.lab.network_drawing import draw_plan
from digitpad.lab.networks import layer_count
from digitpad.nn import ARCHITECTURES, Architecture, build


@pytest.mark.parametrize("name", ["exam", "resnet", "light"])
def test_it_is_the_drawing_of_the_built_network(name: str) -> None:
    plan = ARCHITECTURES[name]
    assert draw_plan(plan) == draw(build(plan), plan.input_shape)


def test_every_layer_of_a_plan_has_a_box() -> None:
    for name in ("resnet", "unet-narrow"):
        plan = ARCHITECTURES[name]
        tops = {box.full_name.partition(".")[0] for box in draw_plan(plan).boxes if box.family != END}
        assert tops == {spec["name"] for spec in plan.layers}
    assert layer_count(ARCHITECTURES["exam"].layers) == 5
    assert layer_count(ARCHITECTURES["unet-narrow"].layers) > 60


def test_layers_from_the_first_that_does_not_fit_have_no_shapes() -> None:
    plan = ARCHITECTURES["exam"]
    wrong = {**plan.layers[2], "in_channels": 7}
    drawing = draw_plan(Architecture("wrong", plan.input_shape, (*plan.layers[:2], wrong, *plan.layers[3:])))
    assert [(box.name, box.family == UNFIT, bool(box.lines)) for box in drawing.boxes] == [
        ("input", False, False),
        ("conv1", False, True),
        ("pool1", False, True),
        ("conv2", True, False),
        ("flatten", True, False),
        ("fc", True, False),
    ]
    assert len(drawing.lines) == 5


def test_nothing_fits_or_a_name_comes_twice() -> None:
    plan = ARCHITECTURES["exam"]
    drawing = draw_plan(Architecture("wrong", (2, 8, 8), plan.layers))
    assert [box.family for box in drawing.boxes] == [END] + 5 * [UNFIT]
    twice = draw_plan(Architecture("twice", plan.input_shape, (*plan.layers[:2], plan.layers[1])))
    assert [box.family == UNFIT for box in twice.boxes] == [False, False, False, True]
