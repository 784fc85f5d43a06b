"""Checks for a display before Qt does: Qt ends the whole process if there is none."""

import ctypes
import os
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

from digitpad.errors import DigitpadError
from digitpad.system_libraries import advice, missing_library
from digitpad.translation import gettext as _
from digitpad.translation import gettext_noop

_ADVICE = gettext_noop("start digitpad in a desktop session, or run `digitpad tour --out DIR`, which needs no display")


def require_display(environment: Mapping[str, str] = os.environ) -> None:
    """Check that a window can be opened.

    Parameters
    ----------
    environment
        The environment variables of the process.

    Raises
    ------
    DigitpadError
        On Linux, if no display is set, the display does not answer, or the libraries that Qt needs are missing.
    """
    if not sys.platform.startswith("linux") or environment.get("QT_QPA_PLATFORM"):
        return
    if _wayland_answers(environment):
        return
    display = environment.get("DISPLAY")
    if not display:
        raise DigitpadError(_("There is no display to open a window on; {advice}.").format(advice=_(_ADVICE)))
    _require_x11(display)


def has_display(environment: Mapping[str, str] = os.environ) -> bool:
    """Return whether a window can be opened."""
    try:
        require_display(environment)
    except DigitpadError:
        return False
    return True


def _wayland_answers(environment: Mapping[str, str]) -> bool:
    name = environment.get("WAYLAND_DISPLAY")
    folder = environment.get("XDG_RUNTIME_DIR", "")
    if not name or not (folder or name.startswith("/")):
        return False
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(2)
        try:
            connection.connect(str(Path(folder) / name))
        except OSError:
            return False
    return True


def _require_x11(display: str) -> None:
    """Perform the same steps as Qt, so that an error can be reported in words."""
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError as error:
        raise DigitpadError(advice("libxcb.so.1")) from error
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connect.argtypes = [ctypes.c_char_p, ctypes.c_void_p]
    xcb.xcb_connection_has_error.argtypes = [ctypes.c_void_p]
    xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
    connection = xcb.xcb_connect(display.encode(), None)
    refused = xcb.xcb_connection_has_error(connection)
    xcb.xcb_disconnect(connection)
    if refused:
        text = _("The display {display} does not answer; {advice}.")
        raise DigitpadError(text.format(display=display, advice=_(_ADVICE)))
    from PySide6.QtCore import QLibrary, QLibraryInfo

    plugins = QLibraryInfo.path(QLibraryInfo.LibraryPath.PluginsPath)
    plugin = QLibrary(f"{plugins}/platforms/libqxcb.so")
    if not plugin.load():
        reason = plugin.errorString().rsplit(": (", 1)[-1].rstrip(")")
        library = missing_library(reason)
        if library is not None:
            raise DigitpadError(advice(library))
        text = _("Qt cannot use the display ({reason}); install the X11 libraries listed in the README.")
        raise DigitpadError(text.format(reason=reason))
