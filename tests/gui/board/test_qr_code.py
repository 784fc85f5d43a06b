"""The QR code says the address, in whole pixels."""

import numpy as np
import pytest
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from digitpad.gui.board.qr_code import QrCode, modules_of

ADDRESS = "http://192.168.0.24:8020/k7qd3x/"


def _painted(code: QrCode) -> np.ndarray[tuple[int, int], np.dtype[np.uint8]]:
    image = QImage(code.size(), QImage.Format.Format_Grayscale8)
    image.fill(128)
    code.render(image)
    return (
        np.frombuffer(image.constBits(), np.uint8)
        .reshape(image.height(), image.bytesPerLine())[:, : image.width()]
        .copy()
    )


def test_every_module_is_painted_as_a_square_of_whole_pixels(qtbot: QtBot) -> None:
    code = QrCode("code")
    qtbot.addWidget(code)
    code.show_text(ADDRESS)
    code.resize(211, 240)
    modules = np.array(code.modules)
    side = code.module_size()
    assert side == 211 // (len(modules) + 8)
    pixels = _painted(code)
    # The white border is four modules wide; every pixel is black or white.
    rows = np.flatnonzero((pixels == 0).any(axis=1))
    columns = np.flatnonzero((pixels == 0).any(axis=0))
    inside = pixels[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    np.testing.assert_array_equal(inside == 0, np.kron(modules, np.ones((int(side), int(side)), bool)))
    assert set(np.unique(inside)) == {0, 255}


def test_finders_are_in_three_corners() -> None:
    modules = np.array(modules_of(ADDRESS))
    ring = np.ones((7, 7), bool)
    ring[1:6, 1:6] = False
    ring[2:5, 2:5] = True
    for corner in (modules[:7, :7], modules[:7, -7:], modules[-7:, :7]):
        np.testing.assert_array_equal(corner, ring)


def test_another_address_is_another_code() -> None:
    assert modules_of(ADDRESS) != modules_of(ADDRESS.replace("k7", "k8"))


def test_without_the_package_there_is_no_code(monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> None:
    monkeypatch.setattr("digitpad.extras.is_installed", lambda _name: False)
    code = QrCode("code")
    qtbot.addWidget(code)
    code.show_text(ADDRESS)
    assert code.modules == ()
    assert code.module_size() == 0
    assert not code.grab().isNull()
