"""The lines of the table in `docs/speed.md`, in order, and how they are written into it."""

import re
import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import frozen_program
import inference
import memory
import scaling
import textbook
import time_to_accuracy
import training_window
from benchmarking import Figure, Target, markdown
from training_speed import WORK

DOCUMENT = Path(__file__).parents[2] / "docs" / "speed.md"

#: Minimum speed relative to PyTorch, by network.
SPEED_OVER_PYTORCH = {
    "standard": 1.5,
    "light": 1.0,
    "sprint": 1.0,
    "resnet": 1.0,
    "reader": 1.0,
    "lenet5": 1.0,
    "exam": 1.0,
    "catdog": 1.0,
    "unet-narrow": 1.0,
}
ALL_THREADS = Target("all threads over one, training `standard`", 1.7, at_least=True)
#: Random networks of the editor's layers, which `training_speed.py` calls `random-SEED-NUMBER`.
RANDOM, RANDOM_SLOWEST, RANDOM_MEDIAN = (
    "random-",
    Target("training random networks, over PyTorch's best, the slowest of them", 0.8, at_least=True),
    Target("training random networks, over PyTorch's best, median", 1.0, at_least=True),
)


def speed_target(name: str, batch: int) -> Target:
    """Return the line of a network of `training_speed.py`."""
    return Target(f"training `{name}`, batch {batch}, over PyTorch's best", SPEED_OVER_PYTORCH[name], at_least=True)


#: The lines by script.
TARGETS: dict[str, tuple[Target, ...]] = {
    "training_speed": (
        *(speed_target(name, WORK[name]) for name in SPEED_OVER_PYTORCH if name in WORK),
        RANDOM_SLOWEST,
        RANDOM_MEDIAN,
        ALL_THREADS,
    ),
    "textbook": textbook.TARGETS,
    "inference": inference.TARGETS,
    "time_to_accuracy": time_to_accuracy.TARGETS["quick"],
    "sprint": time_to_accuracy.TARGETS["sprint"],
    "training_window": training_window.TARGETS,
    "frozen_program": frozen_program.TARGETS,
    "memory": memory.TARGETS,
    "scaling": scaling.TARGETS,
}


def lines_of(reports: Mapping[str, Any]) -> list[Figure | Target]:
    """Return all lines of the table, in order: a figure where it was measured, otherwise its target.

    The figures of a GPU come last, if there is one. Others that have no line, such as those of both screens in
    `training_window.py`, are in the JSON of their script alone.
    """
    found = {figure.work: figure for figure in figures_of(reports)}
    targets = [target for several in TARGETS.values() for target in several]
    gpu = reports.get("gpu_speed", {"figures": []})["figures"]
    return [found.get(target.work, target) for target in targets] + [Figure(**figure) for figure in gpu]


def figures_of(reports: Mapping[str, Any]) -> list[Figure]:
    """Return all figures with targets, in the order of the reports."""
    figures: list[Figure] = []
    for name, report in reports.items():
        if name == "training_speed":
            figures += speed_figures(report["networks"])
        else:
            figures += [Figure(**figure) for figure in report["figures"]]
    return figures


def speed_figures(networks: Mapping[str, Any]) -> list[Figure]:
    """Return the results of `training_speed.py` as figures with targets."""
    figures = [
        speed_target(name, found["batch"]).figure(found["speed_over_pytorch"])
        for name, found in networks.items()
        if name in SPEED_OVER_PYTORCH
    ]
    if speeds := [found["speed_over_pytorch"] for name, found in networks.items() if name.startswith(RANDOM)]:
        figures += [RANDOM_SLOWEST.figure(min(speeds)), RANDOM_MEDIAN.figure(statistics.median(speeds))]
    if "standard" in networks:
        figures.append(ALL_THREADS.figure(networks["standard"]["all_threads_over_one"]))
    return figures


def growth(series: Mapping[str, Sequence[Mapping[str, float]]]) -> str:
    """Return the tables of `scaling.py` as one for a README."""
    lines = ["| grows | to | digitpad, µs an image | PyTorch, µs an image | over the trend |", "|---|---|---|---|---|"]
    for name, rows in series.items():
        lines += [
            f"| {name} | {row['value']:.0f} | {row['digitpad_microseconds_per_image']:.0f} "
            f"| {row['pytorch_microseconds_per_image']:.0f} | {row['over_trend']:.2f} |"
            for row in rows
        ]
    return "\n".join(lines)


def blocks(reports: Mapping[str, Any], beside: Sequence[Figure] | None = None) -> dict[str, str]:
    """Return the parts of the document that are measured, by the name of their markers.

    Parameters
    ----------
    reports
        What the scripts wrote, by name.
    beside
        The figures with OpenBLAS pinned; None for none.
    """
    machines = sorted({report["machine"] for report in reports.values()})
    measured = f"Taken on: {'; '.join(machines)}." if machines else "Not measured yet."
    found = {"figures": f"{measured}\n\n{markdown(lines_of(reports), beside)}"}
    if missing := reports.get("gpu_speed", {}).get("missing"):
        found["figures"] += f"\n\nNothing was measured on a GPU: {missing}."
    if "sprint" in reports:
        found["sprint"] = time_to_accuracy.sprint_table(reports["sprint"]["rows"])
    if "scaling" in reports:
        found["growth"] = growth(reports["scaling"]["series"])
    return found


def write_blocks(path: Path, contents: Mapping[str, str]) -> None:
    """Replace what is between the markers `<!-- NAME -->` and `<!-- end of NAME -->` in a document.

    Raises
    ------
    ValueError
        If the document does not have exactly one such part.
    """
    text = path.read_text(encoding="utf-8")
    for name, content in contents.items():
        begin, end = f"<!-- {name} -->\n", f"\n<!-- end of {name} -->"
        pattern = f"(?<={re.escape(begin)}).*?(?={re.escape(end)})"
        # In a replacement, backslashes have a meaning.
        text, count = re.subn(pattern, f"\n{content}\n".replace("\\", r"\\"), text, flags=re.DOTALL)
        if count != 1:
            raise ValueError(f"{path} has {count} parts between the markers of {name}; expected one")
    path.write_text(text, encoding="utf-8")
