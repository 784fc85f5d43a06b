"""The packages of the extra `serve`."""

from digitpad.extras import required
from digitpad.translation import gettext as _

#: segno is checked where a QR code is shown.
_PACKAGES = ("starlette", "uvicorn", "websockets")


def require_packages() -> None:
    """Check that the packages of the server are installed.

    Raises
    ------
    DigitpadError
        If one is not; the message names the command that installs them.
    """
    for name in _PACKAGES:
        required(name, "serve", _("The server"))
