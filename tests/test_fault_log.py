"""The log goes into an ordinary file of the user's own, never along a link that somebody else has laid."""

import os
from pathlib import Path

import pytest

from digitpad import paths
from digitpad.fault_log import LOG_NAME, open_log


@pytest.mark.skipif(os.name == "nt", reason="Windows' temporary folder is the user's own")
@pytest.mark.parametrize("kind", ["link", "hard link", "pipe"])
def test_the_log_follows_no_link_in_a_shared_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    blocked, shared, victim = tmp_path / "blocked", tmp_path / "shared", tmp_path / "victim"
    blocked.touch()
    shared.mkdir()
    victim.write_text("mine")
    monkeypatch.setattr(paths, "user_log_dir", lambda: blocked)
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(shared))
    match kind:
        case "link":
            (shared / LOG_NAME).symlink_to(victim)
        case "hard link":
            (shared / LOG_NAME).hardlink_to(victim)
        case "pipe":
            os.mkfifo(shared / LOG_NAME)
    logger, path = open_log()
    logger.error("a fault")
    assert path is None
    assert victim.read_text() == "mine"


def test_the_log_is_for_its_user_alone() -> None:
    logger, path = open_log()
    logger.error("a fault")
    assert path is not None
    assert "a fault" in path.read_text()
    assert os.name == "nt" or path.stat().st_mode & 0o077 == 0
    for handler in logger.handlers:
        handler.close()
