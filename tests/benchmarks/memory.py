"""Measure the peak memory of `digitpad train` while it trains `standard` on all of MNIST.

The process is the program itself, started as by a user; the system measures its peak resident memory.

    python tests/benchmarks/memory.py --json memory.json

Runs on Linux and macOS, where Python can query it.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarking import Target, finish, settle_environment

#: The lines of the speed table.
TARGETS = (Target("peak memory of `digitpad train` on all of MNIST", 300, at_least=False, unit="MB"),)


def main() -> None:
    """Measure, print, and write JSON if asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--epochs", type=int, default=2, help="passes over the images (default: %(default)s)")
    parser.add_argument("--pinned", action="store_true", help="leave OpenBLAS's settings as they are")
    parser.add_argument("--json", type=Path, help="file to write the figures to")
    options = parser.parse_args()
    settle_environment(pinned=options.pinned)
    with tempfile.TemporaryDirectory() as folder:
        words = ["train", "--epochs", str(options.epochs), "--device", "cpu", "--output", f"{folder}/m.safetensors"]
        megabytes = peak_megabytes([sys.executable, "-m", "digitpad", *words])
    print(f"digitpad train, standard, all of MNIST, {options.epochs} epochs: {megabytes:.0f} MB at most")
    finish([TARGETS[0].figure(megabytes)], {}, options.json)


# A new process begins with the memory of its parent, which the system counts as its own. Therefore a small process
# starts the program.
_START = """
import os, subprocess, sys
process = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
_, status, usage = os.wait4(process.pid, 0)
process.returncode = os.waitstatus_to_exitcode(status)
print(process.returncode, usage.ru_maxrss)
"""


def peak_megabytes(command: list[str]) -> float:
    """Run a program, and return its peak memory in megabytes (10**6 bytes).

    Raises
    ------
    SystemExit
        If it fails.
    """
    started = subprocess.run([sys.executable, "-c", _START, *command], stdout=subprocess.PIPE, text=True, check=True)
    code, peak = map(int, started.stdout.split())
    if code != 0:
        raise SystemExit(f"{command[-1]}: the program failed; what it said is above.")
    # In units of 1024 bytes, on macOS in bytes.
    return peak * (1 if sys.platform == "darwin" else 1024) / 1e6


if __name__ == "__main__":
    main()
