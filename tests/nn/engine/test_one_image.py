"""`OneImage` returns the activations of the plain layers, bit for bit."""

import numpy as np
import pytest

from digitpad.explain.frame import Inspector
from digitpad.nn import (
    ARCHITECTURES,
    ELU,
    GELU,
    AvgPool2D,
    BatchNorm2D,
    Conv2D,
    ConvTranspose2D,
    Dropout,
    Flatten,
    GlobalAveragePool2D,
    Layer,
    Linear,
    MaxPool2D,
    ReLU,
    Residual,
    Sequential,
    Sigmoid,
    Tanh,
    build,
)
from digitpad.nn.backend import Array
from digitpad.nn.checks import NotFiniteError
from digitpad.nn.engine import OneImage


def named(*layers: Layer) -> Sequential:
    return Sequential((f"{index}", layer) for index, layer in enumerate(layers))


class Doubled(Linear):
    """A layer of a class of its own, which computes something else than its base."""

    def forward(self, x: Array, *, training: bool = False) -> Array:
        doubled: Array = 2 * super().forward(x, training=training)
        return doubled


RNG = np.random.default_rng(0)
CASES: dict[str, tuple[tuple[int, ...], Sequential]] = {
    "few channels": ((1, 9, 8), named(Conv2D(1, 5, 3, padding=1), ReLU(), MaxPool2D(2))),
    "many channels": ((16, 7, 6), named(Conv2D(16, 5, 3, padding=1), ReLU(), Conv2D(5, 24, 5), Tanh())),
    "no bias, no padding": ((4, 8, 8), named(Conv2D(4, 6, 3, bias=False), ELU(), MaxPool2D(3, 2, 1))),
    "1x1": ((3, 6, 5), named(Conv2D(3, 8, 1), Sigmoid())),
    "1x1 to one channel": (
        (16, 20, 20),
        named(Conv2D(16, 16, 3, padding=1), Conv2D(16, 1, 1), Conv2D(1, 1, 1, padding=1)),
    ),
    "one row": ((2, 1, 40), named(Conv2D(2, 1, (1, 3)), ReLU())),
    "stride, dilation": ((3, 12, 11), named(Conv2D(3, 4, (3, 2), (2, 1), (2, 0), dilation=(1, 3)), GELU())),
    "even kernel": ((2, 7, 7), named(Conv2D(2, 4, 4, padding="same"))),
    "groups": ((6, 8, 8), named(Conv2D(6, 12, 3, padding=1, groups=3), ReLU(), Conv2D(12, 12, 3, groups=12))),
    "pooling of one row": ((4, 6, 6), named(MaxPool2D((1, 2)), MaxPool2D((2, 1), (1, 1)), MaxPool2D(1))),
    "average": ((4, 6, 6), named(AvgPool2D(2), GlobalAveragePool2D())),
    "blocks": (
        (2, 8, 8),
        named(
            named(Conv2D(2, 4, 3, padding=1), named(BatchNorm2D(4), ReLU())),
            Residual(named(Conv2D(4, 4, 3, padding=1), ReLU())),
            ConvTranspose2D(4, 2, 2, 2),
        ),
    ),
    "classifier": ((1, 6, 6), named(Flatten(), Linear(36, 20), ReLU(), Dropout(0.5), Linear(20, 3, bias=False))),
    "a derived class": ((1, 3, 3), named(Flatten(), Doubled(9, 2))),
    "float64": ((2, 6, 6), named(Conv2D(2, 3, 3, padding=1, dtype=np.float64), ReLU(), MaxPool2D(2))),
}


def image_for(network: Sequential, shape: tuple[int, ...]) -> Array:
    dtype = next(iter(network.parameters())).value.dtype if network.parameters() else np.float32
    return RNG.normal(size=(1, *shape)).astype(dtype)


def with_biases(network: Sequential) -> Sequential:
    """Return the network with biases that are not zero, as training leaves them."""
    for parameter in network.parameters():
        if parameter.value.ndim == 1:
            parameter.value[...] = RNG.normal(size=parameter.value.shape)
    return network


def assert_same(one: OneImage, network: Sequential, x: Array) -> None:
    output, record = one.forward(x)
    expected, expected_record = network.forward(x, capture=True)
    assert output.tobytes() == expected.tobytes()
    assert list(record) == list(expected_record)
    for name, array in record.items():
        assert (array.shape, array.dtype) == (expected_record[name].shape, expected_record[name].dtype)
        assert array.tobytes() == expected_record[name].tobytes(), name


@pytest.mark.parametrize("case", CASES)
def test_gives_the_bits_of_the_plain_layers(case: str) -> None:
    shape, network = CASES[case]
    with_biases(network)
    one = OneImage(network, shape)
    for _ in range(2):
        assert_same(one, network, image_for(network, shape))


@pytest.mark.parametrize("name", sorted(name for name, plan in ARCHITECTURES.items() if plan.input_shape[1] < 100))
def test_gives_the_bits_of_every_preset(name: str) -> None:
    plan = ARCHITECTURES[name]
    network = with_biases(build(plan, rng=np.random.default_rng(1)))
    assert_same(OneImage(network, plan.input_shape), network, image_for(network, plan.input_shape))


def test_an_image_with_channels_last_in_memory() -> None:
    shape, network = CASES["many channels"]
    x = np.ascontiguousarray(image_for(network, shape).transpose(0, 2, 3, 1)).transpose(0, 3, 1, 2)
    assert_same(OneImage(network, shape), network, x)


def test_later_calls_leave_earlier_activations_alone() -> None:
    shape, network = CASES["many channels"]
    one = OneImage(network, shape)
    _, first = one.forward(image_for(network, shape))
    copies = {name: array.copy() for name, array in first.items()}
    one.forward(image_for(network, shape))
    assert all(np.array_equal(first[name], copies[name]) for name in copies)


def test_changed_weights_are_used() -> None:
    network = named(Conv2D(1, 4, 3, padding=1), ReLU(), Flatten(), Linear(4 * 36, 3))
    one = OneImage(network, (1, 6, 6))
    x = image_for(network, (1, 6, 6))
    one.forward(x)
    for parameter in network.parameters():
        parameter.value[...] += 0.5
    assert_same(one, network, x)


def test_other_batches_are_computed_by_the_network() -> None:
    shape, network = CASES["few channels"]
    one = OneImage(network, shape)
    assert_same(one, network, np.zeros((3, *shape), np.float32))
    with pytest.raises(ValueError, match=r"0: Conv2D: x has shape \(1, 2, 9, 8\)"):
        one.forward(np.zeros((1, 2, 9, 8), np.float32))
    with pytest.raises(TypeError, match="0: Conv2D: x has dtype float64"):
        one.forward(np.zeros((1, *shape)))


def test_a_large_image_is_computed_by_the_plain_layer() -> None:
    network = named(Conv2D(4, 2, 5, padding=2), ReLU())
    shape = (4, 120, 120)
    assert_same(OneImage(network, shape), network, image_for(network, shape))


def test_an_image_that_does_not_fit() -> None:
    with pytest.raises(ValueError, match="0: Conv2D: the input shape"):
        OneImage(CASES["few channels"][1], (2, 9, 8))


@pytest.mark.parametrize("place", ["conv", "fc"])
def test_what_is_not_finite_is_reported_as_by_the_network(place: str) -> None:
    network = Sequential({"conv": Conv2D(1, 2, 3), "pool": MaxPool2D(2), "flat": Flatten(), "fc": Linear(8, 2)})
    network.named_parameters()[f"{place}.bias"].value[0] = np.nan
    x = np.zeros((1, 1, 6, 6), np.float32)
    with pytest.raises(NotFiniteError) as expected:
        network.forward(x, capture=True)
    with pytest.raises(NotFiniteError) as raised:
        OneImage(network, (1, 6, 6)).forward(x)
    assert str(raised.value) == str(expected.value)


def test_a_frame_holds_the_activations_of_the_plain_layers() -> None:
    plan = ARCHITECTURES["light"]
    network = build(plan, rng=np.random.default_rng(2))
    inspector = Inspector(network, plan.input_shape)
    pixels = np.random.default_rng(3).random(plan.input_shape, np.float32)
    frame = inspector.inspect(pixels)
    _, expected = network.forward(inspector.prepare(pixels[np.newaxis]), capture=True)
    for name, array in expected.items():
        assert frame[name].tobytes() == array[0].tobytes()
    assert inspector.inspect(pixels, gradients=True)["fc2"].tobytes() == frame["fc2"].tobytes()
