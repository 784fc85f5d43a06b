"""`digitpad serve`, as a person or a script meets it."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from digitpad import extras
from digitpad.serving.addresses import DEFAULT_PORT, LOOPBACK, listen
from tests.serving.client import SEVEN, answer

Run = Callable[..., tuple[int, str, str]]


@pytest.mark.parametrize("words", [(), ("--share",)])
def test_it_serves_until_it_is_asked_to_end(words: tuple[str, ...]) -> None:
    command = [sys.executable, "-m", "digitpad", "serve", "--port", "0", "--model", "light", "--json", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = json.loads(process.stdout.readline())
        assert (said["model"], said["shared"]) == ("light", bool(words))
        assert said["address"] == said["addresses"][0]
        status, record = answer(said["address"], "predict", json.dumps(SEVEN))
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=60)
    assert (status, record["label"]) == (200, "7")
    assert (process.returncode, out, err) == (0, "", "")


def test_a_port_in_use_is_answered_with_the_next_step(run: Run) -> None:
    with listen(LOOPBACK, 0) as taken:
        port = taken.getsockname()[1]
        code, out, err = run("serve", "--port", port, "--model", "light")
    assert (code, out) == (2, "")
    assert err.startswith(f"digitpad: Port {port} is in use")
    assert err.count("\n") == 1


@pytest.mark.parametrize("port", ["-1", "65536", "x", "1e3", ""])
def test_what_is_not_a_port_is_refused(run: Run, port: str) -> None:
    code, _out, err = run("serve", f"--port={port}")
    assert code == 2
    assert "is not a port from 0 to 65535" in err


def test_start_opens_the_window_at_a_port(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from digitpad.gui.shell import app

    asked: list[tuple[object, ...]] = []

    def take(paths: list[Path], model: str | None, *, port: int) -> int:
        asked.append((paths, model, port))
        return 0

    monkeypatch.setattr(app, "run", take)
    assert run("start", "seven.png", "--model", "light", "--port", 8099)[0] == 0
    assert run("start")[0] == 0
    assert asked == [([Path("seven.png")], "light", 8099), ([], None, DEFAULT_PORT)]


@pytest.mark.parametrize("command", ["serve", "start"])
def test_without_the_extra_the_command_names_it(run: Run, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    monkeypatch.setattr(extras, "is_installed", lambda name: name not in {"starlette", "uvicorn", "websockets"})
    code, _out, err = run(command)
    assert code == 2
    assert err == "digitpad: The server needs the package starlette; install it with: pip install 'digitpad[serve]'\n"


def test_an_unknown_model_is_refused(run: Run) -> None:
    code, _out, err = run("serve", "--model", "nowhere", "--port", 0)
    assert code == 2
    assert "nowhere" in err
