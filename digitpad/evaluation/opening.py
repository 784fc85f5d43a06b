"""Opens a dataset for several models: pictures are prepared for the input of each, and stay the same pictures."""

from collections.abc import Callable, Sequence

from digitpad.data.dataset import Dataset
from digitpad.errors import DigitpadError
from digitpad.models.model_file import Model
from digitpad.nn.backend import Shape
from digitpad.translation import gettext as _


def open_for_models(models: Sequence[Model], open_for: Callable[[Shape, str], Dataset]) -> tuple[Dataset, ...]:
    """Open the same images for several models.

    Parameters
    ----------
    models
        The models, at least one.
    open_for
        Opens the dataset for the shape of an input, with a fit; called once for each pair of them.

    Returns
    -------
    tuple of Dataset
        The images of each model, in the same order; the same object for models with the same preparation.

    Raises
    ------
    DigitpadError
        If the dataset cannot be opened, or its files have changed in between.
    """
    inputs = [(model.metadata.preprocessing.shape, model.metadata.preprocessing.fit) for model in models]
    opened: dict[tuple[Shape, str], Dataset] = {}
    for shape, fit in inputs:
        if (shape, fit) not in opened:
            opened[shape, fit] = open_for(shape, fit)
    first, *others = opened.values()
    if any(other.identity != first.identity for other in others):
        raise DigitpadError(
            _("{dataset} has other images for one model than for the other; its files have changed. Try again.").format(
                dataset=first.name
            )
        )
    return tuple(opened[each] for each in inputs)
