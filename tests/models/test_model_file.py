import json
import os
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy

from digitpad import paths
from digitpad.errors import DigitpadError
from digitpad.models import model_file
from digitpad.models.model_file import (
    Model,
    ModelMetadata,
    Preprocessing,
    bundled_models,
    check_output,
    find_model,
    load_model,
    save_model,
    user_models,
)
from digitpad.nn import ARCHITECTURES, Architecture, build, serialization


@pytest.fixture
def model() -> Model:
    network = build(ARCHITECTURES["light"], rng=np.random.default_rng(5))
    metadata = ModelMetadata(
        preprocessing=Preprocessing(mean=0.25, std=0.5),
        metrics={"validation_accuracy": 0.987},
        training={"command": "digitpad train --seed 5", "seed": 5},
    )
    return Model(network, ARCHITECTURES["light"], metadata)


@pytest.fixture
def saved(model: Model, tmp_path: Path) -> Path:
    path = tmp_path / "mine.safetensors"
    save_model(path, model)
    return path


@pytest.fixture
def own_folders(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Give the test bundled and user folders of its own."""
    bundled, user = tmp_path / "bundled", tmp_path / "user"
    bundled.mkdir()
    (user / "models").mkdir(parents=True)
    monkeypatch.setattr(paths, "models_dir", lambda: bundled)
    monkeypatch.setattr(paths, "user_data_dir", lambda: user)
    return tmp_path


def rewrite(path: Path, *, drop: str = "", **changes: str) -> None:
    """Change metadata of a model file, or drop an entry."""
    tensors, metadata = serialization.read(path)
    metadata = {key: value for key, value in (metadata | changes).items() if key != drop}
    path.write_bytes(safetensors.numpy.save(tensors, metadata))


def refusal(path: Path) -> str:
    with pytest.raises(DigitpadError) as caught:
        load_model(path)
    message = str(caught.value)
    assert str(path) in message
    assert "\n" not in message
    return message


def test_what_is_saved_comes_back(model: Model, saved: Path) -> None:
    loaded = load_model(saved)
    assert loaded.name == "mine"
    assert loaded.architecture.to_json() == model.architecture.to_json()
    assert loaded.metadata == model.metadata
    before, after = model.network.state_dict(), loaded.network.state_dict()
    assert before.keys() == after.keys()
    assert all(np.array_equal(before[name], after[name]) for name in before)


def test_the_file_is_plain_safetensors_with_strings_that_others_can_read(saved: Path) -> None:
    with safetensors.safe_open(saved, framework="np") as file:
        metadata = file.metadata()
        assert "conv1.weight" in set(file.keys())
    assert set(metadata) == {"format_version", "architecture", "preprocessing", "labels", "metrics", "training", "task"}
    assert metadata["format_version"] == "1"
    assert json.loads(metadata["labels"]) == list("0123456789")
    assert json.loads(metadata["preprocessing"]) == {"mean": 0.25, "std": 0.5, "size": 28}


def test_a_copy_has_weights_of_its_own(model: Model) -> None:
    twin = model.copy()
    before = twin.network.parameters()[0].value.copy()
    model.network.parameters()[0].value += 1
    assert np.array_equal(twin.network.parameters()[0].value, before)
    assert not np.shares_memory(twin.network.parameters()[0].value, model.network.parameters()[0].value)


@pytest.mark.parametrize("keep", [0, 4, 8, 300, 5000, -1])
def test_a_file_that_is_cut_short_is_refused(saved: Path, keep: int) -> None:
    contents = saved.read_bytes()
    saved.write_bytes(contents[:keep])
    assert "damaged, incomplete" in refusal(saved)


@pytest.mark.parametrize("contents", [b"PK\x03\x04 not a model", b"\xff" * 4000, b'{"weights": []}', b"\x00" * 64])
def test_a_file_of_another_kind_is_refused(tmp_path: Path, contents: bytes) -> None:
    path = tmp_path / "other.safetensors"
    path.write_bytes(contents)
    refusal(path)


def test_a_file_of_tensors_alone_is_the_preset_that_they_fit(saved: Path, model: Model) -> None:
    tensors, _ = serialization.read(saved)
    saved.write_bytes(safetensors.numpy.save(tensors, {"format": "pt"}))
    loaded = load_model(saved)
    assert loaded.architecture == model.architecture
    assert loaded.metadata == ModelMetadata()
    for name, value in model.network.state_dict().items():
        np.testing.assert_array_equal(loaded.network.state_dict()[name], value)


def test_a_file_of_tensors_that_fit_no_preset_is_refused(saved: Path) -> None:
    tensors, _ = serialization.read(saved)
    del tensors["fc1.bias"]
    saved.write_bytes(safetensors.numpy.save(tensors))
    message = refusal(saved)
    assert "does not contain a valid architecture" in message
    assert "the nearest is light" in message
    assert "fc1.bias is missing" in message


def test_every_wrong_tensor_is_named(model: Model, tmp_path: Path) -> None:
    path = tmp_path / "wrong.safetensors"
    whole = tmp_path / "whole.safetensors"
    save_model(whole, model)
    tensors, metadata = serialization.read(whole)
    tensors["extra.weight"] = np.zeros(3, np.float32)
    del tensors["fc1.bias"]
    tensors["conv2.weight"] = np.zeros((16, 8, 5, 5), np.float32)
    path.write_bytes(safetensors.numpy.save(tensors, metadata))
    message = refusal(path)
    assert all(name in message for name in ("extra.weight", "fc1.bias", "conv2.weight"))


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_weights_that_are_no_numbers_are_refused_by_name(model: Model, tmp_path: Path, value: float) -> None:
    model.network.named_parameters()["fc2.bias"].value[3] = value
    path = tmp_path / "nan.safetensors"
    whole = serialization.dumps(model.network, {"architecture": model.architecture.to_json(), "format_version": "1"})
    path.write_bytes(whole)
    assert "fc2.bias" in refusal(path)
    with pytest.raises(DigitpadError, match=r"fc2\.bias"):
        save_model(tmp_path / "again.safetensors", model)
    assert not (tmp_path / "again.safetensors").exists()


def test_weights_too_large_for_the_network_are_refused(saved: Path) -> None:
    tensors, metadata = serialization.read(saved)
    tensors["fc1.bias"] = np.full(32, 1e300)
    saved.write_bytes(safetensors.numpy.save(tensors, metadata))
    assert "fc1.bias" in refusal(saved)


def test_a_later_format_asks_for_an_update(saved: Path) -> None:
    rewrite(saved, format_version="3")
    assert "update digitpad" in refusal(saved)


@pytest.mark.parametrize("version", ["", "one", "-1", "1.5"])
def test_a_format_version_that_is_no_number_is_refused(saved: Path, version: str) -> None:
    rewrite(saved, format_version=version)
    refusal(saved)


@pytest.mark.parametrize("name", ["preprocessing", "labels"])
def test_metadata_that_is_needed_is_missed_by_name(saved: Path, name: str) -> None:
    rewrite(saved, drop=name)
    assert name in refusal(saved)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("architecture", "{"),
        ("architecture", "[]"),
        ("architecture", '{"name": "x", "input_shape": [1, 28, 28], "layers": [{"name": "a", "type": "exec"}]}'),
        ("architecture", "[" * 100_000),
        ("preprocessing", "{"),
        ("preprocessing", "7"),
        ("preprocessing", '{"mean": 0.1}'),
        ("preprocessing", '{"mean": 0.1, "std": 0, "size": 28}'),
        ("preprocessing", '{"mean": 0.1, "std": -1, "size": 28}'),
        ("preprocessing", '{"mean": NaN, "std": 1, "size": 28}'),
        ("preprocessing", '{"mean": 1e999, "std": 1, "size": 28}'),
        ("preprocessing", '{"mean": 0.1, "std": 1, "size": 1e999}'),
        ("preprocessing", '{"mean": 0.1, "std": 1, "size": 32}'),
        ("preprocessing", '{"mean": null, "std": 1, "size": 28}'),
        ("labels", "ten"),
        ("labels", "10"),
        ("labels", "[]"),
        ("labels", '["0", "1"]'),
        ("labels", "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]"),
        ("metrics", "[1]"),
        ("metrics", '{"accuracy": NaN}'),
        ("training", '"yesterday"'),
    ],
)
def test_broken_metadata_is_refused(saved: Path, name: str, text: str) -> None:
    rewrite(saved, **{name: text})
    refusal(saved)


def test_a_network_for_other_pictures_is_refused(tmp_path: Path) -> None:
    plan = Architecture(
        "small",
        (1, 8, 8),
        (
            {"name": "flatten", "type": "Flatten"},
            {"name": "fc", "type": "Linear", "in_features": 64, "out_features": 10},
        ),
    )
    path = tmp_path / "small.safetensors"
    save_model(path, Model(build(plan, rng=np.random.default_rng(0)), plan, ModelMetadata()))
    assert "28x28" in refusal(path)


def test_a_missing_model_names_those_there_are(own_folders: Path, model: Model) -> None:
    save_model(own_folders / "bundled" / "light.safetensors", model)
    with pytest.raises(DigitpadError, match=r"no model nonesuch.*one of: light"):
        load_model("nonesuch")
    with pytest.raises(DigitpadError, match="folder"):
        load_model(own_folders)


def test_models_are_found_by_name_and_by_path(own_folders: Path, model: Model, saved: Path) -> None:
    bundled = [("bundled", name) for name in ("alpha", "light", model_file.DEFAULT_MODEL)]
    for folder, name in (*bundled, ("user/models", "evening")):
        save_model(own_folders / folder / f"{name}.safetensors", model)
    assert [path.stem for path in bundled_models()] == [model_file.DEFAULT_MODEL, "alpha", "light"]
    assert find_model().stem == model_file.DEFAULT_MODEL
    assert find_model("light") == own_folders / "bundled" / "light.safetensors"
    assert find_model("light.safetensors") == find_model("light")
    assert find_model("evening") == own_folders / "user" / "models" / "evening.safetensors"
    assert find_model(str(saved)) == saved
    with pytest.raises(DigitpadError):
        find_model("elsewhere/light")


def test_a_folder_does_not_hide_the_model_of_its_name(
    own_folders: Path, model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_model(own_folders / "bundled" / "digitpad.safetensors", model)
    here = tmp_path / "checkout"
    for name in ("digitpad", "tests"):
        (here / name).mkdir(parents=True)
    monkeypatch.chdir(here)
    assert find_model("digitpad") == own_folders / "bundled" / "digitpad.safetensors"
    for name in ("tests", "./digitpad"):
        with pytest.raises(DigitpadError, match="folder"):
            find_model(name)


def test_user_models_come_newest_first(own_folders: Path, model: Model) -> None:
    assert user_models() == []
    for age, name in enumerate(("new", "middle", "old")):
        path = own_folders / "user" / "models" / f"{name}.safetensors"
        save_model(path, model)
        os.utime(path, (10_000 - age, 10_000 - age))
    assert [path.stem for path in user_models()] == ["new", "middle", "old"]


def test_a_link_that_leads_nowhere_is_no_model_to_offer(own_folders: Path, model: Model) -> None:
    folder = own_folders / "user" / "models"
    save_model(folder / "mine.safetensors", model)
    try:
        (folder / "gone.safetensors").symlink_to(own_folders / "nowhere")
    except OSError:
        pytest.skip("this system makes no links for this user")
    assert [path.stem for path in user_models()] == ["mine"]
    with pytest.raises(DigitpadError, match="There is no model gone"):
        find_model("gone")


def test_without_any_model_the_default_says_so(own_folders: Path) -> None:
    assert own_folders.is_dir()
    with pytest.raises(DigitpadError, match="train one"):
        find_model()


def test_the_default_model_is_bundled_and_sound() -> None:
    assert load_model().name == model_file.DEFAULT_MODEL
    assert [load_model(path).architecture.name for path in bundled_models()] == ["reader-folded", "light", "standard"]
    assert load_model().metadata.refuses


def test_a_full_disk_leaves_the_old_file_and_nothing_half_written(
    model: Model, saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = saved.read_bytes()

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    model.network.parameters()[0].value += 1
    with pytest.raises(DigitpadError, match=r"mine\.safetensors could not be written \(No space left on device\)"):
        save_model(saved, model)
    assert saved.read_bytes() == before
    assert [path.name for path in saved.parent.iterdir()] == [saved.name]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no pipes with a place in a folder")
def test_what_is_no_ordinary_file_is_never_replaced(model: Model, tmp_path: Path) -> None:
    # A pipe of the test's own stands for all devices: were a real one tried, a mistake would replace it.
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(DigitpadError, match="device"):
        save_model(pipe, model)
    with pytest.raises(DigitpadError, match="device"):
        check_output(pipe, overwrite=True)
    assert pipe.is_fifo()
    assert list(tmp_path.iterdir()) == [pipe]


def test_a_place_that_takes_no_file_is_called_by_the_name_that_was_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(**_options: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tempfile.TemporaryFile", locked)
    place = tmp_path / "model.safetensors"
    with pytest.raises(DigitpadError) as caught:
        check_output(place, overwrite=False)
    assert str(caught.value) == f"{place} could not be written (Permission denied); choose another place."


def test_outputs_are_tried_before_the_work(tmp_path: Path) -> None:
    place = tmp_path / "model.safetensors"
    check_output(place, overwrite=False)
    assert list(tmp_path.iterdir()) == []

    place.write_bytes(b"")
    check_output(place, overwrite=False)
    place.write_bytes(b"precious")
    with pytest.raises(DigitpadError, match=r"already exists.*--force"):
        check_output(place, overwrite=False)
    check_output(place, overwrite=True)
    assert place.read_bytes() == b"precious"

    too_long = tmp_path / ("m" * 400)
    with pytest.raises(DigitpadError, match="name too long"):
        find_model(too_long)
    for bad, said in (
        (too_long, "name too long"),
        (tmp_path, "folder"),
        (tmp_path / "no" / "m", "does not exist"),
        (place / "m", "does not exist"),
    ):
        with pytest.raises(DigitpadError, match=said):
            check_output(bad, overwrite=True)
