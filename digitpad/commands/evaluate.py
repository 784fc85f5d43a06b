"""`digitpad evaluate`: how well a model reads a dataset."""

from digitpad.commands.output import percent, progress_bar, say, say_json, say_table
from digitpad.data.sources import open_dataset
from digitpad.model_file import load_model
from digitpad.recognition import Recognizer
from digitpad.training.evaluation import Evaluation
from digitpad.training.evaluation import evaluate as measure


def evaluate(*, model: str | None, dataset: str, json: bool) -> None:
    """Read every image of a dataset's test part and print the figures.

    Parameters
    ----------
    model
        Name or file of the model; None for the default.
    dataset
        `mnist`, a folder of IDX files, a folder of image folders or a `.jsonl` ink collection.
    json
        Print one JSON object instead of text.

    Raises
    ------
    DigitpadError
        If the model or the dataset cannot be read, or they do not fit each other.
    """
    recognizer = Recognizer(load_model(model))
    images = open_dataset(dataset, split="test")
    with progress_bar(hidden=json) as bar:
        if bar is None:
            result = measure(recognizer, images)
        else:
            task = bar.add_task(f"reading {images.name}", total=len(images), detail="")
            result = measure(recognizer, images, on_progress=lambda done: bar.update(task, completed=done))
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
