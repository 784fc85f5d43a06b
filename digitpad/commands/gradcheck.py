"""`digitpad gradcheck`: compare every gradient of a network with a numerical one."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from digitpad.commands.output import progress_bar, say, say_json, say_table
from digitpad.errors import DigitpadError
from digitpad.nn import ARCHITECTURES, Architecture, build
from digitpad.nn.gradcheck import check_layer
from digitpad.translation import gettext as _

_SAMPLES = 2


@dataclass(frozen=True, slots=True)
class GradientCheck:
    """The error of one gradient of one layer; `gradient` is `input` or the name of a parameter."""

    layer: str
    type: str
    gradient: str
    relative_error: float


def gradcheck(name: str, *, seed: int, json: bool) -> None:
    """Check every layer of an architecture and print the errors, the largest last.

    Parameters
    ----------
    name
        A preset architecture.
    seed
        Seed of the weights, inputs and directions.
    json
        Print one JSON object instead of text.

    Raises
    ------
    DigitpadError
        If the architecture is unknown.
    """
    if name not in ARCHITECTURES:
        raise DigitpadError(
            _("There is no architecture named {name!r}; choose one of: {names}.").format(
                name=name, names=", ".join(ARCHITECTURES)
            )
        )
    architecture = ARCHITECTURES[name]
    checks: list[GradientCheck] = []
    with progress_bar(hidden=json) as bar:
        task = None if bar is None else bar.add_task(_("Checking"), total=len(architecture.layers), detail="")
        for done in check(architecture, np.random.default_rng(seed)):
            checks += done
            if bar is not None and task is not None:
                bar.advance(task)
    checks.sort(key=lambda entry: entry.relative_error)
    worst = checks[-1].relative_error
    if json:
        say_json({"max_relative_error": worst, "layers": [_record(entry) for entry in checks]})
        return
    rows = [[entry.layer, entry.type, entry.gradient, f"{entry.relative_error:.1e}"] for entry in checks]
    say_table([_("layer"), _("type"), _("gradient"), _("relative error")], rows, left=3)
    say()
    say(_("largest relative error: {error:.1e}").format(error=worst))


def check(architecture: Architecture, rng: np.random.Generator) -> Iterator[list[GradientCheck]]:
    """Check each layer on a random input with the shape that it has in the network.

    The activations of a real image would not work: ReLU produces zeros, and where several zeros fall into one window,
    the maximum is not differentiable.

    Parameters
    ----------
    architecture
        The architecture; it is built in float64.
    rng
        Draws the weights, inputs, upstream gradients and directions.

    Yields
    ------
    list of GradientCheck
        The checks of one layer.
    """
    network = build(architecture, rng=rng, dtype=np.float64)
    shape = architecture.input_shape
    for name, layer in network.layers.items():
        errors = check_layer(layer, rng.standard_normal((_SAMPLES, *shape)), rng)
        yield [GradientCheck(name, type(layer).__name__, error.name, error.relative_error) for error in errors]
        shape = layer.output_shape(shape)


def _record(entry: GradientCheck) -> dict[str, object]:
    return {
        "name": entry.layer,
        "type": entry.type,
        "gradient": entry.gradient,
        "relative_error": entry.relative_error,
    }
