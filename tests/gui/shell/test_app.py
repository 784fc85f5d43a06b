"""The process: imports, robustness of Qt, and the start."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from digitpad.gui.shell.app import make_application, run
from digitpad.gui.shell.main_window import MainWindow
from digitpad.models.model_file import Model, ModelMetadata, save_model
from digitpad.nn import ARCHITECTURES, build


def _python(code: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False, timeout=100
    )


def test_this_pyside_keeps_its_reference_counts() -> None:
    """PySide6 6.12.0 drops a reference to None on each void call below Python 3.12, and the interpreter aborts."""
    code = "from PySide6.QtCore import QObject\nfor _ in range(20_000): QObject().setObjectName('a')\nprint('sound')"
    result = _python(code)
    assert result.returncode == 0, result.stderr
    assert result.stdout.strip() == "sound"


def test_the_window_opens_without_what_the_draw_tab_does_not_need(tmp_path: Path) -> None:
    code = f"""
import json, sys
from pathlib import Path
from digitpad.gui.shell.app import make_application
from digitpad.gui.shell.main_window import MainWindow
from digitpad.gui.workspace.settings import Settings
from digitpad.gui.widgets.theme import Theme
application = make_application()
window = MainWindow(Theme(), Settings(Path({str(tmp_path)!r}) / "w.ini"))
window.show()
application.processEvents()
print(json.dumps(sorted(sys.modules)))
"""
    result = _python(code)
    assert result.returncode == 0, result.stderr
    loaded = set(json.loads(result.stdout))
    assert "PySide6.QtWidgets" in loaded
    assert not {"pyqtgraph", "torch", "rich", "digitpad.training.trainer"} & loaded
    # Used after the first paint, or only on request.
    assert not {"PIL", "filelock", "multiprocessing", "numpy.random", "digitpad.data.collections.editor"} & loaded


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="threads are counted in /proc")
def test_qt_paints_in_one_thread() -> None:
    """Qt would leave half of a large area to another thread, and wait for it."""
    code = """
from pathlib import Path
from digitpad.gui.shell.app import make_application
from PySide6.QtCore import QRect
from PySide6.QtGui import QImage, QPainter
application = make_application()
before = len(list(Path("/proc/self/task").iterdir()))
target = QImage(600, 600, QImage.Format.Format_ARGB32_Premultiplied)
painter = QPainter(target)
painter.drawImage(QRect(0, 0, 600, 600), QImage(28, 28, QImage.Format.Format_Grayscale8))
painter.end()
print(len(list(Path("/proc/self/task").iterdir())) - before)
"""
    result = _python(code)
    assert result.returncode == 0, result.stderr
    assert result.stdout.strip() == "0"


@pytest.fixture
def model_file(tmp_path: Path) -> Path:
    path = tmp_path / "tiny.safetensors"
    network = build(ARCHITECTURES["light"], rng=np.random.default_rng(0))
    save_model(path, Model(network, ARCHITECTURES["light"], ModelMetadata(metrics={"test_accuracy": 0.991})))
    return path


def test_run_shows_the_window_loads_the_model_and_opens_the_files(
    qapp: QApplication, model_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ink = tmp_path / "one.jsonl"
    ink.write_text('{"width": 500, "height": 500, "strokes": [[[10, 20], [30, 400]]]}\n')
    seen: dict[str, object] = {}
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr("threading.excepthook", lambda *_: None)
    monkeypatch.setattr("signal.signal", lambda *_: None)
    monkeypatch.setattr("digitpad.models.model_file.bundled_models", list)

    def look() -> None:
        (window,) = [widget for widget in qapp.topLevelWidgets() if isinstance(widget, MainWindow)]
        if window.draw_tab.answer.digit:
            seen["title"] = window.model.title if window.model is not None else None
            seen["strokes"] = len(window.draw_tab.canvas.sketch.page.strokes)
            timer.stop()
            window.close()

    timer = QTimer()
    timer.timeout.connect(look)
    timer.start(5)
    assert run([ink], str(model_file)) == 0
    assert seen == {"title": "tiny · 99.1\N{NO-BREAK SPACE}% on MNIST", "strokes": 1}


def test_run_with_a_port_prints_the_address_of_the_page(
    qapp: QApplication, model_file: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("uvicorn")
    addresses: list[str] = []
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr("threading.excepthook", lambda *_: None)
    monkeypatch.setattr("signal.signal", lambda *_: None)

    def look() -> None:
        (window,) = [widget for widget in qapp.topLevelWidgets() if isinstance(widget, MainWindow)]
        if window.class_board.sharing.address:
            addresses.append(window.class_board.sharing.address)
            timer.stop()
            window.close()

    timer = QTimer()
    timer.timeout.connect(look)
    timer.start(5)
    assert run([], str(model_file), port=0) == 0
    assert addresses[0].startswith("http://127.0.0.1:")
    assert capfd.readouterr().out == f"{addresses[0]}\n"


def test_an_application_that_runs_already_is_used(qapp: QApplication) -> None:
    assert make_application() is qapp
    assert qapp.applicationName() == "digitpad"


def test_what_was_copied_off_screen_does_not_break_the_end_of_the_process(model_file: Path, tmp_path: Path) -> None:
    ink = tmp_path / "one.jsonl"
    ink.write_text('{"strokes": [[[10, 20], [30, 400]]]}\n')
    script = """
import sys
from pathlib import Path
from PySide6.QtCore import QTimer
from digitpad.gui.shell.main_window import MainWindow
from digitpad.gui.shell.app import make_application, run
app = make_application()
def copy_and_leave():
    for window in app.topLevelWidgets():
        if isinstance(window, MainWindow) and window.draw_tab.canvas.sketch.page.strokes:
            window.draw_tab.files.copy_page()
            timer.stop()
            window.close()
timer = QTimer()
timer.timeout.connect(copy_and_leave)
timer.start(5)
sys.exit(run([Path(sys.argv[2])], sys.argv[1]))
"""
    homes = ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "LOCALAPPDATA")
    done = subprocess.run(
        [sys.executable, "-c", script, str(model_file), str(ink)],
        env={**os.environ, **{name: str(tmp_path) for name in homes}, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
