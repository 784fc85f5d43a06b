"""Gradient clipping."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from digitpad import nn

GOLDEN = json.loads((Path(__file__).parents[2] / "golden" / "training.json").read_text(encoding="utf-8"))["clipping"]


def _parameters(dtype: type = np.float64) -> list[nn.Parameter]:
    parameters = [nn.Parameter(np.zeros(np.shape(gradient), dtype)) for gradient in GOLDEN["gradients"]]
    for parameter, gradient in zip(parameters, GOLDEN["gradients"], strict=True):
        parameter.grad = np.array(gradient)
    return parameters


@pytest.mark.parametrize("case", GOLDEN["cases"])
def test_by_norm_it_is_pytorchs(case: dict[str, Any]) -> None:
    parameters = _parameters()
    norm = nn.clip_gradient_norm(parameters, case["max_norm"])
    assert norm == pytest.approx(case["norm"], rel=1e-12)
    for parameter, clipped in zip(parameters, case["clipped"], strict=True):
        np.testing.assert_allclose(parameter.grad, clipped, rtol=1e-12)


def test_by_value_each_number_is_cut() -> None:
    parameters = _parameters()
    before = [p.grad.copy() for p in parameters]
    norm = nn.clip_gradient_value(parameters, 0.5)
    assert norm == pytest.approx(np.sqrt(sum((g**2).sum() for g in before)))
    for parameter, grad in zip(parameters, before, strict=True):
        np.testing.assert_array_equal(parameter.grad, np.clip(grad, -0.5, 0.5))
    assert max(abs(g).max() for g in before) > 0.5


def test_float32_stays_float32_and_zero_stays_zero() -> None:
    parameters = _parameters(np.float32)
    assert nn.clip_gradient_norm(parameters, 0.1).dtype == np.float32
    assert parameters[0].grad.dtype == np.float32
    for parameter in parameters:
        parameter.clear_grad()
    assert nn.clip_gradient_norm(parameters, 0.1) == 0
    assert not parameters[0].grad.any()


def test_bad_arguments_are_refused_by_name() -> None:
    with pytest.raises(ValueError, match="clip_gradient_norm: max_norm is -1"):
        nn.clip_gradient_norm(_parameters(), -1)
    with pytest.raises(ValueError, match="clip_gradient_value: limit is -1"):
        nn.clip_gradient_value(_parameters(), -1)
    with pytest.raises(ValueError, match="parameters is empty"):
        nn.clip_gradient_norm([], 1)
