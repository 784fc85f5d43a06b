"""The state of the class board: people, questions, counts, consent and limits."""

import threading

import numpy as np
import pytest

from digitpad.data.ink import Drawing
from digitpad.reading.number_reading import NumberReading, Segment
from digitpad.serving import board as board_module
from digitpad.serving.board import Board
from digitpad.serving.participants import OTHER
from tests.serving.drawn import NOTHING, blank, drawing, number, read_as


def _class(*clients: str) -> Board:
    board = Board()
    for client in clients:
        board.joined(client)
    return board


def test_everyone_who_joins_has_a_number_and_a_place() -> None:
    board = _class("a", "b")
    board.named("b", "table 2")
    board.drew("b", drawing(1), read_as("7", 0.75))
    first, second = board.state().participants
    assert (first.number, first.name, first.drawing, first.answer) == (1, "", None, None)
    assert (second.number, second.name) == (2, "table 2")
    assert second.answer is not None
    assert (second.answer.text, second.answer.certainty) == ("7", 0.75)
    assert second.drawing is not None
    np.testing.assert_array_equal(second.drawing.strokes[0], drawing(1).strokes[0])


def test_every_change_grows_the_revision_and_the_version_of_what_changed() -> None:
    board = _class("a", "b")
    before, untouched = board.state().participants
    revision = board.revision
    board.drew("a", drawing(1), read_as("1"))
    after, same = board.state().participants
    assert board.revision > revision
    assert after.version > before.version
    assert same is untouched


def test_a_question_counts_the_latest_answer_of_everyone_once() -> None:
    board = _class("a", "b", "c")
    board.ask("4")
    board.drew("a", drawing(1), read_as("4"))
    board.drew("b", drawing(2), read_as("4"))
    board.drew("b", drawing(2, 9), read_as("9"))
    state = board.state()
    assert state.asked == "4"
    assert state.row == {"4": 1, "9": 1}
    assert [one.right for one in state.participants] == [True, False, None]
    assert state.tally == {"4": {"4": 1, "9": 1}}


def test_the_confusion_grows_with_the_questions() -> None:
    board = _class("a", "b")
    board.ask("4")
    board.drew("a", drawing(1), read_as("4"))
    board.drew("b", drawing(2), read_as("9"))
    board.ask("1")
    assert board.state().tally == {"4": {"4": 1, "9": 1}, "1": {}}
    board.drew("a", drawing(3), read_as("1"))
    board.ask("4")
    board.drew("a", drawing(4), read_as("4"))
    assert board.state().tally == {"4": {"4": 2, "9": 1}, "1": {"1": 1}}
    board.ask(None)
    state = board.state()
    assert state.asked is None
    assert state.row == {}
    assert state.tally == {"4": {"4": 2, "9": 1}, "1": {"1": 1}}


def test_numbers_and_what_is_not_a_digit_are_counted_as_other() -> None:
    board = _class("a", "b")
    board.ask("4")
    board.drew("a", drawing(1), number("44"))
    board.drew("b", drawing(2), read_as("4", rejected=True))
    assert board.state().row == {OTHER: 2}
    assert [one.right for one in board.state().participants] == [False, False]


def test_the_drawing_from_before_a_question_is_no_answer_to_it() -> None:
    board = _class("a")
    board.drew("a", drawing(1), read_as("9"))
    board.ask("4")
    assert board.state().participants[0].drawing is None
    # The pen still moves on the old page.
    board.drew("a", drawing(1, 12), read_as("9"))
    assert board.state().row == {}
    board.drew("a", drawing(2), read_as("4"))
    assert board.state().row == {"4": 1}


def test_the_same_stroke_on_a_cleared_page_is_an_answer() -> None:
    board = _class("a")
    board.drew("a", drawing(1), read_as("4"))
    board.ask("4")
    board.drew("a", blank(), NOTHING)
    board.drew("a", drawing(1), read_as("4"))
    assert board.state().row == {"4": 1}


def test_a_cleared_page_has_no_answer() -> None:
    board = _class("a")
    board.ask("4")
    board.drew("a", drawing(1), read_as("4"))
    board.drew("a", blank(), NOTHING)
    (one,) = board.state().participants
    assert (one.drawing, one.answer, one.right) == (None, None, None)
    assert board.state().row == {}


def test_hidden_people_do_not_count_and_come_back() -> None:
    board = _class("a", "b")
    board.consented("a", True)
    board.ask("4")
    board.drew("a", drawing(1), read_as("4"))
    board.drew("b", drawing(2), read_as("4"))
    board.hide("a", hidden=True)
    assert [one.client for one in board.state().shown] == ["b"]
    assert board.state().row == {"4": 1}
    assert board.kept() == ()
    board.hide("a", hidden=False)
    assert board.state().row == {"4": 2}
    assert len(board.kept()) == 1


def test_only_what_was_asked_is_kept_and_only_of_those_who_agree() -> None:
    board = _class("a", "b")
    board.consented("a", True)
    board.drew("a", drawing(1), read_as("5"))
    board.ask("4")
    board.drew("a", drawing(2), read_as("9"))
    board.drew("b", drawing(3), read_as("4"))
    assert [(one.client, one.label) for one in board.kept()] == [("a", "4")]
    board.ask("7")
    board.drew("a", drawing(4), read_as("7"))
    assert [one.label for one in board.kept()] == ["4", "7"]
    assert board.state().keepable == 2
    assert board.state().unsaved
    board.mark_saved(board.kept())
    assert not board.state().unsaved


def test_withdrawn_consent_drops_what_was_kept() -> None:
    board = _class("a", "b")
    for client in "ab":
        board.consented(client, True)
    board.ask("4")
    board.drew("a", drawing(1), read_as("4"))
    board.drew("b", drawing(2), read_as("4"))
    board.ask("7")
    board.consented("a", False)
    assert [one.client for one in board.kept()] == ["b"]


def test_someone_who_has_drawn_keeps_the_place_and_takes_it_again() -> None:
    board = _class("a", "b")
    board.drew("a", drawing(1), read_as("1"))
    board.left("a")
    board.left("b")
    (one,) = board.state().participants
    assert (one.client, one.present) == ("a", False)
    board.joined("a")
    (one,) = board.state().participants
    assert (one.number, one.present) == (1, True)
    assert one.drawing is not None


def test_a_page_that_reconnects_before_its_old_connection_ends_is_present() -> None:
    board = _class("a")
    board.joined("a")
    board.left("a")
    assert board.state().participants[0].present
    board.left("a")
    assert board.state().participants == ()


def test_people_without_a_place_are_counted_and_those_who_left_give_way() -> None:
    board = Board(most=2)
    for client in "abc":
        board.joined(client)
    board.drew("c", drawing(1), read_as("1"))
    state = board.state()
    assert [one.client for one in state.participants] == ["a", "b"]
    assert state.turned_away == 1
    board.left("c")
    assert board.state().turned_away == 0
    board.drew("a", drawing(1), read_as("1"))
    board.left("a")
    board.joined("d")
    assert [one.client for one in board.state().participants] == ["b", "d"]


def test_pages_that_come_and_go_leave_nothing_behind() -> None:
    board = Board(most=3)
    for nth in range(200):
        client = f"client {nth}"
        board.joined(client)
        board.named(client, "x" * 10_000)
        board.drew(client, drawing(nth), read_as("1"))
        board.left(client)
    state = board.state()
    assert len(state.participants) == 3
    assert state.turned_away == 0
    assert all(len(one.name) <= 40 for one in state.participants)


def test_kept_drawings_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(board_module, "MOST_KEPT", 3)
    board = _class("a", "b")
    for client in "ab":
        board.consented(client, True)
    for place in range(5):
        board.ask("4")
        board.drew("a", drawing(place), read_as("4"))
        board.drew("b", drawing(place), read_as("4"))
    board.ask(None)
    assert len(board.kept()) == 3


def test_a_reset_forgets_the_class_and_keeps_the_open_pages() -> None:
    board = _class("a", "b")
    board.named("a", "Ada")
    board.consented("a", True)
    board.ask("4")
    for client in "ab":
        board.drew(client, drawing(1), read_as("4"))
    board.hide("a", hidden=True)
    board.left("b")
    board.reset()
    state = board.state()
    (one,) = state.participants
    assert (one.client, one.name, one.agrees, one.hidden, one.drawing) == ("a", "Ada", True, False, None)
    assert (state.asked, state.row, state.tally, state.keepable, state.unsaved) == (None, {}, {}, 0, False)


def test_another_reading_of_the_same_drawing_changes_the_answer() -> None:
    board = _class("a")
    board.ask("4")
    board.drew("a", drawing(1), read_as("9"))
    (one,) = board.state().participants
    assert one.drawing is not None
    board.reread("a", one.drawing, read_as("4"))
    assert board.state().row == {"4": 1}
    board.reread("a", one.drawing, None)
    assert board.state().row == {OTHER: 1}
    board.drew("a", drawing(2), read_as("7"))
    board.reread("a", one.drawing, read_as("4"))
    assert board.state().row == {"7": 1}


@pytest.mark.parametrize(
    "bad",
    [
        Drawing((np.zeros((3, 2), np.float32),), 0.0, 100.0),
        Drawing((np.zeros((3, 2), np.float32),), 1e9, 100.0),
        Drawing((np.zeros((3, 2), np.float32),), float("nan"), 100.0),
        Drawing((np.full((3, 2), 1e30, np.float32),), 100.0, 100.0),
        Drawing((np.full((3, 2), np.nan, np.float32),), 100.0, 100.0),
        Drawing((np.zeros((20_001, 2), np.float32),), 100.0, 100.0),
    ],
)
def test_a_drawing_that_cannot_be_painted_changes_nothing(bad: Drawing) -> None:
    board = _class("a")
    board.drew("a", drawing(1), read_as("1"))
    before = board.state().participants[0]
    board.drew("a", bad, read_as("2"))
    assert board.state().participants[0] is before


def test_what_strangers_send_is_ignored() -> None:
    board = _class()
    board.named("x", "who")
    board.consented("x", True)
    board.drew("x", drawing(1), read_as("1"))
    board.left("x")
    board.hide("x", hidden=True)
    board.reread("x", drawing(1), read_as("1"))
    assert board.state().participants == ()


def test_an_answer_that_is_not_finite_counts_as_other() -> None:
    board = _class("a")
    board.ask("4")
    board.drew("a", drawing(1), read_as("4", float("nan")))
    (one,) = board.state().participants
    assert one.answer is not None
    assert (one.answer.text, one.answer.rejected, one.right) == ("", True, False)


def test_a_sign_has_no_prediction() -> None:
    board = _class("a")
    board.drew("a", drawing(1), NumberReading((Segment("-", (0, 0, 1, 1), None),), 0.8))
    answer = board.state().participants[0].answer
    assert answer is not None
    assert (answer.text, answer.certainty) == ("-", 0.8)


def test_two_threads_lose_nothing() -> None:
    board = Board(most=40)

    def arrive(name: str) -> None:
        for nth in range(20):
            board.joined(f"{name}{nth}")
            board.drew(f"{name}{nth}", drawing(nth), read_as(name))

    threads = [threading.Thread(target=arrive, args=(name,)) for name in "12"]
    board.ask("1")
    for thread in threads:
        thread.start()
    seen = [board.state() for _ in range(50)]
    for thread in threads:
        thread.join()
    assert [state.revision for state in seen] == sorted(state.revision for state in seen)
    assert board.state().row == {"1": 20, "2": 20}
    assert sorted(one.number for one in board.state().participants) == list(range(1, 41))
