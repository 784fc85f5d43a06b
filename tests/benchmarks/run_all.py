"""Run all benchmarks of the speed table one after the other, and collect their results.

    python tests/benchmarks/run_all.py --out build/benchmarks

writes `all.json`, `README.md` (the table) and `accuracy.svg` into that folder, next to the JSON of each script. It
takes about ten minutes on two cores, on which nothing else should run. If OpenBLAS is pinned in the environment (see
`benchmarking.PINS`), the figures are measured without the pins; `--pinned-too` also measures them with the pins, and
shows both. `--quick` takes one short turn of each to check that all of them run; its figures are not meaningful. Needs
the extra `benchmark`.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarking import PINS, Figure, markdown, settle_environment

#: Each script with its arguments, in the order of the table.
SCRIPTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("training_speed", ()),
    ("textbook", ()),
    ("inference", ()),
    ("time_to_accuracy", ("--plot", "accuracy.svg")),
    ("memory", ()),
    ("scaling", ()),
    ("gpu_speed", ()),
)
#: The arguments for a quick turn of a script, and those of all other scripts.
QUICK = {"memory": ("--epochs", "1")}
QUICK_OTHERS = ("--rounds", "1", "--seconds", "0.05")
#: Minimum speed relative to PyTorch, by network.
SPEED_OVER_PYTORCH = {"standard": 1.1, "light": 1.0, "resnet": 0.8, "catdog": 0.8}


def main() -> None:
    """Run all or the named benchmarks, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder for everything that comes out")
    parser.add_argument("--only", nargs="+", choices=[name for name, _ in SCRIPTS], help="run these alone")
    parser.add_argument(
        "--pinned-too", action="store_true", help=f"once more with {' and '.join(PINS)} as they are set"
    )
    parser.add_argument("--quick", action="store_true", help="one short turn of each, for a trial")
    options = parser.parse_args()
    names = options.only or [name for name, _ in SCRIPTS]
    options.out.mkdir(parents=True, exist_ok=True)
    pins = {name: os.environ[name] for name in PINS if name in os.environ}
    beside: list[Figure] | None = None
    if options.pinned_too and pins:
        beside = figures_of(run(names, options.out, pinned=True, quick=options.quick))
    settle_environment(pinned=False)
    reports = run(names, options.out, pinned=False, quick=options.quick)
    figures = figures_of(reports)
    text = machine_line(reports) + "\n\n" + markdown(figures, beside) + "\n"
    if missing := reports.get("gpu_speed", {}).get("missing"):
        text += f"\nNothing was measured on a GPU: {missing}.\n"
    if "scaling" in reports:
        text += "\n" + growth(reports["scaling"]["series"]) + "\n"
    (options.out / "README.md").write_text(text, encoding="utf-8")
    (options.out / "all.json").write_text(json.dumps(reports, indent=2) + "\n", encoding="utf-8")
    sys.stdout.write("\n" + text)


def run(names: Sequence[str], folder: Path, *, pinned: bool, quick: bool) -> dict[str, Any]:
    """Run scripts, and return the results of each.

    Parameters
    ----------
    names
        Names of the scripts.
    folder
        Output folder; pinned results go into separate files.
    pinned
        Whether to keep the settings of OpenBLAS.
    quick
        Whether to take only one short turn.

    Raises
    ------
    SystemExit
        If one fails.
    """
    reports: dict[str, Any] = {}
    for name, words in SCRIPTS:
        if name not in names:
            continue
        path = (folder / f"{name}{'-pinned' if pinned else ''}.json").resolve()
        command = [sys.executable, str(Path(__file__).with_name(f"{name}.py")), "--json", str(path)]
        command += [
            str((folder / word).resolve()) if word.endswith(".svg") else word for word in ([] if pinned else words)
        ]
        # training_speed uses the environment that it is started with; it has no --pinned option.
        command += ["--pinned"] if pinned and name != "training_speed" else []
        command += QUICK.get(name, QUICK_OTHERS) if quick else ()
        print(f"== {name}{', OpenBLAS pinned' if pinned else ''}", flush=True)
        if subprocess.run(command, check=False).returncode != 0:
            raise SystemExit(f"{name} failed; what it said is above.")
        reports[name] = json.loads(path.read_text(encoding="utf-8"))
    return reports


def figures_of(reports: Mapping[str, Any]) -> list[Figure]:
    """Return all figures with targets, in the order of the table."""
    figures = []
    for name, report in reports.items():
        if name == "training_speed":
            figures += speed_figures(report["networks"])
        else:
            figures += [Figure(**figure) for figure in report["figures"]]
    return figures


def speed_figures(networks: Mapping[str, Any]) -> list[Figure]:
    """Return the results of `training_speed.py` as figures with targets."""
    figures = [
        Figure(
            f"training `{name}`, batch {found['batch']}, over PyTorch's best",
            found["speed_over_pytorch"],
            SPEED_OVER_PYTORCH[name],
            at_least=True,
        )
        for name, found in networks.items()
        if name in SPEED_OVER_PYTORCH
    ]
    if "standard" in networks:
        scaling = networks["standard"]["all_threads_over_one"]
        figures.append(Figure("all threads over one, training `standard`", scaling, 1.7, at_least=True))
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


def machine_line(reports: Mapping[str, Any]) -> str:
    """Return the description of the machine that the first script reported."""
    return f"Taken on: {next(iter(reports.values()))['machine']}."


if __name__ == "__main__":
    main()
