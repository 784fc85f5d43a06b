"""Asks before others on the network can open the page, and shows the address while they can."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QSize, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from digitpad.gui.board.addresses import NetworkAddress, network_addresses
from digitpad.gui.board.join_card import LargeAddress
from digitpad.gui.board.qr_code import QrCode
from digitpad.gui.board.sharing import Place, Sharing, Stage
from digitpad.gui.widgets.cards import bring_up, dialog_button, muted, title
from digitpad.gui.widgets.fields import CheckBox, ComboBox, IntField
from digitpad.gui.widgets.inline_alert import InlineAlert
from digitpad.gui.widgets.theme import SPACE, Theme
from digitpad.serving.addresses import DEFAULT_PORT, LOOPBACK, new_code

_LEAST_PORT, _MOST_PORT = 1024, 65535
_WIDTH = 60 * SPACE
_CODE = 32 * SPACE


class ShareDialog(QDialog):
    """Starts and stops sharing; it can stay open beside the window.

    Parameters
    ----------
    theme
        The colours.
    sharing
        What is started and stopped.
    addresses
        Returns the addresses of this computer in its networks.

    Signals
    -------
    board_wanted
        The user wants to see the class board.
    """

    board_wanted = Signal()

    def __init__(
        self,
        theme: Theme,
        sharing: Sharing,
        parent: QWidget | None = None,
        *,
        addresses: Callable[[], Sequence[NetworkAddress]] = network_addresses,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._sharing = sharing
        self._addresses = addresses
        self.setObjectName("shareDialog")
        self.setWindowTitle(self.tr("Share on this network"))
        self._pages = QStackedWidget(self)
        self._pages.addWidget(self._offer_page())
        self._pages.addWidget(self._shared_page())
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * SPACE, 2 * SPACE, 3 * SPACE, 2 * SPACE)
        column.addWidget(self._pages)
        self.setMinimumWidth(_WIDTH)
        sharing.changed.connect(self._show_stage)
        sharing.failed.connect(self._alert.say)
        self._show_stage()

    def ask(self) -> None:
        """Show the dialog with the addresses that there are now."""
        self._offer_addresses()
        bring_up(self)
        self._fit()

    # The page before

    def _offer_page(self) -> QWidget:
        page = QWidget(self)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * SPACE)
        column.addWidget(title(self.tr("Phones draw, this computer reads"), page))
        column.addWidget(
            muted(
                self.tr(
                    "A page to draw on opens in the browser of this computer. If you allow it below, phones and other "
                    "computers on the same network can open it, too; they need the address with its code. Drawings "
                    "are read here: nothing leaves this network, and nothing is stored unless you keep it. Anyone on "
                    "the network may see what is sent, because the connection is not encrypted."
                ),
                page,
            )
        )
        self._allow = CheckBox(
            self._theme,
            "shareAllow",
            self.tr("Allow other devices on this network"),
            self.tr("Without this, only this computer reaches the page"),
            page,
        )
        self._allow.toggled.connect(self._show_choice)
        column.addWidget(self._allow)
        self._host = ComboBox(
            self._theme,
            "shareHost",
            self.tr("Address"),
            self.tr("The network whose devices can open the page"),
            page,
        )
        self._port = IntField(
            "sharePort",
            self.tr("Port"),
            self.tr("The number in the address; another program may use this one"),
            _LEAST_PORT,
            _MOST_PORT,
            page,
        )
        self._port.setGroupSeparatorShown(False)
        self._port.setValue(DEFAULT_PORT)
        grid = QGridLayout()
        grid.setHorizontalSpacing(2 * SPACE)
        grid.setVerticalSpacing(SPACE)
        grid.setColumnStretch(1, 1)
        for row, field in enumerate((self._host, self._port)):
            caption = QLabel(field.accessibleName(), page)
            caption.setBuddy(field)
            grid.addWidget(caption, row, 0)
            grid.addWidget(field, row, 1)
        column.addLayout(grid)
        self._alert = InlineAlert("shareAlert", page)
        column.addWidget(self._alert)
        column.addStretch(1)
        self._start = dialog_button(
            "shareStart", self.tr("Share"), self.tr("Open the page for drawings (Enter)"), self.start, self
        )
        self._start.setDefault(True)
        self._start.setProperty("role", "primary")
        close = dialog_button("shareCancel", self.tr("Cancel"), self.tr("Share nothing (Esc)"), self.reject, self)
        row_of_buttons = QHBoxLayout()
        row_of_buttons.setSpacing(SPACE)
        row_of_buttons.addStretch(1)
        row_of_buttons.addWidget(close)
        row_of_buttons.addWidget(self._start)
        column.addLayout(row_of_buttons)
        return page

    def _offer_addresses(self) -> None:
        entries = {}
        for one in self._addresses():
            entries[one.address] = f"{one.address} ({one.interface})" if one.interface else one.address
        self._allow.setEnabled(bool(entries))
        if not entries:
            self._allow.setChecked(False)
            self._alert.say(self.tr("This computer is not connected to a network; connect it, then open this again."))
        chosen = self._host.chosen
        self._host.offer(entries or {LOOPBACK: LOOPBACK})
        self._host.choose(chosen)
        self._show_choice()

    @Slot()
    def _show_choice(self) -> None:
        self._host.setEnabled(self._allow.isChecked())

    @Slot()
    def start(self) -> None:
        """Share as chosen."""
        self._alert.clear()
        if self._allow.isChecked():
            self._sharing.start(Place(self._host.chosen, self._port.value(), new_code()))
        else:
            self._sharing.start(Place.here(self._port.value()))

    # The page while it is shared

    def _shared_page(self) -> QWidget:
        page = QWidget(self)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        self._reach = muted("", page)
        self._reach.setObjectName("shareReach")
        column.addWidget(title(self.tr("Open this address, or scan the code"), page))
        column.addWidget(self._reach)
        self._code = QrCode("shareCode", page, least=_CODE)
        column.addWidget(self._code, 1)
        self._address = LargeAddress(self._theme, "shareAddress", page)
        column.addWidget(self._address)
        self._others = muted("", page)
        self._others.setObjectName("shareOthers")
        column.addWidget(self._others)
        buttons = QHBoxLayout()
        buttons.setSpacing(SPACE)
        copy = dialog_button(
            "shareCopy", self.tr("Copy address"), self.tr("Copy the address to the clipboard"), self._copy, self
        )
        board = dialog_button(
            "shareBoard", self.tr("Class board"), self.tr("Show what everyone draws"), self.board_wanted.emit, self
        )
        self._stop = dialog_button(
            "shareStop", self.tr("Stop sharing"), self.tr("Close the page on all devices"), self._sharing.stop, self
        )
        for button in (copy, self._stop, board):
            buttons.addWidget(button)
        board.setProperty("role", "primary")
        column.addLayout(buttons)
        return page

    @Slot()
    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._sharing.address)

    def _turn_to(self, number: int) -> None:
        """Show one of the pages; the other does not count for the size of the dialog."""
        for place in range(self._pages.count()):
            page = self._pages.widget(place)
            if page is not None:
                policy = QSizePolicy.Policy.Preferred if place == number else QSizePolicy.Policy.Ignored
                page.setSizePolicy(policy, policy)
        if self._pages.currentIndex() != number:
            self._pages.setCurrentIndex(number)
            QTimer.singleShot(0, self._fit)

    @Slot()
    def _fit(self) -> None:
        """Use the size of the page that is shown, as far as the screen has room."""
        layout = self.layout()
        if layout is not None:
            # The height of wrapped text depends on the width.
            width = max(self.minimumWidth(), layout.totalMinimumSize().width())
            height = max(layout.totalHeightForWidth(width), layout.totalMinimumSize().height())
            self.resize(QSize(width, height).boundedTo(self.screen().availableSize()))

    @Slot()
    def _show_stage(self) -> None:
        stage, place = self._sharing.stage, self._sharing.place
        self._turn_to(int(stage in {Stage.ON, Stage.STOPPING}))
        self._start.setEnabled(stage is Stage.OFF)
        self._start.setText(self.tr("Starting…") if stage is Stage.STARTING else self.tr("Share"))
        self._stop.setEnabled(stage is Stage.ON)
        if stage is not Stage.ON:
            return
        self._code.show_text(self._sharing.address)
        self._code.setVisible(bool(self._code.modules))
        self._address.show_address(self._sharing.address)
        self._reach.setText(
            self.tr("Only this computer reaches the page.")
            if place.is_local
            else self.tr("Devices on the network of {address} reach the page.").format(address=place.host)
        )
        others = [one.address for one in self._addresses() if one.address != place.host]
        text = self.tr("Other addresses of this computer, which are not shared: {addresses}")
        self._others.setText(text.format(addresses=", ".join(others)))
        self._others.setVisible(bool(others) and not place.is_local)
