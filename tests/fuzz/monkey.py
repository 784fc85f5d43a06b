"""A monkey at the real window: it clicks, draws, drops, trains and closes at random, off-screen.

    python tests/fuzz/monkey.py --actions 1000 --seed 7
    python tests/fuzz/monkey.py --seconds 600 --seed 100

It runs in a child process with temporary folders. Failures are reported with the seed and the last actions: an
exception, a warning of Qt, a turn of the event loop that takes more than a second, a window or thread that outlives the
main window, or the end of the process. With `--seconds`, seeds follow one another, each for `--actions` actions.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

HERE = Path(__file__).resolve().parent
_LAST = 12  # number of actions that are reported with a problem
_GRACE = 120.0  # seconds beyond those that were asked for, after which the process is taken to hang


@dataclass(frozen=True, slots=True)
class Played:
    """The result of one seed.

    Attributes
    ----------
    seed, done
        The seed, and the number of actions performed.
    troubles
        The problems, each with the preceding actions.
    memory
        Bytes of memory after each thousand actions.
    """

    seed: int
    done: int
    troubles: tuple[str, ...]
    memory: tuple[int, ...]


def play(
    seed: int,
    *,
    actions: int,
    seconds: float = 600.0,
    longest: float = 1.0,
    one_window: bool = False,
    program: Path = HERE / "monkey_child.py",
) -> Played:
    """Run the monkey in a separate process.

    Parameters
    ----------
    seed
        Determines the actions.
    actions, seconds
        Limits after which it ends.
    longest
        Seconds that a turn of the event loop may take.
    one_window
        Whether the window is only replaced when the monkey has closed it.
    program
        The program of the child process; tests use others.
    """
    with TemporaryDirectory(prefix="digitpad-monkey-") as name:
        folder = Path(name)
        words = ["--seed", seed, "--actions", actions, "--seconds", seconds, "--longest", longest]
        words += ["--one-window"] if one_window else []
        command = [sys.executable, str(program), name, *map(str, words)]
        try:
            done = subprocess.run(
                command,
                env=_environment(folder),
                capture_output=True,
                text=True,
                errors="replace",
                timeout=seconds + _GRACE,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return Played(seed, 0, (f"no end\n{_last_actions(folder, None)}",), ())
        try:
            result = json.loads(done.stdout)
        except ValueError:
            trouble = f"the process ended with {done.returncode}\n{done.stderr[-6000:]}\n{_last_actions(folder, None)}"
            return Played(seed, 0, (trouble,), ())
        troubles = [f"{text}\n{_last_actions(folder, number)}" for number, text in result["findings"]]
        if done.returncode not in {0, 1}:
            troubles.append(f"the process ended with {done.returncode}\n{done.stderr[-6000:]}")
        return Played(seed, result["done"], tuple(troubles), tuple(result["memory"]))


def _environment(folder: Path) -> dict[str, str]:
    """Return an environment without any files of the user."""
    home = folder / "home"
    home.mkdir()
    own = {
        "HOME": home,
        "USERPROFILE": home,
        "XDG_CONFIG_HOME": home / ".config",
        "XDG_DATA_HOME": home / ".local/share",
        "XDG_STATE_HOME": home / ".local/state",
        "XDG_CACHE_HOME": home / ".cache",
        "XDG_RUNTIME_DIR": home / "run",
        "APPDATA": home / "AppData/Roaming",
        "LOCALAPPDATA": home / "AppData/Local",
        "TMPDIR": folder,
    }
    root = str(HERE.parent.parent)
    given = {"QT_QPA_PLATFORM": "offscreen", "OPENBLAS_NUM_THREADS": "1", "DIGITPAD_LANGUAGE": "en"}
    return (
        os.environ
        | {name: str(path) for name, path in own.items()}
        | given
        | {"PYTHONPATH": os.pathsep.join([root, str(HERE)])}
    )


def _last_actions(folder: Path, number: int | None) -> str:
    """Return the last lines of the log; those up to an action if one is given."""
    lines: deque[str] = deque(maxlen=_LAST)
    log = folder / "actions.log"
    if log.exists():
        for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
            first = line.split(" ", 1)[0]
            if number is not None and first.isdigit() and int(first) > number:
                break
            if lines and line.startswith(lines[-1].removesuffix("...")):
                lines.pop()
            lines.append(line[:200])
    return "".join(f"    {line}\n" for line in lines)


def main() -> int:
    """Run the seeds one after the other, print the findings, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--actions", type=int, default=2000, help="for each seed (default: %(default)s)")
    parser.add_argument("--seconds", type=float, help="play seed after seed for so long (default: one seed)")
    parser.add_argument("--seed", type=int, default=0, help="the first one (default: %(default)s)")
    parser.add_argument("--longest", type=float, default=1.0, help="seconds that a turn of the event loop may take")
    parser.add_argument("--memory", action="store_true", help="tell the memory after each 1,000 actions")
    options = parser.parse_args()
    end = time.monotonic() + (options.seconds or 0.0)
    seed, actions, found = options.seed, 0, 0
    while True:
        left = end - time.monotonic() if options.seconds else 36_000.0
        played = play(seed, actions=options.actions, seconds=left, longest=options.longest, one_window=options.memory)
        actions, found, seed = actions + played.done, found + len(played.troubles), seed + 1
        for trouble in played.troubles:
            again = f"python tests/fuzz/monkey.py --seed {played.seed} --actions {options.actions}"
            sys.stdout.write(f"monkey {played.seed}: {trouble}    again: {again}\n")
        if options.memory:
            sys.stdout.write("MB: " + ", ".join(f"{held / 1e6:.1f}" for held in played.memory) + "\n")
        sys.stdout.flush()
        if time.monotonic() >= end:
            break
    sys.stdout.write(f"{actions} actions, {found} findings\n")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
