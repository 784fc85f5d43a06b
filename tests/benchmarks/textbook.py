"""Compare the training speed of `standard` with the textbook method: im2col of the whole batch in float64.

The textbook network below follows books and courses: all images of the batch are unfolded into one large matrix of
patches, sums use float64, and every array is newly allocated. It runs with one BLAS thread and with all; its best time
counts. Its logits and gradients must first agree with ours for the same weights.

    python tests/benchmarks/textbook.py --json textbook.json
"""

import contextlib
import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from benchmarking import (
    Target,
    Way,
    arguments,
    each_thread_count,
    finish,
    medians,
    name_of_threads,
    ratio,
    report,
    settle_environment,
    take_turns,
)
from numpy.typing import NDArray
from training_speed import Contender, digitpad_steps

BATCH = 64

Array = NDArray[np.float64]

#: The lines of the speed table.
TARGETS = (Target("training `standard` over the textbook float64 im2col loop", 10, at_least=True),)


def main() -> None:
    """Measure, print a table, and write JSON if asked."""
    parser = arguments(__doc__, rounds=5, seconds=1.0)
    options = parser.parse_args()
    settle_environment(pinned=options.pinned)
    counts = each_thread_count(options.threads)
    with contextlib.ExitStack() as stack:
        ours = stack.enter_context(Contender(digitpad_steps, "standard", BATCH))
        mine: dict[str, Way] = {f"digitpad, {name_of_threads(count)}": (ours, {"threads": count}) for count in counts}
        theirs: dict[str, Way] = {}
        for count in counts:
            # Read by the process that starts now; ours has read it.
            os.environ["OPENBLAS_NUM_THREADS"] = str(count)
            textbook = stack.enter_context(Contender(textbook_steps, "standard", BATCH))
            theirs[f"textbook, BLAS with {name_of_threads(count)}"] = textbook, {}
        turns = take_turns(mine | theirs, rounds=options.rounds, seconds=options.seconds)
    times = medians(turns)
    report(f"training standard, {BATCH} images a step", times, BATCH)
    speed = ratio(turns, theirs, mine)
    finish([TARGETS[0].figure(speed)], {"milliseconds": times}, options.json)


def textbook_steps(name: str, batch: int) -> Callable[[Mapping[str, Any]], Callable[[], object]]:
    """Return a function that performs the textbook training step of a preset.

    Raises
    ------
    SystemExit
        If its network differs from ours.
    """
    from digitpad import nn

    rng = np.random.default_rng(0)
    plan = nn.ARCHITECTURES[name]
    x = rng.standard_normal((batch, *plan.input_shape))
    targets = np.arange(batch) % 10
    ours = nn.build(plan, rng=rng, dtype=np.float64)
    weights = {key: value.copy() for key, value in ours.state_dict().items()}
    check(ours, textbook_network(plan.layers, weights, dropout=False), x, targets)
    network = textbook_network(plan.layers, weights)
    optimizer = Adam(1e-4)

    def step() -> None:
        gradients(network, x, targets)
        optimizer.update(network)

    return lambda _way: step


def check(ours: Any, network: Sequence["Layer"], x: Array, targets: NDArray[np.int64]) -> None:
    """Check that the textbook network computes the same as ours.

    Raises
    ------
    SystemExit
        If logits or gradients differ.
    """
    from digitpad import nn

    plain = nn.Sequential((name, layer) for name, layer in ours.layers.items() if not isinstance(layer, nn.Dropout))
    output = plain.forward(x, training=True)
    _, grad = nn.CrossEntropyLoss()(output, targets)
    plain.parameter_gradients(grad)
    difference = np.abs(gradients(network, x, targets) - output).max()
    theirs = [grad for layer in network for grad in layer.gradients.values()]
    for parameter, own in zip(plain.parameters(), theirs, strict=True):
        difference = max(difference, np.abs(parameter.grad - own.reshape(parameter.grad.shape)).max())
    if not difference < 1e-9:
        raise SystemExit(f"The textbook's results differ from ours by {difference:g}; this is not the same network.")


def gradients(network: Sequence["Layer"], x: Array, targets: NDArray[np.int64]) -> Array:
    """Run the forward and backward pass on a batch, and return the logits; the layers store the gradients."""
    for layer in network:
        x = layer.forward(x)
    logits = x
    exponents = np.exp(x - x.max(axis=1, keepdims=True))
    grad = exponents / exponents.sum(axis=1, keepdims=True)
    grad[np.arange(len(x)), targets] -= 1
    grad = grad / len(x)
    for layer in reversed(network):
        grad = layer.backward(grad)
    return logits


def im2col(x: Array, size: int, stride: int, padding: int) -> Array:
    """Unfold images (N, C, H, W) into one row for every place of the kernel: (N * OH * OW, C * size * size)."""
    count, channels, height, width = x.shape
    high, wide = (height + 2 * padding - size) // stride + 1, (width + 2 * padding - size) // stride + 1
    image = np.pad(x, [(0, 0), (0, 0), (padding, padding), (padding, padding)])
    patches = np.zeros((count, channels, size, size, high, wide))
    for row in range(size):
        for column in range(size):
            patches[:, :, row, column] = image[
                :, :, row : row + stride * high : stride, column : column + stride * wide : stride
            ]
    return patches.transpose(0, 4, 5, 1, 2, 3).reshape(count * high * wide, -1)


def col2im(rows: Array, shape: tuple[int, ...], size: int, stride: int, padding: int) -> Array:
    """Add the rows of `im2col` back up to images of `shape`."""
    count, channels, height, width = shape
    high, wide = (height + 2 * padding - size) // stride + 1, (width + 2 * padding - size) // stride + 1
    patches = rows.reshape(count, high, wide, channels, size, size).transpose(0, 3, 4, 5, 1, 2)
    image = np.zeros((count, channels, height + 2 * padding, width + 2 * padding))
    for row in range(size):
        for column in range(size):
            image[:, :, row : row + stride * high : stride, column : column + stride * wide : stride] += patches[
                :, :, row, column
            ]
    return image[:, :, padding : padding + height, padding : padding + width]


class Layer:
    """Base class of the textbook layers: their parameters, and the gradients of the last batch."""

    def __init__(self, **parameters: Array) -> None:
        self.parameters = parameters
        self.gradients: dict[str, Array] = {}

    def forward(self, x: Array) -> Array:
        """Return the layer's output."""
        raise NotImplementedError

    def backward(self, grad: Array) -> Array:
        """Return the gradient of the layer's input."""
        raise NotImplementedError


class Convolution(Layer):
    """A product of the patch matrix with the kernels."""

    def __init__(self, weight: Array, bias: Array, padding: int) -> None:
        super().__init__(weight=weight, bias=bias)
        self.padding = padding

    def forward(self, x: Array) -> Array:
        """Return (N, OC, H, W)."""
        kernels, _, size, _ = self.parameters["weight"].shape
        high, wide = x.shape[2] + 2 * self.padding - size + 1, x.shape[3] + 2 * self.padding - size + 1
        self.shape = x.shape
        self.columns = im2col(x, size, 1, self.padding)
        out: Array = np.dot(self.columns, self.parameters["weight"].reshape(kernels, -1).T) + self.parameters["bias"]
        return out.reshape(len(x), high, wide, kernels).transpose(0, 3, 1, 2)

    def backward(self, grad: Array) -> Array:
        """Return the gradient of the input, also of the first layer's."""
        weight = self.parameters["weight"]
        rows = grad.transpose(0, 2, 3, 1).reshape(-1, len(weight))
        self.gradients["weight"] = np.dot(self.columns.T, rows).T.reshape(weight.shape)
        self.gradients["bias"] = rows.sum(axis=0)
        return col2im(np.dot(rows, weight.reshape(len(weight), -1)), self.shape, weight.shape[2], 1, self.padding)


class Pooling(Layer):
    """Max-pooling with a patch matrix."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.size = size

    def forward(self, x: Array) -> Array:
        """Return (N, C, H / size, W / size)."""
        count, channels, height, width = x.shape
        self.shape = x.shape
        rows = im2col(x, self.size, self.size, 0).reshape(-1, self.size**2)
        self.winners = rows.argmax(axis=1)
        largest: Array = rows.max(axis=1)
        return largest.reshape(count, height // self.size, width // self.size, channels).transpose(0, 3, 1, 2)

    def backward(self, grad: Array) -> Array:
        """Return the gradient, which only goes to the maxima."""
        flat = grad.transpose(0, 2, 3, 1).ravel()
        rows = np.zeros((flat.size, self.size**2))
        rows[np.arange(flat.size), self.winners] = flat
        return col2im(rows.reshape(-1, self.shape[1] * self.size**2), self.shape, self.size, self.size, 0)


class Relu(Layer):
    """max(0, x)."""

    def forward(self, x: Array) -> Array:
        """Return the positive part."""
        self.mask = x <= 0
        out = x.copy()
        out[self.mask] = 0
        return out

    def backward(self, grad: Array) -> Array:
        """Return the gradient where the input was above zero."""
        out = grad.copy()
        out[self.mask] = 0
        return out


class Flatten(Layer):
    """(N, C, H, W) to (N, C * H * W)."""

    def forward(self, x: Array) -> Array:
        """Return a row for each image."""
        self.shape = x.shape
        return x.reshape(len(x), -1)

    def backward(self, grad: Array) -> Array:
        """Return the gradient in the input's shape."""
        return grad.reshape(self.shape)


class Affine(Layer):
    """A linear layer: a product with a matrix, and a bias."""

    def forward(self, x: Array) -> Array:
        """Return x W^T + b."""
        self.x = x
        out: Array = np.dot(x, self.parameters["weight"].T) + self.parameters["bias"]
        return out

    def backward(self, grad: Array) -> Array:
        """Return grad W."""
        self.gradients["weight"] = np.dot(grad.T, self.x)
        self.gradients["bias"] = grad.sum(axis=0)
        out: Array = np.dot(grad, self.parameters["weight"])
        return out


class Dropout(Layer):
    """Dropout: sets some values to zero and scales the others."""

    def __init__(self, share: float) -> None:
        super().__init__()
        self.share = share
        self.rng = np.random.default_rng(0)

    def forward(self, x: Array) -> Array:
        """Return the remaining values."""
        self.mask = (self.rng.random(x.shape) >= self.share) / (1 - self.share)
        return x * self.mask

    def backward(self, grad: Array) -> Array:
        """Return the gradient of the remaining values."""
        return grad * self.mask


class Adam:
    """Adam, following the paper line by line."""

    def __init__(self, learning_rate: float) -> None:
        self.learning_rate = learning_rate
        self.steps = 0
        self.moments: dict[tuple[int, str], tuple[Array, Array]] = {}

    def update(self, network: Sequence[Layer]) -> None:
        """Update all parameters."""
        self.steps += 1
        for index, layer in enumerate(network):
            for key, parameter in layer.parameters.items():
                grad = layer.gradients[key]
                zero = np.zeros_like(parameter)
                first, second = self.moments.get((index, key), (zero, zero))
                first = 0.9 * first + 0.1 * grad
                second = 0.999 * second + 0.001 * grad**2
                self.moments[index, key] = first, second
                mean = first / (1 - 0.9**self.steps)
                square = second / (1 - 0.999**self.steps)
                step = self.learning_rate * mean / (np.sqrt(square) + 1e-8)
                np.subtract(parameter, step, out=parameter)


def textbook_network(
    specs: Sequence[Mapping[str, Any]], weights: Mapping[str, NDArray[Any]], *, dropout: bool = True
) -> list[Layer]:
    """Build the textbook network of an architecture.

    Parameters
    ----------
    specs
        The layers of the architecture.
    weights
        The weights by name, float64; copied.
    dropout
        Whether to use dropout.
    """
    network: list[Layer] = []
    for spec in specs:
        own = {key: weights[f"{spec['name']}.{key}"].copy() for key in ("weight", "bias") if _has(weights, spec, key)}
        match spec["type"]:
            case "Conv2D":
                network.append(Convolution(own["weight"], own["bias"], spec["padding"]))
            case "Linear":
                network.append(Affine(**own))
            case "MaxPool2D":
                network.append(Pooling(spec["kernel_size"]))
            case "ReLU":
                network.append(Relu())
            case "Flatten":
                network.append(Flatten())
            case "Dropout":
                network += [Dropout(spec["p"])] if dropout else []
            case other:
                raise ValueError(f"The textbook has no {other}.")
    return network


def _has(weights: Mapping[str, Any], spec: Mapping[str, Any], key: str) -> bool:
    return f"{spec['name']}.{key}" in weights


if __name__ == "__main__":
    main()
