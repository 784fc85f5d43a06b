"""A run with a film, and the strip in the real window."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from digitpad.gui.replay.player import Player
from digitpad.gui.replay.strip import ReplayStrip
from digitpad.gui.shell.main_window import MainWindow
from digitpad.training.run import Run


@pytest.fixture
def run(filmed_run: Path) -> Iterator[Run]:
    """Return the run; its bookmarks are deleted at the end."""
    yield Run(filmed_run)
    (filmed_run / "bookmarks.json").unlink(missing_ok=True)


Settle = Callable[[], None]


@pytest.fixture
def strip(window: MainWindow, run: Run, qtbot: QtBot) -> ReplayStrip:
    """Replay the run, at its last frame."""
    window.workspace.replay_asked.emit(run.folder)
    strip = window.replay.strip
    assert strip is not None
    qtbot.waitUntil(strip.isVisible, timeout=20_000)
    _settle(window, strip, qtbot)
    return strip


@pytest.fixture
def player(strip: ReplayStrip) -> Player:
    assert strip.player is not None
    return strip.player


@pytest.fixture
def settled(window: MainWindow, strip: ReplayStrip, qtbot: QtBot) -> Settle:
    """Return a function that waits until everything shows the moment that is wanted."""
    return lambda: _settle(window, strip, qtbot)


def _settle(window: MainWindow, strip: ReplayStrip, qtbot: QtBot) -> None:
    player = strip.player
    qtbot.waitUntil(
        lambda: player is not None and player.is_settled and not window.workspace.busy and not strip.charts.busy,
        timeout=20_000,
    )
