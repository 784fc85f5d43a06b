"""System libraries that Qt needs and a minimal Debian or Ubuntu lacks: finds the package from the loader's error."""

import re

from digitpad.translation import gettext as _

PACKAGES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb.so.1": "libxcb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxkbcommon.so.0": "libxkbcommon0",
}
"""The Debian package of each library; the README lists these packages."""

_MISSING = re.compile(r"\b(lib[\w+.-]+\.so(?:\.\d+)*): ")


def missing_library(complaint: str) -> str | None:
    """Return the name of the library that the loader could not find; None if the error has another cause.

    Parameters
    ----------
    complaint
        The loader's error, such as "libGL.so.1: cannot open shared object file: No such file or directory".
    """
    # The message begins with the plug-in of Qt and ends with the missing library.
    found = _MISSING.findall(complaint)
    return found[-1] if found else None


def advice(library: str) -> str:
    """Return two sentences for the user: what is missing, and how to install it."""
    package = PACKAGES.get(library)
    if package is None:
        return _(
            "The system library {library} is missing; install the package that contains it. "
            "README.md lists all system libraries that digitpad needs."
        ).format(library=library)
    return _(
        "The system library {library} is missing; on Debian and Ubuntu install it with `apt-get install {package}`. "
        "README.md lists all system libraries that digitpad needs."
    ).format(library=library, package=package)
