import os
import subprocess
import sys
from pathlib import Path

import pytest

from digitpad.atomic import atomic_write
from digitpad.errors import DigitpadError


def test_the_file_appears_whole_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "file"
    with atomic_write(path) as file:
        file.write(b"one ")
        assert not path.exists()
        file.write(b"two")
    assert path.read_bytes() == b"one two"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_already_there_is_replaced_only_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    with atomic_write(path) as file:
        file.write(b"new")
        file.flush()
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"


@pytest.mark.parametrize("error", [ValueError("ours"), KeyboardInterrupt()])
def test_an_error_in_the_block_passes_through_and_leaves_nothing(tmp_path: Path, error: BaseException) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")

    def write_half() -> None:
        with atomic_write(path) as file:
            file.write(b"half")
            raise error

    with pytest.raises(type(error)):
        write_half()
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_an_error_of_the_disk_is_told_with_the_name_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    path = tmp_path / "file"
    with pytest.raises(DigitpadError) as caught, atomic_write(path) as file:
        file.write(b"half")
    assert str(path) in str(caught.value)
    assert "No space left on device" in str(caught.value)
    assert isinstance(caught.value.__cause__, OSError)
    assert list(tmp_path.iterdir()) == []


def test_what_was_written_reaches_the_disk_before_the_name_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    happened = []

    def move(_self: Path, _target: Path) -> None:
        happened.append("moved")

    monkeypatch.setattr(os, "fsync", lambda _descriptor: happened.append("synced"))
    monkeypatch.setattr(Path, "replace", move)
    with atomic_write(tmp_path / "file") as file:
        file.write(b"x")
    assert happened == ["synced", "moved"]


@pytest.mark.parametrize("place", ["missing/file", "other/file"])
def test_a_place_where_no_file_can_be_is_refused(tmp_path: Path, place: str) -> None:
    (tmp_path / "other").write_bytes(b"a file, not a folder")
    with pytest.raises(DigitpadError, match="choose another place"), atomic_write(tmp_path / place):
        pytest.fail("the block must not run")


@pytest.mark.parametrize("place", [".", "/"])
def test_folders_without_a_name_are_refused(place: str) -> None:
    with pytest.raises(DigitpadError, match="is a folder"), atomic_write(Path(place)):
        pytest.fail("the block must not run")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DigitpadError, match="is a folder"), atomic_write(tmp_path):
        pytest.fail("the block must not run")


def test_a_name_that_no_file_can_have_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DigitpadError, match="name too long"), atomic_write(tmp_path / ("n" * 300)):
        pytest.fail("the block must not run")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no pipes with a place in a folder")
def test_what_is_no_ordinary_file_is_never_replaced(tmp_path: Path) -> None:
    # A pipe of the test's own stands for all devices: were a real one tried, a mistake would replace it.
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(DigitpadError, match="device"), atomic_write(pipe):
        pytest.fail("the block must not run")
    assert pipe.is_fifo()
    assert list(tmp_path.iterdir()) == [pipe]


def test_two_writers_do_not_meet(tmp_path: Path) -> None:
    path = tmp_path / "file"
    with atomic_write(path) as first, atomic_write(path) as second:
        first.write(b"first")
        second.write(b"second")
    assert path.read_bytes() == b"first"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
def test_a_real_limit_on_the_size_of_files_is_an_error_like_any_other(tmp_path: Path) -> None:
    script = (
        "import resource, signal, sys\n"
        "from pathlib import Path\n"
        "from digitpad.atomic import atomic_write\n"
        "from digitpad.errors import DigitpadError\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "try:\n"
        "    with atomic_write(Path(sys.argv[1])) as file:\n"
        "        file.write(bytes(100_000))\n"
        "except DigitpadError as error:\n"
        "    print(error)\n"
    )
    path = tmp_path / "file"
    result = subprocess.run([sys.executable, "-c", script, path], capture_output=True, text=True, check=True)
    assert str(path) in result.stdout
    assert list(tmp_path.iterdir()) == []
