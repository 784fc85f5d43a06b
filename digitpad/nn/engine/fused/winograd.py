"""Winograd's algorithm: the outputs of a 3x3 kernel with fewer than half of the multiplications.

This is the third page of a chapter. `digitpad.nn.reference` convolves with loops, `digitpad.nn.correlation` with one
matrix product per batch; here the number of multiplications itself goes down.

**Along one axis.** Two neighbouring outputs of a kernel g of three numbers see four inputs d:

    y[0] = d[0] * g[0] + d[1] * g[1] + d[2] * g[2]
    y[1] = d[1] * g[0] + d[2] * g[1] + d[3] * g[2]

That is six multiplications. Winograd's F(2, 3) needs four, of sums of inputs with sums of the kernel's numbers:

    m[0] = (d[0] - d[2]) * g[0]
    m[1] = (d[1] + d[2]) * (g[0] + g[1] + g[2]) / 2        y[0] = m[0] + m[1] + m[2]
    m[2] = (d[2] - d[1]) * (g[0] - g[1] + g[2]) / 2        y[1] = m[1] - m[2] + m[3]
    m[3] = (d[3] - d[1]) * g[2]

Multiplying out shows that both are equal: m[1] + m[2] = d[1] * g[1] + d[2] * (g[0] + g[2]), and the term d[2] * g[0]
that y[0] does not have is subtracted by m[0]. Each column of sums is a matrix, so that y = A ((G g) * (B d)), where *
multiplies number by number. With d = (1, 2, 3, 4) and g = (1, 2, 3):

>>> d, g = np.array([1, 2, 3, 4]), np.array([1, 2, 3])
>>> (B @ d).tolist()
[-2, 5, 1, 2]
>>> (G @ g).tolist()
[1.0, 3.0, 1.0, 3.0]
>>> ((G @ g) * (B @ d)).tolist()
[-2.0, 15.0, 1.0, 6.0]
>>> (A @ ((G @ g) * (B @ d))).tolist()  # 1*1 + 2*2 + 3*3 and 2*1 + 3*2 + 4*3
[14.0, 20.0]

**Along both axes**, F(2x2, 3x3): transforming the rows and then the columns gives a 2x2 block of outputs from a 4x4
block of inputs, a *tile*, with 16 multiplications instead of 36:

    y = A ((G g G^T) * (B d B^T)) A^T

>>> d = np.array([[1, 0, 2, 1], [0, 3, 1, 0], [2, 1, 0, 1], [1, 0, 1, 2]])
>>> g = np.array([[1, 0, 1], [0, 2, 0], [1, 0, 1]])
>>> (G @ g @ G.T).tolist()
[[1.0, 1.0, 1.0, 1.0], [1.0, 1.5, 0.5, 1.0], [1.0, 0.5, 1.5, 1.0], [1.0, 1.0, 1.0, 1.0]]
>>> (B @ d @ B.T).tolist()
[[-3, 1, 3, 1], [1, 5, -3, -3], [3, -3, 1, 3], [1, -3, 3, 5]]
>>> convolve_tile(d, g).tolist()
[[11.0, 5.0], [5.0, 5.0]]

The outputs are sums over the input channels, and so are the products: for each of the 16 numbers, summing over channels
is a matrix product (places, in_channels) @ (in_channels, out_channels). The transforms themselves are additions, shared
by all channels of the other side, and cost little when there are many.

**The gradient.** y depends linearly on d, so going backward applies the transposed steps in reverse order. With gy the
gradient with respect to y, gm = A^T gy A; then grad_d = B^T ((G g G^T) * gm) B and grad_g = G^T ((B d B^T) * gm) G.

The rounding error of F(2x2, 3x3) stays below 1e-6 of the largest output in float32, like that of direct summation.
Larger tiles such as F(4x4, 3x3) save more multiplications, but their transforms multiply by numbers up to 8 and lose
digits. Source: Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", CVPR 2016, section 4.1; here the
last row of B and the last column of A are negated.
"""

import numpy as np

from digitpad.nn.backend import Array

A = np.array([[1, 1, 1, 0], [0, 1, -1, 1]])
"""From products to outputs, along one axis."""

B = np.array([[1, 0, -1, 0], [0, 1, 1, 0], [0, -1, 1, 0], [0, -1, 0, 1]])
"""From inputs to sums of inputs."""

G = np.array([[1, 0, 0], [0.5, 0.5, 0.5], [0.5, -0.5, 0.5], [0, 0, 1]])
"""From a kernel to sums of its numbers."""


def convolve_tile(d: Array, g: Array) -> Array:
    """Return the four outputs that see one tile, as the formula reads.

    Parameters
    ----------
    d
        The inputs, (4, 4).
    g
        The kernel, (3, 3).

    Returns
    -------
    Array
        The outputs, (2, 2).
    """
    outputs: Array = A @ ((G @ g @ G.T) * (B @ d @ B.T)) @ A.T
    return outputs
