"""The line with the same layer in PyTorch and the file in which it is computed."""

from pathlib import Path

import shiboken6
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QToolButton, QWidget
from pytestqt.qtbot import QtBot

from digitpad.copying.references import reference_of
from digitpad.gui.widgets.layer_reference import LayerReferenceLine
from digitpad.gui.widgets.theme import Theme
from digitpad.nn import layers


def test_it_names_the_code_and_copies_the_path(theme: Theme, qtbot: QtBot) -> None:
    owner = QWidget()
    line = LayerReferenceLine(theme, "reference", owner)
    button = line.findChild(QToolButton, "referencePath")
    assert button is not None
    assert not button.isEnabled()
    line.show_reference(reference_of(layers.Conv2D(1, 8, 3, padding=1)))
    assert line.text.text() == (
        "The same in PyTorch: nn.Conv2d(1, 8, 3, padding=1). Computed by Conv2D in digitpad/nn/layers/convolution.py."
    )
    with qtbot.waitSignal(line.message):
        button.click()
    path = Path(QGuiApplication.clipboard().text())
    assert "class Conv2D(" in path.read_text(encoding="utf-8")
    line.show_reference(None)
    assert line.text.text() == ""
    assert not button.isEnabled()
    shiboken6.delete(owner)
