"""The training loop, as a generator of events.

`Trainer.run()` learns from one batch each time its reader asks for the next event. Whoever reads (the command
line, a test, the window's thread) thereby decides the pace: between two events no step is under way, and that is
where the reader may pause, change the learning rate, copy weights or ask the run to stop.
"""

import math
import time
from collections.abc import Generator, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from digitpad.errors import DigitpadError
from digitpad.nn import ParallelNetwork, Sequential
from digitpad.nn.backend import device_of
from digitpad.nn.checks import NotFiniteError
from digitpad.training.batches import BatchLoader
from digitpad.training.events import (
    EpochCompleted,
    Event,
    StepCompleted,
    StopReason,
    TrainingStarted,
    TrainingStopped,
)
from digitpad.training.policies import Policy
from digitpad.training.preparation import Purpose, generator
from digitpad.training.settings import TrainingSettings, build_optimizer, build_scheduler, default_threads
from digitpad.training.snapshots import Snapshot, is_sound
from digitpad.training.tasks import Samples, Share, Task, settle, task_of

_VALIDATION_BATCH = 250
_STEPS_BETWEEN_SNAPSHOTS = 100
#: So many steps of a GPU are on their way before their losses are fetched, all at once: each look is a wait.
_STEPS_BETWEEN_LOOKS = 20


class Trainer:
    """Train a network for the task that the data pose (see `digitpad.training.tasks`).

    Parameters
    ----------
    network
        Its weights change in place, on the device where they are. Dropout and first weights have a generator of their
        own, given when it was built.
    training
        The images to learn from, uint8 (N, C, H, W), and what to answer.
    validation
        Images held out, read after every epoch; None or empty for none.
    settings
        Epochs, batch size, optimizer and so on.
    mean, std
        Mean and standard deviation to normalise with, of images in [0, 1]; None takes the task's.
    policies
        Rules that are asked after every epoch.

    Raises
    ------
    DigitpadError
        If the images, the classes or the batch size do not fit.
    """

    def __init__(
        self,
        network: Sequential,
        training: Samples,
        validation: Samples | None,
        settings: TrainingSettings,
        *,
        mean: float | None = None,
        std: float | None = None,
        policies: Sequence[Policy] = (),
    ) -> None:
        #: What the network is trained for.
        self.task = _fitting_task(network, training, settings)
        mean = self.task.mean if mean is None else mean
        std = self.task.std if std is None else std
        self.network = network
        self.settings = settings
        #: Multiplies the schedule's learning rate; a reader may change it between events.
        self.learning_rate_factor = 1.0
        self._policies = tuple(policies)
        self._count = len(training)
        self._device = device_of(network.parameters()[0].value)
        self._on_host = self._device.library is np
        self._loader = BatchLoader(training, settings.batch_size, mean=mean, std=std, device=self._device)
        self._validation = None
        if validation is not None and len(validation) > 0:
            self._validation = BatchLoader(validation, _VALIDATION_BATCH, mean=mean, std=std, device=self._device)
        self._validation_count = len(validation) if validation is not None else 0
        self._optimizer = build_optimizer(settings, network.parameters())
        self._scheduler = build_scheduler(settings, self._optimizer, settings.epochs * len(self._loader))
        self._last_good = Snapshot(network)
        self._stop_requested = False
        self._started = False

    def stop(self) -> None:
        """Ask the run to end after the batch that is under way; may be called from any thread or signal handler."""
        self._stop_requested = True

    def run(self) -> Generator[Event, None, None]:
        """Train, and tell what happens. Closing the generator ends the run where it is.

        Yields
        ------
        Event
            `TrainingStarted`, then steps and epochs, and last `TrainingStopped`, in every case but an error.

        Raises
        ------
        RuntimeError
            If the trainer has run before.
        """
        if self._started:
            raise RuntimeError("a Trainer runs once; make another for another run")
        self._started = True
        # One thread is enough to keep a GPU busy; several would only take turns.
        threads = (self.settings.threads or default_threads()) if self._on_host else 1
        with ParallelNetwork(self.network, threads) as parallel:
            run = _Run(parallel)
            yield TrainingStarted(
                epochs=self.settings.epochs,
                batches=len(self._loader),
                batch_size=self.settings.batch_size,
                training_count=self._count,
                validation_count=self._validation_count,
                parameters=sum(parameter.value.size for parameter in self.network.parameters()),
                threads=parallel.threads,
                score=self.task.score,
            )
            while run.reason is None:
                yield from self._epoch(run)
            yield self._finish(run)

    def _epoch(self, run: "_Run") -> Iterator[StepCompleted | EpochCompleted]:
        """Go once through the training images, unless something stops the run on the way."""
        tally = _Tally()
        epoch, epochs, batches = run.epochs + 1, self.settings.epochs, len(self._loader)
        # The order depends on the seed and the epoch alone, so that a run can be taken up again at any epoch.
        order = generator(self.settings.seed, Purpose.ORDER, epoch).permutation(self._count)
        loader = self._loader.batches(order)
        taken: list[_Step] = []
        begun = time.perf_counter()
        for batch in range(1, batches + 1):
            if self._stop_requested:
                run.reason = StopReason.INTERRUPTED
            else:
                images, targets = next(loader)
                number = run.steps + len(taken)
                rate = self.learning_rate_factor * self._scheduler.learning_rate_at(number)
                loss, share = self._step(run, number, images, targets, rate)
                taken.append(_Step(batch, len(targets), loss, share, rate))
            if not (self._on_host or run.reason or batch == batches or len(taken) == _STEPS_BETWEEN_LOOKS):
                continue
            settled = settle([(step.loss, step.share) for step in taken])
            seconds = (time.perf_counter() - begun) / max(1, len(taken))
            for step, (loss, share) in zip(taken, settled, strict=True):
                if not math.isfinite(loss):
                    run.reason = StopReason.DIVERGED
                    return
                run.steps += 1
                run.seconds += seconds
                tally.add(step.images, loss, share, seconds)
                run.tally = tally
                yield StepCompleted(
                    run.steps, epoch, epochs, step.batch, batches, step.images, loss, share.value, step.rate, seconds
                )
            if run.reason is not None:
                return
            taken.clear()
            if not self._on_host:
                self._keep_if_due(run)
            begun = time.perf_counter()
        begun = time.perf_counter()
        run.validation = self._validate(run.parallel)
        run.validated_step = run.steps
        run.seconds += time.perf_counter() - begun
        if not (is_sound(self.network) and run.validation.is_finite()):
            run.reason = StopReason.DIVERGED
            return
        self._last_good.take()
        run.epochs = epoch
        event = EpochCompleted(
            epoch=epoch,
            epochs=epochs,
            step=run.steps,
            train_loss=tally.loss,
            train_accuracy=tally.accuracy,
            validation_loss=run.validation.loss,
            validation_accuracy=run.validation.accuracy,
            seconds=tally.seconds,
            images_per_second=tally.speed,
        )
        # Every policy is asked, also when an earlier one wants to stop: one of them may keep the weights.
        wishes = [policy.epoch_completed(event) for policy in self._policies]
        run.reason = StopReason.FINISHED if epoch == epochs else next(filter(None, wishes), None)
        yield event

    def _step(
        self, run: "_Run", number: int, images: NDArray[np.float32], targets: NDArray[Any], learning_rate: float
    ) -> tuple[Any, Share]:
        """Learn from one batch; return its loss and what was answered rightly, before the weights moved.

        On a device nothing is looked at here, so a loss that is not finite shows a few steps later; the last good
        weights are from before it in any case.
        """
        # A run that diverges is reported as such; NumPy's warnings on the way there would only repeat it.
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            try:
                value, logits = run.parallel.training_step(images, targets, self.task.loss)
            except NotFiniteError:
                return math.nan, Share(0, 0)
            if self._on_host:
                if not math.isfinite(value):
                    return float(value), Share(0, 0)
                # Here, and not after the step: these are the weights that gave the finite loss.
                if number % _STEPS_BETWEEN_SNAPSHOTS == 0 and is_sound(self.network):
                    self._last_good.take()
            self._optimizer.learning_rate = learning_rate
            self._optimizer.step(run.parallel.run)
        return value, self.task.count(logits, targets)

    def _keep_if_due(self, run: "_Run") -> None:
        """Keep the weights of a device, all of whose losses so far were finite, if they have not been for long."""
        if run.steps - run.kept_step >= _STEPS_BETWEEN_SNAPSHOTS and is_sound(self.network):
            self._last_good.take()
            run.kept_step = run.steps

    def _validate(self, parallel: ParallelNetwork) -> "_Scores":
        """Return mean loss and accuracy over the held-out images, dropout off."""
        if self._validation is None:
            return _Scores(None, None)
        tally, sizes, outcomes = _Tally(), [], []
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            for images, targets in self._validation.batches():
                try:
                    logits = parallel.predict(images)
                    loss, _ = self.task.loss(logits, targets)
                except NotFiniteError:
                    return _Scores(math.nan, 0.0)
                sizes.append(len(targets))
                outcomes.append((loss, self.task.count(logits, targets)))
        for size, (mean_loss, share) in zip(sizes, settle(outcomes), strict=True):
            tally.add(size, mean_loss, share, 0.0)
        return _Scores(tally.loss, tally.accuracy)

    def _finish(self, run: "_Run") -> TrainingStopped:
        """Decide which weights stay, measure them, and say how the run ended."""
        begun = time.perf_counter()
        reason = run.reason or StopReason.FINISHED
        if reason is StopReason.DIVERGED:
            self._last_good.restore()
        for policy in self._policies:
            policy.training_stopped()
        if self._policies or run.validated_step != run.steps or reason is StopReason.DIVERGED:
            run.validation = self._validate(run.parallel)
        run.seconds += time.perf_counter() - begun
        tally = run.tally
        return TrainingStopped(
            reason=reason,
            message=_explain(reason, run),
            epochs=run.epochs,
            steps=run.steps,
            train_loss=tally.loss if tally.images else None,
            train_accuracy=tally.accuracy if tally.images else None,
            validation_loss=run.validation.loss,
            validation_accuracy=run.validation.accuracy,
            seconds=run.seconds,
            images_per_second=tally.speed,
        )


class _Scores(NamedTuple):
    """Mean loss and accuracy over the held-out images; None where there are none."""

    loss: float | None
    accuracy: float | None

    def is_finite(self) -> bool:
        return self.loss is None or math.isfinite(self.loss)


class _Step(NamedTuple):
    """One step, of which the loss and the share may still lie on a device."""

    batch: int
    images: int
    loss: Any
    share: Share
    rate: float


class _Tally:
    """Sums over the batches of an epoch."""

    def __init__(self) -> None:
        self.images = 0
        self.seconds = 0.0
        self._loss_sum = 0.0
        self._share = Share(0, 0)

    def add(self, images: int, mean_loss: float, share: Share, seconds: float) -> None:
        self.images += images
        self.seconds += seconds
        self._loss_sum += mean_loss * images
        self._share = Share(self._share.hits + share.hits, self._share.of + share.of)

    @property
    def loss(self) -> float:
        return self._loss_sum / self.images

    @property
    def accuracy(self) -> float:
        return self._share.value

    @property
    def speed(self) -> float:
        return self.images / self.seconds if self.seconds > 0 else 0.0


class _Run:
    """How far a run has come, and the threads that it works with."""

    def __init__(self, parallel: ParallelNetwork) -> None:
        self.parallel = parallel
        self.epochs = 0
        self.steps = 0
        self.seconds = 0.0
        self.reason: StopReason | None = None
        self.tally = _Tally()
        self.validation = _Scores(None, None)
        self.validated_step = -1
        self.kept_step = 0


def _explain(reason: StopReason, run: _Run) -> str:
    """Return why a run ended, in a sentence for a person."""
    match reason:
        case StopReason.FINISHED:
            return "All epochs are done."
        case StopReason.EARLY_STOPPING:
            return f"The loss has stopped falling, so the run ended after epoch {run.epochs}."
        case StopReason.INTERRUPTED:
            return f"The run was stopped after {run.steps} steps; what was learned so far is kept."
        case StopReason.DIVERGED:
            return (
                f"After {run.steps} steps the loss was no longer a finite number, so training has stopped; the last "
                "good weights are kept. Try a lower learning rate."
            )


def _fitting_task(network: Sequential, training: Samples, settings: TrainingSettings) -> Task:
    """Return what the network is to learn, having refused data from which it cannot."""
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
    task = task_of(training, output, settings.label_smoothing)
    if output != task.output_shape:
        asked = f"{len(task.labels)} classes" if task.name == "classification" else f"{size} pixels to be told apart"
        raise DigitpadError(
            f"{training.name} has {asked}, but this network's output has the shape {output}; "
            "choose another architecture or dataset."
        )
    return task
