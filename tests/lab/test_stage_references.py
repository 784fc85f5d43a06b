"""The layer that stands beside the arithmetic of a stage has the padding of the problem."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from digitpad.lab.convolution import solve
from digitpad.lab.convolution_problem import ConvolutionProblem, PoolingSettings
from digitpad.lab.stage_references import stage_reference

_PROBLEM = ConvolutionProblem(
    image=np.ones((1, 6, 6)),
    kernels=np.ones((2, 1, 3, 3)),
    stride=(2, 1),
    padding="same",
    activation="relu",
    pooling=PoolingSettings("max", (2, 2), (2, 2)),
)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"stride": (1, 1)}, "nn.Conv2d(1, 2, 3, padding=1, bias=False)"),
        ({}, "nn.Sequential(nn.ZeroPad2d((1, 1, 0, 1)), nn.Conv2d(1, 2, 3, stride=(2, 1), bias=False))"),
        ({"padding": 0, "bias": np.ones(2)}, "nn.Conv2d(1, 2, 3, stride=(2, 1))"),
        ({"mirrored": True}, None),
    ],
)
def test_the_convolution(changes: dict[str, Any], code: str | None) -> None:
    found = stage_reference(solve(replace(_PROBLEM, **changes)), "conv")
    assert found.pytorch == code
    assert found.file == "digitpad/nn/layers/convolution.py"


def test_later_stages_and_gradients() -> None:
    solution = solve(_PROBLEM)
    assert stage_reference(solution, "activation").name == "ReLU"
    assert stage_reference(solution, "pool").pytorch == "nn.MaxPool2d(2)"
    assert stage_reference(solution, "kernel gradient").name == "Conv2D"
    assert stage_reference(solve(replace(_PROBLEM, pooling=None)), "pool").name == "Conv2D"
