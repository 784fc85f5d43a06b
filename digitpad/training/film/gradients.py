"""Histograms of the gradients over a run, in a file beside the frames: one line of JSON for each measured step.

Weights and activations can be computed from the frames at any time. Gradients are gone after the step, so they are kept
when the layers are measured (see `digitpad.training.diagnostics`), at most once for each frame.
"""

import contextlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from digitpad.atomic import atomic_write
from digitpad.errors import DigitpadError
from digitpad.json_records import JSONError, dump_json, parse_json, to_record
from digitpad.regular_files import read_regular
from digitpad.training.histograms import Histogram
from digitpad.translation import gettext as _

_FILE = "gradients.jsonl"
_MOST_BYTES = 64 << 20


@dataclass(frozen=True, slots=True)
class GradientHistograms:
    """The gradients of one step.

    Attributes
    ----------
    step
        The step, from 1.
    layers
        The histogram of each layer with parameters, by its name.
    """

    step: int
    layers: Mapping[str, Histogram]


@dataclass(frozen=True, slots=True)
class _Line:
    step: int
    layers: dict[str, Histogram]


def read_gradients(folder: Path) -> list[GradientHistograms]:
    """Read the gradients that were kept with a film, in the order of the steps; damaged lines are ignored.

    Parameters
    ----------
    folder
        The folder of the film.
    """
    try:
        text = read_regular(folder / _FILE, most_bytes=_MOST_BYTES)
    except (OSError, DigitpadError):
        return []
    found = {}
    for line in text.splitlines():
        # The last line may be incomplete.
        with contextlib.suppress(JSONError):
            read = to_record(_Line, parse_json(line))
            found[read.step] = GradientHistograms(read.step, read.layers)
    return [found[step] for step in sorted(found)]


def append_gradients(folder: Path, gradients: GradientHistograms) -> None:
    """Add the gradients of a step.

    Raises
    ------
    DigitpadError
        If they cannot be written.
    """
    path = folder / _FILE
    try:
        with path.open("ab") as file:
            file.write(_encoded(gradients))
    except OSError as error:
        raise DigitpadError(
            _("{path} could not be written ({reason}).").format(path=path, reason=error.strerror or error)
        ) from error


def keep_gradients(folder: Path, last: int) -> None:
    """Remove the gradients of steps after `last`, which a resumed run repeats.

    Raises
    ------
    DigitpadError
        If the file cannot be written.
    """
    kept = [one for one in read_gradients(folder) if one.step <= last]
    path = folder / _FILE
    if path.exists():
        with atomic_write(path) as file:
            file.writelines(map(_encoded, kept))


def _encoded(gradients: GradientHistograms) -> bytes:
    line = dump_json({"step": gradients.step, "layers": {name: asdict(one) for name, one in gradients.layers.items()}})
    # The line break comes first, so that an incomplete line of a killed process ends before this one.
    return b"\n" + line.encode()
