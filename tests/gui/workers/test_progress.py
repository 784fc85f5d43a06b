"""Progress that is reported from a function: its rate, the time left, and the end of work that nobody needs."""

import threading
from collections.abc import Callable

import pytest

from digitpad.errors import DigitpadError
from digitpad.gui.workers.progress import ProgressReporter, StoppedError, WorkProgress, following_work
from digitpad.gui.workspace.progress_text import progress_text


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Replace the clock by one that stands still at the number in the list."""
    now = [100.0]
    monkeypatch.setattr("digitpad.gui.workers.progress.time.monotonic", lambda: now[0])
    return now


def test_the_time_left_follows_from_the_time_that_has_passed(clock: list[float]) -> None:
    told: list[WorkProgress] = []
    report = ProgressReporter("Opening", told.append)
    clock[0] += 0.5
    report(10, 100)
    clock[0] += 1.5
    report(40, 100)
    assert told == [WorkProgress("Opening", 10, 100), WorkProgress("Opening", 40, 100, 3.0)]
    assert progress_text(told[0]) == "Opening: 10 of 100"
    assert progress_text(told[1]) == "Opening: 40 of 100, 3 s left"
    assert progress_text(WorkProgress("Opening")) == "Opening"


def test_a_second_dataset_is_timed_from_its_own_beginning(clock: list[float]) -> None:
    told: list[WorkProgress] = []
    report = ProgressReporter("Opening", told.append)
    clock[0] += 60
    report(100, 100)
    clock[0] += 1
    report(10, 50)
    clock[0] += 2
    report(30, 50)
    assert [each.seconds_left for each in told] == [0.0, None, pytest.approx(4 / 3)]


def test_it_reports_at_most_twenty_times_a_second(clock: list[float]) -> None:
    told: list[WorkProgress] = []
    report = ProgressReporter("Opening", told.append)
    for done in range(1, 1001):
        clock[0] += 0.001
        report(done, 1000)
    assert 15 <= len(told) <= 21


def test_work_that_is_no_longer_needed_ends() -> None:
    report = ProgressReporter("Opening", lambda _progress: None, lambda: True)
    with pytest.raises(StoppedError):
        report(1, 2)


def test_a_function_is_followed() -> None:
    def work(on_progress: Callable[[int, int], None]) -> str:
        on_progress(1, 2)
        return threading.current_thread().name

    steps = following_work("Opening", work)
    assert next(steps) == WorkProgress("Opening", 1, 2)
    with pytest.raises(StopIteration) as ended:
        next(steps)
    assert ended.value.value == "digitpad-following"


def test_what_a_followed_function_raises_is_raised() -> None:
    def work(_on_progress: Callable[[int, int], None]) -> None:
        raise DigitpadError("gone")

    with pytest.raises(DigitpadError, match="gone"):
        next(following_work("Opening", work))


def test_closing_ends_the_function_at_its_next_report() -> None:
    goes_on, reports = threading.Event(), []

    def work(on_progress: Callable[[int, int], None]) -> None:
        on_progress(1, 1000)
        goes_on.wait()
        for done in range(2, 1000):
            on_progress(done, 1000)
            reports.append(done)

    steps = following_work("Opening", work)
    next(steps)
    closer = threading.Thread(target=steps.close)
    closer.start()
    goes_on.set()
    closer.join()
    assert len(reports) < 998
