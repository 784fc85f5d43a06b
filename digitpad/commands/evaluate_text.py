"""What `digitpad evaluate` says to people."""

from collections.abc import Sequence

from digitpad.commands.output import percent, say, say_table
from digitpad.evaluation import Comparison, Disturbance, Evaluation, GroupFigures, Interval, RobustnessPoint

_MISTAKES = 5
_GROUPS = 10


def say_evaluation(result: Evaluation) -> None:
    """Print an evaluation: the figures, the classes with their confusion, the worst mistakes, where images are from."""
    right, calibration = int(result.correct.sum()), result.calibration
    say(
        f"{result.model} reads {right:,} of the {result.count:,} images of {result.dataset} correctly: "
        f"{percent(result.accuracy)} (95% interval {_range(result.interval)})"
    )
    say(
        f"Its mean cross-entropy is {result.loss:.4f}; it is {percent(calibration.confidence)} sure on average, with a "
        f"calibration error of {percent(calibration.error)}"
    )
    if result.refused is not None:
        refused = int(result.refused.sum())
        say(f"It refuses {refused:,} of them as no digit: {percent(refused / result.count)}")
    say()
    say("Each row is a true class, each column what it was read as:")
    say()
    rows = [
        [
            figures.label,
            *(str(count) if count else "." for count in counts),
            str(figures.support),
            percent(figures.recall),
            percent(figures.precision),
            percent(figures.f1),
        ]
        for figures, counts in zip(result.per_class, result.confusion.tolist(), strict=True)
    ]
    say_table(["", *result.labels, "images", "recall", "precision", "F1"], rows)
    _say_mistakes(result)
    for kind in ("source", "writer"):
        _say_groups(kind, result.by_origin(kind))


def say_comparison(comparison: Comparison) -> None:
    """Print how a second model does on the same images."""
    first, second = comparison.first, comparison.second
    right = int(second.correct.sum())
    points = 100 * comparison.difference
    low, high = (100 * end for end in comparison.interval)
    say()
    say(
        f"{second.model} reads {right:,} of the same images correctly: {percent(second.accuracy)} "
        f"(95% interval {_range(second.interval)})"
    )
    say(
        f"That is {points:+.2f} points (95% interval {low:+.2f} to {high:+.2f}); "
        f"chance alone would make so large a difference with probability {comparison.p_value:.2g}"
    )
    say()
    say_table(
        ["", f"{second.model} right", f"{second.model} wrong"],
        [
            [f"{first.model} right", f"{comparison.both:,}", f"{len(comparison.only_first):,}"],
            [f"{first.model} wrong", f"{len(comparison.only_second):,}", f"{comparison.neither:,}"],
        ],
    )


def say_robustness(models: Sequence[str], curves: Sequence[Sequence[RobustnessPoint]]) -> None:
    """Print how accuracy falls as the images are changed more and more.

    Parameters
    ----------
    models
        What they are called.
    curves
        The points of each model.
    """
    say()
    say(f"Accuracy on {curves[0][0].count:,} of the images, changed before the network sees them:")
    for disturbance in Disturbance:
        each = [[point for point in points if point.disturbance is disturbance] for points in curves]
        say()
        say(f"{disturbance.value}: {disturbance.meaning}")
        rows = [
            [model, *(percent(point.accuracy) for point in points)] for model, points in zip(models, each, strict=True)
        ]
        say_table(["", *(f"{point.amount:g}" for point in each[0])], rows)


def _say_mistakes(result: Evaluation) -> None:
    mistakes = result.mistakes()
    if not len(mistakes):
        return
    say()
    say(
        f"The worst of {len(mistakes):,} mistakes (images are counted from 0):" if len(mistakes) > 1 else "The mistake:"
    )
    say()
    confidences, losses, read = result.confidences, result.losses, result.predicted
    rows = [
        [
            str(index),
            result.labels[result.targets[index]],
            result.labels[read[index]],
            _sureness(float(confidences[index])),
            f"{losses[index]:.2f}",
        ]
        for index in mistakes[:_MISTAKES].tolist()
    ]
    say_table(["image", "is", "read as", "probability", "loss"], rows)


def _say_groups(kind: str, groups: tuple[GroupFigures, ...]) -> None:
    if not groups:
        return
    say()
    more = f" (the worst {_GROUPS} of {len(groups)})" if len(groups) > _GROUPS else ""
    say(f"By {kind}{more}:")
    say()
    rows = [[group.name, str(group.count), percent(group.accuracy), _range(group.interval)] for group in groups]
    say_table([kind, "images", "correct", "95% interval"], rows[:_GROUPS])


def _sureness(probability: float) -> str:
    """Write a probability, but never as a certainty: a softmax is never quite 1."""
    return "> 99.99%" if probability >= 0.99995 else percent(probability)


def _range(interval: Interval) -> str:
    return f"{percent(interval.low)} to {percent(interval.high)}"
