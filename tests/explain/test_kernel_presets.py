"""Textbook kernels, and kernels that are typed."""

import numpy as np
import pytest

from digitpad.explain.kernel_presets import PRESETS, parse_kernel, preset


@pytest.mark.parametrize("shape", [(3, 3), (5, 5), (7, 7), (3, 5)])
@pytest.mark.parametrize(("name", "total"), [("blur", 1), ("identity", 1), ("edges", 0), ("sobel-x", 0), ("emboss", 1)])
def test_the_weights_add_up_as_the_textbook_says(name: str, total: float, shape: tuple[int, int]) -> None:
    kernel = preset(name, shape)
    assert kernel is not None
    assert kernel.shape == shape
    assert kernel.dtype == np.float32
    assert kernel.sum() == pytest.approx(total, abs=1e-6)


def test_the_kernels_do_what_their_names_say() -> None:
    across, down = preset("sobel-x", (3, 3)), preset("sobel-y", (3, 3))
    assert across is not None
    assert down is not None
    np.testing.assert_array_equal(across, down.T)
    ramp = np.tile(np.arange(3, dtype=np.float32), (3, 1))
    assert (across * ramp).sum() == 8
    assert (down * ramp).sum() == 0
    identity = preset("identity", (5, 5))
    assert identity is not None
    picture = np.arange(25, dtype=np.float32).reshape(5, 5)
    assert (identity * picture).sum() == picture[2, 2]
    edges = preset("edges", (3, 3))
    assert edges is not None
    assert (edges * np.ones((3, 3))).sum() == 0


def test_small_kernels_have_no_edges() -> None:
    assert [name for name in PRESETS if preset(name, (1, 1)) is not None] == ["identity", "blur"]
    with pytest.raises(ValueError, match="expected one of identity, blur"):
        preset("sharpen", (3, 3))


@pytest.mark.parametrize(
    "text", ["1 2\n3 -4.5", "[[1, 2], [3, -4.5]]", "1\t2\n3\t\N{MINUS SIGN}4.5", "1;2;3;-4.5e0", "(1,2),(3,-4.5)"]
)
def test_a_matrix_is_read_as_it_is_written(text: str) -> None:
    kernel = parse_kernel(text, (2, 2))
    assert kernel is not None
    np.testing.assert_array_equal(kernel, [[1, 2], [3, -4.5]])


def test_one_number_fills_the_kernel() -> None:
    kernel = parse_kernel("0.5", (2, 3))
    assert kernel is not None
    np.testing.assert_array_equal(kernel, np.full((2, 3), 0.5))


@pytest.mark.parametrize("text", ["", "1 2 3", "1 2 3 x", "1 2 3 nan", "1 2 3 1e99", "1 2 3 inf"])
def test_anything_else_is_no_kernel(text: str) -> None:
    assert parse_kernel(text, (2, 2)) is None
