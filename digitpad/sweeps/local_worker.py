"""What the workers of this machine do when they start; Dask imports this module in each of them."""

import signal


def dask_setup(_worker: object) -> None:
    """Leave Ctrl-C in the terminal to the program that conducts the sweep, which stops the workers itself."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
