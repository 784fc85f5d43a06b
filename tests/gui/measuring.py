"""Which texts of the window are cut off, at the size it has."""

from collections.abc import Iterator

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QAbstractButton, QLabel, QToolButton, QWidget


def cut_texts(root: QWidget) -> Iterator[tuple[QWidget, str]]:
    """Yield each visible label and button that is too small for its text, and that text."""
    for widget in root.findChildren(QWidget):
        if not widget.isVisibleTo(root) or widget.visibleRegion().isEmpty():
            continue
        if (isinstance(widget, QLabel) and widget.text() and not _has_room(widget, _label_size(widget))) or (
            isinstance(widget, QAbstractButton) and _shows_text(widget) and not _has_room(widget, _button_size(widget))
        ):
            yield widget, widget.text()


def _has_room(widget: QWidget, needed: QSize) -> bool:
    return needed.width() <= widget.width() and needed.height() <= widget.height()


def _label_size(label: QLabel) -> QSize:
    if label.wordWrap():
        return QSize(label.minimumSizeHint().width(), label.heightForWidth(label.width()))
    return label.sizeHint()


def _button_size(button: QAbstractButton) -> QSize:
    return button.fontMetrics().size(Qt.TextFlag.TextShowMnemonic, button.text())


def _shows_text(button: QAbstractButton) -> bool:
    if isinstance(button, QToolButton) and button.toolButtonStyle() == Qt.ToolButtonStyle.ToolButtonIconOnly:
        return bool(button.text()) and button.icon().isNull()
    return bool(button.text())
