"""Going through a run: every view shows exactly the network of the moment."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
from pytestqt.qtbot import QtBot

from digitpad.gui.canvas.sample_ink import THREE
from digitpad.gui.evaluation.tab import EvaluationTab
from digitpad.gui.features.tab import FeaturesTab
from digitpad.gui.replay.player import Player
from digitpad.gui.replay.strip import ReplayStrip
from digitpad.gui.shell.main_window import MainWindow
from digitpad.gui.training.train_tab import TrainTab
from digitpad.gui.workspace.models import Source, read_model
from digitpad.reading.recognizer import Recognizer
from digitpad.training.film.bookmarks import Bookmark, read_bookmarks
from digitpad.training.film.reader import Film
from digitpad.training.film.replay import ExactSteps
from digitpad.training.run import Run
from tests.gui.conftest import Draw

Settle = Callable[[], None]


def _moment_step(player: Player) -> int:
    assert player.moment is not None
    return player.moment.step


def test_the_last_frame_comes_first(window: MainWindow, player: Player, run: Run) -> None:
    frames = Film.open(run).frames
    assert player.timeline.frames == frames
    assert _moment_step(player) == player.step == frames[-1].step == 48
    network = window.workspace.looked_at
    assert network is not None
    assert network.source is Source.MOMENT
    assert network.title.endswith("step 48")
    assert player.timeline.epochs == (16, 32, 48)
    assert [change.step for change in player.timeline.changes] == [20]


def test_every_view_shows_what_the_saved_frame_computes(
    window: MainWindow, player: Player, run: Run, draw: Draw, settled: Settle
) -> None:
    draw(window.draw_tab.canvas, THREE)
    page = window.go_to("Features")
    assert isinstance(page, FeaturesTab)
    settled()
    film = Film.open(run)
    for index in (0, 3, len(film.frames) - 1):
        player.go_to_frame(index)
        settled()
        frame = film.frames[index]
        alone = Recognizer(film.model(frame))
        look = window.workspace.look
        assert look.prediction is not None
        assert look.pixels is not None
        expected = alone.recognize_pixels(look.pixels)
        np.testing.assert_array_equal(look.prediction.probabilities, expected.probabilities)
        model = page.model
        assert model is not None
        for name, value in film.weights(frame).items():
            np.testing.assert_array_equal(model.network.state_dict()[name], value)


def test_what_is_painted_is_what_the_file_of_the_frame_paints(
    window: MainWindow, player: Player, run: Run, draw: Draw, settled: Settle
) -> None:
    draw(window.draw_tab.canvas, THREE)
    page = window.go_to("Features")
    assert isinstance(page, FeaturesTab)
    settled()
    painted = []
    for index in (2, 9):
        player.go_to_frame(index)
        settled()
        painted.append((page.maps.grab().toImage(), page.side.bars.grab().toImage()))
    assert painted[0] != painted[1]
    for index, pictures in zip((2, 9), painted, strict=True):
        # Opened like any model file, without the strip's way of loading it.
        window.workspace.look_at(Film.open(run).frames[index].path)
        settled()
        assert (page.maps.grab().toImage(), page.side.bars.grab().toImage()) == pictures


def test_a_step_between_two_frames_is_exact(player: Player, run: Run, settled: Settle) -> None:
    steps = {frame.step for frame in player.timeline.frames}
    step = next(step for step in range(40, 0, -1) if step not in steps)
    player.go_to_step(step)
    settled()
    moment = player.moment
    assert moment is not None
    assert (moment.step, moment.is_exact) == (step, True)
    exact = ExactSteps(run)
    expected = exact.model(step).network.state_dict()
    exact.close()
    assert moment.file is not None
    saved = read_model(moment.file)[0].network.state_dict()
    for name, value in expected.items():
        np.testing.assert_array_equal(saved[name], value)
    player.next_step()
    settled()
    assert _moment_step(player) == step + 1


def test_only_the_newest_of_many_requests_counts(window: MainWindow, player: Player, settled: Settle) -> None:
    seen: list[int] = []
    window.workspace.published.connect(
        lambda look: seen.append(look.network.moment.step) if look.network and look.network.moment else None
    )
    for index in range(20):
        player.go_to_frame(index)
    settled()
    assert _moment_step(player) == player.timeline.frames[19].step
    assert len(set(seen)) < 5


def test_playing_goes_through_all_frames_and_ends(player: Player, settled: Settle, qtbot: QtBot) -> None:
    player.first()
    settled()
    player.speed = "4"
    shown: list[int] = []
    player.moved.connect(lambda: shown.append(_moment_step(player)))
    player.play_or_pause()
    assert player.is_playing
    qtbot.waitUntil(lambda: not player.is_playing, timeout=20_000)
    assert sorted(set(shown)) == [frame.step for frame in player.timeline.frames]
    player.play_or_pause()
    assert player.step == 0
    player.pause()
    assert not player.is_playing


def test_closing_shows_the_network_from_before(window: MainWindow, strip: ReplayStrip) -> None:
    assert window.workspace.looked_at is not window.workspace.in_use
    strip.close_run()
    assert window.workspace.looked_at is window.workspace.in_use
    assert not strip.isVisible()
    assert not window.replay.actions.play.isEnabled()


def test_closing_does_not_wait_for_a_thread(
    window: MainWindow, strip: ReplayStrip, player: Player, qtbot: QtBot
) -> None:
    steps = {frame.step for frame in player.timeline.frames}
    player.go_to_step(next(step for step in range(47, 0, -1) if step not in steps))
    strip.close_run()
    assert window.workspace.looked_at is window.workspace.in_use
    with qtbot.waitSignal(player.destroyed, timeout=20_000):
        pass
    assert window.workspace.looked_at is window.workspace.in_use


def test_another_network_is_named_and_kept(window: MainWindow, strip: ReplayStrip, settled: Settle) -> None:
    window.workspace.look_at_in_use()
    settled()
    assert strip.player is not None
    assert strip.player.moment is None
    strip.close_run()
    assert window.workspace.looked_at is window.workspace.in_use


def test_bookmarks_are_saved_and_found_again(player: Player, run: Run, settled: Settle) -> None:
    player.save_bookmark(7, "first 3")
    player.save_bookmark(30, "")
    assert read_bookmarks(run) == [Bookmark(7, "first 3"), Bookmark(30, "")]
    player.previous_bookmark()
    settled()
    assert _moment_step(player) == 30
    player.previous_bookmark()
    settled()
    assert player.bookmark() == Bookmark(7, "first 3")
    player.save_bookmark(7, None)
    assert read_bookmarks(run) == [Bookmark(30, "")]


def test_the_layer_table_follows(window: MainWindow, player: Player, run: Run, settled: Settle) -> None:
    tab = window.go_to("Train")
    assert isinstance(tab, TrainTab)
    measured = {one.step: one for one in run.history().layers}
    for index in (len(player.timeline.frames) - 1, 20):
        player.go_to_frame(index)
        settled()
        moment = player.moment
        assert moment is not None
        assert moment.layers_step is not None
        assert moment.layers == measured[moment.layers_step].layers
        norms = [one.weight_norm for one in moment.layers if one.gradient_norm is not None]
        assert [row.weight_norm for row in tab.layers.rows] == norms


def test_a_run_in_training_is_live_at_the_right_end(
    window: MainWindow, player: Player, run: Run, settled: Settle, qtbot: QtBot
) -> None:
    film = Film.open(run)
    window.workspace.show_training(Recognizer(film.model(film.frames[5])), 5, run.folder)
    # The moment that is looked at stays until the user goes to the end.
    assert player.is_training
    window.workspace.look_at_in_use()
    assert not player.is_live
    player.go_to_end()
    settled()
    network = window.workspace.looked_at
    assert network is not None
    assert network.source is Source.IN_TRAINING
    player.previous_frame()
    settled()
    assert _moment_step(player) < 48
    player.go_to_end()
    window.workspace.end_training()
    qtbot.waitUntil(lambda: player.moment is not None, timeout=20_000)
    settled()
    assert _moment_step(player) == 48


def test_a_run_without_a_film_is_named(window: MainWindow, tmp_path: Path, run: Run, qtbot: QtBot) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(run.folder, copy, ignore=shutil.ignore_patterns("film"))
    window.workspace.replay_asked.emit(copy)
    qtbot.waitUntil(lambda: window.messages.message is not None, timeout=20_000)
    message = window.messages.message
    assert message is not None
    assert "has no film" in message.text
    assert window.replay.strip is not None
    assert not window.replay.strip.is_open


def test_evaluate_follows(window: MainWindow, player: Player, settled: Settle) -> None:
    tab = window.go_to("Evaluate")
    assert isinstance(tab, EvaluationTab)
    before = tab.setup.model.count()
    for index in (3, 4):
        player.go_to_frame(index)
        settled()
        assert tab.setup.models == (player.timeline.frames[index].path,)
        assert tab.setup.model.currentText().endswith(f"step {player.step}")
        assert tab.setup.model.count() == before
