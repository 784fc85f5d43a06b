"""The names of the presets, for tests that build each of them."""

import pytest

from digitpad.nn import ARCHITECTURES

#: Building one of the large U-Nets takes seconds. Each time, the narrow ones are built, which have the same layers.
_LARGE = ("unet", "unet-colour")
PRESETS = [pytest.param(name, marks=pytest.mark.slow if name in _LARGE else (), id=name) for name in ARCHITECTURES]
