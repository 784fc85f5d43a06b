"""Passes the arguments of `digitpad lab` to the function of its topic."""

import argparse

from digitpad.commands.lab.conv import ConvolutionRequest, conv
from digitpad.commands.lab.loss import LossRequest, loss
from digitpad.commands.lab.optimizer import optimizer
from digitpad.commands.lab.options import SETTINGS, SWITCHES
from digitpad.commands.lab.shapes import shapes
from digitpad.commands.lab.shared import LabOutput, list_examples


def run_topic(options: argparse.Namespace) -> None:
    """Run a topic of the lab.

    Parameters
    ----------
    options
        What `options` has read.

    Raises
    ------
    DigitpadError
        If a text cannot be read, or the settings do not fit each other.
    """
    output = LabOutput(
        form=getattr(options, "form", "text"), digits=getattr(options, "digits", None), json=options.json
    )
    match options.topic:
        case "conv":
            conv(
                ConvolutionRequest(
                    example=options.example,
                    matrix=options.matrix,
                    kernel=options.kernel,
                    bias=options.bias,
                    padding=options.padding,
                    stride=options.stride,
                    dilation=options.dilation,
                    groups=options.groups,
                    mirrored=options.convolution,
                    activation=options.activation,
                    pool=options.pool,
                    pool_size=options.pool_size,
                    pool_stride=options.pool_stride,
                    gradient=options.gradient,
                ),
                output,
            )
        case "loss":
            loss(
                LossRequest(
                    example=options.example,
                    logits=options.logits,
                    probabilities=options.probabilities,
                    log_probabilities=options.log_probabilities,
                    outputs=options.outputs,
                    target=options.target,
                    targets=options.targets,
                    alpha=options.alpha,
                    gamma=options.gamma,
                    smoothing=options.smoothing,
                    pos_weight=options.pos_weight,
                ),
                output,
            )
        case "shapes":
            shapes(options.network, input_shape=options.input, output=output)
        case "optimizer":
            optimizer(
                options.function,
                optimizer=options.optimizer,
                steps=options.steps,
                learning_rate=options.learning_rate,
                start=options.start,
                settings={name: getattr(options, name) for name in (*SETTINGS, *SWITCHES)},
                output=output,
            )
        case _:
            list_examples(output)
