"""Runs copied programs and reads their results."""

import contextlib
import io
import runpy
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


def run(code: str) -> dict[str, Any]:
    """Run a program and return its variables."""
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()) as printed:
        file = Path(folder) / "copied.py"
        file.write_text(code, encoding="utf-8")
        variables = runpy.run_path(str(file))
    assert printed.getvalue().strip()
    return variables


def array(value: Any) -> NDArray[np.float64]:
    """Return a result of NumPy or PyTorch as an array."""
    return np.asarray(value.detach().numpy() if hasattr(value, "detach") else value, np.float64)
