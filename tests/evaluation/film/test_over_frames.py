"""The life of an answer, what was learned when, and distributions: each equals what the saved frames compute."""

import json
import os
from collections.abc import Generator, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from digitpad.data.dataset import Dataset
from digitpad.data.idx import write_idx
from digitpad.errors import DigitpadError
from digitpad.evaluation.film.answers import AnswerFilm, AnswerLife, first_readings
from digitpad.evaluation.film.classes import ClassAccuracies, following_classes, validation_sample
from digitpad.evaluation.film.distributions import distributions, following_distributions, spread
from digitpad.evaluation.film.order import coarse_to_fine
from digitpad.evaluation.film.points import LayerPoints, Plane, following_places, layer_points
from digitpad.models.model_file import load_model
from digitpad.nn import ARCHITECTURES
from digitpad.reading.recognizer import Recognizer
from digitpad.training.film.limits import FilmLimits
from digitpad.training.film.reader import Film
from digitpad.training.histograms import Histogram
from digitpad.training.live import LiveRun
from digitpad.training.plan import RunPlan
from digitpad.training.runs import RunStore
from digitpad.training.settings import TrainingSettings


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten classes that are quickly learned: a bright square at one of ten places."""
    rng = np.random.default_rng(7)
    labels = (np.arange(300) % 10).astype(np.uint8)
    images = rng.integers(0, 40, (300, 28, 28), dtype=np.uint8)
    for image, label in zip(images, labels, strict=True):
        row, column = 4 + 12 * (label // 5), 1 + 5 * (label % 5)
        image[row : row + 5, column : column + 5] = 255
    folder = tmp_path_factory.mktemp("squares")
    write_idx(folder / "train-images-idx3-ubyte", images)
    write_idx(folder / "train-labels-idx1-ubyte", labels)
    return folder


@pytest.fixture(scope="module")
def film(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Film:
    settings = TrainingSettings(epochs=6, batch_size=24, threads=1, seed=5, device="cpu")
    plan = RunPlan(ARCHITECTURES["light"], str(data), None, 60, settings)
    live = LiveRun.start(plan, RunStore(tmp_path_factory.mktemp("runs")), film=FilmLimits(most_cost=1e9, patience=1e9))
    list(live.events())
    return Film.open(live.run)


@pytest.fixture
def sample(film: Film) -> Dataset:
    return validation_sample(film.run, film)


@pytest.fixture(autouse=True)
def _without_results(film: Film) -> Iterator[None]:
    yield
    (film.run.film_folder / "classes.json").unlink(missing_ok=True)


def picture(sample: Dataset, index: int = 0) -> NDArray[np.float32]:
    pixels: NDArray[np.float32] = sample.images[[index]][0, 0].astype(np.float32) / np.float32(255)
    return pixels


@pytest.mark.parametrize("count", [0, 1, 2, 3, 10, 200])
def test_from_coarse_to_fine(count: int) -> None:
    order = coarse_to_fine(count)
    assert sorted(order) == list(range(count))
    if count == 200:
        assert order[:3] == [0, 199, 99]
        assert max(np.diff(sorted(order[:25]))) <= 16


def test_the_life_of_an_answer_is_what_every_saved_frame_reads(film: Film, sample: Dataset) -> None:
    image = picture(sample)
    *first, life = AnswerFilm(film).lives(image)
    assert len(film.frames) == 61
    assert [len(one.steps) for one in (*first, life)] == [25, 50, 61]
    assert [one.is_complete for one in (*first, life)] == [False, False, True]
    assert life.steps.tolist() == [frame.step for frame in film.frames]
    for frame, row in zip(film.frames, life.probabilities, strict=True):
        expected = Recognizer(load_model(frame.path)).recognize_pixels(image)
        np.testing.assert_array_equal(row, expected.probabilities)
        np.testing.assert_array_equal(life.at(frame.step), row)
    for one in first:
        assert set(one.steps.tolist()) < set(life.steps.tolist())
        for step, row in zip(one.steps.tolist(), one.probabilities, strict=True):
            np.testing.assert_array_equal(row, life.at(step))


def test_another_drawing_is_read_by_the_same_film(film: Film, sample: Dataset) -> None:
    answers = AnswerFilm(film)
    lives = [answers.life(picture(sample, index)) for index in (0, 1, 0)]
    np.testing.assert_array_equal(lives[0].probabilities, lives[2].probabilities)
    assert not np.array_equal(lives[0].probabilities, lives[1].probabilities)


def test_facts_about_an_answer() -> None:
    rows = np.eye(4, dtype=np.float32)[[1, 1, 3, 2, 3, 3]]
    steps = np.array([0, 1, 5, 20, 214, 1300])
    life = AnswerLife(("a", "b", "c", "d"), steps, rows, np.zeros(6, np.float32), is_complete=True)
    assert life.changes == 3
    assert first_readings(life) == [("b", 0), ("d", 5), ("c", 20), ("d", 214)]
    assert (life.first_read_as("d"), life.first_read_as("a")) == (5, None)
    assert life.read_since() == 214
    assert life.in_words("d") == "first read as d at step 5"
    assert life.in_words("a") == "never read as a"
    assert life.at(213).argmax() == 2


def test_a_frame_that_is_gone_is_left_out(film: Film, sample: Dataset, tmp_path: Path) -> None:
    gone = film.frames[5]
    gone.path.rename(tmp_path / "frame")
    try:
        life = AnswerFilm(film).life(picture(sample))
    finally:
        (tmp_path / "frame").rename(gone.path)
    assert len(life.steps) == 60
    assert gone.step not in life.steps
    assert life.is_complete


def test_the_sample_is_of_the_validation_images(film: Film, sample: Dataset) -> None:
    assert len(sample) == 60
    assert len(validation_sample(film.run, film, count=7)) == 7


def test_changed_data_are_noticed(film: Film, data: Path) -> None:
    path = data / "train-labels-idx1-ubyte"
    before = path.read_bytes()
    path.write_bytes(before[:-1] + bytes([(before[-1] + 1) % 10]))
    try:
        with pytest.raises(DigitpadError, match="has changed since the run"):
            validation_sample(film.run, film)
    finally:
        path.write_bytes(before)


def test_the_accuracy_of_every_class_is_what_every_saved_frame_reads(film: Film, sample: Dataset) -> None:
    *_others, last = following_classes(film, sample)
    assert last.is_complete
    assert last.labels == tuple("0123456789")
    for frame, row in zip(film.frames, last.hits, strict=True):
        readings = Recognizer(load_model(frame.path)).recognize_batch(sample.images[:]).argmax(axis=1)
        for label in range(10):
            assert row[label] == ((readings == label) & (sample.labels == label)).sum()
    assert last.overall[-1] > 0.9
    assert last.overall[0] < 0.3
    assert last.counts.sum() == 60


def test_accuracies_are_kept_with_the_run(film: Film, sample: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    job = following_classes(film, sample)
    parts = [next(job) for _ in range(10)]
    job.close()
    assert [len(part.steps) for part in parts] == list(range(1, 11))
    *_others, whole = following_classes(film, sample)

    def unexpected(*_: object) -> None:
        pytest.fail("a frame was read again")

    monkeypatch.setattr(Recognizer, "recognize_batch", unexpected)
    (again,) = following_classes(film, sample)
    np.testing.assert_array_equal(again.hits, whole.hits)


@pytest.mark.parametrize("contents", [b"", b"{}", b'{"images": "other", "hits": {}}', b"\xff", b'{"images": 3}'])
def test_a_damaged_file_of_accuracies_is_computed_again(film: Film, sample: Dataset, contents: bytes) -> None:
    (film.run.film_folder / "classes.json").write_bytes(contents)
    *_others, last = following_classes(film, sample)
    assert last.is_complete


@pytest.mark.parametrize("hits", [10**30, -1, 7])
def test_impossible_accuracies_in_a_file_are_computed_again(film: Film, sample: Dataset, hits: int) -> None:
    *_others, right = following_classes(film, sample)
    path = film.run.film_folder / "classes.json"
    contents = json.loads(path.read_text())
    assert len(contents["hits"]) == len(film.frames)
    contents["hits"] = {key: [hits] * 10 for key in contents["hits"]}
    path.write_text(json.dumps(contents))
    *_others, last = following_classes(film, sample)
    np.testing.assert_array_equal(last.hits, right.hits)


def test_accuracies_of_a_frame_that_goes_meanwhile_belong_to_no_other(
    film: Film, sample: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its time cannot be read any more; neither can that of another frame which goes the next time."""
    *_others, right = following_classes(film, sample)
    path = film.run.film_folder / "classes.json"
    path.unlink()
    stat = Path.stat

    def gone(step: int) -> None:
        def of(path: Path, **options: bool) -> os.stat_result:
            if path == film.frames[step].path:
                raise FileNotFoundError(path)
            return stat(path, **options)

        monkeypatch.setattr(Path, "stat", of)

    gone(0)
    list(following_classes(film, sample))
    gone(60)
    *_others, last = following_classes(film, sample)
    np.testing.assert_array_equal(last.hits, right.hits)


def test_what_was_computed_is_kept_when_it_is_cancelled(film: Film, sample: Dataset) -> None:
    job = following_classes(film, sample)
    for _ in range(3):
        next(job)
    job.close()
    assert len(json.loads((film.run.film_folder / "classes.json").read_text())["hits"]) == 3


def accuracies(rows: list[list[int]], labels: tuple[str, ...] = ("1", "9")) -> ClassAccuracies:
    return ClassAccuracies(labels, np.array([10, 10]), np.array([0, 4, 9, 30]), np.array(rows), 4)


def test_what_was_learned_when_in_words() -> None:
    one = accuracies([[0, 0], [9, 2], [10, 8], [9, 9]])
    assert one.learned() == {"1": 4, "9": 30}
    assert one.in_words() == "The 1s came first, at step 4; the 9s came last, at step 30."
    assert accuracies([[9, 0], [8, 2], [10, 8], [9, 8]]).learned() == {"1": 9, "9": None}
    text = accuracies([[9, 0], [8, 2], [10, 8], [9, 8]]).in_words()
    assert text == "The 1s came first, at step 9; not yet at 90 %: the 9s."
    assert accuracies([[0, 0]] * 4).in_words() == "No class stays at 90 % or more yet."
    assert accuracies([[0, 0], [0, 0], [9, 9], [9, 9]]).in_words() == "All classes came at step 9."
    named = accuracies([[0, 0], [9, 2], [10, 8], [9, 9]], ("cat", "dog"))
    assert named.in_words() == "cat came first, at step 4; dog came last, at step 30."


def test_distributions_are_those_of_the_saved_frames(film: Film, sample: Dataset) -> None:
    images = sample.images[:20]
    found = list(following_distributions(film, images))
    assert [one.step for one in found] == [frame.step for frame in spread(film.frames)]
    assert len(found) == 40
    assert (found[0].step, found[-1].step) == (0, film.frames[-1].step)
    saved = load_model(film.frames[-1].path)
    weights = saved.network.named_parameters()
    layer = np.concatenate([weights["fc1.weight"].value.ravel(), weights["fc1.bias"].value.ravel()])
    last = found[-1]
    assert list(last.weights) == ["conv1", "conv2", "fc1", "fc2"]
    assert last.weights["fc1"] == Histogram.of(layer)
    _output, activations = saved.network.forward(saved.metadata.preprocessing.normalize(images), capture=True)
    assert list(last.activations) == list(activations)
    assert last.activations["conv1"].total == activations["conv1"].size
    assert last.activations["conv1"].high == pytest.approx(float(activations["conv1"].max()), rel=1e-5)
    assert distributions(saved, step=3) == replace(distributions(saved), step=3)
    assert distributions(saved).activations == {}


def test_a_histogram_counts_every_value() -> None:
    values = np.array([-1.0, 0.0, 0.0, 0.5, 3.0], np.float32)
    one = Histogram.of(values, bins=4)
    assert (one.low, one.high, one.counts) == (-1.0, 3.0, (1, 3, 0, 1))
    assert one.total == 5
    assert one.edges.tolist() == [-1.0, 0.0, 1.0, 2.0, 3.0]
    same = Histogram.of(np.full(7, 2.5, np.float32))
    assert (same.low, same.high, same.total) == (2.5, 2.5, 7)
    for wrong in (np.array([]), np.array([1.0, np.nan]), np.array([np.inf])):
        with pytest.raises(ValueError, match="a histogram needs"):
            Histogram.of(wrong)


def test_points_follow_the_film_on_one_plane(film: Film, sample: Dataset) -> None:
    last = film.model(film.frames[-1])
    points = _result(layer_points(last, sample, "fc1"))
    plane = Plane.fit(points.values)
    found = [one for one in following_places(film, sample, "fc1", plane) if one is not None]
    assert [one.step for one in found[:3]] == [0, film.frames[-1].step, film.frames[30].step]
    assert sorted(one.step for one in found) == [frame.step for frame in film.frames]
    np.testing.assert_allclose(found[1].places, plane.place(points.values), atol=1e-5)
    first = _result(layer_points(load_model(film.frames[0].path), sample, "fc1"))
    np.testing.assert_allclose(found[0].places, plane.place(first.values), atol=1e-5)
    assert (found[1].predicted == sample.labels).mean() > 0.9
    assert (found[0].predicted == sample.labels).mean() < 0.3


def _result(job: Generator[int, None, LayerPoints]) -> LayerPoints:
    while True:
        try:
            next(job)
        except StopIteration as done:
            points: LayerPoints = done.value
            return points
