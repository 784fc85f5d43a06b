import numpy as np
import pytest

from digitpad.data.dataset import DIGITS, NO_DIGIT, Dataset
from digitpad.data.paper import load_paper
from digitpad.errors import DigitpadError
from digitpad.models.architecture_file import build_network
from digitpad.models.model_file import Model, ModelMetadata
from digitpad.nn import ARCHITECTURES, Architecture
from digitpad.seeding import Purpose, generator
from digitpad.training.network_fit import fit_network
from digitpad.training.preparation import choose_images, limit_classes, start_from


def numbered(count: int) -> Dataset:
    """Make a dataset whose images say which one they are, in their first two pixels."""
    images = np.zeros((count, 1, 4, 4), np.uint8)
    images[:, 0, 0, 0] = np.arange(count) // 256
    images[:, 0, 0, 1] = np.arange(count) % 256
    return Dataset.of("numbered", images, np.zeros(count, np.int64))


def numbers(dataset: Dataset) -> list[int]:
    return [256 * int(image[0, 0, 0]) + int(image[0, 0, 1]) for image in dataset.pixels]


def test_a_sixth_is_held_out_and_no_image_is_in_both() -> None:
    training, validation = choose_images(numbered(600), limit=None, validation=None, seed=1)
    assert (len(training), len(validation)) == (500, 100)
    assert sorted(numbers(training) + numbers(validation)) == list(range(600))


def test_of_mnist_five_thousand_are_held_out() -> None:
    training, validation = choose_images(numbered(60000), limit=None, validation=None, seed=1)
    assert (len(training), len(validation)) == (55000, 5000)


def test_the_limit_counts_the_validation_images_and_draws_from_everywhere() -> None:
    training, validation = choose_images(numbered(1000), limit=120, validation=20, seed=1)
    assert (len(training), len(validation)) == (100, 20)
    used = set(numbers(training)) | set(numbers(validation))
    assert len(used) == 120
    assert max(used) > 900


def test_the_seed_decides_which() -> None:
    def held_out(seed: int) -> list[int]:
        return numbers(choose_images(numbered(100), limit=90, validation=10, seed=seed)[1])

    assert held_out(1) == held_out(1)
    assert held_out(1) != held_out(2)


def test_nothing_may_be_held_out_and_everything_may_be_used() -> None:
    training, validation = choose_images(numbered(10), limit=10, validation=0, seed=0)
    assert (len(training), len(validation)) == (10, 0)


@pytest.mark.parametrize(
    ("limit", "validation", "said"),
    [(11, None, "has 10 images, so 11"), (0, None, "--limit"), (None, 10, "--validation"), (5, 5, "--validation")],
)
def test_more_than_there_is_cannot_be_had(limit: int | None, validation: int | None, said: str) -> None:
    with pytest.raises(DigitpadError, match=said):
        choose_images(numbered(10), limit=limit, validation=validation, seed=0)


def test_every_purpose_epoch_and_seed_has_random_numbers_of_its_own() -> None:
    draws = {
        generator(seed, purpose, number).integers(2**62)
        for seed in (0, 1)
        for purpose in Purpose
        for number in (0, 1, 2)
    }
    assert len(draws) == 24


def test_the_seed_decides_the_first_weights() -> None:
    def first(seed: int) -> bytes:
        return build_network(ARCHITECTURES["light"], seed).parameters()[0].value.tobytes()

    assert first(1) == first(1)
    assert first(1) != first(2)


def test_an_architecture_that_cannot_be_built_is_named() -> None:
    plan = Architecture("odd", (1, 28, 28), ({"name": "x", "type": "Perceptron"},))
    with pytest.raises(DigitpadError, match="odd"):
        build_network(plan, 0)


def labelled(*classes: str) -> Dataset:
    count = len(classes)
    return Dataset.of("some", np.zeros((count, 1, 28, 28), np.uint8), np.arange(count), classes)


def trained(plan: Architecture, labels: tuple[str, ...] = DIGITS) -> Model:
    return Model(build_network(plan, 5), plan, ModelMetadata(labels=labels), "before")


def test_a_network_starts_from_the_weights_of_another() -> None:
    before = trained(ARCHITECTURES["light"])
    network = build_network(ARCHITECTURES["light"], 0)
    start_from(network, labelled(*DIGITS), before)
    for name, value in network.state_dict().items():
        np.testing.assert_array_equal(value, before.network.state_dict()[name])


def test_outputs_are_matched_by_the_names_of_their_classes() -> None:
    before = trained(ARCHITECTURES["light"])
    classes = ("1", NO_DIGIT, "0", *DIGITS[2:])
    widened = fit_network(ARCHITECTURES["light"], labelled(*classes)).architecture
    network, fresh = build_network(widened, 0), build_network(widened, 0)
    start_from(network, labelled(*classes), before)
    rows, old = network.state_dict()["fc2.weight"], before.network.state_dict()["fc2.weight"]
    np.testing.assert_array_equal(rows[[2, 0, 3]], old[[0, 1, 2]])
    np.testing.assert_array_equal(rows[1], fresh.state_dict()["fc2.weight"][1])
    # In another order, and as many: still by name.
    turned = build_network(ARCHITECTURES["light"], 0)
    start_from(turned, labelled(*reversed(DIGITS)), before)
    np.testing.assert_array_equal(turned.state_dict()["fc2.weight"], old[::-1])


def test_weights_of_another_architecture_are_refused() -> None:
    with pytest.raises(DigitpadError, match=r"before does not fit this architecture \(conv1.weight"):
        start_from(build_network(ARCHITECTURES["standard"], 0), labelled(*DIGITS), trained(ARCHITECTURES["light"]))


def test_classes_are_limited_by_the_seed() -> None:
    dataset = Dataset.of("some", np.zeros((40, 1, 1, 1), np.uint8), np.arange(40) % 4, tuple("abcd"))
    few = limit_classes(dataset, 3, 1)
    assert isinstance(few, Dataset)
    assert np.bincount(few.labels).tolist() == [3, 3, 3, 3]
    assert limit_classes(dataset, None, 1) is dataset
    with pytest.raises(DigitpadError, match="omit --limit-per-class"):
        limit_classes(load_paper("test"), 3, 1)
