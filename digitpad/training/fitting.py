"""Checks that a network, a dataset and settings fit together, and determines the task and the preprocessing."""

from digitpad.data.dataset import Dataset, PerChannel
from digitpad.data.image_folder import DIGIT_SHAPE
from digitpad.data.paper import Pages
from digitpad.data.picture_fit import DEFAULT_FIT
from digitpad.errors import DigitpadError
from digitpad.models.model_file import CLASSIFICATION, Preprocessing
from digitpad.nn import Sequential
from digitpad.training.settings import TrainingSettings
from digitpad.training.tasks import Samples, Task, task_of
from digitpad.translation import gettext as _


def fitting_task(network: Sequential, training: Samples, settings: TrainingSettings) -> Task:
    """Return the task that the network is trained for.

    Raises
    ------
    DigitpadError
        If the images, the classes or the settings do not fit.
    """
    if len(training) == 0:
        raise DigitpadError(
            _("{data}: no images are left to train on; use fewer for validation, or more in all.").format(
                data=training.name
            )
        )
    if settings.batch_size > len(training):
        raise DigitpadError(
            _(
                "The batch size {batch_size} is larger than the number of training images, {count}; choose a smaller "
                "one."
            ).format(batch_size=settings.batch_size, count=len(training))
        )
    shape = training.images.shape[1:]
    size = "x".join(str(side) for side in shape)
    try:
        output = network.output_shape(shape)
    except ValueError as error:
        raise DigitpadError(
            _(
                "{data}: its {size} images do not fit this network ({reason}); choose another architecture or dataset."
            ).format(data=training.name, size=size, reason=error)
        ) from error
    if settings.augmentation and isinstance(training, Pages):
        raise DigitpadError(
            _(
                "{data}: pages cannot be augmented, because their ink would no longer match the targets; switch "
                "augmentation off."
            ).format(data=training.name)
        )
    task = task_of(training, output, settings.label_smoothing)
    if output != task.output_shape:
        if task.name == CLASSIFICATION:
            text = _(
                "{data} has {classes} classes, but the output of this network has the shape {shape}; choose another "
                "architecture or dataset."
            )
        else:
            text = _(
                "{data} has masks of {size} pixels, but the output of this network has the shape {shape}; choose "
                "another architecture or dataset."
            )
        raise DigitpadError(text.format(data=training.name, classes=len(task.labels), size=size, shape=output))
    return task


def fitting_preprocessing(
    task: Task, training: Samples, mean: PerChannel, std: PerChannel, earlier: Preprocessing | None = None
) -> Preprocessing:
    """Return how pictures are prepared for a network that is trained on some images.

    Parameters
    ----------
    task, training
        The task, and the images.
    mean, std
        Mean and standard deviation for the normalisation.
    earlier
        The preprocessing of a run that is resumed; None for a new run.
    """
    shape = training.images.shape[1:]
    if task.name == CLASSIFICATION and shape != DIGIT_SHAPE:
        fit = training.fit if isinstance(training, Dataset) else None
        if fit is None:
            # The images have their shape already, such as those of a CSV file; this is for pictures to be read later.
            fit = DEFAULT_FIT if earlier is None else earlier.fit
        return Preprocessing.of_pictures(shape, mean, std, fit)
    return Preprocessing(mean, std, shape[-1])
