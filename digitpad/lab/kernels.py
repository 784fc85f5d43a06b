"""Kernels to choose from: those of image processing, and those that show one idea of convolution each."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitpad.errors import DigitpadError
from digitpad.explain import kernel_presets
from digitpad.translation import gettext as _
from digitpad.translation import gettext_noop

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class KernelPreset:
    """A kernel with the settings that belong to it.

    Attributes
    ----------
    name
        The name on the command line.
    description
        What it does, in English; `_` translates it.
    rows
        Its numbers.
    dilation
        Distance between its taps.
    depthwise
        Whether each channel is convolved on its own, instead of summing over the channels.
    """

    name: str
    description: str
    rows: tuple[tuple[float, ...], ...]
    dilation: int = 1
    depthwise: bool = False

    def kernels(self, channels: int) -> Numbers:
        """Return the kernels for that many channels, float64 (kernels, channels / groups, rows, columns)."""
        kernel = np.array(self.rows, np.float64)
        shape = (channels, 1) if self.depthwise else (1, channels)
        return np.broadcast_to(kernel, (*shape, *kernel.shape)).copy()

    def groups(self, channels: int) -> int:
        """Return the number of groups that belongs to these kernels."""
        return channels if self.depthwise else 1


def _shared(name: str) -> tuple[tuple[float, ...], ...]:
    """Return a 3 x 3 kernel of the Features tab, in float64."""
    if name == "blur":
        # A ninth, not its float32 neighbour: the lab computes in float64.
        return ((1 / 9,) * 3,) * 3
    kernel = kernel_presets.preset(name, (3, 3))
    if kernel is None:
        raise ValueError(f"_shared: name is {name!r}; expected a kernel of 3 x 3")
    return tuple(tuple(float(value) for value in row) for row in kernel)


PRESETS: dict[str, KernelPreset] = {
    preset.name: preset
    for preset in (
        KernelPreset("exam", gettext_noop("the kernel of the exam matrix"), ((0, -1, 1), (1, 0, 0), (0, -1, 1))),
        KernelPreset("identity", gettext_noop("leaves the input as it is"), _shared("identity")),
        KernelPreset("blur", gettext_noop("the mean of nine neighbours"), _shared("blur")),
        KernelPreset("sharpen", gettext_noop("the input plus its edges"), ((0, -1, 0), (-1, 5, -1), (0, -1, 0))),
        KernelPreset("edges", gettext_noop("the Laplacian: where brightness changes"), _shared("edges")),
        KernelPreset("sobel-x", gettext_noop("vertical edges"), _shared("sobel-x")),
        KernelPreset("sobel-y", gettext_noop("horizontal edges"), _shared("sobel-y")),
        KernelPreset("emboss", gettext_noop("light from the upper left"), _shared("emboss")),
        KernelPreset("depthwise", gettext_noop("blurs each channel by itself"), _shared("blur"), depthwise=True),
        KernelPreset(
            "dilated", gettext_noop("3 × 3 taps, two cells apart: spans 5 × 5"), ((1, 0, -1),) * 3, dilation=2
        ),
    )
}
"""The kernels by name."""


def kernel_preset(name: str) -> KernelPreset:
    """Return a kernel by its name.

    Raises
    ------
    DigitpadError
        If no preset has this name.
    """
    if name not in PRESETS:
        raise DigitpadError(
            _("There is no kernel called {name!r}; choose one of {names}.").format(name=name, names=", ".join(PRESETS))
        )
    return PRESETS[name]
