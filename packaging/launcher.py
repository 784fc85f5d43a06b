"""The entry point of the executable, equivalent to `python -m digitpad`."""

import multiprocessing
import sys

from digitpad.__main__ import main

if __name__ == "__main__":
    # A frozen program that is started as a multiprocessing worker must not open a second window.
    multiprocessing.freeze_support()
    sys.exit(main())
