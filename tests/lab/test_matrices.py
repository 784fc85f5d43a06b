"""Matrices are read from spreadsheets, Python, NumPy, PyTorch and LaTeX, and wrong ones are answered in a sentence."""

import contextlib
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from digitpad.errors import DigitpadError
from digitpad.lab.matrices import parse_channels, parse_kernels, parse_matrix, parse_vector
from digitpad.lab.numbers import parse_number

_SQUARE = [[1, 2], [3, 4]]


@pytest.mark.parametrize(
    "text",
    [
        "1 2; 3 4",
        "1 2\n3 4",
        "1, 2\n3, 4\n",
        "1,2,\n3,4,",
        "  1   2 \r\n 3 4\r\n",
        "1\t2\n3\t4\n",
        "[[1, 2], [3, 4]]",
        "x = [[1, 2],\n     [3, 4]]",
        "((1, 2), (3, 4))",
        "array([[1., 2.],\n       [3., 4.]], dtype=float32)",
        "np.array([[1, 2], [3, 4]])",
        "[[1. 2.]\n [3. 4.]]",
        "tensor([[1., 2.],\n        [3., 4.]], device='cuda:0')",
        "[1 2; 3 4]",
        r"\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}",
        r"\[ \left[\begin{array}{cc} 1 & 2 \\ 3 & 4 \\ \end{array}\right] \]",
        r"$\begin{bmatrix}1&2\\3&4\end{bmatrix}$",
        "2/2 sqrt(4); 6/2 2*2",
    ],
)
def test_a_matrix_is_read(text: str) -> None:
    np.testing.assert_array_equal(parse_matrix(text), _SQUARE)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("1/3 ln 20; 1e-3 sqrt(2)", [[1 / 3, math.log(20)], [1e-3, math.sqrt(2)]]),
        ("ln 20, ln 40", [[math.log(20), math.log(40)]]),
        ("1 / 3 2", [[1 / 3, 2]]),
        ("- 3 -4", [[-3, -4]]),
        ("1 - 2", [[1, -2]]),
        ("0,5\t1,25\n-2\t3", [[0.5, 1.25], [-2, 3]]),
        (
            r"\begin{pmatrix} \frac{1}{3} & \sqrt{2} \\ -\frac12 & \ln 20 \end{pmatrix}",
            [[1 / 3, 2**0.5], [-0.5, math.log(20)]],
        ),
        ("7", [[7]]),
    ],
)
def test_the_numbers_in_it_are_read(text: str, values: list[list[float]]) -> None:
    np.testing.assert_allclose(parse_matrix(text), values, rtol=1e-15)


@pytest.mark.parametrize(
    "text",
    [
        "1 2; 3 4\n\n5 6; 7 8",
        "[[[1, 2], [3, 4]], [[5, 6], [7, 8]]]",
        "[[[[1 2]\n   [3 4]]\n\n  [[5 6]\n   [7 8]]]]",
        "[[1, 2], [3, 4]]\n[[5, 6], [7, 8]]",
        r"\begin{pmatrix}1&2\\3&4\end{pmatrix}, \begin{pmatrix}5&6\\7&8\end{pmatrix}",
    ],
)
def test_several_matrices_are_channels(text: str) -> None:
    np.testing.assert_array_equal(parse_channels(text), [_SQUARE, [[5, 6], [7, 8]]])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no matrix yet"),
        ("\n\n", "no matrix yet"),
        ("1 2; 3", "Row 1 has 1 number, but row 0 has 2"),
        ("1 2; 3 4 5", "Row 1 has 3 numbers, but row 0 has 2"),
        ("1 2; 3 x", "Row 1, column 1: 'x' is not a number"),
        ("one two", "Row 0, column 0: 'one' is not a number"),
        ("1 2; 3 1/0", "Row 1, column 1: '1/0' divides by zero"),
        ("1,,2", "Row 0, column 1: A number is missing"),
        ("\n".join(["1 " * 300] * 300), "300 × 300; the lab takes up to 64 × 64"),
        ("1 " * 65, "1 × 65"),
        ("1 2\n\n3", "Matrix 1 is 1 × 1, but matrix 0 is 1 × 2"),
        ("1 2\n\n3 x", "Matrix 1: Row 0, column 1"),
        ("[[1, 2], [3, 4]", "is not closed"),
        ("[[1, 2]], [3, 4]]", "never opened"),
        ("5 [1, 2]", "'5' is outside the brackets"),
        ("[1, 2] 3", "'3' is outside the brackets"),
        ("[[1, ..., 2]]", "abbreviated"),
        ("1,000\t2", "1,000 may be 1.000 or 1000"),
        ("1 2\n\n" * 300, "There are 300 matrices"),
        ("9" * 5_000_000, "characters"),
    ],
)
def test_a_wrong_matrix_is_answered(text: str, message: str) -> None:
    with pytest.raises(DigitpadError, match=message):
        parse_channels(text)


@given(arrays(np.float64, array_shapes(min_dims=2, max_dims=2, max_side=9), elements=st.floats(-1e9, 1e9, width=32)))
def test_what_python_and_numpy_write_is_read_back(matrix: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> None:
    with np.printoptions(threshold=1000, precision=17):
        written = (str(matrix.tolist()), repr(matrix), str(matrix))
    for text in written:
        # NumPy rounds the last of its 17 digits after the point away.
        np.testing.assert_allclose(parse_matrix(text), matrix, rtol=1e-12, atol=1e-16)


def test_one_matrix_is_the_kernel_of_every_channel() -> None:
    assert parse_kernels("1 2; 3 4", channels=3).shape == (1, 3, 2, 2)
    assert parse_kernels("1 2; 3 4", channels=4, groups=4).shape == (4, 1, 2, 2)
    assert parse_kernels("1\n\n2\n\n3\n\n4", channels=2).shape == (2, 2, 1, 1)


def test_kernels_that_fit_no_channels_are_answered() -> None:
    with pytest.raises(DigitpadError, match="3 matrices for the kernel; with 2 channels in 1 groups"):
        parse_kernels("1\n\n2\n\n3", channels=2)
    with pytest.raises(DigitpadError, match="3 channels cannot be split into 2 groups"):
        parse_kernels("1", channels=3, groups=2)


def test_a_vector_is_a_row_or_a_column() -> None:
    np.testing.assert_array_equal(parse_vector("1; 2; 3"), [1, 2, 3])
    np.testing.assert_array_equal(parse_vector("1, 2, 3"), [1, 2, 3])
    with pytest.raises(DigitpadError, match="matrix of 2 × 2"):
        parse_vector("1 2; 3 4")
    with pytest.raises(DigitpadError, match="There are 2 matrices"):
        parse_vector("1\n\n2")


@pytest.mark.parametrize(
    "text",
    [
        "1" + " " * 200_000 + "2",
        "[1 2]" + "a" * 200_000,
        "1\n" * 200_000,
        r"\begin{matrix}" * 20_000,
        r"\\[" * 100_000,
        r"\frac{" * 20_000 + "1" + "}{2}" * 20_000,
        "[" * 200_000,
        "1,device=[",
    ],
)
def test_a_huge_or_broken_text_takes_no_longer_than_its_length(text: str) -> None:
    """Time that grows with the square of the length would take minutes here, in which the window stalls."""
    with contextlib.suppress(DigitpadError):
        assert parse_channels(text).shape == (1, 1, 2)


def test_the_largest_input_is_read_by_the_short_way() -> None:
    """Plain numbers are as Python reads them, whether or not a parser is needed."""
    for text in ("1", "-3.", ".5", "+2e-3", "1E5", "007"):
        assert parse_number(text) == float(text)
    for text in ("1e999", "nan", "inf", "1_0_", "\N{ARABIC-INDIC DIGIT ONE}x"):
        with pytest.raises(DigitpadError):
            parse_number(text)
