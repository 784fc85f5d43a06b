"""What the executable runs: the same start as `python -m digitpad`."""

import multiprocessing
import sys

from digitpad.__main__ import main

if __name__ == "__main__":
    # A frozen program that starts itself once more as a worker of multiprocessing must not open a second window.
    multiprocessing.freeze_support()
    sys.exit(main())
