"""Names and drawings come from devices that anyone may hold."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from digitpad.data.ink import Drawing
from digitpad.gui.board.sharing import Sharing
from digitpad.gui.board.tile import described
from digitpad.gui.board.window import BoardWindow
from tests.serving.drawn import drawing, read_as

NAMES = (
    "<img src='http://example.org/x.png'>",
    "<b>&amp;</b>",
    "\u202eevil\u202c",
    "a" * 10_000,
    "x" + "\u0301" * 500,
    "line\nbreak\x00\x1b[31m",
    "&File",
    "\ud800",
)


STROKES = (
    (np.zeros((0, 2), np.float32),),
    (np.zeros((1, 2), np.float32),),
    (np.zeros((1, 2), np.float32), np.zeros((0, 2), np.float32)),
    (np.full((2, 2), 1e6, np.float32),),
    (np.full((2, 3), -1e6, np.float32),),
    tuple(np.full((1, 2), place, np.float32) for place in range(500)),
    (np.random.default_rng(0).uniform(0, 300, (20_000, 2)).astype(np.float32),),
)


def test_no_name_is_more_than_a_short_plain_line(board: BoardWindow, shared: Sharing) -> None:
    shared.board.joined("a")
    shared.board.drew("a", drawing(1), read_as("4"))
    for name in NAMES:
        shared.board.named("a", name)
        board.refresh()
        (one,) = board.grid.people
        assert one.name.isprintable()
        assert len(one.name) <= 40
        for text in (described(one), board.grid.tip_of(0), board.grid.accessibleDescription()):
            assert "\u202e" not in text
        board.show_large("a")
        board.large.grab()
        board.show_all()
        board.grid.grab()
        shared.board.hide("a", hidden=True)
        board.refresh()
        shared.board.hide("a", hidden=False)
    assert all(label.textFormat() == Qt.TextFormat.PlainText for label in board.findChildren(QLabel))


@pytest.mark.parametrize("size", [(300.0, 300.0), (1e-3, 1e-3), (1e6, 1e-3)])
def test_every_drawing_can_be_painted(board: BoardWindow, shared: Sharing, size: tuple[float, float]) -> None:
    shared.board.joined("a")
    for strokes in STROKES:
        shared.board.drew("a", Drawing(strokes, *size), read_as("4"))
        board.refresh()
        board.grid.grab()
        board.show_large("a")
        board.large.grab()
        board.show_all()


def test_strangers_make_nothing_grow(board: BoardWindow, shared: Sharing) -> None:
    for visit in range(300):
        shared.board.joined(f"c{visit}")
        shared.board.named(f"c{visit}", f"name {visit}")
        shared.board.drew(f"c{visit}", drawing(visit), read_as("4"))
        shared.board.left(f"c{visit}")
        if not visit % 50:
            board.refresh()
            board.grid.grab()
    board.refresh()
    assert len(board.grid.people) == 60
