"""How much a film may take: frames, disk space and time; and how old films make room for new ones."""

import contextlib
import shutil
from dataclasses import dataclass
from pathlib import Path

from digitpad.errors import DigitpadError
from digitpad.training.film.frame_file import frame_files
from digitpad.training.run import FILM, Run
from digitpad.translation import gettext as _

MEGABYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class FilmLimits:
    """The limits of a film.

    Parameters
    ----------
    most_frames
        Largest number of frames of a run; at 0 and 1 runs are not filmed.
    most_bytes
        Largest size of the film of a run; at 0 runs are not filmed.
    total_bytes
        Largest size of the films of all runs; the oldest films are deleted first, and runs never. At 0 runs are not
        filmed, and existing films are kept.
    most_cost
        Largest share of the training time that filming takes; fewer frames are taken where they cost more.
    patience
        Seconds that a training waits for the frames of its first steps, so that none is left out; on a slow disk, some
        are.
    """

    most_frames: int = 200
    most_bytes: int = 192 * MEGABYTE
    total_bytes: int = 2048 * MEGABYTE
    most_cost: float = 0.015
    patience: float = 0.2

    @property
    def is_on(self) -> bool:
        """Whether runs are filmed."""
        return self.most_frames > 1 and self.room > 0

    @property
    def room(self) -> int:
        """Largest size of one film."""
        return min(self.most_bytes, self.total_bytes)


def film_size(run_folder: Path) -> int:
    """Return the size of a run's film in bytes; 0 if there is none."""
    return sum(_size(path) for _, path in frame_files(run_folder / FILM))


def films_size(runs_folder: Path) -> int:
    """Return the size of the films of all runs in a folder, in bytes; frames that two runs share count for both."""
    return sum(film_size(path.parent) for path in runs_folder.glob(f"*/{FILM}"))


def delete_film(run: Run) -> None:
    """Delete the film of a run; the run itself is kept.

    Raises
    ------
    DigitpadError
        If the run is being trained, or the film cannot be deleted.
    """
    with run.locked():
        try:
            shutil.rmtree(run.film_folder)
        except FileNotFoundError:
            return
        except OSError as error:
            raise DigitpadError(
                _("{folder} could not be removed ({reason}); try again.").format(
                    folder=run.film_folder, reason=error.strerror or error
                )
            ) from error


def make_room(run: Run, planned: int, total: int) -> None:
    """Delete the oldest films of other runs until a new film fits.

    Films of runs that are being trained are kept. A film that cannot be deleted is kept too: a full disk is noticed
    when the new film is written.

    Parameters
    ----------
    run
        The run that will be filmed.
    planned
        Size of its film in bytes.
    total
        The limit for all films in bytes.
    """
    films = [path for path in run.folder.parent.glob(f"*/{FILM}") if path.parent != run.folder]
    sizes = {path: film_size(path.parent) for path in films}
    taken = planned + sum(sizes.values())
    for path in sorted(films, key=_filmed_at):
        if taken <= total:
            return
        # A folder whose run cannot be read is not known to be in training by its own program, so it is left alone.
        with contextlib.suppress(DigitpadError):
            delete_film(Run(path.parent))
        taken -= sizes[path] - film_size(path.parent)


def _filmed_at(folder: Path) -> float:
    """Return when the last frame of a film was written; 0 for an empty film."""
    files = frame_files(folder)
    if not files:
        return 0.0
    with contextlib.suppress(OSError):
        return files[-1][1].stat().st_mtime
    return 0.0


def _size(path: Path) -> int:
    # The frame may be thinned out meanwhile.
    with contextlib.suppress(OSError):
        return path.stat().st_size
    return 0
