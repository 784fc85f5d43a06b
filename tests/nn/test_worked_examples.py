"""The examples in the chapters of the library compute what the text says."""

import doctest
from types import ModuleType

import numpy as np
import pytest

from digitpad import nn
from digitpad.nn import reference
from digitpad.nn.engine.fused import winograd


@pytest.mark.parametrize(
    ("module", "examples"), [(nn, 7), (reference, 4), (winograd, 10)], ids=["nn", "loops", "tiles"]
)
def test_the_examples_of_the_text(module: ModuleType, examples: int) -> None:
    results = doctest.testmod(module, extraglobs={"np": np})

    assert results.failed == 0
    assert results.attempted >= examples


def test_a_tile_of_winograd_is_a_patch_of_the_loops() -> None:
    rng = np.random.default_rng(0)
    d, g = rng.standard_normal((4, 4)), rng.standard_normal((3, 3))

    np.testing.assert_allclose(
        winograd.convolve_tile(d, g), reference.convolve(d[None, None], g[None, None])[0, 0], rtol=1e-12
    )


def test_the_gradients_of_a_tile_are_the_transposed_steps() -> None:
    rng = np.random.default_rng(0)
    d, g, upstream = rng.standard_normal((4, 4)), rng.standard_normal((3, 3)), rng.standard_normal((2, 2))
    u, v = winograd.G @ g @ winograd.G.T, winograd.B @ d @ winograd.B.T
    products = winograd.A.T @ upstream @ winograd.A

    np.testing.assert_allclose(
        winograd.B.T @ (u * products) @ winograd.B,
        reference.numerical_gradient(lambda at: float((winograd.convolve_tile(at, g) * upstream).sum()), d),
        rtol=1e-6,
        atol=1e-8,
    )
    np.testing.assert_allclose(
        winograd.G.T @ (v * products) @ winograd.G,
        reference.numerical_gradient(lambda at: float((winograd.convolve_tile(d, at) * upstream).sum()), g),
        rtol=1e-6,
        atol=1e-8,
    )


def test_the_four_sums_of_the_text_are_the_matrices() -> None:
    d, g = np.array([3.0, -1, 4, 1]), np.array([2.0, 7, -3])
    m = [
        (d[0] - d[2]) * g[0],
        (d[1] + d[2]) * (g[0] + g[1] + g[2]) / 2,
        (d[2] - d[1]) * (g[0] - g[1] + g[2]) / 2,
        (d[3] - d[1]) * g[2],
    ]

    np.testing.assert_array_equal((winograd.G @ g) * (winograd.B @ d), m)
    np.testing.assert_array_equal(winograd.A @ m, [m[0] + m[1] + m[2], m[1] - m[2] + m[3]])
    np.testing.assert_array_equal(winograd.A @ m, np.convolve(d, g[::-1], mode="valid"))
