"""The data of a model's training, on which it is examined."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from digitpad.data.collections.store import find_collection, is_named
from digitpad.data.splits import has_test_images
from digitpad.errors import DigitpadError
from digitpad.gui.workspace.models import run_of

if TYPE_CHECKING:
    from digitpad.models.model_file import Model


@dataclass(frozen=True, slots=True)
class Data:
    """The images to read.

    Attributes
    ----------
    source
        A source for `open_dataset`.
    part
        The test or training part of the dataset, or the validation images of the first model's training.
    """

    source: str
    part: Literal["test", "train", "validation"] = "test"


def data_of(model: "Model", place: Path) -> Data | None:
    """Return the images of a model's training to evaluate it on.

    Parameters
    ----------
    model
        The model.
    place
        Its file, the folder of its run, or a checkpoint of that.

    Returns
    -------
    Data or None
        The test images; of a dataset without any, the validation images of the training, or all images if it had none.
        None if the dataset is not recorded or does not exist here any more, and for MNIST, which is chosen at first.
    """
    dataset, validated = _training_of(model, place)
    if dataset in {"", "mnist"} or "+" in dataset:
        return None
    if is_named(dataset) and find_collection(dataset) is None:
        return None
    if has_test_images(dataset):
        return Data(dataset)
    return Data(dataset, "validation" if validated else "test")


def _training_of(model: "Model", place: Path) -> tuple[str, bool]:
    """Return the dataset of a training, and whether validation images were split off all of it."""
    validated = "validation_accuracy" in model.metadata.metrics
    folder = run_of(place)
    if folder is None:
        return str(model.metadata.training.get("dataset", "")), validated
    from digitpad.training.run import Run

    try:
        plan = Run(folder).info.plan
    except DigitpadError:
        # A damaged run still has models.
        return "", False
    return plan.dataset, validated and plan.limit is None and plan.limit_per_class is None
