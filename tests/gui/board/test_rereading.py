"""The board and the pages follow the network that the window shows."""

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from digitpad.gui.board.current_reader import CurrentReader
from digitpad.gui.board.rereading import Rereading
from digitpad.gui.workspace import models
from digitpad.gui.workspace.workspace import Workspace
from digitpad.models.model_file import load_model
from digitpad.reading.numbers import NumberReader
from digitpad.reading.recognizer import Recognizer
from digitpad.serving.board import Board
from tests.serving.drawn import drawing, read_as


@pytest.fixture
def current(workspace: Workspace) -> CurrentReader:
    return CurrentReader(workspace, workspace)


def test_before_a_network_reads_drawings_there_is_none(current: CurrentReader) -> None:
    # The window's reader of the tests is not a network.
    assert current.current is None
    with pytest.raises(RuntimeError, match="no network"):
        current()


def test_the_reader_is_that_of_the_network_that_is_shown(
    workspace: Workspace, current: CurrentReader, tmp_path: Path
) -> None:
    light, standard = models.load("light"), models.load("standard")
    workspace.use_network(light)
    assert current() is light.reader
    workspace.look_by(standard)
    assert current() is standard.reader
    training = Recognizer(load_model("light"))
    workspace.show_training(training, 3, tmp_path)
    assert current() is training
    workspace.look_at_in_use()
    assert current() is light.reader
    workspace.look_by(None)
    assert current() is light.reader


def test_drawings_that_rest_are_read_again_by_the_next_network(
    workspace: Workspace, current: CurrentReader, qtbot: QtBot
) -> None:
    board = Board()
    rereading = Rereading(board, workspace, current, workspace)
    board.joined("a")
    board.joined("b")
    drawn = drawing(1)
    board.drew("a", drawn, read_as("3", 0.4))
    network = models.load("light")
    workspace.use_network(network)
    assert isinstance(network.reader, Recognizer)
    expected = NumberReader(network.reader).read_drawing(drawn.strokes, canvas=drawn.long_side)

    def is_read() -> bool:
        answer = board.state().participants[0].answer
        return answer is not None and answer.text == expected.text != "3"

    qtbot.waitUntil(is_read, timeout=20_000)
    assert board.state().participants[1].answer is None
    rereading.shut_down()


def test_a_diverged_network_has_no_answer(workspace: Workspace, current: CurrentReader, qtbot: QtBot) -> None:
    board = Board()
    rereading = Rereading(board, workspace, current, workspace)
    board.joined("a")
    board.drew("a", drawing(1), read_as("3"))
    model = load_model("light").copy()
    for parameter in model.network.parameters():
        parameter.value[...] = float("nan")
    network = models.take(model, Path("nan"), "nan")
    workspace.use_network(network)

    def is_rejected() -> bool:
        answer = board.state().participants[0].answer
        return answer is not None and answer.rejected and answer.text == ""

    qtbot.waitUntil(is_rejected, timeout=20_000)
    rereading.shut_down()
