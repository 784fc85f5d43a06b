"""Tests leave the developer's files alone, and can run beside each other."""

import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from virtual_screen import has_virtual_screen, virtual_screen

from digitpad.gui.shell.display import require_display

_ROOT = Path(__file__).parents[1]
_GUI_TEST = """
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QFileDialog

def test_qt_saves_settings_of_its_own(qtbot):
    dialog = QFileDialog()
    qtbot.addWidget(dialog)
    dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
    dialog.show()
    dialog.close()
    del dialog
    settings = QSettings("QtProject")
    settings.setValue("tried", 1)
    settings.sync()
    assert settings.status() == QSettings.Status.NoError
"""


def test_no_test_writes_to_the_home_of_whoever_runs_it(tmp_path: Path) -> None:
    pytest.importorskip("PySide6")
    home = tmp_path / "home"
    home.mkdir()
    tests = tmp_path / "tests"
    tests.mkdir()
    (tests / "conftest.py").write_text((_ROOT / "tests" / "conftest.py").read_text(encoding="utf-8"), encoding="utf-8")
    (tests / "test_settings.py").write_text(_GUI_TEST, encoding="utf-8")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("XDG_")}
    environment = kept | {"HOME": str(home), "USERPROFILE": str(home), "PYTHONPATH": str(_ROOT)}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tests)]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout
    assert list(home.rglob("*")) == []


def test_this_process_has_a_home_of_its_own() -> None:
    assert Path.home().name.startswith("digitpad-home-")
    assert Path(os.environ["XDG_CONFIG_HOME"]).is_relative_to(Path.home())


@pytest.mark.skipif(not has_virtual_screen(), reason="Xvfb is not installed")
def test_screens_that_start_together_are_different_ones() -> None:
    count = 4
    all_running = threading.Barrier(count, timeout=60)

    def start(_: int) -> str:
        with virtual_screen(320, 200) as display:
            all_running.wait()
            return display

    with ThreadPoolExecutor(count) as pool:
        displays = list(pool.map(start, range(count)))
    assert len(set(displays)) == count
    assert all(display.removeprefix(":").isdigit() for display in displays)


@pytest.mark.skipif(not has_virtual_screen(), reason="Xvfb is not installed")
def test_a_screen_still_answers_after_its_last_client_has_left() -> None:
    """A server without -noreset resets then, and refuses connections in the meantime."""
    with virtual_screen(320, 200) as display:
        for _ in range(100):
            require_display({"DISPLAY": display})
