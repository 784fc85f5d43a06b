"""Networks are fitted to any number of classes, to colour and to other sizes, and say so."""

import numpy as np
import pytest

from digitpad.data.dataset import DIGITS, NO_DIGIT, Dataset
from digitpad.data.paper import load_paper
from digitpad.errors import DigitpadError
from digitpad.models.architecture_file import build_network
from digitpad.nn import ARCHITECTURES, Architecture
from digitpad.training.network_fit import fit_network

READERS = ["standard", "light", "sprint", "tiny", "mlp", "reader", "lenet5", "resnet"]


def images_of(*classes: str, shape: tuple[int, int, int] = (1, 28, 28), each: int = 6) -> Dataset:
    count = each * len(classes)
    return Dataset.of("some", np.zeros((count, *shape), np.uint8), np.arange(count) % len(classes), classes)


def output_shape(plan: Architecture) -> tuple[int, ...]:
    return build_network(plan, 0).output_shape(plan.input_shape)


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("count", [2, 4, 26, 62])
def test_the_last_layer_has_an_output_for_each_class(name: str, count: int) -> None:
    plan = ARCHITECTURES[name]
    fit = fit_network(plan, images_of(*(f"class {number}" for number in range(count))))
    assert output_shape(fit.architecture) == (count,)
    assert fit.architecture.layers[:-1] == plan.layers[:-1]
    (remark,) = fit.remarks
    assert remark.startswith(f"{count} outputs, one for each class: class 0, class 1")
    assert fit_network(fit.architecture, images_of(*map(str, range(100, 100 + count)))).remarks == ()


@pytest.mark.parametrize("name", READERS)
def test_digits_leave_a_plan_as_it_is(name: str) -> None:
    fit = fit_network(ARCHITECTURES[name], images_of(*DIGITS))
    assert fit.architecture is ARCHITECTURES[name]
    assert fit.remarks == ()


def test_no_digit_adds_an_output() -> None:
    fit = fit_network(ARCHITECTURES["light"], images_of(*DIGITS, NO_DIGIT))
    assert output_shape(fit.architecture) == (11,)


def test_two_classes_may_share_one_output() -> None:
    plan = ARCHITECTURES["catdog"]
    assert fit_network(plan, images_of("cat", "dog", shape=(3, 224, 224))).architecture is plan
    three = fit_network(plan, images_of("cat", "dog", "bird", shape=(3, 224, 224)))
    assert output_shape(three.architecture) == (3,)


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("shape", [(3, 28, 28), (1, 32, 32), (3, 64, 40)])
def test_the_input_follows_the_images(name: str, shape: tuple[int, int, int]) -> None:
    fit = fit_network(ARCHITECTURES[name], images_of("a", "b", "c", shape=shape))
    assert fit.architecture.input_shape == shape
    assert output_shape(fit.architecture) == (3,)
    assert fit.remarks[0] == f"Input {'x'.join(map(str, shape))}, as the images have."


def test_a_convolution_before_the_mean_of_each_map_is_the_last_layer() -> None:
    layers = (
        {"name": "conv", "type": "Conv2D", "in_channels": 1, "out_channels": 10, "kernel_size": 3},
        {"name": "pool", "type": "GlobalAveragePool2D"},
        {"name": "flatten", "type": "Flatten"},
    )
    fit = fit_network(Architecture("all-convolutional", (1, 28, 28), layers), images_of("a", "b", "c"))
    assert output_shape(fit.architecture) == (3,)


def test_images_that_are_too_small_leave_the_plan_for_the_check_that_says_so() -> None:
    fit = fit_network(ARCHITECTURES["catdog"], images_of("cat", "dog", shape=(3, 8, 8)))
    assert fit.architecture is ARCHITECTURES["catdog"]


def test_one_class_is_refused_in_words() -> None:
    with pytest.raises(DigitpadError, match=r"images of one class only \(A\)"):
        fit_network(ARCHITECTURES["light"], images_of("A"))
    digits = Dataset.of("threes", np.zeros((5, 1, 28, 28), np.uint8), np.full(5, 3))
    with pytest.raises(DigitpadError, match=r"images of one class only \(3\)"):
        fit_network(ARCHITECTURES["light"], digits)


def test_a_thousand_classes_of_few_images_are_named_as_such() -> None:
    fit = fit_network(ARCHITECTURES["light"], images_of(*(f"c{number}" for number in range(1000)), each=2))
    assert fit.remarks[0].startswith("1,000 outputs, one for each class: c0, c1")
    assert "1,000 classes but only 2,000 images" in fit.remarks[1]


def test_pages_leave_a_plan_as_it_is() -> None:
    assert fit_network(ARCHITECTURES["unet"], load_paper("test")).architecture is ARCHITECTURES["unet"]
