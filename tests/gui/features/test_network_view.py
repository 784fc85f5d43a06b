"""Every architecture that the library can build is shown, cell by cell."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from digitpad.explain.cells import explain_cell
from digitpad.explain.dependencies import Cell
from digitpad.gui.features.looking import field_of
from digitpad.gui.features.maps.mosaic import ScaleScope
from digitpad.gui.features.maps.placement import ZOOMS
from digitpad.gui.features.maps.shown import PROBABILITIES
from digitpad.gui.features.network_view import NetworkView, pixels_for
from digitpad.gui.features.pages.explaining import explanation
from digitpad.gui.widgets.theme import Theme
from digitpad.models.model_file import SEGMENTATION, Model, ModelMetadata, Preprocessing
from digitpad.nn import Architecture, build
from digitpad.nn.architectures.presets import ARCHITECTURES, unet
from tests.gui.settling import lay_out

_CONV_512 = {"name": "conv", "type": "Conv2D", "in_channels": 1, "out_channels": 512, "kernel_size": 3}
_GLOBAL = {"name": "pool", "type": "GlobalAveragePool2D"}
_LINEAR = {"name": "fc", "type": "Linear", "in_features": 512, "out_features": 10}

PLANS = {
    "resnet": ARCHITECTURES["resnet"],
    "lenet5": ARCHITECTURES["lenet5"],
    "three channels": ARCHITECTURES["exam"],
    "u-net with attention": unet(4, 2, side=16),
    "512 maps, and maps of one cell": Architecture(
        "wide", (1, 12, 12), (_CONV_512, _GLOBAL, {"name": "flatten", "type": "Flatten"}, _LINEAR)
    ),
}


def _model(plan: Architecture) -> Model:
    network = build(plan, rng=np.random.default_rng(1))
    metadata = ModelMetadata(preprocessing=Preprocessing(size=plan.input_shape[1]))
    if len(network.output_shape(plan.input_shape)) != 1:
        metadata = replace(metadata, task=SEGMENTATION, labels=("ink",))
    return Model(network, plan, metadata, plan.name)


@pytest.fixture
def view(theme: Theme, qtbot: QtBot) -> NetworkView:
    view = NetworkView(theme, "first")
    qtbot.addWidget(view)
    view.resize(900, 400)
    view.show()
    return view


@pytest.mark.parametrize("name", PLANS)
def test_every_layer_of_it_is_shown_and_every_kind_of_cell_explained(view: NetworkView, name: str) -> None:
    model = _model(PLANS[name])
    view.use(model, name)
    side = model.architecture.input_shape[1]
    image = np.random.default_rng(2).random((side, side)).astype(np.float32)
    frame = view.look(image)
    assert frame is not None
    blocks = view.maps.placement.blocks
    assert [block.layer.name for block in blocks] == [layer.name for layer in view.maps.layers]
    assert all(one.left + one.width <= other.left for one, other in pairwise(blocks))
    for layer in view.maps.layers:
        cell = Cell(layer.name, layer.maps - 1, layer.height - 1, layer.width - 1)
        view.maps.go_to(cell)
        assert view.maps.cell == cell
        box, words = field_of(frame, cell)
        assert box[2] <= side
        assert words
        if layer.name != PROBABILITIES:
            assert explanation(frame, explain_cell(frame, cell), frame.labels).value
        point = view.maps.point_of(cell)
        assert point is not None
        assert view.maps.viewport().rect().contains(point)
        assert view.maps.place_at(point.toPointF()) == cell
        lay_out()


@pytest.mark.parametrize("scale", list(ScaleScope))
def test_a_blank_picture_is_shown_and_a_network_whose_numbers_are_not_finite_is_not(
    view: NetworkView, scale: ScaleScope
) -> None:
    model = _model(PLANS["lenet5"])
    view.use(model, "lenet5")
    view.maps.use_scale(scale)
    view.look(None)
    assert not view.grab().isNull()
    model.network.state_dict()["conv1.weight"][0] = np.nan
    assert view.look(np.ones((28, 28), np.float32)) is None
    assert view.maps.frame_shown == {}
    assert "not finite" in view.reading.text()
    assert not view.grab().isNull()


def test_all_zooms_are_painted(view: NetworkView) -> None:
    view.use(_model(PLANS["lenet5"]), "lenet5")
    view.look(np.ones((28, 28), np.float32))
    view.maps.go_to(Cell("pool2", 3, 2, 2))
    for _ in ZOOMS:
        assert not view.grab().isNull()
        view.maps.zoom_in()


def test_a_picture_is_given_as_a_network_takes_it() -> None:
    image = np.zeros((28, 28), np.float32)
    image[10:18, 10:18] = 1
    assert pixels_for((3, 28, 28), image).shape == (3, 28, 28)
    larger = pixels_for((1, 64, 64), image)
    assert larger.shape == (1, 64, 64)
    assert larger.sum() / 64**2 == pytest.approx(image.sum() / 28**2, rel=0.02)
    assert not pixels_for((1, 28, 28), None).any()
