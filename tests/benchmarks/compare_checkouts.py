"""Run one benchmark alternately in two checkouts, and print how the second compares with the first.

    python tests/benchmarks/compare_checkouts.py OLD NEW stroke_latency.py --rounds 10 -- --moves 300

Each checkout runs its own copy of the script with its own `digitpad`, in the interpreter that runs this one. A first
turn of each compiles the modules and does not count. The order alternates from round to round (old new, new old, ...),
so that a change in the speed of the machine favours neither. All numbers that the script writes with `--json` are
compared, and the wall time and processor time of the whole process with its children. `--no-json` compares only the
times; `digitpad` instead of a script runs the command line. `--only` selects numbers by words in their names.

On a machine that does other work too, trust processor time more than wall time, and minima more than medians.
`--limit 1.05` ends with exit code 1 if the ratio of the medians of a selected number exceeds it.
"""

import argparse
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarking import settle_environment

_WALL, _PROCESSOR = "process, wall s", "process, processor s"


def main() -> None:
    """Measure, print the table, and write JSON if asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.usage = "%(prog)s [options] old new script [-- arguments of the script]"
    parser.add_argument("old", type=Path, help="the checkout to compare with")
    parser.add_argument("new", type=Path, help="the checkout that is compared")
    parser.add_argument("script", help='name of a script in tests/benchmarks, or "digitpad" for the command line')
    parser.add_argument("--rounds", type=int, default=6, help="how often each takes its turn (default: %(default)s)")
    parser.add_argument("--only", nargs="+", default=[], metavar="WORD", help="compare the numbers so named alone")
    parser.add_argument("--no-json", action="store_true", help="the script does not write its numbers")
    parser.add_argument("--limit", type=float, help="exit with 1 where the ratio of the medians is above this")
    parser.add_argument("--pinned", action="store_true", help="leave OpenBLAS's settings as they are")
    parser.add_argument("--json", type=Path, help="file to write all numbers to")
    end = sys.argv.index("--") if "--" in sys.argv else len(sys.argv)
    own, theirs = sys.argv[1:end], sys.argv[end + 1 :]
    options = parser.parse_args(own)
    settle_environment(pinned=options.pinned)
    checkouts = {"old": options.old.resolve(), "new": options.new.resolve()}
    turns: dict[str, list[dict[str, float]]] = {"old": [], "new": []}
    with tempfile.TemporaryDirectory() as compiled:
        # Start-up is compared with compiled modules, as for users, regardless of the environment of this shell.
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ["PYTHONPYCACHEPREFIX"] = compiled
        for number in range(options.rounds + 1):
            for side in ("old", "new") if number % 2 else ("new", "old"):
                turn = run(checkouts[side], options.script, theirs, reads_json=not options.no_json)
                if number:
                    turns[side].append(turn)
                    print(
                        f"round {number}, {side}: {turn[_PROCESSOR]:.2f} s of processor time, load {_load():.1f}",
                        flush=True,
                    )
    names = [name for name in turns["old"][0] if not options.only or any(word in name for word in options.only)]
    rows = compare(turns, names)
    print(table(rows))
    if options.json is not None:
        options.json.write_text(json.dumps({"rounds": turns, "ratios": rows}, indent=1) + "\n", encoding="utf-8")
    if options.limit is not None and any(row["median ratio"] > options.limit for row in rows.values()):
        sys.exit(1)


def run(checkout: Path, script: str, arguments: Sequence[str], *, reads_json: bool) -> dict[str, float]:
    """Run a benchmark once in a checkout.

    Parameters
    ----------
    checkout
        Root of the checkout.
    script
        Name of a file in its `tests/benchmarks`, or "digitpad" for its command line.
    arguments
        Arguments of the script.
    reads_json
        Whether the script writes its numbers with `--json`.

    Returns
    -------
    dict
        The numbers by name, and the seconds of the process.
    """
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        program = ["-m", "digitpad"] if script == "digitpad" else [str(checkout / "tests" / "benchmarks" / script)]
        command = [sys.executable, *program, *arguments, *(["--json", str(report)] if reads_json else [])]
        environment = os.environ | {"PYTHONPATH": str(checkout)}
        began, used = time.perf_counter(), _processor_seconds()
        done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
        seconds = {_WALL: time.perf_counter() - began, _PROCESSOR: _processor_seconds() - used}
        if done.returncode != 0:
            raise SystemExit(f"{checkout}: {' '.join(command)} failed:\n{done.stderr[-2000:]}")
        numbers = dict(_numbers(json.loads(report.read_text(encoding="utf-8")))) if reads_json else {}
    return numbers | seconds


def compare(turns: dict[str, list[dict[str, float]]], names: Sequence[str]) -> dict[str, dict[str, float]]:
    """Return the medians, the minima and their ratios, by the name of the number.

    Parameters
    ----------
    turns
        The numbers of each round, of "old" and "new".
    names
        Which numbers. One that a checkout lacks, or that is 0 in the old one, is left out.
    """
    rows = {}
    for name in names:
        old, new = ([turn[name] for turn in turns[side] if name in turn] for side in ("old", "new"))
        if not old or not new or min(old) <= 0:
            continue
        row = {"old": statistics.median(old), "new": statistics.median(new), "old min": min(old), "new min": min(new)}
        rows[name] = row | {"median ratio": row["new"] / row["old"], "min ratio": row["new min"] / row["old min"]}
    return rows


def table(rows: dict[str, dict[str, float]]) -> str:
    """Return the comparison as text, one number per line."""
    width = max(map(len, rows), default=0)
    lines = [f"{'':{width}} {'old':>10} {'new':>10} {'ratio':>6}   {'old min':>10} {'new min':>10} {'ratio':>6}"]
    lines += [
        f"{name:{width}} {row['old']:>10.3f} {row['new']:>10.3f} {row['median ratio']:>6.3f}   "
        f"{row['old min']:>10.3f} {row['new min']:>10.3f} {row['min ratio']:>6.3f}"
        for name, row in rows.items()
    ]
    return "\n".join(lines)


def _numbers(report: Any, name: str = "") -> Iterator[tuple[str, float]]:
    """Yield all numbers of a report with the path to each."""
    if isinstance(report, dict):
        for key, value in report.items():
            yield from _numbers(value, f"{name}, {key}" if name else str(key))
    elif isinstance(report, list):
        for place, value in enumerate(report):
            yield from _numbers(value, f"{name}, {place + 1}" if name else str(place + 1))
    elif isinstance(report, int | float) and not isinstance(report, bool):
        yield name, float(report)


def _load() -> float:
    """Return the load average of the last minute; NaN if the system does not provide it."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else math.nan


def _processor_seconds() -> float:
    """Return the processor time of all children that have ended, in seconds."""
    times = os.times()
    return times.children_user + times.children_system


if __name__ == "__main__":
    main()
