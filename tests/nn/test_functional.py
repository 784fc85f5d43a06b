"""The pure functions: windows and their transpose, sums that keep their digits, the error function."""

import math

import numpy as np
import pytest

from digitpad.nn import functional
from digitpad.nn.functional import Pair


@pytest.mark.parametrize(
    ("kernel", "stride", "dilation"), [((3, 3), (1, 1), (1, 1)), ((2, 3), (2, 1), (1, 2)), ((1, 2), (3, 2), (1, 3))]
)
def test_windows_show_every_patch_without_copying(kernel: Pair, stride: Pair, dilation: Pair) -> None:
    x = np.random.default_rng(0).standard_normal((2, 3, 7, 8))
    view = functional.windows(x, kernel, stride, dilation)

    assert np.shares_memory(view, x)
    assert not view.flags.writeable
    rows, columns = (
        functional.output_size(size, kernel[axis], stride[axis], (0, 0), dilation[axis])
        for axis, size in enumerate(x.shape[2:])
    )
    assert view.shape == (2, 3, rows, columns, *kernel)
    for row, column, i, j in np.ndindex(rows, columns, *kernel):
        y, x_ = row * stride[0] + i * dilation[0], column * stride[1] + j * dilation[1]
        np.testing.assert_array_equal(view[:, :, row, column, i, j], x[:, :, y, x_])


@pytest.mark.parametrize(
    ("kernel", "stride", "dilation"), [((3, 3), (1, 1), (1, 1)), ((2, 3), (2, 1), (1, 2)), ((1, 2), (3, 2), (1, 3))]
)
@pytest.mark.parametrize("padding", [((0, 0), (0, 0)), ((1, 2), (0, 1))])
def test_fold_is_the_transpose_of_windows(
    kernel: Pair, stride: Pair, dilation: Pair, padding: functional.Padding
) -> None:
    """<windows(x), p> = <x, fold(p)> for all x and p."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((2, 3, 7, 8))
    view = functional.windows(functional.pad(x, padding), kernel, stride, dilation).transpose(0, 2, 3, 4, 5, 1)
    patches = rng.standard_normal(view.shape)
    folded = functional.fold(patches, (7, 8), stride, padding, dilation)

    assert folded.shape == x.shape
    assert (view * patches).sum() == pytest.approx((x * folded).sum(), rel=1e-12)


def test_pad_copies_only_where_there_is_a_border() -> None:
    x = np.ones((1, 2, 3, 4), np.float32)

    assert functional.pad(x, ((0, 0), (0, 0))) is x
    padded = functional.pad(x, ((1, 0), (2, 3)), value=-5)
    np.testing.assert_array_equal(padded, np.pad(x, ((0, 0), (0, 0), (1, 0), (2, 3)), constant_values=-5))
    assert padded.dtype == np.float32


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "padding", "dilation", "expected"),
    [
        (6, 3, 1, (0, 0), 1, 4),
        (6, 3, 1, (2, 2), 1, 8),
        (7, 2, 2, (0, 0), 1, 3),
        (7, 3, 2, (1, 0), 2, 2),
        (2, 3, 1, (0, 0), 1, 0),
    ],
)
def test_output_size(size: int, kernel: int, stride: int, padding: Pair, dilation: int, expected: int) -> None:
    assert functional.output_size(size, kernel, stride, padding, dilation) == expected


def test_channel_sums_keep_their_digits_in_float32() -> None:
    """One running sum over the 200,000 values of a channel would be wrong in the fourth digit."""
    tenths = np.full((256, 28, 28, 3), 0.1, np.float32).transpose(0, 3, 1, 2)
    exact = 256 * 28 * 28 * float(np.float32(0.1))
    running = np.add.accumulate(tenths[:, 0].reshape(-1))[-1]

    assert abs(running - exact) / exact > 1e-5
    np.testing.assert_allclose(functional.channel_sum(tenths), exact, rtol=5e-6)
    assert functional.channel_sum(tenths).dtype == np.float32


def test_erf_agrees_with_the_standard_library_to_the_last_digits() -> None:
    x = np.concatenate([np.linspace(-7, 7, 20_001), [0.0, 1e-30, -1e-20, 0.46875, -4.0, 100, np.inf, -np.inf]])
    exact = np.array([math.erf(value) for value in x])

    np.testing.assert_allclose(functional.erf(x), exact, rtol=1e-15, atol=0)
    np.testing.assert_allclose(functional.erf(x.astype(np.float32)), exact, rtol=5e-6)
    assert functional.erf(x.astype(np.float32)).dtype == np.float32


def test_softmax_and_its_logarithm_survive_any_logits() -> None:
    logits = np.array([[1e4, 0, -1e4], [-1e4, -1e4, -1e4]])

    third = 1 / 3
    np.testing.assert_allclose(functional.softmax(logits), [[1.0, 0.0, 0.0], [third, third, third]])
    logarithm = -math.log(3)
    np.testing.assert_allclose(functional.log_softmax(logits), [[0.0, -1e4, -2e4], [logarithm, logarithm, logarithm]])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_sigmoid_and_softplus_survive_any_number(dtype: type) -> None:
    x = np.array([-1e4, -20, 0, 20, 1e4], np.dtype(dtype))
    small = math.exp(-20)

    np.testing.assert_allclose(functional.sigmoid(x), [0, small / (1 + small), 0.5, 1 / (1 + small), 1], rtol=1e-6)
    np.testing.assert_allclose(functional.softplus(x), [0, math.log1p(small), math.log(2), 20, 1e4], rtol=1e-6)
    assert functional.sigmoid(x).dtype == functional.softplus(x).dtype == dtype


def test_one_hot() -> None:
    np.testing.assert_array_equal(functional.one_hot(np.array([2, 0]), 3), [[0, 0, 1], [1, 0, 0]])
    assert functional.one_hot(np.array([[1], [0]]), 2).shape == (2, 1, 2)
    for labels, error in ((np.array([3]), ValueError), (np.array([-1]), ValueError), (np.array([1.0]), TypeError)):
        with pytest.raises(error, match="expected"):
            functional.one_hot(labels, 3)
