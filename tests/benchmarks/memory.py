"""Measure the peak memory of `digitpad train` while it trains `standard` on all of MNIST.

The program is started as by a user; the memory is that of it and of the processes that it starts, see
`process_memory.py`.

    python tests/benchmarks/memory.py --json memory.json
"""

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarking import Target, finish, settle_environment
from process_memory import watched

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
        megabytes = watched([sys.executable, "-m", "digitpad", *words]).megabytes
    print(f"digitpad train, standard, all of MNIST, {options.epochs} epochs: {megabytes:.0f} MB at most")
    finish([TARGETS[0].figure(megabytes)], {}, options.json)


if __name__ == "__main__":
    main()
