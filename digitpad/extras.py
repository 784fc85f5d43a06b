"""Optional packages: imported when they are needed, and named in an error when they are missing."""

import importlib
import importlib.util
import warnings
from typing import Any

from digitpad.errors import DigitpadError
from digitpad.translation import gettext as _


def is_installed(name: str) -> bool:
    """Return whether a package is installed, without importing it."""
    return importlib.util.find_spec(name) is not None


def optional(name: str) -> Any | None:
    """Return a package, or None if it is not installed or cannot be imported.

    Parameters
    ----------
    name
        The module to import.
    """
    if not is_installed(name):
        return None
    try:
        with warnings.catch_warnings():
            # Warnings of a package about its own dependencies do not concern the user.
            warnings.simplefilter("ignore")
            return importlib.import_module(name)
    except (ImportError, OSError):
        return None


def required(name: str, extra: str, purpose: str) -> Any:
    """Return a package that belongs to an extra of digitpad.

    Parameters
    ----------
    name
        The module to import.
    extra
        The extra that installs it.
    purpose
        What needs it, in the user's language: the beginning of the message.

    Raises
    ------
    DigitpadError
        If it is not installed.
    """
    module = optional(name)
    if module is None:
        raise DigitpadError(
            _("{purpose} needs the package {name}; install it with: {command}").format(
                purpose=purpose, name=name, command=f"pip install 'digitpad[{extra}]'"
            )
        )
    return module
