"""Fixtures for all tests: no screen needed, no settings of the user changed, no threads leaked."""

import atexit
import contextlib
import gc
import os
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# As in the program, before NumPy is imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# Tests compare English texts, regardless of the developer's language.
os.environ["DIGITPAD_LANGUAGE"] = "en"

_ROOM = 4_000_000_000  # bytes; a run of all tests writes about a third of it


def _stay_in_memory() -> None:
    """Give tests, and the processes that they start, temporary folders in memory if the system has room for them there.

    A file that is replaced, or waited for until it is on the disk, takes milliseconds on a disk, and tests write
    thousands of them.
    """
    memory = Path("/dev", "shm")
    with contextlib.suppress(OSError):
        if os.access(memory, os.W_OK | os.X_OK) and shutil.disk_usage(memory).free > _ROOM:
            os.environ["TMPDIR"] = tempfile.tempdir = str(memory)


def _leave_home() -> None:
    """Give this process and its children a separate home folder, before Qt determines one.

    Qt writes settings of its own (`QtProject.conf`, after a file dialog, for one) without asking `digitpad.paths`.
    """
    home = Path(tempfile.mkdtemp(prefix="digitpad-home-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    for name in ("HOME", "USERPROFILE"):
        os.environ[name] = str(home)
    for name, folder in (
        ("XDG_CONFIG_HOME", ".config"),
        ("XDG_DATA_HOME", ".local/share"),
        ("XDG_STATE_HOME", ".local/state"),
        ("XDG_CACHE_HOME", ".cache"),
        ("APPDATA", "AppData/Roaming"),
        ("LOCALAPPDATA", "AppData/Local"),
    ):
        os.environ[name] = str(home / folder)


_stay_in_memory()
_leave_home()

# While thousands of tests are being collected, nothing becomes garbage, but Python would look through all of it a dozen
# times.
gc.disable()


def pytest_collection_finish() -> None:
    """Let Python collect garbage again, except among the modules and the tests, which stay anyhow."""
    gc.freeze()
    gc.enable()


@pytest.fixture(scope="session", autouse=True)
def _bundled_data_are_read_once() -> Iterator[None]:
    from tests.bundled_data import read_once

    with pytest.MonkeyPatch.context() as patch:
        read_once(patch)
        yield


@pytest.fixture(scope="session", autouse=True)
def _one_processor() -> Iterator[None]:
    """Train in one thread, except where a test asks for more: each further one is a process, which waits busily."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "sched_getaffinity", lambda _pid: {0}, raising=False)
        yield


@pytest.fixture(scope="session")
def _homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return new folders, one for each test: `mktemp` looks through those of all earlier tests for the next number."""
    # A short name: paths of sockets have a limit.
    root = tmp_path_factory.mktemp("u", numbered=False)
    return (root / str(number) for number in count())


@pytest.fixture
def tmp_path(_homes: Iterator[Path]) -> Path:
    """Return a new folder of the test's own, in place of pytest's fixture, for the reason given at `_homes`."""
    folder = next(_homes)
    folder.mkdir(mode=0o700)
    return folder


@pytest.fixture(autouse=True)
def own_user_folders(_homes: Iterator[Path]) -> Iterator[Path]:
    """Give each test user folders of its own in the folder returned: `data`, `config` and so on; none exists yet."""
    from digitpad import paths

    home = next(_homes)
    home.mkdir(mode=0o700)
    with pytest.MonkeyPatch.context() as patch:
        for name in ("data", "config", "log", "runtime"):
            patch.setattr(paths, f"user_{name}_dir", lambda folder=home / name: folder)
        yield home


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Run a command in this process; return exit code, standard output and standard error."""
    from digitpad import cli

    def call(*words: object) -> tuple[int, str, str]:
        code = cli.main([str(word) for word in words])
        out, err = capsys.readouterr()
        return code, out, err

    return call


@pytest.fixture(autouse=True)
def _no_thread_left_behind() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    for thread in _own_threads() - before:
        thread.join(timeout=20)
    left = [thread.name for thread in _own_threads() - before if thread.is_alive()]
    assert not left, f"threads are still running: {left}"


def _own_threads() -> set[threading.Thread]:
    """Return Python's threads; a thread of Qt that has ended stays on its list as a dummy until its number recurs."""
    return {thread for thread in threading.enumerate() if not thread.name.startswith("Dummy-")}


@pytest.fixture(scope="session")
def pseudo_catalogues(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder like `resources/languages` with the language of `tests/pseudo.py`."""
    from tests import pseudo

    folder = tmp_path_factory.mktemp("languages")
    pseudo.write_catalogues(folder)
    return folder


@pytest.fixture(scope="session")
def test_data() -> Path:
    """Return the folder with real ink and MNIST, from DIGITPAD_TEST_DATA; skip without it."""
    folder = os.environ.get("DIGITPAD_TEST_DATA")
    if not folder:
        pytest.skip("DIGITPAD_TEST_DATA does not name a folder with ink/ and mnist/")
    return Path(folder)
