"""Errors of data, disks and folders are shown in the tab, while the rest of the window keeps working."""

import errno
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from PySide6.QtWidgets import QPushButton, QScrollArea, QWidget

from digitpad.gui.shell.main_window import MainWindow
from digitpad.gui.training.control_card import State
from digitpad.gui.training.train_tab import TrainTab
from digitpad.nn import ARCHITECTURES
from digitpad.training.events import StopReason
from digitpad.training.runs import RunStore
from tests.gui.settling import lay_out

Wait = Callable[[TrainTab, State], None]
Draw = Callable[[QWidget, Sequence[Sequence[tuple[float, float]]]], None]


def _picture_folder(folder: Path, *, classes: int = 2, each: int = 8, mode: str = "L") -> Path:
    rng = np.random.default_rng(0)
    for label in range(classes):
        (folder / str(label)).mkdir(parents=True)
        for number in range(each):
            levels = rng.integers(0, 256, (28, 28, 3) if mode == "RGB" else (28, 28), dtype=np.uint8)
            PIL.Image.fromarray(levels).save(folder / str(label) / f"{number}.png")
    return folder


def _start(tab: TrainTab, wait: Wait, data: Path) -> str:
    tab.editor.change(dataset=str(data))
    tab.start_or_hold()
    wait(tab, State.IDLE)
    return tab.notice.text


def _still_works(window: MainWindow, tab: TrainTab, draw: Draw, wait: Wait, digits: Path) -> None:
    """Draw, read and train after any error."""
    window.workspace.look_at_in_use()
    draw(window.draw_tab.canvas, [[(100, 100), (200, 300)]])
    assert window.draw_tab.answer.digit == "7"
    tab.editor.change(dataset=str(digits), architecture=ARCHITECTURES["light"])
    tab.editor.change_settings(epochs=1)
    tab.start_or_hold()
    wait(tab, State.IDLE)
    assert tab.session.record is not None
    assert tab.session.record.stopped is not None
    assert tab.session.record.stopped.reason is StopReason.FINISHED


def test_a_folder_with_one_broken_picture_is_learned_without_it(tab: TrainTab, wait: Wait, tmp_path: Path) -> None:
    folder = _picture_folder(tmp_path / "broken", each=12)
    (folder / "1" / "3.png").write_bytes(b"\x89PNG\r\n\x1a\nno more than this")
    said = _start(tab, wait, folder)
    # Once: beside Start, or as a message if the training began before the note was there.
    assert f"Skipped 1 of 24 pictures that cannot be read: {Path('1', '3.png')}." in said + tab.note.text
    assert len(RunStore().all()) == 1


def test_a_folder_with_many_broken_pictures(
    tab: TrainTab, window: MainWindow, wait: Wait, tmp_path: Path, draw: Draw, digits: Path
) -> None:
    folder = _picture_folder(tmp_path / "broken")
    for number in (2, 3):
        (folder / "1" / f"{number}.png").write_bytes(b"\x89PNG\r\n\x1a\nno more than this")
    said = _start(tab, wait, folder)
    assert "3.png" in said
    assert RunStore().all() == []
    _still_works(window, tab, draw, wait, digits)


@pytest.mark.parametrize(
    ("name", "classes", "each", "mode"), [("colours", 10, 2, "RGB"), ("eleven", 11, 2, "L"), ("lonely", 10, 1, "L")]
)
def test_data_that_do_not_fit_are_said_or_learned(
    tab: TrainTab, wait: Wait, tmp_path: Path, name: str, classes: int, each: int, mode: str
) -> None:
    folder = _picture_folder(tmp_path / name, classes=classes, each=each, mode=mode)
    tab.editor.change_settings(batch_size=4, epochs=1)
    said = _start(tab, wait, folder)
    record = tab.session.record
    assert record is not None
    # Pictures in colour are read as grey; classes of one image can be learned from, if not measured on.
    assert bool(said) == (name == "eleven")
    if said:
        assert "11 classes" in said
        assert tab.notice.isVisible()
    else:
        assert record.stopped is not None


def test_a_network_for_other_images(tab: TrainTab, wait: Wait, digits: Path) -> None:
    # Too large to be fitted to the images, as smaller networks are.
    tab.editor.change(architecture=ARCHITECTURES["catdog"])
    said = _start(tab, wait, digits)
    assert "1x28x28" in said
    assert tab.controls.main_button.isEnabled()


def test_a_batch_larger_than_the_data(tab: TrainTab, wait: Wait, digits: Path) -> None:
    tab.editor.change_settings(batch_size=4000)
    assert "4000" in _start(tab, wait, digits)


def test_a_full_disk_is_said_and_the_training_goes_on(
    tab: TrainTab, window: MainWindow, wait: Wait, monkeypatch: pytest.MonkeyPatch, draw: Draw, digits: Path
) -> None:
    tab.editor.change_settings(epochs=2)
    tab.one_batch()
    wait(tab, State.PAUSED)

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        tab.start_or_hold()
        wait(tab, State.IDLE)
    assert "No space left" in tab.notice.text
    record = tab.session.record
    assert record is not None
    assert len(record.loss) == 50
    assert window.workspace.looked_at is not None
    assert window.workspace.looked_at.model is not None
    _still_works(window, tab, draw, wait, digits)


def test_a_loss_that_is_no_number_stops_at_the_last_good_weights(
    window: MainWindow, tab: TrainTab, wait: Wait, digits: Path
) -> None:
    tab.editor.change_settings(optimizer="sgd", learning_rate=10.0, weight_decay=10.0, schedule="constant", epochs=5)
    said = _start(tab, wait, digits)
    record = tab.session.record
    assert record is not None
    assert record.stopped is not None
    assert record.stopped.reason is StopReason.DIVERGED
    assert "lower learning rate" in said
    network = window.workspace.looked_at
    assert network is not None
    assert network.model is not None
    assert all(np.isfinite(value).all() for value in network.model.network.state_dict().values())
    assert tab.hints.hints
    cures = [hint for hint in tab.hints.hints if hint.cure is not None]
    assert cures
    tab.window().resize(1024, 640)
    lay_out()
    scroll = tab.hints.findChild(QScrollArea, "hintScroll")
    assert scroll is not None
    for button in tab.hints.findChildren(QPushButton):
        # The end of its text is visible.
        assert button.mapTo(scroll, button.rect().topRight()).x() <= scroll.viewport().width()
    before = tab.editor.plan
    tab.apply_cure(cures[0])
    assert tab.editor.plan != before


def test_a_batch_that_does_not_fit_into_memory_is_refused_at_start(
    tab: TrainTab, wait: Wait, window: MainWindow, draw: Draw, digits: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr("digitpad.training.step_memory.memory_limit", lambda: 2_000_000)
        said = _start(tab, wait, digits)
    assert "A step of 16 images needs about 0.1 GB of memory" in said
    assert "choose a batch size of at most 6." in said
    assert RunStore().all() == []
    _still_works(window, tab, draw, wait, digits)
