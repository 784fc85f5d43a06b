"""The work of learning a hand, in a thread, and what is worth keeping from one time to the next."""

import threading
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from digitpad.gui.workers.progress import WorkProgress

if TYPE_CHECKING:
    from digitpad.adaptation.learning import AdaptationSettings
    from digitpad.adaptation.replay import Replay, ReplayProgress
    from digitpad.adaptation.session import BaseReadings, LearnedHand, Progress
    from digitpad.models.model_file import Model

_WAIT = 0.05  # seconds


class Preparation:
    """What every adaptation needs: the replay, and what the network read before. May be used from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._replay: Replay | None = None
        self._readings: tuple[Model, BaseReadings] | None = None

    @property
    def is_ready(self) -> bool:
        """Whether the replay is prepared."""
        return self._replay is not None

    def preparing(self) -> "Generator[WorkProgress, None, Replay]":
        """Prepare the replay, or wait until another thread has prepared it; closing the generator stops that."""
        from digitpad.adaptation.following import followed
        from digitpad.adaptation.replay import preparing_replay

        while not self._lock.acquire(timeout=_WAIT):
            yield WorkProgress(_preparing())
        try:
            if self._replay is None:
                self._replay = yield from followed(preparing_replay(), _shown_replay)
            return self._replay
        finally:
            self._lock.release()

    def readings_of(self, model: "Model") -> "BaseReadings | None":
        """Return what a model read before it was adapted, if that is known."""
        readings = self._readings
        return readings[1] if readings is not None and readings[0] is model else None

    def remember(self, learned: "LearnedHand") -> None:
        """Remember what a model read before it was adapted."""
        self._readings = (learned.base, learned.base_readings)


def prepare(preparation: Preparation) -> Generator[WorkProgress, None, None]:
    """Prepare the replay ahead, while the user corrects."""
    yield from preparation.preparing()


def learning(
    preparation: Preparation, model: "Model", folder: Path, settings: "AdaptationSettings"
) -> "Generator[WorkProgress | LearnedHand, None, None]":
    """Adapt a model to the drawings of a collection; closing the generator cancels.

    Parameters
    ----------
    preparation
        The replay, and what the model read before.
    model
        The model, which is not changed.
    folder
        The collection.
    settings
        The settings.

    Yields
    ------
    WorkProgress
        The progress.
    LearnedHand
        The result, at the end.

    Raises
    ------
    DigitpadError
        If the drawings cannot be read, or the model cannot learn them.
    """
    from digitpad.adaptation.following import followed
    from digitpad.adaptation.samples import open_samples_of
    from digitpad.adaptation.session import learning_hand
    from digitpad.adaptation.start import check_adaptable

    own = open_samples_of(folder)
    check_adaptable(model, own)
    replay = yield from preparation.preparing()
    job = learning_hand(model, own, replay, settings, base_readings=preparation.readings_of(model), films=True)
    learned = yield from followed(job, _shown)
    preparation.remember(learned)
    yield learned


def _preparing() -> str:
    return QCoreApplication.translate("Learning", "Preparing what is replayed")


def _shown_replay(progress: "ReplayProgress") -> WorkProgress:
    return WorkProgress(_preparing(), progress.done, progress.total)


def _shown(progress: "Progress") -> WorkProgress:
    from digitpad.adaptation.session import Stage

    doing = {
        Stage.LEARNING: QCoreApplication.translate("Learning", "Learning"),
        Stage.READING: QCoreApplication.translate("Learning", "Reading MNIST and other writers"),
        Stage.CHECKING: QCoreApplication.translate(
            "Learning", "Reading each of your drawings without having learned it"
        ),
    }[progress.stage]
    return WorkProgress(doing, progress.done, progress.total)
