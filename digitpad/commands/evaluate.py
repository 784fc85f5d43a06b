"""`digitpad evaluate`: how well a model reads a dataset, or finds the ink on its pages."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from digitpad.commands.output import percent, progress_bar, say, say_json, say_table
from digitpad.data.dataset import Dataset
from digitpad.data.paper import Pages
from digitpad.data.sources import open_samples
from digitpad.errors import DigitpadError
from digitpad.ink_finder import InkFinder
from digitpad.model_file import find_model, load_model, save_model
from digitpad.recognition import Recognizer
from digitpad.training.evaluation import Evaluation, evaluate_ink
from digitpad.training.evaluation import evaluate as measure


def evaluate(*, model: str | None, dataset: str, record: bool, json: bool) -> None:
    """Go through a dataset's test part and print the figures.

    Parameters
    ----------
    model
        Name or file of the model; None for the default.
    dataset
        `mnist`, a folder of IDX files, a folder of image folders or a `.jsonl` ink collection, to be read; or
        `paper`, to be searched for ink.
    record
        Write the accuracy on MNIST's test images into the model file, where the window shows it.
    json
        Print one JSON object instead of text.

    Raises
    ------
    DigitpadError
        If the model or the dataset cannot be read, or they do not fit each other; if another dataset's accuracy
        is to be recorded, or the model file cannot be written.
    """
    if record and dataset.lower() != "mnist":
        raise DigitpadError(f"Only the accuracy on mnist is recorded, not on {dataset}; leave out --record.")
    path = find_model(model)
    loaded = load_model(path)
    samples = open_samples(dataset, split="test")
    if isinstance(samples, Pages):
        _evaluate_ink(InkFinder(loaded), samples, json=json)
        return
    accuracy = _evaluate_reading(Recognizer(loaded), samples, json=json)
    if record:
        metadata = replace(loaded.metadata, metrics={**loaded.metadata.metrics, "test_accuracy": accuracy})
        save_model(path, replace(loaded, metadata=metadata))


def _evaluate_reading(recognizer: Recognizer, images: Dataset, *, json: bool) -> float:
    with _progress(f"reading {images.name}", len(images), hidden=json) as show:
        result = measure(recognizer, images, on_progress=show)
    if json:
        say_json(
            {
                "count": result.count,
                "accuracy": result.accuracy,
                "per_class": result.per_class,
                "confusion": result.confusion.tolist(),
            }
        )
    else:
        _print(result, recognizer.model.name, images.name)
    return result.accuracy


def _evaluate_ink(finder: InkFinder, pages: Pages, *, json: bool) -> None:
    with _progress(f"searching {pages.name}", len(pages), hidden=json) as show:
        result = evaluate_ink(finder, pages, on_progress=show)
    if json:
        say_json(
            {
                "count": result.count,
                "iou": result.intersection_over_union,
                "mean_iou_per_page": result.mean_per_page,
            }
        )
        return
    say(
        f"{finder.model.name} finds the ink on the {result.count:,} pages of {pages.name} with an intersection over "
        f"union of {percent(result.intersection_over_union)} (mean over the pages {percent(result.mean_per_page)})"
    )


@contextmanager
def _progress(description: str, total: int, *, hidden: bool) -> Iterator[Callable[[int], object]]:
    """Show progress while the block runs; yield what to call with the number done so far."""
    with progress_bar(hidden=hidden) as bar:
        if bar is None:
            yield lambda _done: None
        else:
            task = bar.add_task(description, total=total, detail="")
            yield lambda done: bar.update(task, completed=done)


def _print(result: Evaluation, model: str, dataset: str) -> None:
    right = int(result.confusion.trace())
    say(f"{model} reads {right:,} of the {result.count:,} images of {dataset} correctly: {percent(result.accuracy)}")
    say()
    say("Each row is a true class, each column what it was read as:")
    say()
    rows = [
        [label, *(str(count) if count else "." for count in row), str(int(row.sum())), percent(share)]
        for label, row, share in zip(result.labels, result.confusion, result.per_class, strict=True)
    ]
    say_table(["", *result.labels, "images", "correct"], rows)
