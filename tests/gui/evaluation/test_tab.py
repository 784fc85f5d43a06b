"""Evaluating in the window, and exploring the results, through the widgets."""

import csv
import errno
import json
import os
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QFileDialog,
    QLabel,
    QMenu,
    QTableWidget,
    QToolButton,
)
from pytestqt.qtbot import QtBot

from digitpad.data.idx import write_idx
from digitpad.data.sources import open_dataset
from digitpad.evaluation import Disturbance, evaluate
from digitpad.evaluation.robustness import disturb
from digitpad.gui.evaluation.tab import EvaluationTab
from digitpad.gui.evaluation.views import VIEWS
from digitpad.gui.shell.main_window import MainWindow
from digitpad.gui.widgets.theme import Theme, fixed_font
from digitpad.gui.workers.generator import GeneratorWorker
from digitpad.gui.workspace.model_data import Data
from digitpad.models.model_file import load_model
from digitpad.reading.recognizer import Recognizer
from tests.copying.programs import run
from tests.gui.controls import check_names, check_room, controls_of, tab_order
from tests.gui.copied import copied
from tests.gui.evaluation.conftest import images_read_as, pixels_of, write_test_set
from tests.gui.settling import lay_out, settle

_LEFT = Qt.MouseButton.LeftButton


def _measure(tab: EvaluationTab, data: Path, qtbot: QtBot) -> None:
    tab.setup.add_data(str(data))
    button = tab.findChild(QToolButton, "evaluateButton")
    assert button is not None
    with qtbot.waitSignal(tab.finished, timeout=20_000):
        QTest.mouseClick(button, _LEFT)


def _click_cell(tab: EvaluationTab, row: int, column: int) -> None:
    matrix = tab.results.matrix
    QTest.mouseClick(matrix, _LEFT, pos=matrix.cell_rect(row, column).center().toPoint())


def _press(tab: EvaluationTab, name: str) -> None:
    button = tab.findChild(QAbstractButton, name)
    assert button is not None
    assert button.isEnabled()
    QTest.mouseClick(button, _LEFT)


def _shown(tab: EvaluationTab) -> list[int]:
    return [int(index) for index in tab.results.gallery.indices]


def test_before_anything_is_measured_one_is_told_what_to_do(tab: EvaluationTab) -> None:
    label = tab.findChild(QLabel, "evaluationInvitation")
    assert label is not None
    assert label.isVisible()
    assert "press Evaluate" in label.text()
    assert not tab.robustness.isEnabled()
    assert not tab.export.isEnabled()
    assert tab.figures.texts[0][1:] == ["–"] * 5


def test_the_figures_are_those_of_the_library(tab: EvaluationTab, data: Path, first_model: Path, qtbot: QtBot) -> None:
    _measure(tab, data, qtbot)
    expected = evaluate(Recognizer(load_model(first_model)), open_dataset(data, "test"))
    assert expected.accuracy == 9 / 12
    low, high = expected.interval
    (row,) = tab.figures.texts
    assert row == [
        "first",
        "75.00\N{NO-BREAK SPACE}%",
        f"{100 * low:.2f} – {100 * high:.2f}\N{NO-BREAK SPACE}%",
        f"{expected.loss:.4f}",
        f"{100 * expected.calibration.error:.2f}\N{NO-BREAK SPACE}%",
        "3",
    ]
    about = tab.findChild(QLabel, "figuresAbout")
    assert about is not None
    assert about.text() == "12 images of twelve"
    # The worst mistakes come first: the brightest.
    assert _shown(tab) == [7, 10, 6]
    assert tab.results.gallery_title == "Worst mistakes first"
    classes = tab.results.classes
    nine = classes.names().index("9")
    cells = [classes.item(nine, column) for column in range(1, 5)]
    assert [cell.text() if cell is not None else None for cell in cells] == [
        "1",
        "100.00\N{NO-BREAK SPACE}%",
        "33.33\N{NO-BREAK SPACE}%",
        "50.00\N{NO-BREAK SPACE}%",
    ]


def test_a_cell_shows_its_images_by_mouse_and_by_keyboard(tab: EvaluationTab, data: Path, qtbot: QtBot) -> None:
    _measure(tab, data, qtbot)
    _click_cell(tab, 4, 9)
    assert _shown(tab) == [7, 6]
    assert tab.results.gallery_title == "4, read as 9"
    matrix = tab.results.matrix
    assert "4 read as 9: 2 of 3" in matrix.accessibleDescription()
    matrix.setFocus()
    QTest.keyClick(matrix, Qt.Key.Key_Up)
    assert matrix.chosen == (3, 9)
    assert _shown(tab) == []
    QTest.keyClick(matrix, Qt.Key.Key_Right)
    assert matrix.chosen == (3, 9)
    for _ in range(6):
        QTest.keyClick(matrix, Qt.Key.Key_Left)
    assert matrix.chosen == (3, 3)
    assert _shown(tab) == [3, 4]
    # Beside the cells there is nothing to choose.
    QTest.mouseClick(matrix, _LEFT, pos=QPoint(1, 1))
    assert matrix.chosen == (3, 3)
    QTest.keyClick(tab, Qt.Key.Key_M, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert _shown(tab) == [7, 10, 6]
    assert matrix.chosen is None


def test_a_click_on_an_image_opens_these_very_pixels_in_draw(
    evaluation_window: MainWindow, tab: EvaluationTab, data: Path, qtbot: QtBot
) -> None:
    _measure(tab, data, qtbot)
    gallery = tab.results.gallery
    QTest.mouseClick(gallery.viewport(), _LEFT, pos=gallery.image_rect(1).center())
    draw = evaluation_window.draw_tab
    assert draw.isVisible()
    settle(tab)
    images = open_dataset(data, "test").images
    assert draw.received.image is not None
    # They lie in a corner: a picture from anywhere else would have been cropped and centred.
    assert np.array_equal(draw.received.image, images[10, 0])
    measured = tab.results.measured
    assert measured is not None
    assert draw.bars.values == pytest.approx(measured.evaluations[0].probabilities[10].tolist(), abs=1e-6)
    assert draw.answer.digit == "7"
    assert draw.undo.isEnabled()
    assert "twelve 10" in draw.undo.toolTip()


def test_the_keyboard_goes_through_the_images_and_opens_one(
    evaluation_window: MainWindow, tab: EvaluationTab, data: Path, qtbot: QtBot
) -> None:
    _measure(tab, data, qtbot)
    gallery = tab.results.gallery
    gallery.setFocus()
    QTest.keyClick(gallery, Qt.Key.Key_End)
    assert gallery.place == 2
    assert "3 of 3" in gallery.accessibleDescription()
    assert "4, read as 9" in gallery.accessibleDescription()
    QTest.keyClick(gallery, Qt.Key.Key_Left)
    QTest.keyClick(gallery, Qt.Key.Key_Return)
    assert evaluation_window.draw_tab.isVisible()
    settle(tab)
    assert evaluation_window.draw_tab.answer.digit == "7"


def test_a_long_gallery_scrolls_with_the_marked_image(tab: EvaluationTab, tmp_path: Path, qtbot: QtBot) -> None:
    many = write_test_set(tmp_path / "many", images_read_as([1] * 300), [1] * 150 + [2] * 150)
    _measure(tab, many, qtbot)
    gallery = tab.results.gallery
    gallery.setFocus()
    assert len(_shown(tab)) == 150
    for key in (Qt.Key.Key_End, Qt.Key.Key_Home, Qt.Key.Key_PageDown, Qt.Key.Key_Down, Qt.Key.Key_Up):
        QTest.keyClick(gallery, key)
        area = gallery.image_rect(gallery.place)
        assert gallery.viewport().rect().contains(area)
        gallery.grab()


def test_two_models_side_by_side(
    evaluation_window: MainWindow, tab: EvaluationTab, data: Path, second_model: Path, qtbot: QtBot
) -> None:
    tab.setup.add_model(second_model, "other")
    _measure(tab, data, qtbot)
    assert [row[:2] for row in tab.figures.texts] == [
        ["first", "75.00\N{NO-BREAK SPACE}%"],
        ["second", "58.33\N{NO-BREAK SPACE}%"],
    ]
    QTest.keyClick(tab, Qt.Key.Key_6, Qt.KeyboardModifier.AltModifier)
    assert tab.results.view == "Compare"
    assert "not significant" in tab.results.comparison.verdict.text()
    _press(tab, "compareOnlyFirst")
    assert _shown(tab) == [3, 4]
    _press(tab, "compareBoth")
    assert _shown(tab) == [0, 1, 2, 5, 8, 9, 11]
    _press(tab, "compareNeither")
    assert _shown(tab) == [6, 7, 10]
    only_second = tab.findChild(QToolButton, "compareOnlySecond")
    assert only_second is not None
    assert (only_second.text(), only_second.isEnabled()) == ("0", False)
    _press(tab, "showModel2")
    assert tab.results.gallery_title == "Worst mistakes first"
    assert set(_shown(tab)) == {3, 4, 6, 7, 10}
    # Its images are opened with the model that read them so.
    place = _shown(tab).index(3)
    gallery = tab.results.gallery
    QTest.mouseClick(gallery.viewport(), _LEFT, pos=gallery.image_rect(place).center())
    settle(tab)
    assert evaluation_window.model is not None
    assert evaluation_window.model.path == second_model
    assert evaluation_window.messages.message is not None
    assert "Now using second" in evaluation_window.messages.message.text
    measured = tab.results.measured
    assert measured is not None
    assert evaluation_window.draw_tab.bars.values == pytest.approx(
        measured.evaluations[1].probabilities[3].tolist(), abs=1e-6
    )


def test_a_class_and_a_bar_of_the_reliability_diagram_show_their_images(
    tab: EvaluationTab, data: Path, qtbot: QtBot
) -> None:
    _measure(tab, data, qtbot)
    tab.views[VIEWS.index("Classes")].trigger()
    classes = tab.results.classes
    classes.selectRow(classes.names().index("7"))
    assert _shown(tab) == [10]
    assert tab.results.gallery_title == "Mistakes with 7"
    tab.views[VIEWS.index("Calibration")].trigger()
    chart = tab.results.reliability
    chart.setFocus()
    QTest.keyClick(chart, Qt.Key.Key_Left)
    measured = tab.results.measured
    assert measured is not None
    result = measured.evaluations[0]
    last = [number for number, b in enumerate(result.calibration.bins) if b.count][-1]
    low, high = result.calibration.bins[last].low, result.calibration.bins[last].high
    inside = np.flatnonzero((result.confidences > low) & (result.confidences <= high))
    assert sorted(_shown(tab)) == inside.tolist()
    assert f"{len(inside)} readings" in chart.accessibleDescription()
    QTest.keyClick(chart, Qt.Key.Key_Left)
    QTest.mouseClick(chart.view.viewport(), _LEFT, pos=chart.view.viewport().rect().center())


def test_robustness_is_measured_point_by_point_and_shows_the_changed_images(
    evaluation_window: MainWindow, tab: EvaluationTab, data: Path, qtbot: QtBot
) -> None:
    _measure(tab, data, qtbot)
    tab.views[VIEWS.index("Robustness")].trigger()
    with qtbot.waitSignal(tab.finished, timeout=20_000):
        _press(tab, "measureRobustnessButton")
    (points,) = tab.results.robustness.curves
    assert [point.disturbance for point in points] == [d for d in Disturbance for _ in d.amounts]
    assert {point.right for point in points if point.amount == point.disturbance.untouched} == {9}
    chart = tab.results.robustness.charts[0]
    assert chart.disturbance is Disturbance.SHIFT
    chart.setFocus()
    QTest.keyClick(chart, Qt.Key.Key_Right)
    assert tab.results.gallery_title == "Shifted by 1 px"
    assert "1 px" in chart.accessibleDescription()
    moved = disturb(open_dataset(data, "test").pixels, Disturbance.SHIFT, 1.0)
    assert np.array_equal(pixels_of(tab.results.gallery, 5), moved[5, 0])
    QTest.keyClick(tab.results.gallery, Qt.Key.Key_Return)
    settle(tab)
    received = evaluation_window.draw_tab.received.image
    assert received is not None
    assert np.array_equal(received, moved[0, 0])


def test_ink_shows_its_writers_the_worst_first(tab: EvaluationTab, tmp_path: Path, qtbot: QtBot) -> None:
    stroke = [[[10, 10], [60, 12], [30, 90]]]
    lines = [{"label": 7, "writer": number % 3, "source": "desk", "strokes": stroke} for number in range(9)]
    ink = tmp_path / "hands.jsonl"
    ink.write_text("".join(json.dumps(line) + "\n" for line in lines))
    _measure(tab, ink, qtbot)
    tab.views[VIEWS.index("Origins")].trigger()
    assert tab.results.origins.table.names() == ["0", "1", "2"]
    assert "desk" in tab.results.origins.words.text()
    tab.results.origins.table.selectRow(1)
    measured = tab.results.measured
    assert measured is not None
    wrong = set(measured.evaluations[0].mistakes().tolist())
    assert set(_shown(tab)) == wrong & {1, 4, 7}
    # One class alone is worth a word.
    assert "one class, 7" in tab.setup.status.text()


def test_it_can_be_stopped_and_what_was_there_stays(
    tab: EvaluationTab, data: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    _measure(tab, data, qtbot)
    before = tab.results.measured
    many = write_test_set(tmp_path / "many", images_read_as([1] * 4000), [1] * 4000)
    tab.setup.add_data(str(many))
    with qtbot.waitSignal(tab.finished, timeout=20_000):
        tab.start.trigger()
        assert tab.start.text() == "Stop"
        assert not tab.export.isEnabled()
        tab.start.trigger()
    assert "Stopped" in tab.setup.status.text()
    assert tab.results.measured is before
    assert tab.start.text() == "Evaluate"
    assert tab.export.isEnabled()
    assert not tab.setup.bar.isVisible()


def test_closing_the_window_in_the_middle_waits_for_the_thread(
    evaluation_window: MainWindow, tab: EvaluationTab, tmp_path: Path
) -> None:
    many = write_test_set(tmp_path / "many", images_read_as([1] * 4000), [1] * 4000)
    tab.setup.add_data(str(many))
    tab.start.trigger()
    assert tab.is_running
    evaluation_window.close()
    thread = tab.findChild(GeneratorWorker, "evaluationThread")
    assert thread is not None
    assert thread.isFinished()


def _three_channels(folder: Path) -> Path:
    folder.mkdir()
    write_idx(folder / "t10k-images-idx3-ubyte", np.zeros((5, 3, 28, 28), np.uint8))
    write_idx(folder / "t10k-labels-idx1-ubyte", np.zeros(5, np.uint8))
    return folder


def _small(folder: Path) -> Path:
    return write_test_set(folder, np.zeros((5, 20, 20), np.uint8), [0] * 5)


def _broken_picture(folder: Path) -> Path:
    (folder / "3").mkdir(parents=True)
    PIL.Image.new("L", (28, 28), 255).save(folder / "3" / "good.png")
    (folder / "3" / "bad.png").write_bytes((folder / "3" / "good.png").read_bytes()[:40])
    return folder


def _letters(folder: Path) -> Path:
    (folder / "q").mkdir(parents=True)
    PIL.Image.new("L", (28, 28), 255).save(folder / "q" / "one.png")
    return folder


def _empty(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _cut_short(folder: Path) -> Path:
    write_test_set(folder, images_read_as([1, 2, 3]), [1, 2, 3])
    file = folder / "t10k-images-idx3-ubyte"
    file.write_bytes(file.read_bytes()[:-100])
    return folder


def _not_ink(path: Path) -> Path:
    path = path.with_suffix(".jsonl")
    path.write_text('{"strokes": "none"}\n')
    return path


def _nowhere(path: Path) -> Path:
    return path


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (_three_channels, "3x28x28"),
        (_small, "1x20x20"),
        (_broken_picture, "bad.png"),
        (_letters, "'q'"),
        (_empty, "neither"),
        (_cut_short, "t10k-images"),
        (_not_ink, "line 1"),
        (_nowhere, "does not exist"),
    ],
)
def test_bad_data_is_said_in_the_tab_and_the_rest_works_on(
    tab: EvaluationTab, data: Path, tmp_path: Path, qtbot: QtBot, make: object, words: str
) -> None:
    assert callable(make)
    _measure(tab, make(tmp_path / "bad"), qtbot)
    status = tab.setup.status
    assert words in status.text()
    assert status.property("trouble") == "true"
    assert tab.results.measured is None
    _measure(tab, data, qtbot)
    assert status.text() == ""
    assert tab.results.measured is not None


def test_a_bad_model_is_said_in_the_tab(tab: EvaluationTab, data: Path, tmp_path: Path, qtbot: QtBot) -> None:
    bad = tmp_path / "bad.safetensors"
    bad.write_bytes(b"nothing of the kind")
    tab.setup.add_model(bad, "other")
    _measure(tab, data, qtbot)
    assert "bad.safetensors" in tab.setup.status.text()


def test_images_held_out_in_training_are_not_guessed(tab: EvaluationTab, qtbot: QtBot) -> None:
    tab.setup.data.choose("validation:mnist")
    tab.setup.data.activated.emit(tab.setup.data.currentIndex())
    with qtbot.waitSignal(tab.finished, timeout=60_000):
        tab.start.trigger()
    assert "does not record which images" in tab.setup.status.text()


def test_data_and_models_are_chosen_in_dialogs(
    evaluation_window: MainWindow, tab: EvaluationTab, data: Path, second_model: Path
) -> None:
    for field, entry, name, path in (
        (tab.setup.data, "folder:", "evaluateFolderDialog", data),
        (tab.setup.data, "file:", "evaluateFileDialog", data.with_suffix(".jsonl")),
        (tab.setup.other, "browse:", "evaluateModelDialog", second_model),
    ):
        before = field.chosen
        field.choose(entry)
        field.activated.emit(field.currentIndex())
        assert field.chosen == before
        dialog = evaluation_window.findChild(QFileDialog, name)
        assert dialog is not None
        dialog.fileSelected.emit(str(path))
        dialog.close()
        assert field.currentText() in {path.name, path.stem}
    assert tab.setup.chosen_data.source == str(data.with_suffix(".jsonl"))
    assert [path.stem for path in tab.setup.models] == ["first", "second"]


def test_everything_is_exported_and_nothing_replaced(
    evaluation_window: MainWindow, tab: EvaluationTab, data: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    _measure(tab, data, qtbot)
    with qtbot.waitSignal(tab.finished, timeout=20_000):
        tab.robustness.trigger()
    out = tmp_path / "out"
    out.mkdir()
    _press(tab, "exportEvaluationButton")
    dialog = evaluation_window.findChild(QFileDialog, "exportEvaluationDialog")
    assert dialog is not None
    with qtbot.waitSignal(tab.finished, timeout=20_000):
        dialog.fileSelected.emit(str(out))
    dialog.close()
    folder = out / "first on twelve"
    assert {path.name for path in folder.iterdir()} == {
        *(f"{table} first.csv" for table in ("images", "classes", "reliability")),
        "robustness.csv",
        *(
            f"{name}.{kind}"
            for name in ("confusion first", "reliability first", "robustness")
            for kind in ("png", "svg")
        ),
    }
    with (folder / "images first.csv").open(encoding="utf-8") as file:
        assert sum(int(row["correct"]) for row in csv.DictReader(file)) == 9
    with (folder / "robustness.csv").open(encoding="utf-8") as file:
        assert len(list(csv.DictReader(file))) == sum(len(d.amounts) for d in Disturbance)
    with PIL.Image.open(folder / "confusion first.png") as image:
        assert image.size == (1440, 1360)
        assert len(image.convert("RGB").getcolors(maxcolors=1 << 20) or ()) > 10
    assert b"<svg" in (folder / "reliability first.svg").read_bytes()[:400]
    with qtbot.waitSignal(tab.finished, timeout=20_000):
        tab.export_to(str(out))
    assert (out / "first on twelve 2").is_dir()
    assert evaluation_window.messages.message is not None
    assert "Exported " in evaluation_window.messages.message.text


def test_a_full_disk_is_said(
    tab: EvaluationTab, data: Path, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    _measure(tab, data, qtbot)

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with qtbot.waitSignal(tab.finished, timeout=20_000):
        tab.export_to(str(tmp_path))
    assert "No space left" in tab.setup.status.text()
    with qtbot.waitSignal(tab.finished, timeout=20_000):
        tab.export_to(str(tmp_path / "nowhere"))
    assert "could not be created" in tab.setup.status.text()


def test_words_explain_cells_and_images_under_the_pointer(tab: EvaluationTab, data: Path, qtbot: QtBot) -> None:
    _measure(tab, data, qtbot)
    _click_cell(tab, 4, 9)
    matrix = tab.results.matrix
    assert "67" not in matrix.toolTip()
    assert matrix.accessibleDescription().startswith("4 read as 9: 2 of 3 (66.7")


@pytest.mark.parametrize("size", [(1024, 640), (1280, 800)])
def test_nothing_is_cut_off_in_any_view(
    evaluation_window: MainWindow,
    tab: EvaluationTab,
    data: Path,
    second_model: Path,
    theme: Theme,
    qtbot: QtBot,
    size: tuple[int, int],
) -> None:
    evaluation_window.resize(*size)
    tab.setup.add_model(second_model, "other")
    _measure(tab, data, qtbot)
    for scheme in ("light", "dark"):
        theme.choose(scheme)
        for action in tab.views:
            action.trigger()
            lay_out()
            assert (evaluation_window.width(), evaluation_window.height()) == size
            _check_room(tab)
            evaluation_window.grab()


def _check_room(tab: EvaluationTab) -> None:
    check_room(controls_of(tab), tab)
    for label in tab.findChildren(QLabel):
        if label.isVisible() and label.text() and label.objectName() != "figuresAbout":
            assert label.width() >= label.minimumSizeHint().width(), label.text()
            assert label.height() >= label.heightForWidth(label.width()), label.text()
    for table in tab.findChildren(QTableWidget):
        if table.isVisible():
            # Every figure is in view, and with it its title.
            assert table.horizontalHeader().length() <= table.viewport().width(), table.objectName()
            figure = QFontMetrics(fixed_font(table.font(), scale=0.95)).horizontalAdvance("99.49\N{NO-BREAK SPACE}%")
            assert all(table.columnWidth(column) >= figure + 18 for column in range(2, table.columnCount()))
    assert not [menu for menu in tab.findChildren(QMenu) if menu.isVisible()]


def test_every_control_has_a_name_a_spoken_name_a_tooltip_and_a_place_in_the_tab_order(
    tab: EvaluationTab, data: Path, second_model: Path, qtbot: QtBot
) -> None:
    tab.setup.add_model(second_model, "other")
    _measure(tab, data, qtbot)
    reached: set[str] = set()
    for action in tab.views:
        action.trigger()
        lay_out()
        controls = controls_of(tab)
        check_names(controls)
        order = tab_order(tab.setup.model)
        wanted = {control.objectName() for control in controls if control.isEnabled()}
        assert wanted <= set(order), wanted - set(order)
        reached |= wanted
    assert {"confusionMatrix", "classTable", "reliabilityChart", "robustnessNoiseChart", "compareBoth"} <= reached


@pytest.mark.parametrize(
    ("view", "shown"),
    [
        ("Confusion", ["confusionMatrix", "copyConfusionAs"]),
        (
            "Robustness",
            [
                *(f"robustness{name}Chart" for name in ("Shift", "Rotation", "Scale", "StrokeWidth", "Noise")),
                "measureRobustnessButton",
            ],
        ),
    ],
)
def test_the_tab_key_follows_the_eye(
    tab: EvaluationTab, data: Path, second_model: Path, qtbot: QtBot, view: str, shown: list[str]
) -> None:
    tab.setup.add_model(second_model, "other")
    _measure(tab, data, qtbot)
    tab.views[VIEWS.index(view)].trigger()
    setup = ["evaluateModel", "evaluateOther", "evaluateData", "evaluateButton", "exportEvaluationButton"]
    bar = [f"view{name}Button" for name in VIEWS]
    expected = [*setup, "showModel1", "showModel2", *bar, "worstMistakesButton", *shown, "gallery"]
    assert tab_order(tab.setup.model)[: len(expected)] == expected


def test_every_action_has_a_shortcut_of_its_own_among_all_tabs(
    evaluation_window: MainWindow, tab: EvaluationTab
) -> None:
    common = [action for action in evaluation_window.actions() if action.objectName().startswith("action")]
    own = [action for action in tab.actions() if action.objectName().startswith("action")]
    assert len(own) == 4 + len(VIEWS)
    keys = [key.toString() for action in (*common, *own) for key in action.shortcuts()]
    assert len(keys) == len(set(keys))
    assert all(action.statusTip() for action in own)


def test_a_folder_is_offered_in_every_orientation(tab: EvaluationTab, tmp_path: Path) -> None:
    folder = tmp_path / "emnist"
    folder.mkdir()
    tab.setup.add_data(str(folder))
    assert tab.setup.chosen_data == Data(str(folder), "test")
    choice = tab.setup.data
    choice.setCurrentIndex(choice.findText("emnist:transpose"))
    choice.activated.emit(choice.currentIndex())
    assert tab.setup.chosen_data == Data(f"{folder}:transpose", "test")


def test_the_confusion_matrix_is_copied(tab: EvaluationTab, data: Path, qtbot: QtBot) -> None:
    assert not tab.results.copy_as.isEnabled()
    _measure(tab, data, qtbot)
    measured = tab.results.measured
    assert measured is not None
    found = run(copied(qtbot, tab.results.copy_as, "numpy"))
    np.testing.assert_array_equal(found["confusion"], measured.evaluations[0].confusion)
    assert found["accuracy"] == measured.evaluations[0].accuracy
    assert "| 4 | 0 | 0 | 0 | 0 | 1 | 0 | 0 | 0 | 0 | 2 | 0.3333 |" in copied(qtbot, tab.results.copy_as, "markdown")
