"""Shared code of the benchmarks: processes, reports and targets.

A figure is a ratio or a size with its target. `Contender` in `training_speed` starts the measured processes; they take
turns and are compared round by round.
"""

import argparse
import json
import os
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from training_speed import Contender, machine

#: Environment variables that change how OpenBLAS multiplies matrices, and that are not set on a user's machine.
PINS = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")

Turn = Mapping[str, float]
"""Milliseconds by the name of the method."""

Way = tuple[Contender, Mapping[str, Any]]
"""The process, and the arguments of its request."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table: a value and its target.

    Attributes
    ----------
    work
        What was measured.
    value
        The measured value.
    bound
        The target.
    at_least
        Whether `bound` is a minimum instead of a maximum.
    unit
        The unit of the number, such as "MB"; empty for a ratio.
    digits
        Decimals of the value; None for two of a ratio, and none of a number with a unit.
    """

    work: str
    value: float
    bound: float
    at_least: bool
    unit: str = ""
    digits: int | None = None

    @property
    def met(self) -> bool:
        """Whether the value meets the target."""
        return self.value >= self.bound if self.at_least else self.value <= self.bound

    @property
    def target(self) -> str:
        """The bound, as in "<= 300 MB"."""
        return _bound(self)

    @property
    def text(self) -> str:
        """The formatted value."""
        digits = self.digits if self.digits is not None else 0 if self.unit else 2
        return f"{self.value:.{digits}f} {self.unit}".rstrip()


@dataclass(frozen=True, slots=True)
class Target:
    """A line of the table before it is measured; the attributes are those of `Figure`."""

    work: str
    bound: float
    at_least: bool
    unit: str = ""
    digits: int | None = None

    @property
    def target(self) -> str:
        """The bound, as in "<= 300 MB"."""
        return _bound(self)

    def figure(self, value: float) -> Figure:
        """Return the measured line."""
        return Figure(self.work, value, self.bound, self.at_least, self.unit, self.digits)


def _bound(figure: Figure | Target) -> str:
    return f"{'>=' if figure.at_least else '<='} {figure.bound:g} {figure.unit}".rstrip()


def arguments(description: str | None, *, rounds: int, seconds: float = 0.5) -> argparse.ArgumentParser:
    """Return a parser with the arguments of every benchmark.

    Parameters
    ----------
    description
        The script's docstring.
    rounds
        Default number of rounds.
    seconds
        Default length of a turn.
    """
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--rounds", type=int, default=rounds, help="how often all take their turn (default: %(default)s)"
    )
    parser.add_argument("--seconds", type=float, default=seconds, help="length of a turn (default: %(default)s)")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1, help="most threads (default: %(default)s)")
    parser.add_argument("--pinned", action="store_true", help=f"leave {' and '.join(PINS)} as they are set")
    parser.add_argument("--json", type=Path, help="file to write the figures to")
    return parser


def settle_environment(*, pinned: bool) -> None:
    """Set the environment variables that processes read before they import NumPy; must be called first.

    Parameters
    ----------
    pinned
        Whether `PINS` are kept. Otherwise they are removed, as on a machine where they are not set.
    """
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    # An installed program has compiled modules; here the first process compiles them for the others.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    if not pinned:
        for name in PINS:
            os.environ.pop(name, None)


def take_turns(ways: Mapping[str, Way], *, rounds: int, seconds: float) -> list[dict[str, float]]:
    """Run all methods alternately for several rounds.

    Parameters
    ----------
    ways
        The methods by name.
    rounds, seconds
        Number of rounds, and the seconds of each turn.

    Returns
    -------
    list of dict
        The milliseconds by name, for every round.
    """
    return [
        {name: contender.milliseconds(way, seconds) for name, (contender, way) in ways.items()} for _ in range(rounds)
    ]


def medians(turns: Sequence[Turn]) -> dict[str, float]:
    """Return the median of every method over all rounds."""
    return {name: statistics.median(turn[name] for turn in turns) for name in turns[0]}


def ratio(turns: Sequence[Turn], over: Iterable[str], under: Iterable[str]) -> float:
    """Return the median, over all rounds, of the best of `over` divided by the best of `under`."""
    above, below = list(over), list(under)
    return statistics.median(min(turn[name] for name in above) / min(turn[name] for name in below) for turn in turns)


def report(title: str, milliseconds: Mapping[str, float], count: int) -> None:
    """Print the time of every method, and the images per second.

    Parameters
    ----------
    title
        The task.
    milliseconds
        Time for `count` images, by method.
    count
        Number of images.
    """
    print(title)
    for name, value in milliseconds.items():
        print(f"  {name:44} {value:9.3f} ms {count / value * 1e3:12,.0f} images/s")


def finish(figures: Sequence[Figure], details: Mapping[str, Any], path: Path | None) -> None:
    """Print the figures, and write them with the details if a file is given.

    Parameters
    ----------
    figures
        The figures with targets.
    details
        All other measurements.
    path
        JSON file; None for none.
    """
    for figure in figures:
        print(f"  {figure.work}: {figure.text} (target {figure.target}){'' if figure.met else ' MISSED'}")
    print(flush=True)
    if path is not None:
        result = {"machine": machine(), "figures": [asdict(figure) for figure in figures], **details}
        path.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


def markdown(figures: Sequence[Figure | Target], beside: Sequence[Figure] | None = None) -> str:
    """Return the figures as a table for a README.

    Parameters
    ----------
    figures
        The figures, one per line; a dash is shown for a target that was not measured.
    beside
        The same figures, measured with OpenBLAS pinned; None for none.
    """
    pinned = {figure.work: figure.text for figure in beside or ()}
    rows = [["work", "target", "measured", "OpenBLAS pinned"], ["---"] * 4]
    rows += [[figure.work, figure.target, shown(figure), pinned.get(figure.work, "")] for figure in figures]
    columns = 4 if pinned else 3
    return "\n".join(f"| {' | '.join(row[:columns])} |" for row in rows)


def shown(figure: Figure | Target) -> str:
    """Return the value of a figure, marked if it misses its target; a dash if it was not measured."""
    if isinstance(figure, Target):
        return "-"
    return figure.text if figure.met else f"{figure.text} (missed)"


def each_thread_count(most: int) -> list[int]:
    """Return the thread counts to measure: one, and all."""
    return sorted({1, most})


def name_of_threads(count: int) -> str:
    """Return the number with a suitable number of digits."""
    return f"{count} thread{'s' if count > 1 else ''}"
