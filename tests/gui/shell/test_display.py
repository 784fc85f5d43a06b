"""Without a display, there is a clear message before Qt ends the process."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from digitpad.errors import DigitpadError
from digitpad.gui.shell.display import has_display, require_display

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux can be without a display")


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"DISPLAY": ""},
        {"DISPLAY": ":4711"},
        {"DISPLAY": "nonsense"},
        {"WAYLAND_DISPLAY": "wayland-0"},
        {"WAYLAND_DISPLAY": "wayland-0", "XDG_RUNTIME_DIR": "/nowhere"},
    ],
)
def test_without_a_display_that_answers_the_tour_is_named(environment: dict[str, str]) -> None:
    with pytest.raises(DigitpadError, match=r"display.*digitpad tour"):
        require_display(environment)
    assert not has_display(environment)


def test_a_platform_that_was_chosen_is_trusted() -> None:
    require_display({"QT_QPA_PLATFORM": "offscreen"})
    assert has_display({"QT_QPA_PLATFORM": "offscreen"})


def test_a_wayland_compositor_that_answers_is_enough(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as compositor:
        compositor.bind(str(tmp_path / "wayland-7"))
        compositor.listen()
        require_display({"WAYLAND_DISPLAY": "wayland-7", "XDG_RUNTIME_DIR": str(tmp_path)})


@pytest.mark.parametrize("display", ["", ":4711"])
def test_the_program_says_so_in_one_line_and_ends_with_2(display: str) -> None:
    environment = {"PATH": "/usr/bin:/bin", "DISPLAY": display}
    result = subprocess.run(
        [sys.executable, "-m", "digitpad"], capture_output=True, text=True, env=environment, check=False, timeout=60
    )
    assert result.returncode == 2
    assert "digitpad tour" in result.stderr
    assert "Traceback" not in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
