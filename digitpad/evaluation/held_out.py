"""The images that a model's own training set apart for validation, found again from what the model file says."""

from pathlib import Path

from digitpad.data.dataset import Dataset
from digitpad.data.sources import open_dataset
from digitpad.errors import DigitpadError
from digitpad.models.model_file import Model
from digitpad.training.preparation import choose_images


def held_out_images(model: Model, source: str | Path) -> Dataset:
    """Return the part of a data set that a model was validated on while it learned from the rest.

    Parameters
    ----------
    model
        Its metadata say the seed, how many images it learned from, and their checksum.
    source
        What it was trained on, as `open_dataset` takes it.

    Raises
    ------
    DigitpadError
        If the data cannot be read, or these are not the images that the model was trained on. Guessing would show
        images that it has learned by heart.
    """
    dataset = open_dataset(source, "train")
    seed, images = model.metadata.training.get("seed"), model.metadata.training.get("images")
    wanted = model.metadata.training.get("data_sha256")
    if isinstance(seed, int) and seed >= 0 and isinstance(images, int) and 0 < images < len(dataset):
        learned, held_out = choose_images(dataset, limit=None, validation=len(dataset) - images, seed=seed)
        if learned.checksum == wanted:
            return held_out
    raise DigitpadError(
        f"Which images of {dataset.name} {model.name} did not learn from cannot be told from its file; choose the test "
        "images instead."
    )
