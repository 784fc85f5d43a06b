"""The text output of `digitpad evaluate`."""

from collections.abc import Sequence

from digitpad.commands.output import percent, say, say_table
from digitpad.evaluation import Comparison, Disturbance, Evaluation, GroupFigures, Interval, RobustnessPoint
from digitpad.translation import gettext as _

_MISTAKES = 5
_GROUPS = 10
_COLUMN = 12  # letters: the head of a column
_MOST_COLUMNS = 62  # digits, capital and small letters
_WORST = 20


def say_evaluation(result: Evaluation) -> None:
    """Print an evaluation: figures, confusion matrix, worst mistakes, and the accuracy of each source and writer."""
    right, calibration = int(result.correct.sum()), result.calibration
    say(
        _(
            "{model} reads {right:,} of {count:,} images of {dataset} correctly: {accuracy} (95% interval {interval})"
        ).format(
            model=result.model,
            right=right,
            count=result.count,
            dataset=result.dataset,
            accuracy=percent(result.accuracy),
            interval=_range(result.interval),
        )
    )
    say(
        _("Mean cross-entropy: {loss:.4f}; mean confidence: {confidence}; expected calibration error: {error}").format(
            loss=result.loss, confidence=percent(calibration.confidence), error=percent(calibration.error)
        )
    )
    if result.refused is not None:
        refused = int(result.refused.sum())
        say(
            _('Read as "not a digit": {refused:,} of {count:,} ({share})').format(
                refused=refused, count=result.count, share=percent(refused / result.count)
            )
        )
    say()
    if len(result.labels) > _MOST_COLUMNS:
        _say_classes(result)
    else:
        _say_confusion(result)
    _say_mistakes(result)
    _say_groups(_("By source:"), _("source"), result.by_origin("source"))
    _say_groups(_("By writer:"), _("writer"), result.by_origin("writer"))


def _say_confusion(result: Evaluation) -> None:
    say(_("Confusion matrix; rows are true classes, columns are predicted classes:"))
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
    columns = [_shortened(label) for label in result.labels]
    say_table(["", *columns, _("images"), _("recall"), _("precision"), "F1"], rows)


def _shortened(label: str) -> str:
    """Return a name for the head of a column; the rows have the full names, in the same order."""
    return label if len(label) <= _COLUMN else f"{label[: _COLUMN - 1]}…"


def _say_classes(result: Evaluation) -> None:
    """Print the classes with the lowest accuracy; a matrix of all classes would be too wide."""
    present = [figures for figures in result.per_class if figures.recall is not None]
    worst = sorted(present, key=lambda figures: (figures.recall, -figures.support))[:_WORST]
    say(
        _("The {shown} of {count:,} classes with the lowest recall; --json has the confusion matrix of all:").format(
            shown=len(worst), count=len(result.labels)
        )
    )
    say()
    rows = [
        [each.label, str(each.support), percent(each.recall), percent(each.precision), percent(each.f1)]
        for each in worst
    ]
    say_table(["", _("images"), _("recall"), _("precision"), "F1"], rows)


def say_comparison(comparison: Comparison) -> None:
    """Print the results of a second model on the same images."""
    first, second = comparison.first, comparison.second
    low, high = (100 * end for end in comparison.interval)
    say()
    say(
        _("{model} reads {right:,} of the same images correctly: {accuracy} (95% interval {interval})").format(
            model=second.model,
            right=int(second.correct.sum()),
            accuracy=percent(second.accuracy),
            interval=_range(second.interval),
        )
    )
    say(
        _("Difference: {points:+.2f} points (95% interval {low:+.2f} to {high:+.2f}), p-value {p:.2g}").format(
            points=100 * comparison.difference, low=low, high=high, p=comparison.p_value
        )
    )
    say()
    say_table(
        ["", *(text.format(model=second.model) for text in (_("{model} right"), _("{model} wrong")))],
        [
            [_("{model} right").format(model=first.model), f"{comparison.both:,}", f"{len(comparison.only_first):,}"],
            [
                _("{model} wrong").format(model=first.model),
                f"{len(comparison.only_second):,}",
                f"{comparison.neither:,}",
            ],
        ],
    )


def say_robustness(models: Sequence[str], curves: Sequence[Sequence[RobustnessPoint]]) -> None:
    """Print the accuracy for increasing levels of disturbance.

    Parameters
    ----------
    models
        The names of the models.
    curves
        The points of each model.
    """
    say()
    say(_("Robustness: accuracy on {count:,} disturbed images").format(count=curves[0][0].count))
    for disturbance in Disturbance:
        each = [[point for point in points if point.disturbance is disturbance] for points in curves]
        say()
        say(_("{disturbance}: {meaning}").format(disturbance=disturbance.title, meaning=disturbance.meaning))
        rows = [
            [model, *(percent(point.accuracy) for point in points)] for model, points in zip(models, each, strict=True)
        ]
        say_table(["", *(f"{point.amount:g}" for point in each[0])], rows)


def _say_mistakes(result: Evaluation) -> None:
    mistakes = result.mistakes()
    if not len(mistakes):
        return
    say()
    if len(mistakes) == 1:
        say(_("The only mistake (indices start at 0):"))
    else:
        say(_("The worst of {count:,} mistakes (indices start at 0):").format(count=len(mistakes)))
    say()
    confidences, losses, read = result.confidences, result.losses, result.predicted
    rows = [
        [
            str(index),
            result.labels[result.targets[index]],
            result.labels[read[index]],
            _confidence(float(confidences[index])),
            f"{losses[index]:.2f}",
        ]
        for index in mistakes[:_MISTAKES].tolist()
    ]
    say_table([_("image"), _("true class"), _("predicted"), _("probability"), _("loss")], rows)


def _say_groups(title: str, kind: str, groups: tuple[GroupFigures, ...]) -> None:
    if not groups:
        return
    say()
    say(title)
    if len(groups) > _GROUPS:
        say(_("The {shown} with the lowest accuracy of {count}").format(shown=_GROUPS, count=len(groups)))
    say()
    rows = [[group.name, str(group.count), percent(group.accuracy), _range(group.interval)] for group in groups]
    say_table([kind, _("images"), _("accuracy"), _("95% interval")], rows[:_GROUPS])


def _confidence(probability: float) -> str:
    """Format a probability, but never as 100%: a softmax never reaches 1, although float32 may round it to 1."""
    return "> 99.99%" if probability >= 0.99995 else percent(probability)


def _range(interval: Interval) -> str:
    return _("{low} to {high}").format(low=percent(interval.low), high=percent(interval.high))
