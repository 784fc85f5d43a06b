"""A PyInstaller runtime hook that stands in for Python's `ssl`, which is left out with OpenSSL.

uvicorn imports it for servers with a certificate, which digitpad does not start, and takes two constants from it when
it is imported. asyncio names exceptions of it. OpenSSL would take 6 MB.
"""

import sys
import types


def _attribute(name: str) -> object:
    """Return a number for a constant, and for all else an exception that is never raised."""
    if name.startswith("__"):
        raise AttributeError(name)
    return 0 if name.isupper() else type(name, (OSError,), {})


_ssl = types.ModuleType("ssl")
vars(_ssl)["__getattr__"] = _attribute
sys.modules["ssl"] = _ssl
