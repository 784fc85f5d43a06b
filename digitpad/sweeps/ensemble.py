"""Ensembles: several trained networks read the same images, and their probabilities are averaged."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from digitpad.data.dataset import Dataset
from digitpad.data.sources import open_dataset
from digitpad.errors import DigitpadError
from digitpad.evaluation import Evaluation, evaluate
from digitpad.models.model_file import Model
from digitpad.reading.recognizer import Recognizer
from digitpad.sweeps.folds import FOLD
from digitpad.sweeps.record import Trial, TrialStatus
from digitpad.sweeps.store import Sweep
from digitpad.translation import gettext as _


def members(sweep: Sweep, count: int) -> list[Trial]:
    """Return the best trials of a sweep that were trained to the end.

    Raises
    ------
    DigitpadError
        If there are fewer than two.
    """
    ended = [trial for trial in sweep.info.trials if trial.status is TrialStatus.FINISHED]
    best = sorted(ended, key=lambda trial: trial.rank)[:count]
    if len(best) < 2:
        raise DigitpadError(
            _("An ensemble needs at least two finished trials, and {name} has {count}; resume the sweep.").format(
                name=sweep.info.name, count=len(best)
            )
        )
    return best


def unseen_images(sweep: Sweep, model: Model) -> Dataset:
    """Return the test images of the dataset that all trials of a sweep were trained on.

    Parameters
    ----------
    sweep
        The sweep.
    model
        The model of a trial; pictures are prepared for its input.

    Raises
    ------
    DigitpadError
        If the dataset does not exist, or has no test images of its own.
    """
    info = sweep.info
    if "dataset" in info.space or FOLD in info.space:
        raise DigitpadError(
            _("The trials of {name} were trained on different images, so none are unseen by all of them.").format(
                name=info.name
            )
        )
    spec = str(info.fixed.get("dataset", "mnist"))
    own = model.metadata.preprocessing
    dataset = open_dataset(spec, "test", shape=own.shape, fit=own.fit)
    if dataset.identity == open_dataset(spec, "train", shape=own.shape, fit=own.fit).identity:
        raise DigitpadError(
            _(
                "{dataset} has no test images of its own, and an ensemble must not be measured on what it learned."
            ).format(dataset=dataset.name)
        )
    return dataset


def read_all(sweep: Sweep, trials: Sequence[Trial], dataset: Dataset) -> list[Evaluation]:
    """Return the evaluation of each trial on a dataset.

    Raises
    ------
    DigitpadError
        If a model cannot be read, or does not fit the dataset.
    """
    return [evaluate(Recognizer(sweep.run(trial).model()), dataset) for trial in trials]


def combine(evaluations: Sequence[Evaluation], name: str) -> Evaluation:
    """Return the evaluation of an ensemble: the mean of the probabilities of its members.

    Parameters
    ----------
    evaluations
        Evaluations of all members on the same images.
    name
        Name of the ensemble.

    Raises
    ------
    DigitpadError
        If they are of different images or classes.
    """
    first = evaluations[0]
    for other in evaluations[1:]:
        if (other.identity, other.labels) != (first.identity, first.labels):
            raise DigitpadError(
                _("{first} and {second} have different classes, so they are no ensemble; choose other trials.").format(
                    first=first.model, second=other.model
                )
            )
    mean = np.mean([evaluation.probabilities.astype(np.float64) for evaluation in evaluations], axis=0)
    # The smallest probability that float32 can represent keeps the logarithm finite.
    log_probabilities = np.log(np.maximum(mean, np.finfo(np.float32).tiny)).astype(np.float32)
    return replace(first, model=name, log_probabilities=log_probabilities, refused=None)
