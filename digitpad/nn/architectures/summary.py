"""Summaries: shapes, parameters, costs and receptive fields of a network, layer by layer.

No image is computed: all of these follow from the arguments of the layers.
"""

import math
from dataclasses import dataclass

from digitpad.nn.backend import Shape
from digitpad.nn.network import Sequential
from digitpad.nn.receptive_field import ReceptiveField


@dataclass(frozen=True, slots=True)
class LayerSummary:
    """One layer of a network.

    Parameters
    ----------
    name, type
        The layer's name in the network, and its class.
    output_shape
        Shape of one output sample.
    parameters
        Number of trained values.
    multiply_adds
        Multiply-add operations for one sample.
    receptive_field
        The receptive field of an output cell; None if the input is not an image.
    """

    name: str
    type: str
    output_shape: Shape
    parameters: int
    multiply_adds: int
    receptive_field: ReceptiveField | None


@dataclass(frozen=True, slots=True)
class NetworkSummary:
    """All layers of a network, and their totals.

    Parameters
    ----------
    input_shape
        Shape of one input sample.
    layers
        The layers in the order of computation.
    """

    input_shape: Shape
    layers: tuple[LayerSummary, ...]

    @property
    def parameters(self) -> int:
        """The number of trained values."""
        return sum(layer.parameters for layer in self.layers)

    @property
    def multiply_adds(self) -> int:
        """Multiply-add operations for one sample."""
        return sum(layer.multiply_adds for layer in self.layers)

    def activation_bytes(self, batch: int, itemsize: int = 4) -> int:
        """Return the memory of a batch and all its activations, in bytes.

        Training keeps them until the backward pass; inference frees each after use.
        """
        values = math.prod(self.input_shape) + sum(math.prod(layer.output_shape) for layer in self.layers)
        return batch * values * itemsize


def summarize(network: Sequential, input_shape: Shape) -> NetworkSummary:
    """Describe every layer of a network for one input sample.

    Parameters
    ----------
    network
        The network.
    input_shape
        Shape of one sample, such as (1, 28, 28).

    Raises
    ------
    ValueError
        If the network does not accept such a sample; the message begins with the layer's name.
    """
    image = len(input_shape) == 3
    start = ReceptiveField.of_image(*input_shape[1:]) if image else ReceptiveField.of_image(1, 1)
    layers = tuple(
        LayerSummary(
            name=visit.name,
            type=type(visit.layer).__name__,
            output_shape=visit.output_shape,
            parameters=visit.parameters,
            multiply_adds=visit.multiply_adds,
            receptive_field=visit.field if image else None,
        )
        for visit in network.visit("", input_shape, start)
    )
    return NetworkSummary(input_shape, layers)
