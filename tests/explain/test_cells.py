"""The arithmetic shown for a cell adds up to the cell, for every layer; its parts are the network's own numbers."""

import math
from collections.abc import Callable

import numpy as np
import pytest

from digitpad.explain.arithmetic import (
    Arithmetic,
    Copy,
    Gating,
    MapTerm,
    Normalization,
    Pointwise,
    Pooling,
    SoftmaxShare,
    Sum,
    UnitTerm,
    WeightedSum,
)
from digitpad.explain.cells import explain_cell, explain_probability
from digitpad.explain.dependencies import Cell, as_maps, receptive_field
from digitpad.explain.digits import add_up
from digitpad.explain.formulas import pointwise_formula
from digitpad.explain.frame import Frame, Inspector
from digitpad.explain.operands import value_of
from digitpad.explain.weighted import kernels_of
from digitpad.models.model_file import load_model
from digitpad.nn import ARCHITECTURES, SELU, BatchNorm2D, Conv2D, Hardsigmoid, Hardswish
from digitpad.nn.layers.activations import Activation
from tests.explain.networks import PRESETS, SMALL, network_of

PLANS = {**SMALL, **{name: ARCHITECTURES[name] for name in PRESETS}}
CELLS = 5


def frame_of(name: str, seed: int = 1) -> Frame:
    plan = PLANS[name]
    pixels = np.random.default_rng(seed).uniform(0, 1, plan.input_shape).astype(np.float32)
    return Inspector(network_of(plan), plan.input_shape).inspect(pixels)


@pytest.fixture(scope="module")
def standard() -> Frame:
    pixels = np.zeros((28, 28), np.float32)
    pixels[5:23, 12:16] = np.random.default_rng(0).uniform(0.5, 1, (18, 4))
    return Inspector.of(load_model("standard")).inspect(pixels)


def reached_size(arithmetic: Arithmetic) -> float:
    """Return how large the numbers were on the way to a result: what float32's rounding is measured by."""
    match arithmetic:
        case WeightedSum():
            size = sum(abs(term.value) for term in arithmetic.terms) + abs(arithmetic.bias or 0)
        case Pooling():
            size = float(np.abs(arithmetic.numbers).max())
        case Normalization():
            size = abs(arithmetic.weight) * (abs(arithmetic.operand) + abs(arithmetic.mean)) + abs(arithmetic.bias)
            size /= (arithmetic.variance + arithmetic.eps) ** 0.5
        case Pointwise():
            size = abs(arithmetic.operand)
        case Sum():
            size = sum(abs(part.value) for part in arithmetic.parts)
        case _:
            size = abs(arithmetic.value)
    return size + 1e-3


@pytest.mark.parametrize("name", PLANS)
def test_what_is_shown_adds_up_to_the_cell(name: str) -> None:
    frame = frame_of(name)
    rng = np.random.default_rng(2)
    for node in frame.structure:
        shape = as_maps(node.shape)
        for _ in range(CELLS):
            cell = Cell(node.name, *(int(rng.integers(size)) for size in shape))
            shown = explain_cell(frame, cell, terms=10**6)
            assert shown.value == value_of(frame, cell)
            assert abs(sum(line.value for line in shown.summands()) - shown.value) < 1e-6
            # The rounding is what float32 may lose, and no more: nothing is hidden in it.
            assert abs(shown.rounding) <= 2e-5 * reached_size(shown), (cell, shown)


def test_few_terms_and_the_rest_add_up_too(standard: Frame) -> None:
    for cell in (Cell("conv2", 21, 8, 9), Cell("fc1", 5), Cell("fc2", 3), Cell("conv1", 0, 0, 0)):
        few, all_of_them = (explain_cell(standard, cell, terms=count) for count in (3, 10**6))
        assert isinstance(few, WeightedSum)
        assert isinstance(all_of_them, WeightedSum)
        assert len(few.terms) == min(3, len(all_of_them.terms))
        assert few.others == len(all_of_them.terms) - len(few.terms)
        assert all_of_them.others == 0
        assert few.computed == pytest.approx(all_of_them.computed, abs=1e-12)
        assert abs(few.rounding) < 1e-5
        sizes = [abs(term.value) for term in all_of_them.terms]
        assert sizes == sorted(sizes, reverse=True)
        assert abs(sum(line.value for line in few.summands()) - few.value) < 1e-6
    names = [line.name for line in explain_cell(standard, Cell("conv2", 21, 8, 9), terms=3).summands()]
    assert names[3:5] == ["29 other maps", "bias"]


def test_a_patch_is_what_the_network_had_there_and_lies_in_the_field(standard: Frame) -> None:
    cell = Cell("conv2", 3, 0, 13)
    shown = explain_cell(standard, cell, terms=100)
    assert isinstance(shown, WeightedSum)
    region = receptive_field(standard.structure, cell)["pool1"]
    layer = standard.structure["conv2"].layer
    assert isinstance(layer, Conv2D)
    for term in shown.terms:
        assert isinstance(term, MapTerm)
        assert term.source.layer == "pool1"
        assert (term.top, term.left, term.bottom, term.right) == (region.top, region.left, region.bottom, region.right)
        maps = standard["pool1"][term.source.channel]
        np.testing.assert_array_equal(term.patch[1:, :2], maps[0:2, 12:14])
        assert not term.patch[0].any()
        np.testing.assert_array_equal(term.inside, [[False] * 3, [True, True, False], [True, True, False]])
        np.testing.assert_array_equal(term.kernel, layer.weight.value[3, term.source.channel])
        np.testing.assert_array_equal(term.products, term.patch.astype(np.float64) * term.kernel)
        assert term.value == pytest.approx(term.products.sum(), abs=1e-12)


def test_units_name_the_maps_behind_flattening_and_dropout(standard: Frame) -> None:
    shown = explain_cell(standard, Cell("fc1", 7), terms=5)
    assert isinstance(shown, WeightedSum)
    for term in shown.terms:
        assert isinstance(term, UnitTerm)
        assert term.source.layer == "pool2"
        assert term.operand == standard["pool2"][term.source.index]
        assert term.name == f"pool2 map {term.source.channel}, row {term.source.row}, column {term.source.column}"
    last = explain_cell(standard, Cell("fc2", 1), terms=2)
    assert isinstance(last, WeightedSum)
    assert last.terms[0].name.startswith("relu3 unit ")


def test_pooling_shows_its_numbers_and_the_first_winner() -> None:
    frame = frame_of("windows")
    shown = explain_cell(frame, Cell("q", 2, 0, 1))
    assert isinstance(shown, Pooling)
    assert shown.numbers.shape == (3, 3)
    assert shown.winner_cell is not None
    assert not shown.inside[0].any()
    assert shown.inside[1:].all()
    assert value_of(frame, shown.winner_cell) == shown.value == shown.numbers[shown.winner]
    assert shown.value == shown.numbers[shown.inside].max()
    blank = Inspector(network_of(ARCHITECTURES["light"]), (1, 28, 28))
    tie = explain_cell(blank.inspect(np.zeros((28, 28), np.float32)), Cell("pool1", 0, 5, 5))
    assert isinstance(tie, Pooling)
    assert tie.winner == (0, 0)


def test_means_say_what_they_divide_by() -> None:
    frame = frame_of("windows")
    edge = explain_cell(frame, Cell("p", 0, 0, 0))
    assert isinstance(edge, Pooling)
    assert (edge.divisor, int(edge.inside.sum())) == (4, 4)
    padded = explain_cell(frame, Cell("m", 0, 0, 0))
    assert isinstance(padded, Pooling)
    assert (padded.divisor, int(padded.inside.sum())) == (4, 1)
    whole = explain_cell(frame_of("branches"), Cell("pool", 1))
    assert isinstance(whole, Pooling)
    assert whole.divisor == whole.numbers.size == 16


def test_a_gate_says_whether_it_lets_through(standard: Frame) -> None:
    low = np.unravel_index(standard["conv1"].argmin(), (32, 28, 28))
    high = np.unravel_index(standard["conv1"].argmax(), (32, 28, 28))
    for place, passes in ((low, False), (high, True)):
        shown = explain_cell(standard, Cell("relu1", *(int(i) for i in place)))
        assert isinstance(shown, Pointwise)
        assert shown.passes is passes
        assert shown.formula == "max(x, 0)"
        assert shown.source == Cell("conv1", *(int(i) for i in place))
        assert shown.operand == standard["conv1"][place]


FORMULAS: dict[str, Callable[[float, float], float]] = {
    "x": lambda x, _: x,
    "max(x, 0)": lambda x, _: max(x, 0),
    "slope × x": lambda x, slope: slope * x,
    "α × (exp(x) − 1)": lambda x, alpha: alpha * (math.exp(x) - 1),
    "x / (1 + exp(−x))": lambda x, _: x / (1 + math.exp(-x)),
    "x × (1 + erf(x / √2)) / 2": lambda x, _: x * (1 + math.erf(x / math.sqrt(2))) / 2,
    "x × (1 + tanh(√(2/π) × (x + 0.044715 × x³))) / 2": lambda x, _: (
        x * (1 + math.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))) / 2
    ),
    "tanh(x)": lambda x, _: math.tanh(x),
    "1 / (1 + exp(−x))": lambda x, _: 1 / (1 + math.exp(-x)),
    "λ × x": lambda x, scale: scale * x,
    "λ × α × (exp(x) − 1)": lambda x, scale: scale * SELU.alpha * (math.exp(x) - 1),
    "x × tanh(log(1 + exp(x)))": lambda x, _: x * math.tanh(math.log(1 + math.exp(x))),
    "1": lambda _x, _: 1,
    "(x + 3) / 6": lambda x, _: (x + 3) / 6,
    "x × (x + 3) / 6": lambda x, _: x * (x + 3) / 6,
}


def test_the_formulas_are_those_of_the_layers() -> None:
    seen = set()
    for name in SMALL:
        frame = frame_of(name)
        for node in frame.structure:
            if node.kind != "activation":
                continue
            values = frame[node.name].reshape(as_maps(node.shape))
            for flat in range(0, values.size, max(1, values.size // 20)):
                shown = explain_cell(frame, Cell(node.name, *(int(i) for i in np.unravel_index(flat, values.shape))))
                assert isinstance(shown, Pointwise)
                constant = shown.constants[0].value if shown.constants else 0.0
                assert FORMULAS[shown.formula](shown.operand, constant) == pytest.approx(shown.computed, abs=1e-12)
                seen.add(shown.formula)
    assert seen == set(FORMULAS)


@pytest.mark.parametrize("activation", [Hardsigmoid(), Hardswish()])
def test_hard_activations_are_zero_far_below(activation: Activation) -> None:
    assert pointwise_formula(activation, -3.5)[0] == "0"
    assert activation.function(np.array([-3.5])) == 0


def test_batch_norm_shows_its_statistics() -> None:
    frame = frame_of("resnet")
    cell = Cell("block2.shortcut.bn", 4, 3, 2)
    shown = explain_cell(frame, cell)
    layer = frame.structure["block2.shortcut.bn"].layer
    assert isinstance(shown, Normalization)
    assert isinstance(layer, BatchNorm2D)
    assert layer.running_mean is not None
    assert layer.weight is not None
    assert shown.mean == layer.running_mean.value[4]
    assert shown.weight == layer.weight.value[4]
    assert shown.source == Cell("block2.shortcut.conv", 4, 3, 2)
    by_hand = shown.weight * (shown.operand - shown.mean) / (shown.variance + shown.eps) ** 0.5 + shown.bias
    assert by_hand == pytest.approx(shown.value, abs=1e-5)


def test_where_ways_meet_each_is_named() -> None:
    frame = frame_of("resnet")
    shown = explain_cell(frame, Cell("block1", 2, 5, 6))
    assert isinstance(shown, Sum)
    assert [source.layer for source in shown.sources] == ["block1.body.bn2", "relu1"]
    assert [part.value for part in shown.parts] == [value_of(frame, source) for source in shown.sources]
    mixed = explain_cell(frame_of("branches"), Cell("mix", 6, 1, 2))
    assert isinstance(mixed, Copy)
    assert mixed.source == Cell("n", 1, 1, 2)


def test_an_attention_gate_shows_alpha() -> None:
    frame = frame_of("attention")
    weighed, passed = (explain_cell(frame, Cell("gate", channel, 3, 4)) for channel in (1, 4))
    assert isinstance(weighed, Gating)
    assert isinstance(passed, Copy)
    assert weighed.source == Cell("skip", 1, 3, 4)
    assert weighed.alpha == frame["gate.alpha"][0, 3, 4]
    inner = explain_cell(frame, Cell("gate.relu", 0, 3, 4))
    assert isinstance(inner, Pointwise)
    assert [part.name for part in inner.parts] == ["gate.theta", "gate.phi"]


def test_probabilities_are_shares_of_exponentials(standard: Frame) -> None:
    assert standard.answer is not None
    shares = [explain_probability(standard, index) for index in range(10)]
    assert sum(share.computed for share in shares) == pytest.approx(1, abs=1e-12)
    for index, share in enumerate(shares):
        assert isinstance(share, SoftmaxShare)
        assert share.exponentials[index] / share.total == share.computed
        assert share.cell == Cell("fc2", index)
    with pytest.raises(ValueError, match="index is 10"):
        explain_probability(standard, 10)


def test_a_pixel_is_normalised(standard: Frame) -> None:
    shown = explain_cell(standard, Cell("input", 0, 10, 13))
    assert isinstance(shown, Normalization)
    assert shown.operand == standard.pixels[0, 10, 13]
    assert shown.computed == pytest.approx((shown.operand - 0.1307) / 0.3081)
    assert abs(shown.rounding) < 1e-6


@pytest.mark.parametrize("name", ["windows", "transposed"])
def test_kernels_of_a_map_are_those_of_its_arithmetic(name: str) -> None:
    frame = frame_of(name)
    for node in frame.structure:
        if node.kind != "convolution":
            continue
        for unit in range(node.shape[0]):
            cells, kernels = kernels_of(frame.structure, node.name, unit)
            shown = explain_cell(frame, Cell(node.name, unit), terms=100)
            assert isinstance(shown, WeightedSum)
            assert len(cells) == len(kernels) == len(shown.terms)
            by_channel = {cell.channel: kernel for cell, kernel in zip(cells, kernels, strict=True)}
            for term in shown.terms:
                assert isinstance(term, MapTerm)
                np.testing.assert_array_equal(by_channel[term.source.channel], term.kernel)


def test_weights_of_a_unit_lie_on_the_maps(standard: Frame) -> None:
    cells, kernels = kernels_of(standard.structure, "fc1", 9)
    assert kernels.shape == (64, 7, 7)
    assert cells[3] == Cell("pool2", 3)
    assert kernels_of(standard.structure, "fc2", 9)[1].shape == (128, 1, 1)
    with pytest.raises(ValueError, match="expected a convolution"):
        kernels_of(standard.structure, "relu1", 0)


@pytest.mark.parametrize("decimals", [0, 2, 4])
def test_written_numbers_add_up(decimals: int) -> None:
    rng = np.random.default_rng(decimals)
    unit = 10**-decimals
    for count in (1, 2, 5, 40):
        for _ in range(50):
            values = (rng.standard_normal(count) * 10.0 ** rng.integers(-3, 3)).tolist()
            texts, total = add_up(values, decimals)
            units = [round(float(text.replace("−", "-")) / unit) for text in (*texts, total)]
            assert sum(units[:-1]) == units[-1]
            assert float(total.replace("−", "-")) == pytest.approx(sum(values), abs=0.5001 * unit)
            for text, value in zip(texts, values, strict=True):
                assert abs(float(text.replace("−", "-")) - value) < unit * (1 + 1e-9)


def test_written_numbers_have_no_negative_zero_and_refuse_what_is_no_number() -> None:
    assert add_up([-0.00001, 1.5], 2) == (("0.00", "1.50"), "1.50")
    assert add_up([-1.25], 1) == (("−1.2",), "−1.2")
    assert add_up([-0.5, -12], 0)[1] == "−12"
    assert add_up([], 2) == ((), "0.00")
    with pytest.raises(ValueError, match="finite"):
        add_up([float("nan")], 2)


def test_resized_maps_are_copies_interpolations_and_zeros() -> None:
    frame = frame_of("resampled")
    copied = explain_cell(frame, Cell("near", 2, 5, 7))
    assert isinstance(copied, Copy)
    assert copied.source == Cell("a", 2, 2, 2)
    between = explain_cell(frame, Cell("between", 1, 3, 4))
    assert isinstance(between, WeightedSum)
    (term,) = between.terms
    assert isinstance(term, MapTerm)
    assert term.kernel.sum() == pytest.approx(1)
    np.testing.assert_array_equal(term.patch, frame["adaptive"][1, term.top : term.bottom, term.left : term.right])
    mirrored = explain_cell(frame, Cell("mirror", 0, 0, 0))
    assert isinstance(mirrored, Copy)
    assert mirrored.source == Cell("b", 0, 2, 1)
    border = explain_cell(frame, Cell("border", 0, 0, 3))
    assert type(border) is Arithmetic
    assert border.value == border.computed == 0


def test_a_normalized_group_has_the_statistics_of_its_own_numbers() -> None:
    frame = frame_of("normalized")
    shown = explain_cell(frame, Cell("groups", 3, 1, 2))
    assert isinstance(shown, Normalization)
    assert shown.mean == pytest.approx(float(frame["a"][2:4].mean()), abs=1e-6)
    assert shown.variance == pytest.approx(float(frame["a"][2:4].var()), abs=1e-6)
