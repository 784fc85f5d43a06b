"""Information about this machine: the library for matrix products, its settings, and the amount of memory."""

import os

import numpy as np


def blas() -> str:
    """Return the name and version of the BLAS library that NumPy uses."""
    config = np.show_config(mode="dicts")
    found = config.get("Build Dependencies", {}).get("blas", {})
    return f"{found.get('name', 'unknown')} {found.get('version', '')}".strip()


def environment() -> dict[str, str]:
    """Return the environment variables that affect the speed of matrix products."""
    beginnings = ("OPENBLAS_", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
    return {key: value for key, value in sorted(os.environ.items()) if key.startswith(beginnings)}


def memory() -> int | None:
    """Return the size of this machine's memory in bytes; None if the system does not report it."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        # Windows has no `sysconf`.
        return None
