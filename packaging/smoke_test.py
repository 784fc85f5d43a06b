"""Test the frozen program in an environment like that of a new machine.

    python packaging/smoke_test.py dist/digitpad/digitpad

The environment contains only a separate home folder and no screen. The program must print its version, read a digit,
train a few batches, write the model and load it again, evaluate it, show the activations of its layers, serve the page
and read what is sent, and draw and train in all tabs of the real window. Then failures of the environment are tested:
no display, a read-only home folder, a full disk, damaged settings, and a window that is already open. The test needs
only Python's standard library.
"""

import argparse
import http.client
import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

_SIDE = 28
#: A seven: a horizontal bar, and a stroke down from its right end.
_SEVEN = {
    "label": 7,
    "width": 280,
    "height": 280,
    "strokes": [[[70, 60], [140, 58], [205, 60], [165, 140], [130, 230]]],
}
_PICTURES_OF_THE_TOUR = ("draw.png", "data.png", "train.png", "features.png", "evaluate.png")


class SmokeError(Exception):
    """The program did not behave as required."""


class Program:
    """The frozen program and its home folder.

    Parameters
    ----------
    path
        The executable.
    home
        An empty folder.
    """

    def __init__(self, path: Path, home: Path) -> None:
        self.path, self.home = path.resolve(), home

    def environment(self) -> dict[str, str]:
        """Return the environment variables of the program."""
        world = {"HOME": str(self.home), "QT_QPA_PLATFORM": "offscreen", "LC_ALL": "C.UTF-8"}
        if sys.platform == "win32":
            # Windows cannot start a program without these.
            world |= {name: os.environ[name] for name in ("SYSTEMROOT", "TEMP", "TMP") if name in os.environ}
            world |= {"USERPROFILE": str(self.home), "LOCALAPPDATA": str(self.home), "APPDATA": str(self.home)}
        return world

    def run(self, *words: object, code: int = 0, limit: float = 300.0, world: Mapping[str, str] | None = None) -> str:
        """Run a command to its end and return its output.

        Parameters
        ----------
        words
            The command.
        code
            The expected exit code.
        limit
            Time limit in seconds.
        world
            Environment variables to change; an empty one is removed.

        Raises
        ------
        SmokeError
            If it ends with a different exit code, or exceeds the time limit.
        """
        command = [str(self.path), *map(str, words)]
        try:
            done = subprocess.run(
                command,
                env={name: value for name, value in (self.environment() | dict(world or {})).items() if value},
                cwd=self.home,
                capture_output=True,
                text=True,
                encoding="utf-8",
                timeout=limit,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise SmokeError(f"{' '.join(command)} did not end within {limit:.0f} s") from error
        if done.returncode != code:
            raise SmokeError(
                f"{' '.join(command)} ended with {done.returncode}, not {code}:\n{done.stdout}{done.stderr}"
            )
        return done.stdout + done.stderr

    def json(self, *words: object) -> Any:
        """Run a command with `--json` and return the last object that it printed."""
        lines = self.run(*words, "--json").strip().splitlines()
        return json.loads(next(line for line in reversed(lines) if line[:1] in "[{"))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run all tests and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=Path)
    options = parser.parse_args(arguments)
    if not options.program.is_file():
        parser.error(f"{options.program} is not there; build it with packaging/build.py")
    with tempfile.TemporaryDirectory(prefix="digitpad smoke ä ") as folder:
        try:
            try_everything(Program(options.program, Path(folder)))
            try_adversities(Program(options.program, Path(folder)))
        except SmokeError as trouble:
            print(f"FAILED: {trouble}", file=sys.stderr)
            return 1
    print("The frozen program works.")
    return 0


def try_everything(program: Program) -> None:
    """Test all parts of the program; see the module docstring."""
    version = _step("version", lambda: program.run("--version"))
    _demand(version.startswith("digitpad "), f"--version said {version!r}")

    ink = program.home / "seven.jsonl"
    ink.write_text(json.dumps(_SEVEN) + "\n", encoding="utf-8")
    read = _step("reading ink", lambda: program.json("predict", ink))
    _demand(read[0]["label"] == "7", f"a seven was read as {read[0]['label']}")
    picture = program.home / "one.png"
    picture.write_bytes(_one())
    read = _step("reading a picture", lambda: program.json("predict", picture))
    _demand(read[0]["label"] == "1", f"a one was read as {read[0]['label']}")

    model = program.home / "trained.safetensors"
    words = ("train", "--architecture", "light", "--recipe", "quick", "--limit", 3000, "--output", model)
    trained = _step("training", lambda: program.json(*words))
    _demand(trained["steps"] >= 10 and model.is_file(), f"training reported {trained}")
    again = _step("evaluating what was trained", lambda: program.json("evaluate", "--model", model))
    _demand(again["count"] == 10_000 and again["accuracy"] > 0.5, f"evaluation reported {again['accuracy']}")
    _step("features", lambda: program.run("features", ink, "--model", model, "--out", program.home / "maps"))
    _demand((program.home / "maps" / "features.npz").is_file(), "features wrote no archive")
    _step("bad input", lambda: program.run("predict", program.home / "nothing.png", code=2))

    _step("the server", lambda: _try_server(program))

    pictures = program.home / "tour"
    _step("the window", lambda: program.run("tour", "--out", pictures))
    for name in _PICTURES_OF_THE_TOUR:
        _demand((pictures / name).is_file(), f"the tour saved no {name}")


def try_adversities(program: Program) -> None:
    """Check that the program works or prints a one-line error when the environment is faulty."""
    ink = program.home / "seven.jsonl"
    if sys.platform.startswith("linux"):
        bare = {"QT_QPA_PLATFORM": ""}
        said = _step("no display", lambda: program.run(code=2, world=bare))
        _demand("no display" in said and len(said.strip().splitlines()) == 1, f"without a display it said {said!r}")
        # Not even root can create a folder below a file.
        sealed = {"HOME": str(ink / "home")}
        _step("a home that cannot be written", lambda: program.run("predict", ink, world=sealed))
        words = ("train", "--architecture", "light", "--limit", 500, "--epochs", 1)
        said = program.run(*words, code=2, world=sealed)
        _demand(len(said.strip().splitlines()) == 1, f"with a home that cannot be written it said {said!r}")
        _step("the window there", lambda: _try_window(program, sealed, damaged=False))
        if os.geteuid() == 0:
            _step("a full disk", lambda: _try_full_disk(program))
    if sys.platform != "win32":
        _step("damaged settings, and a second start", lambda: _try_window(program, {}, damaged=True))


def _try_full_disk(program: Program) -> None:
    disk = program.home / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)], check=True)
    try:
        words = ("train", "--architecture", "light", "--limit", 500, "--epochs", 1, "--no-run")
        said = program.run(*words, "--output", disk / "model.safetensors", code=2)
        _demand("model.safetensors" in said, f"on a full disk it said {said!r}")
        _demand(not any(disk.iterdir()), f"on a full disk it left {[path.name for path in disk.iterdir()]}")
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def _try_server(program: Program) -> None:
    """Start the server, draw a digit over HTTP, get the page, and stop it."""
    words = [str(program.path), "serve", "--port", "0", "--json"]
    server = subprocess.Popen(words, env=program.environment(), cwd=program.home, stdout=subprocess.PIPE, text=True)
    try:
        said = "" if server.stdout is None else server.stdout.readline()
        place = urlsplit(json.loads(said)["address"])
        contents = b""
        for method, path, body in (
            ("GET", "", None),
            ("GET", "page.js", None),
            ("POST", "predict", json.dumps(_SEVEN)),
        ):
            connection = http.client.HTTPConnection(str(place.hostname), place.port, timeout=60)
            connection.request(method, place.path + path, body)
            response = connection.getresponse()
            contents = response.read()
            connection.close()
            _demand(response.status == 200, f"the server answered {path or '/'} with {response.status}: {contents!r}")
        _demand(json.loads(contents)["label"] == "7", f"the server read {contents!r}")
        server.terminate()
        code = server.wait(60)
        # Windows ends a program without asking it.
        _demand(code == 0 or sys.platform == "win32", f"the server ended with {code}")
    finally:
        server.kill()
        server.communicate()


def _try_window(program: Program, world: Mapping[str, str], *, damaged: bool) -> None:
    """Open a window, pass it a file from a second start, and close it."""
    runtime = program.home / "runtime"
    shutil.rmtree(runtime, ignore_errors=True)
    runtime.mkdir(mode=0o700)
    if damaged:
        settings = program.home / ".config" / "digitpad" / "window.json"
        settings.parent.mkdir(parents=True, exist_ok=True)
        settings.write_bytes(b'{"colours": "\xff\xfe\x00", "geometry": "nonsense", "model": ')
    world = dict(world) | {"XDG_RUNTIME_DIR": str(runtime)}
    window = subprocess.Popen([str(program.path)], env=program.environment() | world, cwd=program.home)
    try:
        patience = time.monotonic() + 60
        while not (runtime / "digitpad" / "window").exists():
            _demand(window.poll() is None, f"the window ended with {window.returncode}")
            _demand(time.monotonic() < patience, "the window did not open within a minute")
            time.sleep(0.05)
        program.run("gui", program.home / "seven.jsonl", limit=60, world=world)
        _demand(window.poll() is None, f"the window ended with {window.returncode} when it was handed a file")
    finally:
        window.terminate()
        window.wait(30)


def _step(name: str, work: Any) -> Any:
    begun = time.perf_counter()
    result = work()
    print(f"{name}: {time.perf_counter() - begun:.1f} s", flush=True)
    return result


def _demand(holds: bool, otherwise: str) -> None:
    if not holds:
        raise SmokeError(otherwise)


def _one() -> bytes:
    """Return a PNG of a thick vertical line, black on white."""
    rows = []
    for row in range(_SIDE):
        inside = 5 <= row < _SIDE - 5
        rows.append(b"\0" + bytes(0 if inside and 13 <= column <= 15 else 255 for column in range(_SIDE)))
    header = struct.pack(">IIBBBBB", _SIDE, _SIDE, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(b"".join(rows))), (b"IEND", b""))
    parts = [
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


if __name__ == "__main__":
    sys.exit(main())
