"""Random networks for the speed of training: the layers of the editor in a usual order, in sizes that are drawn.

Nobody chose these networks because they are fast. Each is a plan like those of the presets, `random-SEED-NUMBER`, so
that a result can be repeated with this name.
"""

from typing import TYPE_CHECKING, Any

import numpy as np

from digitpad import nn
from digitpad.training.layer_kinds import ACTIVATIONS, KINDS

if TYPE_CHECKING:
    from digitpad.nn.backend import Shape

_PREFIX = "random-"
#: The most multiply-adds for an image: about as many as the largest preset for digits has.
_MOST_MULTIPLY_ADDS = 12_000_000


def names(count: int, seed: int) -> list[str]:
    """Return the names of random networks."""
    return [f"{_PREFIX}{seed}-{number}" for number in range(count)]


def plan_of(name: str) -> nn.Architecture:
    """Return the plan of a preset, or of a random network by its name."""
    if not name.startswith(_PREFIX):
        return nn.ARCHITECTURES[name]
    seed, number = map(int, name.removeprefix(_PREFIX).split("-"))
    rng = np.random.default_rng((seed, number))
    while True:
        plan = _Drawing(rng).plan(name)
        if nn.build(plan, rng=rng).multiply_adds(plan.input_shape) <= _MOST_MULTIPLY_ADDS:
            return plan


class _Drawing:
    """A plan that grows layer by layer.

    Parameters
    ----------
    rng
        Decides everything.
    """

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self._shape: Shape = self._one_of((1, 28, 28), (1, 28, 28), (3, 32, 32))
        self._input_shape = self._shape
        self._specs: list[dict[str, Any]] = []

    def plan(self, name: str) -> nn.Architecture:
        """Draw one to four convolutions with what belongs to them, and one to three linear layers."""
        activation = self._one_of(*ACTIVATIONS)
        for _ in range(self._rng.integers(1, 5)):
            if self._shape[1] < 5:
                break
            self._convolution()
            self._normalization()
            self._add(activation)
            if self._shape[1] >= 6 and self._happens(0.6):
                self._pooling()
            if self._happens(0.1):
                self._add("Dropout", p=0.1)
        kind = self._rng.random()
        if kind < 0.2:
            self._add("GlobalAveragePool2D")
        elif kind < 0.25:
            self._add("AdaptiveAvgPool2D", output_size=2)
        self._add("Flatten")
        for _ in range(self._rng.integers(0, 3)):
            self._linear(int(self._one_of(32, 64, 128, 256)))
            self._add(activation)
            if self._happens(0.3):
                self._add("Dropout", p=0.25)
        self._linear(10)
        return nn.Architecture(name, self._input_shape, tuple(self._specs))

    def _convolution(self) -> None:
        kind = self._rng.random()
        if kind < 0.04:
            self._add("Pad2D", padding=1, mode="reflect")
        elif kind < 0.08 and self._shape[1] <= 14:
            self._add("Upsample2D", scale_factor=2)
        channels = self._shape[0]
        out_channels = int(self._one_of(4, 6, 8, 12, 16, 24, 32, 48, 64))
        kernel = int(self._one_of(3, 3, 3, 5, 5, 7, 1))
        arguments: dict[str, Any] = {"kernel_size": kernel, "padding": int(self._one_of(0, kernel // 2, kernel // 2))}
        kind = self._rng.random()
        if kind < 0.1:
            arguments["stride"] = 2
        elif kind < 0.15:
            arguments |= {"dilation": 2, "padding": kernel - 1}
        elif kind < 0.2 and channels % 2 == out_channels % 2 == 0:
            arguments["groups"] = 2
        elif kind < 0.25 and channels > 1:
            out_channels, arguments["groups"] = channels, channels
        if self._happens(0.2):
            arguments["bias"] = False
        self._add("Conv2D", in_channels=channels, out_channels=out_channels, **arguments)

    def _normalization(self) -> None:
        kind, channels = self._rng.random(), self._shape[0]
        if kind < 0.35:
            self._add("BatchNorm2D", num_features=channels)
        elif kind < 0.38:
            self._add("GroupNorm", num_groups=2, num_channels=channels)
        elif kind < 0.4:
            self._add("LayerNorm", normalized_shape=list(self._shape))

    def _pooling(self) -> None:
        kind = str(self._one_of("MaxPool2D", "MaxPool2D", "AvgPool2D"))
        self._add(kind, **self._one_of({"kernel_size": 2}, {"kernel_size": 2}, {"kernel_size": 3, "stride": 2}))

    def _linear(self, units: int) -> None:
        self._add("Linear", in_features=self._shape[0], out_features=units)

    def _add(self, kind: str, **arguments: Any) -> None:
        """Append a layer and follow the shape."""
        name = f"{KINDS[kind].short}{len(self._specs) + 1}"
        self._specs.append({"name": name, "type": kind, **arguments})
        self._shape = getattr(nn, kind)(**arguments).output_shape(self._shape)

    def _happens(self, chance: float) -> bool:
        return bool(self._rng.random() < chance)

    def _one_of(self, *choices: Any) -> Any:
        return choices[self._rng.integers(len(choices))]
