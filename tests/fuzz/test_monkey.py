"""The monkey finds what it is there to find. It plays a little in `test_fuzzers.py`, longer here among slow tests."""

from pathlib import Path

import pytest
from monkey import play

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
    "a crash": ("import ctypes; ctypes.string_at(0)", "Segmentation fault"),
}


@pytest.mark.parametrize(("act", "told"), _BROKEN.values(), ids=list(_BROKEN))
def test_what_goes_wrong_is_found(act: str, told: str, tmp_path: Path) -> None:
    """Play with an act that does what none must do."""
    script = tmp_path / "broken.py"
    script.write_text(
        "import sys, time\nfrom shiboken6 import delete\nfrom PySide6.QtCore import QThread\n"
        "from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget\n"
        "import monkey_acts, monkey_child\nkept = []\n"
        f"def do_one(self):\n    {act}\n    return 'broken'\n"
        "monkey_acts.Acts.do_one = do_one\ncode = monkey_child.main()\n"
        # A QThread that runs must not be taken down.
        "for thing in kept:\n    if isinstance(thing, QThread): thing.quit(), thing.wait()\nsys.exit(code)\n"
    )
    played = play(0, actions=3, longest=0.3, program=script)
    assert any(told in trouble for trouble in played.troubles), played


@pytest.mark.slow
def test_a_longer_play_finds_nothing() -> None:
    """What runs beside the tests for a minute in CI, with a seed that stays."""
    played = play(1, actions=1500, longest=2.0)
    assert not played.troubles, "\n".join(played.troubles)
    assert played.done == 1500
