"""Run all benchmarks of the speed table one after the other, and collect their results.

    python tests/benchmarks/run_all.py --out build/benchmarks --write-docs

writes `all.json`, `README.md` (the tables) and `accuracy.svg` into that folder, next to the JSON of each script, and
the tables into `docs/speed.md`. It takes about half an hour on two cores, on which nothing else should run. `--only`
runs some of the scripts; the results of the others are those already in the folder, and what has none is a dash in the
table. If OpenBLAS is pinned in the environment (see `benchmarking.PINS`), the figures are measured without the pins;
`--pinned-too` also measures them with the pins, and shows both. `--quick` takes one short turn of each to check that
all of them run; its figures are not meaningful. Needs the extra `benchmark`.
"""

import argparse
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarking import PINS, Figure, settle_environment
from speed_table import DOCUMENT, blocks, figures_of, write_blocks

_FROZEN = "frozen_program"
#: With one thread: where other work is running, PyTorch's threads spin for minutes while they wait for each other.
_ALONE = ("--threads", "1")
_SHORT = ("--rounds", "1", "--seconds", "0.05", *_ALONE)


@dataclass(frozen=True, slots=True)
class Script:
    """A script with its arguments.

    Attributes
    ----------
    name
        Name of its results.
    words
        Arguments; a word that ends in .svg or .md is a file in the output folder.
    quick
        Further arguments for a quick turn.
    file
        Name of the script; empty for that of the results.
    """

    name: str
    words: tuple[str, ...] = ()
    quick: tuple[str, ...] = _SHORT
    file: str = ""

    @property
    def path(self) -> Path:
        """The script."""
        return Path(__file__).with_name(f"{self.file or self.name}.py")


#: The scripts in the order of the table.
SCRIPTS = (
    Script("training_speed", ("--random", "20"), (*_SHORT, "--random", "2")),
    Script("textbook"),
    Script("inference"),
    Script("time_to_accuracy", ("--plot", "accuracy.svg"), ("--seeds", "1", "--limit", "3000", *_ALONE)),
    Script(
        "sprint",
        ("--recipe", "sprint", "--seeds", "30", "--markdown", "sprint.md"),
        ("--seeds", "1", "--limit", "3000", *_ALONE),
        "time_to_accuracy",
    ),
    Script("training_window", quick=("--rounds", "1", "--epochs", "3", "--limit", "1200")),
    Script(_FROZEN, quick=("--starts", "1", "--rounds", "1", "--epochs", "2")),
    Script("memory", quick=("--epochs", "1")),
    Script("scaling"),
    Script("gpu_speed"),
)


def main() -> None:
    """Run all or the named benchmarks, and write the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    names = [script.name for script in SCRIPTS]
    parser.add_argument("--out", type=Path, required=True, help="folder for everything that comes out")
    parser.add_argument("--only", nargs="*", choices=names, default=names, help="run these alone, or none")
    parser.add_argument(
        "--pinned-too", action="store_true", help=f"once more with {' and '.join(PINS)} as they are set"
    )
    parser.add_argument("--program", type=Path, help="the program that packaging/build.py makes, for its first paint")
    parser.add_argument("--quick", action="store_true", help="one short turn of each, for a trial")
    parser.add_argument("--write-docs", action="store_true", help="write the tables into docs/speed.md")
    options = parser.parse_args()
    if options.quick and options.write_docs:
        parser.error("the figures of --quick are not for the documents; leave out one of the two")
    if options.program is None:
        options.only = [name for name in options.only if name != _FROZEN]
    options.out.mkdir(parents=True, exist_ok=True)
    pins = {name: os.environ[name] for name in PINS if name in os.environ}
    beside: list[Figure] | None = None
    if options.pinned_too and pins:
        run(options, pinned=True)
        beside = figures_of(reports_in(options.out, pinned=True))
    settle_environment(pinned=False)
    run(options, pinned=False)
    reports = reports_in(options.out, pinned=False)
    text = "\n\n".join(blocks(reports, beside).values()) + "\n"
    (options.out / "README.md").write_text(text, encoding="utf-8")
    (options.out / "all.json").write_text(json.dumps(reports, indent=2) + "\n", encoding="utf-8")
    if options.write_docs:
        write_blocks(DOCUMENT, blocks(reports))
    sys.stdout.write("\n" + text)


def run(options: argparse.Namespace, *, pinned: bool) -> None:
    """Run the chosen scripts, which write their results into the output folder.

    Parameters
    ----------
    options
        The arguments of this script.
    pinned
        Whether to keep the settings of OpenBLAS; the results go into separate files then.

    Raises
    ------
    SystemExit
        If one fails.
    """
    for script in SCRIPTS:
        if script.name not in options.only:
            continue
        command = [sys.executable, str(script.path)]
        command += [str(options.program)] if script.name == _FROZEN else []
        command += ["--json", str(_report(options.out, script, pinned=pinned))]
        command += [_word(word, options.out, pinned=pinned) for word in script.words]
        # These use the environment that they are started with; they have no --pinned option.
        command += ["--pinned"] if pinned and script.name not in {"training_speed", _FROZEN} else []
        command += script.quick if options.quick else ()
        print(f"== {script.name}{', OpenBLAS pinned' if pinned else ''}", flush=True)
        if subprocess.run(command, check=False).returncode != 0:
            raise SystemExit(f"{script.name} failed; what it said is above.")


def reports_in(folder: Path, *, pinned: bool) -> dict[str, Any]:
    """Return the results in a folder by the name of the script, in the order of the table."""
    paths = {script.name: _report(folder, script, pinned=pinned) for script in SCRIPTS}
    return {name: json.loads(path.read_text(encoding="utf-8")) for name, path in paths.items() if path.exists()}


def _report(folder: Path, script: Script, *, pinned: bool) -> Path:
    return (folder / f"{script.name}{'-pinned' if pinned else ''}.json").resolve()


def _word(word: str, folder: Path, *, pinned: bool) -> str:
    path = Path(word)
    if path.suffix not in {".svg", ".md"}:
        return word
    return str((folder / f"{path.stem}{'-pinned' if pinned else ''}{path.suffix}").resolve())


if __name__ == "__main__":
    main()
