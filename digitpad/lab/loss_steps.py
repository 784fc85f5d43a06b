"""How each loss is computed, step by step, in the order in which a program computes it."""

import numpy as np
from numpy.typing import NDArray

from digitpad.copying.document import Step
from digitpad.copying.numbers import factor, product, show, total
from digitpad.lab.losses import (
    BINARY,
    BINARY_FOCAL,
    CROSS_ENTROPY,
    FOCAL,
    LABEL_SMOOTHING,
    LIKELIHOOD,
    SQUARED,
    LossSolution,
)
from digitpad.nn import functional
from digitpad.nn.losses.binary import bounded_log
from digitpad.translation import gettext as _

Numbers = NDArray[np.float64]


def loss_steps(solution: LossSolution, name: str, digits: int = 4) -> tuple[Step, ...]:
    """Return the steps from the values to a loss.

    Parameters
    ----------
    solution
        The solution.
    name
        One of its losses.
    digits
        Decimals of the numbers in the formulas.
    """
    makers = {
        CROSS_ENTROPY: _cross_entropy,
        LABEL_SMOOTHING: _cross_entropy,
        LIKELIHOOD: _likelihood,
        FOCAL: _focal,
        BINARY: _binary,
        BINARY_FOCAL: _binary,
        SQUARED: _squared,
    }
    return tuple(makers[name](solution, name, digits))


def gradient_steps(solution: LossSolution, name: str, digits: int = 4) -> tuple[Step, ...]:
    """Return a step for each value of the gradient of a loss, in the order of the rows."""
    result = solution.losses[name]
    problem = solution.problem
    count = problem.values.shape[0] if name in _BY_ROW else problem.values.size
    share = "" if count == 1 else f" / {count}"
    targets = _smoothed(solution, name)
    steps = []
    for sample, index in np.ndindex(result.gradient.shape):
        t = float(targets[sample, index])
        value = float(result.gradient[sample, index])
        where = _where(solution, sample, index)
        if name in {CROSS_ENTROPY, LABEL_SMOOTHING} and solution.softmax is not None:
            p = float(solution.softmax[sample, index])
            formula, filled = "p − t", f"{show(p, digits)} − {factor(t, digits)}"
        elif name == LIKELIHOOD:
            formula, filled = "−t", f"−{factor(t, digits)}"
        elif name == BINARY and result.along == "logits" and solution.sigmoid is not None:
            p, w = float(solution.sigmoid[sample, index]), _yes_factor(solution, index)
            formula, filled = "p − t", f"{show(p, digits)} − {factor(t, digits)}"
            if w != 1:
                formula = "(1 − t)·p − w·t·(1 − p)"
                filled = f"(1 − {factor(t, digits)})·{show(p, digits)}"
                filled += f" − {show(w, digits)}·{factor(t, digits)}·(1 − {show(p, digits)})"
        elif name == BINARY:
            p = float(problem.values[sample, index])
            formula = "(p − t) / (p·(1 − p))"
            filled = f"({show(p, digits)} − {factor(t, digits)}) / ({show(p, digits)}·(1 − {show(p, digits)}))"
        elif name == SQUARED and result.along != "logits":
            x = float(problem.values[sample, index])
            formula, filled = "2·(y − t)", f"2·({show(x, digits)} − {factor(t, digits)})"
        else:
            formula, filled = _GRADIENT_FORMULAS[name], ""
        if share and filled:
            filled = f"({filled}){share}"
        steps.append(Step(where, formula + (" / N" if share else ""), filled, value))
    return tuple(steps)


#: Losses that are a mean over the rows; the others are one over all values.
_BY_ROW = {CROSS_ENTROPY, LABEL_SMOOTHING, LIKELIHOOD, FOCAL}
#: Gradients with more terms than fit into a line; the formula stands alone.
_GRADIENT_FORMULAS = {
    FOCAL: "s − p·Σ s, s = t·α·(1 − p)^γ·(γ·p·ln p / (1 − p) − 1)",
    BINARY_FOCAL: "α·(1 − q)^γ·(γ·q·ln q / (1 − q) − 1)·(dq/dz) / q",
    SQUARED: "Σ 2·(p − t)·dp/dz",
}


def class_rows(solution: LossSolution, name: str, sample: int) -> list[dict[str, float]]:
    """Return the numbers of each class of a sample for a table.

    Returns
    -------
    list
        For each class "logit", "exponential" (exp(z), or exp(z - largest) where exp(z) would be too large to read),
        "probability", "target", "cost" (its part of the loss of this sample) and "gradient".
    """
    result = solution.losses[name]
    logits = solution.logits[sample]
    shift = float(logits.max()) if float(np.abs(logits).max()) > 20 else 0.0
    probabilities = solution.softmax if name in {CROSS_ENTROPY, LABEL_SMOOTHING, FOCAL} else solution.sigmoid
    if name == LIKELIHOOD:
        probabilities = np.exp(solution.logits)
    if probabilities is None:
        probabilities = solution.softmax if solution.softmax is not None else solution.problem.values
    targets = _smoothed(solution, name)
    rows = []
    for index, logit in enumerate(logits):
        p, t = float(probabilities[sample, index]), float(targets[sample, index])
        rows.append(
            {
                "logit": float(logit),
                "exponential": float(np.exp(logit - shift)),
                "probability": p,
                "target": t,
                "cost": _cost(solution, name, sample, index, p, t),
                "gradient": float(result.gradient[sample, index]),
            }
        )
    return rows


def _cost(solution: LossSolution, name: str, sample: int, index: int, p: float, t: float) -> float:
    """Return the part that one class or value has in the loss of its sample."""
    if name == SQUARED:
        return float((_predicted(solution)[sample, index] - t) ** 2)
    if name in {BINARY, BINARY_FOCAL}:
        focal = name == BINARY_FOCAL
        gamma, (no_factor, yes_factor) = 0.0, (1.0, _yes_factor(solution, index))
        if focal:
            gamma, (no_factor, yes_factor) = solution.problem.gamma, _alphas(solution)
        yes, no = _surprises(solution, sample, index)
        return float(t * yes_factor * (1 - p) ** gamma * yes + (1 - t) * no_factor * p**gamma * no)
    if name == LIKELIHOOD:
        return -t * float(solution.logits[sample, index]) if t else 0.0
    log_p = float(_log_softmax(solution)[sample, index])
    if name == FOCAL:
        return float(t * _alpha(solution, index) * (1 - p) ** solution.problem.gamma * -log_p)
    return -t * log_p if t else 0.0


def _surprises(solution: LossSolution, sample: int, index: int) -> tuple[float, float]:
    """Return -ln p and -ln(1 - p) of a yes-or-no question, as `digitpad.nn` computes them."""
    if solution.problem.given == "probabilities":
        p = solution.problem.values[sample, index]
        return float(-bounded_log(np.asarray(p))), float(-bounded_log(np.asarray(1 - p)))
    z = solution.logits[sample, index : index + 1]
    return float(functional.softplus(-z)[0]), float(functional.softplus(z)[0])


def _log_softmax(solution: LossSolution) -> Numbers:
    """Return the logarithms of the softmax."""
    if solution.log_sum_exp is None:
        raise ValueError("_log_softmax: the problem has no softmax")
    return solution.logits - solution.log_sum_exp[:, None]


def _where(solution: LossSolution, sample: int, index: int) -> str:
    if len(solution.logits) == 1:
        return _("class {index}").format(index=index)
    return _("row {sample}, class {index}").format(sample=sample, index=index)


def _smoothed(solution: LossSolution, name: str) -> Numbers:
    """Return the targets of a loss: smoothed ones for label smoothing."""
    rows = solution.problem.rows
    if name != LABEL_SMOOTHING:
        return rows
    epsilon = solution.problem.smoothing
    smoothed: Numbers = rows * (1 - epsilon) + epsilon / rows.shape[1]
    return smoothed


def _prefix(solution: LossSolution, sample: int, name: str) -> str:
    """Return a step's name, with its row if there are several."""
    if len(solution.logits) == 1:
        return name
    return _("row {sample}: {name}").format(sample=sample, name=name)


def _softmax_steps(solution: LossSolution, sample: int, digits: int) -> list[Step]:
    """Return the steps to log-sum-exp."""
    logits = solution.logits[sample]
    if solution.log_sum_exp is None:
        raise ValueError("_softmax_steps: the problem has no softmax")
    largest, result = float(logits.max()), float(solution.log_sum_exp[sample])
    exponentials = [float(value) for value in np.exp(logits - largest)]
    return [
        Step(
            _prefix(solution, sample, _("largest logit")),
            "m = max z",
            _("z of class {index}").format(index=int(logits.argmax())),
            largest,
        ),
        Step(
            _prefix(solution, sample, _("sum of exponentials")),
            "Σ exp(z − m)",
            total(exponentials, digits),
            sum(exponentials),
        ),
        Step(
            _prefix(solution, sample, _("log-sum-exp")),
            "m + ln Σ",
            f"{show(largest, digits)} + ln {show(sum(exponentials), digits)}",
            result,
        ),
    ]


def _given_steps(solution: LossSolution, sample: int, used: list[int], digits: int) -> list[Step]:
    """Return the steps to the logarithms of probabilities that were given."""
    log_p = _log_softmax(solution)
    return [
        Step(
            _prefix(solution, sample, _("ln p of class {index}").format(index=index)),
            "ln p",
            f"ln {show(float(solution.problem.values[sample, index]), digits)}",
            float(log_p[sample, index]),
        )
        for index in used
    ]


def _log_steps(solution: LossSolution, sample: int, used: list[int], digits: int) -> list[Step]:
    """Return the steps from the logits of a sample to the logarithms of the probabilities that its loss needs."""
    if solution.problem.given == "probabilities":
        return _given_steps(solution, sample, used, digits)
    steps = _softmax_steps(solution, sample, digits)
    log_p, lse = _log_softmax(solution), float(steps[-1].value or 0)
    for index in used:
        steps.append(
            Step(
                _prefix(solution, sample, _("ln p of class {index}").format(index=index)),
                "z − log-sum-exp",
                f"{show(float(solution.logits[sample, index]), digits)} − {factor(lse, digits)}",
                float(log_p[sample, index]),
            )
        )
    return steps


def _cross_entropy(solution: LossSolution, name: str, digits: int) -> list[Step]:
    targets, log_p = _smoothed(solution, name), _log_softmax(solution)
    steps: list[Step] = []
    costs = []
    for sample, row in enumerate(targets):
        used = [index for index in range(len(row)) if row[index]]
        steps += _log_steps(solution, sample, used, digits)
        cost = float(-sum(row[index] * log_p[sample, index] for index in used))
        filled = " + ".join(product(float(row[index]), float(log_p[sample, index]), digits) for index in used)
        if len(used) == 1 and row[used[0]] == 1:
            filled = show(float(log_p[sample, used[0]]), digits)
        steps.append(Step(_prefix(solution, sample, _("loss")), "−Σ t·ln p", f"−({filled})", cost))
        costs.append(cost)
    return _with_mean(solution, name, steps, costs, digits)


def _likelihood(solution: LossSolution, name: str, digits: int) -> list[Step]:
    steps, costs = [], []
    for sample, row in enumerate(solution.problem.rows):
        log_p = float(solution.problem.values[sample, int(row.argmax())])
        costs.append(-log_p)
        where = _prefix(solution, sample, _("loss"))
        steps.append(Step(where, "−Σ t·ln p", f"−({show(log_p, digits)})", -log_p))
    return _with_mean(solution, name, steps, costs, digits)


def _focal(solution: LossSolution, name: str, digits: int) -> list[Step]:
    targets, log_p, gamma = solution.problem.rows, _log_softmax(solution), solution.problem.gamma
    steps: list[Step] = []
    costs = []
    for sample, row in enumerate(targets):
        used = [index for index in range(len(row)) if row[index]]
        steps += _log_steps(solution, sample, used, digits)
        cost = 0.0
        for index in used:
            log = float(log_p[sample, index])
            p, alpha, t = float(np.exp(log)), _alpha(solution, index), float(row[index])
            part = t * alpha * (1 - p) ** gamma * -log
            cost += part
            steps.append(
                Step(
                    _prefix(solution, sample, _("part of class {index}").format(index=index)),
                    "t·α·(1 − p)^γ·(−ln p)",
                    f"{show(t, digits)}·{show(alpha, digits)}·(1 − {show(p, digits)})^{show(gamma, digits)}"
                    f"·{show(-log, digits)}",
                    part,
                )
            )
        costs.append(cost)
    return _with_mean(solution, name, steps, costs, digits)


def _binary(solution: LossSolution, name: str, digits: int) -> list[Step]:
    """Return the steps of binary cross-entropy, and of its focal form."""
    if solution.sigmoid is None:
        raise ValueError("_binary: the problem has no probabilities of a yes")
    steps: list[Step] = []
    costs = []
    for sample, index in np.ndindex(solution.sigmoid.shape):
        p, t = float(solution.sigmoid[sample, index]), float(solution.problem.rows[sample, index])
        where = _where(solution, sample, index)
        if solution.problem.given == "logits":
            z = show(float(solution.logits[sample, index]), digits)
            steps.append(Step(f"{where}, p", "1 / (1 + exp(−z))", f"1 / (1 + exp(−({z})))", p))
        formula, filled = _binary_formula(solution, name, p, t, index, digits)
        cost = _cost(solution, name, sample, index, p, t)
        steps.append(Step(where, formula, filled, cost))
        costs.append(cost)
    return _with_mean(solution, name, steps, costs, digits)


def _binary_formula(solution: LossSolution, name: str, p: float, t: float, index: int, digits: int) -> tuple[str, str]:
    """Return the formula of one value's part, with its numbers; of a yes or a no only the half that counts."""
    focal = name == BINARY_FOCAL
    alphas, gamma = _alphas(solution), show(solution.problem.gamma, digits)
    if not focal:
        alphas = 1.0, _yes_factor(solution, index)
    halves = []
    for share, q, alpha in ((t, p, alphas[1]), (1 - t, 1 - p, alphas[0])):
        if not share:
            continue
        shown = show(q, digits)
        text = f"−ln {shown}"
        if focal:
            text = f"{show(alpha, digits)}·(1 − {shown})^{gamma}·({text})"
        elif alpha != 1:
            text = f"{show(alpha, digits)}·({text})"
        if share != 1:
            text = f"{show(share, digits)}·({text})"
        halves.append(text)
    formula = "α·(1 − q)^γ·(−ln q)" if focal else "−ln q" if alphas[1] == 1 else "w·(−ln q)"
    return formula, " + ".join(halves)


def _squared(solution: LossSolution, name: str, digits: int) -> list[Step]:
    predicted, rows = _predicted(solution), solution.problem.rows
    steps: list[Step] = []
    costs = []
    for sample, index in np.ndindex(predicted.shape):
        y, t = float(predicted[sample, index]), float(rows[sample, index])
        cost = (y - t) ** 2
        filled = f"({show(y, digits)} − {factor(t, digits)})^2"
        steps.append(Step(_where(solution, sample, index), "(p − t)^2", filled, cost))
        costs.append(cost)
    return _with_mean(solution, name, steps, costs, digits)


def _with_mean(solution: LossSolution, name: str, steps: list[Step], costs: list[float], digits: int) -> list[Step]:
    """Return the steps with the last one: the mean of several costs, which is the loss."""
    value = solution.losses[name].value
    if len(costs) > 1:
        return [*steps, Step(_("mean"), "Σ / N", f"({total(costs, digits)}) / {len(costs)}", value)]
    return steps


def _predicted(solution: LossSolution) -> Numbers:
    """Return what the squared error compares with the targets."""
    if solution.problem.given != "logits":
        return solution.problem.values
    found = solution.softmax if solution.softmax is not None else solution.sigmoid
    if found is None:
        raise ValueError("_predicted: the problem has no probabilities")
    return found


def _alpha(solution: LossSolution, index: int) -> float:
    """Return the factor of a class in the focal loss."""
    alpha = solution.problem.alpha
    return float(alpha[index]) if isinstance(alpha, tuple) else float(alpha)


def _alphas(solution: LossSolution) -> tuple[float, float]:
    """Return the factors of a no and of a yes."""
    alpha = solution.problem.alpha
    return (float(alpha[0]), float(alpha[-1])) if isinstance(alpha, tuple) else (float(alpha), float(alpha))


def _yes_factor(solution: LossSolution, index: int) -> float:
    """Return the factor of a yes in binary cross-entropy."""
    weight = solution.problem.pos_weight
    return float(weight[index if len(weight) > 1 else 0]) if isinstance(weight, tuple) else float(weight)
