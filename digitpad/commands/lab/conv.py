"""`digitpad lab conv`: a convolution, cell by cell."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitpad.commands.lab.shared import LabOutput, named, say_solution, solve_example, whole_pair
from digitpad.commands.output import say_json
from digitpad.copying.document import step_records
from digitpad.errors import DigitpadError
from digitpad.lab import convolution
from digitpad.lab.convolution_cells import output_cell
from digitpad.lab.convolution_problem import ConvolutionProblem, PaddingChoice, PoolingSettings
from digitpad.lab.kernels import PRESETS, kernel_preset
from digitpad.lab.matrices import parse_channels, parse_kernels, parse_vector
from digitpad.translation import gettext as _


@dataclass(frozen=True, slots=True)
class ConvolutionRequest:
    """The arguments of `digitpad lab conv`, as texts."""

    example: str | None
    matrix: str | None
    kernel: str | None
    bias: str | None
    padding: str
    stride: str
    dilation: str
    groups: int
    mirrored: bool
    activation: str | None
    pool: str | None
    pool_size: str
    pool_stride: str | None
    gradient: str | None


def conv(request: ConvolutionRequest, output: LabOutput) -> None:
    """Work through a convolution.

    Raises
    ------
    DigitpadError
        If a text cannot be read, or the settings do not fit each other.
    """
    if request.example is not None:
        solution, digits = solve_example(request.example, "convolution")
        if not isinstance(solution, convolution.ConvolutionSolution):
            raise TypeError(f"conv: {request.example} is no convolution")
    else:
        digits = 4
        solution = convolution.solve(_convolution_problem(request))
    if not output.json:
        say_solution(solution, output, digits)
        return
    gradients = solution.gradients
    record: dict[str, Any] = {
        "output": _maps(solution.output),
        "padding": solution.padding,
        "stages": {name: _maps(stage) for name, stage in solution.stages.items()},
        "steps": step_records(convolution.side_steps(solution)),
        "cells": [
            {"index": list(index), "value": cell.value, "steps": step_records(cell.steps())}
            for index in np.ndindex(solution.output.shape)
            for cell in [output_cell(solution, index)]
        ],
    }
    if gradients is not None:
        record["gradients"] = {
            "input": _maps(gradients.image),
            "kernel": gradients.kernels.tolist(),
            "bias": None if gradients.bias is None else gradients.bias.tolist(),
        }
    say_json(record)


def _convolution_problem(request: ConvolutionRequest) -> ConvolutionProblem:
    """Return the problem that the texts describe."""
    if request.matrix is None or request.kernel is None:
        raise DigitpadError(_("Give --matrix and --kernel, or --example with the name of an example."))
    image = named("--matrix", parse_channels, request.matrix)
    stride, dilation = whole_pair("--stride", request.stride), whole_pair("--dilation", request.dilation)
    groups = request.groups
    if request.kernel in PRESETS:
        preset = kernel_preset(request.kernel)
        kernels = preset.kernels(len(image))
        groups = preset.groups(len(image))
        if preset.dilation > 1:
            dilation = (preset.dilation, preset.dilation)
    else:
        kernels = named("--kernel", lambda text: parse_kernels(text, len(image), groups), request.kernel)
    pooling = None
    if request.pool is not None:
        size = whole_pair("--pool-size", request.pool_size)
        step = size if request.pool_stride is None else whole_pair("--pool-stride", request.pool_stride)
        pooling = PoolingSettings(request.pool, size, step)
    return ConvolutionProblem(
        image=image,
        kernels=kernels,
        bias=None if request.bias is None else named("--bias", parse_vector, request.bias),
        padding=_padding(request.padding),
        stride=stride,
        dilation=dilation,
        groups=groups,
        mirrored=request.mirrored,
        activation=request.activation,
        pooling=pooling,
        gradient=None if request.gradient is None else named("--gradient", parse_channels, request.gradient),
    )


def _padding(text: str) -> PaddingChoice:
    """Return a padding: a word, a number, rows x columns, or above,below,left,right."""
    if text in {"valid", "same", "full"}:
        return text
    parts = text.split(",")
    if len(parts) == 4 and all(part.strip().isdecimal() and len(part) < 7 for part in parts):
        above, below, left, right = (int(part) for part in parts)
        return (above, below), (left, right)
    try:
        return whole_pair("--padding", text)
    except DigitpadError as error:
        raise DigitpadError(
            _(
                "--padding: {text!r} is not known; write valid, same, full, a number, rows x columns such as 1x2, or "
                "four numbers: above,below,left,right."
            ).format(text=text)
        ) from error


def _maps(maps: NDArray[np.float64]) -> list[Any]:
    """Return maps as nested lists; a single one without the axis of the maps."""
    nested: list[Any] = (maps[0] if len(maps) == 1 else maps).tolist()
    return nested
