"""Reading a film: any moment as a model, while it grows, and with damaged or missing frames."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy

from digitpad.errors import DigitpadError
from digitpad.models.model_file import load_model
from digitpad.models.tensor_file import read_header, read_tensors
from digitpad.reading.recognizer import Recognizer
from digitpad.training.events import StepCompleted
from digitpad.training.film.gradients import GradientHistograms, append_gradients, keep_gradients, read_gradients
from digitpad.training.film.limits import FilmLimits
from digitpad.training.film.reader import Film
from digitpad.training.histograms import Histogram
from digitpad.training.live import LiveRun
from digitpad.training.plan import RunPlan
from digitpad.training.runs import Run, RunStore

Make = Callable[..., RunPlan]


@pytest.fixture(scope="module")
def filmed(make_plan: Make, tmp_path_factory: pytest.TempPathFactory) -> Run:
    store = RunStore(tmp_path_factory.mktemp("runs"))
    live = LiveRun.start(make_plan(), store, "mine", film=FilmLimits(most_frames=12, most_cost=1e9, patience=1e9))
    list(live.events())
    return live.run


@pytest.fixture
def run(filmed: Run, tmp_path: Path) -> Run:
    """Return a copy of the run, for damage."""
    shutil.copytree(filmed.folder, tmp_path / "run")
    return Run(tmp_path / "run")


def test_a_frame_is_found_by_its_step(filmed: Run) -> None:
    film = Film.open(filmed)
    steps = [frame.step for frame in film.frames]
    assert steps[0] == 0
    assert steps[-1] == 24
    for step in range(25):
        assert film.frames[film.index(step)].step == max(other for other in steps if other <= step)
        assert abs(film.nearest(step).step - step) == min(abs(other - step) for other in steps)


def test_a_frame_reads_as_its_file_does(filmed: Run) -> None:
    """What is shown of a moment equals what the saved frame computes: the file is a model like any other."""
    film = Film.open(filmed)
    image = np.random.default_rng(0).random((28, 28), np.float32)
    network = film.model(film.frames[0])
    for frame in film.frames:
        model = film.model(frame)
        assert model.name == f"mine, step {frame.step}"
        saved = Recognizer(load_model(frame.path)).recognize_pixels(image)
        np.testing.assert_array_equal(Recognizer(model).recognize_pixels(image).probabilities, saved.probabilities)
        film.load_into(network.network, frame)
        np.testing.assert_array_equal(Recognizer(network).recognize_pixels(image).probabilities, saved.probabilities)


def test_two_models_of_one_frame_have_their_own_weights(filmed: Run) -> None:
    film = Film.open(filmed)
    one, other = (film.model(film.frames[3]) for _ in range(2))
    before = other.network.parameters()[0].value.copy()
    one.network.parameters()[0].value += 1
    np.testing.assert_array_equal(other.network.parameters()[0].value, before)


def test_a_film_grows_while_it_is_open(make_plan: Make, tmp_path: Path) -> None:
    live = LiveRun.start(make_plan(), RunStore(tmp_path), film=FilmLimits(most_cost=1e9, patience=1e9))
    film: Film | None = None
    lengths = []
    for event in live.events():
        if isinstance(event, StepCompleted):
            if film is None and Film.exists(live.run):
                film = Film.open(live.run)
            elif film is not None:
                film.refresh()
                lengths.append(len(film.frames))
                assert film.model(film.frames[-1]).name.endswith(f"step {film.frames[-1].step}")
    assert film is not None
    assert lengths == sorted(lengths)
    assert lengths[-1] > lengths[0]
    film.refresh()
    assert not film.refresh()
    assert film.frames[-1].step == 24


def test_a_frame_that_was_thinned_out_is_named(run: Run) -> None:
    film = Film.open(run)
    gone = film.frames[4]
    gone.path.unlink()
    with pytest.raises(DigitpadError, match=rf"step {gone.step} was thinned out"):
        film.model(gone)
    assert film.refresh()
    assert gone not in film.frames


@pytest.mark.parametrize("damage", ["empty", "cut", "noise", "other", "nan"])
def test_a_damaged_frame_leaves_the_others_readable(run: Run, damage: str) -> None:
    frame = Film.open(run).frames[4]
    contents = frame.path.read_bytes()
    strings, tensors = read_header(frame.path).strings, read_tensors(frame.path)
    if damage == "nan":
        tensors["fc1.bias"][0] = np.nan
    frame.path.write_bytes(
        {
            "empty": b"",
            "cut": contents[:-100],
            "noise": bytes(len(contents)),
            "other": safetensors.numpy.save({"x": np.zeros(3, np.float32)}, metadata=dict(strings)),
            "nan": safetensors.numpy.save(tensors, metadata=dict(strings)),
        }[damage]
    )
    film = Film.open(run)
    for other in film.frames:
        if other.step != frame.step:
            film.model(other)
    for other in film.frames:
        if other.step == frame.step:
            with pytest.raises(DigitpadError, match="could not be read"):
                film.model(other)


def test_a_run_without_a_film_says_so(run: Run) -> None:
    shutil.rmtree(run.film_folder)
    assert not Film.exists(run)
    with pytest.raises(DigitpadError, match="has no film"):
        Film.open(run)
    assert run.model().name


def test_a_film_of_an_unfinished_file_is_read_without_it(run: Run) -> None:
    """As a killed process leaves it."""
    frame = Film.open(run).frames[4]
    (frame.path.parent / f".{frame.path.name}.0123abcd.tmp").write_bytes(frame.path.read_bytes()[:50])
    assert Film.open(run).frames[4] == frame
    with run.locked():
        pass
    assert not list(run.film_folder.glob("*.tmp"))


def test_a_frame_under_another_name_is_not_shown_at_the_wrong_moment(run: Run) -> None:
    frames = Film.open(run).frames
    folder = run.film_folder
    shutil.copy(frames[4].path, folder / "step-99999999.safetensors")
    shutil.copy(frames[4].path, folder / f"step-{frames[4].step}.safetensors")
    shutil.copy(frames[4].path, folder / f"step-{'9' * 100}.safetensors")
    assert Film.open(run).frames == frames


def test_gradients_of_repeated_steps_are_removed_at_once(run: Run) -> None:
    folder = run.film_folder
    (folder / "gradients.jsonl").unlink(missing_ok=True)
    layers = {"fc1": Histogram.of(np.arange(5.0))}
    for step in (1, 2, 3):
        append_gradients(folder, GradientHistograms(step, layers))
    before = (folder / "gradients.jsonl").read_bytes()
    keep_gradients(folder, 2)
    after = (folder / "gradients.jsonl").read_bytes()
    assert before.startswith(after)
    assert [one.step for one in read_gradients(folder)] == [1, 2]
