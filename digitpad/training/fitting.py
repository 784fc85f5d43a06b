"""Whether a network, its data and its settings can be trained together, and for what."""

from digitpad.data.paper import Pages
from digitpad.errors import DigitpadError
from digitpad.nn import Sequential
from digitpad.training.settings import TrainingSettings
from digitpad.training.tasks import Samples, Task, task_of


def fitting_task(network: Sequential, training: Samples, settings: TrainingSettings) -> Task:
    """Return what the network is to learn, having refused data from which it cannot.

    Raises
    ------
    DigitpadError
        If the images, the classes or the settings do not fit.
    """
    if len(training) == 0:
        raise DigitpadError(f"{training.name}: there are no images to train on; hold out fewer or take more.")
    if settings.batch_size > len(training):
        raise DigitpadError(
            f"The batch size {settings.batch_size} is larger than the {len(training)} training images; "
            "choose a smaller one."
        )
    shape = training.images.shape[1:]
    size = "x".join(str(side) for side in shape)
    try:
        output = network.output_shape(shape)
    except ValueError as error:
        raise DigitpadError(
            f"{training.name}: its {size} images do not fit this network ({error}); choose another architecture or "
            "dataset."
        ) from error
    if settings.augmentation and isinstance(training, Pages):
        raise DigitpadError(
            f"{training.name}: pages cannot be augmented, as their ink would no longer be where the answers say; "
            "leave the augmentation out."
        )
    task = task_of(training, output, settings.label_smoothing)
    if output != task.output_shape:
        asked = f"{len(task.labels)} classes" if task.name == "classification" else f"{size} pixels to be told apart"
        raise DigitpadError(
            f"{training.name} has {asked}, but this network's output has the shape {output}; "
            "choose another architecture or dataset."
        )
    return task
