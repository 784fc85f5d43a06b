"""Architectures by what a person calls them: a preset's name, or a JSON file with a plan of one's own.

A preset's plan is a file to begin with:
`python -c "from digitpad.nn import ARCHITECTURES; print(ARCHITECTURES['light'].to_json())"`.
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
"""What goes wrong when a network is built from a plan that nobody has checked."""

_MOST_BYTES = 16 << 20
_LONGEST_REASON = 1000


@dataclass(frozen=True, slots=True)
class _Plan:
    """A plan as its JSON has it."""

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

    Names of layers that are too long, or do not print, are replaced by names that do (see `plain_name`).

    Raises
    ------
    JSONError
        If it is not a plan, or one of a network that is too large. Whether its layers exist and fit each other is only
        known when the network is built.
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
        If there is no such preset or file, or the file holds no plan. Whether its layers fit each other is only
        known when the network is built.
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
        If the architecture cannot be built, or one image would take too much memory or time.
    """
    try:
        # Plans are changed on their way here (initializer, a class more), and those of the window were never in a file.
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
    """Return what a tensor is called in a network whose layers `read_architecture` has named."""
    return ".".join(map(plain_layer_name, name.split(".")))


def plain_layer_name(name: str) -> str:
    r"""Return what a layer is called whose plan says `name`; a dot, which parts tensors' names, becomes ``\x2e``."""
    return plain_name(name).replace(".", "\\x2e")


def _plainly_named(spec: Mapping[str, Any]) -> dict[str, Any]:
    """Return a layer's mapping, and those inside it, with names that print."""
    # Written without comprehensions: each would take a frame of the stack a level.
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
