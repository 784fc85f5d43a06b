"""Products in pieces are the products of the whole."""

import numpy as np
import pytest

from digitpad.nn.engine.fused import small_products
from digitpad.nn.engine.fused.small_products import multiply, multiply_and_sum, sums_are_small
from digitpad.nn.engine.fused.workspace import Workspace

#: Rows, columns and images: whole pieces, a rest, fewer rows than a piece, and matrices too small to cut.
SIZES = [(320, 400, 8), (330, 401, 3), (7, 20_000, 2), (16, 6_250, 1), (20, 30, 4), (1, 1, 1)]


def matrix(*shape: int) -> np.ndarray:
    return np.random.default_rng(sum(shape)).standard_normal(shape).astype(np.float32)


@pytest.mark.parametrize(("rows", "columns", "n"), SIZES)
def test_a_product_in_pieces_of_rows(rows: int, columns: int, n: int) -> None:
    weight, x, grad = matrix(rows, columns), matrix(n, columns), matrix(n, rows)
    out, grad_weight = np.full((rows, n), np.nan, np.float32), np.full((rows, columns), np.nan, np.float32)
    multiply(weight, x.T, out)
    multiply(grad.T, x, grad_weight)
    np.testing.assert_allclose(out, weight @ x.T, rtol=0, atol=1e-3)
    np.testing.assert_allclose(grad_weight, grad.T @ x, rtol=0, atol=1e-5)


@pytest.mark.parametrize(("rows", "columns", "n"), SIZES)
def test_a_product_summed_over_pieces(rows: int, columns: int, n: int) -> None:
    weight, grad = matrix(rows, columns), matrix(n, rows)
    out = np.full((n, columns), np.nan, np.float32)
    multiply_and_sum(grad, weight, out, Workspace(np.float32))
    np.testing.assert_allclose(out, grad @ weight, rtol=0, atol=1e-3)


def test_pieces_are_small_products_of_several_rows() -> None:
    def rows(per_row: int, numbers: int) -> int:
        return small_products._rows_at_once(per_row, numbers)

    assert rows(8 * 3136, 2048 * 3136) == 16
    assert rows(32 * 3136, 2048 * 3136) == 9
    assert rows(64 * 3136, 2048 * 3136) == 0, "the pieces would be too many"
    assert rows(8 * 300, 30 * 300) == 0, "a small matrix is left whole"


def test_sums_are_small_for_few_images() -> None:
    assert sums_are_small(16, 3136)
    assert not sums_are_small(32, 3136)
