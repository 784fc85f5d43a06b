"""The Optimizers page: paths side by side, step by step, with the update rule and its numbers."""

from functools import partial
from itertools import combinations

import pytest
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QTableView
from pytestqt.qtbot import QtBot

from digitpad.gui.lab.optimizers_page import OptimizersPage
from digitpad.gui.lab.tab import LabTab
from digitpad.gui.widgets.fields import CheckBox
from digitpad.lab.examples import EXAMPLES
from digitpad.lab.optimizers import Path, Recipe, follow, settings_of
from digitpad.lab.surfaces import SURFACES
from tests.gui.controls import check_names, controls_of
from tests.gui.frame import Frame


@pytest.fixture
def optimizers(frame: Frame) -> OptimizersPage:
    """Show the Optimizers page."""
    return frame.hold(partial(OptimizersPage, frame.theme))


def _type(page: OptimizersPage, name: str, text: str) -> None:
    line = page.findChild(QLineEdit, name)
    assert line is not None
    line.setText(text)
    line.editingFinished.emit()


def test_paths_stand_side_by_side(optimizers: OptimizersPage) -> None:
    assert list(optimizers.paths) == ["sgd", "momentum", "adam"]
    optimizers.boxes["rmsprop"].click()
    assert list(optimizers.paths) == ["sgd", "momentum", "rmsprop", "adam"]
    for name in list(optimizers.paths):
        optimizers.boxes[name].click()
    assert optimizers.paths == {}
    assert not optimizers.plot.grab().isNull()


def test_the_rule_of_a_step_is_shown(optimizers: OptimizersPage) -> None:
    optimizers.table.choose(0)
    optimizers.slider.setValue(1)
    rule = optimizers.findChild(QTableView, "labRule")
    assert rule is not None
    texts = [rule.model().index(row, 1).data() for row in range(rule.model().rowCount())]
    assert texts[1] == "2 − 0.1·4"
    QTest.keyClick(optimizers.slider, Qt.Key.Key_Right)
    assert rule.model().index(1, 1).data() == "1.6 − 0.1·3.2"


def test_settings_apply_to_the_optimizers_that_have_them(optimizers: OptimizersPage) -> None:
    for name in ("nesterov", "adagrad", "rmsprop", "adamw"):
        optimizers.boxes[name].click()
    for name, text in (("Momentum", "0.5"), ("Dampening", "1/4"), ("Beta1", "0.8"), ("WeightDecay", "0.1")):
        _type(optimizers, f"lab{name}", text)
    for name in ("labAmsgrad", "labCentered"):
        box = optimizers.findChild(CheckBox, name)
        assert box is not None
        box.click()
    assert {name: path.recipe.settings for name, path in optimizers.paths.items()} == {
        "sgd": {"weight_decay": 0.1},
        "momentum": {"momentum": 0.5, "dampening": 0.25, "weight_decay": 0.1},
        "nesterov": {"momentum": 0.5, "weight_decay": 0.1},
        "adagrad": {"weight_decay": 0.1},
        "rmsprop": {"weight_decay": 0.1, "centered": True},
        "adam": {"betas": (0.8, 0.999), "weight_decay": 0.1, "amsgrad": True},
        "adamw": {"betas": (0.8, 0.999), "weight_decay": 0.1, "amsgrad": True},
    }
    paths = optimizers.paths
    _type(optimizers, "labWeightDecay", "much")
    assert optimizers.alert.text.startswith("Weight decay: ")
    _type(optimizers, "labWeightDecay", "-1")
    assert "settings do not fit sgd" in optimizers.alert.text
    assert optimizers.paths is paths


def test_every_function_is_drawn(optimizers: OptimizersPage) -> None:
    for name in ("valley", "saddle", "rosenbrock", "bowl"):
        optimizers.surface.choose(name)
        assert next(iter(optimizers.paths.values())).surface.name == name
        assert not optimizers.plot.grab().isNull()


def test_walking_moves_the_points(optimizers: OptimizersPage, qtbot: QtBot) -> None:
    optimizers.slider.setValue(0)
    optimizers.walk.click()
    qtbot.waitUntil(lambda: optimizers.slider.value() >= 2)
    optimizers.walk.click()


def test_settings_are_typed(optimizers: OptimizersPage) -> None:
    _type(optimizers, "labRate", "1/4")
    _type(optimizers, "labStart", "4, -2")
    path = optimizers.paths["sgd"]
    assert path.learning_rate == 0.25
    assert path.moments[0].point == (4.0, -2.0)
    optimizers.count.setValue(3)
    assert [len(path.moments) for path in optimizers.paths.values()] == [4, 4, 4]


def test_momentum_and_the_decays_are_typed(optimizers: OptimizersPage) -> None:
    for name in ("nesterov", "rmsprop", "adamw"):
        optimizers.boxes[name].click()
    for name, text in (("labMomentum", "1/2"), ("labAlpha", "0.8"), ("labBeta2", "0.95")):
        _type(optimizers, name, text)
    settings = {name: settings_of(path) for name, path in optimizers.paths.items()}
    assert settings["sgd"]["momentum"] == 0
    assert settings["momentum"]["momentum"] == settings["nesterov"]["momentum"] == 0.5
    assert settings["rmsprop"]["alpha"] == 0.8
    assert [settings["adam"][key] for key in ("beta1", "beta2")] == [0.9, 0.95]
    path = follow(SURFACES["bowl"], Recipe("adamw", 0.1, {"betas": (0.5, 0.75)}), 7)
    optimizers.load(path, 6)
    assert optimizers.paths["adamw"].moments == path.moments
    _type(optimizers, "labBeta1", "")
    assert settings_of(optimizers.paths["adamw"])["beta1"] == 0.9


def test_names_are_written_as_in_papers_and_beside_each_other(optimizers: OptimizersPage) -> None:
    for box in optimizers.boxes.values():
        box.setChecked(True)
    model = optimizers.table.model()
    names = [model.index(row, 0).data() for row in range(model.rowCount())]
    assert names == ["SGD", "Momentum", "Nesterov", "AdaGrad", "RMSProp", "Adam", "AdamW"]
    assert [box.text() for box in optimizers.boxes.values()] == names
    # All at the same place, in the middle and in a corner.
    for place in (QPointF(200, 150), QPointF(0, 0)):
        rects = optimizers.plot.label_rects([place] * len(names), names)
        assert not any(one.intersects(other) for one, other in combinations(rects, 2))
        assert all(QRectF(optimizers.plot.rect()).contains(rect) for rect in rects)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("labMomentum", "much", "Momentum: 'much' is not a number"),
        ("labBeta1", "1.5", "settings do not fit adam"),
        ("labRate", "fast", "'fast' is not a number"),
        ("labRate", "-1", "settings do not fit sgd"),
        ("labStart", "1", "takes two numbers"),
        ("labStart", "1, y", "'y' is not a number"),
    ],
)
def test_wrong_input_is_answered_in_place(optimizers: OptimizersPage, name: str, text: str, message: str) -> None:
    before = optimizers.paths
    _type(optimizers, name, text)
    assert message in optimizers.alert.text
    assert optimizers.paths is before


@pytest.mark.parametrize("name", [each.name for each in EXAMPLES.values() if each.page == "optimizers"])
def test_an_example_is_loaded(tab: LabTab, name: str) -> None:
    tab.load_example(name)
    optimizers = tab.page("optimizers")
    assert isinstance(optimizers, OptimizersPage)
    expected = EXAMPLES[name].solve()
    assert isinstance(expected, Path)
    (path,) = optimizers.paths.values()
    assert [moment.point for moment in path.moments] == [moment.point for moment in expected.moments]


def test_every_control_has_a_name(optimizers: OptimizersPage) -> None:
    check_names(controls_of(optimizers))
