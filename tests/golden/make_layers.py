"""Writes `layers.npz`: what PyTorch computes for every row of the table of layers, in float64.

Run it from the root of the repository where PyTorch 2.13 is installed, after changing the table:
`python -m tests.golden.make_layers`. For each row `name` the file holds `name/x`, `name/output`,
`name/grad_output`, `name/grad_input`, `name/weights/...` and `name/grads/...`; where there are buffers, also
`name/buffers/...` as they are after that training step, and `name/inference`, the output that they then give.
Dropout is left out: it draws its own random numbers.
"""

import importlib
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np

from digitpad.nn.backend import Array
from tests.nn.layers.cases import CASES, Case, Plan

torch: Any = importlib.import_module("torch")

FILE = Path(__file__).with_name("layers.npz")

_NAMES = {
    "Conv2D": "Conv2d",
    "ConvTranspose2D": "ConvTranspose2d",
    "MaxPool2D": "MaxPool2d",
    "AvgPool2D": "AvgPool2d",
    "AdaptiveAvgPool2D": "AdaptiveAvgPool2d",
    "Upsample2D": "Upsample",
    "BatchNorm2D": "BatchNorm2d",
}


def torch_module(plan: Plan) -> Any:
    """Return PyTorch's module for the plan of a layer; one made of parts is a mapping of them, see `torch_forward`."""
    kind = str(plan["type"])
    arguments = {name: value for name, value in plan.items() if name not in {"name", "type"}}
    match kind:
        case "Residual" | "SkipConnection":
            return torch.nn.ModuleDict({name: _sequential(plans) for name, plans in arguments.items()})
        case "Concatenate":
            return torch.nn.ModuleDict({name: _sequential(plans) for name, plans in arguments["branches"].items()})
        case "AttentionGate":
            inner = arguments["inner_channels"]
            normalized = arguments.get("batch_norm", False)
            theta = torch.nn.Conv2d(arguments["skip_channels"], inner, 1, bias=normalized)
            phi = torch.nn.Conv2d(arguments["signal_channels"], inner, 1)
            parts = {"theta": theta, "phi": phi, "psi": torch.nn.Conv2d(inner, 1, 1)}
            return torch.nn.ModuleDict(
                {name: _normalized(part) if normalized else part for name, part in parts.items()}
            )
        case _:
            return _module(kind, arguments)


def _module(kind: str, arguments: dict[str, Any]) -> Any:
    """Return PyTorch's module for a layer without parts."""
    match kind:
        case "GlobalAveragePool2D":
            return torch.nn.AdaptiveAvgPool2d(1)
        case "Softmax":
            return torch.nn.Softmax(dim=arguments.get("axis", 1))
        case "Pad2D":
            (above, below), (left, right) = _sides(arguments["padding"])
            mode = {"reflect": "ReflectionPad2d", "replicate": "ReplicationPad2d"}.get(arguments.get("mode", ""))
            return getattr(torch.nn, mode or "ZeroPad2d")((left, right, above, below))
    # What is drawn at first is replaced by the layer's weights.
    arguments.pop("initializer", None)
    if isinstance(arguments.get("padding"), list):
        # `torch_forward` pads.
        arguments["padding"] = 0
    if arguments.get("padding") == "full":
        kernel = arguments["kernel_size"]
        arguments["padding"] = tuple((kernel - 1) * step for step in arguments["dilation"])
    return getattr(torch.nn, _NAMES.get(kind, kind))(**arguments)


def _normalized(conv: Any) -> Any:
    """Return a convolution followed by batch normalization, with our names."""
    return torch.nn.Sequential(OrderedDict(conv=conv, norm=torch.nn.BatchNorm2d(conv.out_channels)))


def _sides(padding: Any) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return the padding ((above, below), (left, right)) for one number, two, or two pairs."""
    rows, columns = (padding, padding) if isinstance(padding, int) else padding
    (above, below), (left, right) = ((side, side) if isinstance(side, int) else side for side in (rows, columns))
    return (above, below), (left, right)


def torch_forward(plan: Plan, module: Any, x: Any) -> Any:
    """Return the module's output, joining the parts of a module that is made of parts."""
    if plan["type"] in {"Conv2D", "MaxPool2D", "AvgPool2D"} and isinstance(plan.get("padding"), list):
        (above, below), (left, right) = plan["padding"]
        border = -torch.inf if plan["type"] == "MaxPool2D" else 0.0
        x = torch.nn.functional.pad(x, (left, right, above, below), value=border)
    match plan["type"]:
        case "Residual":
            return module["body"](x) + (module["shortcut"](x) if "shortcut" in module else x)
        case "SkipConnection":
            return torch.cat([x, module["body"](x)], dim=1)
        case "Concatenate":
            return torch.cat([branch(x) for branch in module.values()], dim=1)
        case "AttentionGate":
            skip, signal = x[:, : plan["skip_channels"]], x[:, plan["skip_channels"] :]
            compared = torch.relu(module["theta"](skip) + module["phi"](signal))
            return torch.cat([skip * torch.sigmoid(module["psi"](compared)), signal], dim=1)
        case "Hardsigmoid":
            # PyTorch's own backward pass has 1 / 6 in single precision, even for doubles.
            return torch.nn.functional.relu6(x + 3) / 6
        case _:
            return module(x)


def vectors(case: Case) -> dict[str, Array]:
    """Return all that the file holds of one row, by name."""
    weights = {name: parameter.value for name, parameter in case.layer().named_parameters().items()}
    module = torch_module(case.plan).double()
    module.load_state_dict({name: torch.tensor(value) for name, value in weights.items()}, strict=False)
    x = torch.tensor(case.batch(), requires_grad=True)
    output = torch_forward(case.plan, module, x)
    upstream = torch.tensor(np.random.default_rng(11).standard_normal(output.shape))
    output.backward(upstream)
    module.eval()
    inference = torch_forward(case.plan, module, x)
    found: dict[str, Any] = {"x": x, "output": output, "grad_output": upstream, "grad_input": x.grad}
    found |= {f"weights/{name}": value for name, value in module.named_parameters()}
    found |= {f"grads/{name}": value.grad for name, value in module.named_parameters()}
    found |= {f"buffers/{name}": value for name, value in module.named_buffers()}
    if dict(module.named_buffers()):
        found["inference"] = inference
    return {f"{case.name}/{name}": value.detach().numpy() for name, value in found.items()}


def main() -> None:
    """Write the file."""
    arrays: dict[str, Array] = {}
    for case in CASES:
        if case.plan["type"] != "Dropout":
            arrays |= vectors(case)
    np.savez_compressed(FILE, allow_pickle=False, **arrays)


def _sequential(plans: list[Plan]) -> Any:
    module = torch.nn.Sequential()
    for plan in plans:
        module.add_module(str(plan["name"]), torch_module(plan))
    return module


if __name__ == "__main__":
    main()
