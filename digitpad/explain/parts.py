"""The part of a network that computes one activation."""

from collections.abc import Iterator

from digitpad.nn import layers
from digitpad.nn.backend import Array, Shape, array_module
from digitpad.nn.layer import Layer, require_cache
from digitpad.nn.layers.branches import Branches
from digitpad.nn.network import Sequential


def part_of(network: Sequential, name: str) -> Sequential:
    """Return a network whose output is one activation of another network.

    Parameters
    ----------
    network
        The network; its layers are shared, not copied, so pass a replica or a probe to be independent of it.
    name
        Name of the activation, as in `forward(capture=True)`.

    Raises
    ------
    ValueError
        If the activation does not exist.
    """
    try:
        steps = list(_steps(network, name.split(".")))
    except KeyError as error:
        raise ValueError(f"part_of: name is {name!r}; expected an activation of the network") from error
    return Sequential((f"step{number}", layer) for number, layer in enumerate(steps))


class _Channels(Layer):
    """Some channels of a batch, (N, C, H, W) to (N, count, H, W)."""

    _cache: Shape | None = None

    def __init__(self, first: int, count: int) -> None:
        self._first = first
        self._count = count

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Return the channels."""
        if training:
            self._cache = x.shape
        return x[:, self._first : self._first + self._count]

    def input_gradient(self, grad_output: Array) -> Array:
        """Return the gradient: zero for the other channels."""
        shape = require_cache(self, self._cache)
        self.check.upstream(grad_output, (shape[0], self._count, *shape[2:]))
        grad_input: Array = array_module(grad_output).zeros(shape, dtype=grad_output.dtype)
        grad_input[:, self._first : self._first + self._count] = grad_output
        return grad_input

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return (count, H, W)."""
        return (self._count, *input_shape[1:])


def _steps(layer: Layer, path: list[str]) -> Iterator[Layer]:
    """Yield the layers that compute the activation `path` within `layer`; raise KeyError if there is none."""
    if not path:
        yield layer
        return
    child, *rest = path
    match layer:
        case Sequential():
            names = list(layer.layers)
            if child not in names:
                raise KeyError(child)
            for name in names[: names.index(child)]:
                yield layer.layers[name]
            yield from _steps(layer.layers[child], rest)
        case Branches():
            yield from _steps(layer.branches[child], rest)
        case layers.AttentionGate():
            yield from _gate_steps(layer, child, rest)
        case _:
            raise KeyError(child)


def _gate_steps(gate: layers.AttentionGate, child: str, rest: list[str]) -> Iterator[Layer]:
    theta, phi = _Channels(0, gate.skip_channels), _Channels(gate.skip_channels, gate.signal_channels)
    compared = layers.Residual(
        *(
            Sequential([("channels", channels), ("part", part)])
            for channels, part in ((theta, gate.theta), (phi, gate.phi))
        )
    )
    before: dict[str, list[Layer]] = {
        "theta": [theta],
        "phi": [phi],
        "relu": [compared],
        "psi": [compared, gate.relu],
        "alpha": [compared, gate.relu, gate.psi],
    }
    yield from before[child]
    yield from _steps(gate.children()[child], rest)
