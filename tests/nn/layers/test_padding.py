"""What is particular to padding: what the border holds, corners, and what a convolution makes of it."""

from typing import Any

import numpy as np
import pytest

from digitpad.nn.layers import Conv2D, Pad2D


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("zeros", [0, 0, 1, 2, 3, 4, 0]),
        ("reflect", [3, 2, 1, 2, 3, 4, 3]),
        ("replicate", [1, 1, 1, 2, 3, 4, 4]),
    ],
)
def test_the_border_is_that_of_the_docstring(mode: str, expected: list[int]) -> None:
    row = np.array([[[[1.0, 2.0, 3.0, 4.0]]]])
    assert Pad2D(((0, 0), (2, 1)), mode).forward(row)[0, 0].tolist() == [expected]
    column = row.transpose(0, 1, 3, 2)
    assert Pad2D(((2, 1), (0, 0)), mode).forward(column)[0, 0, :, 0].tolist() == expected


def test_a_corner_is_the_border_of_a_border() -> None:
    image = np.arange(9.0).reshape(1, 1, 3, 3)
    assert Pad2D(1, "reflect").forward(image)[0, 0, 0, 0] == image[0, 0, 1, 1]
    assert Pad2D(2, "replicate").forward(image)[0, 0, :2, :2].tolist() == [[0, 0], [0, 0]]


def test_a_value_receives_the_gradients_of_its_copies() -> None:
    layer = Pad2D(((0, 0), (1, 2)), "replicate")
    layer.forward(np.array([[[[5.0, 6.0]]]]), training=True)
    assert layer.backward(np.array([[[[1.0, 2.0, 4.0, 8.0, 16.0]]]]))[0, 0].tolist() == [[3, 28]]


def test_without_a_border_the_input_stays_as_it_is() -> None:
    x = np.ones((1, 1, 2, 2))
    layer = Pad2D(0, "reflect")
    np.testing.assert_array_equal(layer.forward(x, training=True), x)
    upstream = np.arange(4.0).reshape(1, 1, 2, 2)
    np.testing.assert_array_equal(layer.backward(upstream), upstream)


def test_zeros_before_a_convolution_are_its_own_padding() -> None:
    rng = np.random.default_rng(0)
    x = rng.standard_normal((2, 3, 6, 5))
    padded = Conv2D(3, 2, 3, stride=2, padding=((0, 1), (2, 0)), rng=rng, dtype=np.float64)
    plain = Conv2D(3, 2, 3, stride=2, dtype=np.float64)
    plain.weight.value = padded.weight.value
    np.testing.assert_allclose(
        plain.forward(Pad2D(((0, 1), (2, 0))).forward(x)), padded.forward(x), rtol=1e-12, atol=1e-12
    )


@pytest.mark.parametrize(
    ("arguments", "error", "complaint"),
    [
        ({"padding": -1}, ValueError, "padding is -1; expected a whole number of at least 0"),
        ({"padding": (1, 2, 3)}, ValueError, r"padding is \(1, 2, 3\); expected one number, or two"),
        ({"padding": ((1, 2), 3.5)}, TypeError, r"padding\[1\] is 3.5; expected a whole number of at least 0"),
        ({"padding": ((1, -2), (0, 0))}, ValueError, r"padding\[0\]\[1\] is -2; expected a whole number of at least 0"),
        ({"mode": "wrap"}, ValueError, 'mode is \'wrap\'; expected "zeros" or "reflect" or "replicate"'),
    ],
    ids=str,
)
def test_arguments_that_cannot_work_are_named(
    arguments: dict[str, Any], error: type[Exception], complaint: str
) -> None:
    with pytest.raises(error, match=f"^Pad2D: {complaint}"):
        Pad2D(**{"padding": 1, **arguments})


def test_a_reflected_border_is_narrower_than_the_maps() -> None:
    with pytest.raises(ValueError, match=r"^Pad2D: padding is .* expected less than the maps have .* 3 x 4"):
        Pad2D(3, "reflect").forward(np.zeros((1, 1, 3, 4)))
