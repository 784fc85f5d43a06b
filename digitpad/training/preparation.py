"""Preparation of a run: device, images, initial weights, and the random streams that follow from the seed.

Each purpose has its own random stream, so that changing one choice (for example, more validation images) does not
change all the others.
"""

from typing import Protocol, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from digitpad.data.dataset import Dataset
from digitpad.data.fewer import at_most_per_class
from digitpad.data.paper import Pages
from digitpad.errors import DigitpadError
from digitpad.json_records import shown
from digitpad.models.model_file import Model
from digitpad.nn import Sequential
from digitpad.nn.backend import Device, select_device
from digitpad.seeding import Purpose, generator
from digitpad.training.batches import Augment
from digitpad.training.folds import WRITER, Fold, left_out
from digitpad.training.settings import TrainingSettings
from digitpad.translation import gettext as _

_MOST_VALIDATION = 5000


class Divisible(Protocol):
    """The interface of `Dataset` and `Pages` that `choose_images` needs."""

    @property
    def name(self) -> str:
        """Name of the dataset."""

    def __len__(self) -> int:
        """Return the number of images."""

    def subset(self, indices: NDArray[np.int64], name: str | None = None) -> Self:
        """Return some of the images."""

    def split(self, validation: int, rng: np.random.Generator) -> tuple[Self, Self]:
        """Split off validation images."""


AnySamples = TypeVar("AnySamples", bound=Divisible)


def choose_device(choice: str) -> Device:
    """Return the device to compute on.

    Raises
    ------
    DigitpadError
        If the requested device is not available.
    """
    try:
        return select_device(choice)
    except ValueError as error:
        raise DigitpadError(
            _("--device {choice} is not available ({reason}); use --device cpu.").format(choice=choice, reason=error)
        ) from error


def start_from(network: Sequential, samples: Dataset | Pages, model: Model) -> None:
    """Initialize a network with the weights of a trained model.

    Tensors of the same name and shape are copied. In the last layer, the rows of classes that both have, by name, are
    copied; new ones keep their initial weights.

    Parameters
    ----------
    network
        The network; changed in place.
    samples
        The data that it will be trained on.
    model
        The source of the weights; unchanged.

    Raises
    ------
    DigitpadError
        If a tensor, other than the last layer's, has no match.
    """
    weights = {name: value.copy() for name, value in network.state_dict().items()}
    known = model.network.state_dict()
    last = list(network.layers)[-1] + "."
    for name, value in weights.items():
        if name in known and (known[name].shape == value.shape or name.startswith(last)):
            continue
        raise DigitpadError(
            _(
                "The model {model} does not fit this architecture ({tensor} is missing or of another shape); train "
                "{architecture}, or start from another model."
            ).format(model=model.name, tensor=name, architecture=model.architecture.name)
        )
    classes = samples.classes if isinstance(samples, Dataset) else ()
    labels = model.metadata.labels
    both = [label for label in classes if label in labels]
    for name, value in weights.items():
        if not name.startswith(last) or classes in {(), labels}:
            value[...] = known[name]
        elif (len(value), len(known[name])) == (len(classes), len(labels)):
            value[[classes.index(label) for label in both]] = known[name][[labels.index(label) for label in both]]
    network.load_state_dict(weights)


def limit_classes(samples: Dataset | Pages, count: int | None, seed: int) -> Dataset | Pages:
    """Return samples with at most `count` images of each class, chosen at random; None keeps all.

    Raises
    ------
    DigitpadError
        If the samples are pages, which have no classes.
    """
    if count is None:
        return samples
    if isinstance(samples, Pages) or count < 1:
        raise DigitpadError(
            _("{dataset} cannot be limited to {count} images of each class; omit --limit-per-class.").format(
                dataset=samples.name, count=shown(count)
            )
        )
    return at_most_per_class(samples, count, generator(seed, Purpose.DATA, 1))


def choose_images(
    dataset: AnySamples, *, limit: int | None, validation: int | None, seed: int, fold: str | None = None
) -> tuple[AnySamples, AnySamples]:
    """Choose the images of a run at random, and split off validation images.

    Parameters
    ----------
    dataset
        The images to choose from.
    limit
        Number of images in all; None uses all of them.
    validation
        Number of those for validation; None uses a sixth, at most 5,000.
    seed
        Seed of the run.
    fold
        Validate on the writers of this fold; `validation` is None then.

    Returns
    -------
    (Dataset, Dataset) or (Pages, Pages)
        The training images and the validation images (possibly none).

    Raises
    ------
    DigitpadError
        If there are too few images, or none would be left for training.
    """
    count = len(dataset) if limit is None else limit
    if count < 1 or count > len(dataset):
        raise DigitpadError(
            _("{dataset} has {number} images, so {count} cannot be used; change --limit.").format(
                dataset=dataset.name, number=len(dataset), count=shown(count)
            )
        )
    validation_count = min(_MOST_VALIDATION, count // 6) if validation is None else validation
    if not 0 <= validation_count < count:
        raise DigitpadError(
            _(
                "Of {count} images, {validation} cannot be used for validation, because some must "
                "be left for training; change --validation."
            ).format(count=count, validation=shown(validation_count))
        )
    rng = generator(seed, Purpose.DATA)
    if count < len(dataset):
        dataset = dataset.subset(rng.permutation(len(dataset))[:count])
    if fold is not None:
        if validation is not None:
            raise DigitpadError(_("A fold has its own validation images; omit --validation."))
        # Pages have no origins.
        writers = getattr(dataset, "origins", {}).get(WRITER, ())
        mask = left_out(writers, Fold.parse(fold), dataset.name)
        return dataset.subset(np.flatnonzero(~mask)), dataset.subset(np.flatnonzero(mask))
    if validation_count == 0:
        return dataset, dataset.subset(np.empty(0, np.int64))
    return dataset.split(validation_count, rng)


def augmentation_of(settings: TrainingSettings) -> Augment | None:
    """Return the function that augments each batch, with its own random stream for each."""
    if not settings.augmentation:
        return None

    def augment(images: NDArray[np.uint8], epoch: int, number: int) -> NDArray[np.uint8]:
        return settings.augmentation.apply(images, generator(settings.seed, Purpose.AUGMENTATION, epoch, number))

    return augment
