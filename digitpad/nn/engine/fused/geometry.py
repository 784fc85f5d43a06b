"""What a convolution needs to know of the size of its images, computed once and kept for the next step.

How windows slide, where bands begin and which kernels belong to which pixels depends on shapes alone. Batches of a
training have one shape, and a narrow network would spend a tenth of its time on computing the same integers again.
"""

from dataclasses import dataclass
from typing import Self

from digitpad.nn.backend import Array
from digitpad.nn.engine.fused.kernel_gradient import KernelGradient
from digitpad.nn.engine.fused.patches import Patches, Slide, backward_slides, forward_slides
from digitpad.nn.engine.fused.workspace import Workspace
from digitpad.nn.layers import Conv2D


@dataclass(frozen=True, slots=True)
class Phase:
    """Some pixels of an image, and the convolution of the gradient that gives theirs (see `patches.py`).

    Parameters
    ----------
    rows, columns
        The pixels.
    taps_down, taps_right
        The cells of the kernel that see them, the last first.
    patches
        What these cells see of the gradient; None if no cell sees the pixels.
    bands
        Rows of the pixels that are computed together, counted within the phase.
    """

    rows: slice
    columns: slice
    taps_down: slice
    taps_right: slice
    patches: Patches | None
    bands: list[slice]


@dataclass(frozen=True, slots=True)
class Geometry:
    """How a convolution is computed for one shape of images.

    Parameters
    ----------
    down, right
        How the window slides.
    patches, bands
        What the kernel sees, and the rows of outputs that are computed together.
    gradient, gradient_bands
        The gradient of the kernel, and the rows of outputs that are added together.
    phases
        The parts of the gradient of the image.
    """

    down: Slide
    right: Slide
    patches: Patches
    bands: list[slice]
    gradient: KernelGradient
    gradient_bands: list[slice]
    phases: list[Phase]

    @classmethod
    def of(cls, conv: Conv2D, image: Array, scratch: Workspace, *, even: bool) -> Self:
        """Return the geometry for images of a shape.

        Parameters
        ----------
        conv
            The convolution.
        image
            (H, W, C, N); only its shape and type count.
        scratch
            Memory shared with the other layers of the network.
        even
            Whether bands of outputs have an even number of rows, except the last.
        """
        height, width, channels, n = image.shape
        down, right = forward_slides(conv, (height, width))
        patches = Patches(down, right, conv.groups, scratch)
        gradient = KernelGradient(down, right, conv.groups, scratch)
        grad_shape = (down.places, right.places, conv.out_channels, n)
        phases = []
        for rows, taps_down, back_down in backward_slides(down, height):
            for columns, taps_right, back_right in backward_slides(right, width):
                is_seen = 0 not in (back_down.taps, back_right.taps)
                seen = Patches(back_down, back_right, conv.groups, scratch) if is_seen else None
                bands = [] if seen is None else seen.bands(grad_shape, channels, image.itemsize)
                phases.append(Phase(rows, columns, taps_down, taps_right, seen, bands))
        return cls(
            down,
            right,
            patches,
            patches.bands(image.shape, conv.out_channels, image.itemsize, even=even),
            gradient,
            gradient.bands(image.shape, conv.out_channels, image.itemsize, even=even),
            phases,
        )
