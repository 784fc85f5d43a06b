"""How to join: the QR code, the address and its code, large; they stay visible for those who come late."""

from urllib.parse import urlsplit

from PySide6.QtCore import QRectF, QSize, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from digitpad.gui.board.painting import CENTRE
from digitpad.gui.board.qr_code import QrCode
from digitpad.gui.board.sharing import Sharing, Stage
from digitpad.gui.widgets.cards import muted, title
from digitpad.gui.widgets.scaling import px
from digitpad.gui.widgets.theme import SPACE, Theme, fixed_font, text_font

_LINES = 2


def address_lines(address: str) -> tuple[str, str]:
    """Return an address in two lines to be copied by hand: host and port, and the code.

    Parameters
    ----------
    address
        Such as "http://192.168.0.24:8020/k7qd/".

    Returns
    -------
    tuple of str
        Such as "192.168.0.24:8020" and "/k7qd"; the second is empty without a code.
    """
    parts = urlsplit(address)
    return parts.netloc, parts.path.rstrip("/")


class LargeAddress(QWidget):
    """Paints an address in two lines, as large as there is room."""

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._address = ""
        self.setObjectName(name)
        self.setAccessibleName(self.tr("Address of the page"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    @property
    def address(self) -> str:
        """The address that is shown."""
        return self._address

    def show_address(self, address: str) -> None:
        """Show an address; nothing if it is empty."""
        self._address = address
        self.setAccessibleDescription(address)
        self.setToolTip(address)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Return room for the lines."""
        lines = _LINES if address_lines(self._address)[1] else 1
        return QSize(px(20 * SPACE), px(4 * SPACE) * lines)

    def minimumSizeHint(self) -> QSize:
        """Return room for the lines in a small font."""
        return QSize(px(16 * SPACE), self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the lines; the code is what people mistype, so it is the largest."""
        painter = QPainter(self)
        painter.setPen(self._theme.colour("text"))
        lines = [line for line in address_lines(self._address) if line]
        height = self.height() / max(1, len(lines))
        for place, line in enumerate(lines):
            font = fixed_font(self.font(), bold=True)
            font.setPixelSize(max(1, int((0.62, 0.85)[place] * height)))
            painter.setFont(font)
            needed = painter.fontMetrics().horizontalAdvance(line)
            if needed > self.width():
                font.setPixelSize(max(1, int(font.pixelSize() * self.width() / needed)))
                painter.setFont(font)
            painter.drawText(QRectF(0, place * height, self.width(), height), CENTRE, line)
        painter.end()


class JoinCard(QFrame):
    """Shows how to join, or how to share while the page is not shared.

    Signals
    -------
    share_wanted
        The user wants to share, or to see how it is shared.
    """

    share_wanted = Signal()

    def __init__(self, theme: Theme, sharing: Sharing, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sharing = sharing
        self.setObjectName("joinCard")
        self.setProperty("card", "true")
        heading = title(self.tr("Join with your phone"), self)
        heading.setObjectName("joinTitle")
        heading.setWordWrap(True)
        heading.setFont(text_font(self.font(), scale=1.3, bold=True))
        self._code = QrCode("joinCode", self)
        self._address = LargeAddress(theme, "joinAddress", self)
        self._hint: QLabel = muted("", self)
        self._hint.setObjectName("joinHint")
        self._share = QPushButton(self.tr("Share…"), self)
        self._share.setObjectName("joinShare")
        self._share.setAccessibleName(self.tr("Share on this network"))
        self._share.setToolTip(self.tr("Let phones and other computers open the page"))
        self._share.setFixedHeight(4 * SPACE)
        self._share.clicked.connect(self.share_wanted)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * SPACE, SPACE, 2 * SPACE, 2 * SPACE)
        column.setSpacing(SPACE)
        column.addWidget(heading)
        column.addWidget(self._code)
        column.addWidget(self._address)
        column.addWidget(self._hint)
        column.addWidget(self._share)
        sharing.changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        address = self._sharing.address
        is_on = self._sharing.stage is Stage.ON
        self._code.show_text(address)
        self._address.show_address(address)
        self._code.setVisible(bool(self._code.modules))
        self._address.setVisible(is_on)
        self._share.setVisible(not is_on)
        if not is_on:
            self._hint.setText(self.tr("The page is not shared yet."))
        elif self._sharing.place.is_local:
            self._hint.setText(self.tr("Only this computer reaches the page."))
        self._hint.setVisible(not is_on or self._sharing.place.is_local)
