"""Where a stage of a convolution is computed, and the same layer in PyTorch with the padding of the problem."""

from dataclasses import replace

from digitpad.copying.references import LayerReference, reference_of
from digitpad.lab.convolution import ACTIVATION, CONV, POOL, ConvolutionSolution
from digitpad.nn import layers


def stage_reference(solution: ConvolutionSolution, stage: str) -> LayerReference:
    """Return the reference of a stage; gradients have that of the convolution.

    Parameters
    ----------
    solution
        The solution.
    stage
        A key of its stages, or anything else for the convolution.
    """
    stage = stage if stage in {ACTIVATION, POOL} and stage in solution.stages else CONV
    layer = solution.network.layers[stage]
    if not isinstance(layer, layers.Conv2D):
        return reference_of(layer)
    problem = solution.problem
    if problem.mirrored:
        # PyTorch's layer does not mirror its kernel.
        return replace(reference_of(layer), pytorch=None)
    # The solution pads its input beforehand, so that the padding is shown.
    (above, below), (left, right) = solution.padding
    even = (above, left) == (below, right)
    padded = layers.Conv2D(
        layer.in_channels,
        layer.out_channels,
        layer.kernel_size,
        layer.stride,
        (above, left) if even else 0,
        layer.dilation,
        layer.groups,
        bias=layer.bias is not None,
    )
    reference = reference_of(padded)
    if even:
        return reference
    return replace(
        reference, pytorch=f"nn.Sequential(nn.ZeroPad2d(({left}, {right}, {above}, {below})), {reference.pytorch})"
    )
