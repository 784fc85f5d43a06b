"""Data of any classes in the Train tab: the network and the defaults follow them, which is said before Start."""

import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from PySide6.QtWidgets import QDialog, QLabel
from pytestqt.qtbot import QtBot

from digitpad.data import image_folder
from digitpad.data.collections.editor import CollectionEditor, NewSample
from digitpad.data.collections.store import CollectionStore
from digitpad.data.images import read_image
from digitpad.data.ink import write_ink
from digitpad.gui.data.tab import DataTab
from digitpad.gui.shell.main_window import MainWindow
from digitpad.gui.training.control_card import State
from digitpad.gui.training.network_editor import NetworkEditor
from digitpad.gui.training.train_tab import TrainTab
from digitpad.gui.widgets.fields import ComboBox
from digitpad.training.plan import RunPlan
from digitpad.training.runs import Run, RunStore
from tests.drawn_shapes import drawn_shapes
from tests.gui.settling import settle

Wait = Callable[[TrainTab, State], None]
Choose = Callable[[TrainTab, Path], None]


@pytest.fixture
def choose(qtbot: QtBot) -> Choose:
    """Return a function that chooses data as the dialog does, and waits until they are read."""

    def choose_data(tab: TrainTab, path: Path) -> None:
        tab.setup.use_data(str(path))
        qtbot.waitUntil(lambda: not tab.note.is_reading, timeout=20_000)

    return choose_data


@pytest.fixture
def shapes(tmp_path: Path) -> Path:
    path = tmp_path / "shapes.jsonl"
    write_ink(path, drawn_shapes(6, 1))
    return path


def pictures(folder: Path, names: list[str], *, each: int = 3, mode: str = "L") -> Path:
    """Write a folder of random pictures for each class."""
    rng = np.random.default_rng(0)
    for name in names:
        (folder / name).mkdir(parents=True)
        for number in range(each):
            levels = rng.integers(0, 256, (28, 28, 3) if mode == "RGB" else (28, 28), dtype=np.uint8)
            PIL.Image.fromarray(levels).save(folder / name / f"{number}.png")
    return folder


def test_mnist_needs_no_note(train: TrainTab) -> None:
    assert train.note.text == ""
    assert not train.note.isVisible()
    assert train.editor.plan == RunPlan.quick()


def test_the_plan_follows_chosen_data_and_returns(train: TrainTab, choose: Choose, shapes: Path) -> None:
    choose(train, shapes)
    assert train.note.isVisible()
    assert train.note.text.startswith(
        "shapes: 24 images, 4 classes. 4 outputs, one for each class: cross, hat, line, ring."
    )
    assert "What you choose yourself stays." in train.note.text
    network = train.findChild(ComboBox, "trainNetwork")
    assert network is not None
    assert network.chosen == "light"
    assert network.currentText() == "light · 26,500 weights"
    assert train.editor.plan.settings.augmentation
    train.editor.change(dataset="mnist")
    assert train.editor.plan == RunPlan.quick()
    assert not train.note.isVisible()


def test_what_was_chosen_by_hand_stays(train: TrainTab, choose: Choose, shapes: Path, tmp_path: Path) -> None:
    train.editor.change_settings(learning_rate=0.02)
    choose(train, shapes)
    small = train.editor.plan.settings
    assert (small.learning_rate, small.optimizer) == (0.02, "nesterov")
    assert small.batch_size < 64
    # A value that was changed under the defaults for small sets leaves its companions as they were visible.
    train.editor.change_settings(epochs=33)
    assert (train.editor.plan.settings.epochs, train.editor.plan.settings.batch_size) == (33, small.batch_size)
    write_ink(tmp_path / "more.jsonl", drawn_shapes(9, 2))
    choose(train, tmp_path / "more.jsonl")
    assert train.editor.plan.settings.epochs == 33
    train.editor.change(dataset="mnist")
    settings = train.editor.plan.settings
    assert (settings.learning_rate, settings.epochs, settings.batch_size) == (0.02, 33, 64)
    assert not settings.augmentation


def test_a_network_for_photographs_brings_its_settings_and_takes_them_away(
    train: TrainTab, choose: Choose, shapes: Path, qtbot: QtBot
) -> None:
    network = train.findChild(ComboBox, "trainNetwork")
    assert network is not None
    choose(train, pictures(shapes.parent / "colours", ["A", "B"], mode="RGB"))
    for name, rate in (("catdog", 0.0005), ("light", 0.003)):
        network.choose(name)
        network.activated.emit(network.currentIndex())
        qtbot.waitUntil(lambda: not train.note.is_reading, timeout=20_000)
        assert train.editor.plan.settings.learning_rate == rate
    assert train.editor.plan.settings.augmentation


def test_the_editor_shows_the_fitted_network_and_keeps_it_fitted(train: TrainTab, choose: Choose, shapes: Path) -> None:
    choose(train, shapes)
    train.dialogs.edit_network()
    editor = train.findChild(NetworkEditor)
    assert editor is not None
    about = editor.findChild(QLabel, "networkTrouble")
    assert about is not None
    assert about.text().endswith("4 outputs, one for each class: cross, hat, line, ring.")
    assert editor.architecture.layers[-1]["out_features"] == 4
    last = len(editor.architecture.layers) - 1
    editor.view.setCurrentIndex(editor.list.index(last, 0))
    editor.fields.edited.emit("out_features", 9)
    assert editor.architecture.layers[-1]["out_features"] == 4
    assert editor.trouble == ""
    editor.use()
    assert editor.result() == QDialog.DialogCode.Accepted
    assert train.editor.plan.architecture.name == "light"
    # Other data while the editor is open.
    train.dialogs.edit_network()
    train.editor.change(dataset="mnist")
    assert "10 outputs" in about.text()
    editor.close()


def test_what_is_said_beside_start_is_not_said_again_as_an_error(train: TrainTab, wait: Wait, qtbot: QtBot) -> None:
    entry = CollectionStore().create("shapes")
    with CollectionEditor(entry.folder) as editor:
        samples: dict[str, list[NewSample]] = {}
        for drawing in drawn_shapes(6, 1):
            samples.setdefault(str(drawing.label), []).append(NewSample(drawing))
        for label, drawings in samples.items():
            editor.add(editor.add_class(label), drawings)
        editor.add_class("nothing")
    train.setup.use_data("collection:shapes")
    qtbot.waitUntil(lambda: not train.note.is_reading, timeout=20_000)
    assert "Left out the classes without samples: nothing." in train.note.text
    train.editor.change_settings(threads=1, epochs=1)
    train.start_or_hold()
    wait(train, State.IDLE)
    assert train.notice.text == ""


def test_a_training_follows_data_even_if_started_at_once(
    train: TrainTab, wait: Wait, shapes: Path, qtbot: QtBot
) -> None:
    train.editor.change_settings(threads=1, epochs=2)
    train.setup.use_data(str(shapes))
    train.start_or_hold()
    wait(train, State.IDLE)
    qtbot.waitUntil(lambda: not train.note.is_reading, timeout=20_000)
    assert train.notice.text == ""
    (run,) = RunStore().all()
    assert isinstance(run, Run)
    assert run.model().metadata.labels == ("cross", "hat", "line", "ring")
    assert run.info.plan.architecture.name == "light"
    assert run.info.plan.settings.batch_size <= 20


def test_data_that_grow_are_read_again(
    train: TrainTab, choose: Choose, window: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    folder = pictures(tmp_path / "growing", ["A", "B"])
    choose(train, folder)
    assert "6 images, 2 classes" in train.note.text
    pictures(folder, ["C"])
    window.go_to("Draw")
    window.go_to("Train")
    qtbot.waitUntil(lambda: "9 images, 3 classes" in train.note.text, timeout=20_000)


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ([], "empty"),
        (["A"], "one class only (A)"),
    ],
)
def test_data_that_cannot_be_learned_are_answered_before_start(
    train: TrainTab, choose: Choose, tmp_path: Path, names: list[str], words: str
) -> None:
    folder = tmp_path / "empty"
    folder.mkdir()
    choose(train, pictures(folder, names))
    assert words in train.notice.text
    assert train.controls.main_button.isEnabled()
    train.editor.change(dataset="mnist")
    assert train.notice.text == ""


def test_a_thousand_classes_are_answered_in_words_and_trained(
    train: TrainTab, choose: Choose, wait: Wait, tmp_path: Path
) -> None:
    images = np.random.default_rng(0).integers(0, 256, (2000, 28, 28), dtype=np.uint8)
    path = tmp_path / "many.npz"
    np.savez(path, x_train=images, y_train=np.arange(2000) % 1000)
    choose(train, path)
    assert "2000 images, 1000 classes. 1,000 outputs, one for each class: 0, 1, 2, 3" in train.note.text
    train.editor.change_settings(threads=1, epochs=1)
    train.start_or_hold()
    wait(train, State.IDLE)
    assert "1,000 classes but only 2,000 images; a class needs 5 or more" in train.notice.text
    assert train.session.record is not None
    assert train.session.record.stopped is not None
    settle(train)


def test_reading_a_folder_shows_its_progress_and_can_be_stopped(
    train: TrainTab, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("digitpad.data.prepared_files._AT_ONCE", 2)
    goes_on = threading.Event()
    folder = pictures(tmp_path / "letters", ["a", "b"], each=8)
    (folder / "a" / "00.png").write_bytes(b"no picture")
    count = iter(range(1000))

    def paused_after_some(path: Path) -> np.ndarray:
        if next(count) >= 6:
            goes_on.wait(20)
        return read_image(path)

    monkeypatch.setattr(image_folder, "read_image", paused_after_some)
    train.setup.use_data(str(folder))
    qtbot.waitUntil(lambda: train.note.text.startswith("Reading the data: "), timeout=20_000)
    assert " of 17" in train.note.text
    assert train.note.stop_button.isVisible()
    # Another visit of the tab does not begin again.
    train.note.look_again()
    assert train.note.text.startswith("Reading the data: ")
    assert train.note.bar.maximum() == 17
    train.note.stop_button.click()
    assert not train.note.is_reading
    assert train.note.text == "The data have not been read; Start reads them."
    assert not train.note.stop_button.isVisible()
    goes_on.set()
    # Other visits of the tab do not read them again.
    train.note.look_again()
    assert not train.note.is_reading
    monkeypatch.setattr(image_folder, "read_image", read_image)
    train.start_or_hold()
    qtbot.waitUntil(lambda: train.session.run is not None, timeout=20_000)
    train.session.stop()
    qtbot.waitUntil(lambda: not train.session.is_on, timeout=20_000)


def test_skipped_pictures_are_named_beside_start(train: TrainTab, choose: Choose, tmp_path: Path) -> None:
    folder = pictures(tmp_path / "letters", ["a", "b"], each=8)
    (folder / "a" / "00.png").write_bytes(b"no picture")
    choose(train, folder)
    assert "Skipped 1 of 17 pictures that cannot be read: a/00.png." in train.note.text.replace("\\", "/")


def test_a_training_can_be_stopped_while_its_data_open(
    train: TrainTab, choose: Choose, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("digitpad.data.prepared_files._AT_ONCE", 2)
    folder = pictures(tmp_path / "letters", ["a", "b"], each=8)
    choose(train, folder)
    # Data that have changed are opened again.
    (folder / "a" / "7.png").rename(folder / "a" / "8.png")
    (folder / "a" / "1.png").touch()
    goes_on = threading.Event()
    count = iter(range(1000))

    def paused_after_some(path: Path) -> np.ndarray:
        if next(count) >= 6:
            goes_on.wait(20)
        return read_image(path)

    monkeypatch.setattr(image_folder, "read_image", paused_after_some)
    with qtbot.waitSignal(train.session.opening, timeout=20_000) as told:
        train.start_or_hold()
    assert told.args is not None
    assert told.args[0].total == 16
    assert train.controls.place.text().startswith("Opening the data: ")
    with qtbot.waitSignal(train.session.ended, timeout=20_000):
        train.session.stop()
        goes_on.set()
    assert train.session.run is None
    assert train.notice.text == ""


def test_data_chosen_elsewhere_during_a_training_are_announced_for_the_next_run(
    window: MainWindow, train: TrainTab, shapes: Path, wait: Wait
) -> None:
    train.start_or_hold()
    wait(train, State.RUNNING)
    data = window.go_to("Data")
    assert isinstance(data, DataTab)
    data.train_wanted.emit(str(shapes))
    assert train.isVisible()
    assert train.setup.plan.dataset == "mnist"
    assert train.notice.text == (
        "A training is running, and its data cannot change. shapes.jsonl is chosen for the next run: stop this one, "
        "then press Start."
    )
    train.session.stop()
    wait(train, State.IDLE)
    assert train.setup.plan.dataset == str(shapes)
