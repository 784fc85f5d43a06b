"""Look as it is used: with the mouse and the keyboard, on a dataset whose numbers are known."""

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from digitpad.data.dataset import Dataset
from digitpad.evaluation import evaluate
from digitpad.gui.data.look.arrangement import Order
from digitpad.gui.data.look.details import Facts
from digitpad.gui.data.look.page import LookPage
from digitpad.gui.widgets.theme import Theme
from digitpad.gui.workspace.workspace import Workspace
from digitpad.models.model_file import Model, load_model
from digitpad.reading.recognizer import Recognizer
from tests.gui.controls import check_names, controls_of, tab_order
from tests.gui.data.look.conftest import READ, TRUTH
from tests.gui.evaluation.conftest import save_pixel_model
from tests.gui.measuring import faults
from tests.gui.settling import lay_out

Ready = Callable[[LookPage], None]
LEFT = Qt.MouseButton.LeftButton


def choose(page: LookPage, order: Order) -> None:
    """Choose an order as a user does: in the field, with the keyboard."""
    page.order.setFocus()
    while page.order.chosen != order.value:
        before = page.order.currentIndex()
        wanted = page.order.findData(order.value)
        key = Qt.Key.Key_Down if wanted > before else Qt.Key.Key_Up
        page.order.setCurrentIndex(before + (1 if key is Qt.Key.Key_Down else -1))
    page.order.activated.emit(page.order.currentIndex())


def click_cell(page: LookPage, place: int) -> None:
    QTest.mouseClick(page.grid.viewport(), LEFT, pos=page.grid.image_rect(place).center())


def test_a_dataset_is_shown_with_its_numbers(page: LookPage) -> None:
    assert page.facts.text() == "17 images, 28 × 28, grey"
    assert page.images_card.text.startswith("17 images\n")
    assert page.grid.cells[:, 0].tolist() == list(range(17))
    counts = np.bincount([*TRUTH, 1, 2, 3, 6], minlength=10)
    assert page.classes.counts == {str(label): count for label, count in enumerate(counts.tolist())}
    assert page.filters.split_counts["train"].text() == "13 images"
    assert page.filters.split_counts["test"].text() == "4 images"
    assert not page.filters.origins["writer"].isEnabled()
    assert page.filters.origins["writer"].currentText() == "Not recorded"


def test_the_mean_images_arrive_and_follow_the_splits(page: LookPage, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: page.classes.finished == 10)
    QTest.mouseClick(page.filters.test, LEFT, pos=QPoint(8, page.filters.test.height() // 2))
    assert page.grid.cells[:, 0].tolist() == list(range(13))
    assert page.classes.counts["1"] == 1
    qtbot.waitUntil(lambda: page.classes.finished == 10)


def test_the_selected_image_has_its_true_probabilities(page: LookPage, ready: Ready, model: Path) -> None:
    click_cell(page, 11)
    ready(page)
    images = page.images
    assert images is not None
    np.testing.assert_array_equal(page.details.enlarged.images[0], images.images([11])[0])
    dataset = Dataset.of("one", images.images([11]), images.labels[[11]])
    expected = evaluate(Recognizer(load_model(model)), dataset).probabilities[0]
    np.testing.assert_allclose(page.details.bars.values or (), expected, rtol=1e-6)
    assert page.details.bars.best == "3"
    assert "Training image 11\nLabel: 8" in page.details.text
    assert "Read by first" in page.details.text


def test_long_words_in_the_details_are_wrapped(page: LookPage) -> None:
    path = "/home/" + "folder_with_a_long_name_" * 3
    page.details.show_facts(Facts("Image 0", [("File", path)]))
    page.details.show_reading_state(f"{'x' * 60} is not a class that the model knows.")
    inside = page.details.findChild(QWidget, "lookDetailsInside")
    area = page.details.findChild(QScrollArea, "lookDetailsScroller")
    assert inside is not None
    assert area is not None
    room = area.width() - area.verticalScrollBar().sizeHint().width()
    assert inside.minimumSizeHint().width() <= room
    assert path in page.details.text
    page.details.show_reading("first", ["x" * 60, "y"], np.array([0.25, 0.75], np.float32))
    assert inside.minimumSizeHint().width() <= room


def test_a_click_on_a_class_shows_only_its_images_and_the_next_one_all(page: LookPage) -> None:
    place = page.classes.cell_rect(3).center()
    QTest.mouseClick(page.classes.viewport(), LEFT, pos=place)
    assert page.grid.cells[:, 0].tolist() == [3, 10, 15]
    assert page.filters.label.currentText() == "3"
    QTest.mouseClick(page.classes.viewport(), LEFT, pos=place)
    assert len(page.grid.cells) == 17


def test_classes_can_be_chosen_with_the_keyboard(page: LookPage) -> None:
    page.classes.setFocus()
    for key in (Qt.Key.Key_End, Qt.Key.Key_Left, Qt.Key.Key_Return):
        QTest.keyClick(page.classes, key)
    assert page.filters.filters.label == 8
    assert "8: 2 images; only this class is shown" in page.classes.accessibleDescription()


def test_the_keyboard_goes_through_the_grid(page: LookPage) -> None:
    page.resize(800, 480)
    lay_out()
    page.grid.setFocus()
    columns = page.grid.columns
    places = []
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Up, Qt.Key.Key_End, Qt.Key.Key_Home):
        QTest.keyClick(page.grid, key)
        places.append(page.grid.place)
        assert page.grid.viewport().rect().contains(page.grid.image_rect(page.grid.place))
    assert places == [1, 1 + columns, columns, 0, 16, 0]
    QTest.keyClick(page.grid, Qt.Key.Key_PageDown)
    assert page.grid.place >= columns
    assert page.grid.accessibleDescription().startswith(f"{page.grid.place + 1} of 17: Training image")


def test_the_hardest_images_come_first(page: LookPage, ready: Ready, model: Path) -> None:
    choose(page, Order.HARDEST)
    ready(page)
    images = page.images
    assert images is not None
    dataset = Dataset.of("all", images.images(range(17)), images.labels)
    losses = evaluate(Recognizer(load_model(model)), dataset).losses
    shown = page.grid.cells[:, 0]
    assert sorted(shown.tolist()) == list(range(17))
    np.testing.assert_allclose(losses[shown], np.sort(losses)[::-1], rtol=1e-5)
    assert shown[0] in {11, 12}
    assert f"Loss of the label: {losses[shown[0]]:.4g}" in page.details.text
    assert "reading of first" in page.images_card.text


def test_a_wrong_label_is_suspected_with_its_probability_and_threshold(page: LookPage, ready: Ready) -> None:
    choose(page, Order.MISLABELLED)
    ready(page)
    suspects = page.work.findings.suspects
    assert suspects is not None
    assert 11 in page.grid.cells[:, 0]
    page.grid.select(page.grid.cells[:, 0].tolist().index(11))
    row = suspects.indices.tolist().index(11)
    assert f"first gives {100 * suspects.probabilities[row]:.1f}\N{NO-BREAK SPACE}% to 3;" in page.details.text
    assert f"{100 * suspects.thresholds[3]:.1f}\N{NO-BREAK SPACE}%" in page.details.text
    assert page.images_card.text.startswith(f"{len(suspects)} doubtful label")


def test_near_duplicates_stand_side_by_side_with_their_distance(page: LookPage, ready: Ready) -> None:
    choose(page, Order.DUPLICATES)
    ready(page)
    assert page.grid.cells.shape == (4, 2)
    assert page.grid.cells[0].tolist() == [16, 6]
    assert "Exact copies: 1" in page.images_card.text
    assert len(page.details.enlarged.images) == 2
    assert "Nearest: Training image 6, 6\nDistance: 0.0000" in page.details.text
    images, pairs = page.images, page.work.findings.pairs
    assert images is not None
    assert pairs is not None
    for (query, match), distance in zip(page.grid.cells.tolist(), pairs.distances, strict=True):
        one, other = (images.images([index]).astype(np.float64) / 255 for index in (query, match))
        assert distance == pytest.approx(float(np.sqrt(np.square(one - other).sum())))


def test_enter_opens_the_image_in_draw_with_exactly_its_pixels(
    page: LookPage, workspace: Workspace, ready: Ready, qtbot: QtBot
) -> None:
    click_cell(page, 4)
    ready(page)
    page.grid.setFocus()
    with qtbot.waitSignal(page.tab_wanted) as wanted:
        QTest.keyClick(page.grid, Qt.Key.Key_Return)
    assert wanted.args == ["Draw"]
    picture = workspace.drawing.sketch.page.picture
    images = page.images
    assert picture is not None
    assert images is not None
    np.testing.assert_array_equal(picture.ink, images.images([4])[0, 0].astype(np.float32) / 255)
    assert picture.prepared
    assert picture.name == "small, Training image 4, 4"


def test_a_double_click_opens_it_too(page: LookPage, workspace: Workspace, ready: Ready, qtbot: QtBot) -> None:
    click_cell(page, 2)
    ready(page)
    with qtbot.waitSignal(page.tab_wanted):
        QTest.mouseDClick(page.grid.viewport(), LEFT, pos=page.grid.image_rect(2).center())
    assert workspace.drawing.sketch.page.picture is not None


def test_another_model_answers_at_once(page: LookPage, workspace: Workspace, tmp_path: Path, ready: Ready) -> None:
    choose(page, Order.HARDEST)
    ready(page)
    other = save_pixel_model(tmp_path / "blind.safetensors", blind=5)
    assert workspace.use(other)
    ready(page)
    readings = page.work.findings.readings
    assert readings is not None
    assert readings.model == "blind"
    assert 5 in page.grid.cells[:3, 0]
    assert "reading of blind" in page.images_card.text


def test_without_a_model_the_next_step_is_said(page: LookPage, workspace: Workspace) -> None:
    workspace.use_network(None)
    choose(page, Order.HARDEST)
    assert page.state.text == "No model is in use. Choose one at the top of the window."
    QTest.mouseClick(page.state.button, LEFT)
    assert page.images_card.shows_grid
    assert page.order.chosen == Order.STORED.value


def test_a_dataset_with_classes_that_the_model_does_not_know_is_still_shown(
    page: LookPage, tmp_path: Path, ready: Ready
) -> None:
    table = tmp_path / "letters.csv"
    rows = [",".join([name, *["7"] * 784]) for name in "abab"]
    table.write_text("\n".join([",".join(["label", *(f"p{n}" for n in range(784))]), *rows]) + "\n")
    page.load(str(table))
    ready(page)
    assert page.classes.counts == {"a": 2, "b": 2}
    assert "does not know" in page.details.text
    choose(page, Order.MISLABELLED)
    ready(page)
    assert not page.images_card.shows_grid
    assert "does not know" in page.state.text


def test_filters_that_match_nothing_say_how_to_go_on(page: LookPage) -> None:
    QTest.mouseClick(page.filters.train, LEFT, pos=QPoint(8, page.filters.train.height() // 2))
    page.filters.show_class(9)
    assert page.state.text == "No image matches the filters."
    QTest.mouseClick(page.state.button, LEFT)
    assert page.images_card.shows_grid
    assert len(page.grid.cells) == 17
    assert page.filters.train.isChecked()


def test_what_cannot_be_loaded_says_why_and_can_be_tried_again(
    page: LookPage, tmp_path: Path, data: Path, ready: Ready
) -> None:
    late = tmp_path / "late"
    page.data.open(str(late))
    ready(page)
    assert f"{late} does not exist" in page.state.text
    assert not page.actions_here.export.isEnabled()
    data.rename(late)
    QTest.mouseClick(page.state.button, LEFT)
    ready(page)
    assert len(page.grid.cells) == 17


def test_an_order_chosen_while_a_dataset_is_loaded_is_shown_then(page: LookPage, ready: Ready, data: Path) -> None:
    page.data.open(str(data))
    assert page.work.is_loading
    choose(page, Order.HARDEST)
    ready(page)
    assert page.images_card.shows_grid
    assert "reading of first" in page.images_card.text


def test_the_orders_by_the_model_share_its_readings(
    page: LookPage, ready: Ready, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Order] = []
    analyse = page.work.analyse

    def counted(order: Order, model: Model | None) -> None:
        asked.append(order)
        analyse(order, model)

    monkeypatch.setattr(page.work, "analyse", counted)
    choose(page, Order.HARDEST)
    assert page.work.is_busy
    choose(page, Order.MISLABELLED)
    ready(page)
    assert asked == [Order.HARDEST]
    assert page.images_card.text.startswith("1 doubtful label")


def test_an_analysis_can_be_stopped(page: LookPage) -> None:
    choose(page, Order.DUPLICATES)
    assert page.state.button.text() == "Stop"
    QTest.mouseClick(page.state.button, LEFT)
    assert not page.work.is_busy
    assert page.images_card.shows_grid
    assert page.order.chosen == Order.STORED.value
    assert page.work.findings.pairs is None


def test_the_writers_of_ink_can_be_filtered(page: LookPage, tmp_path: Path, ready: Ready) -> None:
    lines = [
        f'{{"label": {label}, "width": 100, "height": 100, "writer": "{writer}", '
        f'"strokes": [[[10, 10], [50, {20 + 9 * label}]]]}}'
        for label, writer in ((1, "2"), (2, "10"), (1, "10"))
    ]
    ink = tmp_path / "pens.jsonl"
    ink.write_text("\n".join(lines) + "\n")
    page.data.open(str(ink))
    ready(page)
    field = page.filters.origins["writer"]
    assert [field.itemText(row) for row in range(field.count())] == ["All (2)", "2", "10"]
    assert "Image 0\nLabel: 1\nWriter: 2" in page.details.text
    field.setFocus()
    QTest.keyClick(field, Qt.Key.Key_End)
    field.activated.emit(field.currentIndex())
    assert page.grid.cells[:, 0].tolist() == [1, 2]


def test_the_list_is_exported_as_a_table(page: LookPage, tmp_path: Path, ready: Ready, qtbot: QtBot) -> None:
    choose(page, Order.HARDEST)
    ready(page)
    with qtbot.waitSignal(page.message) as told:
        page.exporter.export_to(str(tmp_path / "list"))
    assert told.args is not None
    assert told.args[0].text == f"Exported 17 rows or images to {tmp_path / 'list.csv'}."
    rows = list(csv.DictReader((tmp_path / "list.csv").read_text().splitlines()))
    readings = page.work.findings.readings
    assert readings is not None
    for row, index in zip(rows, page.grid.cells[:, 0].tolist(), strict=True):
        split, inside = ("train", index) if index < 13 else ("test", index - 13)
        assert (row["split"], int(row["image"])) == (split, inside)
        assert row["label"] == str([*TRUTH, 1, 2, 3, 6][index])
        assert row["read_as"] == str([*READ, 1, 2, 3, 6][index])
        assert float(row["loss"]) == pytest.approx(readings.losses[index])


def test_the_images_are_exported_as_a_contact_sheet(page: LookPage, tmp_path: Path, qtbot: QtBot) -> None:
    with qtbot.waitSignal(page.message):
        page.exporter.export_to(str(tmp_path / "sheet.png"))
    sheet = QImage(str(tmp_path / "sheet.png"))
    assert (sheet.width(), sheet.height()) == (17 * 64 + 8, 64 + 8)
    assert sheet.pixelColor(4, 4).name() == "#ffffff"
    # The first pixel of the first image is bright ink, which is dark.
    assert sheet.pixelColor(9, 9).lightness() < 60


def test_a_file_that_cannot_be_written_is_said(page: LookPage, tmp_path: Path, qtbot: QtBot) -> None:
    with qtbot.waitSignal(page.message) as told:
        page.exporter.export_to(str(tmp_path / "missing" / "list.csv"))
    assert told.args is not None
    assert told.args[0].severity == "error"


def test_the_file_dialogs_open(page: LookPage) -> None:
    page.actions_here.export.trigger()
    dialogs = page.findChildren(QFileDialog)
    assert [dialog.objectName() for dialog in dialogs] == ["lookExportDialog"]
    dialogs[0].close()
    row = page.data.count() - 1
    page.data.setCurrentIndex(row)
    page.data.activated.emit(row)
    assert page.findChild(QFileDialog, "lookFileDialog") is not None
    assert page.data.currentText() == "small"
    for dialog in page.findChildren(QFileDialog):
        dialog.close()


def test_every_control_has_its_names_and_its_place_in_the_tab_order(page: LookPage) -> None:
    page.activateWindow()
    controls = controls_of(page)
    check_names(controls)
    reached = tab_order(page.data)
    # Arrow keys go through the buttons of a group, of which Tab reaches the one that is checked.
    expected = {control.objectName() for control in controls if control.isEnabled()} - {"lookSpread"}
    assert expected <= set(reached)


def test_nothing_is_cut(page: LookPage, theme: Theme) -> None:
    found = []
    for scheme in ("light", "dark"):
        theme.choose(scheme)
        for width, height, scale in ((768, 440, 1.0), (1248, 640, 1.0), (1248, 1000, 2.0)):
            theme.set_scale(scale)
            page.resize(width, height)
            lay_out()
            found += [f"{scheme}, {width}x{height}, scale {scale}: {fault}" for fault in faults(page)]
            if page.size() != QSize(width, height):
                found.append(f"{scheme}, scale {scale}: {width}x{height} became {page.size()}")
            theme.set_scale(1.0)
            lay_out()
    assert not found, "\n".join(found)
