"""`digitpad gradcheck`: hold every gradient of a network against a numerical one."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from digitpad.commands.output import progress_bar, say, say_json, say_table
from digitpad.errors import DigitpadError
from digitpad.nn import ARCHITECTURES, Architecture, build
from digitpad.nn.gradcheck import check_layer

_SAMPLES = 2


@dataclass(frozen=True, slots=True)
class GradientCheck:
    """How far one gradient of one layer is off: `gradient` is `input` or the parameter's name."""

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
        Determines weights, inputs and directions.
    json
        Print one JSON object instead of text.

    Raises
    ------
    DigitpadError
        If there is no such architecture.
    """
    if name not in ARCHITECTURES:
        raise DigitpadError(f"There is no architecture called {name!r}; choose one of: {', '.join(ARCHITECTURES)}.")
    architecture = ARCHITECTURES[name]
    checks: list[GradientCheck] = []
    with progress_bar(hidden=json) as bar:
        task = None if bar is None else bar.add_task("checking", total=len(architecture.layers), detail="")
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
    say_table(["layer", "type", "gradient", "relative error"], rows, left=3)
    say()
    say(f"largest relative error: {worst:.1e}")


def check(architecture: Architecture, rng: np.random.Generator) -> Iterator[list[GradientCheck]]:
    """Check one layer after the other, each on a random input of the shape that it has in the network.

    What the layers before make of an image would not do: ReLU leaves zeros behind, and where several zeros meet
    in one window, the maximum has a bend, not a gradient.

    Parameters
    ----------
    architecture
        Built in float64.
    rng
        Draws weights, inputs, upstream gradients and directions.
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
