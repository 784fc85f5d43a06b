"""A report has the numbers of the run, and says in words what is missing."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from digitpad.charts.percentages import exact_percent, percent_interval
from digitpad.data.fewer import limited
from digitpad.data.sources import open_dataset
from digitpad.errors import DigitpadError
from digitpad.evaluation import Comparison, evaluate
from digitpad.nn import ARCHITECTURES
from digitpad.reading.recognizer import Recognizer
from digitpad.reports.document import Chapter, Code, Discussion, Highlights, Missing, Paragraph, Section, Table
from digitpad.reports.making import make_report
from digitpad.reports.measured import ReportOptions
from digitpad.reports.page import page_of
from digitpad.training.live import LiveRun
from digitpad.training.plan import RunPlan
from digitpad.training.run import Run
from digitpad.training.runs import RunStore
from digitpad.training.settings import TrainingSettings

QUICK = ReportOptions(limit=150, robustness=False)
#: For what neither the film nor the images that are measured have a part in.
PLAIN = ReportOptions(limit=30, robustness=False, film=False)


def copied(run: Run, folder: Path) -> Run:
    shutil.copytree(run.folder, folder / run.folder.name)
    return Run(folder / run.folder.name)


def section(chapter: Chapter, key: str) -> Section:
    return next(one for one in chapter.sections if one.key == key)


def missing(chapter: Chapter, key: str) -> str:
    return " ".join(block.text for block in section(chapter, key).blocks if isinstance(block, Missing))


def only_chapter(run: Run, options: ReportOptions = QUICK) -> Chapter:
    report = make_report([run], options)
    page_of(report)
    (chapter,) = report.chapters
    return chapter


def table(chapter: Chapter, name: str) -> Table:
    return next(one for one in chapter.tables() if one.name == name)


def test_the_numbers_are_those_of_an_evaluation(store: RunStore) -> None:
    run = store.find("first")
    report = make_report([run], QUICK)
    page = page_of(report)
    (chapter,) = report.chapters
    images = limited(open_dataset("mnist", "test"), limit=150, per_class=None)
    result = evaluate(Recognizer(run.model()), images)
    highlights = next(block for block in section(chapter, "overview").blocks if isinstance(block, Highlights))
    assert highlights.items[0].value == exact_percent(result.accuracy)
    assert highlights.items[0].detail == percent_interval(result.interval)
    rows = {row[0].value: row for row in table(chapter, "classes").rows}
    for figures in result.per_class:
        assert rows[figures.label][1].value == figures.support
        assert rows[figures.label][2].value == figures.recall
    counts = [[cell.value for cell in row[1:]] for row in table(chapter, "confusion").rows]
    assert counts == result.confusion.tolist()
    assert [row[2].value for row in table(chapter, "reliability").rows] == [b.count for b in result.calibration.bins]
    assert "which the training has not seen" in page


@pytest.fixture(scope="module")
def whole(runs_folder: Path) -> tuple[Chapter, list[tuple[str, int, int]]]:
    """Return the chapter of the first run with every part, and the progress that was reported."""
    told: list[tuple[str, int, int]] = []
    run = RunStore(runs_folder).find("first")
    report = make_report([run], ReportOptions(limit=60), lambda *news: told.append(news))
    page_of(report)
    (chapter,) = report.chapters
    return chapter, told


def test_every_part_is_there(store: RunStore, whole: tuple[Chapter, list[tuple[str, int, int]]]) -> None:
    run = store.find("first")
    chapter, told = whole
    names = {figure.name for figure in chapter.figures()}
    assert names == {
        *("network", "loss", "accuracy", "learning-rate", "accuracy-by-class", "confusion", "mistakes", "calibration"),
        *("robustness", "learned", "first-read", "feature-maps"),
    }
    assert all(figure.title and figure.description for figure in chapter.figures())
    assert {"layers", "settings", "epochs", "classes", "robustness", "learned", "versions"} <= {
        one.name for one in chapter.tables()
    }
    assert not [block.text for one in chapter.sections for block in one.blocks if isinstance(block, Missing)]
    assert sum(isinstance(block, Discussion) for one in chapter.sections for block in one.blocks) >= 8
    command = next(block for block in section(chapter, "repeating").blocks if isinstance(block, Code))
    assert command.text == run.info.command
    assert all(0 <= done <= max(total, done) for _doing, done, total in told)
    assert len({doing for doing, _done, _total in told}) >= 5


def test_progress_can_stop_the_work(store: RunStore) -> None:
    class StopError(Exception):
        pass

    def stop(doing: str, done: int, _total: int) -> None:
        if done:
            raise StopError(doing)

    with pytest.raises(StopError):
        make_report([store.find("first")], QUICK, stop)


def test_a_run_without_film_says_so(store: RunStore, tmp_path: Path) -> None:
    run = copied(store.find("first"), tmp_path)
    shutil.rmtree(run.film_folder)
    assert "has no film" in missing(only_chapter(run), "film")
    assert "was not examined" in missing(
        only_chapter(store.find("first"), ReportOptions(limit=60, robustness=False, film=False)), "film"
    )


def test_lost_data_and_lost_weights_are_named(store: RunStore, tmp_path: Path) -> None:
    run = copied(store.find("first"), tmp_path)
    path = run.folder / "run.json"
    contents = json.loads(path.read_text())
    contents["plan"]["dataset"] = str(tmp_path / "gone")
    path.write_text(json.dumps(contents))
    chapter = only_chapter(Run(run.folder))
    assert "gone does not exist" in missing(chapter, "results")
    assert "gone does not exist" in missing(chapter, "film")
    assert {figure.name for figure in chapter.figures()} == {"network", "loss", "accuracy", "learning-rate"}
    run.model_path.unlink()
    shutil.rmtree(run.folder / "checkpoints")
    chapter = only_chapter(Run(run.folder))
    assert "cannot be examined" in missing(chapter, "network")
    assert "cannot be examined" in missing(chapter, "results")


def test_losses_that_are_not_finite_leave_no_curve(store: RunStore, tmp_path: Path) -> None:
    run = copied(store.find("first"), tmp_path)
    for name, columns in (("history.csv", ("loss",)), ("epochs.csv", ("train_loss", "validation_loss"))):
        lines = [line.split(",") for line in (run.folder / name).read_text().splitlines()]
        places = [lines[0].index(column) for column in columns]
        for line in lines[1:]:
            for place in places:
                line[place] = "nan"
        (run.folder / name).write_text("".join(",".join(line) + "\n" for line in lines))
    chapter = only_chapter(run, PLAIN)
    assert "No loss of the run is a finite number" in missing(chapter, "training")
    assert "loss" not in {figure.name for figure in chapter.figures()}


def test_a_damaged_history_is_named(store: RunStore, tmp_path: Path) -> None:
    run = copied(store.find("first"), tmp_path)
    (run.folder / "history.csv").write_text("nonsense\n1\n")
    assert "has no column" in missing(only_chapter(run, PLAIN), "training")


def test_the_validation_images_are_measured_on_request(store: RunStore) -> None:
    chapter = only_chapter(store.find("first"), ReportOptions(split="validation", robustness=False, film=False))
    words = [block.text for block in section(chapter, "results").blocks if isinstance(block, Paragraph)]
    assert words[0].startswith("Measured on: 60 validation images")
    assert sum(int(str(row[1].value)) for row in table(chapter, "classes").rows) == 60


def test_another_dataset_has_no_validation_images(store: RunStore) -> None:
    options = ReportOptions(dataset="styles", split="validation", robustness=False, film=False)
    assert "was validated on images of mnist" in missing(only_chapter(store.find("first"), options), "results")


def test_the_drawing_can_be_chosen(store: RunStore, tmp_path: Path) -> None:
    ink = tmp_path / "ink.jsonl"
    ink.write_text(json.dumps({"width": 400, "height": 400, "strokes": [[[200, 50], [200, 350]]]}) + "\n")
    options = replace(PLAIN, drawing=ink)
    words = [
        block.text
        for block in section(only_chapter(store.find("first"), options), "maps").blocks
        if isinstance(block, Paragraph)
    ]
    assert words[0].startswith("The drawing is ink.jsonl.")
    with pytest.raises(DigitpadError, match="its index is 0"):
        only_chapter(store.find("first"), replace(options, index=3))


def test_several_runs_are_compared(store: RunStore) -> None:
    runs = [store.find("first"), store.find("second")]
    report = make_report(runs, replace(QUICK, film=False))
    comparison, *others = report.chapters
    assert [chapter.title for chapter in others] == ["first", "second"]
    assert len({chapter.key for chapter in report.chapters}) == 3
    images = limited(open_dataset("mnist", "test"), limit=150, per_class=None)
    expected = Comparison(*(evaluate(Recognizer(run.model()), images) for run in runs))
    (row,) = table(comparison, "differences").rows
    assert row[2].value == expected.difference
    assert row[4].value == len(expected.only_first)
    assert row[6].value == expected.p_value
    differing = {str(row[0].value) for row in table(comparison, "different-settings").rows}
    assert differing == {"seed"}
    assert {figure.name for figure in comparison.figures()} == {"accuracies", "loss", "accuracy"}
    page_of(report)


def test_runs_measured_on_different_images_are_not_compared(store: RunStore) -> None:
    options = ReportOptions(split="validation", robustness=False, film=False)
    comparison = make_report([store.find("first"), store.find("second")], options).chapters[0]
    assert "which are different images" in missing(comparison, "differences")


def test_a_run_is_not_compared_with_itself(store: RunStore) -> None:
    with pytest.raises(DigitpadError, match="named twice"):
        make_report([store.find("first"), store.find("first")], QUICK)
    with pytest.raises(DigitpadError, match="1 to 20 runs"):
        make_report([], QUICK)


def test_equal_names_are_told_apart(store: RunStore, tmp_path: Path) -> None:
    twin = copied(store.find("first"), tmp_path)
    report = make_report([store.find("first"), twin], PLAIN)
    titles = [chapter.title for chapter in report.chapters[1:]]
    assert all(title.startswith("first (") for title in titles)
    (row,) = table(report.chapters[0], "differences").rows
    assert (row[2].value, row[6].value) == (0.0, 1.0)


def test_figures_have_only_finite_coordinates(whole: tuple[Chapter, list[tuple[str, int, int]]]) -> None:
    chapter, _told = whole
    for figure in chapter.figures():
        for element in figure.drawing.iter():
            for name in ("x", "y", "width", "height", "x1", "y1", "cx", "cy", "r"):
                assert np.isfinite(float(element.get(name, "0"))), (figure.name, element.attrib)
            assert "nan" not in element.get("points", ""), figure.name


def test_a_network_that_reads_pictures(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    for number, name in enumerate(("cat", "dog")):
        (tmp_path / "pets" / name).mkdir(parents=True)
        for image in range(12):
            pixels = rng.integers(0, 120, (40, 40, 3)).astype(np.uint8)
            pixels[..., number] += 120
            PIL.Image.fromarray(pixels).save(tmp_path / "pets" / name / f"{image}.png")
    settings = TrainingSettings(epochs=1, batch_size=8, threads=1)
    plan = RunPlan(ARCHITECTURES["light"], str(tmp_path / "pets"), validation=8, settings=settings)
    live = LiveRun.start(plan, RunStore(tmp_path / "runs"), "pets")
    for _event in live.events():
        pass
    chapter = only_chapter(live.run, ReportOptions())
    words = [block.text for block in section(chapter, "results").blocks if isinstance(block, Paragraph)]
    assert words[0].startswith("Measured on: 8 validation images")
    assert {row[1].value for row in table(chapter, "robustness").rows} == {"shift", "rotation", "scale", "noise"}
    names = {figure.name for figure in chapter.figures()}
    assert {"learned", "first-read", "feature-maps", "confusion"} <= names
    assert not [block.text for one in chapter.sections for block in one.blocks if isinstance(block, Missing)]
