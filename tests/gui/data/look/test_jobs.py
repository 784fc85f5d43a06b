"""The background work of Look can be stopped between any two steps."""

from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest

from digitpad.data.image_folder import read_image_folder
from digitpad.gui.data.look.jobs import following, loading
from digitpad.gui.workers.latest import WorkContext
from digitpad.gui.workers.progress import StoppedError, WorkProgress
from digitpad.inspection import SplitDataset
from tests.pictures import photograph_folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return photograph_folder(tmp_path / "colours", ("red", "green"), 40)


def test_loading_shows_its_progress_and_its_result(folder: Path) -> None:
    shown: list[object] = []
    loading(str(folder), (3, 8, 8))(WorkContext(Event(), shown.append))
    assert isinstance(shown[0], WorkProgress)
    assert shown[0].total == 80
    assert isinstance(shown[-1], SplitDataset)
    assert len(shown[-1]) == len(read_image_folder(folder, shape=(3, 8, 8)))


def test_loading_stops_among_the_pictures_of_a_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("digitpad.data.prepared_files._AT_ONCE", 8)
    stop = Event()
    shown: list[object] = []

    def show(step: object) -> None:
        shown.append(step)
        stop.set()

    with pytest.raises(StoppedError):
        loading(str(folder), (3, 8, 8))(WorkContext(stop, show))
    assert len(shown) == 1
    assert isinstance(shown[0], WorkProgress)
    assert shown[0].done < 80


def test_a_job_stops_between_two_steps_and_shows_results_at_once() -> None:
    stop = Event()
    shown: list[object] = []
    taken = []

    def show(step: object) -> None:
        shown.append(step)
        if step == "b":
            stop.set()

    def job() -> Iterator[str]:
        for step in "abc":
            taken.append(step)
            yield step

    following(job)(WorkContext(stop, show))
    assert shown == ["a", "b"]
    assert taken == ["a", "b", "c"]
