"""The images on which a network is examined: the test images of its training, opened once for each preparation."""

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from digitpad.data.dataset import Dataset
from digitpad.data.sources import open_dataset
from digitpad.errors import DigitpadError
from digitpad.gui.workspace.digits import mnist_test_set, reads_mnist
from digitpad.gui.workspace.model_data import Data, data_of
from digitpad.gui.workspace.models import run_of
from digitpad.nn.backend import Shape
from digitpad.translation import gettext as _

if TYPE_CHECKING:
    from digitpad.gui.workspace.models import LoadedModel
    from digitpad.models.model_file import Model


def run_folder(network: "LoadedModel") -> Path | None:
    """Return the folder of the run that a network belongs to, as its end, a checkpoint or a frame; None if it has none.

    Parameters
    ----------
    network
        The network.
    """
    folders = (run_of(place) for place in (network.path, *list(network.path.parents)[:2]))
    return next((folder for folder in folders if folder is not None), None)


def example_images(model: "Model", place: Path) -> Dataset:
    """Return the images on which a network is examined. For a worker: pictures may have to be opened.

    Parameters
    ----------
    model
        The network.
    place
        Its file, or the folder of its run.

    Returns
    -------
    Dataset
        MNIST's test images for a network that reads them; otherwise the test or validation images of its training.

    Raises
    ------
    DigitpadError
        If the data are not recorded, or cannot be read.
    """
    if reads_mnist(model):
        return mnist_test_set()
    data = data_of(model, place)
    if data is None:
        raise DigitpadError(
            _("{model} does not record its data; evaluate it on images of its classes, then look again.").format(
                model=model.name
            )
        )
    if data.part == "validation":
        from digitpad.evaluation.validation import validation_images

        return validation_images(model, data.source)
    preprocessing = model.metadata.preprocessing
    return _opened(data, preprocessing.shape, preprocessing.fit)


@lru_cache(maxsize=2)
def _opened(data: Data, shape: Shape, fit: str) -> Dataset:
    return open_dataset(data.source, data.part if data.part != "validation" else "test", shape=shape, fit=fit)
