"""The names of the presets, for tests that build each of them."""

import pytest

from digitpad.nn import ARCHITECTURES

#: Building one of the two large U-Nets takes seconds, so only `unet` is built each time.
PRESETS = [
    pytest.param(name, marks=pytest.mark.slow if name == "unet-colour" else (), id=name) for name in ARCHITECTURES
]
