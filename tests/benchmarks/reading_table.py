"""Run all benchmarks of how digits are read, one after the other, and collect their results in a table.

    python tests/benchmarks/reading_table.py --out build/reading --ink FOLDER --write-docs

writes the JSON of each script and `README.md` (the table) into that folder, and the table into `docs/models.md`. It
takes about three hours on two cores, most of it for the networks of `recipe_seeds.py` and `writer_folds.py`, which are
kept in the folder.
FOLDER contains `pendigits-train.jsonl` (UCI Pen-Based Recognition of Handwritten Digits, with the writers) and
`letters-dev.jsonl`. `--only` runs some of the scripts; the results of the others are those already in the folder, and
what has none is a dash in the table. MNIST's test digits are read: settings are chosen without this script.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import digit_figures
import learn_my_hand
import noise_and_clutter
import number_pictures
import number_signs
import recipe_seeds
import writer_folds
from benchmarking import Figure, Target, markdown
from speed_table import write_blocks

DOCUMENT = Path(__file__).parents[2] / "docs" / "models.md"

#: The lines of the table, by script.
TARGETS: dict[str, Sequence[Target]] = {
    "digit_figures": digit_figures.TARGETS,
    "recipe_seeds": recipe_seeds.TARGETS,
    "writer_folds": writer_folds.TARGETS,
    "noise_and_clutter": noise_and_clutter.TARGETS,
    "number_pictures": tuple(number_pictures.TARGETS),
    "number_signs": number_signs.TARGETS,
    "learn_my_hand": learn_my_hand.TARGETS,
}


def main() -> None:
    """Run all or the named benchmarks, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder for everything that comes out")
    parser.add_argument("--ink", type=Path, required=True, help="folder with ink and letters")
    parser.add_argument("--model", help="name or file of a model (default: the default one)")
    parser.add_argument("--only", nargs="*", choices=list(TARGETS), default=list(TARGETS), help="run these, or none")
    parser.add_argument("--write-docs", action="store_true", help="write the table into docs/models.md")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    for name in TARGETS:
        if name in options.only:
            run(name, arguments_of(options)[name](), options.out)
    text = table_of(options.out)
    (options.out / "README.md").write_text(text + "\n", encoding="utf-8")
    if options.write_docs:
        write_blocks(DOCUMENT, {"reading": text})
    sys.stdout.write(f"\n{text}\n")


def arguments_of(options: argparse.Namespace) -> Mapping[str, Callable[[], list[str]]]:
    """Return what makes the arguments of each script, when it is its turn."""
    folds = options.out / "folds"
    model = ["--model", options.model] if options.model else []

    def hands() -> list[str]:
        models = {fold: folds / f"fold{fold}" / "model.safetensors" for fold in range(1, learn_my_hand.FOLDS + 1)}
        words = [word for fold, path in models.items() if path.exists() for word in ("--fold", f"{fold}={path}")]
        # Each network is asked about writers that it has not seen: `standard` has seen no pen ink.
        return ["--model", "standard", "--methods", "replay", *words]

    return {
        "digit_figures": lambda: [*model, "--test", "--ink", str(options.ink)],
        "recipe_seeds": lambda: [str(options.out / "seeds")],
        "writer_folds": lambda: [str(folds)],
        "noise_and_clutter": lambda: [*model, "--test"],
        "number_pictures": lambda: [str(options.ink / "pendigits-train.jsonl"), *model],
        "number_signs": lambda: [str(options.ink / "pendigits-train.jsonl"), *model],
        "learn_my_hand": hands,
    }


def run(name: str, words: Sequence[str], folder: Path) -> None:
    """Run a script, which writes its results into a folder.

    Raises
    ------
    SystemExit
        If it fails.
    """
    print(f"== {name}", flush=True)
    script = Path(__file__).with_name(f"{name}.py")
    command = [sys.executable, str(script), *words, "--json", str((folder / f"{name}.json").resolve())]
    if subprocess.run(command, check=False).returncode != 0:
        raise SystemExit(f"{name} failed; what it said is above.")


def table_of(folder: Path) -> str:
    """Return the table of all results in a folder: a figure where it was measured, otherwise its target."""
    found: dict[str, Figure] = {}
    machines = set()
    for name in TARGETS:
        path = folder / f"{name}.json"
        if path.exists():
            report = json.loads(path.read_text(encoding="utf-8"))
            machines.add(report["machine"])
            # Lines such as "the same, ..." belong to their script.
            found |= {f"{name}: {figure['work']}": Figure(**figure) for figure in report["figures"]}
    lines = [found.get(f"{name}: {target.work}", target) for name, targets in TARGETS.items() for target in targets]
    measured = f"Taken on: {'; '.join(sorted(machines))}." if machines else "Not measured yet."
    return f"{measured}\n\n{markdown(lines)}"


if __name__ == "__main__":
    main()
