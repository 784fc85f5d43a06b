"""What every layer promises, tested for every row of the table."""

import copy
import inspect
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from digitpad.nn import Layer, build, checks
from digitpad.nn.architectures.plan import Architecture
from digitpad.nn.backend import Array
from digitpad.nn.checks import NotFiniteError
from digitpad.nn.gradcheck import check_layer
from digitpad.nn.layers import __all__ as layer_names
from tests.nn.layers.cases import CASES, Case


def layers_with(condition: Callable[[Case], bool]) -> pytest.MarkDecorator:
    """Run a test for the rows of the table that meet a condition."""
    return pytest.mark.parametrize("case", [case for case in CASES if condition(case)], ids=lambda case: case.name)


every_layer = layers_with(lambda _: True)


def _upstream(output: Array) -> Array:
    return np.random.default_rng(11).standard_normal(output.shape).astype(output.dtype)


def _snapshot(layer: Layer) -> bytes:
    """Everything that a layer holds, its children's and its random generator's included."""
    return pickle.dumps(layer)


def test_the_table_has_every_layer() -> None:
    assert {case.plan["type"] for case in CASES} == set(layer_names)


@every_layer
def test_gradients_agree_with_small_steps(case: Case) -> None:
    errors = check_layer(case.layer(), case.batch(), np.random.default_rng(3), directions=8)

    assert {error.name for error in errors} == {"input", *case.layer().named_parameters()}
    assert max(error.relative_error for error in errors) < 1e-7


@every_layer
def test_a_probe_answers_and_differentiates_as_in_inference(case: Case) -> None:
    layer, x = case.layer(), case.batch()
    expected, before = layer.forward(x), {name: buffer.value.copy() for name, buffer in layer.named_buffers().items()}
    probe = layer.probe(learns=True)

    np.testing.assert_array_equal(probe.forward(x, training=True), expected)
    errors = check_layer(probe, x, np.random.default_rng(3), directions=8)
    assert {error.name for error in errors} == {"input", *layer.named_parameters()}
    assert max(error.relative_error for error in errors) < 1e-7
    for name, buffer in layer.named_buffers().items():
        np.testing.assert_array_equal(buffer.value, before[name])


@every_layer
def test_a_probe_leaves_the_gradients_of_parameters_alone(case: Case) -> None:
    learning, plain, x = case.layer().probe(learns=True), case.layer().probe(), case.batch()
    upstream = _upstream(learning.forward(x, training=True))
    plain.forward(x, training=True)

    np.testing.assert_array_equal(plain.backward(upstream), learning.backward(upstream))
    for parameter in plain.parameters():
        assert not parameter.grad.any()


@every_layer
def test_gradients_are_noted_under_the_names_of_the_activations(case: Case) -> None:
    layer, x = case.layer(), case.batch()
    activations: dict[str, Array] = {}
    gradients: dict[str, Array] = {}
    upstream = _upstream(layer.trace(x, activations, "layer", training=True))
    grad_input = layer.trace_backward(upstream, gradients, "layer")

    np.testing.assert_array_equal(grad_input, layer.backward(upstream))
    assert {name: array.shape for name, array in gradients.items()} == {
        name: array.shape for name, array in activations.items()
    }
    np.testing.assert_array_equal(gradients["layer"], upstream)


@every_layer
def test_gradients_add_up_until_they_are_cleared(case: Case) -> None:
    layer, x = case.layer(), case.batch()
    upstream = _upstream(layer.forward(x, training=True))
    grad_input = layer.backward(upstream)
    once = [parameter.grad.copy() for parameter in layer.parameters()]
    again = layer.backward(upstream)

    np.testing.assert_array_equal(again, grad_input)
    for parameter, first in zip(layer.parameters(), once, strict=True):
        np.testing.assert_allclose(parameter.grad, 2 * first, rtol=1e-12)
        assert first.any()
        parameter.clear_grad()
        assert not parameter.grad.any()


@every_layer
def test_gradients_of_parameters_alone_are_the_same(case: Case) -> None:
    layer, other, x = case.layer(), case.layer(), case.batch()
    upstream = _upstream(layer.forward(x, training=True))
    other.forward(x, training=True)
    layer.backward(upstream)
    other.parameter_gradients(upstream)

    for one, two in zip(layer.parameters(), other.parameters(), strict=True):
        np.testing.assert_array_equal(one.grad, two.grad)


@every_layer
def test_the_input_gradient_alone_is_the_same_and_leaves_the_parameters_alone(case: Case) -> None:
    layer, other, x = case.layer(), case.layer(), case.batch()
    upstream = _upstream(layer.forward(x, training=True))
    other.forward(x, training=True)

    np.testing.assert_array_equal(other.input_gradient(upstream), layer.backward(upstream))
    assert not any(parameter.grad.any() for parameter in other.parameters())


@every_layer
def test_backward_without_forward_says_so_by_name(case: Case) -> None:
    layer = case.layer()
    upstream = _upstream(layer.forward(case.batch()))
    name = type(layer).__name__

    with pytest.raises(RuntimeError, match=rf"^{name}\.backward: .* call {name}\.forward\(x, training=True\) first"):
        layer.backward(upstream)


@every_layer
def test_inference_writes_no_state(case: Case) -> None:
    layer = case.layer()
    fresh = _snapshot(layer)
    first = layer.forward(case.batch()).copy()
    assert _snapshot(layer) == fresh

    upstream = _upstream(layer.forward(case.batch(), training=True))
    trained = _snapshot(layer)
    layer.forward(case.batch(seed=8))
    assert _snapshot(layer) == trained

    # Nor does it disturb a backward pass that is still to come.
    undisturbed = case.layer()
    undisturbed.forward(case.batch(), training=True)
    np.testing.assert_array_equal(layer.backward(upstream), undisturbed.backward(upstream))
    np.testing.assert_array_equal(case.layer().forward(case.batch()), first)


@every_layer
def test_nothing_given_is_changed_in_place(case: Case) -> None:
    layer, x = case.layer(), case.batch()
    before = x.copy()
    layer.forward(x)
    output = layer.forward(x, training=True)
    kept, upstream = output.copy(), _upstream(output)
    upstream_before = upstream.copy()
    layer.backward(upstream)

    np.testing.assert_array_equal(x, before)
    np.testing.assert_array_equal(output, kept)
    np.testing.assert_array_equal(upstream, upstream_before)


@every_layer
def test_the_dtype_is_kept(case: Case) -> None:
    for dtype in (np.float32, np.float64):
        layer, x = case.layer(dtype), case.batch(dtype)
        output = layer.forward(x, training=True)

        assert layer.forward(x).dtype == dtype
        assert output.dtype == dtype
        assert layer.backward(_upstream(output)).dtype == dtype
        for parameter in layer.parameters():
            assert parameter.value.dtype == parameter.grad.dtype == dtype


@every_layer
def test_single_precision_agrees_with_double(case: Case) -> None:
    results = []
    for dtype in (np.float32, np.float64):
        layer = case.layer(dtype)
        output = layer.forward(case.batch(dtype), training=True)
        grad = layer.backward(np.random.default_rng(11).standard_normal(output.shape).astype(dtype))
        results.append([output, grad, *(parameter.grad for parameter in layer.parameters())])

    for single, double in zip(*results, strict=True):
        np.testing.assert_allclose(single, double, rtol=1e-4, atol=1e-5)


@every_layer
def test_the_stated_output_shape_is_the_real_one(case: Case) -> None:
    layer = case.layer()

    assert layer.output_shape(case.shape[1:]) == layer.forward(case.batch()).shape[1:]


@layers_with(lambda case: case.plan.get("track_running_stats", True))
def test_samples_know_nothing_of_each_other_in_inference(case: Case) -> None:
    layer, x = case.layer(), case.batch()

    np.testing.assert_allclose(layer.forward(x)[1:2], layer.forward(x[1:2]), rtol=1e-12, atol=1e-12)


@every_layer
def test_a_replica_shares_values_but_neither_gradients_nor_memory(case: Case) -> None:
    layer, x = case.layer(), case.batch()
    twin = layer.replica()

    for own, other in zip(layer.named_parameters().values(), twin.named_parameters().values(), strict=True):
        assert own is not other
        assert own.value is other.value
        assert own.grad is not other.grad
    for buffer, copied in zip(layer.named_buffers().values(), twin.named_buffers().values(), strict=True):
        assert buffer.value is copied.value
    output = layer.forward(x, training=True)
    with pytest.raises(RuntimeError, match="nothing to go back through"):
        twin.backward(_upstream(output))
    # The replica's own pass leaves the original's gradients and memory alone.
    before = _snapshot(layer)
    twin.forward(case.batch(seed=8), training=True)
    twin.backward(_upstream(output))
    if case.plan["type"] != "Dropout":
        assert _snapshot(layer) == before


def _reversed_memory(x: Array) -> Array:
    """Return the same values, last axis first in memory and every second place of it."""
    spaced = np.zeros((*x.shape[:-1], 2 * x.shape[-1]), x.dtype, order="F")[..., ::2]
    spaced[...] = x
    return spaced


def _channels_last_memory(x: Array) -> Array:
    return np.moveaxis(np.ascontiguousarray(np.moveaxis(x, 1, -1)), -1, 1)


def _read_only(x: Array) -> Array:
    x = x.copy()
    x.flags.writeable = False
    return x


@every_layer
def test_the_layout_of_memory_does_not_matter(case: Case) -> None:
    plain, x = case.layer(), case.batch()
    output = plain.forward(x, training=True)
    upstream = _upstream(output)
    grad_input = plain.backward(upstream)
    for laid_out in (_reversed_memory, _channels_last_memory, _read_only):
        other, how = case.layer(), laid_out.__name__
        same = other.forward(laid_out(x), training=True)

        np.testing.assert_allclose(same, output, rtol=1e-12, atol=1e-13, err_msg=how)
        np.testing.assert_allclose(other.backward(laid_out(upstream)), grad_input, rtol=1e-12, atol=1e-13, err_msg=how)
        for one, two in zip(plain.parameters(), other.parameters(), strict=True):
            np.testing.assert_allclose(one.grad, two.grad, rtol=1e-12, atol=1e-13, err_msg=how)


@every_layer
def test_an_upstream_gradient_of_another_shape_is_refused(case: Case) -> None:
    layer = case.layer()
    output = layer.forward(case.batch(), training=True)

    with pytest.raises(ValueError, match=rf"^{type(layer).__name__}: grad_output has shape .* expected"):
        layer.backward(np.ones((1, *output.shape[1:])))


@every_layer
def test_an_upstream_gradient_of_other_numbers_is_refused(case: Case) -> None:
    layer = case.layer()
    output = layer.forward(case.batch(), training=True)
    whole: Any = np.ones_like(output, np.int64)

    # A convolution would round its input gradient to whole numbers without a word.
    for upstream, complaint in (
        (whole, "grad_output has dtype int64; expected floating-point numbers"),
        (whole.tolist(), "computes on NumPy or CuPy arrays, not on builtins.list"),
    ):
        with pytest.raises(TypeError, match=complaint):
            layer.backward(upstream)


@layers_with(lambda case: "rng" in inspect.signature(type(case.layer())).parameters)
def test_a_seed_in_place_of_a_generator_is_refused(case: Case) -> None:
    kind: Any = type(case.layer())
    arguments = {name: value for name, value in case.plan.items() if name != "type"}

    for seed in (0, 7):
        with pytest.raises(TypeError, match=rf"^{kind.__name__}: rng is {seed}; expected a generator"):
            kind(**arguments, rng=seed)


@every_layer
def test_what_is_no_batch_is_refused(case: Case) -> None:
    x: Any = case.batch()
    cases: tuple[tuple[Any, type[Exception], str], ...] = (
        (x[:0], ValueError, "expected at least one sample"),
        ((100 * x).astype(np.int64), TypeError, "x has dtype int64; expected floating-point numbers"),
        (x.astype(complex), TypeError, "x has dtype complex128; expected floating-point numbers"),
        (x.tolist(), TypeError, "computes on NumPy or CuPy arrays, not on builtins.list"),
    )
    for spoiled, error, complaint in cases:
        with pytest.raises(error, match=complaint):
            case.layer().forward(spoiled, training=True)


@layers_with(lambda case: bool(case.layer().parameters()))
def test_a_batch_of_another_dtype_than_the_weights_is_refused(case: Case) -> None:
    with pytest.raises(TypeError, match="x has dtype float64; expected float32, the dtype of the weights"):
        case.layer(np.float32).forward(case.batch(np.float64))


def _works_on_any_shape(case: Case) -> bool:
    return case.layer().elementwise or case.plan["type"] in {"Flatten", "Softmax"}


def test_numbers_whose_squares_overflow_are_finite() -> None:
    x = np.full((1, 4), 3e38, np.float32)
    assert np.isinf(np.vdot(x, x))
    checks.Checks("the test").finite("x", x)


@layers_with(lambda case: not _works_on_any_shape(case))
def test_nan_and_infinity_are_refused(case: Case) -> None:
    x = case.batch()
    place = tuple(size - 1 for size in x.shape)
    index = ", ".join(map(str, place))
    for poison in (np.nan, np.inf, -np.inf):
        x[place] = poison
        with pytest.raises(NotFiniteError, match=rf"x is {poison} at index \({index}\); expected finite"):
            case.layer().forward(x)


@layers_with(_works_on_any_shape)
def test_layers_that_do_not_look_pass_a_nan_on(case: Case) -> None:
    x = case.batch()
    x[(1,) * x.ndim] = np.nan

    assert np.isnan(case.layer().forward(x)).any()


@layers_with(lambda case: not _works_on_any_shape(case) and case.plan["type"] != "LayerNorm")
def test_a_sample_of_another_rank_is_refused(case: Case) -> None:
    with pytest.raises(ValueError, match=r"x has shape .*; expected \(N, "):
        case.layer().forward(case.batch()[None])


@every_layer
def test_a_copy_computes_the_same(case: Case) -> None:
    layer, x = case.layer(), case.batch()

    np.testing.assert_array_equal(copy.deepcopy(layer).forward(x), layer.forward(x))


@every_layer
def test_a_trace_ends_with_the_output_and_names_all_parts(case: Case) -> None:
    architecture = Architecture("case", case.shape[1:], ({"name": "layer", **case.plan},))
    network = build(architecture, rng=np.random.default_rng(5), dtype=np.float64)
    output, record = network.forward(case.batch(), capture=True)

    np.testing.assert_array_equal(record["layer"], output)
    assert list(record)[-1] == "layer"
    owners = {name.rpartition(".")[0] for name in network.named_parameters()}
    assert owners <= set(record)
