"""Files that are passed to a running window."""

import json
import os
import socket
import threading
from collections.abc import Iterator
from multiprocessing.connection import Client
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from digitpad.gui.shell.instance import OpenRequests, hand_over


@pytest.fixture
def where(tmp_path: Path) -> str:
    return str(tmp_path / "run" / "window")


@pytest.fixture
def requests(where: str) -> Iterator[OpenRequests]:
    requests = OpenRequests()
    assert requests.listen(where)
    yield requests
    requests.close()


def test_a_window_that_listens_takes_the_files(qtbot: QtBot, requests: OpenRequests, where: str) -> None:
    with qtbot.waitSignal(requests.received) as caught:
        assert hand_over([Path("a b.png"), Path("/ü/ink.jsonl")], where)
    assert caught.args == [[Path("a b.png").absolute(), Path("/ü/ink.jsonl")]]


def test_without_a_window_nobody_takes_them(where: str) -> None:
    assert not hand_over([Path("a.png")], where)


def test_the_second_window_does_not_listen_and_the_first_goes_on(
    qtbot: QtBot, requests: OpenRequests, where: str
) -> None:
    second = OpenRequests()
    assert not second.listen(where)
    second.close()
    with qtbot.waitSignal(requests.received):
        assert hand_over([Path("a.png")], where)


def test_what_a_killed_window_left_behind_is_taken_over(qtbot: QtBot, where: str) -> None:
    Path(where).parent.mkdir()
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(where)
    requests = OpenRequests()
    assert requests.listen(where)
    with qtbot.waitSignal(requests.received):
        assert hand_over([Path("a.png")], where)
    requests.close()


def test_after_closing_the_place_is_free(requests: OpenRequests, where: str) -> None:
    requests.close()
    assert not hand_over([Path("a.png")], where)
    other = OpenRequests()
    assert other.listen(where)
    other.close()


@pytest.mark.parametrize(
    "nonsense",
    [
        *(b"", b"\xff\xfe", b"{", b'{"a": 1}', b"[1, 2]", b"null", b'["a\\u0000b"]', b"[" * 200_000),
        json.dumps(["/a.png"] * 2000).encode(),
    ],
)
def test_nonsense_is_not_taken(qtbot: QtBot, requests: OpenRequests, where: str, nonsense: bytes) -> None:
    with Client(where) as connection:
        connection.send_bytes(nonsense)
        with pytest.raises(EOFError):
            connection.recv_bytes()
    with qtbot.waitSignal(requests.received) as caught:
        assert hand_over([Path("/good.png")], where)
    assert caught.args == [[Path("/good.png")]]


def test_a_place_that_cannot_be_made_is_done_without(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    requests = OpenRequests()
    assert not requests.listen(str(tmp_path / "file" / "window"))
    requests.close()


def test_a_caller_that_says_nothing_or_half_of_it_keeps_nobody_waiting(
    qtbot: QtBot, requests: OpenRequests, where: str
) -> None:
    with socket.socket(socket.AF_UNIX) as silent, socket.socket(socket.AF_UNIX) as half:
        silent.connect(where)
        with qtbot.waitSignal(requests.received):
            assert hand_over([Path("/good.png")], where) or hand_over([Path("/good.png")], where)
        half.connect(where)
        half.sendall(b"\0\0\1\0[")
        requests.close()
    assert not [thread for thread in threading.enumerate() if thread.name == "digitpad-open-requests"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has named pipes")
@pytest.mark.usefixtures("requests")
def test_nobody_else_can_enter_the_sockets_folder(where: str) -> None:
    folder = Path(where).parent
    assert folder.stat().st_mode & 0o777 == 0o700
    folder.chmod(0o755)
    assert not hand_over([Path("/good.png")], where)
    folder.chmod(0o700)
    assert hand_over([Path("/good.png")], where)
