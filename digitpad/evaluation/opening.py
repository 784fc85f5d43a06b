"""Opens a dataset for several models: pictures are prepared for the input of each, and stay the same pictures."""

from collections.abc import Callable, Sequence

from digitpad.data.dataset import Dataset
from digitpad.errors import DigitpadError
from digitpad.models.model_file import Model
from digitpad.nn.backend import Shape
from digitpad.translation import gettext as _


def open_for_models(models: Sequence[Model], open_for: Callable[[Shape], Dataset]) -> tuple[Dataset, ...]:
    """Open the same images for several models.

    Parameters
    ----------
    models
        The models, at least one.
    open_for
        Opens the dataset for the shape of an input; called once for each shape.

    Returns
    -------
    tuple of Dataset
        The images of each model, in the same order; the same object for models with the same input.

    Raises
    ------
    DigitpadError
        If the dataset cannot be opened, or its files have changed in between.
    """
    opened: dict[Shape, Dataset] = {}
    for model in models:
        shape = model.metadata.preprocessing.shape
        if shape not in opened:
            opened[shape] = open_for(shape)
    first, *others = opened.values()
    if any(other.identity != first.identity for other in others):
        raise DigitpadError(
            _("{dataset} has other images for one model than for the other; its files have changed. Try again.").format(
                dataset=first.name
            )
        )
    return tuple(opened[model.metadata.preprocessing.shape] for model in models)
