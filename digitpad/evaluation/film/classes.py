"""What was learned when: the accuracy of every class over the frames of a film, kept in a file beside them."""

import contextlib
import time
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from digitpad.atomic import atomic_write
from digitpad.data.dataset import Dataset
from digitpad.data.labels import are_digits
from digitpad.errors import DigitpadError
from digitpad.evaluation.film.order import coarse_to_fine
from digitpad.evaluation.reading import match_classes
from digitpad.evaluation.validation import images_of_run
from digitpad.json_records import JSONError, dump_json, parse_json, to_record
from digitpad.reading.recognizer import Recognizer
from digitpad.regular_files import read_regular
from digitpad.training.film.frame_file import FilmFrame
from digitpad.training.film.reader import Film
from digitpad.training.run import Run
from digitpad.training.tasks import Samples
from digitpad.translation import gettext as _

IMAGES = 500
LEARNED = 0.9
"""The accuracy from which a class counts as learned."""

_FILE = "classes.json"
_MOST_BYTES = 64 << 20
_SECONDS_BETWEEN_SAVES = 2.0


@dataclass(frozen=True, slots=True, eq=False)
class ClassAccuracies:
    """The accuracy of every class, by the frames that have been computed so far.

    Attributes
    ----------
    labels
        The classes that have images.
    counts
        int64 (classes,): number of images of each.
    steps
        int64 (frames,): the steps of these frames, ascending.
    hits
        int64 (frames, classes): number of images of each class that the frame reads correctly.
    total
        Number of frames of the film.
    """

    labels: tuple[str, ...]
    counts: NDArray[np.int64]
    steps: NDArray[np.int64]
    hits: NDArray[np.int64]
    total: int

    @property
    def accuracies(self) -> NDArray[np.float64]:
        """float64 (frames, classes): the share of the images of each class that is read correctly."""
        accuracies: NDArray[np.float64] = self.hits / self.counts
        return accuracies

    @property
    def overall(self) -> NDArray[np.float64]:
        """float64 (frames,): the share of all images that is read correctly."""
        overall: NDArray[np.float64] = self.hits.sum(axis=1) / self.counts.sum()
        return overall

    @property
    def is_complete(self) -> bool:
        """Whether all frames have been computed."""
        return len(self.steps) == self.total

    def learned(self, share: float = LEARNED) -> dict[str, int | None]:
        """Return for each class the step from which on its accuracy stays at least `share`; None if it never does."""
        found: dict[str, int | None] = {}
        for index, label in enumerate(self.labels):
            low = np.flatnonzero(self.accuracies[:, index] < share)
            first = int(low[-1]) + 1 if len(low) else 0
            found[label] = int(self.steps[first]) if first < len(self.steps) else None
        return found

    def in_words(self) -> str:
        """Return what was learned first and last, as a sentence."""
        learned = self.learned()
        known = sorted((step, label) for label, step in learned.items() if step is not None)
        missing = [_plural(label, self.labels) for label, step in learned.items() if step is None]
        share = f"{100 * LEARNED:.0f} %"
        if not known:
            return _("No class stays at {share} or more yet.").format(share=share)
        (first, early), (last, late) = known[0], known[-1]
        early, late = _plural(early, self.labels), _plural(late, self.labels)
        if missing:
            text = _("{early} came first, at step {first:,}; not yet at {share}: {missing}.")
        elif first == last:
            text = _("All classes came at step {first:,}.")
        else:
            text = _("{early} came first, at step {first:,}; {late} came last, at step {last:,}.")
        sentence = text.format(early=early, first=first, late=late, last=last, missing=", ".join(missing), share=share)
        return sentence[0].upper() + sentence[1:] if are_digits(self.labels) else sentence


def validation_sample(run: Run, film: Film, *, count: int = IMAGES) -> Dataset:
    """Return the first validation images of a run, which are in random order.

    Parameters
    ----------
    run
        The run.
    film
        Its film, which says how pictures are prepared.
    count
        Largest number of images.

    Raises
    ------
    DigitpadError
        If the data cannot be read or have changed, have no classes, or the run has no validation images.
    """
    return sample_of(run, images_of_run(run, film.metadata.preprocessing.fit)[1], count=count)


def sample_of(run: Run, validation: Samples, *, count: int = IMAGES) -> Dataset:
    """Return the first of the validation images of a run.

    Parameters
    ----------
    run
        The run.
    validation
        Its validation images, see `images_of_run`.
    count
        Largest number of images.

    Raises
    ------
    DigitpadError
        If the run has no validation images, or they have no classes.
    """
    if not isinstance(validation, Dataset) or not len(validation):
        raise DigitpadError(
            _("The run {name} has no validation images with classes, so it cannot be followed by class.").format(
                name=run.info.name
            )
        )
    return validation.subset(np.arange(min(count, len(validation))))


def following_classes(film: Film, images: Dataset) -> Generator[ClassAccuracies, None, None]:
    """Read images with every frame of a film, from coarse to fine.

    What was computed before is read from a file beside the film, and new results are added to it.

    Parameters
    ----------
    film
        The film.
    images
        Images that the run was not trained on, see `validation_sample`.

    Yields
    ------
    ClassAccuracies
        After each frame; the last has all frames that can be read.

    Raises
    ------
    DigitpadError
        If the images do not fit the network, or no frame can be read.
    """
    recognizer = Recognizer(film.model(film.frames[-1]))
    columns = match_classes(recognizer, images)[images.labels]
    frames = film.frames
    counts = np.bincount(columns, minlength=len(recognizer.labels))
    kept = _Kept(film.run.film_folder / _FILE, images.checksum, counts)
    found = {frame.step: kept.hits[stamp] for frame in frames if (stamp := _stamp(frame)) in kept.hits}
    if found:
        yield _accuracies(recognizer.labels, columns, found, len(frames))
    saved_at = time.monotonic()
    try:
        for index in coarse_to_fine(len(frames)):
            frame = frames[index]
            if frame.step in found:
                continue
            # Before the frame is read, so that the result of a frame that is filmed again is not taken for the new one.
            stamp = _stamp(frame)
            try:
                film.load_into(recognizer.model.network, frame)
            except DigitpadError:
                # Deleted in the meantime, or damaged; the other frames are enough.
                continue
            readings = recognizer.recognize_batch(images.images[:]).argmax(axis=1)
            hits = np.bincount(columns[readings == columns], minlength=len(recognizer.labels))
            found[frame.step] = kept.hits[stamp] = hits
            if time.monotonic() - saved_at > _SECONDS_BETWEEN_SAVES:
                kept.save()
                saved_at = time.monotonic()
            yield _accuracies(recognizer.labels, columns, found, len(frames))
    finally:
        kept.save()
    if not found:
        raise DigitpadError(_("No frame of this film can be read; train the run again to film it."))


@dataclass(frozen=True, slots=True)
class _File:
    """The file beside the film: the images, and the hits of every class by frame."""

    images: str
    hits: dict[str, list[int]]


class _Kept:
    """Results in a file. A frame is identified by its step and time, since a resumed run films its steps again."""

    def __init__(self, path: Path, images: str, counts: NDArray[np.int64]) -> None:
        self._path, self._images = path, images
        self.hits: dict[str, NDArray[np.int64]] = {}
        with contextlib.suppress(OSError, JSONError, DigitpadError):
            read = to_record(_File, parse_json(read_regular(path, most_bytes=_MOST_BYTES)))
            if read.images == images:
                self.hits = {key: np.array(row, np.int64) for key, row in read.hits.items() if _fits(row, counts)}

    def save(self) -> None:
        """Write the file; results that cannot be written are computed again next time."""
        contents = dump_json({"images": self._images, "hits": {key: row.tolist() for key, row in self.hits.items()}})
        with contextlib.suppress(DigitpadError), atomic_write(self._path, durable=False) as file:
            file.write(contents.encode())


def _fits(row: list[int], counts: NDArray[np.int64]) -> bool:
    """Return whether a row of a file may be the hits among that many images of each class."""
    return len(row) == len(counts) and all(0 <= hits <= count for hits, count in zip(row, counts.tolist(), strict=True))


def _stamp(frame: FilmFrame) -> str:
    """Return what identifies a frame; if it was thinned out meanwhile, what no frame in the list has."""
    with contextlib.suppress(OSError):
        return f"{frame.step} {frame.path.stat().st_mtime_ns}"
    return f"{frame.step}"


def _accuracies(
    labels: tuple[str, ...], columns: NDArray[np.int64], found: dict[int, NDArray[np.int64]], total: int
) -> ClassAccuracies:
    counts = np.bincount(columns, minlength=len(labels))
    there = np.flatnonzero(counts)
    steps = sorted(found)
    hits = np.stack([found[step] for step in steps])[:, there]
    names = tuple(labels[index] for index in there)
    return ClassAccuracies(names, counts[there], np.array(steps, np.int64), hits, total)


def _plural(label: str, labels: tuple[str, ...]) -> str:
    """Return what the images of a class are called: "the 9s"; a name as it is."""
    return _("the {digit}s").format(digit=label) if are_digits(labels) else label
