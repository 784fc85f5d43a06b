"""Sweeps on disk: each is a folder with its record, beside the folder of the runs.

    sweeps/2026-11-28-145000-light/
      sweep.json   see `digitpad.sweeps.record`
      sweep.lock   locked by the program that conducts it; the system releases it when that program ends
      stop         exists while the program is asked to stop

The runs of its trials are ordinary runs, in the folder of the runs.
"""

import contextlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import filelock

from digitpad import paths
from digitpad.atomic import remove_unfinished
from digitpad.errors import DigitpadError
from digitpad.names import file_stem, plain_name
from digitpad.sweeps.record import FILE, SweepInfo, SweepStatus, Trial, read_sweep, write_sweep
from digitpad.training.run import Run
from digitpad.training.run_info import Membership
from digitpad.training.runs import RunStore
from digitpad.translation import gettext as _

_STOP = "stop"
_MOMENT = 1.0  # seconds


@dataclass(frozen=True, slots=True)
class UnreadableSweep:
    """A folder that is not a readable sweep.

    Attributes
    ----------
    folder
        The folder.
    trouble
        The problem, as a sentence for users.
    """

    folder: Path
    trouble: str


class Sweep:
    """The folder of one sweep.

    Parameters
    ----------
    folder
        The folder.

    Raises
    ------
    DigitpadError
        If its record cannot be read.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._info = read_sweep(folder)

    @property
    def info(self) -> SweepInfo:
        """The record. If the program that conducted the sweep was killed, the status says so."""
        info = self._info
        if info.status is SweepStatus.RUNNING and not self.is_running():
            return replace(info, status=SweepStatus.BROKEN_OFF, message=_("The program ended during this sweep."))
        return info

    @property
    def record_path(self) -> Path:
        """The file of the record."""
        return self.folder / FILE

    def reload(self) -> SweepInfo:
        """Read the record again, which another program may have changed, and return it.

        Raises
        ------
        DigitpadError
            If it cannot be read.
        """
        self._info = read_sweep(self.folder)
        return self.info

    def write(self, info: SweepInfo, *, durable: bool = True) -> None:
        """Replace the record.

        Raises
        ------
        DigitpadError
            If it cannot be written.
        """
        write_sweep(self.folder, info, durable=durable)
        self._info = info

    def is_running(self) -> bool:
        """Return whether a program, possibly this one, is conducting the sweep."""
        lock = filelock.FileLock(self._lock_path, thread_local=False)
        try:
            lock.acquire(blocking=False)
        except filelock.Timeout:
            return True
        except OSError:
            return False
        lock.release()
        return False

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Lock the sweep within the block, against other programs and this one.

        Raises
        ------
        DigitpadError
            If it is already running, or its folder is not writable.
        """
        lock = filelock.FileLock(self._lock_path, thread_local=False)
        try:
            # A program that looks whether the sweep is running holds the lock for a moment.
            lock.acquire(timeout=_MOMENT)
        except filelock.Timeout as error:
            raise DigitpadError(
                _("The sweep {name} is already running; stop it first.").format(name=self._info.name)
            ) from error
        except OSError as error:
            raise DigitpadError(
                _("{folder} cannot be written to ({reason}); choose another sweep.").format(
                    folder=self.folder, reason=error.strerror or error
                )
            ) from error
        try:
            remove_unfinished(self.folder)
            self._stop_path.unlink(missing_ok=True)
            yield
        finally:
            with contextlib.suppress(OSError):
                self._stop_path.unlink(missing_ok=True)
            lock.release()

    def request_stop(self) -> None:
        """Ask the program that conducts the sweep to stop, as Ctrl-C does.

        Raises
        ------
        DigitpadError
            If the request cannot be written.
        """
        try:
            self._stop_path.touch()
        except OSError as error:
            raise DigitpadError(
                _("{folder} cannot be written to ({reason}); press Ctrl-C where the sweep was started.").format(
                    folder=self.folder, reason=error.strerror or error
                )
            ) from error

    def is_asked_to_stop(self) -> bool:
        """Return whether `request_stop` was called since the sweep was locked."""
        return self._stop_path.exists()

    def membership(self, trial: Trial) -> Membership:
        """Return the place of a trial's run in this sweep."""
        return Membership(self.folder.name, trial.number)

    def run(self, trial: Trial) -> Run:
        """Return the run of a trial.

        Raises
        ------
        DigitpadError
            If it has none, or it cannot be read.
        """
        if not trial.run:
            raise DigitpadError(
                _("Trial {number} of {name} has not begun, so there is nothing to open.").format(
                    number=trial.number, name=self._info.name
                )
            )
        return Run(RunStore(Path(self._info.runs)).trial_folder(self.membership(trial)))

    @property
    def _lock_path(self) -> Path:
        return self.folder / "sweep.lock"

    @property
    def _stop_path(self) -> Path:
        return self.folder / _STOP


class SweepStore:
    """All sweeps of a user.

    Parameters
    ----------
    folder
        The folder of the sweeps; None uses the user's data folder. It need not exist yet.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = paths.sweeps_dir() if folder is None else folder

    def all(self) -> list[Sweep | UnreadableSweep]:
        """Return all sweeps, the newest first; unreadable ones come last.

        Raises
        ------
        DigitpadError
            If the folder cannot be read.
        """
        sound: list[Sweep] = []
        broken: list[Sweep | UnreadableSweep] = []
        for folder in self.folders():
            try:
                sound.append(Sweep(folder))
            except DigitpadError as error:
                broken.append(UnreadableSweep(folder, str(error)))
        sound.sort(key=lambda sweep: (sweep.info.created, sweep.folder.name), reverse=True)
        return [*sound, *broken]

    def folders(self) -> list[Path]:
        """Return the folders of all sweeps, in order of their names.

        Raises
        ------
        DigitpadError
            If the folder cannot be read.
        """
        try:
            return sorted(path for path in self.folder.iterdir() if path.is_dir() and not path.name.startswith("."))
        except FileNotFoundError:
            return []
        except OSError as error:
            raise DigitpadError(
                _("{folder} could not be read ({reason}); check the folder.").format(
                    folder=self.folder, reason=error.strerror
                )
            ) from error

    def create(self, info: SweepInfo) -> Sweep:
        """Create the folder of a new sweep.

        Parameters
        ----------
        info
            Its record. An empty name becomes "sweep", or the first numbered variant that no sweep has.

        Raises
        ------
        DigitpadError
            If the folder cannot be created.
        """
        name = plain_name(info.name.strip()) or self._free_name()
        stem = f"{datetime.now(UTC).astimezone().strftime('%Y-%m-%d-%H%M%S')}-{file_stem(name)}"
        folder, number = self.folder / stem, 1
        while True:
            try:
                folder.mkdir(parents=True)
                break
            except FileExistsError:
                number += 1
                folder = self.folder / f"{stem}-{number}"
            except OSError as error:
                raise DigitpadError(
                    _("{folder} could not be created ({reason}); free disk space, or check the folder.").format(
                        folder=folder, reason=error.strerror
                    )
                ) from error
        try:
            write_sweep(folder, replace(info, name=name))
            return Sweep(folder)
        except DigitpadError:
            shutil.rmtree(folder, ignore_errors=True)
            raise

    def find(self, name_or_path: str | Path) -> Sweep:
        """Return a sweep by its folder, the name of the folder, or its own name if it is unique.

        Raises
        ------
        DigitpadError
            If no sweep or several sweeps match, or the sweep cannot be read.
        """
        path = Path(name_or_path)
        for folder in (path, self.folder / path):
            # A name that is too long for a file, or contains a NUL, is not that of a folder.
            with contextlib.suppress(OSError, ValueError):
                if (folder / FILE).is_file():
                    return Sweep(folder)
        sweeps = [sweep for sweep in self.all() if isinstance(sweep, Sweep)]
        named = [sweep for sweep in sweeps if sweep.info.name == str(name_or_path)]
        if len(named) == 1:
            return named[0]
        if named:
            folders = ", ".join(sweep.folder.name for sweep in named)
            raise DigitpadError(
                _("{count} sweeps are named {name}; choose one by its folder: {folders}.").format(
                    count=len(named), name=name_or_path, folders=folders
                )
            )
        known = ", ".join(sweep.info.name for sweep in sweeps) or _("none")
        raise DigitpadError(
            _("There is no sweep {name} in {folder}; known are: {known}.").format(
                name=name_or_path, folder=self.folder, known=known
            )
        )

    def _free_name(self) -> str:
        # If the sweeps cannot be listed, creating the folder fails too, with its own message.
        taken: set[str] = set()
        with contextlib.suppress(DigitpadError):
            taken = {sweep.info.name for sweep in self.all() if isinstance(sweep, Sweep)}
        number, name = 1, _("sweep")
        while name in taken:
            number += 1
            name = _("sweep {number}").format(number=number)
        return name
