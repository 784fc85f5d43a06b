"""The text size: how much larger than designed everything in the window is.

Constructors write sizes in pixels at 100 %, and `adopt` multiplies them: minimum and maximum sizes, margins, spacing,
columns of tables, and fonts that have a size of their own. When the text size changes, `set_scale` does the same for
every widget there is. Code that runs later (painting, size hints, resizing) asks `px` for pixels at the current size;
a constructor that measures text asks `unscaled`.

There is one text size per process, as there is one application font and one style sheet, which it is made of.
"""

from collections.abc import Callable, Iterator
from functools import partial

from PySide6.QtCore import QObject, QSize, Qt
from PySide6.QtGui import QFontInfo
from PySide6.QtWidgets import (
    QApplication,
    QBoxLayout,
    QDialog,
    QFormLayout,
    QGridLayout,
    QHeaderView,
    QLayout,
    QLineEdit,
    QMainWindow,
    QSplitter,
    QTableView,
    QWidget,
)

from digitpad.gui.widgets.layouts import inner_layouts, length_of, resize_space, spaces

SCALES = (1.0, 1.1, 1.25, 1.5, 1.75, 2.0)
_MEMORY = "sizesAtFullScale"  # property of what was scaled: name -> [size at 100 %, size that was set]
_OWN_SIZE = "sizesItself"  # property of widgets whose limits are set by code that calls `px`
_FONT = "fontSizeAtFullScale"  # property of widgets whose font has a size of its own, in points
_UNLIMITED = 16777215  # Qt's QWIDGETSIZE_MAX: no maximum
_SIZE_RESOLVED = 0x0002  # of QFont.resolveMask: the font has a size of its own

_Metric = tuple[str, float, Callable[[int], object]]


class _TextSize:
    """The scale in force, and the size of the application's font at 100 %."""

    scale = 1.0
    font_size: float | None = None


def scale() -> float:
    """Return the scale in force, from 1 (as designed) to 2."""
    return _TextSize.scale


def px(pixels: float) -> int:
    """Return a length at the current text size.

    Parameters
    ----------
    pixels
        The length at 100 %, in logical pixels.
    """
    return round(pixels * _TextSize.scale)


def unscaled(pixels: float) -> int:
    """Return a length at 100 %, for constructors: one that comes from a font, which has the current text size.

    Parameters
    ----------
    pixels
        The length at the current text size, in logical pixels.
    """
    return round(pixels / _TextSize.scale)


def sizes_itself(widget: QWidget) -> None:
    """Mark a widget whose minimum and maximum size are set with `px` already; `adopt` leaves them alone."""
    widget.setProperty(_OWN_SIZE, True)


def adopt(root: QWidget) -> None:
    """Give a widget, just built, and everything in it the current text size; doing it twice changes nothing.

    Parameters
    ----------
    root
        The widget. A dialog that has been given a size is resized, too, as far as the screen has room.
    """
    if _TextSize.scale == 1.0:
        return
    fresh = isinstance(root, QDialog) and root.property(_MEMORY) is None
    _rescale_tree(root, _TextSize.scale)
    if fresh and root.testAttribute(Qt.WidgetAttribute.WA_Resized):
        _fit(root, QSize(px(root.width()), px(root.height())))


def set_scale(new: float, restyle: Callable[[], object]) -> None:
    """Change the text size of the whole application.

    Parameters
    ----------
    new
        One of `SCALES`.
    restyle
        Sets the application's style sheet for the new text size.
    """
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        return
    font = app.font()
    if _TextSize.font_size is None:
        _TextSize.font_size = QFontInfo(font).pointSizeF()
    old, _TextSize.scale = _TextSize.scale, new
    font.setPointSizeF(_TextSize.font_size * new)
    if font.pointSizeF() != app.font().pointSizeF():
        app.setFont(font)
    restyle()
    if new == old:
        return
    for window in app.topLevelWidgets():
        if window.windowType() != Qt.WindowType.Popup:
            _rescale_tree(window, old)
        if isinstance(window, QDialog):
            _fit(window, QSize(round(window.width() * new / old), round(window.height() * new / old)))


def restore_fonts() -> None:
    """Give widgets the fonts again that a new style sheet has set back to those they were first shown with."""
    app = QApplication.instance()
    if isinstance(app, QApplication):
        for widget in app.allWidgets():
            if widget.property(_FONT) is not None:
                _rescale_font(widget, _TextSize.scale)


def _fit(dialog: QWidget, size: QSize) -> None:
    """Resize a dialog, but keep it on its screen."""
    dialog.resize(size.boundedTo(dialog.screen().availableSize()))


def _rescale_tree(root: QWidget, old: float) -> None:
    for widget in (root, *root.findChildren(QWidget)):
        _rescale(widget, _metrics_of_widget(widget), old)
        _rescale_font(widget, old)
        layout = widget.layout()
        if layout is not None:
            for part in (layout, *inner_layouts(layout)):
                _rescale(part, _metrics_of_layout(part), old)
        widget.updateGeometry()


def _rescale(thing: QObject, metrics: Iterator[_Metric], old: float) -> None:
    known = thing.property(_MEMORY)
    memory: dict[str, list[float]] = known if isinstance(known, dict) else {}
    first = known is None
    for name, current, put in list(metrics):
        base, applied = memory.get(name, (0.0, None))
        if current != applied:
            # Sizes from a constructor are at 100 %; what was set later was set at the old text size.
            base = current if first else current / old
        value = round(base * _TextSize.scale)
        memory[name] = [base, value]
        if value != current:
            put(value)
    thing.setProperty(_MEMORY, memory)


def _rescale_font(widget: QWidget, old: float) -> None:
    font = widget.font()
    if not widget.testAttribute(Qt.WidgetAttribute.WA_SetFont) or not font.resolveMask() & _SIZE_RESOLVED:
        return
    # Fonts are made from the application's font, which has the text size already: they change by the ratio.
    base = widget.property(_FONT)
    if not isinstance(base, float):
        base = font.pointSizeF() / old
        widget.setProperty(_FONT, base)
    if abs(base * _TextSize.scale - font.pointSizeF()) > 0.01:
        font.setPointSizeF(base * _TextSize.scale)
        widget.setFont(font)


def _metrics_of_widget(widget: QWidget) -> Iterator[_Metric]:
    if not isinstance(widget, QMainWindow) and not widget.property(_OWN_SIZE):
        # The limit that grows is moved first: Qt raises the other one where they would cross.
        limits: list[_Metric] = [
            ("maximum width", widget.maximumWidth(), widget.setMaximumWidth),
            ("maximum height", widget.maximumHeight(), widget.setMaximumHeight),
            ("minimum width", widget.minimumWidth(), widget.setMinimumWidth),
            ("minimum height", widget.minimumHeight(), widget.setMinimumHeight),
        ]
        yield from (limit for limit in limits if 1 < limit[1] < _UNLIMITED)
    if isinstance(widget, QSplitter):
        yield "handle", widget.handleWidth(), widget.setHandleWidth
    elif isinstance(widget, QLineEdit):
        margins = widget.textMargins()
        yield "left", margins.left(), lambda n: widget.setTextMargins(n, 0, widget.textMargins().right(), 0)
        yield "right", margins.right(), lambda n: widget.setTextMargins(widget.textMargins().left(), 0, n, 0)
    elif isinstance(widget, QTableView):
        yield from _metrics_of_header(widget.verticalHeader())
        yield from _metrics_of_columns(widget)


def _metrics_of_header(header: QHeaderView) -> Iterator[_Metric]:
    if header.minimumSectionSize() <= header.defaultSectionSize():
        yield "section", header.defaultSectionSize(), header.setDefaultSectionSize


def _metrics_of_columns(table: QTableView) -> Iterator[_Metric]:
    header = table.horizontalHeader()
    last = header.count() - 1
    for column in range(header.count()):
        stretched = header.stretchLastSection() and column == last
        if header.sectionResizeMode(column) == QHeaderView.ResizeMode.Interactive and not stretched:
            yield f"column {column}", header.sectionSize(column), _column_setter(table, column)


def _column_setter(table: QTableView, column: int) -> Callable[[int], object]:
    return lambda width: table.setColumnWidth(column, width)


def _metrics_of_layout(layout: QLayout) -> Iterator[_Metric]:
    margins = layout.contentsMargins()
    for side in ("left", "top", "right", "bottom"):
        value = getattr(margins, side)()
        if value:
            yield side, value, _margin_setter(layout, side)
    if isinstance(layout, QBoxLayout):
        if layout.spacing() > 0:
            yield "spacing", layout.spacing(), layout.setSpacing
        yield from _metrics_of_spaces(layout)
    elif isinstance(layout, QGridLayout | QFormLayout):
        yield "across", layout.horizontalSpacing(), layout.setHorizontalSpacing
        yield "down", layout.verticalSpacing(), layout.setVerticalSpacing
    elif layout.spacing() > 0:
        yield "spacing", layout.spacing(), layout.setSpacing


def _metrics_of_spaces(layout: QBoxLayout) -> Iterator[_Metric]:
    for number, space in enumerate(spaces(layout)):
        yield f"space {number}", length_of(layout, space), partial(resize_space, layout, space)


def _margin_setter(layout: QLayout, side: str) -> Callable[[int], object]:
    def put(length: int) -> None:
        margins = layout.contentsMargins()
        getattr(margins, f"set{side.title()}")(length)
        layout.setContentsMargins(margins)

    return put
