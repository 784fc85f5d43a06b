"""One list of networks: models in files, runs and their checkpoints, and the network in training."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLabel, QMenu
from pytestqt.qtbot import QtBot

from digitpad import paths
from digitpad.gui.evaluation.tab import EvaluationTab
from digitpad.gui.shell.main_window import MainWindow
from digitpad.gui.shell.top_bar import ModelChooser
from digitpad.gui.widgets.plain_text import menu_text, one_line, tip_text
from digitpad.gui.workspace.models import Source
from digitpad.models.model_file import bundled_models, save_model
from digitpad.nn import ARCHITECTURES
from digitpad.reading.recognizer import Recognizer
from digitpad.training.live import LiveRun
from digitpad.training.plan import RunPlan
from digitpad.training.runs import Run, RunStore
from tests.gui.features.conftest import SMALL, model_of
from tests.gui.settling import settle
from tests.gui.training.conftest import write_digits


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunStore:
    monkeypatch.setattr(paths, "user_data_dir", lambda: tmp_path / "user")
    return RunStore()


@pytest.fixture
def run(store: RunStore, tmp_path: Path) -> Run:
    """Train for one epoch."""
    data = write_digits(tmp_path / "digits", 96)
    plan = RunPlan.quick().with_settings(epochs=1, batch_size=16, threads=1)
    live = LiveRun.start(replace(plan, dataset=str(data), architecture=ARCHITECTURES["light"]), store)
    for _ in live.events():
        pass
    return live.run


@pytest.fixture
def chooser(window: MainWindow) -> ModelChooser:
    chooser = window.findChild(ModelChooser, "modelChooser")
    assert chooser is not None
    return chooser


def _action(menu: QMenu, text: str) -> QAction:
    return next(action for action in menu.actions() if action.text().startswith(text))


def test_what_is_in_use_is_ticked_also_after_a_checkpoint_was_looked_at(
    window: MainWindow, chooser: ModelChooser, run: Run
) -> None:
    standard = next(path for path in bundled_models() if path.stem == "standard")
    window.use_model(standard.resolve())
    menu = chooser.networks
    menu.fill()
    assert [action.text() for action in menu.actions() if action.isChecked()] == ["standard"]
    (submenu,) = [each for each in menu.findChildren(QMenu) if each.title() == "light run 1"]
    submenu.aboutToShow.emit()
    assert submenu.actions()[0].text() == "End of the run"
    first = run.checkpoints()[0]
    _action(submenu, f"step {first.step}").trigger()
    looked_at = window.workspace.looked_at
    assert looked_at is not None
    assert looked_at.source is Source.SAVED
    assert chooser.title == looked_at.title
    assert looked_at.title == run.display_name(first) == f"light run 1, step {first.step}"
    known = run.model(first).network.state_dict()
    assert looked_at.model is not None
    for name, value in looked_at.model.network.state_dict().items():
        np.testing.assert_array_equal(value, known[name])
    # It is looked at, and the other one is still in use.
    menu.fill()
    assert [action.text() for action in menu.actions() if action.isChecked()] == ["standard"]
    _action(menu, "standard").trigger()
    assert window.workspace.looked_at is window.workspace.in_use
    settle(window)


def test_a_checkpoint_in_use_is_ticked_and_no_model_is(window: MainWindow, chooser: ModelChooser, run: Run) -> None:
    checkpoint = run.checkpoints()[-1]
    assert window.workspace.use_model(run.model(checkpoint), checkpoint.path)
    chooser.networks.fill()
    assert [action.text() for action in chooser.networks.actions() if action.isChecked()] == ["light run 1"]
    (submenu,) = [each for each in chooser.networks.findChildren(QMenu) if each.title() == "light run 1"]
    submenu.aboutToShow.emit()
    (ticked,) = [action for action in submenu.actions() if action.isChecked()]
    assert ticked.text().startswith(f"step {checkpoint.step}")
    settle(window)


def test_the_network_in_training_is_offered_while_there_is_one(
    window: MainWindow, chooser: ModelChooser, tmp_path: Path
) -> None:
    window.workspace.show_training(Recognizer(model_of(SMALL)), 340, tmp_path)
    assert chooser.title == "in training: small, step 340"
    window.workspace.look_at_in_use()
    assert chooser.title == "fake"
    chooser.networks.fill()
    _action(chooser.networks, "in training: small, step 340").trigger()
    assert chooser.title == "in training: small, step 340"
    window.workspace.end_training()
    chooser.networks.fill()
    assert not any(action.text().startswith("in training") for action in chooser.networks.actions())
    settle(window)


@pytest.mark.usefixtures("run")
def test_evaluate_offers_runs_by_the_same_names(window: MainWindow) -> None:
    tab = window.go_to("Evaluate")
    assert isinstance(tab, EvaluationTab)
    names = [tab.setup.model.itemText(index) for index in range(tab.setup.model.count())]
    assert "light run 1" in names
    assert {path.stem for path in bundled_models()} <= set(names)
    assert len(set(names)) == len(names)
    settle(window)


def test_an_open_menu_is_never_rebuilt(
    window: MainWindow, chooser: ModelChooser, tmp_path: Path, store: RunStore
) -> None:
    """A drop while the menu is open changes what there is; the menu's actions must outlive it."""
    assert store.all() == []
    menu = chooser.networks
    menu.popup(window.mapToGlobal(window.rect().center()))
    assert menu.isVisible()
    before = menu.actions()
    texts = [action.text() for action in before]
    for count in range(5):
        dropped = tmp_path / f"dropped{count}.safetensors"
        save_model(dropped, model_of(SMALL, seed=count))
        window.open_path(dropped)
        window.workspace.show_training(Recognizer(model_of(SMALL)), count, tmp_path)
        menu.fill()
    assert [action.text() for action in before] == texts
    assert menu.actions() == before
    menu.close()
    menu.popup(window.mapToGlobal(window.rect().center()))
    assert "dropped4" in [action.text() for action in menu.actions()]
    menu.close()
    settle(window)


@pytest.mark.usefixtures("run")
def test_opening_the_menu_many_times_keeps_no_old_submenus(chooser: ModelChooser, qtbot: QtBot) -> None:
    def submenus() -> int:
        return len(chooser.networks.findChildren(QMenu))

    chooser.networks.fill()
    once = submenus()
    for _ in range(10):
        chooser.networks.fill()
    qtbot.waitUntil(lambda: submenus() == once)


@pytest.mark.parametrize("shown", [menu_text, one_line])
def test_names_are_plain_text(shown: Callable[[str], str], qtbot: QtBot) -> None:
    for name in ("<img src=x>", "a & b", "line\nbreak\x00\u202e", "x" * 5000, "\ud800"):
        label = QLabel(shown(name))
        qtbot.addWidget(label)
        assert "\n" not in shown(name)
        assert "\x00" not in shown(name)
    assert one_line("a\n b") == "a b"
    assert len(one_line("x" * 5000)) <= 121
    assert menu_text("a & b") == "a && b"
    # Tooltips are plain text, see `test_a_tip_shows_a_name_as_it_is`.
    assert tip_text("<img src=x>\n\x00") == "<img src=x>"


def test_a_run_with_tags_in_its_name_is_shown_as_it_is(window: MainWindow, chooser: ModelChooser, run: Run) -> None:
    run.update(name="<b>bold</b> & co")
    chooser.networks.fill()
    assert [each.title() for each in chooser.networks.findChildren(QMenu)] == ["<b>bold</b> && co"]
    window.workspace.look_at(run.folder)
    assert chooser.title == run.display_name() == "<b>bold</b> & co"
    assert "<b>bold</b> & co" in chooser.toolTip()
    settle(window)
