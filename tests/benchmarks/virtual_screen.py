"""An X screen without a monitor, for tests and measurements that need the real window system."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

_PATIENCE = 30  # seconds


def has_virtual_screen() -> bool:
    """Return whether Xvfb is installed."""
    return shutil.which("Xvfb") is not None


@contextmanager
def virtual_screen(width: int = 1400, height: int = 900, *options: str) -> Iterator[str]:
    """Run an X server while the block runs.

    Any number of them run side by side: each takes a free display number and announces it (`-displayfd`).

    Parameters
    ----------
    width, height
        Of the screen, in pixels.
    options
        Further options of Xvfb.

    Yields
    ------
    str
        The display, as in ":3". It accepts connections until the block ends.

    Raises
    ------
    RuntimeError
        If the server does not start.
    """
    reading, writing = os.pipe()
    screen = f"{width}x{height}x24"
    # When its last client leaves, a server resets and refuses connections meanwhile. The first client here is
    # digitpad's own check for a display, which leaves at once: the reset then hit the window that came next.
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", screen, "-nolisten", "tcp", "-noreset", *options]
    server = subprocess.Popen(command, pass_fds=(writing,), stderr=subprocess.DEVNULL)
    os.close(writing)
    try:
        with os.fdopen(reading) as pipe:
            number = pipe.readline().strip()
        if not number:
            raise RuntimeError("Xvfb did not start; run it by hand to see why.")
        yield f":{number}"
    finally:
        server.terminate()
        try:
            server.wait(timeout=_PATIENCE)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
            raise
