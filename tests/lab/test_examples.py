"""The worked examples exist on every page, and have the numbers in their titles."""

import numpy as np
import pytest

from digitpad.errors import DigitpadError
from digitpad.lab.convolution import ConvolutionSolution
from digitpad.lab.examples import EXAMPLES, PAGES, example
from digitpad.lab.kernels import PRESETS, kernel_preset
from digitpad.lab.losses import CROSS_ENTROPY, SQUARED, LossSolution
from digitpad.lab.networks import NetworkSolution
from digitpad.lab.optimizers import Path


def _convolution(name: str) -> ConvolutionSolution:
    solution = example(name).solve()
    assert isinstance(solution, ConvolutionSolution)
    return solution


def test_every_page_has_examples_of_its_kind() -> None:
    kinds = dict(zip(PAGES, (ConvolutionSolution, LossSolution, NetworkSolution, Path), strict=True))
    for each in EXAMPLES.values():
        assert isinstance(each.solve(), kinds[each.page])
    assert {each.page for each in EXAMPLES.values()} == set(PAGES)


def test_the_sobel_edge_lies_at_the_step() -> None:
    np.testing.assert_array_equal(_convolution("sobel").output[0], [[36, 36, 0]] * 3)


def test_the_dilated_kernel_spans_five_cells() -> None:
    solution = _convolution("dilated")
    assert solution.padding == ((2, 2), (2, 2))
    image = solution.problem.image[0]
    assert solution.output[0, 2, 2] == image[[0, 2, 4], 0].sum() - image[[0, 2, 4], 4].sum()


def test_the_depthwise_kernel_keeps_channels_apart() -> None:
    solution = _convolution("depthwise")
    image = solution.problem.image
    assert solution.output.shape[0] == len(image)
    for channel in range(len(image)):
        assert solution.output[channel, 0, 0] == pytest.approx(image[channel, :3, :3].mean())


def test_two_channels_are_summed() -> None:
    solution = _convolution("two-channels")
    # 1·1 + 0·2 + 0·0 − 1·1, then 0·0 + 1·1 + 1·1 + 0·3, and the bias of 1
    assert solution.output[0, 0, 0] == 0 + 2 + 1


def test_the_squared_error_learns_slowly() -> None:
    solution = example("squared").solve()
    assert isinstance(solution, LossSolution)
    gradient = {name: float(abs(result.gradient).max()) for name, result in solution.losses.items()}
    assert gradient[SQUARED] < 0.01
    assert gradient[CROSS_ENTROPY] > 0.9


def test_the_separable_network_needs_fewer_multiply_adds() -> None:
    solution = example("separable").solve()
    assert isinstance(solution, NetworkSolution)
    assert solution.multiply_adds * 7 < 28 * 28 * 3 * 3 * 32 * 64


def test_the_dilated_stack_sees_fifteen_pixels() -> None:
    solution = example("dilated-stack").solve()
    assert isinstance(solution, NetworkSolution)
    assert [row.field.size[0] for row in solution.rows if row.field is not None] == [3, 7, 15]


@pytest.mark.parametrize("name", PRESETS)
def test_a_kernel_preset_has_a_kernel_for_each_channel(name: str) -> None:
    preset = kernel_preset(name)
    for channels in (1, 3):
        kernels = preset.kernels(channels)
        assert kernels.shape[1] * preset.groups(channels) == channels
        np.testing.assert_array_equal(kernels[0, 0], preset.rows)


def test_blur_is_a_mean_and_edges_ignore_what_is_flat() -> None:
    assert np.sum(kernel_preset("blur").rows) == pytest.approx(1, abs=1e-15)
    assert np.sum(kernel_preset("sharpen").rows) == 1
    for name in ("edges", "sobel-x", "sobel-y"):
        assert np.sum(kernel_preset(name).rows) == 0


def test_unknown_names_are_answered() -> None:
    with pytest.raises(DigitpadError, match="no example called 'exam7'"):
        example("exam7")
    with pytest.raises(DigitpadError, match="no kernel called 'prewitt'"):
        kernel_preset("prewitt")
