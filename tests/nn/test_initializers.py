"""Initializers: the variance that they promise, and what it is good for."""

import math
from collections.abc import Callable

import numpy as np
import pytest

from digitpad import nn
from digitpad.models.architecture_file import parse_architecture
from digitpad.nn import initializers
from digitpad.nn.backend import Array
from digitpad.nn.initializers import Fans, fans_of_convolution

FANS = Fans(300, 100)
SHAPE = (200, 500)

#: Every initializer with its standard deviation for these fans, and the largest value it can draw.
INITIALIZERS: list[tuple[str, initializers.InitializerSpec, float, float]] = [
    ("he_normal", "he_normal", math.sqrt(2 / 300), math.inf),
    ("he_uniform", "he_uniform", math.sqrt(2 / 300), math.sqrt(6 / 300)),
    ("xavier_normal", "xavier_normal", math.sqrt(2 / 400), math.inf),
    ("xavier_uniform", "xavier_uniform", math.sqrt(2 / 400), math.sqrt(6 / 400)),
    ("fan_in_uniform", "fan_in_uniform", math.sqrt(1 / 900), math.sqrt(1 / 300)),
    ("normal", nn.normal(0.3), 0.3, math.inf),
    ("normal as data", {"type": "normal", "std": 0.02}, 0.02, math.inf),
    ("normal by name", "normal", 0.01, math.inf),
    ("uniform", nn.uniform(0.6), 0.6 / math.sqrt(3), 0.6),
    ("uniform as data", {"type": "uniform", "bound": 0.3}, 0.3 / math.sqrt(3), 0.3),
    ("constant", nn.constant(0), 0, 0),
]
every_initializer = pytest.mark.parametrize(
    ("spec", "deviation", "largest"), [row[1:] for row in INITIALIZERS], ids=[row[0] for row in INITIALIZERS]
)


def _draw(spec: initializers.InitializerSpec, dtype: type = np.float32) -> Array:
    return initializers.resolve("Test", spec)(SHAPE, FANS, np.random.default_rng(5), dtype)


@every_initializer
def test_mean_and_variance(spec: initializers.InitializerSpec, deviation: float, largest: float) -> None:
    drawn = _draw(spec)
    assert drawn.shape == SHAPE
    assert drawn.dtype == np.float32
    # 100,000 draws: three standard errors of the mean are 0.01 deviations, of the deviation itself 0.7%.
    assert abs(drawn.mean()) <= 0.01 * deviation
    assert drawn.std() == pytest.approx(deviation, rel=0.01)
    assert abs(drawn).max() <= largest * (1 + 1e-6)


@pytest.mark.parametrize("spec", [row[1] for row in INITIALIZERS], ids=[row[0] for row in INITIALIZERS])
def test_the_same_seed_draws_the_same_whatever_the_dtype(spec: initializers.InitializerSpec) -> None:
    np.testing.assert_array_equal(_draw(spec), _draw(spec))
    np.testing.assert_array_equal(_draw(spec), _draw(spec, np.float64).astype(np.float32))


def test_a_constant_is_one() -> None:
    assert (_draw({"type": "constant", "value": 2.5}) == 2.5).all()


@pytest.mark.parametrize(
    ("arguments", "transposed", "expected"),
    [
        ((8, 16, (3, 5)), False, Fans(8 * 15, 16 * 15)),
        ((8, 16, (3, 3), (1, 1), 4), False, Fans(2 * 9, 4 * 9)),
        ((8, 8, (3, 3), (1, 1), 8), False, Fans(9, 9)),
        ((8, 16, (4, 4), (2, 2)), False, Fans(8 * 16, 16 * 4)),
        ((8, 16, (2, 2), (2, 2)), True, Fans(8, 16 * 4)),
        ((8, 16, (3, 3)), True, Fans(8 * 9, 16 * 9)),
        ((8, 16, (4, 4), (2, 2), 2), True, Fans(4 * 4, 8 * 16)),
    ],
)
def test_fans_of_convolutions(arguments: tuple[int, int, tuple[int, int]], transposed: bool, expected: Fans) -> None:
    assert fans_of_convolution(*arguments, transposed=transposed) == expected


@pytest.mark.parametrize(
    "make",
    [
        lambda rng: nn.Conv2D(16, 32, 3, initializer="he_normal", rng=rng),
        lambda rng: nn.Conv2D(16, 32, 3, groups=4, initializer="he_uniform", rng=rng),
        lambda rng: nn.Conv2D(32, 32, 5, groups=32, initializer="he_normal", rng=rng),
        lambda rng: nn.layers.ConvTranspose2D(32, 16, 2, stride=2, initializer="he_normal", rng=rng),
        lambda rng: nn.layers.ConvTranspose2D(32, 16, 4, stride=2, groups=2, initializer="he_uniform", rng=rng),
    ],
    ids=["plain", "grouped", "depthwise", "transposed", "transposed and grouped"],
)
def test_he_doubles_the_mean_square_in_every_kind_of_convolution(
    make: Callable[[np.random.Generator], nn.Conv2D | nn.layers.ConvTranspose2D],
) -> None:
    # Twice as large before the ReLU, so that what it leaves is as large as what came in.
    rng = np.random.default_rng(6)
    layer = make(rng)
    x = rng.standard_normal((8, layer.in_channels, 20, 20)).astype(np.float32)
    inner = layer.forward(x)[:, :, 4:-4, 4:-4]
    assert (inner**2).mean() == pytest.approx(2, rel=0.15)


def test_small_random_weights_fade_through_the_layers_and_he_keeps_the_signal() -> None:
    def signal(spec: initializers.InitializerSpec) -> float:
        rng = np.random.default_rng(7)
        x = rng.standard_normal((64, 256)).astype(np.float32)
        for _ in range(8):
            x = nn.ReLU().forward(nn.Linear(256, 256, initializer=spec, rng=rng).forward(x))
        return float((x**2).mean())

    assert 0.5 < signal("he_normal") < 2
    assert 0.5 < signal("he_uniform") < 2
    # Xavier without a bend to make up for halves at every layer.
    assert signal("xavier_normal") == pytest.approx(2.0**-8, rel=0.8)
    assert signal({"type": "normal", "std": 0.01}) < 1e-12


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("lecun", "Conv2D: initializer is 'lecun'; expected one of he_normal, .*, constant, normal, uniform"),
        ({"type": "lecun"}, "Conv2D: initializer is 'lecun'"),
        ({}, "Conv2D: initializer is None"),
        ({"type": "normal", "bound": 1}, "Conv2D: initializer 'normal' has no argument 'bound'; expected std"),
        ({"type": "he_normal", "std": 1}, "Conv2D: initializer 'he_normal' has no argument 'std'; expected none"),
        ({"type": "normal", "std": -1}, "normal: std is -1"),
        ({"type": "uniform", "bound": math.nan}, "uniform: bound is nan"),
        ({"type": "constant", "value": math.inf}, "constant: value is inf"),
    ],
)
def test_bad_names_and_arguments_are_refused(spec: initializers.InitializerSpec, message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        initializers.resolve("Conv2D", spec)


def test_an_architecture_takes_an_initializer_as_data() -> None:
    plan = nn.Architecture(
        "tiny",
        (1, 6, 6),
        (
            {
                "name": "conv",
                "type": "Conv2D",
                "in_channels": 1,
                "out_channels": 64,
                "kernel_size": 5,
                "initializer": {"type": "normal", "std": 0.5},
            },
        ),
    )
    network = nn.build(parse_architecture(plan.to_json()), rng=np.random.default_rng(8))
    assert network.named_parameters()["conv.weight"].value.std() == pytest.approx(0.5, rel=0.1)
