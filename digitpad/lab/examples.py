"""Worked examples to load, with the numbers that they are known for."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from digitpad.errors import DigitpadError
from digitpad.lab import convolution, losses, networks, optimizers
from digitpad.lab.convolution_problem import ConvolutionProblem, PoolingSettings
from digitpad.lab.kernels import kernel_preset
from digitpad.lab.losses import LossProblem
from digitpad.lab.matrices import parse_channels, parse_matrix
from digitpad.lab.optimizers import Recipe
from digitpad.lab.surfaces import surface_of
from digitpad.lab.worked import Solution
from digitpad.nn import ARCHITECTURES, Architecture
from digitpad.translation import gettext as _
from digitpad.translation import gettext_noop

PAGES = ("convolution", "losses", "networks", "optimizers")
"""The pages of the lab."""


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """A worked example.

    Attributes
    ----------
    name
        Its name on the command line.
    page
        One of `PAGES`.
    title, subtitle
        In English; `_` translates them.
    solve
        Computes it.
    digits
        Decimals with which its numbers are shown.
    """

    name: str
    page: str
    title: str
    subtitle: str
    solve: Callable[[], Solution]
    digits: int = 4


EXAM_MATRIX = "5 6 0 1 8 2; 0 9 8 4 6 5; 2 6 5 3 8 4; 6 3 4 9 1 0; 7 5 9 1 6 7; 2 5 9 2 3 7"
"""The 6 x 6 matrix that is convolved in exams."""

_STEP = "0 0 9 9 9; 0 0 9 9 9; 0 0 9 9 9; 0 0 9 9 9; 0 0 9 9 9"
_TWO_CHANNELS = "1 2 0 1; 0 1 3 2; 2 1 0 1; 1 0 2 3\n\n0 1 1 2; 1 3 0 1; 2 0 1 0; 1 1 2 1"
_TWO_KERNELS = "1 0; 0 -1\n\n0 1; 1 0"
_DILATED = "1 2 3 4 5; 6 7 8 9 8; 7 6 5 4 3; 2 1 2 3 4; 5 6 7 8 9"


def exam_problem(padding: str) -> ConvolutionProblem:
    """Return the exam matrix with its kernel, a ReLU and max pooling, in one of the three paddings."""
    return ConvolutionProblem(
        image=parse_channels(EXAM_MATRIX),
        kernels=kernel_preset("exam").kernels(1),
        bias=np.zeros(1),
        padding=padding,
        activation="relu",
        pooling=PoolingSettings(),
    )


def _preset_problem(name: str, text: str) -> ConvolutionProblem:
    """Return a preset kernel on an image."""
    image, preset = parse_channels(text), kernel_preset(name)
    return ConvolutionProblem(
        image=image,
        kernels=preset.kernels(len(image)),
        dilation=(preset.dilation, preset.dilation),
        groups=preset.groups(len(image)),
    )


def _two_channels() -> ConvolutionProblem:
    return ConvolutionProblem(
        image=parse_channels(_TWO_CHANNELS), kernels=parse_channels(_TWO_KERNELS)[None], bias=np.ones(1)
    )


def _backward() -> ConvolutionProblem:
    gradient = parse_channels("1 0; -1 2")
    return ConvolutionProblem(
        image=parse_channels("1 2 0; 0 1 3; 2 1 0"),
        kernels=parse_channels("1 0; -1 2")[None],
        bias=np.zeros(1),
        gradient=gradient,
    )


def _logits(*numerators: float) -> LossProblem:
    """Return four logits ln n, whose softmax is n over the sum, with class 3 as the target."""
    return LossProblem(values=np.log([numerators]), targets=np.array([3]))


#: Five answers to a yes-or-no question as two probabilities each, and the truth.
_GUESSED = "0.2 0.8; 0.3 0.7; 0.4 0.6; 0.1 0.9; 0.5 0.5"
_TRUE = "1 0; 0 1; 1 0; 0 1; 1 0"


def binary_problem() -> LossProblem:
    """Return the example of binary cross-entropy 0.736182 and focal loss 0.125308."""
    return LossProblem(
        values=parse_matrix(_GUESSED), targets=parse_matrix(_TRUE), given="probabilities", alpha=0.4, gamma=2.0
    )


def _squared() -> LossProblem:
    """Return a confident wrong answer, on which the squared error has a gradient of almost 0."""
    return LossProblem(values=np.array([[6.0, 0.0, 0.0, -2.0]]), targets=np.array([3]))


def dilated_network() -> Architecture:
    """Return three dilated convolutions, which see more than three plain ones of the same cost."""
    specs = [
        {"name": f"conv{k + 1}", "type": "Conv2D", "in_channels": 1 if k == 0 else 8, "out_channels": 8}
        | {"kernel_size": 3, "padding": 2**k, "dilation": 2**k}
        for k in range(3)
    ]
    return Architecture("dilated", (1, 28, 28), tuple(specs))


def separable_network() -> Architecture:
    """Return a depthwise convolution and a pointwise one, in place of one convolution of 32 channels to 64."""
    return Architecture(
        "separable",
        (32, 28, 28),
        (
            {
                "name": "depthwise",
                "type": "Conv2D",
                "in_channels": 32,
                "out_channels": 32,
                "kernel_size": 3,
                "padding": 1,
                "groups": 32,
            },
            {"name": "pointwise", "type": "Conv2D", "in_channels": 32, "out_channels": 64, "kernel_size": 1},
        ),
    )


def _convolved(make: Callable[[], ConvolutionProblem]) -> Callable[[], Solution]:
    return lambda: convolution.solve(make())


def _lost(make: Callable[[], LossProblem]) -> Callable[[], Solution]:
    return lambda: losses.solve(make())


def _counted(plan: Architecture) -> Callable[[], Solution]:
    return lambda: networks.solve(plan)


def _followed(surface: str, optimizer: str, steps: int) -> Callable[[], Solution]:
    return lambda: optimizers.follow(surface_of(surface), Recipe(optimizer), steps)


EXAMPLES: dict[str, Example] = {
    example.name: example
    for example in (
        Example(
            *(
                "exam-valid",
                "convolution",
                gettext_noop("6 × 6 exam matrix, valid"),
                gettext_noop("3 × 3 kernel, no padding"),
            ),
            _convolved(lambda: exam_problem("valid")),
        ),
        Example(
            *(
                "exam-same",
                "convolution",
                gettext_noop("6 × 6 exam matrix, same"),
                gettext_noop("the output keeps the size"),
            ),
            _convolved(lambda: exam_problem("same")),
        ),
        Example(
            *(
                "exam-full",
                "convolution",
                gettext_noop("6 × 6 exam matrix, full"),
                gettext_noop("every overlap counts"),
            ),
            _convolved(lambda: exam_problem("full")),
        ),
        Example(
            *("sobel", "convolution", gettext_noop("Sobel edge"), gettext_noop("a step in brightness, 5 × 5")),
            _convolved(lambda: _preset_problem("sobel-x", _STEP)),
        ),
        Example(
            *("dilated", "convolution", gettext_noop("Dilated kernel"), gettext_noop("3 × 3 that spans 5 × 5")),
            _convolved(lambda: replace(_preset_problem("dilated", _DILATED), padding="same")),
        ),
        Example(
            *("depthwise", "convolution", gettext_noop("Depthwise kernel"), gettext_noop("each channel by itself")),
            _convolved(lambda: _preset_problem("depthwise", _TWO_CHANNELS)),
        ),
        Example(
            *("two-channels", "convolution", gettext_noop("Two channels"), gettext_noop("the sum over channels")),
            _convolved(_two_channels),
        ),
        Example(
            *("stride", "convolution", gettext_noop("Stride 2"), gettext_noop("what is skipped")),
            _convolved(lambda: replace(exam_problem("same"), stride=(2, 2), pooling=None)),
        ),
        Example(
            *("backward", "convolution", gettext_noop("Backward pass"), gettext_noop("three gradients, cell by cell")),
            _convolved(_backward),
        ),
        Example(
            *("model-a", "losses", gettext_noop("Model A"), gettext_noop("four logits, loss 0.9163")),
            _lost(lambda: _logits(20, 40, 60, 80)),
        ),
        Example(
            *("model-b", "losses", gettext_noop("Model B"), gettext_noop("four logits, loss 0.6931")),
            _lost(lambda: _logits(10, 30, 50, 90)),
        ),
        Example(
            *(
                "binary",
                "losses",
                gettext_noop("Binary cross-entropy and focal loss"),
                gettext_noop("0.736182 and 0.125308"),
            ),
            _lost(binary_problem),
            digits=6,
        ),
        Example(
            *("squared", "losses", gettext_noop("Squared error"), gettext_noop("why it learns slowly here")),
            _lost(_squared),
        ),
        Example(
            *("softmax-twice", "losses", gettext_noop("Softmax applied twice"), gettext_noop("a common mistake")),
            _lost(lambda: LossProblem(values=np.array([[0.1, 0.2, 0.3, 0.4]]), targets=np.array([3]))),
        ),
        Example(
            *(
                "exam",
                "networks",
                gettext_noop("32 × 32 × 3 exam network"),
                gettext_noop("2,822 parameters, field 12 × 12"),
            ),
            _counted(ARCHITECTURES["exam"]),
        ),
        Example(
            *("lenet5", "networks", gettext_noop("LeNet-5"), gettext_noop("28 × 28, two convolutions")),
            _counted(ARCHITECTURES["lenet5"]),
        ),
        Example(
            *("standard", "networks", gettext_noop("standard"), gettext_noop("421,642 parameters")),
            _counted(ARCHITECTURES["standard"]),
        ),
        Example(
            *("separable", "networks", gettext_noop("Depthwise separable"), gettext_noop("fewer multiply-adds")),
            _counted(separable_network()),
        ),
        Example(
            *("dilated-stack", "networks", gettext_noop("Dilated stack"), gettext_noop("sees more, costs the same")),
            _counted(dilated_network()),
        ),
        Example(
            *("unet-narrow", "networks", gettext_noop("U-Net"), gettext_noop("down and up again")),
            _counted(ARCHITECTURES["unet-narrow"]),
        ),
        Example(
            *("valley", "optimizers", gettext_noop("A valley with momentum"), gettext_noop("steep across, flat along")),
            _followed("valley", "momentum", 60),
        ),
        Example(
            *("rosenbrock", "optimizers", gettext_noop("Rosenbrock's function with Adam"), gettext_noop("50 steps")),
            _followed("rosenbrock", "adam", 50),
        ),
        Example(
            *("saddle", "optimizers", gettext_noop("A saddle with SGD"), gettext_noop("it leaves slowly, then fast")),
            _followed("saddle", "sgd", 40),
        ),
    )
}
"""The examples by name, in the order of the list."""


def example(name: str) -> Example:
    """Return an example by its name.

    Raises
    ------
    DigitpadError
        If no example has this name.
    """
    if name not in EXAMPLES:
        raise DigitpadError(
            _("There is no example called {name!r}; choose one of {names}.").format(
                name=name, names=", ".join(EXAMPLES)
            )
        )
    return EXAMPLES[name]
