"""Results of a report that are kept in the folder of the run, so that the next report about it takes seconds.

They are used again only for the same weights, the same images in the same order, and the same version of digitpad.
"""

import contextlib
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from digitpad import __version__
from digitpad.atomic import atomic_write
from digitpad.data.dataset import Dataset
from digitpad.errors import DigitpadError
from digitpad.evaluation import Disturbance, Evaluation, RobustnessPoint
from digitpad.json_records import JSONError, dump_json, parse_json, to_record
from digitpad.models.tensor_file import read_header, read_tensors, write_tensors
from digitpad.nn.backend import to_numpy
from digitpad.reading.recognizer import Recognizer
from digitpad.training.run import Run

if TYPE_CHECKING:
    from numpy.typing import NDArray

_FILE = "report.safetensors"
_MOST_NUMBERS = 1 << 26
_TARGETS, _ANSWERS, _REFUSED = "targets", "log_probabilities", "refused"


@dataclass(frozen=True, slots=True)
class _Results:
    """What the file says beside its tensors: for robustness the disturbance, amount, count and right."""

    labels: tuple[str, ...]
    robustness: tuple[tuple[str, float, int, int], ...]


class KeptResults:
    """The results of one network on some images.

    Parameters
    ----------
    run
        The run; its folder need not be writable.
    recognizer, images
        The network and the images.
    """

    def __init__(self, run: Run, recognizer: Recognizer, images: Dataset) -> None:
        self._path = run.folder / _FILE
        self._model, self._images = recognizer.model.name, images
        self._key = _key(recognizer, images)
        self.evaluation: Evaluation | None = None
        self.robustness: tuple[RobustnessPoint, ...] = ()
        # Anything wrong with the file only means that the results are computed again.
        with contextlib.suppress(OSError, ValueError, TypeError, JSONError, DigitpadError):
            self._read(self._path)

    def keep(self, evaluation: Evaluation, robustness: tuple[RobustnessPoint, ...]) -> None:
        """Write results; if that is not possible, they are computed again next time."""
        tensors: dict[str, NDArray[Any]] = {
            _TARGETS: evaluation.targets,
            _ANSWERS: np.ascontiguousarray(evaluation.log_probabilities),
        }
        if evaluation.refused is not None:
            tensors[_REFUSED] = evaluation.refused.astype(np.uint8)
        points = [[point.disturbance.value, point.amount, point.count, point.right] for point in robustness]
        strings = {"key": self._key, "results": dump_json({"labels": evaluation.labels, "robustness": points})}
        with contextlib.suppress(DigitpadError), atomic_write(self._path, durable=False) as file:
            write_tensors(file, tensors, strings)

    def _read(self, path: Path) -> None:
        header = read_header(path)
        if header.strings.get("key") != self._key or header.numbers > _MOST_NUMBERS:
            return
        results = to_record(_Results, parse_json(header.strings.get("results", "")))
        labels = results.labels
        tensors = read_tensors(path)
        targets, answers = tensors[_TARGETS], tensors[_ANSWERS]
        count = len(self._images)
        if targets.shape != (count,) or answers.shape != (count, len(labels)) or answers.dtype != np.float32:
            return
        if targets.dtype != np.int64 or not count or targets.min() < 0 or targets.max() >= len(labels):
            return
        refused = tensors.get(_REFUSED)
        images = self._images
        found = Evaluation(
            self._model,
            images.name,
            images.identity,
            labels,
            targets,
            answers,
            images.origins,
            None if refused is None else refused.astype(bool),
        )
        robustness = tuple(
            RobustnessPoint(Disturbance(kind), amount, total, right)
            for kind, amount, total, right in results.robustness
        )
        if all(0 <= point.right <= point.count and point.count for point in robustness):
            self.evaluation, self.robustness = found, robustness


def _key(recognizer: Recognizer, images: Dataset) -> str:
    """Return what identifies results: the version, the weights, how images are prepared, and the images."""
    network, prepared = recognizer.model.network, recognizer.model.metadata.preprocessing
    digest = hashlib.sha256(repr((__version__, recognizer.threshold, prepared.to_dict(), images.checksum)).encode())
    digest.update(recognizer.model.architecture.to_json().encode())
    for name, value in network.state_dict().items():
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(to_numpy(value)).data)
    return digest.hexdigest()
