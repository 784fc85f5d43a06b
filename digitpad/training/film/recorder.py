"""Films a run while it trains.

At a frame's step the weights are copied, which takes a tenth of a millisecond; a thread of its own rounds, writes and
counts them. Only one frame is under way at any time, so a killed process loses one at most. While the thread is busy
the next frame waits for a later step, except in the first steps, which are filmed one by one.

Filming never stops a training: after a write error, usually because the disk is full, it ends and says so once.
"""

import contextlib
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from digitpad.errors import DigitpadError
from digitpad.models import metadata
from digitpad.nn.backend import Array, to_numpy
from digitpad.training.events import (
    Event,
    LayersMeasured,
    RecordingTrouble,
    StepCompleted,
    StopReason,
    TrainingStarted,
    TrainingStopped,
)
from digitpad.training.film.frame_file import (
    FilmFrame,
    frame_files,
    frame_path,
    stored_bytes,
    stored_form,
    write_frame,
)
from digitpad.training.film.gradients import GradientHistograms, append_gradients, keep_gradients
from digitpad.training.film.limits import MEGABYTE, FilmLimits, film_size, make_room
from digitpad.training.film.schedule import next_step, thinned_out
from digitpad.training.run import Run
from digitpad.training.trainer import Trainer
from digitpad.translation import gettext as _

#: Seconds that filming may take in any run, however short it is.
_FREE = 0.05
#: What ends a film, and not the training.
_TROUBLES = (DigitpadError, MemoryError)


@dataclass(frozen=True, slots=True)
class _Written:
    """What the thread has written: the bytes, and the processor time that it took."""

    bytes: int
    seconds: float


class FilmRecorder:
    """Films one training.

    Parameters
    ----------
    run
        The run; locked by the caller.
    trainer
        The trainer of the run.
    limits
        How much the film may take.
    """

    def __init__(self, run: Run, trainer: Trainer, limits: FilmLimits) -> None:
        self._run, self._trainer, self._limits = run, trainer, limits
        self._folder = run.film_folder
        self._is_on = limits.is_on and trainer.architecture is not None
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="digitpad-film") if self._is_on else None
        self._pending: Future[_Written] | None = None
        self._copies: dict[str, NDArray[np.generic]] = {}
        self._strings: dict[str, str] = {}
        self._rounded = False
        self._frame_bytes = 0
        self._count = self._bytes = 0
        self._batches = self._last_step = 1
        self._newest = self._next = -1
        self._first_step = 0
        self._seconds_before = self._work_before = 0.0
        #: Seconds of work that the frames of this training took, their number, and the seconds that it waited for them.
        self._spent, self._taken, self._waited = 0.0, 0, 0.0
        self._gradients_at = -1

    def record(self, event: Event) -> Iterator[RecordingTrouble]:
        """Film an event, if it is time for a frame.

        Yields
        ------
        RecordingTrouble
            Once, if the film ends because it cannot be written.
        """
        if not self._is_on:
            return
        if isinstance(event, TrainingStarted) and (remark := self._too_large()):
            self._is_on = False
            yield RecordingTrouble(remark)
            return
        try:
            self._film(event)
        except _TROUBLES as error:
            yield RecordingTrouble(self._end(error))

    def finish(self) -> str:
        """Film the current step, with which the training ends early; return the error message, or ""."""
        if not self._is_on:
            return ""
        try:
            self._settle()
            self._take(self._trainer.steps)
        except _TROUBLES as error:
            return self._end(error)
        return ""

    def close(self) -> str:
        """Finish the frame under way; return the error message, or ""."""
        trouble = ""
        try:
            self._settle()
        except _TROUBLES as error:
            trouble = self._end(error)
        if self._writer is not None:
            self._writer.shutdown()
        return trouble

    def _too_large(self) -> str:
        """Return a message if not even two frames fit into the limits, or ""."""
        size = stored_bytes(self._trainer.network, rounded=True)
        if 2 * size <= self._limits.room:
            return ""
        return _(
            "This run is not filmed: a frame of its network takes {size:,} MB, and a film at most {room:,} MB. "
            "Training continues; --film-size sets a larger film."
        ).format(size=max(1, size // MEGABYTE), room=self._limits.room // MEGABYTE)

    def _end(self, error: Exception) -> str:
        """Stop filming, and return the message about it."""
        self._is_on = False
        return _(
            "{trouble} The film of this run ends at step {step:,}; training continues. Free disk space, or film less "
            "(--film-size)."
        ).format(trouble=error, step=max(0, self._newest))

    def _film(self, event: Event) -> None:
        match event:
            case TrainingStarted():
                self._begin(event)
                self._take(self._trainer.steps)
            case StepCompleted(step=step):
                # On a device, several steps are reported together, and only the last one's weights are there.
                if step >= self._next and step == self._trainer.steps and self._is_free(step):
                    self._take(step)
            case LayersMeasured():
                self._keep_gradients(event)
            case TrainingStopped():
                self._settle()
                if event.reason is not StopReason.DIVERGED and self._newest < event.steps:
                    # The weights of the last step, although a policy may have restored those of an earlier one.
                    self._take(event.steps, self._trainer.checkpoint().network)
                    self._settle()

    def _begin(self, event: TrainingStarted) -> None:
        """Open the film: remove frames that will be repeated, choose the precision, and make room."""
        self._batches, self._last_step = event.batches, event.epochs * event.batches
        self._first_step = event.steps_done
        self._seconds_before, self._work_before = self._trainer.seconds, time.thread_time()
        limits, network = self._limits, self._trainer.network
        try:
            self._folder.mkdir(exist_ok=True)
        except OSError as error:
            raise DigitpadError(
                _("{path} could not be created ({reason}).").format(path=self._folder, reason=error.strerror or error)
            ) from error
        for step, path in frame_files(self._folder):
            if step > event.steps_done:
                _delete(path)
        keep_gradients(self._folder, event.steps_done)
        self._count_frames()
        # A run that is extended has a film already: as long as little room is left, it gets thinner.
        remaining = self._last_step - event.steps_done + 1
        self._frame_bytes = stored_bytes(network, rounded=True)
        while self._left() < min(remaining, limits.most_frames // 4) and self._thin():
            pass
        left = min(remaining, limits.most_frames - self._count)
        self._rounded = self._bytes + left * stored_bytes(network, rounded=False) > limits.room
        self._frame_bytes = stored_bytes(network, rounded=self._rounded)
        make_room(self._run, min(limits.room, self._bytes + left * self._frame_bytes), limits.total_bytes)
        if self._trainer.architecture is not None:
            architecture = self._trainer.architecture.to_json()
            self._strings = {**metadata.to_strings(self._trainer.metadata), "architecture": architecture}

    def _is_free(self, step: int) -> bool:
        """Return whether the next frame can be taken now; in the first steps it waits for the one before."""
        if self._pending is None or self._pending.done() or step == self._last_step:
            return True
        return step == self._newest + 1 and self._waited < self._limits.patience

    def _take(self, step: int, weights: Mapping[str, Array] | None = None) -> None:
        """Copy the weights of a step and have them written; without `weights`, those of the network."""
        self._settle()
        begun = time.thread_time()
        if step > self._newest:
            if self._left() < 1:
                self._thin()
            if self._left() < 1:
                self._next = self._last_step + 1
                return
            copies = self._copy(self._trainer.network.state_dict() if weights is None else weights)
            frame = FilmFrame(frame_path(self._folder, step), step, step / self._batches, not self._rounded)
            if self._writer is not None:
                self._pending = self._writer.submit(self._write, frame, copies)
            self._newest = step
            self._taken += 1
        self._next = next_step(step, self._last_step, self._affordable(step))
        self._spent += time.thread_time() - begun

    def _copy(self, weights: Mapping[str, Array]) -> Mapping[str, NDArray[np.generic]]:
        """Copy weights into memory that is allocated once."""
        for name, array in weights.items():
            value = to_numpy(array)
            if name not in self._copies:
                self._copies[name] = np.empty_like(value)
            self._copies[name][...] = value
        return self._copies

    def _write(self, frame: FilmFrame, copies: Mapping[str, NDArray[np.generic]]) -> _Written:
        """Write a frame, in the thread; weights that are not finite are those of a diverged run, and left out."""
        begun = time.thread_time()
        count = 0
        if all(np.isfinite(array).all() for array in copies.values()):
            arrays = stored_form(self._trainer.network, copies, rounded=self._rounded)
            count = write_frame(frame, arrays, self._strings)
        return _Written(count, time.thread_time() - begun)

    def _settle(self) -> None:
        """Wait for the frame under way, and count it.

        Raises
        ------
        DigitpadError
            If it could not be written.
        """
        if self._pending is None:
            return
        pending, self._pending = self._pending, None
        begun = time.perf_counter()
        try:
            written = pending.result()
        except _TROUBLES:
            self._count_frames()
            raise
        self._count += written.bytes > 0
        self._bytes += written.bytes
        self._frame_bytes = written.bytes or self._frame_bytes
        self._spent += written.seconds
        self._waited += time.perf_counter() - begun

    def _left(self) -> int:
        """Return the number of frames for which there is room."""
        room = (self._limits.room - self._bytes) // max(1, self._frame_bytes)
        return min(self._limits.most_frames - self._count, room)

    def _affordable(self, step: int) -> int:
        """Return the number of frames that fit into the limits of space and time, after the one under way."""
        left = self._left() - 1
        trained = step - self._first_step
        if trained < 1 or not self._taken:
            return left
        # On a busy machine time passes without work; the work of this thread is the time of an idle machine.
        elapsed = min(self._trainer.seconds - self._seconds_before, time.thread_time() - self._work_before)
        whole = elapsed / trained * (self._last_step - self._first_step)
        budget = max(_FREE, self._limits.most_cost * whole) - self._spent
        return max(1, min(left, int(budget * self._taken / max(self._spent, 1e-9))))

    def _thin(self) -> bool:
        """Delete every other frame of a full film, and return whether that made room."""
        before = self._count
        for _step, path in thinned_out(frame_files(self._folder)):
            _delete(path)
        self._count_frames()
        return self._count < before

    def _count_frames(self) -> None:
        files = frame_files(self._folder)
        self._count, self._bytes = len(files), film_size(self._run.folder)
        self._newest = files[-1][0] if files else -1

    def _keep_gradients(self, event: LayersMeasured) -> None:
        """Keep the gradients of a step, at most once for each frame."""
        layers = {layer.name: layer.gradients for layer in event.layers if layer.gradients is not None}
        if not layers or self._gradients_at == self._newest:
            return
        self._gradients_at = self._newest
        append_gradients(self._folder, GradientHistograms(event.step, layers))


def _delete(path: Path) -> None:
    # A frame that cannot be deleted, such as one that is open on Windows, is not worth an error.
    with contextlib.suppress(OSError):
        path.unlink()
