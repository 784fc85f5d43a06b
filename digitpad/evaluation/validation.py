"""The validation images of a model's training, reconstructed from the metadata in the model file."""

from pathlib import Path

from digitpad.data.dataset import Dataset
from digitpad.data.sources import open_dataset
from digitpad.errors import DigitpadError
from digitpad.models.model_file import Model
from digitpad.training.preparation import choose_images
from digitpad.translation import gettext as _


def validation_images(model: Model, source: str | Path) -> Dataset:
    """Return the images of a dataset on which the training of a model was validated.

    Parameters
    ----------
    model
        Its metadata contain the seed, the number of training images and their checksum.
    source
        The dataset that the model was trained on, as `open_dataset` takes it.

    Raises
    ------
    DigitpadError
        If the dataset cannot be read, or the model was not trained on these images. A guess could return training
        images.
    """
    dataset = open_dataset(source, "train", shape=model.metadata.preprocessing.shape)
    seed, images = model.metadata.training.get("seed"), model.metadata.training.get("images")
    wanted = model.metadata.training.get("data_sha256")
    if isinstance(seed, int) and seed >= 0 and isinstance(images, int) and 0 < images < len(dataset):
        training, validation = choose_images(dataset, limit=None, validation=len(dataset) - images, seed=seed)
        if training.checksum == wanted:
            return validation
    raise DigitpadError(
        _(
            "The file of {model} does not record which images of {dataset} were used for "
            "validation; choose the test images instead."
        ).format(model=model.name, dataset=dataset.name)
    )
