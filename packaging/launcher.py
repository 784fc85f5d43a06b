"""The entry point of the executable, equivalent to `python -m digitpad`.

digitpad starts no processes with multiprocessing, so a frozen worker process does not have to be recognized here.
"""

import sys

from digitpad.__main__ import main

if __name__ == "__main__":
    sys.exit(main())
