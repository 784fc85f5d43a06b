"""Compare the time from process start to 98% and 99% accuracy on MNIST's test digits with PyTorch.

    python tests/benchmarks/time_to_accuracy.py --json accuracy.json --plot accuracy.svg
    python tests/benchmarks/time_to_accuracy.py --recipe sprint --seeds 30 --json sprint.json --markdown sprint.md

Both train the network of the recipe: the same initial weights, the same batches in the same order, the same learning
rate at every step (`accuracy_runs.py`). With `quick`, the test digits are evaluated twenty times per run, and the
figures are the times at which a level is first reached. With `sprint`, they are evaluated once, at the end: training on
some of the images is for 98%, on all of them for 99%, and the figures are means over all seeds. No recipe was tuned on
the test digits. PyTorch trains with all threads, channels last; for `sprint`, one run of each combination of threads
and memory format shows which is its fastest, and it trains the first ten seeds.

needs PyTorch (extra `benchmark`).
"""

import math
import statistics
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

from accuracy_plot import Curve, draw
from accuracy_runs import Job, Points, Run, measure, prepare
from benchmarking import Figure, Target, arguments, each_thread_count, finish, settle_environment

LEVELS = (0.98, 0.99)
LOOKS = 20
LIBRARIES = ("digitpad", "PyTorch")
#: For `sprint`: the number of images (None for all), the mean accuracy in percent, and the seconds from process start.
SPRINTS = ((35_000, 98.0, 3.0), (None, 99.0, 6.0))


def sprint_targets(limit: int | None, percent: float, seconds: float) -> tuple[Target, Target]:
    """Return the lines of the speed table for a number of images with `sprint`."""
    words = f"`sprint`{words_of(limit)}, mean of the seeds"
    return (
        Target(f"MNIST's test digits read after {words}", percent, at_least=True, unit="%", digits=2),
        Target(f"seconds from process start to the end of {words}", seconds, at_least=False),
    )


def words_of(limit: int | None) -> str:
    """Return the option that decides how many images are used; without a limit, all are for training."""
    return " with `--validation 0`" if limit is None else f" with `--limit {limit}`"


#: The lines of the speed table, by recipe.
TARGETS = {
    "quick": tuple(
        Target(
            f"seconds from process start to {level:.0%} with the `quick` recipe, over PyTorch's", 1.0, at_least=False
        )
        for level in LEVELS
    ),
    "sprint": tuple(target for limit, *bounds in SPRINTS for target in sprint_targets(limit, *bounds)),
}

Rows = list[dict[str, float | int | str]]


def main() -> None:
    """Measure, print a table, write JSON, Markdown and a plot if requested."""
    parser = arguments(__doc__, rounds=5)
    parser.add_argument("--recipe", choices=list(TARGETS), default="quick", help="the recipe (default: %(default)s)")
    parser.add_argument("--seeds", dest="rounds", type=int, help="number of seeds, the same as --rounds")
    parser.add_argument(
        "--pytorch-seeds",
        type=int,
        default=10,
        help="with sprint, seeds that PyTorch trains too (default: %(default)s)",
    )
    parser.add_argument("--limit", type=int, help="use so many images only, for a trial (default: all)")
    parser.add_argument("--plot", type=Path, help="file for the plot of `quick`, SVG")
    parser.add_argument("--markdown", type=Path, help="file for the table of `sprint`")
    options = parser.parse_args()
    settle_environment(pinned=options.pinned)
    with tempfile.TemporaryDirectory() as folder:
        if options.recipe == "sprint":
            job = Job("sprint", 0, options.threads, limit=options.limit)
            seeds = options.rounds, min(options.rounds, options.pytorch_seeds)
            sprint(job, seeds, Path(folder), options.json, options.markdown)
        else:
            job = Job("quick", 0, options.threads, LOOKS, options.limit)
            quick(job, options.rounds, Path(folder), options.json, options.plot)


def quick(job: Job, seeds: int, folder: Path, json: Path | None, plot: Path | None) -> None:
    """Measure when each level is first reached."""
    runs: list[Run] = []
    for seed in range(seeds):
        prepared = folder / f"{seed}.npz"
        prepare(prepared, replace(job, seed=seed))
        for library in in_turn(seed):
            runs.append(measure(library, replace(job, seed=seed), prepared))
            print(describe(runs[-1]), flush=True)
        prepared.unlink()
    summary = summarize(runs)
    print()
    for library, values in summary.items():
        print(f"  {library:10} " + "   ".join(f"{key} {_seconds(value)}" for key, value in values.items()))
    if plot is not None:
        curves = [Curve(run.library, [(seconds, 100 * share) for seconds, share in run.points]) for run in runs]
        plot.write_text(draw(curves), encoding="utf-8")
    figures = [
        target.figure(over(summary["digitpad"][f"{level:.0%}"], summary["PyTorch"][f"{level:.0%}"]))
        for target, level in zip(TARGETS["quick"], LEVELS, strict=True)
    ]
    finish(figures, {"median_seconds": summary, "runs": [asdict(run) for run in runs]}, json)


def sprint(job: Job, seeds: tuple[int, int], folder: Path, json: Path | None, markdown: Path | None) -> None:
    """Measure the accuracy after training on some of the images and on all, and the seconds until then.

    Parameters
    ----------
    job
        What is trained.
    seeds
        Number of seeds of digitpad, and of the first of them that PyTorch trains, too.
    folder, json, markdown
        Folder for the prepared data, and files for the results.
    """
    runs: list[Run] = []
    best = job
    for seed in range(seeds[0]):
        both = seed < seeds[1]
        for limit, _, _ in SPRINTS:
            prepared = folder / f"{seed}.npz"
            here = replace(job, seed=seed, limit=limit if job.limit is None else job.limit)
            if here.limit is None:
                here = replace(here, validation=0)
            if both:
                prepare(prepared, here)
                best = best if runs else fastest_pytorch(here, prepared)
            theirs = replace(here, threads=best.threads, channels_last=best.channels_last)
            for library in in_turn(seed) if both else ("digitpad",):
                last = measure(library, here if library == "digitpad" else theirs, prepared)
                runs.append(replace(last, limit=limit))
                print(
                    f"{library:10} seed {seed}{words_of(limit)}: {last.accuracy:.2%} after {last.seconds:.2f} s, "
                    f"{last.trained:.2f} s of them training",
                    flush=True,
                )
            prepared.unlink(missing_ok=True)
    rows = sprint_rows(runs)
    table = sprint_table(rows)
    print(f"\n{table}\n")
    if markdown is not None:
        markdown.write_text(table + "\n", encoding="utf-8")
    way = {"threads": best.threads, "channels_last": best.channels_last}
    finish(sprint_figures(rows), {"rows": rows, "pytorch": way, "runs": [asdict(run) for run in runs]}, json)


def fastest_pytorch(job: Job, prepared: Path) -> Job:
    """Return the job with the number of threads and the memory format with which PyTorch trains fastest."""
    ways = [
        replace(job, threads=threads, channels_last=last)
        for threads in each_thread_count(job.threads)
        for last in (True, False)
    ]
    return min(ways, key=lambda way: measure("PyTorch", way, prepared).trained)


def in_turn(seed: int) -> tuple[str, ...]:
    """Return the libraries in an order that alternates from seed to seed."""
    return LIBRARIES if seed % 2 == 0 else LIBRARIES[::-1]


def sprint_rows(runs: Sequence[Run]) -> Rows:
    """Return a row for each library and number of images; accuracies are percentages, the worst is of one seed."""
    rows: Rows = []
    for limit, _, _ in SPRINTS:
        for library in LIBRARIES:
            own = [run for run in runs if (run.library, run.limit) == (library, limit)]
            if not own:
                continue
            row: dict[str, float | int | str] = {
                "library": library,
                "command": f"`sprint`{words_of(limit)}",
                "seeds": len(own),
            }
            for name, values, worst in (
                ("accuracy", [100 * run.accuracy for run in own], min),
                ("seconds", [run.seconds for run in own], max),
                ("trained", [run.trained for run in own], max),
            ):
                row |= {f"{name}_mean": statistics.fmean(values), f"{name}_median": statistics.median(values)}
                row[f"{name}_worst"] = worst(values)
            rows.append(row)
    return rows


def sprint_table(rows: Rows) -> str:
    """Return the rows as a table for a README: mean, median and worst seed."""
    heads = ["program", "recipe", "seeds", "MNIST test, %", "seconds from process start", "seconds of training"]
    lines = [f"| {' | '.join(heads)} |", "| --- | --- | --- | --- | --- | --- |"]
    for row in rows:
        cells = [
            ", ".join(f"{row[f'{name}_{kind}']:.2f}" for kind in ("mean", "median", "worst"))
            for name in ("accuracy", "seconds", "trained")
        ]
        lines.append(f"| {row['library']} | {row['command']} | {row['seeds']} | {' | '.join(cells)} |")
    return "\n".join(lines)


def sprint_figures(rows: Rows) -> list[Figure]:
    """Return digitpad's means as lines of the speed table."""
    values = [
        float(row[name]) for row in rows if row["library"] == "digitpad" for name in ("accuracy_mean", "seconds_mean")
    ]
    return [target.figure(value) for target, value in zip(TARGETS["sprint"], values, strict=True)]


def seconds_to(points: Points, level: float) -> float:
    """Return when a run first reached `level`; infinity if never."""
    return next((seconds for seconds, share in points if share >= level), math.inf)


def summarize(runs: Sequence[Run]) -> dict[str, dict[str, float | None]]:
    """Return, for both libraries, the median seconds to each level and to the end, and the median accuracy there."""
    summary: dict[str, dict[str, float | None]] = {}
    for library in ("digitpad", "PyTorch"):
        own = [run.points for run in runs if run.library == library]
        values = {f"{level:.0%}": statistics.median(seconds_to(points, level) for points in own) for level in LEVELS}
        values["end"] = statistics.median(points[-1][0] for points in own)
        values["accuracy at the end"] = statistics.median(points[-1][1] for points in own)
        # JSON has no infinity.
        summary[library] = {key: value if math.isfinite(value) else None for key, value in values.items()}
    return summary


def over(ours: float | None, theirs: float | None) -> float:
    """Return the ratio of two times; None stands for never."""
    if ours is None:
        return 1e9
    return 0.0 if theirs is None else ours / theirs


def describe(run: Run) -> str:
    """Return one line about a run."""
    seconds, share = run.points[-1]
    reached = ", ".join(f"{level:.0%} after {seconds_to(run.points, level):.1f} s" for level in LEVELS)
    return f"{run.library:10} seed {run.seed}: {reached}; {share:.2%} after {seconds:.1f} s"


def _seconds(value: float | None) -> str:
    return "never" if value is None else f"{value:.4g}"


if __name__ == "__main__":
    main()
