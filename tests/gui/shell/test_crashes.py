"""Reports of crashed processes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from digitpad.gui.shell.crashes import CrashRecorder


def _die(folder: Path, how: str) -> None:
    code = f"""
import ctypes, os, signal
from pathlib import Path
from digitpad.gui.shell.crashes import CrashRecorder
CrashRecorder(Path({str(folder)!r})).start()
def innermost():
    {how}
innermost()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False, timeout=60)
    assert done.returncode != 0


def test_a_crash_is_reported_once_with_its_stack(tmp_path: Path) -> None:
    _die(tmp_path, "ctypes.string_at(0)")
    recorder = CrashRecorder(tmp_path)
    (report,) = recorder.new_reports()
    text = report.read_text(encoding="utf-8")
    assert text.startswith("digitpad ")
    assert "in innermost" in text
    assert report.suffix == ".txt"
    assert recorder.new_reports() == []
    assert report.is_file()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no signals")
def test_who_was_killed_leaves_no_report(tmp_path: Path) -> None:
    _die(tmp_path, "os.kill(os.getpid(), signal.SIGKILL)")
    assert CrashRecorder(tmp_path).new_reports() == []
    assert list(tmp_path.iterdir()) == []


def test_a_window_that_still_runs_is_left_alone(tmp_path: Path) -> None:
    running = tmp_path / f"crash-2026-01-01-000000-{os.getppid()}.running"
    running.write_text("Fatal Python error: made up\n", encoding="utf-8")
    assert CrashRecorder(tmp_path).new_reports() == []
    assert running.is_file()


def test_nothing_is_left_of_a_good_end(tmp_path: Path) -> None:
    recorder = CrashRecorder(tmp_path / "log")
    recorder.start()
    assert len(list((tmp_path / "log").iterdir())) == 1
    recorder.finish()
    recorder.finish()
    assert list((tmp_path / "log").iterdir()) == []


def test_without_a_folder_it_does_without(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    recorder = CrashRecorder(tmp_path / "file" / "log")
    recorder.start()
    assert recorder.new_reports() == []
    recorder.finish()
