"""Where the program starts: what must be settled before NumPy is loaded, then the command line."""

import os
import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run digitpad and return its exit code.

    Parameters
    ----------
    arguments
        The words after `digitpad`; None takes the process's own.
    """
    # The batch is split over threads by digitpad itself, which is faster than threads inside every matrix product;
    # the two together would fight over the processor. OpenBLAS reads this once, when NumPy is imported.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

    from digitpad.cli import main as run

    return run(arguments)


if __name__ == "__main__":
    sys.exit(main())
