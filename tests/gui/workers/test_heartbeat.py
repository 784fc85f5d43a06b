"""The time for which the event loop is blocked."""

import time

from pytestqt.qtbot import QtBot

from digitpad.gui.workers.heartbeat import Heartbeat


def test_gaps_are_counted_and_the_longest_is_kept(qtbot: QtBot) -> None:
    heart = Heartbeat()
    assert heart.percentile(99) == 0
    heart.start()
    qtbot.waitUntil(lambda: heart.beats >= 5)
    # The loop is blocked on purpose, because this is what the test measures.
    time.sleep(0.12)
    before = heart.beats
    qtbot.waitUntil(lambda: heart.beats > before)
    heart.stop()
    assert heart.longest >= 120
    assert heart.percentile(100) >= 120
    assert heart.percentile(1) < 120
    heart.start()
    heart.stop()
    assert heart.beats == 0
