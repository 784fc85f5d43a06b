"""Networks are trained on photographs that are decoded when they are used, just as on images in memory."""

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy

from digitpad.data.augmentation import Augmentation
from digitpad.data.dataset import Dataset, channel_statistics
from digitpad.data.lazy_pictures import PictureFiles
from digitpad.data.memory_budget import MemoryBudget
from digitpad.data.picture_fit import CROP, DEFAULT_FIT, STRETCH
from digitpad.data.sources import open_dataset
from digitpad.errors import DigitpadError
from digitpad.models.metadata import DIGIT, PICTURE
from digitpad.models.model_file import load_model, save_model
from digitpad.nn import ARCHITECTURES, Architecture
from digitpad.training.batches import BatchLoader
from digitpad.training.events import StepCompleted, TrainingStarted, TrainingStopped
from digitpad.training.live import LiveRun, prepare
from digitpad.training.network_fit import input_for_pictures
from digitpad.training.plan import RunPlan
from digitpad.training.preparation import augmentation_of
from digitpad.training.run_info import RunStatus
from digitpad.training.runs import RunStore
from digitpad.training.settings import TrainingSettings
from tests.pictures import photograph_folder

PLAN = Architecture(
    "small",
    (3, 20, 24),
    (
        {"name": "conv", "type": "Conv2D", "in_channels": 3, "out_channels": 6, "kernel_size": 5, "stride": 3},
        {"name": "relu", "type": "ReLU"},
        {"name": "pool", "type": "GlobalAveragePool2D"},
        {"name": "flatten", "type": "Flatten"},
        {"name": "fc", "type": "Linear", "in_features": 6, "out_features": 1},
    ),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return photograph_folder(tmp_path_factory.mktemp("photographs"), ("reds", "greens"), 24)


@pytest.fixture
def pictures(folder: Path) -> Dataset:
    return open_dataset(folder, shape=PLAN.input_shape)


def in_memory(dataset: Dataset) -> Dataset:
    return Dataset.of(dataset.name, dataset.pixels, dataset.labels, dataset.classes)


def plan(folder: Path, architecture: Architecture = PLAN, **settings: Any) -> RunPlan:
    usual = {"epochs": 12, "batch_size": 8, "optimizer": "adam", "learning_rate": 0.03, "threads": 1} | settings
    return RunPlan(architecture, str(folder)).with_settings(**usual)


@pytest.mark.parametrize("augmented", [False, True])
def test_batches_are_those_of_images_in_memory(pictures: Dataset, augmented: bool) -> None:
    assert isinstance(pictures.images, PictureFiles)
    settings = TrainingSettings(augmentation=Augmentation(shift=3, noise=0.1) if augmented else Augmentation())
    mean, std = (0.5, 0.4, 0.3), (0.2, 0.3, 0.4)
    order = np.random.default_rng(1).permutation(len(pictures))
    lazy, held = (
        [
            (images.copy(), targets)
            for images, targets in BatchLoader(
                dataset, 10, mean=mean, std=std, augmentation=augmentation_of(settings)
            ).batches(order, epoch=2, first=1)
        ]
        for dataset in (pictures, in_memory(pictures))
    )
    assert [len(targets) for _images, targets in lazy] == [10, 10, 10, 8]
    for (images, targets), (expected, labels) in zip(lazy, held, strict=True):
        np.testing.assert_array_equal(images, expected)
        np.testing.assert_array_equal(targets, labels)
    if not augmented:
        pixels = pictures.pixels[order[10:20]] / 255
        shape = (1, 3, 1, 1)
        np.testing.assert_allclose(lazy[0][0], (pixels - np.reshape(mean, shape)) / np.reshape(std, shape), atol=1e-5)


def test_the_statistics_are_those_of_the_training_images(pictures: Dataset) -> None:
    mean, std = channel_statistics(pictures.images)
    pixels = pictures.pixels / 255
    np.testing.assert_allclose(mean, pixels.mean(axis=(0, 2, 3)), atol=1e-4)
    np.testing.assert_allclose(std, pixels.std(axis=(0, 2, 3)), atol=1e-4)
    assert channel_statistics(np.full((3, 1, 4, 4), 51, np.uint8)) == ((0.2,), (1.0,))


def test_photographs_are_learned_from_files(folder: Path, tmp_path: Path) -> None:
    live = LiveRun.start(plan(folder), RunStore(tmp_path / "runs"))
    *_, stopped = live.events()
    assert isinstance(stopped, TrainingStopped)
    assert stopped.validation_accuracy == 1
    metadata = live.trainer.metadata
    assert metadata.preprocessing.kind == PICTURE
    assert metadata.preprocessing.shape == (3, 20, 24)
    assert metadata.preprocessing.fit == STRETCH
    assert metadata.labels == ("greens", "reds")
    assert isinstance(metadata.preprocessing.mean, tuple)
    save_model(tmp_path / "m.safetensors", live.snapshot_model())
    assert load_model(tmp_path / "m.safetensors").metadata.preprocessing == metadata.preprocessing


def test_a_run_on_photographs_is_resumed_bit_for_bit(folder: Path, tmp_path: Path) -> None:
    store = RunStore(tmp_path / "runs")
    whole = LiveRun.start(plan(folder, epochs=3), store)
    list(whole.events())
    cut = LiveRun.start(plan(folder, epochs=3), store)
    events = cut.events()
    for event in events:
        if isinstance(event, StepCompleted) and event.step == 7:
            break
    events.close()
    resumed = LiveRun.resume(cut.run)
    list(resumed.events())
    expected = whole.trainer.network.state_dict()
    for name, value in resumed.trainer.network.state_dict().items():
        np.testing.assert_array_equal(value, expected[name])


def test_a_picture_that_is_cut_short_meanwhile_interrupts_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Without room for decoded pictures, each is read from its file again.
    monkeypatch.setattr("digitpad.data.prepared_files.CACHE", MemoryBudget(0))
    folder = photograph_folder(tmp_path / "photographs", ("reds", "greens"), 24)
    store = RunStore(tmp_path / "runs")
    whole = LiveRun.start(plan(folder, epochs=3), store)
    list(whole.events())
    cut = LiveRun.start(plan(folder, epochs=3), store)
    events = cut.events()
    while not isinstance(next(events), StepCompleted):
        pass
    paths = sorted(folder.rglob("*.jpg"))
    stored = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in paths}
    for path, (content, _changed) in stored.items():
        path.write_bytes(content[: len(content) // 2])
    with pytest.raises(DigitpadError, match=r"\.jpg has changed since the data were opened; open them again\."):
        list(events)
    info = cut.run.info
    assert info.status is RunStatus.INTERRUPTED
    assert "has changed since the data were opened" in info.message
    assert info.steps >= 1
    for path, (content, changed) in stored.items():
        path.write_bytes(content)
        os.utime(path, ns=(changed, changed))
    resumed = LiveRun.resume(cut.run)
    assert resumed.trainer.steps >= 1
    list(resumed.events())
    expected = whole.trainer.network.state_dict()
    for name, value in resumed.trainer.network.state_dict().items():
        np.testing.assert_array_equal(value, expected[name])


@pytest.mark.parametrize("older", [False, True])
def test_a_run_on_cropped_photographs_stays_cropped_when_it_is_resumed(
    folder: Path, tmp_path: Path, older: bool
) -> None:
    store, cropped = RunStore(tmp_path / "runs"), open_dataset(folder, shape=PLAN.input_shape, fit=CROP)
    whole = LiveRun.start(plan(folder, epochs=3), store, samples=cropped)
    list(whole.events())
    cut = LiveRun.start(plan(folder, epochs=3), store, samples=cropped)
    events = cut.events()
    for event in events:
        if isinstance(event, StepCompleted) and event.step == 7:
            break
    events.close()
    if older:
        for file in cut.run.checkpoints():
            without_fit(file.path)
    resumed = LiveRun.resume(cut.run)
    assert resumed.trainer.metadata.preprocessing == whole.trainer.metadata.preprocessing
    assert resumed.trainer.metadata.preprocessing.fit == CROP
    list(resumed.events())
    expected = whole.trainer.network.state_dict()
    for name, value in resumed.trainer.network.state_dict().items():
        np.testing.assert_array_equal(value, expected[name])


def without_fit(path: Path) -> None:
    """Change a checkpoint to that of a version of digitpad that only cropped pictures."""
    with safetensors.safe_open(path, "numpy") as file:
        strings = file.metadata()
    state = json.loads(strings["state"])
    del state["preprocessing"]["fit"]
    tensors = safetensors.numpy.load_file(path)
    safetensors.numpy.save_file(tensors, path, {**strings, "state": json.dumps(state)})


@pytest.mark.parametrize("name", ["light", "resnet", "tiny"])
def test_a_plan_for_digits_is_fitted_to_photographs_in_colour(folder: Path, name: str) -> None:
    trainer = prepare(plan(folder, ARCHITECTURES[name]), diagnose=False)
    assert trainer.architecture is not None
    assert trainer.architecture.input_shape == (3, 64, 64)
    assert trainer.metadata.preprocessing.shape == (3, 64, 64)


def test_what_is_fitted_is_said(folder: Path) -> None:
    started = next(prepare(plan(folder, ARCHITECTURES["light"]), diagnose=False).run())
    assert isinstance(started, TrainingStarted)
    assert [remark.partition(",")[0] for remark in started.remarks] == [
        f"The pictures of {folder.name} are photographs in colour",
        "Input 3x64x64",
        "2 outputs",
    ]


@pytest.mark.parametrize("shape", [(3, 32, 32), (1, 20, 30)])
def test_images_of_any_size_make_a_model_of_pictures(shape: tuple[int, int, int]) -> None:
    rng = np.random.default_rng(0)
    images = Dataset.of("any", rng.integers(0, 256, (20, *shape), dtype=np.uint8), np.arange(20) % 2, ("a", "b"))
    trainer = prepare(
        RunPlan(ARCHITECTURES["light"], settings=TrainingSettings(batch_size=4)), diagnose=False, samples=images
    )
    assert trainer.metadata.preprocessing.kind == PICTURE
    assert trainer.metadata.preprocessing.shape == shape
    assert trainer.metadata.preprocessing.fit == DEFAULT_FIT


def test_images_of_digits_keep_the_normalisation_of_mnist(blobs: Dataset) -> None:
    trainer = prepare(RunPlan(ARCHITECTURES["light"]), diagnose=False, samples=blobs)
    prepared = trainer.metadata.preprocessing
    assert (prepared.kind, prepared.mean, prepared.std, prepared.size) == (DIGIT, 0.1307, 0.3081, 28)


def test_the_input_of_a_plan_decides_how_pictures_are_read() -> None:
    assert input_for_pictures(ARCHITECTURES["catdog"]) == (3, 224, 224)
    assert input_for_pictures(ARCHITECTURES["light"]) is None
