"""The validation images of a training, reconstructed from the run or from the metadata in the model file."""

from pathlib import Path

from digitpad.data.dataset import Dataset
from digitpad.data.lazy_pictures import Progress
from digitpad.data.sources import open_dataset
from digitpad.errors import DigitpadError
from digitpad.models.model_file import Model
from digitpad.nn.backend import Shape
from digitpad.training.live import open_training_samples
from digitpad.training.preparation import choose_images
from digitpad.training.run import Run
from digitpad.training.tasks import Samples
from digitpad.translation import gettext as _


def validation_images(
    model: Model,
    source: str | Path,
    *,
    shape: Shape | None = None,
    fit: str | None = None,
    on_progress: Progress = lambda _done, _total: None,
) -> Dataset:
    """Return the images of a dataset on which the training of a model was validated.

    Parameters
    ----------
    model
        Its metadata contain the seed, the number of training images and their checksum.
    source
        The dataset that the model was trained on, as `open_dataset` takes it.
    shape, fit
        The input that the images are prepared for, and how they are fitted to it; None for those of the model.
    on_progress
        As for `open_dataset`.

    Raises
    ------
    DigitpadError
        If the dataset cannot be read, or the model was not trained on these images. A guess could return training
        images.
    """
    own = model.metadata.preprocessing
    shape, fit = shape or own.shape, fit or own.fit
    dataset = open_dataset(source, "train", shape=own.shape, fit=own.fit, on_progress=on_progress)
    seed, images = model.metadata.training.get("seed"), model.metadata.training.get("images")
    wanted, fold = model.metadata.training.get("data_sha256"), model.metadata.training.get("fold")
    if isinstance(seed, int) and seed >= 0 and isinstance(images, int) and 0 < images < len(dataset):
        chosen = None if isinstance(fold, str) else len(dataset) - images
        by_writer = fold if isinstance(fold, str) else None
        training, validation = choose_images(dataset, limit=None, validation=chosen, seed=seed, fold=by_writer)
        if training.checksum == wanted:
            if (shape, fit) == (own.shape, own.fit):
                return validation
            other = open_dataset(source, "train", shape=shape, fit=fit, on_progress=on_progress)
            if other.identity == dataset.identity:
                # The choice depends on the number of images and the seed alone, or on the writers.
                return choose_images(other, limit=None, validation=chosen, seed=seed, fold=by_writer)[1]
    raise DigitpadError(
        _(
            "The file of {model} does not record which images of {dataset} were used for "
            "validation; choose the test images instead."
        ).format(model=model.name, dataset=dataset.name)
    )


def images_of_run(run: Run, fit: str, *, on_progress: Progress = lambda _done, _total: None) -> tuple[Samples, Samples]:
    """Return the training images and the validation images of a run, possibly none.

    Parameters
    ----------
    run
        The run.
    fit
        How pictures are fitted to the input of the network, as in `Preprocessing`.
    on_progress
        As for `open_dataset`.

    Raises
    ------
    DigitpadError
        If the data cannot be read, or have changed since the run.
    """
    info = run.info
    plan = info.plan
    samples = open_training_samples(plan, fit=fit, on_progress=on_progress)
    chosen = choose_images(
        samples, limit=plan.limit, validation=plan.validation, seed=plan.settings.seed, fold=plan.fold
    )
    if info.data_sha256 not in {"", chosen[0].checksum}:
        raise DigitpadError(
            _("The dataset {dataset} has changed since the run {name}; restore the old data.").format(
                dataset=plan.dataset, name=info.name
            )
        )
    return chosen
