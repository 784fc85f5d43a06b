"""Runs on disk: what they keep, and what happens to folders that are not as they were left."""

import errno
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from digitpad.data.idx import write_idx
from digitpad.errors import DigitpadError
from digitpad.models.model_file import load_model
from digitpad.training.events import EpochCompleted, Event, RecordingTrouble, StepCompleted, TrainingStopped
from digitpad.training.live import LiveRun
from digitpad.training.plan import RunPlan
from digitpad.training.run_info import RunStatus
from digitpad.training.run_writer import Keeping
from digitpad.training.runs import Run, RunStore, UnreadableRun

Make = Callable[..., RunPlan]
EAGER = Keeping(between_epochs=0.0, within_epoch=30.0, times_its_cost=0.0)


@pytest.fixture
def store() -> RunStore:
    return RunStore()


@pytest.fixture(scope="module")
def trained_once(make_plan: Make, tmp_path_factory: pytest.TempPathFactory) -> Path:
    live = LiveRun.start(make_plan(), RunStore(tmp_path_factory.mktemp("runs")), "first", keeping=EAGER)
    list(live.events())
    return live.run.folder


@pytest.fixture
def trained(trained_once: Path, store: RunStore) -> Run:
    """Return a short run with a checkpoint at the beginning and after each of three epochs."""
    return Run(shutil.copytree(trained_once, store.folder / trained_once.name))


def test_a_run_keeps_all_that_happened(make_plan: Make, store: RunStore) -> None:
    live = LiveRun.start(make_plan(weight_decay=0.01), store, "mine", "a note")
    events: list[Event] = []
    for event in live.events():
        events.append(event)
        if isinstance(event, StepCompleted):
            live.measure_layers()
    assert not any(isinstance(event, RecordingTrouble) for event in events)
    (run,) = store.all()
    assert isinstance(run, Run)
    info, history = run.info, run.history()
    last = events[-1]
    assert isinstance(last, TrainingStopped)
    assert (info.name, info.notes, info.status) == ("mine", "a note", RunStatus.FINISHED)
    assert (info.epochs, info.steps, info.seconds) == (3, 24, last.seconds)
    assert (info.validation_loss, info.validation_accuracy) == (last.validation_loss, last.validation_accuracy)
    assert info.message == last.message
    assert list(history.steps) == [event for event in events if isinstance(event, StepCompleted)]
    assert list(history.epochs) == [event for event in events if isinstance(event, EpochCompleted)]
    assert [look.step for look in history.layers] == list(range(2, 25))
    assert history.layers[3].layers[0].name == "conv1"
    again = load_model(run.folder / "model.safetensors")
    assert again.metadata.metrics == {"validation_accuracy": last.validation_accuracy}
    assert again.metadata.training["stopped"] == "finished"


def test_every_checkpoint_opens_as_the_network_that_it_was(make_plan: Make, store: RunStore) -> None:
    live = LiveRun.start(make_plan(), store, keeping=EAGER)
    seen = {0: live.trainer.network.state_dict()["fc1.weight"].copy()}
    for event in live.events():
        if isinstance(event, EpochCompleted):
            seen[event.step] = live.snapshot_model().network.state_dict()["fc1.weight"]
    files = live.run.checkpoints()
    assert [(file.step, file.epoch) for file in files] == [(0, 0), (8, 1), (16, 2), (24, 3)]
    epochs = live.run.history().epochs
    assert [file.validation_accuracy for file in files[1:]] == [epoch.validation_accuracy for epoch in epochs]
    for file in files:
        model = live.run.model(file)
        assert np.array_equal(model.network.state_dict()["fc1.weight"], seen[file.step])
        assert model.metadata.preprocessing.mean == pytest.approx(0.1307)


def test_a_snapshot_is_a_copy_that_training_does_not_touch(make_plan: Make, store: RunStore) -> None:
    live = LiveRun.start(make_plan(), store)
    models = [
        (live.snapshot_model(), live.trainer.network.state_dict()["fc1.weight"].copy())
        for event in live.events()
        if isinstance(event, StepCompleted)
    ]
    for model, weights in models:
        assert np.array_equal(model.network.state_dict()["fc1.weight"], weights)
    assert not np.array_equal(models[0][1], models[-1][1])


def test_names_and_notes_are_kept_and_a_run_is_found_by_them(trained: Run, store: RunStore, make_plan: Make) -> None:
    trained.rename("  better  ")
    trained.set_notes("Größe\nand more")
    again = store.find("better")
    assert (again.folder, again.info.notes) == (trained.folder, "Größe\nand more")
    assert store.find(trained.folder).folder == store.find(trained.folder.name).folder == trained.folder
    with pytest.raises(DigitpadError, match="needs a name"):
        trained.rename(" ")
    with pytest.raises(DigitpadError, match="There is no run worse"):
        store.find("worse")
    store.create(make_plan(), "better")
    with pytest.raises(DigitpadError, match=r"2 runs are named better.*folder"):
        store.find("better")


def test_runs_without_a_name_of_their_own_are_numbered(store: RunStore, make_plan: Make) -> None:
    plan = make_plan()
    first, second, third = (store.create(plan) for _ in range(3))
    wanted = plan.architecture.name
    assert [run.info.name for run in (first, second, third)] == [wanted, f"{wanted} 2", f"{wanted} 3"]
    second.rename("other")
    assert store.create(plan).info.name == f"{wanted} 2"
    assert store.create(plan, "other").info.name == "other"


def test_a_run_and_its_checkpoints_have_one_name_each(trained: Run) -> None:
    trained.rename("mine")
    file = trained.checkpoints()[-1]
    assert trained.display_name() == "mine"
    assert trained.display_name(file) == trained.display_name(file.path) == f"mine, step {file.step}"
    assert trained.display_name(trained.checkpoint_path(12_345)) == "mine, step 12,345"


def test_only_a_run_that_its_program_did_not_end_is_offered_again(
    trained: Run, store: RunStore, make_plan: Make
) -> None:
    assert store.interrupted() is None
    trained.update(status=RunStatus.RUNNING)
    found = store.interrupted()
    assert found is not None
    assert found.folder == trained.folder
    with trained.locked():
        assert store.interrupted() is None
    store.create(make_plan())
    assert store.interrupted() is None


def test_runs_made_in_the_same_second_have_folders_of_their_own(store: RunStore, make_plan: Make) -> None:
    assert len({store.create(make_plan()).folder for _ in range(5)}) == 5
    assert len(store.all()) == 5


def test_a_deleted_run_comes_back_until_it_is_purged(trained: Run, store: RunStore) -> None:
    before = sorted(path.name for path in trained.folder.iterdir())
    trashed = store.delete(trained)
    assert store.all() == []
    assert [each.name for each in store.trash()] == ["first"]
    assert sorted(path.name for path in trashed.restore().iterdir()) == before
    (run,) = store.all()
    assert isinstance(run, Run)
    store.delete(run).purge()
    assert (store.all(), store.trash()) == ([], [])


def test_a_run_is_not_restored_over_another(trained: Run, store: RunStore) -> None:
    trashed = store.delete(trained)
    shutil.copytree(trashed.folder, trained.folder)
    assert trashed.restore() != trained.folder
    assert len(store.all()) == 2


def test_a_run_is_trained_once_at_a_time_and_not_deleted_meanwhile(make_plan: Make, store: RunStore) -> None:
    live = LiveRun.start(make_plan(), store)
    events = live.events()
    next(events)
    other = store.find(live.run.folder)
    assert other.is_running()
    assert other.info.status is RunStatus.RUNNING
    with pytest.raises(DigitpadError, match="stop it first"):
        store.delete(other)
    with pytest.raises(DigitpadError, match="already being trained"):
        next(LiveRun.resume(other).events())
    events.close()
    assert not other.is_running()


def test_going_back_makes_a_new_run_and_leaves_the_old_one(trained: Run, store: RunStore) -> None:
    before = {path.name: path.read_bytes() for path in trained.folder.glob("*.*")}
    checkpoint = trained.checkpoints()[1]
    branch = store.branch(trained, checkpoint, learning_rate=0.01)
    assert branch.info.name == "first from step 8"
    assert branch.info.branched_from == f"{trained.folder.name}, step 8"
    list(LiveRun.resume(branch).events())
    assert [step.step for step in branch.history().steps] == list(range(1, 25))
    assert branch.history().steps[:8] == trained.history().steps[:8]
    assert branch.history().steps[8].learning_rate == 0.01
    assert {path.name: path.read_bytes() for path in trained.folder.glob("*.*")} == before


def test_a_model_is_saved_where_it_is_wanted_and_never_over_another(trained: Run, tmp_path: Path) -> None:
    target = tmp_path / "kept.safetensors"
    trained.save_model(target)
    kept = load_model(target).network.state_dict()
    assert all(np.array_equal(kept[name], value) for name, value in trained.model().network.state_dict().items())
    before = target.read_bytes()
    with pytest.raises(DigitpadError, match="already exists"):
        trained.save_model(target, trained.checkpoints()[0])
    assert target.read_bytes() == before
    trained.save_model(target, trained.checkpoints()[0], overwrite=True)
    assert target.read_bytes() != before


def edited(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    data = json.loads((folder / "run.json").read_text())
    change(data)
    (folder / "run.json").write_text(json.dumps(data))


BROKEN: dict[str, tuple[Callable[[Path], object], str]] = {
    "no file": (lambda folder: (folder / "run.json").unlink(), "run.json is missing"),
    "cut short": (lambda folder: os.truncate(folder / "run.json", 100), "not a valid JSON"),
    "empty": (lambda folder: os.truncate(folder / "run.json", 0), "not a valid JSON"),
    "a list": (lambda folder: (folder / "run.json").write_text("[]"), "does not describe a run"),
    "no text": (lambda folder: (folder / "run.json").write_bytes(b"\xff\xfe\x00"), "not a valid JSON"),
    "newer": (lambda folder: edited(folder, lambda d: d.update(format_version=99)), "update digitpad"),
    "no version": (lambda folder: edited(folder, lambda d: d.pop("format_version")), "format version None"),
    "unknown": (lambda folder: edited(folder, lambda d: d.update(colour=1)), "there is no 'colour'"),
    "no plan": (lambda folder: edited(folder, lambda d: d.pop("plan")), "'plan' is missing"),
    "a status": (lambda folder: edited(folder, lambda d: d.update(status="asleep")), "'asleep'"),
    "a date": (lambda folder: edited(folder, lambda d: d.update(created="yesterday")), "yesterday"),
    "a count": (
        lambda folder: edited(folder, lambda d: d.update(epochs="3")),
        "epochs must be a whole number, not '3'",
    ),
    "a figure": (
        lambda folder: edited(folder, lambda d: d.update(train_loss="low")),
        "train_loss must be a number or null, not 'low'",
    ),
    "a setting": (lambda folder: edited(folder, lambda d: d["plan"]["settings"].update(epochs=0)), "epochs must be"),
    "its kind": (lambda folder: edited(folder, lambda d: d["plan"]["settings"].update(epochs=1.5)), "whole number"),
    "its name": (lambda folder: edited(folder, lambda d: d["plan"]["settings"].update(speed=9)), "'speed'"),
    "NaN": (
        lambda folder: (folder / "run.json").write_text('{"format_version": NaN}'),
        "format_version must be a number, not NaN",
    ),
    "a network": (lambda folder: edited(folder, lambda d: d["plan"].update(architecture=3)), "architecture"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_folder_that_is_broken_is_listed_with_one_sentence_and_harms_no_other(
    trained: Run, store: RunStore, case: str
) -> None:
    other = trained.folder.with_name("other")
    shutil.copytree(trained.folder, other)
    break_it, said = BROKEN[case]
    break_it(other)
    sound, broken = store.all()
    assert isinstance(sound, Run)
    assert sound.folder == trained.folder
    assert isinstance(broken, UnreadableRun)
    assert said in broken.trouble
    assert str(other) in broken.trouble
    assert broken.trouble.count("\n") == 0
    store.delete(broken)
    assert len(store.all()) == 1


def test_what_else_lies_in_the_folder_of_runs_does_not_matter(trained: Run, store: RunStore) -> None:
    (store.folder / "notes.txt").write_text("mine")
    (store.folder / ".hidden").mkdir()
    assert [run.folder for run in store.all()] == [trained.folder]


@pytest.mark.parametrize("damage", ["cut", "removed", "garbage", "newer"])
def test_a_damaged_checkpoint_is_named_and_the_one_before_is_used(trained: Run, damage: str) -> None:
    *_, before, last = trained.checkpoints()
    match damage:
        case "cut":
            os.truncate(last.path, last.size // 2)
        case "removed":
            last.path.unlink()
        case "garbage":
            last.path.write_bytes(b"garbage")
        case "newer":
            contents = last.path.read_bytes()
            last.path.write_bytes(contents.replace(b'checkpoint_version":"1"', b'checkpoint_version":"9"'))
    with pytest.raises(DigitpadError) as caught:
        trained.load(last)
    assert str(last.path) in str(caught.value)
    assert "update digitpad" in str(caught.value) if damage == "newer" else "another one" in str(caught.value)
    assert trained.load().steps == before.step


def test_without_checkpoints_there_is_nothing_to_go_on_from(trained: Run) -> None:
    shutil.rmtree(trained.folder / "checkpoints")
    assert trained.checkpoints() == []
    assert not trained.can_resume()
    with pytest.raises(DigitpadError, match="no checkpoint"):
        trained.load()
    assert trained.model().name == "first"


@pytest.mark.parametrize(
    ("table", "spoil", "said"),
    [
        ("history.csv", lambda text: text.replace(",", ";", 40), "no column"),
        ("history.csv", lambda text: text + "25,x,3,1,8,32,0.1,0.9,0.1,0.1,0.0\n", "line 26"),
        ("epochs.csv", lambda text: text + "4,5\n", "line 5"),
    ],
)
def test_a_table_edited_by_hand_is_named_with_the_line(
    trained: Run, table: str, spoil: Callable[[str], str], said: str
) -> None:
    path = trained.folder / table
    path.write_text(spoil(path.read_text()))
    with pytest.raises(DigitpadError) as caught:
        trained.history()
    assert said in str(caught.value)
    assert table in str(caught.value)
    assert len(trained.checkpoints()) == 4


def test_a_last_row_that_was_cut_short_is_left_out(trained: Run) -> None:
    whole = trained.history()
    path = trained.folder / "history.csv"
    os.truncate(path, path.stat().st_size - 3)
    assert trained.history().steps == whole.steps[:-1]
    os.truncate(path, 0)
    assert trained.history().steps == []


class FullDisk:
    """A disk that takes nothing more, once it is full."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.is_full = False
        self._fsync = os.fsync
        patch.setattr(os, "fsync", self._sync)

    def _sync(self, descriptor: int) -> None:
        if self.is_full:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self._fsync(descriptor)


def test_a_disk_that_is_full_is_told_and_the_training_goes_on(
    make_plan: Make, store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = FullDisk(monkeypatch)
    live = LiveRun.start(make_plan(epochs=4), store, keeping=EAGER)
    troubles: list[str] = []
    kept: dict[str, bytes] = {}
    for event in live.events():
        if isinstance(event, RecordingTrouble):
            troubles.append(event.message)
        if isinstance(event, EpochCompleted) and event.epoch == 1:
            disk.is_full = True
            kept = {path.name: path.read_bytes() for path in (live.run.folder / "checkpoints").iterdir()}
        if isinstance(event, EpochCompleted) and event.epoch == 3:
            disk.is_full = False
            assert {path.name: path.read_bytes() for path in (live.run.folder / "checkpoints").iterdir()} == kept
            assert store.find(live.run.folder).info.epochs == 1
    assert len(troubles) == 1
    assert "No space left" in troubles[0]
    assert [file.step for file in live.run.checkpoints()] == [0, 8, 32]
    assert live.run.info.status is RunStatus.FINISHED
    assert len(live.run.history().steps) == 32


def test_an_end_that_could_not_be_written_is_told_and_taken_again_with_the_same_weights(
    make_plan: Make, store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = FullDisk(monkeypatch)
    live = LiveRun.start(make_plan(), store, keeping=EAGER)
    troubles: list[str] = []
    for event in live.events():
        if isinstance(event, RecordingTrouble):
            troubles.append(event.message)
        if isinstance(event, EpochCompleted) and event.epoch == 1:
            disk.is_full = True
    end = live.snapshot_model().network.state_dict()
    assert len(troubles) == 2
    assert "No space left" in troubles[0]
    assert "No space left" in troubles[1]
    assert "The final weights, after 24 steps, were not saved; those of step 8 were" in troubles[1]
    disk.is_full = False
    run = store.find(live.run.folder)
    assert run.can_resume()
    for _ in LiveRun.resume(run).events():
        pass
    again = run.model().network.state_dict()
    assert all(np.array_equal(again[name], value) for name, value in end.items())


def test_rows_that_could_not_be_written_are_written_later(
    make_plan: Make, store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    from digitpad.training import history

    full = [False]
    check = history._check_whole

    def some(count: int | None, waiting: bytes) -> None:
        check(None if full[0] else count, waiting)

    monkeypatch.setattr(history, "_check_whole", some)
    live = LiveRun.start(make_plan(), store)
    troubles = 0
    for event in live.events():
        troubles += isinstance(event, RecordingTrouble)
        if isinstance(event, StepCompleted):
            full[0] = 5 <= event.step < 9
            if event.step == 8:
                assert [step.step for step in live.run.history().steps] == [1, 2, 3, 4, 5]
    assert troubles == 1
    assert [step.step for step in live.run.history().steps] == list(range(1, 25))


def test_a_run_keeps_so_many_checkpoints_evenly_spread_with_first_best_and_last(
    make_plan: Make, store: RunStore
) -> None:
    keeping = Keeping(between_epochs=0.0, within_epoch=0.0, times_its_cost=0.0, most=6)
    live = LiveRun.start(make_plan(epochs=8), store, keeping=keeping)
    for event in live.events():
        if isinstance(event, StepCompleted | EpochCompleted) and event.step % 4 == 0:
            assert len(live.run.checkpoints()) <= 6
    files = live.run.checkpoints()
    epochs = live.run.history().epochs
    assert (files[0].step, files[-1].step) == (0, 64)
    assert max(epoch.validation_accuracy or 0 for epoch in epochs) in [file.validation_accuracy for file in files]
    assert all(file.epoch is not None for file in files)
    small = Keeping(between_epochs=0.0, times_its_cost=0.0, most_bytes=1)
    live = LiveRun.start(make_plan(), store, keeping=small)
    list(live.events())
    assert [file.step for file in live.run.checkpoints()] == [24]


def test_a_run_does_not_go_on_with_other_data(make_plan: Make, store: RunStore, tmp_path: Path) -> None:
    plan = make_plan()
    folder = tmp_path / "data"
    shutil.copytree(plan.dataset, folder)
    live = LiveRun.start(RunPlan(plan.architecture, str(folder), None, 60, plan.settings), store)
    events = live.events()
    next(events)
    events.close()
    labels = np.arange(300, dtype=np.uint8) % 10
    write_idx(folder / "train-labels-idx1-ubyte", labels[::-1].copy())
    with pytest.raises(DigitpadError, match="has changed since the run"):
        LiveRun.resume(live.run)
    shutil.rmtree(folder)
    with pytest.raises(DigitpadError, match="does not exist"):
        LiveRun.resume(live.run)


def test_a_run_that_diverged_keeps_the_last_good_weights_and_can_be_gone_back_in(
    make_plan: Make, store: RunStore
) -> None:
    live = LiveRun.start(make_plan(optimizer="sgd", learning_rate=0.01), store, keeping=EAGER)
    for event in live.events():
        if isinstance(event, EpochCompleted) and event.epoch == 1:
            live.controls.change(learning_rate=1e30)
    run = live.run
    assert run.info.status is RunStatus.DIVERGED
    assert all(np.isfinite(value).all() for value in run.model().network.state_dict().values())
    assert not run.can_resume()
    with pytest.raises(DigitpadError, match="return to one of its checkpoints"):
        LiveRun.resume(run)
    branch = store.branch(run, run.checkpoints()[-1])
    *_, last = LiveRun.resume(branch).events()
    assert isinstance(last, TrainingStopped)
    assert branch.info.status is RunStatus.FINISHED


def test_a_folder_that_cannot_be_made_is_said_before_anything_is_trained(make_plan: Make, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(DigitpadError, match="could not be created"):
        LiveRun.start(make_plan(), RunStore(tmp_path / "file" / "runs"))
    with pytest.raises(DigitpadError, match="does not exist"):
        LiveRun.start(RunPlan(make_plan().architecture, str(tmp_path / "nothing")), RunStore(tmp_path / "runs"))
    assert not (tmp_path / "runs").exists()


def test_a_history_of_an_earlier_version_lacks_columns_that_came_later(trained: Run) -> None:
    path = trained.folder / "history.csv"
    rows = [line.split(",") for line in path.read_text().splitlines()]
    assert rows[0][-1] == "cross_entropy"
    path.write_text("".join(",".join(row[:-1]) + "\n" for row in rows))
    assert all(step.cross_entropy is None for step in trained.history().steps)
    rows[0][3] = "unknown"
    path.write_text("".join(",".join(row[:-1]) + "\n" for row in rows))
    with pytest.raises(DigitpadError, match="no column batch"):
        trained.history()
