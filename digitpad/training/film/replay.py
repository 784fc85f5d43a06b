"""Any step of a run, exactly: by repeating the training from the nearest checkpoint before it.

Everything random follows from the seed and from what a checkpoint contains, so the same steps on the same number of
threads give the same weights bit for bit, with dropout, batch normalization and augmentation. Settings that were
changed during the run are changed at the same steps. Every repeated step is compared with the history of the run: on
another machine, or with another version of NumPy, losses may differ in their last digits, and the step is then refused
rather than shown with wrong numbers.
"""

from collections.abc import Callable, Generator, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from digitpad.errors import DigitpadError
from digitpad.models.model_file import Model
from digitpad.training.checkpoints import Checkpoint
from digitpad.training.events import ControlChanged, Event, StepCompleted
from digitpad.training.film.reader import moment_name
from digitpad.training.live import open_training_samples, prepare
from digitpad.training.plan import RunPlan
from digitpad.training.run import CheckpointFile, Run
from digitpad.training.run_info import RunInfo
from digitpad.training.trainer import Trainer
from digitpad.translation import gettext as _

if TYPE_CHECKING:
    from digitpad.training.tasks import Samples

#: Number of steps up to the requested one whose networks are kept, for going back step by step, and their memory.
_RECENT, _MOST_BYTES = 16, 64 << 20


class ReplayProgress(NamedTuple):
    """How far a replay is: steps that are repeated, and to repeat."""

    done: int
    total: int


class ExactSteps:
    """Repeats steps of one run. Used by one thread at a time; `close` ends its threads.

    The training stays where it is after each request, so that the next step takes a single step of training, and the
    networks of the last steps are kept, so that going back takes none.

    Parameters
    ----------
    run
        The run; it may be in training. If it is resumed later, use another `ExactSteps`.
    """

    def __init__(self, run: Run) -> None:
        self._run = run
        self._steps: dict[int, StepCompleted] = {}
        self._changes: Sequence[ControlChanged] = ()
        self._samples: Samples | None = None
        self._training: _Training | None = None
        self._recent: dict[int, Model] = {}

    def last_step(self) -> int:
        """Return the last step that the run has recorded so far; 0 if there is none.

        Raises
        ------
        DigitpadError
            If the history cannot be read.
        """
        history = self._run.history()
        self._steps = {step.step: step for step in history.steps}
        self._changes = history.changes
        return max(self._steps, default=0)

    def at(self, step: int) -> Generator[ReplayProgress, None, Model]:
        """Return the network of a step; closing the generator cancels.

        Parameters
        ----------
        step
            Number of steps taken; 0 for the initial weights.

        Yields
        ------
        ReplayProgress
            Before the data are opened, and after every step.

        Returns
        -------
        Model
            The network with exactly the weights that the run had. It may be returned again: copy it before changing it.

        Raises
        ------
        DigitpadError
            If the run has no such step or no checkpoint before it, its data have changed, or repeating it gives other
            losses than the run recorded.
        """
        if step in self._recent:
            return self._recent[step]
        if step not in self._steps:
            last = self.last_step()
            if not 0 <= step <= last:
                raise DigitpadError(
                    _("The run {name} has no step {step:,}; its last step is {last:,}.").format(
                        name=self._run.display_name(), step=step, last=last
                    )
                )
        start = self._nearest_checkpoint(step)
        if start.step == step:
            return self._run.load(start).model(moment_name(self._run, step))
        yield from self._repeat(start, step)
        return self._recent[step]

    def model(self, step: int, *, on_progress: Callable[[ReplayProgress], object] = lambda _progress: None) -> Model:
        """Return the network of a step, like `at`, without a way to cancel."""
        job = self.at(step)
        while True:
            try:
                on_progress(next(job))
            except StopIteration as done:
                model: Model = done.value
                return model

    def close(self) -> None:
        """End the repeated training."""
        if self._training is not None:
            self._training.close()
            self._training = None

    def _nearest_checkpoint(self, step: int) -> CheckpointFile:
        before = [file for file in self._run.checkpoints() if file.step <= step]
        if before:
            return before[-1]
        name, origin = self._run.display_name(), self._run.info.branched_from
        if origin:
            raise DigitpadError(
                _("The run {name} was branched after step {step:,}; see the run that it comes from: {origin}.").format(
                    name=name, step=step, origin=origin
                )
            )
        raise DigitpadError(
            _("The run {name} has no checkpoint before step {step:,}; choose a later step.").format(
                name=name, step=step
            )
        )

    def _repeat(self, start: CheckpointFile, step: int) -> Generator[ReplayProgress, None, None]:
        """Repeat the steps from a checkpoint, or from where the training is, to a step."""
        training = self._training
        if training is None or not start.step <= training.trainer.steps <= step:
            yield ReplayProgress(0, step - start.step)
            training = self._open(self._run.load(start))
        try:
            yield from self._advance(training, step)
        except DigitpadError:
            # Its events have ended; the next request begins at a checkpoint again.
            self.close()
            raise

    def _advance(self, training: "_Training", step: int) -> Generator[ReplayProgress, None, None]:
        """Repeat the steps from where the training is to a step."""
        first = training.trainer.steps
        while training.trainer.steps < step:
            begun = training.trainer.steps
            for event in training.train(self._changes, step):
                if isinstance(event, StepCompleted):
                    self._check(event)
                    self._keep(training.trainer, step)
                    yield ReplayProgress(event.step - first, step - first)
            if training.trainer.steps == begun:
                raise DigitpadError(self._unrepeatable(begun + 1))
            if training.trainer.steps < step:
                training = self._open(training.checkpoint())
        if step not in self._recent:
            self._keep(training.trainer, step)

    def _open(self, checkpoint: Checkpoint) -> "_Training":
        """Continue the run from a checkpoint, as it did."""
        self.close()
        # Read again: the run may have been extended since it was opened.
        info = Run(self._run.folder).info
        plan, until = _plan_from(info, checkpoint.steps)
        if self._samples is None:
            self._samples = open_training_samples(plan, fit=checkpoint.metadata.preprocessing.fit)
        trainer = prepare(plan, diagnose=False, resume=checkpoint, samples=self._samples)
        if info.data_sha256 not in {"", trainer.data_sha256}:
            raise DigitpadError(
                _(
                    "The dataset {dataset} has changed since the run {name}, so its steps cannot be repeated; restore "
                    "the old data."
                ).format(dataset=plan.dataset, name=info.name)
            )
        self._training = _Training(trainer, until)
        return self._training

    def _check(self, event: StepCompleted) -> None:
        """Compare a repeated step with the one in the history.

        Raises
        ------
        DigitpadError
            If they differ.
        """
        recorded = self._steps.get(event.step, event)
        if (recorded.loss, recorded.learning_rate) != (event.loss, event.learning_rate):
            self.close()
            self._recent.clear()
            raise DigitpadError(self._unrepeatable(event.step))

    def _unrepeatable(self, step: int) -> str:
        return _(
            "Step {step:,} of the run {name} cannot be repeated exactly here, because it gives another loss than the "
            "run recorded; choose a frame of the film or a checkpoint."
        ).format(step=step, name=self._run.display_name())

    def _keep(self, trainer: Trainer, wanted: int) -> None:
        """Keep a copy of the network if its step is the one that is wanted, or one of the last before it."""
        size = sum(int(array.nbytes) for array in trainer.network.state_dict().values())
        most = max(1, min(_RECENT, _MOST_BYTES // size))
        if trainer.steps > wanted - most:
            self._recent[trainer.steps] = trainer.snapshot_model(moment_name(self._run, trainer.steps))
        while len(self._recent) > most:
            self._recent.pop(next(iter(self._recent)))


class _Training:
    """A training that is repeated.

    Parameters
    ----------
    trainer
        The trainer.
    until
        The last step that the run took with this plan; None if it never had another one.
    """

    def __init__(self, trainer: Trainer, until: int | None) -> None:
        self.trainer = trainer
        self._until = until
        self._events = trainer.run()
        # One by one, so that the training can stop after any step.
        trainer.steps_between_looks = 1

    def train(self, changes: Sequence[ControlChanged], step: int) -> Iterator[Event]:
        """Train up to a step, or to the last one with this plan."""
        trainer = self.trainer
        last = step if self._until is None else min(step, self._until)
        while trainer.steps < last:
            for change in changes:
                if change.step == trainer.steps + 1:
                    trainer.controls.change(**{change.name: change.new})
            event = next(self._events, None)
            if event is None:
                return
            yield event

    def checkpoint(self) -> Checkpoint:
        """Return the state from which the run was continued with another plan."""
        if self.trainer.steps == self.trainer.settings.epochs * self.trainer.batches:
            # It had finished, so its last epoch was complete.
            for _event in self._events:
                pass
        return self.trainer.checkpoint()

    def close(self) -> None:
        """End the training."""
        self._events.close()


def _plan_from(info: RunInfo, step: int) -> tuple[RunPlan, int | None]:
    """Return the plan by which a run continued from a step, and the last step before it had another one, if it did."""
    for last, epochs in info.extensions:
        if step < last:
            return info.plan.with_settings(epochs=epochs), last
    return info.plan, None
