"""Facts about this machine: how fast matrices are multiplied, and how much memory there is."""

import os

import numpy as np


def blas() -> str:
    """Return the name and the version of the library that multiplies NumPy's matrices."""
    config = np.show_config(mode="dicts")
    found = config.get("Build Dependencies", {}).get("blas", {})
    return f"{found.get('name', 'unknown')} {found.get('version', '')}".strip()


def environment() -> dict[str, str]:
    """Return the settings of the environment that change how fast matrices are multiplied."""
    beginnings = ("OPENBLAS_", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
    return {key: value for key, value in sorted(os.environ.items()) if key.startswith(beginnings)}


def memory() -> int | None:
    """Return how many bytes of memory this machine has; None where the system does not say."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        # Windows has no `sysconf`.
        return None
