"""Makes the events of a run from its steps and counters."""

import math
import time
from collections.abc import Sequence

from digitpad.training.events import EpochCompleted, Event, StepCompleted, StopReason, TrainingStopped
from digitpad.training.progress import Tally, TrainingProgress, explain
from digitpad.training.stepper import Step
from digitpad.training.tasks import Share, settle


def count_steps(
    taken: Sequence[Step], progress: TrainingProgress, *, begun: float, epochs: int, batches: int
) -> list[Event]:
    """Count steps, and return their events. A loss that is not finite sets the reason why the run ends.

    Parameters
    ----------
    taken
        The steps; their losses are fetched from a device together.
    progress
        The counters, which change in place.
    begun
        When the first of the steps began, as `time.perf_counter` tells it.
    epochs, batches
        Number of epochs of the run, and of batches of an epoch.
    """
    settled = settle([(step.loss, step.share) for step in taken])
    penalties = settle([(step.penalty, Share(0, 0)) for step in taken])
    plain = iter(settle([(step.plain, Share(0, 0)) for step in taken if step.plain is not None]))
    looked = sum(step.spent for step in taken)
    seconds = (time.perf_counter() - begun - looked) / max(1, len(taken))
    progress.seconds += looked
    events: list[Event] = []
    for step, (loss, share), (penalty, __) in zip(taken, settled, penalties, strict=True):
        if not math.isfinite(loss):
            progress.reason = StopReason.DIVERGED
            break
        if step.batch == 1:
            progress.tally = Tally()
        progress.steps += 1
        progress.batches = step.batch
        progress.seconds += seconds
        progress.tally.add(step.images, loss, share, seconds)
        place = progress.steps, progress.epochs + 1, epochs, step.batch, batches
        entropy = None if step.plain is None else next(plain)[0]
        event = StepCompleted(*place, step.images, loss, share.value, step.rate, seconds, penalty, entropy)
        events.append(event)
        if step.measured is not None:
            events.append(step.measured)
    return events


def epoch_event(progress: TrainingProgress, epochs: int) -> EpochCompleted:
    """Return the event of the epoch that was completed last, of the number of `epochs` of the run."""
    tally, validation = progress.tally, progress.validation
    return EpochCompleted(
        epoch=progress.epochs,
        epochs=epochs,
        step=progress.steps,
        train_loss=tally.loss,
        train_accuracy=tally.accuracy,
        validation_loss=validation.loss,
        validation_accuracy=validation.accuracy,
        seconds=tally.seconds,
        images_per_second=tally.speed,
        validation_cross_entropy=validation.cross_entropy,
    )


def stop_event(progress: TrainingProgress, reason: StopReason) -> TrainingStopped:
    """Return the last event of a run, which ended for a reason."""
    tally, validation = progress.tally, progress.validation
    return TrainingStopped(
        reason=reason,
        message=explain(reason, progress),
        epochs=progress.epochs,
        steps=progress.steps,
        train_loss=tally.loss if tally.images else None,
        train_accuracy=tally.accuracy if tally.images else None,
        validation_loss=validation.loss,
        validation_accuracy=validation.accuracy,
        seconds=progress.seconds,
        images_per_second=tally.speed,
    )
