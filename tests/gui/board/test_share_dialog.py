"""The dialog that asks before the page is shared."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from digitpad.gui.board.addresses import NetworkAddress
from digitpad.gui.board.join_card import LargeAddress
from digitpad.gui.board.qr_code import QrCode, modules_of
from digitpad.gui.board.share_dialog import ShareDialog
from digitpad.gui.board.sharing import Sharing, Stage
from digitpad.gui.widgets.fields import CheckBox, ComboBox, IntField
from digitpad.gui.widgets.inline_alert import InlineAlert
from digitpad.gui.widgets.theme import Theme
from tests.gui.board.conftest import Servers
from tests.gui.controls import check_names, controls_of
from tests.gui.measuring import faults
from tests.gui.settling import lay_out

NETWORKS = (NetworkAddress("192.168.0.24", "wlan0"), NetworkAddress("10.0.0.5", "eth0"))


@pytest.fixture
def dialog(theme: Theme, sharing: Sharing) -> Iterator[ShareDialog]:
    dialog = ShareDialog(theme, sharing, addresses=lambda: NETWORKS)
    dialog.ask()
    lay_out()
    yield dialog
    dialog.close()
    dialog.deleteLater()


def _find(dialog: ShareDialog, kind: type[QWidget], name: str) -> QWidget:
    found = dialog.findChild(kind, name)
    assert isinstance(found, kind), name
    return found


def _click(dialog: ShareDialog, name: str) -> None:
    QTest.mouseClick(_find(dialog, QPushButton, name), Qt.MouseButton.LeftButton)


def test_without_agreement_only_this_computer_reaches_the_page(
    dialog: ShareDialog, sharing: Sharing, servers: Servers, qtbot: QtBot
) -> None:
    host = dialog.findChild(ComboBox, "shareHost")
    assert host is not None
    assert not host.isEnabled()
    _click(dialog, "shareStart")
    qtbot.waitUntil(lambda: sharing.stage is Stage.ON)
    place = servers.started[0].place
    assert (place.host, place.code) == ("127.0.0.1", "")


def test_after_agreement_the_chosen_network_reaches_it_with_a_code(
    dialog: ShareDialog, sharing: Sharing, servers: Servers, qtbot: QtBot
) -> None:
    allow, host = dialog.findChild(CheckBox, "shareAllow"), dialog.findChild(ComboBox, "shareHost")
    assert allow is not None
    assert host is not None
    allow.setChecked(True)
    assert [host.itemText(place) for place in range(host.count())] == ["192.168.0.24 (wlan0)", "10.0.0.5 (eth0)"]
    host.choose("10.0.0.5")
    _click(dialog, "shareStart")
    qtbot.waitUntil(lambda: sharing.stage is Stage.ON)
    place = servers.started[0].place
    assert place.host == "10.0.0.5"
    assert len(place.code) == 6
    address, code = dialog.findChild(LargeAddress, "shareAddress"), dialog.findChild(QrCode, "shareCode")
    assert address is not None
    assert code is not None
    assert address.address == f"http://10.0.0.5:8020/{place.code}/"
    assert code.modules == modules_of(address.address)
    others = dialog.findChild(QLabel, "shareOthers")
    assert others is not None
    assert "192.168.0.24" in others.text()
    _click(dialog, "shareCopy")
    assert QGuiApplication.clipboard().text() == address.address
    _click(dialog, "shareStop")
    qtbot.waitUntil(lambda: sharing.stage is Stage.OFF)
    assert _find(dialog, QPushButton, "shareStart").isVisible()


def test_every_sharing_has_a_code_of_its_own(
    dialog: ShareDialog, sharing: Sharing, servers: Servers, qtbot: QtBot
) -> None:
    allow = dialog.findChild(CheckBox, "shareAllow")
    assert allow is not None
    allow.setChecked(True)
    for _time in range(2):
        _click(dialog, "shareStart")
        qtbot.waitUntil(lambda: sharing.stage is Stage.ON)
        sharing.stop()
        qtbot.waitUntil(lambda: sharing.stage is Stage.OFF)
    assert servers.started[0].place.code != servers.started[1].place.code


def test_a_port_in_use_is_said_in_the_dialog(dialog: ShareDialog, sharing: Sharing, qtbot: QtBot) -> None:
    port, alert = dialog.findChild(IntField, "sharePort"), dialog.findChild(InlineAlert, "shareAlert")
    assert port is not None
    assert alert is not None
    port.setValue(8021)
    with qtbot.waitSignal(sharing.failed):
        _click(dialog, "shareStart")
    assert alert.isVisible()
    assert alert.text == "Port 8021 is in use; choose another one."
    port.setValue(8022)
    _click(dialog, "shareStart")
    qtbot.waitUntil(lambda: sharing.stage is Stage.ON)
    assert alert.text == ""


def test_without_a_network_nothing_can_be_agreed(theme: Theme, sharing: Sharing, qtbot: QtBot) -> None:
    dialog = ShareDialog(theme, sharing, addresses=tuple)
    dialog.ask()
    allow, alert = dialog.findChild(CheckBox, "shareAllow"), dialog.findChild(InlineAlert, "shareAlert")
    assert allow is not None
    assert alert is not None
    assert not allow.isEnabled()
    assert "not connected" in alert.text
    _click(dialog, "shareStart")
    qtbot.waitUntil(lambda: sharing.stage is Stage.ON)
    assert sharing.place.is_local
    dialog.close()
    dialog.deleteLater()


@pytest.mark.parametrize("scale", [1.0, 2.0])
@pytest.mark.parametrize("is_on", [False, True])
def test_every_text_has_room_and_every_control_a_name(
    dialog: ShareDialog, sharing: Sharing, theme: Theme, qtbot: QtBot, scale: float, is_on: bool
) -> None:
    if is_on:
        _click(dialog, "shareStart")
        qtbot.waitUntil(lambda: sharing.stage is Stage.ON)
    theme.set_scale(scale)
    dialog.ask()
    lay_out()
    found = faults(dialog)
    theme.set_scale(1.0)
    assert not found, "\n".join(found)
    check_names(controls_of(dialog))
