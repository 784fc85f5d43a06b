"""Paths of digitpad's files.

The bundled folders `models/` and `resources/` are next to the package in a source tree, inside the package in a wheel,
and next to the program in a frozen executable. The user's files are in the standard folders of the platform. No other
module depends on these locations.
"""

import os
import sys
from pathlib import Path

import platformdirs

_PACKAGE = Path(__file__).resolve().parent


def _bundled(name: str) -> Path:
    roots = [_PACKAGE / "_bundled", _PACKAGE.parent]
    frozen = getattr(sys, "_MEIPASS", None)
    if frozen is not None:
        roots.insert(0, Path(frozen) / "digitpad" / "_bundled")
    for root in roots:
        if (root / name).is_dir():
            return root / name
    searched = " or ".join(str(root / name) for root in roots)
    raise FileNotFoundError(f"digitpad's {name}/ folder is missing (looked for {searched}); install digitpad again.")


def models_dir() -> Path:
    """Return the folder of the bundled models."""
    return _bundled("models")


def resources_dir() -> Path:
    """Return the folder of the bundled resources (MNIST, icons, styles, languages)."""
    return _bundled("resources")


def languages_dir() -> Path:
    """Return the folder of the message catalogues."""
    return resources_dir() / "languages"


def user_data_dir() -> Path:
    """Return the folder of the user's models and runs; it may not exist yet."""
    return Path(platformdirs.user_data_dir("digitpad", appauthor=False))


def runs_dir() -> Path:
    """Return the folder of the user's training runs; it may not exist yet."""
    return user_data_dir() / "runs"


def sweeps_dir() -> Path:
    """Return the folder of the user's sweeps; it may not exist yet."""
    return user_data_dir() / "sweeps"


def collections_dir() -> Path:
    """Return the folder of the user's collections of samples; it may not exist yet."""
    return user_data_dir() / "collections"


def user_config_dir() -> Path:
    """Return the folder of the user's settings; it may not exist yet."""
    return Path(platformdirs.user_config_dir("digitpad", appauthor=False))


def user_log_dir() -> Path:
    """Return the folder of the log and of crash reports; it may not exist yet."""
    return Path(platformdirs.user_log_dir("digitpad", appauthor=False))


def user_runtime_dir() -> Path:
    """Return the folder for files that are only needed while the user is logged in; it may not exist yet."""
    # platformdirs falls back, with a warning, to a folder that everyone can write to; the user's own is safer.
    given = os.environ.get("XDG_RUNTIME_DIR")
    return Path(given) / "digitpad" if given else user_data_dir() / "runtime"
