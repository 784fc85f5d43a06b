"""What is particular to convolutions: their arguments, their bias, and the work that the first layer is spared."""

from typing import Any

import numpy as np
import pytest

from digitpad.nn.backend import Array, Shape
from digitpad.nn.layers import Conv2D, ConvTranspose2D, convolution

kinds = pytest.mark.parametrize("kind", [Conv2D, ConvTranspose2D])


@kinds
@pytest.mark.parametrize(
    ("arguments", "error", "complaint"),
    [
        ({"in_channels": 0}, ValueError, "in_channels is 0; expected a whole number of at least 1"),
        ({"out_channels": 2.0}, TypeError, "out_channels is 2.0; expected a whole number of at least 1"),
        ({"kernel_size": 0}, ValueError, "kernel_size is 0; expected a whole number of at least 1"),
        ({"kernel_size": (3, 0)}, ValueError, r"kernel_size\[1\] is 0; expected a whole number of at least 1"),
        ({"kernel_size": (3, 3, 3)}, ValueError, r"kernel_size is \(3, 3, 3\); expected one number, or two"),
        ({"stride": 0}, ValueError, "stride is 0; expected a whole number of at least 1"),
        ({"stride": True}, TypeError, "stride is True; expected a whole number of at least 1"),
        ({"padding": -1}, ValueError, "padding is -1; expected a whole number of at least 0"),
        ({"dilation": 0}, ValueError, "dilation is 0; expected a whole number of at least 1"),
        ({"groups": 3}, ValueError, "groups is 3; expected a divisor of in_channels 4 and out_channels 6"),
        ({"groups": 4}, ValueError, "groups is 4; expected a divisor of in_channels 4 and out_channels 6"),
        ({"bias": "yes"}, TypeError, "bias is 'yes'; expected True or False"),
        ({"dtype": np.int64}, TypeError, "dtype is .*int64.*; expected float32 or float64"),
        ({"initializer": "magic"}, ValueError, "initializer is 'magic'; expected one of"),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else None,
)
def test_arguments_that_cannot_work_are_named(
    kind: type[Conv2D | ConvTranspose2D], arguments: dict[str, Any], error: type[Exception], complaint: str
) -> None:
    with pytest.raises(error, match=f"^{kind.__name__}: {complaint}"):
        kind(**{"in_channels": 4, "out_channels": 6, "kernel_size": 3, **arguments})


@pytest.mark.parametrize(
    ("padding", "stride", "complaint"),
    [
        ("sane", 1, 'padding is \'sane\'; expected a number, a pair, "valid", "same" or "full"'),
        ("same", 2, r'padding is "same" with stride \(2, 2\); expected stride 1'),
    ],
)
def test_words_for_padding_that_cannot_work(padding: str, stride: int, complaint: str) -> None:
    with pytest.raises(ValueError, match=f"^Conv2D: {complaint}"):
        Conv2D(1, 1, 3, stride=stride, padding=padding)


@pytest.mark.parametrize(
    ("stride", "dilation", "output_padding"), [(1, 1, 1), (2, 1, 2), ((3, 1), 1, (2, 1)), (1, 2, (0, 2))]
)
def test_output_padding_has_to_be_smaller_than_stride_or_dilation(
    stride: int | tuple[int, int], dilation: int, output_padding: int | tuple[int, int]
) -> None:
    with pytest.raises(ValueError, match=r"^ConvTranspose2D: output_padding is .*; expected less than stride"):
        ConvTranspose2D(1, 1, 3, stride=stride, dilation=dilation, output_padding=output_padding)


@pytest.mark.parametrize(
    ("layer", "shape", "complaint"),
    [
        (Conv2D(3, 1, 3), (2, 4, 5, 5), r"Conv2D: x has shape \(2, 4, 5, 5\); expected \(N, 3, any, any\)"),
        (Conv2D(1, 1, 5), (2, 1, 4, 9), r"Conv2D: kernel_size is \(5, 5\); expected it to fit the padded image, 4 x 9"),
        (
            Conv2D(1, 1, 3, padding=1, dilation=4),
            (2, 1, 9, 6),
            r"Conv2D: kernel_size is \(3, 3\) with dilation \(4, 4\); expected it to fit the padded image, 11 x 8",
        ),
        (Conv2D(1, 1, 1), (2, 1, 0, 4), r"Conv2D: x is an empty batch, shape \(2, 1, 0, 4\)"),
        (
            ConvTranspose2D(3, 1, 3),
            (2, 4, 5, 5),
            r"ConvTranspose2D: x has shape \(2, 4, 5, 5\); expected \(N, 3, any, any\)",
        ),
        (
            ConvTranspose2D(1, 1, 2, padding=3),
            (2, 1, 4, 8),
            r"ConvTranspose2D: padding is \(3, 3\); expected less, since .* leaves an output of -1 x 3",
        ),
    ],
)
def test_images_that_do_not_fit_are_refused_when_the_layer_is_called(
    layer: Conv2D | ConvTranspose2D, shape: Shape, complaint: str
) -> None:
    with pytest.raises(ValueError, match=complaint):
        layer.forward(np.zeros(shape, np.float32))


@pytest.mark.parametrize("layer", [Conv2D(2, 1, 5), ConvTranspose2D(2, 1, 2, padding=2)])
@pytest.mark.parametrize("shape", [(2, 2, 2), (3, 9, 9), (2, 9)])
def test_shapes_that_do_not_fit_are_refused_before_any_batch(layer: Conv2D | ConvTranspose2D, shape: Shape) -> None:
    with pytest.raises(ValueError, match=f"^{type(layer).__name__}: "):
        layer.output_shape(shape)


@kinds
def test_weights_have_pytorchs_shapes(kind: type[Conv2D | ConvTranspose2D]) -> None:
    layer = kind(4, 6, (3, 5), groups=2)
    first = (6, 2) if kind is Conv2D else (4, 3)

    assert layer.weight.value.shape == (*first, 3, 5)
    assert layer.bias is not None
    assert layer.bias.value.shape == (6,)
    assert kind(4, 6, 3, bias=False).named_parameters().keys() == {"weight"}


@kinds
def test_the_same_seed_draws_the_same_weights(kind: type[Conv2D | ConvTranspose2D]) -> None:
    one, two, other = (kind(2, 3, 3, rng=np.random.default_rng(seed)).weight.value for seed in (1, 1, 2))

    np.testing.assert_array_equal(one, two)
    assert (one != other).all()


@kinds
def test_the_gradient_of_the_bias_is_a_sum_over_the_batch(kind: type[Conv2D | ConvTranspose2D]) -> None:
    """The loss is a mean already: dividing by the batch once more, as often seen, is wrong."""
    layer = kind(2, 3, 3, dtype=np.float64)
    output = layer.forward(np.ones((4, 2, 5, 5)), training=True)
    grad = np.random.default_rng(0).standard_normal(output.shape)
    layer.backward(grad)

    assert layer.bias is not None
    np.testing.assert_allclose(layer.bias.grad, grad.sum(axis=(0, 2, 3)), rtol=1e-12)
    step = 1e-3
    layer.bias.value[1] += step
    slope = ((layer.forward(np.ones((4, 2, 5, 5))) - output) * grad).sum() / step
    assert layer.bias.grad[1] == pytest.approx(slope, rel=1e-9)
    assert layer.bias.grad[1] / 4 != pytest.approx(slope, rel=1e-2)


def test_the_bias_gradient_keeps_its_digits_in_float32() -> None:
    layer = Conv2D(1, 1, 1)
    layer.forward(np.ones((256, 1, 28, 28), np.float32), training=True)
    layer.backward(np.full((256, 1, 28, 28), 0.1, np.float32))

    assert layer.bias is not None
    np.testing.assert_allclose(layer.bias.grad, 256 * 28 * 28 * np.float64(np.float32(0.1)), rtol=5e-6)


def test_the_first_layer_is_spared_its_input_gradient(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> Array:
        raise AssertionError("nobody reads this gradient")

    layer = Conv2D(1, 2, 3)
    output = layer.forward(np.ones((1, 1, 5, 5), np.float32), training=True)
    monkeypatch.setattr(convolution, "scatter", refuse)
    layer.parameter_gradients(output)
    assert layer.weight.grad.any()
    with pytest.raises(AssertionError):
        layer.backward(output)


@pytest.mark.parametrize("groups", [1, 2])
def test_a_batch_of_many_groups_of_images_is_computed_alike(monkeypatch: pytest.MonkeyPatch, groups: int) -> None:
    """Batches are worked through in groups that fit the cache; however small, the result is the same."""
    results = []
    for limit in (1 << 30, 1):
        monkeypatch.setattr("digitpad.nn.correlation._HOST_PATCH_BYTES", limit)
        layer = Conv2D(2, 4, 3, padding=1, groups=groups, rng=np.random.default_rng(0), dtype=np.float64)
        output = layer.forward(np.random.default_rng(1).standard_normal((5, 2, 6, 4)), training=True)
        results.append([output, layer.backward(output), layer.weight.grad])

    for whole, parts in zip(*results, strict=True):
        np.testing.assert_allclose(whole, parts, rtol=1e-12, atol=1e-12)


def test_multiply_adds() -> None:
    assert Conv2D(3, 8, 5, padding=2).multiply_adds((3, 10, 20)) == 10 * 20 * 8 * 3 * 25
    assert Conv2D(4, 8, (1, 3), stride=2, groups=2).multiply_adds((4, 9, 9)) == 5 * 4 * 8 * 2 * 3
    assert ConvTranspose2D(4, 6, 2, stride=2, groups=2).multiply_adds((4, 5, 7)) == 5 * 7 * 4 * 3 * 4
