"""Networks pasted as PyTorch code: the layers of an `nn.Sequential`, read from the syntax tree and never executed."""

import ast
import inspect
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from digitpad.errors import DigitpadError
from digitpad.lab.layer_text import MOST_LAYERS
from digitpad.nn import Architecture
from digitpad.nn import layers as layer_types
from digitpad.nn.backend import Shape
from digitpad.nn.checks import Checks
from digitpad.translation import gettext as _

if TYPE_CHECKING:
    from digitpad.nn.architectures.plan import LayerSpec

_LONGEST = 200_000
_LARGEST = 10**12


@dataclass(frozen=True, slots=True)
class _Kind:
    """How a class of PyTorch is written as a layer.

    Attributes
    ----------
    type
        The class of the layer.
    arguments
        PyTorch's arguments in their order, with the layer's names.
    ignored
        Arguments that change neither shapes nor numbers here.
    """

    type: str
    arguments: tuple[str, ...]
    ignored: tuple[str, ...] = ("inplace", "device", "dtype")


_KINDS = {
    "Conv2d": _Kind(
        "Conv2D",
        ("in_channels", "out_channels", "kernel_size", "stride", "padding", "dilation", "groups", "bias"),
    ),
    "ConvTranspose2d": _Kind(
        "ConvTranspose2D",
        (
            *("in_channels", "out_channels", "kernel_size", "stride", "padding", "output_padding", "groups"),
            *("bias", "dilation"),
        ),
    ),
    "Linear": _Kind("Linear", ("in_features", "out_features", "bias")),
    "MaxPool2d": _Kind("MaxPool2D", ("kernel_size", "stride", "padding", "dilation", "return_indices", "ceil_mode")),
    "AvgPool2d": _Kind("AvgPool2D", ("kernel_size", "stride", "padding", "ceil_mode", "count_include_pad")),
    "AdaptiveAvgPool2d": _Kind("AdaptiveAvgPool2D", ("output_size",)),
    "ZeroPad2d": _Kind("Pad2D", ("padding",)),
    "ReflectionPad2d": _Kind("Pad2D", ("padding",)),
    "ReplicationPad2d": _Kind("Pad2D", ("padding",)),
    "Upsample": _Kind("Upsample2D", ("size", "scale_factor", "mode", "align_corners")),
    "BatchNorm2d": _Kind("BatchNorm2D", ("num_features", "eps", "momentum", "affine", "track_running_stats")),
    "GroupNorm": _Kind("GroupNorm", ("num_groups", "num_channels", "eps", "affine")),
    "LayerNorm": _Kind("LayerNorm", ("normalized_shape", "eps", "elementwise_affine", "bias")),
    "Dropout": _Kind("Dropout", ("p",)),
    "Flatten": _Kind("Flatten", ("start_dim", "end_dim")),
    "Identity": _Kind("Identity", ()),
    "ReLU": _Kind("ReLU", ("inplace",)),
    "LeakyReLU": _Kind("LeakyReLU", ("negative_slope", "inplace")),
    "ELU": _Kind("ELU", ("alpha", "inplace")),
    "SiLU": _Kind("SiLU", ("inplace",)),
    "GELU": _Kind("GELU", ("approximate",)),
    "PReLU": _Kind("PReLU", ("num_parameters", "init")),
    "SELU": _Kind("SELU", ("inplace",)),
    "Mish": _Kind("Mish", ("inplace",)),
    "Hardswish": _Kind("Hardswish", ("inplace",)),
    "Hardsigmoid": _Kind("Hardsigmoid", ("inplace",)),
    "Tanh": _Kind("Tanh", ()),
    "Sigmoid": _Kind("Sigmoid", ()),
    "Softmax": _Kind("Softmax", ("dim",)),
}
#: What an argument must be where the layers here have only that, with PyTorch's own defaults left out.
_FIXED: dict[tuple[str, str], tuple[object, ...]] = {
    ("Upsample", "size"): (None,),
    ("Upsample", "recompute_scale_factor"): (None, False),
    ("Flatten", "start_dim"): (1,),
    ("Flatten", "end_dim"): (-1,),
    ("MaxPool2d", "return_indices"): (False,),
    ("AvgPool2d", "divisor_override"): (None,),
    ("ConvTranspose2d", "padding_mode"): ("zeros",),
}
_RENAMED = {("Softmax", "dim"): "axis"}


def looks_like_pytorch(text: str) -> bool:
    """Return whether a text is meant as PyTorch code."""
    return "Sequential" in text or "nn." in text


def parse_pytorch(text: str, input_shape: Shape, name: str = "lab") -> Architecture:
    """Return the network that PyTorch code constructs.

    Parameters
    ----------
    text
        Python source code with an `nn.Sequential` of layers, of pairs in an `OrderedDict`, or of further sequentials.
    input_shape
        Shape of one sample, which PyTorch's code does not say.
    name
        Name of the network.

    Raises
    ------
    DigitpadError
        If the code is not Python, has no `nn.Sequential`, or has a layer or argument that is not known here; the
        message names the line, which counts from 1.
    """
    if len(text) > _LONGEST:
        raise DigitpadError(
            _("The code has {count:,} characters; paste only the nn.Sequential.").format(count=len(text))
        )
    try:
        tree = ast.parse(inspect.cleandoc(text))
    except SyntaxError as error:
        raise DigitpadError(
            _("Line {line}: this is not Python code ({reason}); paste the nn.Sequential with all its brackets.").format(
                line=error.lineno or 1, reason=error.msg
            )
        ) from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise DigitpadError(_("This is not Python code; paste the nn.Sequential with all its brackets.")) from error
    chain = _outermost(tree)
    if chain is None:
        raise DigitpadError(
            _("There is no nn.Sequential in the code; paste one, such as nn.Sequential(nn.Linear(4, 2)).")
        )
    reader = _Reader()
    try:
        reader.chain(chain, "")
    except RecursionError as error:
        raise DigitpadError(_("The code is nested too deeply; write the numbers themselves.")) from error
    if not reader.specs:
        raise DigitpadError(_("The nn.Sequential has no layers; add one, such as nn.Linear(4, 2)."))
    return Architecture(name, input_shape, tuple(reader.specs))


def _outermost(tree: ast.AST) -> ast.Call | None:
    """Return the first call of Sequential that is in no other one; `walk` visits outer nodes first."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _called(node) == "Sequential":
            return node
    return None


def _called(node: ast.Call) -> str:
    """Return the last part of the name of what is called: "Conv2d" of torch.nn.Conv2d."""
    function = node.func
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


class _Reader:
    """Collects the layers of a sequential."""

    def __init__(self) -> None:
        self.specs: list[LayerSpec] = []
        self._counts: dict[str, int] = {}

    def chain(self, node: ast.Call, prefix: str) -> None:
        """Read the layers of one sequential."""
        children: list[tuple[str | None, ast.expr]] = [(None, child) for child in node.args]
        if len(node.args) == 1 and isinstance(node.args[0], ast.Call) and _called(node.args[0]) == "OrderedDict":
            children = self._ordered(node.args[0])
        for label, child in children:
            self._layer(label, child, prefix)

    def _ordered(self, node: ast.Call) -> "list[tuple[str | None, ast.expr]]":
        """Return the pairs of an OrderedDict."""
        pairs: list[tuple[str | None, ast.expr]] = []
        content = node.args[0] if node.args else None
        if isinstance(content, ast.List | ast.Tuple):
            for item in content.elts:
                match item:
                    case ast.Tuple(elts=[ast.Constant(value=str() as label), value]):
                        pairs.append((label, value))
                    case _:
                        raise _unreadable(item)
        elif isinstance(content, ast.Dict):
            for key, value in zip(content.keys, content.values, strict=True):
                if not (isinstance(key, ast.Constant) and isinstance(key.value, str)):
                    raise _unreadable(value)
                pairs.append((key.value, value))
        return pairs

    def _layer(self, label: str | None, node: ast.expr, prefix: str) -> None:
        """Read one layer, or the layers of a sequential inside the sequential."""
        if isinstance(node, ast.Starred) or not isinstance(node, ast.Call):
            raise _unreadable(node)
        kind = _called(node)
        if kind == "Sequential":
            self.chain(node, f"{prefix}{label}_" if label else prefix)
            return
        if kind not in _KINDS:
            raise DigitpadError(
                _("Line {line}: the lab does not know {kind}; it knows {known}.").format(
                    line=node.lineno, kind=kind or ast.unparse(node)[:40], known=", ".join(_KINDS)
                )
            )
        if len(self.specs) == MOST_LAYERS:
            raise DigitpadError(
                _("The network has more than {count} layers; make it smaller.").format(count=MOST_LAYERS)
            )
        arguments = _arguments(node, kind)
        border = arguments.pop("padding_mode", "zeros") if kind == "Conv2d" else "zeros"
        if border != "zeros":
            # The layers here pad with zeros, so another border is a layer before the convolution.
            padding = _padding_of(arguments, str(border), node)
            self.specs.append({"name": self._name(None, "Pad2d", prefix), "type": "Pad2D", **padding})
            arguments["padding"] = 0
        layer_type, arguments = _as_here(kind, arguments)
        self.specs.append({"name": self._name(label, kind, prefix), "type": layer_type, **arguments})

    def _name(self, label: str | None, kind: str, prefix: str) -> str:
        """Return a name that no other layer has."""
        base = prefix + (label or kind.lower().removesuffix("2d")).replace(".", "_")
        count = self._counts[base] = self._counts.get(base, 0) + 1
        if label and count == 1:
            return base
        name = f"{base}{count}"
        taken = {spec["name"] for spec in self.specs}
        while name in taken:
            name += "_"
        return name


def _arguments(node: ast.Call, kind: str) -> dict[str, Any]:
    """Return the arguments of a layer by the names that they have here."""
    known = _KINDS[kind]
    if len(node.args) > len(known.arguments) or any(isinstance(argument, ast.Starred) for argument in node.args):
        raise DigitpadError(
            _("Line {line}: {kind} has too many arguments here; the lab knows {known}.").format(
                line=node.lineno, kind=kind, known=", ".join(known.arguments)
            )
        )
    given: dict[str, Any] = {
        name: _value(argument, node, kind) for name, argument in zip(known.arguments, node.args, strict=False)
    }
    for keyword in node.keywords:
        if keyword.arg is None:
            raise _unreadable(node)
        given[keyword.arg] = _value(keyword.value, node, kind)
    arguments: dict[str, Any] = {}
    accepted = set(inspect.signature(getattr(layer_types, known.type)).parameters) - {"initializer"}
    for name, value in given.items():
        if name in known.ignored:
            continue
        fixed = _FIXED.get((kind, name))
        if fixed is not None:
            if value not in fixed:
                raise DigitpadError(
                    _("Line {line}: {kind} with {name}={value} is not known to the lab; it has {fixed}.").format(
                        line=node.lineno, kind=kind, name=name, value=value, fixed=fixed[0]
                    )
                )
            continue
        own = _RENAMED.get((kind, name), name)
        if own not in accepted and (kind, name) != ("Conv2d", "padding_mode"):
            raise DigitpadError(
                _("Line {line}: {kind} has no argument {name} in the lab; it knows {known}.").format(
                    line=node.lineno, kind=kind, name=name, known=", ".join(known.arguments)
                )
            )
        arguments[own] = value
    return arguments


def _padding_of(arguments: dict[str, Any], mode: str, node: ast.Call) -> dict[str, Any]:
    """Return the arguments of the padding layer that does what `padding_mode` says."""
    checks = Checks("Conv2d")
    try:
        kernel = checks.pair("kernel_size", arguments.get("kernel_size"))
        stride, dilation = (checks.pair(name, arguments.get(name, 1)) for name in ("stride", "dilation"))
        padding = checks.padding(arguments.get("padding", 0), kernel, stride, dilation)
        return {"padding": padding, "mode": checks.choice("padding_mode", mode, ("reflect", "replicate"))}
    except (TypeError, ValueError) as error:
        raise DigitpadError(_("Line {line}: {reason}.").format(line=node.lineno, reason=error)) from error


def _as_here(kind: str, arguments: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return the layer's class and arguments where they differ from those of PyTorch by more than names."""
    layer_type = _KINDS[kind].type
    if layer_type == "AdaptiveAvgPool2D" and arguments.get("output_size") in (1, (1, 1)):
        return "GlobalAveragePool2D", {}
    if layer_type == "Pad2D":
        sides = arguments.get("padding")
        if isinstance(sides, tuple) and len(sides) == 4:
            left, right, above, below = sides
            arguments["padding"] = (above, below), (left, right)
        modes = {"ReflectionPad2d": "reflect", "ReplicationPad2d": "replicate"}
        return layer_type, {**arguments, "mode": modes.get(kind, "zeros")}
    if layer_type == "Upsample2D":
        arguments = {name: value for name, value in arguments.items() if value is not None}
        factor = arguments.get("scale_factor")
        if isinstance(factor, float) and factor.is_integer():
            arguments["scale_factor"] = int(factor)
    return layer_type, arguments


def _value(node: ast.expr, call: ast.Call, kind: str) -> object:
    """Return the value of an argument: a constant, a pair of constants, or a product such as 16*5*5."""
    match node:
        case ast.Constant(value=bool() | int() | float() | str() | None as value):
            return value
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            return tuple(_value(part, call, kind) for part in parts)
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)):
            return -value
        case ast.BinOp(left=left, op=ast.Mult() | ast.Add() | ast.Sub() | ast.FloorDiv() as sign, right=right):
            first, second = _value(left, call, kind), _value(right, call, kind)
            if isinstance(first, int) and isinstance(second, int):
                return _whole(first, second, sign, call)
    raise DigitpadError(
        _("Line {line}: {text} in {kind} is not a number; write the number itself.").format(
            line=call.lineno, text=ast.unparse(node)[:60], kind=kind
        )
    )


def _whole(first: int, second: int, sign: ast.operator, call: ast.Call) -> int:
    """Return the result of arithmetic with whole numbers."""
    if max(abs(first), abs(second)) > _LARGEST:
        raise DigitpadError(_("Line {line}: a number is too large.").format(line=call.lineno))
    if isinstance(sign, ast.Mult):
        return first * second
    if isinstance(sign, ast.Add):
        return first + second
    if isinstance(sign, ast.Sub):
        return first - second
    if second == 0:
        raise DigitpadError(_("Line {line}: a number is divided by zero.").format(line=call.lineno))
    return first // second


def _unreadable(node: ast.expr) -> DigitpadError:
    return DigitpadError(
        _(
            "Line {line}: {text} is not a layer that can be read without running the code; write the layer itself."
        ).format(line=node.lineno, text=ast.unparse(node)[:60])
    )
