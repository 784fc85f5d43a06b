"""The file of one frame: a model file with the step, written beside its place and moved.

A killed process therefore loses at most the frame that it is writing. Large networks are filmed in float16: parameters
are rounded, while buffers such as running means stay exact.
"""

import contextlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import safetensors.numpy
from numpy.typing import NDArray

from digitpad.atomic import atomic_write
from digitpad.errors import DigitpadError
from digitpad.models.plan_limits import MOST_NUMBERS
from digitpad.models.tensor_file import read_header
from digitpad.nn import Sequential
from digitpad.nn.backend import Array

SUFFIX = ".safetensors"
_STEP = "step-"
MOST_STEPS = 1 << 31
"""What every step is below, so that it is a number for Qt; files may say something else."""

_POSITION, _EPOCHS, _ROUNDED = "film_step", "film_epochs", "film_rounded"


@dataclass(frozen=True, slots=True)
class FilmFrame:
    """A frame of a film: the weights of a run at one step.

    Attributes
    ----------
    path
        The file.
    step
        Number of steps that the run had taken; 0 for the initial weights.
    epochs
        The same position in epochs, such as 1.5.
    is_exact
        Whether the frame has exactly the weights of the run; if not, its parameters are rounded to float16.
    """

    path: Path
    step: int
    epochs: float
    is_exact: bool


def frame_path(folder: Path, step: int) -> Path:
    """Return the path of the frame of a step in the folder of a film."""
    return folder / f"{_STEP}{step:08d}{SUFFIX}"


def frame_files(folder: Path) -> list[tuple[int, Path]]:
    """Return the steps and files of the frames in a folder, in order; other files are ignored."""
    found = []
    with contextlib.suppress(OSError):
        for path in folder.iterdir():
            number = path.stem.removeprefix(_STEP)
            # Another spelling of the same step would be a second frame of it.
            if number.isdecimal() and path.name == frame_path(folder, step := int(number)).name:
                found.append((step, path))
    return sorted(found)


def copy_film(source: Path, target: Path, last: int) -> None:
    """Copy the frames up to a step into another film, by hard links, which take no space.

    Frames are never changed, only deleted, so two films may share them. Where links are not possible, the other film
    begins later.
    """
    with contextlib.suppress(OSError):
        for step, path in frame_files(source):
            if step <= last:
                target.mkdir(exist_ok=True)
                os.link(path, target / path.name)


def write_frame(frame: FilmFrame, arrays: Mapping[str, NDArray[np.generic]], model: Mapping[str, str]) -> int:
    """Write a frame.

    Parameters
    ----------
    frame
        The frame.
    arrays
        Its weights by name, as `stored_form` returns them.
    model
        The architecture and the metadata, as in a model file.

    Returns
    -------
    int
        Its size in bytes.

    Raises
    ------
    DigitpadError
        If the file cannot be written.
    """
    place = {_POSITION: str(frame.step), _EPOCHS: repr(frame.epochs), _ROUNDED: str(not frame.is_exact).lower()}
    contents = safetensors.numpy.save(dict(arrays), metadata={**model, **place})
    # Waiting for the disk would hold up other files of the run; a power failure may cost the last few frames.
    with atomic_write(frame.path, durable=False) as file:
        file.write(contents)
    return len(contents)


def read_frame(path: Path) -> FilmFrame | None:
    """Read what a file says about its frame; None if it is not the file of a frame, or damaged."""
    try:
        header = read_header(path)
        strings = header.strings
        step, epochs = int(strings[_POSITION]), float(strings[_EPOCHS])
        if header.numbers > MOST_NUMBERS or not 0 <= step < MOST_STEPS or not 0 <= epochs < float("inf"):
            return None
        if path.name != frame_path(path.parent, step).name:
            # A frame under another name would be shown at the wrong moment.
            return None
        return FilmFrame(path, step, epochs, {"false": True, "true": False}[strings[_ROUNDED]])
    except (OSError, ValueError, KeyError, DigitpadError):
        return None


def stored_form(network: Sequential, arrays: Mapping[str, Array], *, rounded: bool) -> dict[str, NDArray[np.generic]]:
    """Return weights as they are stored in a frame.

    Parameters
    ----------
    network
        The network, whose parameters are rounded.
    arrays
        Its parameters and buffers by name, on the host.
    rounded
        Whether to round parameters to float16. Those with a value beyond its range stay float32.
    """
    parameters = network.named_parameters() if rounded else {}
    return {
        name: _rounded(array) if name in parameters else np.asarray(array, order="C") for name, array in arrays.items()
    }


def _rounded(array: NDArray[np.generic]) -> NDArray[np.generic]:
    with np.errstate(over="ignore"):
        half = np.asarray(array, np.float16, order="C")
    return half if np.isfinite(half).all() else np.asarray(array, order="C")


def stored_bytes(network: Sequential, *, rounded: bool) -> int:
    """Return the size of the weights in a frame, in bytes."""
    whole = sum(int(array.nbytes) for array in network.state_dict().values())
    return whole - sum(2 * parameter.value.size for parameter in network.parameters()) if rounded else whole
