"""Measure how well models learn a hand, and what they forget: replay, elastic weight consolidation, and neither.

    python tests/benchmarks/learn_my_hand.py [--model M ...] [--fold K=MODEL ...] [--writers W ...] [--methods ...]

The writers are those of the pen ink whose digits a model reads worse than --below. --fold K=MODEL names a model that
was trained without the ink of every fifth writer (`models/recipes/train_digitpad.py --fold K`): it is asked about these
writers only. A model of --model is asked about all of them; `standard` and `light` have seen no pen ink.

The digits of a writer are divided into two halves, in the order of the file. In one half, the misread digits are
corrected, at most --corrections of them, and right ones are confirmed until there are as many drawings; the other half
is read before and after. Then the halves change places. Neither the replay nor the ink of "other writers" includes the
writers of the same fold, and MNIST's test digits are read after every adaptation.

The time of an adaptation is given twice: what the clock says, and the processor time of this process, which other
programs hardly change. With --threads 1, no other process helps it, so the processor time is all that it takes.
"""

import argparse
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from benchmarking import Figure, Target
from benchmarking import finish as report

from digitpad.adaptation.following import finish
from digitpad.adaptation.judging import read_own
from digitpad.adaptation.learning import AdaptationSettings, Protection, adapting
from digitpad.adaptation.replay import Replay, prepare_replay
from digitpad.adaptation.samples import OwnSample, sample_of
from digitpad.data.dataset import Dataset
from digitpad.data.ink import Drawing
from digitpad.data.pen import pen_drawings
from digitpad.models.model_file import Model, load_model
from digitpad.reading.recognizer import Recognizer

FOLDS = 5

FEWER = Target("errors in a hand after learning from ten corrections, fewer by", 70, at_least=True, unit="%", digits=1)
FORGOTTEN = Target("the same, points lost on MNIST", 0.05, at_least=False, digits=3)
OTHERS = Target("the same, points lost on other writers", 0.05, at_least=False, digits=2)
SECONDS = Target("the same, longest time", 5, at_least=False, unit="s", digits=1)
TARGETS = (FEWER, FORGOTTEN, OTHERS, SECONDS)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one adaptation has changed.

    Attributes
    ----------
    model, method, writer, half
        What was adapted, how, and to which half of which writer's digits.
    drawings, corrected
        Number of drawings that were learned from, and of those that were misread before.
    count, wrong_before, wrong_after
        The digits of the other half.
    mnist_before, mnist_after, others_before, others_after
        Shares of right answers.
    seconds, processor_seconds
        Time of the adaptation, and the processor time of this process meanwhile.
    """

    model: str
    method: str
    writer: int
    half: int
    drawings: int
    corrected: int
    count: int
    wrong_before: int
    wrong_after: int
    mnist_before: float
    mnist_after: float
    others_before: float
    others_after: float
    seconds: float
    processor_seconds: float


def main() -> None:
    """Adapt every model to every writer who needs it, and print the sums."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", action="append", default=[], help="asked about all writers; may be given repeatedly")
    parser.add_argument(
        "--fold", action="append", default=[], metavar="K=MODEL", help="asked about the writers of fold K"
    )
    parser.add_argument("--writers", type=int, nargs="+", help="only these writers")
    parser.add_argument("--below", type=float, default=98.0, help="percentage below which a writer is taken")
    parser.add_argument("--methods", nargs="+", choices=list(Protection), default=list(Protection))
    parser.add_argument("--corrections", type=int, default=10)
    parser.add_argument("--steps", type=int, default=AdaptationSettings().steps)
    parser.add_argument("--rate", type=float, default=AdaptationSettings().learning_rate)
    parser.add_argument("--own", type=int, default=AdaptationSettings().own, help="own drawings in a step")
    parser.add_argument("--replayed", type=int, default=AdaptationSettings().replayed, help="replayed images in a step")
    parser.add_argument("--share", type=float, default=AdaptationSettings().share, help="of the way to what is trained")
    parser.add_argument("--strength", type=float, default=AdaptationSettings().strength)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", type=Path, help="write all outcomes to a file")
    options = parser.parse_args()
    settings = AdaptationSettings(
        steps=options.steps,
        learning_rate=options.rate,
        own=options.own,
        replayed=options.replayed,
        share=options.share,
        strength=options.strength,
        threads=options.threads,
        seed=options.seed,
    )
    ink = writers_of(pen_drawings())
    asked = [(name, sorted(ink)) for name in options.model or ([] if options.fold else ["digitpad"])]
    for text in options.fold:
        fold, _equals, name = text.partition("=")
        asked.append((name, [writer for writer in sorted(ink) if fold_of(writer) == int(fold)]))
    outcomes: list[Outcome] = []
    for name, writers in asked:
        model = load_model(name)
        wanted = [writer for writer in writers if options.writers is None or writer in options.writers]
        below = [writer for writer in wanted if accuracy(Recognizer(model), ink[writer]) < options.below / 100]
        print(f"{name}: of {len(wanted)} writers, below {options.below:g} %: {below or 'none'}", flush=True)
        for fold in range(1, FOLDS + 1):
            together = [writer for writer in below if fold_of(writer) == fold]
            if together:
                replay = prepare_replay(options.seed, without_writers=[one for one in ink if fold_of(one) == fold])
                outcomes += measure(model, together, ink, replay, options.methods, settings, options.corrections)
    if outcomes:
        print(table(outcomes))
    # The window learns with replay, unless a switch is set.
    report(
        figures_of([one for one in outcomes if one.method == Protection.REPLAY]),
        {"outcomes": [asdict(one) for one in outcomes]},
        options.json,
    )


def figures_of(outcomes: Sequence[Outcome]) -> list[Figure]:
    """Return the figures of one method over all models; none if there was nothing to learn."""
    before = sum(one.wrong_before for one in outcomes)
    if not before:
        return []
    values = {
        FEWER: 100 * (1 - sum(one.wrong_after for one in outcomes) / before),
        FORGOTTEN: 100 * float(np.mean([one.mnist_before - one.mnist_after for one in outcomes])),
        OTHERS: 100 * float(np.mean([one.others_before - one.others_after for one in outcomes])),
        SECONDS: max(one.seconds for one in outcomes),
    }
    return [target.figure(value) for target, value in values.items()]


def writers_of(drawings: Iterable[Drawing]) -> dict[int, list[OwnSample]]:
    """Return the drawings of each writer, in the order of the file."""
    found: dict[int, list[OwnSample]] = {}
    for drawing in drawings:
        found.setdefault(int(str(drawing.extra["writer"])), []).append(sample_of(str(drawing.label), drawing))
    return found


def fold_of(writer: int) -> int:
    """Return the fold, from 1, that leaves out a writer; as in `models/recipes/digit_mix.py`."""
    return writer % FOLDS or FOLDS


def measure(
    model: Model,
    writers: Sequence[int],
    ink: dict[int, list[OwnSample]],
    replay: Replay,
    methods: Sequence[str],
    settings: AdaptationSettings,
    corrections: int,
) -> list[Outcome]:
    """Adapt a model to both halves of each writer's digits with each method."""
    before = Recognizer(model)
    mnist = right(before, replay.mnist)
    outcomes = []
    for writer in writers:
        halves = ink[writer][: len(ink[writer]) // 2], ink[writer][len(ink[writer]) // 2 :]
        others = replay.writers
        others_before = right(before, others)
        for half, (mine, later) in enumerate((halves, halves[::-1])):
            chosen, corrected = corrected_drawings(before, mine, corrections)
            for method in methods:
                plan = replace(settings, protection=Protection(method))
                begun, processor_begun = time.perf_counter(), time.process_time()
                after = Recognizer(finish(adapting(model, chosen, replay, plan)).model)
                seconds, processor_seconds = time.perf_counter() - begun, time.process_time() - processor_begun
                outcome = Outcome(
                    model.name,
                    method,
                    writer,
                    half,
                    len(chosen),
                    corrected,
                    len(later),
                    wrong(before, later),
                    wrong(after, later),
                    mnist,
                    right(after, replay.mnist),
                    others_before,
                    right(after, others),
                    seconds,
                    processor_seconds,
                )
                print(
                    f"    writer {writer}, half {half}, {method}: {outcome.wrong_before} -> {outcome.wrong_after} of "
                    f"{outcome.count} wrong, MNIST {outcome.mnist_after - mnist:+.2%}, others "
                    f"{outcome.others_after - others_before:+.2%}, {corrected} corrected, {seconds:.1f} s, "
                    f"{processor_seconds:.1f} s of processor time",
                    flush=True,
                )
                outcomes.append(outcome)
    return outcomes


def corrected_drawings(recognizer: Recognizer, samples: Sequence[OwnSample], most: int) -> tuple[list[OwnSample], int]:
    """Return misread drawings, filled up with right ones of as many digits as possible, and the number of misread."""
    readings = read_own(recognizer, samples)
    misread = [one for one, answer in zip(samples, readings, strict=True) if answer != one.label][:most]
    right_ones = [one for one, answer in zip(samples, readings, strict=True) if answer == one.label]
    chosen = list(misread)
    while len(chosen) < most and right_ones:
        counts = {one.label: sum(other.label == one.label for other in chosen) for one in right_ones}
        nearest = min(right_ones, key=lambda one: counts[one.label])
        right_ones = [one for one in right_ones if one is not nearest]
        chosen.append(nearest)
    return chosen, len(misread)


def accuracy(recognizer: Recognizer, samples: Sequence[OwnSample]) -> float:
    """Return the share of drawings that are read correctly, as the window reads them."""
    return 1 - wrong(recognizer, samples) / len(samples)


def wrong(recognizer: Recognizer, samples: Sequence[OwnSample]) -> int:
    """Return the number of drawings that are misread."""
    readings = read_own(recognizer, samples)
    return sum(answer != one.label for one, answer in zip(samples, readings, strict=True))


def right(recognizer: Recognizer, dataset: Dataset) -> float:
    """Return the share of images whose best class is right, whether or not they are refused."""
    best = recognizer.recognize_batch(dataset.pixels).argmax(axis=1)
    truth = [recognizer.labels.index(name) for name in dataset.classes]
    return float((best == np.array(truth)[dataset.labels]).mean())


def table(outcomes: Sequence[Outcome]) -> str:
    """Return the sums for each model and method, as a table in Markdown."""
    lines = [
        "| model | method | writers | digits wrong before | after | fewer | MNIST | other writers | s | processor s |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for model, method in dict.fromkeys((one.model, one.method) for one in outcomes):
        mine = [one for one in outcomes if (one.model, one.method) == (model, method)]
        count, first, last = (
            sum(getattr(one, key) for one in mine) for key in ("count", "wrong_before", "wrong_after")
        )
        lost = [one.mnist_after - one.mnist_before for one in mine]
        gained = [one.others_after - one.others_before for one in mine]
        cells = [
            model,
            method,
            str(len({one.writer for one in mine})),
            f"{first} of {count:,} ({first / count:.2%})",
            f"{last} ({last / count:.2%})",
            f"{1 - last / first:.0%}" if first else "-",
            f"{100 * np.mean(lost):+.2f} points ({100 * min(lost):+.2f} to {100 * max(lost):+.2f})",
            f"{100 * np.mean(gained):+.2f} points",
            f"{np.mean([one.seconds for one in mine]):.1f}",
            f"{np.mean([one.processor_seconds for one in mine]):.1f}",
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
