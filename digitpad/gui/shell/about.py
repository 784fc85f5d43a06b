"""Information about the program: its version, the system that it runs on, and the licences."""

import platform
import sys
from pathlib import Path

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, QSize, Qt, Slot, qVersion
from PySide6.QtGui import QGuiApplication, QIcon, QShowEvent
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from digitpad import __version__, paths
from digitpad.gui.widgets.cards import scroller
from digitpad.gui.widgets.scaling import px
from digitpad.gui.widgets.theme import SPACE, text_font

_ICON = 8 * SPACE
_WIDTH = 68 * SPACE
_PARAGRAPHS = (
    str(QT_TRANSLATE_NOOP("About", "Draw a digit, watch a neural network read it, and look inside the network.")),
    str(
        QT_TRANSLATE_NOOP(
            "About",
            "digitpad never connects to the internet, so it does not check for updates. To find out "
            "whether there is a "
            "newer version, compare the version number above with the one where you got digitpad.",
        )
    ),
    str(
        QT_TRANSLATE_NOOP(
            "About",
            "digitpad is free software under the MIT licence. Qt and PySide6 are licensed under the LGPL, version 3, "
            "and may be replaced; NumPy, Pillow, pyqtgraph and other parts have their own licences. MNIST is by Yann "
            "LeCun, Corinna Cortes and Christopher J.C. Burges, under CC BY-SA 3.0; the pen ink by Ethem Alpaydin and "
            "Fevzi Alimoglu, under CC BY 4.0.",
        )
    ),
)


class About(QDialog):
    """Shows information about the program, which can be copied into a report."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("about")
        self.setWindowTitle(self.tr("About digitpad"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._facts = system_facts()
        self._content = QWidget(self)
        self._content.setToolTip(self.tr("About digitpad"))
        column = QVBoxLayout(self._content)
        column.setContentsMargins(3 * SPACE, 3 * SPACE, 3 * SPACE, SPACE)
        column.setSpacing(2 * SPACE)
        column.addLayout(self._head())
        what, updates, licences = (self._paragraph(self.tr(text)) for text in _PARAGRAPHS)
        column.addWidget(what)
        column.addLayout(self._table())
        column.addWidget(updates)
        column.addWidget(licences)
        third_party = third_party_file()
        if third_party is not None:
            text = self.tr("All licences, with their texts: {file}").format(file=third_party)
            column.addWidget(self._paragraph(text))
        column.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 2 * SPACE)
        outer.addWidget(scroller("aboutScroller", self.tr("About digitpad"), self._content, self), 1)
        buttons = QHBoxLayout()
        buttons.setContentsMargins(3 * SPACE, 0, 3 * SPACE, 0)
        buttons.addWidget(self._buttons())
        outer.addLayout(buttons)

    def showEvent(self, event: QShowEvent) -> None:
        """Use the height of the text at this width, as far as the screen has room."""
        super().showEvent(event)
        width, layout = px(_WIDTH), self._content.layout()
        if layout is not None:
            # The height of wrapped text depends on the width.
            height = layout.totalHeightForWidth(width - px(3 * SPACE)) + px(8 * SPACE)
            self.resize(QSize(width, height).boundedTo(self.screen().availableSize()))

    def _head(self) -> QHBoxLayout:
        icon = QLabel(self)
        icon.setObjectName("aboutIcon")
        icon.setAccessibleName(self.tr("Icon of digitpad"))
        picture = QIcon(str(paths.resources_dir() / "icons" / "digitpad.svg"))
        icon.setPixmap(picture.pixmap(_ICON, _ICON))
        name = QLabel(f"digitpad {__version__}", self)
        name.setObjectName("aboutName")
        name.setFont(text_font(self.font(), scale=1.6, bold=True))
        row = QHBoxLayout()
        row.setSpacing(2 * SPACE)
        row.addWidget(icon)
        row.addWidget(name, 1)
        return row

    def _table(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(3 * SPACE)
        grid.setVerticalSpacing(SPACE // 2)
        grid.setColumnStretch(1, 1)
        for row, (name, value) in enumerate(self._facts.items()):
            title, fact = QLabel(name, self), self._paragraph(value)
            title.setProperty("muted", True)
            grid.addWidget(title, row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(fact, row, 1)
        return grid

    def _paragraph(self, text: str) -> QLabel:
        label = QLabel(text, self)
        label.setWordWrap(True)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        return label

    def _buttons(self) -> QDialogButtonBox:
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        close = buttons.button(QDialogButtonBox.StandardButton.Close)
        close.setObjectName("aboutClose")
        close.setText(self.tr("Close"))
        close.setAccessibleName(self.tr("Close"))
        close.setToolTip(self.tr("Close this page (Esc)"))
        copy = buttons.addButton(self.tr("Copy"), QDialogButtonBox.ButtonRole.ActionRole)
        copy.setObjectName("aboutCopy")
        copy.setAccessibleName(self.tr("Copy the information"))
        copy.setToolTip(self.tr("Copy the version and the system information for a report"))
        copy.clicked.connect(self.copy_facts)
        buttons.rejected.connect(self.reject)
        return buttons

    @Slot()
    def copy_facts(self) -> None:
        """Copy the version and the system information to the clipboard, as lines of text."""
        lines = [f"digitpad {__version__}", *(f"{name}: {value}" for name, value in self._facts.items())]
        QGuiApplication.clipboard().setText("\n".join(lines))


def system_facts() -> dict[str, str]:
    """Return information about the system, by its names in the page."""
    import numpy as np
    import PySide6

    from digitpad.nn.backend import CPU, select_device
    from digitpad.system_info import blas
    from digitpad.training.settings import default_threads

    device = select_device("auto")
    frozen = QCoreApplication.translate("About", "{version}, in the executable").format(
        version=platform.python_version()
    )
    return {
        QCoreApplication.translate("About", "Device"): "CPU" if device.name == CPU.name else device.name,
        QCoreApplication.translate("About", "Threads"): str(default_threads()),
        QCoreApplication.translate(
            "About", "System"
        ): f"{platform.system()} {platform.release()}, {platform.machine()}",
        "Python": frozen if is_frozen() else platform.python_version(),
        "NumPy": f"{np.__version__}, {blas()}",
        "Qt": f"{qVersion()}, PySide6 {PySide6.__version__}, {QGuiApplication.platformName()}",
        QCoreApplication.translate("About", "Your models and runs"): str(paths.user_data_dir()),
        QCoreApplication.translate("About", "Crash reports"): str(paths.user_log_dir()),
    }


def is_frozen() -> bool:
    """Return whether this is the frozen executable, which contains Python."""
    return bool(getattr(sys, "frozen", False))


def third_party_file() -> Path | None:
    """Return the list of licences next to the executable; None if digitpad was installed in another way."""
    path = Path(sys.executable).resolve().with_name("THIRD-PARTY.md")
    return path if is_frozen() and path.is_file() else None
