"""Fields: named for a screen reader, and telling which limit holds when a number beyond it is typed."""

from functools import partial

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from digitpad.gui.widgets.fields import ComboBox, FloatField, IntField
from digitpad.gui.widgets.theme import Theme


@pytest.fixture
def page(qtbot: QtBot) -> QWidget:
    page = QWidget()
    qtbot.addWidget(page)
    page.resize(300, 200)
    page.show()
    return page


def _placed(field: QWidget) -> None:
    field.setGeometry(20, 20, 100, 32)
    field.show()


def _whole(page: QWidget, least: int = 1, most: int = 28) -> IntField:
    field = IntField("kernel", "Kernel", "The kernel's size", least, most, page)
    _placed(field)
    return field


def _type(field: IntField | FloatField, text: str) -> None:
    field.selectAll()
    QTest.keyClicks(field, text)


@pytest.mark.parametrize(("typed", "said", "taken"), [("99", "at most 28", 28), ("0", "at least 1", 1)])
def test_a_whole_number_beyond_the_range_is_said_at_once_and_the_limit_taken(
    page: QWidget, typed: str, said: str, taken: int
) -> None:
    field = _whole(page)
    values: list[int] = []
    field.valueChanged.connect(values.append)
    field.setValue(5)
    _type(field, typed)
    assert field.range_note == said
    note = page.findChild(QLabel, "kernelNote")
    assert note is not None
    assert note.isVisible()
    assert note.y() >= field.geometry().bottom()
    assert field.accessibleDescription() == said
    assert values == [5]
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert field.value() == values[-1] == taken
    # The note stays visible until something else is typed.
    assert field.range_note == said
    _type(field, "7")
    assert field.range_note == ""
    assert not note.isVisible()


def test_the_arrows_say_where_they_end(page: QWidget) -> None:
    field = _whole(page)
    field.setValue(27)
    QTest.keyClick(field, Qt.Key.Key_Up)
    assert (field.value(), field.range_note) == (28, "")
    QTest.keyClick(field, Qt.Key.Key_Up)
    assert (field.value(), field.range_note) == (28, "at most 28")
    QTest.keyClick(field, Qt.Key.Key_Down)
    assert (field.value(), field.range_note) == (27, "")


def test_thousands_are_read_with_and_without_separators(page: QWidget) -> None:
    field = _whole(page, 0, 60_000)
    for text, value in (("12345", 12_345), ("12,345", 12_345), ("1,2345", 12_345)):
        _type(field, text)
        QTest.keyClick(field, Qt.Key.Key_Return)
        assert field.value() == value
    _type(field, "99999999999999999999")
    assert field.range_note == "at most 60,000"
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert field.value() == 60_000


def test_a_word_for_the_least_number_is_not_a_limit(page: QWidget) -> None:
    field = _whole(page, 0, 10)
    field.setSpecialValueText("never")
    field.setValue(0)
    assert field.text() == "never"
    field.stepBy(-1)
    assert field.range_note == "at least 1"


@pytest.mark.parametrize(("typed", "said", "taken"), [("1.5", "at most 0.95", 0.95), ("-1", "at least 0", 0.0)])
def test_a_real_number_beyond_the_range_is_said_at_once(page: QWidget, typed: str, said: str, taken: float) -> None:
    field = FloatField("share", "Share", "A share", 0.0, 0.95, 0.05, page)
    _placed(field)
    field.setValue(0.5)
    _type(field, typed)
    assert field.range_note == said
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert field.value() == taken


def test_the_note_goes_with_its_field(page: QWidget) -> None:
    field = _whole(page)
    _type(field, "99")
    assert field.range_note
    field.hide()
    assert field.range_note == ""


def test_a_note_where_there_is_no_room_below_stands_above(page: QWidget) -> None:
    field = _whole(page)
    field.move(20, 165)
    _type(field, "99")
    note = page.findChild(QLabel, "kernelNote")
    assert note is not None
    assert page.rect().contains(note.geometry())
    assert note.geometry().bottom() <= field.y()


def test_a_note_hides_no_neighbour(page: QWidget) -> None:
    own, other, beside = QLabel("Kernel size", page), QLabel("Stride of the layer", page), QPushButton("Add", page)
    own.setGeometry(20, 40, 100, 16)
    field = _whole(page)
    field.move(20, 60)
    other.setGeometry(20, 94, 200, 16)
    beside.setGeometry(124, 60, 60, 32)
    for widget in (own, other, beside):
        widget.show()
    _type(field, "99")
    note = page.findChild(QLabel, "kernelNote")
    assert note is not None
    assert not note.geometry().intersects(other.geometry())
    assert not note.geometry().intersects(beside.geometry())
    assert not note.geometry().intersects(field.geometry())
    assert page.rect().contains(note.geometry())


def test_a_note_without_room_is_short_and_lies_over_the_fields_own_name(page: QWidget) -> None:
    field = _whole(page, 1, 4096)
    field.setGeometry(104, 60, 68, 32)
    around = {
        "own": (104, 40, 68, 18), "next": (174, 40, 100, 18), "left": (0, 60, 100, 32), "right": (174, 60, 126, 32),
        "below": (0, 94, 300, 30),
    }  # fmt: skip
    for name, place in around.items():
        button = QPushButton(name, page)
        button.setObjectName(name)
        button.setGeometry(*place)
        button.show()
    _type(field, "9999")
    assert field.range_note == field.accessibleDescription() == "at most 4,096"
    note = page.findChild(QLabel, "kernelNote")
    assert note is not None
    assert note.text() == "≤ 4,096"
    for name in ("next", "left", "right", "below"):
        other = page.findChild(QPushButton, name)
        assert other is not None
        assert not note.geometry().intersects(other.geometry()), name


def test_a_note_takes_the_free_room_beside_a_short_label_below(page: QWidget) -> None:
    field = _whole(page)
    field.resize(200, 32)
    short = QLabel("Pad", page)
    short.setGeometry(20, 54, 200, 16)
    short.show()
    _type(field, "99")
    note = page.findChild(QLabel, "kernelNote")
    assert note is not None
    assert note.y() > field.geometry().bottom()
    assert note.x() > short.x() + short.fontMetrics().horizontalAdvance("Pad")


def test_a_combo_box_is_called_by_its_name_and_not_by_its_value(page: QWidget, theme: Theme) -> None:
    box = ComboBox(theme, "optimizer", "Optimizer", "How gradients become steps", page)
    box.offer({"adam": "Adam", "sgd": "SGD"})
    heard = QAccessible.queryAccessibleInterface(box)
    assert heard.text(QAccessible.Text.Name) == "Optimizer"
    assert heard.text(QAccessible.Text.Value) == "Adam"
    assert heard.role() == QAccessible.Role.ComboBox


@pytest.mark.parametrize(("prefix", "suffix"), [("pool1 map ", ""), ("", " mm")])
def test_a_number_typed_beside_a_unit_is_taken(page: QWidget, prefix: str, suffix: str) -> None:
    field = _whole(page)
    field.setPrefix(prefix)
    field.setSuffix(suffix)
    field.setValue(5)
    _type(field, "12")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert field.value() == 12
    _type(field, "99")
    assert field.range_note == "at most 28"
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert (field.value(), field.text()) == (28, f"{prefix}28{suffix}")


def test_a_real_number_typed_beside_a_unit_is_taken(page: QWidget) -> None:
    field = FloatField("width", "Width", "The width", 0, 10, parent=page)
    _placed(field)
    field.setSuffix(" cm")
    field.setValue(5)
    _type(field, "2.5")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert field.value() == 2.5


def test_a_field_keeps_its_look_in_other_colours_and_sizes(page: QWidget, theme: Theme) -> None:
    field = IntField("kernel", "Kernel", "Kernel size", 1, 28, page)
    field.show()
    for change in (partial(theme.choose, "dark"), partial(theme.set_scale, 1.5), partial(theme.choose, "light")):
        change()
        image = field.grab().toImage()
        middle = image.height() // 2
        assert image.pixelColor(0, middle) == theme.colour("line")
        assert image.pixelColor(image.width() - 3, middle) == theme.colour("field")
    theme.set_scale(1.0)
