"""Exporting what is seen."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pytestqt.qtbot import QtBot

from digitpad.gui.canvas.sample_ink import THREE
from digitpad.gui.replay.export_dialog import ExportDialog
from digitpad.gui.replay.film_files import GIF, PNG, WEBP, size_of
from digitpad.gui.replay.strip import ReplayStrip
from digitpad.gui.shell.main_window import MainWindow
from tests.gui.conftest import Draw

Settle = Callable[[], None]


@pytest.mark.parametrize("suffix", [WEBP, GIF, PNG])
def test_the_window_is_filmed(
    window: MainWindow,
    strip: ReplayStrip,
    draw: Draw,
    settled: Settle,
    qtbot: QtBot,
    tmp_path: Path,
    suffix: str,
) -> None:
    window.resize(window.minimumSizeHint())  # fewer pixels to compress
    draw(window.draw_tab.canvas, THREE)
    settled()
    strip.perform("export")
    dialog = strip.findChild(ExportDialog)
    assert dialog is not None
    dialog.format.choose(suffix)
    target = tmp_path / "pictures" if suffix == PNG else tmp_path / f"film{suffix}"
    if suffix == PNG:
        target.mkdir()
    with qtbot.waitSignal(dialog.finished_writing, timeout=60_000):
        dialog.export_to(str(target))
    player = strip.player
    assert player is not None
    count = len(player.timeline.frames)
    if suffix == PNG:
        pictures = sorted(target.iterdir())
        assert [picture.name for picture in pictures] == [
            f"step-{frame.step:08d}.png" for frame in player.timeline.frames
        ]
        with Image.open(pictures[0]) as first, Image.open(pictures[-1]) as last:
            assert first.size == (window.width(), window.height())
            assert (np.asarray(first) != np.asarray(last)).any()
    else:
        with Image.open(target) as film:
            assert film.size == (window.width(), window.height())
            assert getattr(film, "n_frames", 1) == count
    assert str(target) in dialog.status.text()
    dialog.close()


def test_large_films_are_made_smaller() -> None:
    assert size_of(1280, 800, 26, WEBP) == (1280, 800)
    width, height = size_of(2560, 1600, 200, WEBP)
    assert 3 * width * height * 200 <= 320 << 20
    assert width / height == pytest.approx(1.6, rel=0.01)
    assert size_of(2560, 1600, 200, PNG) == (2560, 1600)
