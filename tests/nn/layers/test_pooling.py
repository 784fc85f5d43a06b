"""What is particular to pooling: windows at the edge, equal values, large windows."""

from typing import Any

import numpy as np
import pytest

from digitpad.nn.layers import AvgPool2D, GlobalAveragePool2D, MaxPool2D

kinds = pytest.mark.parametrize("kind", [MaxPool2D, AvgPool2D])


@kinds
@pytest.mark.parametrize(
    ("arguments", "error", "complaint"),
    [
        ({"kernel_size": 0}, ValueError, "kernel_size is 0; expected a whole number of at least 1"),
        ({"kernel_size": 2.5}, TypeError, "kernel_size is 2.5; expected a whole number of at least 1"),
        ({"stride": 0}, ValueError, "stride is 0; expected a whole number of at least 1"),
        ({"padding": 2}, ValueError, r"padding is 2; expected at most half of kernel_size \(3, 3\)"),
        ({"kernel_size": (4, 1), "padding": 1}, ValueError, r"padding is 1; expected at most half .* \(4, 1\)"),
    ],
    ids=str,
)
def test_arguments_that_cannot_work_are_named(
    kind: type[MaxPool2D | AvgPool2D], arguments: dict[str, Any], error: type[Exception], complaint: str
) -> None:
    with pytest.raises(error, match=f"^{kind.__name__}: {complaint}"):
        kind(**{"kernel_size": 3, **arguments})


@kinds
def test_a_window_larger_than_the_image_is_refused(kind: type[MaxPool2D | AvgPool2D]) -> None:
    complaint = rf"^{kind.__name__}: kernel_size is \(5, 5\); expected it to fit the padded image, 4 x 9"
    with pytest.raises(ValueError, match=complaint):
        kind(5).forward(np.zeros((1, 1, 4, 9), np.float32))


@kinds
def test_windows_do_not_overlap_unless_told(kind: type[MaxPool2D | AvgPool2D]) -> None:
    assert kind((2, 3)).stride == (2, 3)
    assert kind((2, 3)).output_shape((4, 9, 10)) == (4, 4, 3)
    assert kind(3, stride=1).output_shape((4, 9, 10)) == (4, 7, 8)


def test_of_equal_values_the_first_wins() -> None:
    layer = MaxPool2D(2)
    layer.forward(np.full((1, 1, 2, 4), 3.0), training=True)

    np.testing.assert_array_equal(layer.backward(np.array([[[[5.0, 7.0]]]]))[0, 0], [[5, 0, 7, 0], [0, 0, 0, 0]])


def test_a_value_that_wins_in_two_windows_gets_both_gradients() -> None:
    layer = MaxPool2D((1, 2), stride=1)
    layer.forward(np.array([[[[0.0, 9.0, 1.0]]]]), training=True)

    np.testing.assert_array_equal(layer.backward(np.array([[[[5.0, 7.0]]]])), [[[[0, 12, 0]]]])


def test_the_border_never_wins_over_negative_values() -> None:
    layer = MaxPool2D(2, padding=1)
    x = -1 - np.arange(9.0).reshape(1, 1, 3, 3)

    np.testing.assert_array_equal(layer.forward(x)[0, 0], [[-1, -2], [-4, -5]])


@pytest.mark.parametrize(
    ("kernel", "stride", "padding"), [(2, None, 0), (3, 2, 1), ((2, 3), (1, 2), 1), (1, 1, 0), (4, 3, 2)]
)
def test_reading_and_training_find_the_same_maxima(
    kernel: int | tuple[int, int], stride: int | tuple[int, int] | None, padding: int
) -> None:
    """They compare in different orders."""
    layer = MaxPool2D(kernel, stride, padding)
    x = np.random.default_rng(0).standard_normal((2, 3, 9, 8))
    np.testing.assert_array_equal(layer.forward(x), layer.forward(x, training=True))


def test_the_winner_is_found_in_windows_of_any_size() -> None:
    """An index of 16 bits would wrap round in a window of 300 x 300."""
    x = np.zeros((1, 1, 300, 300), np.float32)
    x[0, 0, 299, 298] = 1
    layer = MaxPool2D(300)
    layer.forward(x, training=True)
    grad = layer.backward(np.ones((1, 1, 1, 1), np.float32))

    assert grad[0, 0, 299, 298] == 1
    assert grad.sum() == 1


def test_what_zeros_of_the_border_count() -> None:
    x = np.ones((1, 1, 2, 2))

    np.testing.assert_array_equal(AvgPool2D(2, padding=1).forward(x)[0, 0], np.full((2, 2), 0.25))
    np.testing.assert_array_equal(AvgPool2D(2, padding=1, count_include_pad=False).forward(x), np.ones((1, 1, 2, 2)))


def test_pixels_that_no_window_sees_get_no_gradient() -> None:
    layer = AvgPool2D(2)
    layer.forward(np.ones((1, 1, 5, 4)), training=True)
    grad = layer.backward(np.ones((1, 1, 2, 2)))

    np.testing.assert_array_equal(grad[0, 0, 4], np.zeros(4))
    np.testing.assert_array_equal(grad[0, 0, :4], np.full((4, 4), 0.25))


def test_global_pooling_is_average_pooling_of_everything() -> None:
    x = np.random.default_rng(0).standard_normal((2, 3, 4, 5))

    np.testing.assert_allclose(GlobalAveragePool2D().forward(x), AvgPool2D((4, 5)).forward(x), rtol=1e-12)
    assert GlobalAveragePool2D().output_shape((3, 4, 5)) == (3, 1, 1)
    with pytest.raises(ValueError, match=r"GlobalAveragePool2D: the input shape is \(3,\); expected \(C, H, W\)"):
        GlobalAveragePool2D().output_shape((3,))


def test_global_pooling_keeps_its_digits_in_float32() -> None:
    x = np.full((1, 1, 1000, 1000), 0.1, np.float32)

    np.testing.assert_allclose(GlobalAveragePool2D().forward(x), np.float32(0.1), rtol=1e-6)


@kinds
def test_the_size_is_rounded_up_on_request(kind: type[MaxPool2D | AvgPool2D]) -> None:
    assert kind(2, ceil_mode=True).output_shape((1, 5, 4)) == (1, 3, 2)
    assert kind(2, ceil_mode=True).output_shape((1, 1, 4)) == (1, 1, 2)
    # The fourth window would begin behind the image, in the padding.
    assert kind(2, 2, 1, ceil_mode=True).output_shape((1, 5, 4)) == (1, 3, 3)


def test_what_a_window_sees_beyond_the_edge_counts_neither_as_largest_nor_in_the_mean() -> None:
    x = -np.arange(1.0, 6.0).reshape(1, 1, 1, 5)
    assert MaxPool2D((1, 2), ceil_mode=True).forward(x)[0, 0].tolist() == [[-1, -3, -5]]
    assert AvgPool2D((1, 2), ceil_mode=True).forward(x)[0, 0].tolist() == [[-1.5, -3.5, -5]]


def test_the_cells_of_a_dilated_window_are_apart() -> None:
    x = np.arange(6.0).reshape(1, 1, 1, 6)
    assert MaxPool2D((1, 2), 1, dilation=3).forward(-x)[0, 0].tolist() == [[0, -1, -2]]
    with pytest.raises(ValueError, match=r"^MaxPool2D: dilation is \(3, 3\); expected at most .* of the image, 2 x 5"):
        MaxPool2D(2, 1, 1, dilation=3).forward(np.zeros((1, 1, 2, 5)))


@kinds
def test_sides_may_be_padded_unequally(kind: type[MaxPool2D | AvgPool2D]) -> None:
    assert kind(3, 2, ((0, 1), (1, 0))).output_shape((1, 6, 6)) == (1, 3, 3)
    with pytest.raises(ValueError, match=r"padding is \(\(0, 2\), \(0, 0\)\); expected at most half of kernel_size"):
        kind(3, padding=((0, 2), (0, 0)))
