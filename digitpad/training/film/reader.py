"""Reads the film of a run, also while the run is being filmed."""

import contextlib
import threading
from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from digitpad.errors import DigitpadError
from digitpad.models.architecture_file import plain_tensor_name
from digitpad.models.metadata import ModelMetadata
from digitpad.models.model_file import Model, load_model
from digitpad.models.tensor_file import read_tensors
from digitpad.nn import Architecture, Sequential
from digitpad.nn.backend import Array
from digitpad.training.film.frame_file import FilmFrame, frame_files, read_frame
from digitpad.training.film.gradients import GradientHistograms, read_gradients
from digitpad.training.run import Run
from digitpad.translation import gettext as _


class Film:
    """The frames of a run, and the network of each. May be used from any thread.

    Use `open` to create one; each frame is read from its file when it is asked for. A frame of `standard` takes a
    millisecond.

    Parameters
    ----------
    run
        The run.
    frames
        Its frames in order of steps, at least one.
    model
        The model of any of them.
    """

    def __init__(self, run: Run, frames: tuple[FilmFrame, ...], model: Model) -> None:
        #: The run that was filmed.
        self.run = run
        self._frames = frames
        self._model = model
        self._checked: set[FilmFrame] = set()
        self._lock = threading.Lock()

    @classmethod
    def open(cls, run: Run) -> Self:
        """Open the film of a run.

        Raises
        ------
        DigitpadError
            If the run has no film, or none of its frames can be read.
        """
        for frame in (frames := _frames(run, {})):
            # Checked as carefully as any model file; the other frames only have to fit this network.
            with contextlib.suppress(DigitpadError):
                return cls(run, frames, load_model(frame.path))
        raise DigitpadError(
            _("The run {name} has no film, or its film cannot be read; train it again to film it.").format(
                name=run.display_name()
            )
        )

    @staticmethod
    def exists(run: Run) -> bool:
        """Return whether a run has at least one frame."""
        return bool(frame_files(run.film_folder))

    @property
    def frames(self) -> tuple[FilmFrame, ...]:
        """The frames in order of steps, as of the last `refresh`; at least one."""
        return self._frames

    @property
    def architecture(self) -> Architecture:
        """The architecture of the network."""
        return self._model.architecture

    @property
    def metadata(self) -> ModelMetadata:
        """How the network is used: labels, preprocessing, task."""
        return self._model.metadata

    def refresh(self) -> bool:
        """Look for new frames, and for frames that were thinned out; return whether the list changed."""
        with self._lock:
            frames = _frames(self.run, {frame.step: frame for frame in self._frames}) or self._frames
            changed = frames != self._frames
            self._frames = frames
        return changed

    def index(self, step: int) -> int:
        """Return the index of the last frame at or before a step; 0 if there is none."""
        return max(0, bisect_right(self._frames, step, key=lambda frame: frame.step) - 1)

    def nearest(self, step: int) -> FilmFrame:
        """Return the frame nearest to a step; the earlier of two."""
        frames = self._frames
        place = bisect_left(frames, step, key=lambda frame: frame.step)
        return min(frames[max(0, place - 1) : place + 1], key=lambda frame: abs(frame.step - step))

    def weights(self, frame: FilmFrame) -> dict[str, NDArray[np.generic]]:
        """Return the parameters and buffers of a frame by name, in the types of the network, for `load_into`.

        Raises
        ------
        DigitpadError
            If the frame was thinned out meanwhile, is damaged, or has weights that are not finite.
        """
        try:
            read = {plain_tensor_name(name): array for name, array in read_tensors(frame.path).items()}
            # A file never changes, so once is enough.
            if frame not in self._checked:
                _check(read, self._model.network)
                self._checked.add(frame)
        except FileNotFoundError as error:
            raise DigitpadError(
                _("The frame of step {step:,} was thinned out meanwhile; choose another moment.").format(
                    step=frame.step
                )
            ) from error
        except (OSError, ValueError, TypeError) as error:
            raise DigitpadError(
                _("The frame {path} could not be read ({reason}); choose another moment.").format(
                    path=frame.path, reason=" ".join(str(error).split())
                )
            ) from error
        return read

    def load_into(self, network: Sequential, frame: FilmFrame) -> None:
        """Copy the weights of a frame into a network of the film's architecture, such as `model(...).network`.

        This is the quick way through many frames: no memory is allocated for the network.

        Raises
        ------
        DigitpadError
            As for `weights`.
        """
        network.load_state_dict(self.weights(frame))

    def model(self, frame: FilmFrame) -> Model:
        """Return the network of a frame as a model with its own weights, named like "standard, step 340".

        Raises
        ------
        DigitpadError
            As for `weights`.
        """
        return self.model_of(self.weights(frame), frame.step)

    def model_of(self, weights: Mapping[str, Array], step: int) -> Model:
        """Return a model with given weights, such as those of an exact step; see `ExactSteps`."""
        network = self._model.network.replica()
        for stored in (*network.parameters(), *network.buffers()):
            stored.move(np.empty_like)
        network.load_state_dict(weights)
        return replace(self._model, network=network, name=moment_name(self.run, step))

    def gradients(self) -> list[GradientHistograms]:
        """Return the histograms of gradients that were kept with the film, in order of steps."""
        return read_gradients(self.run.film_folder)


def moment_name(run: Run, step: int) -> str:
    """Return the name of the network of a run at a step: "standard 2, step 340"."""
    return _("{name}, step {step:,}").format(name=run.display_name(), step=step)


def _frames(run: Run, known: Mapping[int, FilmFrame]) -> tuple[FilmFrame, ...]:
    """Return the frames in a run's folder; files whose header cannot be read are left out."""
    read = [known.get(step) or read_frame(path) for step, path in frame_files(run.film_folder)]
    return tuple(frame for frame in read if frame is not None)


def _check(read: Mapping[str, NDArray[np.generic]], network: Sequential) -> None:
    """Check that tensors fit a network, and are finite.

    Raises
    ------
    ValueError
        If they do not, or are not.
    """
    expected = network.state_dict()
    wrong = [name for name in expected if name not in read or read[name].shape != expected[name].shape]
    wrong += [name for name in read if name not in expected]
    wrong += [name for name in expected.keys() & read.keys() if not np.isfinite(read[name]).all()]
    if wrong:
        raise ValueError(_("its weights do not fit or are not finite: {names}").format(names=", ".join(wrong)))
