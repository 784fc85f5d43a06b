"""Common behaviour of all formats: compare first, write complete files or none, and report the difference."""

import dataclasses
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from digitpad.errors import DigitpadError
from digitpad.export import export_model, exporting
from digitpad.export.comparison import Probes, largest_difference, probes_for
from digitpad.export.exporting import read_npz, to_npz
from digitpad.export.pytorch_file import to_pytorch
from digitpad.export.pytorch_source import source_of
from digitpad.extras import is_installed
from digitpad.models.model_file import Model, ModelMetadata, Preprocessing, save_model
from digitpad.nn import ARCHITECTURES, Adam, BCEWithLogitsLoss, Sequential, build, layers

ONE = Sequential([("same", layers.Identity())])


def probes(*rows: list[float]) -> Probes:
    return Probes(np.array(rows, np.float32), "rows")


def shifted(by: NDArray[np.float32] | float) -> Callable[[NDArray[np.float32]], NDArray[np.float32]]:
    return lambda x: x + np.float32(by)


def test_npz_holds_every_tensor_as_it_is(make_model: Callable[[str], Model], tmp_path: Path) -> None:
    model = make_model("light")
    exported = export_model(model, "npz", tmp_path / "m.npz")
    assert exported.max_difference == 0
    with np.load(tmp_path / "m.npz") as arrays:
        assert set(arrays) == set(model.network.state_dict())
        for name, value in model.network.state_dict().items():
            np.testing.assert_array_equal(arrays[name], value)
            assert arrays[name].dtype == value.dtype


def test_npz_is_read_into_other_memory(make_model: Callable[[str], Model]) -> None:
    model = make_model("batch norm")
    twin = read_npz(to_npz(model), model.network)
    assert twin.state_dict()["a.running_var"] is not model.network.state_dict()["a.running_var"]
    with pytest.raises(ValueError, match=r"fc1\.weight is missing"):
        read_npz(to_npz(model), make_model("light").network)


def test_the_difference_is_the_largest_of_all() -> None:
    other = shifted(np.array([0, -3e-5], np.float32))
    assert largest_difference(ONE, other, probes([0, 0.5], [0.5, 0])) == pytest.approx(3e-5, rel=1e-2)


def test_later_batches_count_too() -> None:
    rows = probes(*[[float(i), 0.0] for i in range(250)])
    assert largest_difference(ONE, lambda x: x + np.float32(1e-3) * (x == 249), rows) == pytest.approx(1e-3, rel=0.1)


@pytest.mark.parametrize("by", [2e-4, -2e-4, math.nan, math.inf])
def test_a_difference_beyond_rounding_is_refused(by: float) -> None:
    with pytest.raises(DigitpadError, match="differ by"):
        largest_difference(ONE, shifted(by), probes([0, 0.5]))


def test_rounding_is_relative_to_large_outputs() -> None:
    assert largest_difference(ONE, shifted(5e-3), probes([0, 100])) == pytest.approx(5e-3, rel=1e-2)


def test_another_shape_is_refused_although_it_would_broadcast() -> None:
    with pytest.raises(DigitpadError, match="shape"):
        largest_difference(ONE, lambda x: x[:, :1], probes([0.5, 0.5]))


def test_another_answer_is_refused_however_small_the_difference() -> None:
    nearer = np.array([0, 3e-5, -3e-5], np.float32)
    assert largest_difference(ONE, shifted(nearer), probes([0, 0.5, 0.6])) < 1e-4
    with pytest.raises(DigitpadError, match="another class"):
        largest_difference(ONE, shifted(nearer), probes([0, 0.5, 0.6], [0, 0.5, 0.50001]))


def test_maps_and_single_logits_have_no_largest_class() -> None:
    assert largest_difference(ONE, shifted(5e-5), probes([-2e-5])) < 1e-4


def test_digits_are_normalised_test_digits() -> None:
    chosen = probes_for(ONE, (1, 28, 28), Preprocessing())
    assert chosen.images.shape == (1000, 1, 28, 28)
    assert chosen.images.min() == pytest.approx(-0.1307 / 0.3081, rel=1e-5)
    assert chosen.name == "1,000 test digits"


@pytest.mark.parametrize(("name", "count"), [("exam", 1000), ("catdog", 66)])
def test_other_networks_get_as_much_noise_as_they_read_in_seconds(
    name: str, count: int, make_model: Callable[[str], Model]
) -> None:
    model = make_model(name)
    chosen = probes_for(model.network, model.architecture.input_shape, Preprocessing())
    assert chosen.images.shape == (count, *model.architecture.input_shape)
    assert chosen.name == f"{count:,} random images"
    assert chosen.images.std() == pytest.approx(1, abs=0.01)


def test_nothing_is_written_when_answers_differ(
    make_model: Callable[[str], Model], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def other(contents: bytes, network: Sequential) -> Sequential:
        twin = read_npz(contents, network)
        twin.parameters()[-1].value += 1
        return twin

    monkeypatch.setattr(exporting, "read_npz", other)
    with pytest.raises(DigitpadError, match="not written"):
        export_model(make_model("light"), "npz", tmp_path / "m.npz")
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_format_and_a_bad_place_are_named(make_model: Callable[[str], Model], tmp_path: Path) -> None:
    with pytest.raises(DigitpadError, match="onnx, pytorch, npz"):
        export_model(make_model("light"), "tflite", tmp_path / "m")
    with pytest.raises(DigitpadError, match="could not be written"):
        export_model(make_model("light"), "npz", tmp_path / "nowhere" / "m.npz")


def test_weights_beside_a_module_replace_no_model(make_model: Callable[[str], Model], tmp_path: Path) -> None:
    model = make_model("light")
    save_model(tmp_path / "mine.safetensors", model)
    before = (tmp_path / "mine.safetensors").read_bytes()
    with pytest.raises(DigitpadError, match=r"mine\.safetensors is a model, which .* would replace"):
        export_model(model, "pytorch", tmp_path / "mine.py")
    assert (tmp_path / "mine.safetensors").read_bytes() == before
    assert not (tmp_path / "mine.py").exists()


def test_weights_of_an_earlier_export_are_replaced(make_model: Callable[[str], Model], tmp_path: Path) -> None:
    model = make_model("light")
    export_model(model, "pytorch", tmp_path / "mine.py")
    model.network.parameters()[0].value[...] = 2
    export_model(model, "pytorch", tmp_path / "mine.py")
    assert (tmp_path / "mine.safetensors").read_bytes() == to_pytorch(model, "mine")[1]


def test_a_network_that_finds_ink_is_exported_as_what_it_is(make_model: Callable[[str], Model]) -> None:
    model = make_model("unet-narrow")
    finder = dataclasses.replace(
        model, metadata=ModelMetadata(("ink",), Preprocessing(0.6, 0.2, 64), task="segmentation")
    )
    text = source_of(finder, "m").text
    assert "background" not in text
    assert "normalized with mean 0.6 and\nstandard deviation 0.2." in text
    assert "background" in source_of(model, "m").text


@pytest.fixture(scope="module")
def photographer() -> Model:
    """Return `catdog` after two steps of training on two classes, with statistics of its own."""
    plan = ARCHITECTURES["catdog"]
    rng = np.random.default_rng(3)
    network = build(plan, rng=rng)
    optimizer = Adam(network.parameters(), learning_rate=1e-4)
    images = rng.standard_normal((4, *plan.input_shape), dtype=np.float32)
    for _ in range(2):
        _, grad = BCEWithLogitsLoss()(network.forward(images, training=True), np.array([[0.0], [1.0], [1.0], [0.0]]))
        network.parameter_gradients(grad)
        optimizer.step()
    prepared = Preprocessing.of_pictures(plan.input_shape, (0.5, 0.45, 0.4), (0.25, 0.26, 0.27))
    return Model(network, plan, ModelMetadata(("cats", "dogs"), prepared), "photographs")


@pytest.mark.parametrize(("form", "package"), [("npz", "numpy"), ("onnx", "onnxruntime"), ("pytorch", "torch")])
def test_a_network_for_photographs_answers_the_same(
    form: str, package: str, photographer: Model, tmp_path: Path
) -> None:
    if not is_installed(package):
        pytest.skip(f"{package} is not installed")
    exported = export_model(photographer, form, tmp_path / "m.py")
    assert exported.max_difference is not None
    assert exported.max_difference <= 1e-4


def test_a_single_logit_is_described_as_such(photographer: Model, make_model: Callable[[str], Model]) -> None:
    text = source_of(photographer, "m").text
    assert "The output is one logit,\nabove 0 for dogs and below 0 for cats." in text
    assert "logits of the classes" in source_of(make_model("light"), "m").text
