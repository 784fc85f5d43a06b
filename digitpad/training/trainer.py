"""The training loop, as a generator of events.

`Trainer.run()` trains on one batch each time the next event is requested. The consumer (the command line, a test, the
window's thread) therefore controls the pace: no step is in progress between two events, so it can pause, change the
learning rate, copy weights or stop the run.
"""

import contextlib
import time
from collections.abc import Generator, Iterator, Sequence

import numpy as np

from digitpad.data.dataset import Dataset, PerChannel
from digitpad.errors import DigitpadError
from digitpad.models.model_file import Model, ModelMetadata
from digitpad.nn import Architecture, Dropout, ParallelNetwork, Sequential
from digitpad.nn.backend import device_of, to_device
from digitpad.nn.engine.replica_process import ProcessLostError
from digitpad.nn.layers.dropout import dropouts
from digitpad.seeding import Purpose, generator
from digitpad.training.batches import Batch, BatchLoader
from digitpad.training.building import build_optimizer, build_penalties, build_policies, with_zero_weights
from digitpad.training.checkpoints import Checkpoint, on_host, restore_streams, streams_of
from digitpad.training.controls import Controls, ControlValues
from digitpad.training.diagnostics import Diagnostics, choose_sample
from digitpad.training.event_building import count_steps, epoch_event, stop_event
from digitpad.training.events import ControlChanged, Event, StopReason, TrainingStarted, TrainingStopped
from digitpad.training.fitting import fitting_preprocessing, fitting_task
from digitpad.training.policies import Policy, PolicyState
from digitpad.training.preparation import augmentation_of
from digitpad.training.progress import TrainingProgress
from digitpad.training.rate_controller import RateController
from digitpad.training.settings import TrainingSettings, default_threads
from digitpad.training.snapshots import Copier, Snapshot, is_sound
from digitpad.training.stepper import STEPS_BETWEEN_SNAPSHOTS, Step, Stepper
from digitpad.training.tasks import Samples, lone_classes
from digitpad.training.validation import Validator
from digitpad.translation import gettext as _

#: Number of steps queued on a GPU before their losses are fetched together, because each transfer waits for the device.
_STEPS_BETWEEN_LOOKS = 20


class Trainer:
    """Trains a network for the task of its data (see `digitpad.training.tasks`).

    Parameters
    ----------
    network
        The network; its weights change in place, on their device. Dropout and initial weights have their own
        generators, given when the network was built.
    training
        Training images, uint8 (N, C, H, W), and targets.
    validation
        Validation images, evaluated after every epoch; None or empty for none.
    settings
        Epochs, batch size, optimizer and so on.
    architecture
        The architecture of the network; needed for `checkpoint` and `snapshot_model`.
    mean, std
        Mean and standard deviation for the normalisation of images in [0, 1]; None uses those of the task.
    policies
        Policies that are called after every epoch; None uses those of the settings.
    diagnose
        Whether to measure the layers from time to time (see `digitpad.training.diagnostics`), in 2% of the time.
    resume
        A checkpoint to resume from, of a run with the same network, seed, data and settings. With the same number of
        threads the final weights are those of an uninterrupted run.
    changes
        Those of the remarks about the data that say what was changed in the network to fit them.

    Raises
    ------
    DigitpadError
        If the images, the classes or the batch size do not fit, or the checkpoint does not.
    """

    def __init__(
        self,
        network: Sequential,
        training: Samples,
        validation: Samples | None,
        settings: TrainingSettings,
        *,
        architecture: Architecture | None = None,
        mean: PerChannel | None = None,
        std: PerChannel | None = None,
        policies: Sequence[Policy] | None = None,
        diagnose: bool = False,
        resume: Checkpoint | None = None,
        changes: Sequence[str] = (),
    ) -> None:
        #: The training task.
        self.task = fitting_task(network, training, settings)
        earlier = None if resume is None else resume.metadata.preprocessing
        mean = self.task.mean if mean is None else mean
        std = self.task.std if std is None else std
        self.network = network
        self.settings = settings
        self.architecture = architecture
        #: Settings that can be changed during the run, from any thread.
        self.controls = Controls()
        #: Number of steps that a device takes before their losses are fetched and their events follow.
        self.steps_between_looks = _STEPS_BETWEEN_LOOKS
        #: Checksum and number of the training images.
        self.data_sha256, self.images = training.checksum, len(training)
        self._lone_classes = lone_classes(training, validation)
        self._remarks = training.remarks if isinstance(training, Dataset) else ()
        self._changes = tuple(changes)
        #: Metadata for model files, so that the network is used as it was trained.
        self.metadata = ModelMetadata(
            labels=self.task.labels,
            preprocessing=fitting_preprocessing(self.task, training, mean, std, earlier),
            task=self.task.name,
        )
        self._policies = tuple(build_policies(settings, network) if policies is None else policies)
        self._device = device_of(network.parameters()[0].value)
        self._on_host = self._device.library is np
        self._loader = BatchLoader(
            training,
            settings.batch_size,
            mean=mean,
            std=std,
            device=self._device,
            augmentation=augmentation_of(settings),
        )
        self._validator = Validator(validation, self.task, mean=mean, std=std, device=self._device)
        self._optimizer = build_optimizer(settings, network.parameters())
        l1, l2 = build_penalties(settings)
        self._pace = RateController(settings, self._optimizer, l2, len(self._loader))
        self._applied = ControlValues()
        self._diagnostics: Diagnostics | None = None
        if diagnose:
            shown = validation if validation is not None and len(validation) > 0 else training
            sample = choose_sample(network, shown.images, mean, std)
            self._diagnostics = Diagnostics(network, to_device(sample, self._device))
        self._progress = TrainingProgress()
        self._streams = resume.streams if resume is not None else None
        if resume is not None:
            self._restore(resume)
        self._last_good = Snapshot(network)
        self._stepper = Stepper(
            network,
            self.task,
            self._pace,
            self._optimizer,
            (l1, l2),
            self._diagnostics,
            self._last_good,
        )
        self._kept_step = self._progress.steps
        self._parallel: ParallelNetwork | None = None
        self._dropouts: list[Dropout] = []
        self._usual_dropout: list[float] = []
        self._at_end: Checkpoint | None = None
        self._copier: Copier | None = None
        self._stop_requested = False
        self._started = False

    @property
    def steps(self) -> int:
        """Number of steps taken."""
        return self._progress.steps

    @property
    def batches(self) -> int:
        """Number of batches of an epoch."""
        return len(self._loader)

    @property
    def validation_count(self) -> int:
        """Number of validation images."""
        return self._validator.count

    @property
    def seconds(self) -> float:
        """Time of the run so far, without the consumer of the events."""
        return self._progress.seconds

    @property
    def is_stopping(self) -> bool:
        """Whether a stop was requested."""
        return self._stop_requested

    def stop(self) -> None:
        """Stop the run after the current batch; may be called from any thread or signal handler."""
        self._stop_requested = True

    def measure_layers(self) -> None:
        """Request `LayersMeasured` at the next step, if `diagnose` is on; may be called from any thread."""
        if self._diagnostics is not None:
            self._diagnostics.request()

    def run(self) -> Generator[Event, None, None]:
        """Train, and yield events. Closing the generator ends the run immediately.

        Yields
        ------
        Event
            `TrainingStarted`, then steps and epochs, and `TrainingStopped` at the end, unless an error is raised.

        Raises
        ------
        RuntimeError
            If the trainer has run before.
        """
        if self._started:
            raise RuntimeError("a Trainer runs once; make another for another run")
        self._started = True
        # One thread is enough to keep a GPU busy.
        threads = (self.settings.threads or default_threads()) if self._on_host else 1
        progress = self._progress
        with _lost_processes_in_words(), ParallelNetwork(self.network, threads) as parallel:
            self._parallel = parallel
            if self._streams is not None:
                restore_streams(parallel.replicas, self._streams)
            self._dropouts = [layer for replica in parallel.replicas for layer in dropouts(replica).values()]
            self._usual_dropout = [layer.p for layer in self._dropouts]
            self._apply(self._applied)
            yield TrainingStarted(
                epochs=self.settings.epochs,
                batches=len(self._loader),
                batch_size=self.settings.batch_size,
                training_count=self.images,
                validation_count=self._validator.count,
                parameters=sum(parameter.value.size for parameter in self.network.parameters()),
                threads=parallel.threads,
                score=self.task.score,
                steps_done=progress.steps,
                lone_classes=self._lone_classes,
                remarks=self._remarks,
                changes=self._changes,
            )
            if progress.epochs >= self.settings.epochs:
                progress.reason = StopReason.FINISHED
            while progress.reason is None:
                yield from self._epoch(parallel, progress)
            yield (yield from self._finish(parallel, progress))

    def checkpoint(self, *, copied: bool = True) -> Checkpoint:
        """Return a checkpoint; only between events, in the thread that iterates them.

        After `TrainingStopped` it is the state after the last step, although policies may have replaced the weights.

        Parameters
        ----------
        copied
            Whether the checkpoint has arrays of its own. If not, it is valid until the next event; weights and moments
            of a large network take much memory.

        Raises
        ------
        RuntimeError
            If the trainer has no architecture, or has not started.
        """
        if self._at_end is not None:
            return self._at_end
        if self.architecture is None or self._parallel is None:
            raise RuntimeError("a checkpoint needs a Trainer that has an architecture and whose run has begun")
        states = {policy.name: policy.state() for policy in self._policies}
        return Checkpoint(
            progress=self._progress.state(),
            network=on_host(self.network.state_dict(), copied=copied),
            optimizer=on_host(self._optimizer.state_dict(), copied=copied),
            policies={
                name: PolicyState(dict(state.values), on_host(state.arrays, copied=copied))
                for name, state in states.items()
            },
            streams=streams_of(self._parallel.replicas),
            controls=self._applied,
            pace=self._pace.state(),
            architecture=self.architecture,
            metadata=self.metadata,
        )

    def snapshot_model(self, name: str = "") -> Model:
        """Return a copy of the current network on the host; only between events, in the thread that iterates them.

        Raises
        ------
        RuntimeError
            If the trainer has no architecture.
        """
        if self.architecture is None:
            raise RuntimeError("a model needs a Trainer that has an architecture")
        if self._copier is None:
            self._copier = Copier(with_zero_weights(self.architecture))
        return Model(self._copier.copy(self.network), self.architecture, self.metadata, name or self.architecture.name)

    def _restore(self, checkpoint: Checkpoint) -> None:
        """Restore the state of a checkpoint."""
        try:
            self._progress = TrainingProgress.of_state(dict(checkpoint.progress))
            self.network.load_state_dict(
                {name: to_device(value, self._device) for name, value in checkpoint.network.items()}
            )
            self._optimizer.load_state_dict(checkpoint.optimizer)
            self._pace.restore(dict(checkpoint.pace))
            for policy in self._policies:
                if policy.name in checkpoint.policies:
                    policy.restore(checkpoint.policies[policy.name])
        except (KeyError, TypeError, ValueError) as error:
            raise DigitpadError(
                _("The checkpoint does not fit this run ({reason}); resume from another one.").format(
                    reason=" ".join(str(error).split())
                )
            ) from error
        self.controls.change(**checkpoint.controls.to_dict())
        self._applied = checkpoint.controls

    def _epoch(self, parallel: ParallelNetwork, progress: TrainingProgress) -> Iterator[Event]:
        """Train to the end of the current epoch, unless the run stops earlier."""
        epoch = progress.epochs + 1
        yield from self._learn(parallel, progress, epoch)
        if progress.reason is not None:
            return
        if not self._stop_requested:
            progress.validation = yield from self._validator.read(parallel, progress, lambda: self._stop_requested)
        if self._stop_requested:
            progress.reason = StopReason.INTERRUPTED
            return
        progress.validated_step = progress.steps
        if not (is_sound(self.network) and progress.validation.is_finite()):
            progress.reason = StopReason.DIVERGED
            return
        self._last_good.take()
        progress.epochs, progress.batches = epoch, 0
        event = epoch_event(progress, self.settings.epochs)
        self._pace.epoch_completed(event.train_loss if event.validation_loss is None else event.validation_loss)
        # Every policy is called, even if an earlier one requests a stop, because one of them may keep the weights.
        wishes = [policy.epoch_completed(event) for policy in self._policies]
        finished = epoch == self.settings.epochs
        progress.reason = StopReason.FINISHED if finished else next(filter(None, wishes), None)
        yield event

    def _learn(self, parallel: ParallelNetwork, progress: TrainingProgress, epoch: int) -> Iterator[Event]:
        """Take the remaining steps of an epoch."""
        # The order depends on seed and epoch only, so that a run can be resumed anywhere.
        order = generator(self.settings.seed, Purpose.ORDER, epoch).permutation(self.images)
        with contextlib.closing(self._loader.batches(order, epoch=epoch, first=progress.batches)) as loader:
            yield from self._learn_from(loader, parallel, progress)

    def _learn_from(
        self, loader: Iterator[Batch], parallel: ParallelNetwork, progress: TrainingProgress
    ) -> Iterator[Event]:
        """Take a step with each batch."""
        batches = len(self._loader)
        taken: list[Step] = []
        begun = time.perf_counter()
        for batch in range(progress.batches + 1, batches + 1):
            if self._stop_requested:
                progress.reason = StopReason.INTERRUPTED
            else:
                if not taken:
                    # Pending steps on a device are completed first, so that at every event the network and the counters
                    # are at the same step.
                    yield from self._apply_controls(progress.steps + 1)
                    begun = time.perf_counter()
                number = progress.steps + len(taken)
                images, targets = next(loader)
                taken.append(self._stepper.take(parallel, number, batch, images, targets, self._applied))
            if not (self._on_host or progress.reason or batch == batches or len(taken) >= self.steps_between_looks):
                continue
            # All steps are counted before the first event: a consumer may take a checkpoint at any event.
            yield from count_steps(taken, progress, begun=begun, epochs=self.settings.epochs, batches=batches)
            if progress.reason is not None:
                return
            taken.clear()
            if not self._on_host:
                self._keep_if_due(progress)

    def _apply_controls(self, step: int) -> Iterator[ControlChanged]:
        """Apply requested changes from this step on, and yield events for them."""
        wanted = self.controls.values
        if wanted is self._applied:
            return
        changes = [ControlChanged(step, *change) for change in self._applied.differences(wanted)]
        self._apply(wanted)
        yield from changes

    def _apply(self, values: ControlValues) -> None:
        """Apply some values; learning rates are set before every step anyway."""
        self._applied = values
        for layer, usual in zip(self._dropouts, self._usual_dropout, strict=True):
            layer.p = usual if values.dropout is None else values.dropout

    def _keep_if_due(self, progress: TrainingProgress) -> None:
        """Keep the weights of a device if the last copy is old; all losses so far were finite."""
        if progress.steps - self._kept_step >= STEPS_BETWEEN_SNAPSHOTS and is_sound(self.network):
            self._last_good.take()
            self._kept_step = progress.steps

    def _finish(self, parallel: ParallelNetwork, progress: TrainingProgress) -> Generator[Event, None, TrainingStopped]:
        """Choose the final weights, evaluate them, and report how the run ended."""
        reason = progress.reason or StopReason.FINISHED
        if reason is StopReason.DIVERGED:
            self._last_good.restore()
        elif self.architecture is not None:
            # Only policies change the weights after the last step.
            self._at_end = self.checkpoint(copied=bool(self._policies))
        for policy in self._policies:
            policy.training_stopped()
        if self._policies or progress.validated_step != progress.steps or reason is StopReason.DIVERGED:
            progress.validation = yield from self._validator.read(parallel, progress, lambda: False)
        return stop_event(progress, reason)


@contextlib.contextmanager
def _lost_processes_in_words() -> Iterator[None]:
    """Say what to do if a process that trains has ended, such as one that the system has killed to free memory.

    Raises
    ------
    DigitpadError
        If a process was lost.
    """
    try:
        yield
    except ProcessLostError as error:
        raise DigitpadError(
            _(
                "A process that computes a part of each batch has ended unexpectedly, perhaps because memory ran out. "
                "Resume the run, with smaller batches or one thread if it happens again."
            )
        ) from error
