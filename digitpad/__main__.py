"""Entry point: sets what must be set before NumPy is imported, then runs the command line."""

import gc
import os
import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run digitpad and return its exit code.

    Parameters
    ----------
    arguments
        The arguments after `digitpad`; None takes those of the process.
    """
    # digitpad splits each batch across its own threads, which is faster than threads inside every matrix product; both
    # together would compete for the processor. OpenBLAS reads this once, when NumPy is imported.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # What is imported stays, and looking for garbage among it takes a twentieth of the time until the window is shown.
    # The window collects garbage itself (see `digitpad.gui.workers.garbage`); `cli` switches it on for other commands.
    gc.disable()
    words = sys.argv[1:] if arguments is None else list(arguments)
    try:
        if words[:1] == ["--replica-process"]:
            # A frozen program starts itself to compute a part of each batch, see `digitpad.nn.engine.replica_process`.
            from digitpad.nn.engine import replica_loop

            replica_loop.main(int(words[1]))
            return 0
        from digitpad.cli import main as run

        return run(arguments)
    finally:
        gc.enable()


if __name__ == "__main__":
    sys.exit(main())
