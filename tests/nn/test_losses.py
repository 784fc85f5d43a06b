"""Losses: against PyTorch, against a small step, at extreme numbers, and against what is often done wrong."""

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from digitpad import nn
from digitpad.nn.backend import Array
from digitpad.nn.checks import NotFiniteError
from digitpad.nn.losses import Loss

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "training.json").read_text(encoding="utf-8"))

CLASSES, BATCH = 4, 6


def _rng() -> np.random.Generator:
    return np.random.default_rng(7)


def _logits() -> Array:
    return _rng().standard_normal((BATCH, CLASSES)) * 2


def _probabilities() -> Array:
    return _rng().uniform(0.05, 0.95, (BATCH, CLASSES))


def _indices() -> Array:
    return _rng().integers(0, CLASSES, BATCH)


def _some_indices() -> Array:
    return np.where(np.arange(BATCH) % 3 == 1, -100, _indices())


def _log_probabilities() -> Array:
    return nn.functional.log_softmax(_logits())


def _rows() -> Array:
    return _rng().dirichlet(np.ones(CLASSES), BATCH)


def _yes_or_no() -> Array:
    return _rng().integers(0, 2, (BATCH, CLASSES))


#: Every loss and option once, with an output and targets that it takes; a new loss adds a row.
LOSSES: list[tuple[str, Loss, Callable[[], Array], Callable[[], Array]]] = [
    ("cross-entropy", nn.CrossEntropyLoss(), _logits, _indices),
    ("cross-entropy of rows", nn.CrossEntropyLoss(), _logits, _rows),
    ("cross-entropy, smoothed", nn.CrossEntropyLoss(label_smoothing=0.1), _logits, _indices),
    ("cross-entropy, weighted", nn.CrossEntropyLoss(0.2, weight=[1, 2, 0.5, 3]), _logits, _indices),
    ("cross-entropy of rows, weighted", nn.CrossEntropyLoss(0.2, weight=[1, 2, 0.5, 3]), _logits, _rows),
    ("cross-entropy of some", nn.CrossEntropyLoss(ignore_index=-100), _logits, _some_indices),
    (
        "cross-entropy of some, weighted",
        nn.CrossEntropyLoss(0.2, weight=[1, 2, 0.5, 3], ignore_index=-100),
        _logits,
        _some_indices,
    ),
    ("negative log-likelihood", nn.NLLLoss(), _log_probabilities, _indices),
    ("likelihood, weighted", nn.NLLLoss([1, 2, 0.5, 3], ignore_index=-100), _log_probabilities, _some_indices),
    ("BCE with logits", nn.BCEWithLogitsLoss(), _logits, _yes_or_no),
    ("BCE with logits, weighted", nn.BCEWithLogitsLoss(0.7, pos_weight=[1, 2, 0.5, 3]), _logits, _probabilities),
    ("BCE", nn.BCELoss(), _probabilities, _yes_or_no),
    ("BCE, weighted", nn.BCELoss([1, 2, 0.5, 3]), _probabilities, _rows),
    ("focal", nn.FocalLoss(0.4), _logits, _indices),
    ("focal, per class", nn.FocalLoss([1, 2, 0.5, 3], gamma=0.5), _logits, _indices),
    ("focal of rows", nn.FocalLoss(gamma=1.5), _logits, _rows),
    ("focal without focus", nn.FocalLoss(gamma=0), _logits, _indices),
    ("binary focal", nn.BinaryFocalLoss((0.75, 0.25)), _logits, _yes_or_no),
    ("binary focal, soft", nn.BinaryFocalLoss(0.4, 0.5), _logits, _probabilities),
    ("binary focal of probabilities", nn.BinaryFocalLoss(0.4, from_logits=False), _probabilities, _yes_or_no),
    ("squared error", nn.MSELoss(), _logits, _probabilities),
]

every_loss = pytest.mark.parametrize(
    ("loss", "output", "targets"), [row[1:] for row in LOSSES], ids=[r[0] for r in LOSSES]
)


@every_loss
def test_the_gradient_is_the_slope_along_random_directions(
    loss: Loss, output: Callable[[], Array], targets: Callable[[], Array]
) -> None:
    x, t, rng, step = output(), targets(), _rng(), 1e-5
    grad = loss(x, t).grad
    assert grad.shape == x.shape
    for _ in range(8):
        direction = rng.standard_normal(x.shape)
        measured = (loss(x + step * direction, t).value - loss(x - step * direction, t).value) / (2 * step)
        claimed = (grad * direction).sum()
        assert abs(measured - claimed) <= 1e-6 * max(abs(measured), abs(claimed))


@every_loss
def test_float32_stays_float32_and_agrees_with_float64(
    loss: Loss, output: Callable[[], Array], targets: Callable[[], Array]
) -> None:
    exact, single = loss(output(), targets()), loss(output().astype(np.float32), targets())
    assert single.value.dtype == np.float32
    assert single.grad.dtype == np.float32
    assert float(single.value) == pytest.approx(float(exact.value), rel=1e-5)
    np.testing.assert_allclose(single.grad, exact.grad, rtol=1e-4, atol=1e-6)


@every_loss
def test_it_is_the_mean_over_the_batch(loss: Loss, output: Callable[[], Array], targets: Callable[[], Array]) -> None:
    once, twice = loss(output(), targets()), loss(np.tile(output(), (2, 1)), np.concatenate([targets(), targets()]))
    assert twice.value == pytest.approx(once.value, rel=1e-12)
    np.testing.assert_allclose(twice.grad[:BATCH], once.grad / 2, rtol=1e-9, atol=1e-15)


@every_loss
def test_the_arguments_are_left_as_they_were(
    loss: Loss, output: Callable[[], Array], targets: Callable[[], Array]
) -> None:
    x, t = output(), targets()
    loss(x, t)
    np.testing.assert_array_equal(x, output())
    np.testing.assert_array_equal(t, targets())


@pytest.mark.parametrize("record", GOLDEN["losses"], ids=lambda r: f"{r['loss']}-{'-'.join(r['options'])}")
def test_it_agrees_with_pytorch(record: dict[str, Any]) -> None:
    loss = getattr(nn, record["loss"])(**record["options"])
    given = {"grad_output": np.array(record["grad_output"])} if "grad_output" in record else {}
    value, grad = loss(np.array(record["output"]), np.array(record["targets"]), **given)
    np.testing.assert_allclose(value, record["value"], rtol=1e-12)
    np.testing.assert_allclose(grad, record["grad"], rtol=1e-8, atol=1e-12)


Make = Callable[[str], Callable[..., nn.LossAndGradient]]

#: Each class of loss with options, as a function of its reduction, with an output and targets that it takes.
REDUCED: dict[str, tuple[Make, Callable[[], Array], Callable[[], Array]]] = {
    "cross-entropy": (lambda r: nn.CrossEntropyLoss(0.1, reduction=r), _logits, _indices),
    "cross-entropy of rows": (lambda r: nn.CrossEntropyLoss(weight=[1, 2, 1, 3], reduction=r), _logits, _rows),
    "likelihood": (lambda r: nn.NLLLoss(reduction=r), _log_probabilities, _indices),
    "BCE with logits": (lambda r: nn.BCEWithLogitsLoss(pos_weight=2, reduction=r), _logits, _yes_or_no),
    "BCE": (lambda r: nn.BCELoss([1, 2, 0.5, 3], reduction=r), _probabilities, _yes_or_no),
    "focal": (lambda r: nn.FocalLoss([1, 2, 0.5, 3], reduction=r), _logits, _indices),
    "binary focal": (lambda r: nn.BinaryFocalLoss((0.7, 0.3), reduction=r), _logits, _yes_or_no),
    "squared error": (lambda r: nn.MSELoss(reduction=r), _logits, _probabilities),
}
every_reduced_loss = pytest.mark.parametrize(("make", "output", "targets"), REDUCED.values(), ids=REDUCED)


@every_reduced_loss
def test_the_reductions_agree(make: Make, output: Callable[[], Array], targets: Callable[[], Array]) -> None:
    mean, total, each = (make(reduction)(output(), targets()) for reduction in ("mean", "sum", "none"))
    assert each.value.shape in {(BATCH,), (BATCH, CLASSES)}
    assert total.value == pytest.approx(each.value.sum(), rel=1e-12)
    assert mean.value == pytest.approx(each.value.mean(), rel=1e-12)
    np.testing.assert_allclose(total.grad, each.grad, rtol=1e-12)
    np.testing.assert_allclose(mean.grad, each.grad / each.value.size, rtol=1e-12)


@every_reduced_loss
@pytest.mark.parametrize("by_sample", [True, False], ids=["by sample", "by loss"])
def test_without_a_reduction_the_gradient_is_that_of_the_weighted_sum(
    make: Make, output: Callable[[], Array], targets: Callable[[], Array], by_sample: bool
) -> None:
    loss, x, t, rng, step = make("none"), output(), targets(), _rng(), 1e-5
    weights = rng.standard_normal((BATCH,) if by_sample else loss(x, t).value.shape)
    value, grad = loss(x, t, weights)
    np.testing.assert_array_equal(value, loss(x, t).value)

    def weighted(values: Array) -> float:
        losses = loss(values, t).value
        return float((losses * weights.reshape(weights.shape + (1,) * (losses.ndim - weights.ndim))).sum())

    for _ in range(8):
        direction = rng.standard_normal(x.shape)
        measured = (weighted(x + step * direction) - weighted(x - step * direction)) / (2 * step)
        assert measured == pytest.approx(float((grad * direction).sum()), rel=1e-6)


@every_reduced_loss
def test_weights_for_each_loss_need_losses_that_are_not_reduced(
    make: Make, output: Callable[[], Array], targets: Callable[[], Array]
) -> None:
    with pytest.raises(ValueError, match="grad_output is given with the reduction 'mean'; expected \"none\""):
        make("mean")(output(), targets(), np.ones(BATCH))
    with pytest.raises(ValueError, match=r"grad_output has shape \(5,\); expected"):
        make("none")(output(), targets(), np.ones(5))
    with pytest.raises(TypeError, match="grad_output has dtype int64"):
        make("none")(output(), targets(), np.ones(BATCH, np.int64))
    with pytest.raises(ValueError, match=r"reduction is 'average'; expected one of mean, sum, none"):
        make("average")


def test_likelihood_of_a_log_softmax_is_cross_entropy() -> None:
    log_p = _log_probabilities()
    value, grad = nn.NLLLoss()(log_p, _indices())
    expected = nn.CrossEntropyLoss()(_logits(), _indices())
    assert value == pytest.approx(expected.value, rel=1e-12)
    # Through log p = z - log-sum-exp: each logit changes all log-probabilities of its row.
    np.testing.assert_allclose(grad - np.exp(log_p) * grad.sum(axis=1, keepdims=True), expected.grad, atol=1e-15)


@pytest.mark.parametrize("loss", [nn.NLLLoss(ignore_index=-100), nn.CrossEntropyLoss(0.1, ignore_index=-100)])
def test_a_batch_that_is_ignored_costs_nothing(loss: Loss) -> None:
    value, grad = loss(_log_probabilities(), np.full(BATCH, -100))
    assert value == 0
    assert not grad.any()


def test_ignored_samples_might_as_well_be_missing() -> None:
    kept = _some_indices() != -100
    loss = nn.CrossEntropyLoss(0.1, weight=[1, 2, 0.5, 3], ignore_index=-100)
    value, grad = loss(_logits(), _some_indices())
    alone = loss(_logits()[kept], _indices()[kept])
    assert value == pytest.approx(alone.value, rel=1e-12)
    np.testing.assert_allclose(grad[kept], alone.grad, rtol=1e-12)
    assert not grad[~kept].any()


_TRUE = np.array([[1, 0], [0, 1], [1, 0], [0, 1], [1, 0]])
_GUESSED = np.array([[0.2, 0.8], [0.3, 0.7], [0.4, 0.6], [0.1, 0.9], [0.5, 0.5]])


@pytest.mark.parametrize(
    ("loss", "output", "targets", "cost"),
    [
        (nn.CrossEntropyLoss(), np.log([[20.0, 40, 60, 80]]), np.array([3]), 0.9163),
        (nn.CrossEntropyLoss(), np.log([[10.0, 30, 50, 90]]), np.array([3]), 0.6931),
        (nn.BCELoss(), _GUESSED, _TRUE, 0.736182),
        (nn.BinaryFocalLoss(alpha=0.4, gamma=2, from_logits=False), _GUESSED, _TRUE, 0.125308),
        # The same numbers as logits: a softmax over two classes, and a sigmoid.
        (nn.CrossEntropyLoss(), np.log(_GUESSED), _TRUE, 0.736182),
        (nn.BCEWithLogitsLoss(), np.log(_GUESSED / (1 - _GUESSED)), _TRUE, 0.736182),
        (nn.FocalLoss(alpha=0.4, gamma=2), np.log(_GUESSED), _TRUE, 0.125308),
        (nn.BinaryFocalLoss(alpha=0.4, gamma=2), np.log(_GUESSED / (1 - _GUESSED)), _TRUE, 0.125308),
    ],
)
def test_worked_numbers(loss: Loss, output: Array, targets: Array, cost: float) -> None:
    assert round(float(loss(output, targets).value), 4 if cost in {0.9163, 0.6931} else 6) == cost


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    "loss", [nn.CrossEntropyLoss(), nn.FocalLoss(), nn.FocalLoss(gamma=0.5), nn.FocalLoss(gamma=0)]
)
def test_class_losses_are_exact_at_extreme_logits(loss: Loss, dtype: type) -> None:
    # `log(softmax + 1e-5)` says 11.5 where the cost is 20,000; every warning is an error here.
    logits: Array = np.array([[1e4, -1e4, 0]], dtype)
    wrong, right = loss(logits, np.array([1])), loss(logits, np.array([0]))
    assert float(wrong.value) == 20_000
    np.testing.assert_array_equal(wrong.grad, np.array([[1, -1, 0]], dtype))
    assert float(right.value) == 0
    np.testing.assert_array_equal(right.grad, np.zeros((1, 3)))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("loss", [nn.BCEWithLogitsLoss(), nn.BinaryFocalLoss(), nn.BinaryFocalLoss(gamma=0)])
def test_binary_losses_are_exact_at_extreme_logits(loss: Loss, dtype: type) -> None:
    value, grad = loss(np.array([[1e4, 1e4, -1e4, -1e4]], dtype), np.array([[1, 0, 1, 0]]))
    assert float(value) == 5_000
    np.testing.assert_array_equal(grad, np.array([[0, 0.25, -0.25, 0]], dtype))


def test_a_sure_and_right_answer_still_costs_its_true_little() -> None:
    # A loss by way of the probability has lost this in float32: 1 - 1e-8 is 1 there.
    value, grad = nn.BCEWithLogitsLoss()(np.array([[20.0]], np.float32), np.array([[1.0]]))
    assert float(value) == pytest.approx(math.exp(-20), rel=1e-6)
    assert grad.item() == pytest.approx(-math.exp(-20), rel=1e-6)


def test_probabilities_are_no_logits() -> None:
    # Passing the one for the other runs without a complaint, and costs something else: the trap that names avoid.
    logits, targets = _logits(), _indices()
    probabilities = nn.functional.softmax(logits)
    right, wrong = nn.CrossEntropyLoss()(logits, targets), nn.CrossEntropyLoss()(probabilities, targets)
    assert abs(right.value - wrong.value) > 0.1
    with pytest.raises(ValueError, match=r"BCELoss: probabilities is .*; expected numbers in \[0, 1\]"):
        nn.BCELoss()(logits, _yes_or_no())


def test_the_bias_gradient_is_the_sum_of_a_gradient_that_is_already_averaged() -> None:
    layer = nn.Linear(3, CLASSES, rng=_rng(), dtype=np.float64)
    x = _rng().standard_normal((BATCH, 3))
    value, grad = nn.CrossEntropyLoss()(layer.forward(x, training=True), _indices())
    layer.backward(grad)
    assert layer.bias is not None
    layer.bias.value[0] += 1e-6
    moved = nn.CrossEntropyLoss()(layer.forward(x), _indices()).value
    assert layer.bias.grad[0] == pytest.approx((moved - value) / 1e-6, rel=1e-4)
    assert layer.bias.grad[0] != pytest.approx(grad.mean(axis=0)[0])


def test_focal_loss_without_focus_is_cross_entropy() -> None:
    for focal, plain, output, targets in (
        (nn.FocalLoss(gamma=0), nn.CrossEntropyLoss(), _logits(), _indices()),
        (nn.BinaryFocalLoss(gamma=0), nn.BCEWithLogitsLoss(), _logits(), _yes_or_no()),
    ):
        assert focal(output, targets).value == pytest.approx(plain(output, targets).value, rel=1e-12)


def test_classes_without_weight_cost_nothing() -> None:
    value, grad = nn.CrossEntropyLoss(weight=[0, 1, 1, 1])(_logits()[:2], np.array([0, 0]))
    assert value == 0
    assert not grad.any()


ONES = np.ones((2, 3))


@pytest.mark.parametrize(
    ("loss", "output", "targets", "message"),
    [
        (
            nn.CrossEntropyLoss(),
            ONES,
            np.array([0.0, 1.0]),
            "CrossEntropyLoss: targets have dtype float64; expected whole",
        ),
        (
            nn.CrossEntropyLoss(),
            ONES,
            np.array([0, 3]),
            r"CrossEntropyLoss: targets lie in \[0, 3\]; expected .*\[0, 3\)",
        ),
        (
            nn.CrossEntropyLoss(),
            ONES,
            np.array([-1, 0]),
            r"targets lie in \[-1, 0\]; expected class indices in \[0, 3\)",
        ),
        (
            nn.CrossEntropyLoss(),
            ONES,
            np.array([[0], [1]]),
            r"targets have shape \(2, 1\); expected class indices \(2,\)",
        ),
        (nn.CrossEntropyLoss(), ONES, np.array([0, 1, 2]), r"targets have shape \(3,\); expected class indices \(2,\)"),
        (nn.CrossEntropyLoss(), ONES, ONES, r"the sum of targets over the classes is 3.0 at index \(0,\); expected"),
        (
            nn.CrossEntropyLoss(),
            ONES,
            ONES * [2, -1, 0],
            r"targets is 2.0 at index \(0, 0\); expected numbers in \[0, 1\]",
        ),
        (nn.CrossEntropyLoss(), np.ones(3), np.array([0]), r"logits have shape \(3,\); expected \(N, classes\)"),
        (nn.CrossEntropyLoss(), np.ones((0, 3)), np.ones(0, int), r"logits have shape \(0, 3\); expected a batch of"),
        (nn.CrossEntropyLoss(), np.ones((2, 3), int), np.array([0, 1]), "logits have dtype int64; expected floating"),
        (
            nn.CrossEntropyLoss(),
            ONES * [1, np.nan, 1],
            np.array([0, 1]),
            r"logits is nan at index \(0, 1\); expected finite",
        ),
        (nn.CrossEntropyLoss(), ONES * [1, np.inf, 1], np.array([0, 1]), "logits is inf at"),
        (
            nn.CrossEntropyLoss(weight=[1, 2]),
            ONES,
            np.array([0, 1]),
            r"weight has shape \(2,\); expected a number for each",
        ),
        (nn.CrossEntropyLoss(), ONES, [0, 1], "computes on NumPy or CuPy arrays, not on builtins.list"),
        (nn.CrossEntropyLoss(ignore_index=-100), ONES, ONES / 3, "targets are probabilities; expected class indices"),
        (nn.CrossEntropyLoss(ignore_index=-1), ONES, np.array([-1, 3]), r"targets lie in \[0, 3\]; expected"),
        (nn.CrossEntropyLoss(ignore_index=-1), ONES, np.array([-1.0, 0]), "targets have dtype float64"),
        (nn.NLLLoss(), ONES, np.array([-100, 0]), r"NLLLoss: targets lie in \[-100, 0\]; expected"),
        (nn.NLLLoss(), ONES, ONES / 3, r"NLLLoss: targets have shape \(2, 3\); expected class indices \(2,\)$"),
        (nn.NLLLoss([1, 2]), ONES, np.array([0, 1]), r"NLLLoss: weight has shape \(2,\)"),
        (nn.NLLLoss(), ONES * -np.inf, np.array([0, 1]), "NLLLoss: log_p is -inf at"),
        (nn.FocalLoss(), ONES, np.array([0.0, 1.0]), "FocalLoss: targets have dtype float64"),
        (nn.FocalLoss([1, 2]), ONES, np.array([0, 1]), r"FocalLoss: alpha has shape \(2,\)"),
        (nn.BCEWithLogitsLoss(), ONES, np.ones(3), r"BCEWithLogitsLoss: targets have shape \(3,\); expected \(2, 3\)"),
        (nn.BCEWithLogitsLoss(), ONES, ONES * 2, "BCEWithLogitsLoss: targets is 2.0 at"),
        (nn.BCEWithLogitsLoss(), ONES * np.nan, ONES, "BCEWithLogitsLoss: logits is nan at"),
        (
            nn.BCEWithLogitsLoss(pos_weight=[1, 2]),
            ONES,
            ONES,
            r"pos_weight has shape \(2,\); expected one that repeats over a sample",
        ),
        (nn.BCEWithLogitsLoss(weight=ONES), ONES, ONES, r"weight has shape \(2, 3\); expected one that repeats"),
        (nn.BCELoss(), ONES * 1.5, ONES, "BCELoss: probabilities is 1.5 at"),
        (nn.BCELoss(), ONES, np.ones((2, 1)), r"BCELoss: targets have shape \(2, 1\)"),
        (nn.BinaryFocalLoss(from_logits=False), -ONES, ONES, "BinaryFocalLoss: probabilities is -1.0 at"),
        (nn.MSELoss(), ONES, np.ones((2, 1)), r"MSELoss: targets have shape \(2, 1\); expected \(2, 3\)"),
        (nn.MSELoss(), ONES, ONES * np.nan, "MSELoss: targets is nan at"),
        (nn.MSELoss(), ONES, np.array([["a"] * 3] * 2), "MSELoss: targets have dtype <U1; expected numbers"),
    ],
)
def test_bad_input_is_refused_by_name(loss: Loss, output: Array, targets: Array, message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        loss(output, targets)


def test_not_finite_logits_can_be_told_from_other_mistakes() -> None:
    with pytest.raises(NotFiniteError):
        nn.CrossEntropyLoss()(ONES * np.nan, np.array([0, 1]))


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: nn.CrossEntropyLoss(label_smoothing=1.5), "CrossEntropyLoss: label_smoothing is 1.5"),
        (
            lambda: nn.CrossEntropyLoss(weight=[1, -1]),
            r"CrossEntropyLoss: weight is \[1, -1\]; expected finite numbers",
        ),
        (lambda: nn.CrossEntropyLoss(weight=[]), "CrossEntropyLoss: weight is empty"),
        (lambda: nn.CrossEntropyLoss(weight=np.array(["a"])), "CrossEntropyLoss: weight is"),
        (lambda: nn.NLLLoss(ignore_index=True), "NLLLoss: ignore_index is True; expected a whole number or None"),
        (lambda: nn.FocalLoss(gamma=-1), "FocalLoss: gamma is -1"),
        (lambda: nn.BinaryFocalLoss([1, 2, 3]), "BinaryFocalLoss: alpha is"),
        (lambda: nn.BCEWithLogitsLoss(pos_weight=math.inf), "BCEWithLogitsLoss: pos_weight is inf"),
    ],
)
def test_bad_arguments_are_refused_by_name(build: Callable[[], object], message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        build()
