"""Look beside a real workspace, with a model and a small dataset whose readings are all known."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import shiboken6
from pytestqt.qtbot import QtBot

from digitpad.data.idx import write_idx
from digitpad.gui.data.look.page import LookPage
from digitpad.gui.widgets.theme import Theme
from digitpad.gui.workspace.settings import Settings
from digitpad.gui.workspace.workspace import Workspace
from tests.gui.evaluation.conftest import images_read_as, save_pixel_model, write_test_set

#: Labels of the training images, and what the model reads: a bright 3 is labelled 8, and a dim 4 is read as 9.
TRUTH = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 3, 8, 4]
READ = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 3, 3, 9]
BRIGHT = [250, 250, 250, 250, 250, 250, 250, 250, 250, 250, 240, 255, 40]


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return save_pixel_model(tmp_path / "first.safetensors")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Return a folder with thirteen training images and four test images, the last an exact copy of a training one."""
    images = images_read_as(READ, BRIGHT)
    folder = write_test_set(tmp_path / "small", np.concatenate([images[[1, 2, 3]] // 2, images[6:7]]), [1, 2, 3, 6])
    write_idx(folder / "train-images-idx3-ubyte", images)
    write_idx(folder / "train-labels-idx1-ubyte", np.array(TRUTH, np.uint8))
    return folder


@pytest.fixture
def workspace(settings: Settings, model: Path) -> Iterator[Workspace]:
    workspace = Workspace(settings)
    assert workspace.use(model)
    yield workspace
    workspace.shut_down()
    shiboken6.delete(workspace)


@pytest.fixture
def ready(qtbot: QtBot) -> Callable[[LookPage], None]:
    """Return a function that waits until all work of a page is done and shown."""

    def wait(page: LookPage) -> None:
        qtbot.waitUntil(lambda: not page.work.is_busy and bool(page.images or page.state.text), timeout=20_000)
        if page.images_card.shows_grid:
            cell = tuple(page.grid.cells[page.grid.place].tolist())
            qtbot.waitUntil(lambda: page.shown_cell == cell, timeout=20_000)

    return wait


@pytest.fixture
def page(theme: Theme, workspace: Workspace, data: Path, ready: Callable[[LookPage], None]) -> Iterator[LookPage]:
    page = LookPage(theme, workspace)
    page.resize(1248, 680)
    page.data.open(str(data))
    page.show()
    ready(page)
    yield page
    page.shut_down()
    shiboken6.delete(page)
