"""Work in the background: the newest of each kind, and nothing else."""

from collections.abc import Iterator
from functools import partial
from threading import Event

import pytest
from pytestqt.qtbot import QtBot

from digitpad.errors import DigitpadError
from digitpad.gui.workers.latest import LatestWorker, Outcome, WorkContext
from digitpad.gui.workers.progress import StoppedError


@pytest.fixture
def background() -> Iterator[LatestWorker]:
    background = LatestWorker()
    yield background
    background.shut_down()


def _wait(gate: Event, progress: WorkContext) -> object:
    """Work until told to stop, or let go."""
    while not gate.wait(0.001):
        if progress.stopped():
            return "stopped"
    return "done"


def test_a_result_comes_with_what_it_was_for(background: LatestWorker, qtbot: QtBot) -> None:
    with qtbot.waitSignal(background.result_ready) as signal:
        background.ask("sum", lambda _progress: 2 + 3)
    assert signal.args == [Outcome("sum", 1, 5, final=True)]


def test_only_the_latest_of_a_kind_is_handed_on(background: LatestWorker, qtbot: QtBot) -> None:
    came: list[Outcome] = []
    background.result_ready.connect(came.append)
    gate = Event()
    background.ask("a", partial(_wait, gate))
    qtbot.waitUntil(lambda: background.busy)
    background.ask("a", lambda _progress: "new")
    background.ask("b", lambda _progress: "other")
    qtbot.waitUntil(lambda: len(came) == 2)
    assert [(outcome.kind, outcome.result) for outcome in came] == [("a", "new"), ("b", "other")]


def test_what_was_forgotten_is_stopped_and_dropped(background: LatestWorker, qtbot: QtBot) -> None:
    came: list[Outcome] = []
    background.result_ready.connect(came.append)
    background.ask("a", partial(_wait, Event()))
    background.forget("a")
    qtbot.waitUntil(lambda: not background.busy)
    with qtbot.waitSignal(background.result_ready):
        background.ask("b", lambda _progress: 1)
    assert [outcome.kind for outcome in came] == ["b"]


def test_what_there_is_so_far_is_handed_on(background: LatestWorker, qtbot: QtBot) -> None:
    def work(progress: WorkContext) -> object:
        progress.show(1)
        progress.show(2)
        return 3

    came: list[Outcome] = []
    background.result_ready.connect(came.append)
    background.ask("a", work)
    qtbot.waitUntil(lambda: len(came) == 3)
    assert [(outcome.result, outcome.final) for outcome in came] == [(1, False), (2, False), (3, True)]


def test_trouble_is_told_in_words(background: LatestWorker, qtbot: QtBot) -> None:
    def work(_progress: WorkContext) -> object:
        raise DigitpadError("There is no such file; choose another.")

    with qtbot.waitSignal(background.result_ready) as signal:
        background.ask("a", work)
    assert signal.args is not None
    assert signal.args[0].trouble == "There is no such file; choose another."


def test_it_ends_in_the_middle_of_work(background: LatestWorker, qtbot: QtBot) -> None:
    background.ask("a", partial(_wait, Event()))
    qtbot.waitUntil(lambda: background.busy)
    background.shut_down()
    assert not background.busy


def test_work_that_ends_because_it_was_dropped_tells_nothing(background: LatestWorker, qtbot: QtBot) -> None:
    began = Event()

    def work(context: WorkContext) -> object:
        began.set()
        while not context.stopped():
            pass
        raise StoppedError

    came: list[Outcome] = []
    background.result_ready.connect(came.append)
    background.ask("a", work)
    began.wait()
    background.forget("a")
    with qtbot.waitSignal(background.result_ready):
        background.ask("b", lambda _context: 1)
    assert [(outcome.kind, outcome.result) for outcome in came] == [("b", 1)]
