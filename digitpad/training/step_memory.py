"""The memory of a training step, estimated from shapes before anything is allocated.

A network that is small for one image can need more memory than the machine has when it is trained on a large batch;
then the system ends the whole program. A step that would need too much is therefore refused before the run starts.
"""

import math
from dataclasses import dataclass
from typing import Self

from digitpad.errors import DigitpadError
from digitpad.nn import Sequential
from digitpad.nn.architectures.summary import summarize
from digitpad.nn.backend import Shape
from digitpad.system_info import memory
from digitpad.translation import ngettext

#: Memory of a step in multiples of the activations, for gradients and buffers of the layers. Peaks of training on two
#: threads, without the weights: 0.7 for `standard` (batches of 512 and 2,048, most layers fused), 2.4 for `lenet5`,
#: 2.1 for `resnet`, 2.0 to 2.2 for `catdog` (batches of 64 and 128), 1.4 for `unet-narrow` and 1.6 for `tiny` (16,384).
#: With augmentation `catdog` reaches 3.2; the difference is the batches made ahead, which are counted separately.
_ACTIVATION_FACTOR = 2.5
#: Copies of the weights: themselves, their gradients, the two moments of Adam, and the copy for a run that diverges.
_COPIES_OF_WEIGHTS = 5
_BYTES = 4  # float32
_GIGABYTE = 10**9
#: Limit where the memory of the machine is unknown, and the smallest limit.
_UNKNOWN_LIMIT = 8 * _GIGABYTE
_SMALLEST_LIMIT = 4 * _GIGABYTE


@dataclass(frozen=True, slots=True)
class StepMemory:
    """The estimated memory of a training step.

    Attributes
    ----------
    fixed
        Bytes that do not depend on the batch: weights, gradients and the state of the optimizer.
    per_image
        Bytes for each image of the batch: activations, their gradients and buffers.
    """

    fixed: int
    per_image: int

    @classmethod
    def of(cls, network: Sequential, input_shape: Shape, *, batches_ahead: int = 0) -> Self:
        """Estimate the memory from the shapes of a network.

        Parameters
        ----------
        network
            The network.
        input_shape
            Shape of one image, (C, H, W).
        batches_ahead
            Number of input batches that are kept besides the one in training.
        """
        summary = summarize(network, input_shape)
        waiting = batches_ahead * _BYTES * math.prod(input_shape)
        return cls(
            fixed=_COPIES_OF_WEIGHTS * _BYTES * summary.parameters,
            per_image=math.ceil(_ACTIVATION_FACTOR * summary.activation_bytes(1)) + waiting,
        )

    def needed(self, batch: int) -> int:
        """Return the bytes of a step with this many images."""
        return self.fixed + batch * self.per_image

    def largest_batch(self, limit: int) -> int:
        """Return the largest batch size whose step fits into `limit` bytes; 0 or less if not even one image does."""
        return (limit - self.fixed) // self.per_image


def memory_limit() -> int:
    """Return the bytes that a training step may take: half of the machine's memory, and at least 4 GB."""
    have = memory()
    return _UNKNOWN_LIMIT if have is None else max(_SMALLEST_LIMIT, have // 2)


def check_memory(network: Sequential, input_shape: Shape, batch: int, *, batches_ahead: int = 0) -> None:
    """Check that a training step on the processor fits into the memory of this machine.

    Parameters
    ----------
    network, input_shape, batches_ahead
        As for `StepMemory.of`.
    batch
        Images per step.

    Raises
    ------
    DigitpadError
        If it does not fit; the message names the largest batch size that does.
    """
    step, limit = StepMemory.of(network, input_shape, batches_ahead=batches_ahead), memory_limit()
    needed, most = step.needed(batch), step.largest_batch(limit)
    if needed <= limit:
        return
    if most < 1:
        text = ngettext(
            "A step of {count:,} image needs about {needed:,.1f} GB of memory, and this computer has {limit:,.1f} GB "
            "for it; choose a smaller network.",
            "A step of {count:,} images needs about {needed:,.1f} GB of memory, and this computer has {limit:,.1f} GB "
            "for it; choose a smaller network.",
            batch,
        )
    else:
        text = ngettext(
            "A step of {count:,} image needs about {needed:,.1f} GB of memory, and this computer has {limit:,.1f} GB "
            "for it; choose a batch size of at most {most:,}.",
            "A step of {count:,} images needs about {needed:,.1f} GB of memory, and this computer has {limit:,.1f} GB "
            "for it; choose a batch size of at most {most:,}.",
            batch,
        )
    # Rounded up and down, so that a step slightly too large is not said to need as much as there is.
    raise DigitpadError(
        text.format(
            count=batch,
            needed=math.ceil(10 * needed / _GIGABYTE) / 10,
            limit=math.floor(10 * limit / _GIGABYTE) / 10,
            most=most,
        )
    )
