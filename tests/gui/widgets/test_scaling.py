"""The text size: everything grows with it, and comes back exactly."""

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from digitpad.gui.widgets import scaling
from digitpad.gui.widgets.layouts import add_space
from digitpad.gui.widgets.scaling import SCALES, adopt, px, sizes_itself
from digitpad.gui.widgets.theme import SPACE, Theme, text_font
from tests.gui.settling import lay_out


def _build() -> QWidget:
    page = QWidget()
    column = QVBoxLayout(page)
    column.setContentsMargins(2 * SPACE, SPACE, 2 * SPACE, SPACE)
    column.setSpacing(SPACE)
    title = QLabel("Title", page)
    title.setObjectName("title")
    title.setFont(text_font(page.font(), scale=1.5, bold=True))
    plain = QLabel("Plain", page)
    plain.setObjectName("plain")
    button = QPushButton("Button", page)
    button.setFixedSize(20 * SPACE, 4 * SPACE)
    row = QHBoxLayout()
    row.setSpacing(SPACE // 2)
    row.addWidget(button)
    add_space(row, 3 * SPACE)
    column.addWidget(title)
    column.addWidget(plain)
    column.addLayout(row)
    column.addWidget(QSplitter(page))
    return page


def _measures(page: QWidget) -> list[float]:
    column = page.layout()
    assert isinstance(column, QVBoxLayout)
    margins = column.contentsMargins()
    row = column.itemAt(2)
    assert row is not None
    inner = row.layout()
    assert isinstance(inner, QHBoxLayout)
    spacer = inner.itemAt(1)
    assert spacer is not None
    button, splitter = page.findChild(QPushButton), page.findChild(QSplitter)
    assert button is not None
    assert splitter is not None
    labels = [page.findChild(QLabel, name) for name in ("title", "plain")]
    return [
        margins.left(),
        margins.bottom(),
        column.spacing(),
        inner.spacing(),
        spacer.sizeHint().width(),
        button.minimumWidth(),
        button.maximumHeight(),
        splitter.handleWidth(),
        *(label.font().pointSizeF() for label in labels if label is not None),
    ]


@pytest.fixture
def page(theme: Theme, qtbot: QtBot) -> Iterator[QWidget]:
    page = _build()
    qtbot.addWidget(page)
    page.show()
    yield page
    theme.set_scale(1.0)


def test_text_and_spacing_grow_and_come_back(theme: Theme, page: QWidget, qtbot: QtBot) -> None:
    first = _measures(page)
    with qtbot.waitSignal(theme.changed):
        theme.set_scale(2.0)
    lay_out()
    assert _measures(page) == pytest.approx([2 * value for value in first])
    # Through all sizes, in odd order, and with a switch of the colours: nothing drifts.
    for scale in (1.1, 1.75, 1.25, 2.0, 1.5, 1.1):
        theme.set_scale(scale)
        theme.choose("dark")
        theme.choose("light")
    theme.set_scale(1.0)
    lay_out()
    assert _measures(page) == pytest.approx(first)


def test_what_is_built_later_is_adopted_once(theme: Theme, page: QWidget, qtbot: QtBot) -> None:
    first = _measures(page)
    theme.set_scale(1.5)
    later = _build()
    qtbot.addWidget(later)
    adopt(later)
    adopt(later)
    later.show()
    lay_out()
    assert _measures(later) == pytest.approx(_measures(page))
    theme.set_scale(1.0)
    lay_out()
    assert _measures(later) == pytest.approx(first)


def test_a_size_set_later_grows_from_where_it_is(theme: Theme, page: QWidget) -> None:
    button = page.findChild(QPushButton)
    assert button is not None
    theme.set_scale(1.5)
    button.setFixedWidth(px(100))
    theme.set_scale(2.0)
    assert button.minimumWidth() == 200
    theme.set_scale(1.0)
    assert button.minimumWidth() == 100


def test_what_sizes_itself_is_left_alone(theme: Theme, page: QWidget) -> None:
    button = page.findChild(QPushButton)
    assert button is not None
    sizes_itself(button)
    theme.set_scale(2.0)
    assert button.minimumWidth() == 20 * SPACE


def test_grids_grow(theme: Theme, qtbot: QtBot) -> None:
    page = QWidget()
    qtbot.addWidget(page)
    grid = QGridLayout(page)
    grid.setHorizontalSpacing(SPACE)
    grid.setVerticalSpacing(SPACE // 2)
    theme.set_scale(2.0)
    assert (grid.horizontalSpacing(), grid.verticalSpacing()) == (2 * SPACE, SPACE)
    theme.set_scale(1.0)
    assert (grid.horizontalSpacing(), grid.verticalSpacing()) == (SPACE, SPACE // 2)


def test_a_dialog_grows_no_larger_than_the_screen(theme: Theme, qtbot: QtBot) -> None:
    theme.set_scale(2.0)
    dialog = QDialog()
    qtbot.addWidget(dialog)
    dialog.resize(200, 100)
    adopt(dialog)
    assert (dialog.width(), dialog.height()) == (400, 200)
    large = QDialog()
    qtbot.addWidget(large)
    large.resize(900, 700)
    adopt(large)
    assert large.size() == large.size().boundedTo(large.screen().availableSize())
    theme.set_scale(1.0)


def test_the_style_sheet_grows_but_lines_stay_thin(theme: Theme, qapp: QApplication) -> None:
    before = qapp.styleSheet()
    theme.set_scale(2.0)
    assert "padding: 10px 20px" in qapp.styleSheet()
    assert qapp.styleSheet().count("1px solid") == before.count("1px solid")
    theme.set_scale(1.0)
    assert qapp.styleSheet() == before


def test_steps_go_through_the_sizes(theme: Theme) -> None:
    seen = [theme.scale]
    for _ in range(len(SCALES)):
        theme.step_scale(1)
        seen.append(theme.scale)
    assert seen == [*SCALES, 2.0]
    theme.step_scale(-1)
    assert theme.scale == scaling.scale() == 1.75
    theme.set_scale(1.0)
