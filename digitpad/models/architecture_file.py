"""Loads architectures: presets by name, or custom plans from JSON files.

To get a preset's plan as a starting point: `python -c "from digitpad.nn import ARCHITECTURES;
print(ARCHITECTURES['light'].to_json())"`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from digitpad.errors import DigitpadError
from digitpad.json_records import JSONError, parse_json, shown, to_record
from digitpad.models.plan_limits import check_cost, check_plan
from digitpad.names import plain_name
from digitpad.nn import ARCHITECTURES, Architecture, Sequential, build
from digitpad.regular_files import read_regular
from digitpad.seeding import Purpose, generator
from digitpad.translation import gettext as _

SUFFIX = ".json"

MISFITS = (ValueError, TypeError, KeyError, AttributeError, OverflowError, MemoryError, RecursionError)
"""The exceptions raised when a network is built from an unchecked plan."""

_MOST_BYTES = 16 << 20
_LONGEST_REASON = 1000


@dataclass(frozen=True, slots=True)
class _Plan:
    """A plan as stored in JSON."""

    name: str
    input_shape: list[int]
    layers: list[dict[str, Any]]


def parse_architecture(text: str | bytes) -> Architecture:
    """Read a plan from JSON text, as `Architecture.to_json` writes it.

    Raises
    ------
    JSONError
        See `read_architecture`.
    """
    return read_architecture(parse_json(text))


def read_architecture(data: object) -> Architecture:
    """Read a plan from plain values, as `parse_json` returns them.

    Names of layers that are too long or not printable are replaced (see `plain_name`).

    Raises
    ------
    JSONError
        If it is not a plan, or the network would be too large. Whether the layers exist and fit together is only
        checked when the network is built.
    """
    if not isinstance(data, dict):
        raise JSONError(
            _("a plan is an object with name, input_shape and layers, not {value}").format(value=shown(data))
        )
    known = {name: data[name] for name in ("name", "input_shape", "layers") if name in data}
    plan = to_record(_Plan, known)
    architecture = Architecture(plain_name(plan.name), tuple(plan.input_shape), tuple(plan.layers))
    try:
        check_plan(architecture)
    except ValueError as error:
        raise JSONError(str(error)) from error
    return replace(architecture, layers=tuple([_plainly_named(layer) for layer in plan.layers]))


def find_architecture(name_or_path: str | Path) -> Architecture:
    """Return a preset, or read the plan in a JSON file.

    Parameters
    ----------
    name_or_path
        The name of a preset, such as `light`, or a file whose name ends in `.json`.

    Raises
    ------
    DigitpadError
        If the preset or the file does not exist, or the file does not contain a plan. Whether the layers fit together
        is only checked when the network is built.
    """
    name = str(name_or_path)
    if name in ARCHITECTURES:
        return ARCHITECTURES[name]
    path = Path(name_or_path)
    if path.suffix.lower() != SUFFIX:
        raise DigitpadError(
            _(
                "There is no architecture named {name!r}; choose one of: {known}, or name a {suffix} file with a plan."
            ).format(name=name, known=", ".join(ARCHITECTURES), suffix=SUFFIX)
        )
    try:
        return parse_architecture(read_regular(path, most_bytes=_MOST_BYTES))
    except OSError as error:
        reason = error.strerror or error
        raise DigitpadError(
            _("{path} could not be read ({reason}); check the name.").format(path=path, reason=reason)
        ) from error
    except JSONError as error:
        raise DigitpadError(
            _("{path} does not contain a valid architecture ({reason}); correct it.").format(path=path, reason=error)
        ) from error


def build_network(architecture: Architecture, seed: int) -> Sequential:
    """Return a network with the initial weights of a run.

    Raises
    ------
    DigitpadError
        If the architecture cannot be built, or one image would require too much memory or time.
    """
    try:
        # Plans may have been changed since they were read (initializer, an added class), or come from the window.
        check_plan(architecture)
        network = build(architecture, rng=generator(seed, Purpose.WEIGHTS))
        check_cost(network, architecture.input_shape)
    except MISFITS as error:
        reason = " ".join(str(error).split())[:_LONGEST_REASON] or _("it is too large")
        raise DigitpadError(
            _("The architecture {name} cannot be built ({reason}); change it.").format(
                name=architecture.name, reason=reason
            )
        ) from error
    return network


def plain_tensor_name(name: str) -> str:
    """Return the name of a tensor in a network whose layers were named by `read_architecture`."""
    return ".".join(map(plain_layer_name, name.split(".")))


def plain_layer_name(name: str) -> str:
    r"""Return the layer name for the name in a plan; a dot, the separator in tensor names, becomes ``\x2e``."""
    return plain_name(name).replace(".", "\\x2e")


def _plainly_named(spec: Mapping[str, Any]) -> dict[str, Any]:
    """Return the mapping of a layer, including nested ones, with printable names."""
    # Without comprehensions, each of which would add a stack frame per level.
    named: dict[str, Any] = {}
    branches = "type" not in spec
    for key, value in spec.items():
        name = plain_layer_name(key) if branches else key
        if isinstance(value, Mapping):
            named[name] = _plainly_named(value)
        elif isinstance(value, list):
            named[name] = inner = list(value)
            for place, each in enumerate(inner):
                if isinstance(each, Mapping):
                    inner[place] = _plainly_named(each)
        else:
            named[name] = plain_layer_name(value) if key == "name" and isinstance(value, str) else value
    return named
