"""Packages that not everybody has: found when they are needed, and named when they are missing."""

import importlib
import importlib.util
import warnings
from typing import Any

from digitpad.errors import DigitpadError


def is_installed(name: str) -> bool:
    """Return whether a package could be imported, without importing it."""
    return importlib.util.find_spec(name) is not None


def optional(name: str) -> Any | None:
    """Return a package, or None if it is not there or does not work on this machine.

    Parameters
    ----------
    name
        What to import.
    """
    if not is_installed(name):
        return None
    try:
        with warnings.catch_warnings():
            # What a package has to say about its own dependencies is none of the user's business here.
            warnings.simplefilter("ignore")
            return importlib.import_module(name)
    except (ImportError, OSError):
        return None


def required(name: str, extra: str, purpose: str) -> Any:
    """Return a package that belongs to an extra of digitpad.

    Parameters
    ----------
    name
        What to import.
    extra
        The extra that brings it.
    purpose
        What needs it, as the message shall begin.

    Raises
    ------
    DigitpadError
        If it is not there.
    """
    module = optional(name)
    if module is None:
        raise DigitpadError(f"{purpose} needs the package {name}; install it with: pip install 'digitpad[{extra}]'")
    return module
