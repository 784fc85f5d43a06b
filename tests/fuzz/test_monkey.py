"""The monkey finds what it is there to find. It plays for longer among slow tests."""

from pathlib import Path

import pytest
from monkey import Played, play

_BROKEN = {
    "an exception": ("raise ValueError('a fault of ours')", "ValueError: a fault of ours"),
    "a warning of Qt": ("from PySide6.QtCore import qWarning; qWarning('of Qt')", "Qt: of Qt"),
    "a warning of Python": ("import warnings; warnings.warn('of Python')", "UserWarning: of Python"),
    "a stall": ("end = time.thread_time() + 0.5\n    while time.thread_time() < end: pass", "the window stood still"),
    "a window": ("kept.append(QWidget()); kept[-1].setObjectName('leaked')", "a window is left: QWidget 'leaked'"),
    "a thread": ("t = QThread(); t.start(); t.setObjectName('leaked'); kept.append(t)", "a thread is left"),
    "an item of a layout": (
        "p, b = QWidget(), QPushButton(); r = QHBoxLayout(p); r.addWidget(b); r.itemAt(0); kept.append(p); delete(b)",
        "an item of a layout is gone",
    ),
}
_START = """
import sys, time
from shiboken6 import delete
from PySide6.QtCore import QThread
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget
import monkey_acts, monkey_child
kept, acts = [], []
"""
_END = """
def do_one(self):
    acts.pop(0)()
    return 'broken'
monkey_acts.Acts.do_one = do_one
code = monkey_child.main()
# A QThread that runs must not be destroyed.
for thing in kept:
    if isinstance(thing, QThread): thing.quit(), thing.wait()
sys.exit(code)
"""


def _play_broken(folder: Path, *acts: str) -> Played:
    """Play acts that do what none must do, one after the other."""
    script = folder / "broken.py"
    steps = (f"def act():\n    {act}\nacts.append(act)\n" for act in acts)
    script.write_text(_START + "".join(steps) + _END)
    return play(0, actions=len(acts), longest=0.3, program=script)


def test_what_goes_wrong_is_found(tmp_path: Path) -> None:
    played = _play_broken(tmp_path, *(act for act, _told in _BROKEN.values()))
    missed = [name for name, (_act, told) in _BROKEN.items() if not any(told in one for one in played.troubles)]
    assert not missed, played


def test_a_crash_is_found(tmp_path: Path) -> None:
    played = _play_broken(tmp_path, "import ctypes; ctypes.string_at(0)")
    assert any("Segmentation fault" in trouble for trouble in played.troubles), played


@pytest.mark.slow
def test_a_longer_play_finds_nothing() -> None:
    """What runs beside the tests for a minute in CI, with a seed that stays."""
    played = play(1, actions=1500, longest=2.0)
    assert not played.troubles, "\n".join(played.troubles)
    assert played.done == 1500
