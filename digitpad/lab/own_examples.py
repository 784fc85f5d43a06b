"""The user's own examples: problems of the lab, kept as JSON files in the user's data folder.

A file holds the problem and not its solution, which is computed when it is opened.
"""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from digitpad import paths
from digitpad.atomic import atomic_write
from digitpad.errors import DigitpadError
from digitpad.json_records import dump_json, parse_json
from digitpad.lab import convolution, losses, networks, optimizers
from digitpad.lab.convolution import ConvolutionSolution
from digitpad.lab.convolution_problem import ConvolutionProblem, PoolingSettings
from digitpad.lab.losses import LossProblem, LossSolution
from digitpad.lab.networks import NetworkSolution
from digitpad.lab.optimizers import Recipe
from digitpad.lab.surfaces import surface_of
from digitpad.lab.worked import Solution
from digitpad.names import file_stem
from digitpad.nn import Architecture
from digitpad.regular_files import read_regular
from digitpad.translation import gettext as _

SUFFIX = ".json"
_MOST_BYTES = 4_000_000
_MOST_FILES = 500
"""Examples that are listed; a folder with more is not the lab's own."""


@dataclass(frozen=True, slots=True)
class OwnExample:
    """An example of the user's own.

    Attributes
    ----------
    path
        Its file.
    page
        One of `digitpad.lab.examples.PAGES`.
    title
        What the user called it.
    digits
        Decimals with which its numbers are shown.
    """

    path: Path
    page: str
    title: str
    digits: int


def folder() -> Path:
    """Return the folder of the examples; it may not exist yet."""
    return paths.user_data_dir() / "lab"


def save_example(solution: Solution, title: str, digits: int = 4) -> OwnExample:
    """Keep the problem of a solution as an example.

    Parameters
    ----------
    solution
        The solution.
    title
        What it is called; examples may have the same title.
    digits
        Decimals with which its numbers are shown.

    Raises
    ------
    DigitpadError
        If the title is empty, or the file cannot be written.
    """
    title = title.strip()
    if not title:
        raise DigitpadError(_("An example needs a name; write one."))
    page, problem = _record_of(solution)
    text = dump_json({"page": page, "title": title, "digits": digits, "problem": problem}, indent=1)
    target = folder()
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DigitpadError(
            _("The folder {folder} cannot be created ({reason}); make room for it.").format(
                folder=target, reason=error.strerror or error
            )
        ) from error
    path = _free_path(target, file_stem(title))
    with atomic_write(path) as file:
        file.write(text.encode())
    return OwnExample(path, page, title, digits)


def own_examples() -> tuple[OwnExample, ...]:
    """Return the examples by title; files that are not examples are left out."""
    found = []
    for path in sorted(folder().glob(f"*{SUFFIX}"))[:_MOST_FILES]:
        try:
            found.append(_listed(path, _data_of(path)))
        except DigitpadError:
            # It is reported when it is opened by its path; the others are listed all the same.
            continue
    return tuple(sorted(found, key=lambda example: (example.title.casefold(), example.path)))


def open_example(path: Path) -> tuple[str, Solution, int]:
    """Return the page of an example, its solution, and the decimals of its numbers.

    Raises
    ------
    DigitpadError
        If the file cannot be read, is not an example, or its problem cannot be solved.
    """
    data = _data_of(path)
    example = _listed(path, data)
    try:
        return example.page, _solved(example.page, data["problem"]), example.digits
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise _damaged(path, str(error)) from error


def delete_example(path: Path) -> None:
    """Delete an example; one that is already gone is not an error.

    Raises
    ------
    DigitpadError
        If the file cannot be deleted.
    """
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        text = _("{path} cannot be deleted ({reason}); delete it in its folder.")
        raise DigitpadError(text.format(path=path, reason=error.strerror or error)) from error


def _free_path(target: Path, stem: str) -> Path:
    number = 1
    while (path := target / f"{stem if number == 1 else f'{stem} {number}'}{SUFFIX}").exists():
        number += 1
    return path


def _data_of(path: Path) -> dict[str, Any]:
    try:
        data = parse_json(read_regular(path, most_bytes=_MOST_BYTES), most_bytes=_MOST_BYTES)
    except (OSError, ValueError) as error:
        raise _damaged(path, str(error)) from error
    if not isinstance(data, dict):
        raise _damaged(path, _("it is not an object"))
    return data


def _listed(path: Path, data: dict[str, Any]) -> OwnExample:
    page, title, digits = data.get("page"), data.get("title"), data.get("digits", 4)
    if page not in _SOLVERS or not isinstance(title, str) or type(digits) is not int or not 0 <= digits <= 12:
        raise _damaged(path, _("its page, title or digits are missing or wrong"))
    return OwnExample(path, page, title, digits)


def _damaged(path: Path, reason: str) -> DigitpadError:
    text = _("{path} is not an example of the lab ({reason}); choose another file.")
    return DigitpadError(text.format(path=path, reason=reason))


# Problems as plain values, and back


def _record_of(solution: Solution) -> tuple[str, dict[str, Any]]:
    """Return the page of a solution, and its problem as plain values."""
    match solution:
        case ConvolutionSolution(problem=problem):
            return "convolution", _plain(asdict(problem))
        case LossSolution(problem=loss):
            return "losses", _plain(asdict(loss))
        case NetworkSolution(plan=plan):
            return "networks", {"name": plan.name, "input_shape": list(plan.input_shape), "layers": list(plan.layers)}
        case _:
            return "optimizers", {
                "surface": solution.surface.name,
                "optimizer": solution.recipe.name,
                "learning_rate": solution.learning_rate,
                "settings": _plain(solution.recipe.settings),
                "steps": len(solution.moments) - 1,
                "start": list(solution.moments[0].point),
            }


def _plain(value: Any) -> Any:
    """Return a value with lists in place of arrays and tuples."""
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list | tuple) else value


def _solved(page: str, data: dict[str, Any]) -> Solution:
    return _SOLVERS[page](data)


def _convolution(data: dict[str, Any]) -> Solution:
    pooling = data["pooling"]
    return convolution.solve(
        ConvolutionProblem(
            image=_array(data["image"], 3),
            kernels=_array(data["kernels"], 4),
            bias=None if data["bias"] is None else _array(data["bias"], 1),
            padding=_tuples(data["padding"]),
            stride=_pair(data["stride"]),
            dilation=_pair(data["dilation"]),
            groups=int(data["groups"]),
            mirrored=bool(data["mirrored"]),
            activation=data["activation"],
            pooling=None
            if pooling is None
            else PoolingSettings(str(pooling["kind"]), _pair(pooling["size"]), _pair(pooling["stride"])),
            gradient=None if data["gradient"] is None else _array(data["gradient"], 3),
        )
    )


def _losses(data: dict[str, Any]) -> Solution:
    given = data["given"]
    if given not in get_args(losses.Given):
        raise ValueError(f"given is {given!r}")
    classes = not isinstance(data["targets"][0], list)
    return losses.solve(
        LossProblem(
            values=_array(data["values"], 2),
            targets=np.array(data["targets"], np.int64) if classes else _array(data["targets"], 2),
            given=given,
            alpha=_factors(data["alpha"]),
            gamma=float(data["gamma"]),
            smoothing=float(data["smoothing"]),
            pos_weight=_factors(data.get("pos_weight", 1.0)),
        )
    )


def _factors(value: Any) -> float | tuple[float, ...]:
    return tuple(float(factor) for factor in value) if isinstance(value, list) else float(value)


def _networks(data: dict[str, Any]) -> Solution:
    shape = tuple(int(side) for side in data["input_shape"])
    return networks.solve(Architecture(str(data["name"]), shape, tuple(dict(spec) for spec in data["layers"])))


def _optimizers(data: dict[str, Any]) -> Solution:
    settings = {str(key): _tuples(value) for key, value in data["settings"].items()}
    recipe = Recipe(str(data["optimizer"]), float(data["learning_rate"]), settings)
    x, y = data["start"]
    return optimizers.follow(surface_of(str(data["surface"])), recipe, int(data["steps"]), (float(x), float(y)))


_SOLVERS = {"convolution": _convolution, "losses": _losses, "networks": _networks, "optimizers": _optimizers}


def _array(value: object, dimensions: int) -> NDArray[np.float64]:
    array = np.array(value, np.float64)
    if array.ndim != dimensions or not array.size or not np.isfinite(array).all():
        raise ValueError(f"an array of {dimensions} dimensions is expected")
    return array


def _pair(value: object) -> tuple[int, int]:
    if not isinstance(value, list) or [type(side) for side in value] != [int, int]:
        raise ValueError(f"{value!r} is not a pair of whole numbers")
    return value[0], value[1]


def _tuples(value: Any) -> Any:
    return tuple(_tuples(inner) for inner in value) if isinstance(value, list) else value
