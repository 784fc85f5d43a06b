"""Losses of logits or probabilities, computed by `digitpad.nn` in float64, with what is often mixed up about them."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from digitpad import nn
from digitpad.copying.numbers import show
from digitpad.errors import DigitpadError
from digitpad.nn import functional
from digitpad.nn.losses import Loss
from digitpad.translation import gettext as _
from digitpad.translation import gettext_noop

if TYPE_CHECKING:
    from collections.abc import Callable

Numbers = NDArray[np.float64]
Given: TypeAlias = Literal["logits", "probabilities", "log_probabilities", "outputs"]
"""What the values are: logits, probabilities, their logarithms, or quantities with only the squared error."""

CROSS_ENTROPY = "cross_entropy"
LABEL_SMOOTHING = "label_smoothing"
LIKELIHOOD = "negative_log_likelihood"
FOCAL = "focal_loss"
BINARY = "binary_cross_entropy"
BINARY_FOCAL = "binary_focal_loss"
SQUARED = "mean_squared_error"

TITLES = {
    CROSS_ENTROPY: gettext_noop("Cross-entropy"),
    LABEL_SMOOTHING: gettext_noop("Label smoothing"),
    LIKELIHOOD: gettext_noop("Negative log-likelihood"),
    FOCAL: gettext_noop("Focal loss"),
    BINARY: gettext_noop("Binary cross-entropy"),
    BINARY_FOCAL: gettext_noop("Binary focal loss"),
    SQUARED: gettext_noop("Mean squared error"),
}
"""The losses by name, with their titles in English."""

#: The most that the probabilities of a row may miss 1 by: what three decimals round away.
_SUM_TOLERANCE = 2e-3
#: Stands for a probability of 0, whose logarithm is not finite, where the target is 0 too.
_TINY = 1e-300


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class LossProblem:
    """What is to be computed.

    Attributes
    ----------
    values
        float64 (samples, classes).
    targets
        Class indices, int (samples,); or a number for each value, float64 (samples, classes).
    given
        What `values` are.
    alpha
        Factor of the focal losses: one number, or for the binary one two (of a no, of a yes).
    gamma
        Exponent of the focal losses.
    smoothing
        The part of each target that label smoothing distributes over all classes.
    pos_weight
        Factor of the targets that are yes in binary cross-entropy: one number, or one for each value of a row.
    """

    values: Numbers
    targets: Numbers | NDArray[np.int64]
    given: Given = "logits"
    alpha: float | tuple[float, ...] = 1.0
    gamma: float = 2.0
    smoothing: float = 0.1
    pos_weight: float | tuple[float, ...] = 1.0

    @property
    def rows(self) -> Numbers:
        """The targets as a number for each value, float64 (samples, classes)."""
        if self.targets.ndim == 1:
            return functional.one_hot(self.targets, self.values.shape[1], dtype=np.float64)
        return self.targets.astype(np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class LossResult:
    """One loss of a problem.

    Attributes
    ----------
    name
        A key of `TITLES`.
    value
        The loss.
    gradient
        float64 (samples, classes), with respect to the logits; where the problem gives probabilities or outputs that
        the loss takes as they are, with respect to those.
    along
        What the gradient is with respect to.
    """

    name: str
    value: float
    gradient: Numbers
    along: Given


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class LossSolution:
    """All losses that fit a problem.

    Attributes
    ----------
    problem
        The problem.
    logits
        float64 (samples, classes); the logarithms of given probabilities.
    softmax, sigmoid
        The probabilities of the classes, and of a yes for each value; None where they make no sense.
    log_sum_exp
        float64 (samples,); None without softmax.
    losses
        By name.
    notes
        Explanations of what may be mixed up, in the user's language.
    """

    problem: LossProblem
    logits: Numbers
    softmax: Numbers | None
    sigmoid: Numbers | None
    log_sum_exp: Numbers | None
    losses: dict[str, LossResult]
    notes: tuple[str, ...]


def solve(problem: LossProblem) -> LossSolution:
    """Compute every loss that fits a problem.

    Raises
    ------
    DigitpadError
        If no loss fits; the message says why.
    """
    problem = _checked(problem)
    names = fitting(problem)
    logits = problem.values if problem.given != "probabilities" else _log(problem, names)
    losses = {name: _compute(problem, name, logits) for name in names}
    classes, binary = CROSS_ENTROPY in names, BINARY in names
    softmax = functional.softmax(logits) if classes else None
    log_sum_exp = None
    if classes:
        # log p = z - log-sum-exp holds for every class; the largest loses no digits.
        best = logits.argmax(axis=1)[:, None]
        log_p = functional.log_softmax(logits)
        log_sum_exp = np.take_along_axis(logits - log_p, best, axis=1)[:, 0]
    sigmoid = None
    if binary:
        sigmoid = problem.values if problem.given == "probabilities" else functional.sigmoid(logits)
    return LossSolution(
        problem=problem,
        logits=logits,
        softmax=softmax,
        sigmoid=sigmoid,
        log_sum_exp=log_sum_exp,
        losses=losses,
        notes=_notes(problem, losses),
    )


def fitting(problem: LossProblem) -> tuple[str, ...]:
    """Return the names of the losses that fit a problem, in the order of `TITLES`."""
    if problem.given == "outputs":
        return (SQUARED,)
    rows = problem.rows
    if problem.given == "log_probabilities":
        one_hot = bool(np.isin(rows, (0, 1)).all()) and bool((rows.sum(axis=1) == 1).all())
        return (LIKELIHOOD,) if one_hot and rows.shape[1] > 1 else ()
    probable = bool(((rows >= 0) & (rows <= 1)).all())
    one_each = problem.values.shape[1] > 1 and bool((abs(rows.sum(axis=1) - 1) <= _SUM_TOLERANCE).all())
    sums = problem.given == "logits" or bool((abs(problem.values.sum(axis=1) - 1) <= _SUM_TOLERANCE).all())
    names: list[str] = []
    if probable and one_each and sums:
        names += [CROSS_ENTROPY, LABEL_SMOOTHING, FOCAL]
    if probable and problem.targets.ndim == 2:
        names += [BINARY, BINARY_FOCAL]
    if names:
        names.append(SQUARED)
    return tuple(names)


def loss_curve(
    solution: LossSolution, name: str, sample: int, index: int, span: tuple[float, float], count: int = 121
) -> tuple[Numbers, Numbers]:
    """Return a loss as a function of one of the values it was given, while the others stay.

    Parameters
    ----------
    solution
        The solution.
    name
        The loss.
    sample, index
        Which value changes.
    span
        Its smallest and largest value.
    count
        Number of points.

    Returns
    -------
    tuple
        The values and the losses, float64 (count,) each.
    """
    result = solution.losses[name]
    loss = loss_function(solution.problem, name)
    base = solution.logits if result.along == "logits" else solution.problem.values
    places = np.linspace(*span, count)
    costs = np.empty(count)
    for number, place in enumerate(places):
        values = base.copy()
        values[sample, index] = place
        costs[number] = float(loss(values, targets_of(solution.problem, name)).value)
    return places, costs


def loss_function(problem: LossProblem, name: str) -> Loss:
    """Return the loss of a name as `digitpad.nn` computes it, a function of the values and the targets of a problem."""
    from_logits = problem.given != "probabilities"
    makers: dict[str, Callable[[], Loss]] = {
        CROSS_ENTROPY: nn.CrossEntropyLoss,
        LABEL_SMOOTHING: lambda: nn.CrossEntropyLoss(label_smoothing=problem.smoothing),
        LIKELIHOOD: nn.NLLLoss,
        FOCAL: lambda: nn.FocalLoss(problem.alpha, problem.gamma),
        BINARY: lambda: nn.BCEWithLogitsLoss(pos_weight=problem.pos_weight) if from_logits else nn.BCELoss(),
        BINARY_FOCAL: lambda: nn.BinaryFocalLoss(problem.alpha, problem.gamma, from_logits=from_logits),
        SQUARED: lambda: _squared(problem),
    }
    try:
        return makers[name]()
    except (TypeError, ValueError) as error:
        raise DigitpadError(
            _("The settings do not fit the {loss} ({reason}); change them.").format(loss=_(TITLES[name]), reason=error)
        ) from error


def _squared(problem: LossProblem) -> Loss:
    """Return the squared error of the probabilities that belong to a problem's values, or of the values themselves."""
    mse = nn.MSELoss()
    if problem.given != "logits":
        return mse
    # With a single target for each row the probabilities are those of a softmax, else each has its own sigmoid.
    layer = nn.Softmax() if CROSS_ENTROPY in fitting(problem) else nn.Sigmoid()

    def cost(values: Numbers, targets: Numbers) -> nn.LossAndGradient:
        value, gradient = mse(layer.forward(values, training=True), targets)
        return nn.LossAndGradient(value, layer.input_gradient(gradient))

    return cost


def targets_of(problem: LossProblem, name: str) -> Numbers | NDArray[np.int64]:
    """Return the targets in the form that a loss takes."""
    if name == LIKELIHOOD:
        indices: NDArray[np.int64] = problem.rows.argmax(axis=1)
        return indices
    return problem.targets if name in {CROSS_ENTROPY, LABEL_SMOOTHING, FOCAL} else problem.rows


def _compute(problem: LossProblem, name: str, logits: Numbers) -> LossResult:
    along: Given = "logits"
    if problem.given in {"outputs", "log_probabilities"} or (
        problem.given == "probabilities" and name in {BINARY, BINARY_FOCAL, SQUARED}
    ):
        along = problem.given
    values = logits if along == "logits" else problem.values
    try:
        value, gradient = loss_function(problem, name)(values, targets_of(problem, name))
    except (TypeError, ValueError) as error:
        raise DigitpadError(
            _("The settings do not fit the {loss} ({reason}); change them.").format(loss=_(TITLES[name]), reason=error)
        ) from error
    return LossResult(name, float(value), np.asarray(gradient), along)


def _log(problem: LossProblem, names: tuple[str, ...]) -> Numbers:
    """Return the logits whose softmax the given probabilities are: their logarithms."""
    if CROSS_ENTROPY in names and bool(((problem.values == 0) & (problem.rows > 0)).any()):
        raise DigitpadError(
            _("The probability of a target is 0, so its cross-entropy is infinite; write a small number instead of 0.")
        )
    return np.log(np.maximum(problem.values, _TINY))


def _checked(problem: LossProblem) -> LossProblem:
    """Return the problem, with the class of a single logit as a yes or no, after checking that something fits."""
    values, targets = problem.values, problem.targets
    samples, classes = values.shape
    if targets.ndim == 1:
        if len(targets) != samples:
            raise DigitpadError(
                _("There are {have} targets for {need} rows; write one class for each row.").format(
                    have=len(targets), need=samples
                )
            )
        least = 2 if classes == 1 else classes
        wrong = [int(target) for target in targets if not 0 <= target < least]
        if wrong:
            raise DigitpadError(
                _("There is no class {target}; the classes are 0 to {last}.").format(target=wrong[0], last=least - 1)
            )
        if classes == 1:
            targets = targets[:, None].astype(np.float64)
    elif targets.shape != values.shape:
        raise DigitpadError(
            _("There are {have} targets for {need} values; write one for each value, or the class of each row.").format(
                have=targets.size, need=values.size
            )
        )
    if problem.given == "probabilities" and not bool(((values >= 0) & (values <= 1)).all()):
        outside = float(values[(values < 0) | (values > 1)][0])
        raise DigitpadError(
            _("{value} is not a probability, which lies between 0 and 1; give the numbers as logits.").format(
                value=show(outside)
            )
        )
    checked = replace(problem, targets=targets)
    if problem.given == "probabilities" and np.any(np.asarray(problem.pos_weight) != 1):
        raise DigitpadError(_("The factor of yes needs logits; give the numbers as logits, or set it to 1."))
    if not fitting(checked):
        raise DigitpadError(_why_none_fits(checked))
    return checked


def _why_none_fits(problem: LossProblem) -> str:
    """Return why no loss fits a problem."""
    if problem.given == "log_probabilities":
        return _("Log-probabilities need two classes or more, and the class of each row as its target.")
    if problem.given == "probabilities" and problem.targets.ndim == 1:
        total = float(problem.values.sum(axis=1)[0])
        return _(
            "The probabilities of a row add up to {total}, not to 1; correct them, or give them as logits."
        ).format(total=show(total))
    return _("The targets are no classes and lie outside 0 to 1; give the values as outputs for the squared error.")


def _notes(problem: LossProblem, losses: dict[str, LossResult]) -> tuple[str, ...]:
    """Return what may be mixed up in a problem."""
    if LIKELIHOOD in losses:
        return _notes_on_logarithms(problem, losses[LIKELIHOOD].value)
    if problem.given != "logits":
        return ()
    values = problem.values
    if CROSS_ENTROPY in losses:
        found = losses[CROSS_ENTROPY].value
        twice = loss_function(problem, CROSS_ENTROPY)
        if looks_like_probabilities(values):
            meant = replace(problem, given="probabilities")
            try:
                correct = _compute(meant, CROSS_ENTROPY, _log(meant, (CROSS_ENTROPY,))).value
            except DigitpadError:
                correct = float("inf")
            text = _(
                "These logits look like probabilities: they lie between 0 and 1 and add up to 1. Cross-entropy takes "
                "logits and applies softmax itself, so softmax is applied twice here. As probabilities their loss is "
                "{correct} instead of {found}."
            )
            return (text.format(correct=show(correct), found=show(found)),)
        instead = float(twice(functional.softmax(values), problem.targets).value)
        text = _(
            "Cross-entropy takes logits and applies softmax itself. Passing the probabilities instead would give "
            "{instead} and train slowly."
        )
        return (text.format(instead=show(instead)),)
    if BINARY in losses and bool(((values >= 0) & (values <= 1)).all()) and bool(((values > 0) & (values < 1)).any()):
        meant = replace(problem, given="probabilities")
        text = _(
            "All logits lie between 0 and 1, as probabilities do. This loss takes logits and applies the sigmoid "
            "itself. As probabilities their loss is {correct} instead of {found}."
        )
        correct = _compute(meant, BINARY, values).value
        return (text.format(correct=show(correct), found=show(losses[BINARY].value)),)
    return ()


def _notes_on_logarithms(problem: LossProblem, found: float) -> tuple[str, ...]:
    """Return what may be mixed up about log-probabilities, which this loss does not check."""
    values = problem.values
    if looks_like_probabilities(values):
        meant = replace(problem, given="probabilities")
        with np.errstate(divide="ignore"):
            correct = float(-np.log((meant.values * problem.rows).sum(axis=1)).mean())
        text = _(
            "These numbers look like probabilities: they lie between 0 and 1 and add up to 1. This loss takes their "
            "logarithms, and does not check it. With logarithms the loss is {correct} instead of {found}."
        )
        return (text.format(correct=show(correct), found=show(found)),)
    totals = np.exp(np.minimum(values, 700)).sum(axis=1)
    wrong = totals[abs(totals - 1) > _SUM_TOLERANCE]
    if len(wrong) == 0:
        return ()
    text = _(
        "The probabilities of a row add up to {total}, not to 1. This loss does not check it; for logits use "
        "cross-entropy."
    )
    return (text.format(total=show(float(wrong[0]))),)


def looks_like_probabilities(values: Numbers) -> bool:
    """Return whether each row lies between 0 and 1 and adds up to 1."""
    inside = bool(((values >= 0) & (values <= 1)).all())
    return inside and values.shape[1] > 1 and bool((abs(values.sum(axis=1) - 1) <= _SUM_TOLERANCE).all())
