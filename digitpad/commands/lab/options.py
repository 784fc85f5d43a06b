"""The arguments of `digitpad lab`."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

from digitpad.commands.argument_types import at_least, not_negative, shape
from digitpad.translation import gettext as _

if TYPE_CHECKING:
    import argparse

#: Named here, because the modules behind them take time to import.
FORM_NAMES = ("text", "markdown", "latex", "numpy", "pytorch")
ACTIVATION_NAMES = ("relu", "leaky-relu", "elu", "silu", "gelu", "tanh", "sigmoid")
OPTIMIZER_NAMES = ("sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw")
SURFACE_NAMES = ("bowl", "valley", "saddle", "rosenbrock")

#: Optimizers' settings, which the command line calls as PyTorch does.
SETTINGS = (
    *("momentum", "dampening", "alpha", "eps", "weight_decay", "beta1", "beta2"),
    *("lr_decay", "initial_accumulator_value"),
)
SWITCHES = ("amsgrad", "centered", "maximize")

_Topics: TypeAlias = "argparse._SubParsersAction[Any]"


def add_topics(topics: _Topics) -> None:
    """Add the topics of the lab: conv, loss, shapes, optimizer and examples."""
    _add_conv(topics)
    _add_loss(topics)
    _add_shapes(topics)
    _add_optimizer(topics)
    _adder(topics, "examples", _("List the worked examples."), forms=False)


def _add_conv(topics: _Topics) -> None:
    add = _adder(topics, "conv", _("Work through a convolution, cell by cell."))
    add(
        "--matrix", metavar=_("NUMBERS"), help=_('input, such as "5 6 0; 0 9 8; 2 6 5"; an empty line begins a channel')
    )
    add("--kernel", metavar=_("NUMBERS"), help=_("kernel as numbers or as a name, such as sobel-x"))
    _add_example(add)
    add("--bias", metavar=_("NUMBERS"), help=_("a number for each kernel"))
    add(
        "--padding",
        metavar="P",
        default="valid",
        help=_("valid, same, full or a number of cells (default: %(default)s)"),
    )
    add("--stride", metavar="S", default="1", help=_("step of the kernel (default: %(default)s)"))
    add("--dilation", metavar="D", default="1", help=_("distance between its taps (default: %(default)s)"))
    add("--groups", metavar="G", type=at_least(1), default=1, help=_("groups of channels (default: %(default)s)"))
    add("--convolution", action="store_true", help=_("mirror the kernel, as mathematics does"))
    add(
        "--activation",
        metavar="F",
        choices=ACTIVATION_NAMES,
        help=_("function of each cell of the output: {names}").format(names=", ".join(ACTIVATION_NAMES)),
    )
    add("--pool", choices=("max", "average"), help=_("pooling after it"))
    add("--pool-size", metavar="K", default="2", help=_("size of its window (default: %(default)s)"))
    add("--pool-stride", metavar="S", help=_("step of its window (default: its size)"))
    add("--gradient", metavar=_("NUMBERS"), help=_("gradient of the last stage, for the backward pass"))


def _add_loss(topics: _Topics) -> None:
    add = _adder(topics, "loss", _("Work through every loss that fits, step by step."))
    add("--logits", metavar=_("NUMBERS"), help=_('logits, such as "ln 20, ln 40"; a row for each sample'))
    add("--probabilities", metavar=_("NUMBERS"), help=_("probabilities instead of logits"))
    add("--log-probabilities", metavar=_("NUMBERS"), help=_("logarithms of probabilities, for negative log-likelihood"))
    add("--outputs", metavar=_("NUMBERS"), help=_("quantities, for the squared error"))
    _add_example(add)
    add("--target", metavar="C", help=_("class of each row, from 0"))
    add("--targets", metavar=_("NUMBERS"), help=_("a target for each value instead, such as 1 0 1"))
    add(
        "--alpha",
        metavar="A",
        default="1",
        help=_("factor of the focal loss, or one for each class (default: %(default)s)"),
    )
    add("--gamma", metavar="G", default="2", help=_("exponent of the focal loss (default: %(default)s)"))
    add(
        "--pos-weight",
        metavar="W",
        default="1",
        help=_("factor of a yes in binary cross-entropy, or one for each value (default: %(default)s)"),
    )
    add("--smoothing", metavar="E", default="0.1", help=_("label smoothing (default: %(default)s)"))


def _add_shapes(topics: _Topics) -> None:
    add = _adder(topics, "shapes", _("Work through the shapes, parameters and receptive fields of a network."))
    add(
        "network",
        metavar="A",
        help=_(
            "architecture or example, such as exam; layers, a line or semicolon each; PyTorch code; or a file of those"
        ),
    )
    add("--input", metavar="C,H,W", type=shape, help=_("shape of one image"))


def _add_optimizer(topics: _Topics) -> None:
    add = _adder(topics, "optimizer", _("Follow an optimizer on a function of two parameters."))
    add("function", choices=SURFACE_NAMES, help=_("function to be minimized"))
    add("--optimizer", choices=OPTIMIZER_NAMES, default="sgd", help=_("optimizer (default: %(default)s)"))
    add("--steps", metavar="N", type=at_least(1), default=50, help=_("number of steps (default: %(default)s)"))
    add(
        "--learning-rate",
        metavar="R",
        type=not_negative,
        help=_("learning rate (default: one that suits the function)"),
    )
    add("--start", metavar="X,Y", help=_("where to begin (default: set by the function)"))
    for name in SETTINGS:
        add(f"--{name.replace('_', '-')}", metavar="V", type=not_negative, help=_("setting of optimizers that have it"))
    for name in SWITCHES:
        add(f"--{name}", action="store_true", default=None, help=_("switch of optimizers that have it"))


def _add_example(add: Callable[..., object]) -> None:
    add("--example", metavar=_("NAME"), help=_("worked example; `digitpad lab examples` lists them"))


def _adder(topics: _Topics, name: str, description: str, *, forms: bool = True) -> Callable[..., object]:
    """Add a topic, and return the method that adds arguments to it."""
    parser = topics.add_parser(name, help=description.rstrip("."), description=description, allow_abbrev=False)
    parser.set_defaults(topic=name)
    parser.add_argument("--json", action="store_true", help=_("print JSON with every step"))
    if forms:
        parser.add_argument(
            "--as",
            dest="form",
            choices=FORM_NAMES,
            default="text",
            help=_("form of the solution (default: %(default)s)"),
        )
        parser.add_argument(
            "--digits",
            metavar="N",
            type=at_least(0),
            # A number of type float64 has no more than 17 digits.
            choices=range(18),
            help=_("decimals of the numbers (default: 4, or the example's)"),
        )
    add: Callable[..., object] = parser.add_argument
    return add
