"""The Networks page: typed layers and pasted code become a table with formulas, and misfits can be repaired."""

from functools import partial

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QPlainTextEdit, QPushButton, QTableView, QToolButton
from pytestqt.qtbot import QtBot

from digitpad.gui.lab.networks_page import NetworksPage
from digitpad.gui.lab.tab import LabTab
from digitpad.gui.shell.main_window import MainWindow
from digitpad.gui.training.train_tab import TrainTab
from digitpad.gui.widgets.fields import ComboBox
from digitpad.lab.examples import EXAMPLES
from digitpad.lab.networks import NetworkSolution, solve
from digitpad.nn import ARCHITECTURES
from tests.gui.controls import check_names, controls_of
from tests.gui.frame import Frame


@pytest.fixture
def networks(frame: Frame) -> NetworksPage:
    """Show the Networks page."""
    return frame.hold(partial(NetworksPage, frame.theme))


def _read(page: NetworksPage, text: str) -> None:
    field, button = page.findChild(QPlainTextEdit, "labLayers"), page.findChild(QPushButton, "labReadLayers")
    assert field is not None
    assert button is not None
    field.setPlainText(text)
    button.click()


def test_it_opens_with_the_exam(networks: NetworksPage) -> None:
    assert networks.solution.parameters == 2822
    why = networks.findChild(QLabel, "labWhyNot")
    steps = networks.findChild(QTableView, "labLayerSteps")
    assert why is not None
    assert steps is not None
    assert "3 + (5 − 1)·2 = 11 leaves out the 1" in why.text()
    last = steps.model().index(steps.model().rowCount() - 1, 1)
    assert last.data() == "4 + (5 − 1)·2"
    assert networks.drawing.accessibleDescription() == "conv2 1, pool1 5, conv1 10, input 12"


def test_layers_are_typed(networks: NetworksPage) -> None:
    _read(networks, "conv 8 3x3 padding=same\nrelu\nmaxpool 2\nflatten\nlinear 10")
    assert [row.output_shape for row in networks.solution.rows][-1] == (10,)
    line = networks.findChild(QLineEdit, "labInputShape")
    assert line is not None
    line.setText("1x28x28")
    line.editingFinished.emit()
    assert networks.solution.plan.input_shape == (1, 28, 28)


def test_pytorch_code_is_pasted(networks: NetworksPage) -> None:
    layers = "nn.Conv2d(3, 5, 3), nn.AvgPool2d(2), nn.Conv2d(5, 2, 5), nn.Flatten(), nn.Linear(242, 10)"
    _read(networks, f"nn.Sequential({layers})")
    assert networks.solution.parameters == 2822


def test_a_layer_that_does_not_fit_is_explained_and_repaired(networks: NetworksPage) -> None:
    _read(networks, "nn.Sequential(nn.Conv2d(3, 5, 3), nn.Linear(7, 10))")
    assert "put a Flatten before it" in networks.alert.text
    button = networks.findChild(QPushButton, "labNetworksAlertAccept")
    assert button is not None
    button.click()
    assert networks.solution.misfit is None
    assert networks.solution.rows[-1].output_shape == (10,)
    assert networks.alert.text == ""


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("lstm 4", "Layers: Line 1: there is no layer called 'lstm'"),
        ("nn.Sequential(nn.LSTM(3))", "does not know LSTM"),
        ("nn.Sequential(", "not Python code"),
        ("", "no layer yet"),
    ],
)
def test_wrong_layers_are_answered_in_place(networks: NetworksPage, text: str, message: str) -> None:
    before = networks.solution
    _read(networks, text)
    assert message in networks.alert.text
    assert networks.solution is before
    field = networks.findChild(QPlainTextEdit, "labLayers")
    assert field is not None
    assert field.toPlainText() == text


@pytest.mark.parametrize("name", [each.name for each in EXAMPLES.values() if each.page == "networks"])
def test_an_example_is_loaded(tab: LabTab, name: str, qtbot: QtBot) -> None:
    tab.load_example(name)
    networks = tab.page("networks")
    assert isinstance(networks, NetworksPage)
    expected = EXAMPLES[name].solve()
    assert isinstance(expected, NetworkSolution)
    assert networks.solution.parameters == expected.parameters
    before = networks.solution
    networks.fields.changed.emit()
    # A large network is solved in a thread.
    qtbot.waitUntil(lambda: networks.solution is not before, timeout=30_000)
    assert networks.alert.text == ""
    assert networks.solution.parameters == expected.parameters
    for row in range(len(networks.solution.rows) + 2):
        networks.table.choose(row)


def test_the_network_is_trained(window: MainWindow) -> None:
    lab = window.go_to("Lab")
    assert isinstance(lab, LabTab)
    networks = lab.page("networks")
    assert isinstance(networks, NetworksPage)
    _read(networks, "conv 8 5\nrelu\nmaxpool 2\nflatten\nlinear 10")
    line, button = networks.findChild(QLineEdit, "labInputShape"), networks.findChild(QPushButton, "labTrain")
    assert line is not None
    assert button is not None
    line.setText("1x28x28")
    line.editingFinished.emit()
    button.click()
    train = window.go_to("Train")
    assert isinstance(train, TrainTab)
    assert [spec["type"] for spec in train.setup.plan.architecture.layers] == [
        *("Conv2D", "ReLU", "MaxPool2D", "Flatten", "Linear")
    ]


def test_every_control_has_a_name(networks: NetworksPage) -> None:
    check_names(controls_of(networks))


def test_every_preset_is_listed_and_a_large_one_is_solved_in_a_thread(networks: NetworksPage, qtbot: QtBot) -> None:
    presets = networks.findChild(ComboBox, "labNetworkPreset")
    assert presets is not None
    listed = [presets.itemData(index) for index in range(1, presets.count())]
    assert listed == list(ARCHITECTURES)
    before = networks.solution
    presets.choose("unet-narrow")
    presets.activated.emit(presets.currentIndex())
    assert networks.solution is before
    assert networks.chosen.text() == "Computing the table…"
    qtbot.waitUntil(lambda: networks.solution is not before, timeout=30_000)
    assert networks.solution.plan.name == "unet-narrow"
    assert networks.solution.parameters == solve(ARCHITECTURES["unet-narrow"]).parameters
    assert networks.chosen.text() != "Computing the table…"


def test_a_newer_network_replaces_one_that_is_being_solved(networks: NetworksPage, qtbot: QtBot) -> None:
    networks.fields.preset.emit("unet-narrow")
    _read(networks, "flatten\nlinear 10")
    kinds = ["Flatten", "Linear"]
    qtbot.waitUntil(lambda: [box.kind for box in networks.network.boxes] == kinds, timeout=30_000)
    assert networks.solution.rows[-1].output_shape == (10,)


def test_a_box_of_the_drawing_is_a_row_of_the_table(networks: NetworksPage, qtbot: QtBot) -> None:
    button = networks.findChild(QToolButton, "labAsDrawing")
    assert button is not None
    _read(networks, "# a comment\nconv 8 3; relu\n\nmaxpool 2\nflatten\nlinear 10")
    names = ["conv1", "relu1", "pool1", "flatten1", "fc1"]
    qtbot.waitUntil(lambda: [box.full_name for box in networks.network.boxes] == names, timeout=30_000)
    button.click()
    assert networks.network.isVisible()
    networks.network.setFocus()
    for key in (Qt.Key.Key_Home, Qt.Key.Key_Down, Qt.Key.Key_Down):
        QTest.keyClick(networks.network, key)
    assert networks.chosen.text() == "pool1, each formula filled in"
    networks.table.choose(1)
    assert networks.network.box is not None
    assert networks.network.box.full_name == "conv1"
    networks.network.opened.emit("flatten1")
    field = networks.findChild(QPlainTextEdit, "labLayers")
    assert field is not None
    assert field.hasFocus()
    assert field.textCursor().selectedText() == "flatten"


def test_a_long_text_is_read_in_a_thread_and_a_longer_one_is_refused_at_once(
    networks: NetworksPage, qtbot: QtBot
) -> None:
    before = networks.solution
    _read(networks, "conv 8 3 padding=same\n" * 100)
    assert networks.solution is before
    qtbot.waitUntil(lambda: networks.solution is not before, timeout=30_000)
    assert len(networks.solution.rows) == 100
    _read(networks, "conv 8 3\n" * 250)
    qtbot.waitUntil(lambda: "more than 200 layers" in networks.alert.text, timeout=30_000)
    assert networks.chosen.text() != "Computing the table…"
    field = networks.findChild(QPlainTextEdit, "labLayers")
    assert field is not None
    kept = field.toPlainText()
    QGuiApplication.clipboard().setText("relu\n" * 400_000)
    field.setFocus()
    QTest.keyClick(field, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert networks.alert.text == "The text has 2,000,000 characters, more than 200,000; paste a part of it."
    assert field.toPlainText() == kept
