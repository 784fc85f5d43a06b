"""The metadata of a model file, which describe its network: named strings, some of them JSON.

Metadata are untrusted text and are validated here, once: sizes, types, and numbers that could overflow a computation.
Labels and names are kept as plain text.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from digitpad.data.dataset import MNIST_MEAN, MNIST_STD, NO_DIGIT
from digitpad.json_records import JSONError, dump_json, parse_json, shown, to_record
from digitpad.names import plain_name
from digitpad.translation import gettext as _

FORMAT_VERSION = 1

CLASSIFICATION, SEGMENTATION = "classification", "segmentation"

_DIGITS = tuple("0123456789")
_MOST_LABELS = 10_000
#: The mean and standard deviation of pixels are between 0 and 1; other scales are far from these limits, too.
_LARGEST_MEAN, _SMALLEST_STD, _LARGEST_STD = 1e6, 1e-6, 1e6


@dataclass(frozen=True, slots=True)
class Preprocessing:
    """How a picture is prepared for the network.

    Attributes
    ----------
    mean, std
        Mean and standard deviation of images in [0, 1]: the input of the network is `(x - mean) / std`.
    size
        Height and width of the picture in pixels.
    """

    mean: float = MNIST_MEAN
    std: float = MNIST_STD
    size: int = 28

    def works(self) -> bool:
        """Return whether pixels normalized in this way are usable as the input of a network."""
        return abs(self.mean) <= _LARGEST_MEAN and _SMALLEST_STD <= self.std <= _LARGEST_STD and self.size >= 1


@dataclass(frozen=True, slots=True)
class ModelMetadata:
    """The metadata of a model.

    Attributes
    ----------
    labels
        The class of each output of the network, in order.
    preprocessing
        How pictures are prepared.
    metrics
        Measured values by name, such as `validation_accuracy`.
    training
        Record of the training: the command, the seed, the checksum of the data.
    task
        What the network was trained for: "classification" (an output for each label; a single one for two labels), or
        "segmentation" (an output for each pixel).
    refusal_threshold
        For a network with an output for "no digit": the probability of it from which a picture is rejected.
    """

    labels: tuple[str, ...] = _DIGITS
    preprocessing: Preprocessing = field(default_factory=Preprocessing)
    metrics: Mapping[str, float] = field(default_factory=dict)
    training: Mapping[str, Any] = field(default_factory=dict)
    task: str = CLASSIFICATION
    refusal_threshold: float = 0.5

    @property
    def refuses(self) -> bool:
        """Whether the network has an output for "no digit"."""
        return NO_DIGIT in self.labels


@dataclass(frozen=True, slots=True)
class _Prepared:
    """The preprocessing as stored in a file, where all fields are required."""

    mean: float
    std: float
    size: int


@dataclass(frozen=True, slots=True)
class _Strings:
    """The entries of a model file that contain JSON."""

    preprocessing: dict[str, Any]
    labels: list[str]
    metrics: dict[str, Any] = field(default_factory=dict)
    training: dict[str, Any] = field(default_factory=dict)


def to_strings(metadata: ModelMetadata) -> dict[str, str]:
    """Return metadata as the strings stored in a model file.

    Raises
    ------
    ValueError
        If a value is not finite.
    """
    prepared = metadata.preprocessing
    strings = {
        "format_version": str(FORMAT_VERSION),
        "preprocessing": dump_json({"mean": prepared.mean, "std": prepared.std, "size": prepared.size}),
        "labels": dump_json(list(metadata.labels)),
        "metrics": dump_json(dict(metadata.metrics)),
        "training": dump_json(dict(metadata.training)),
        "task": metadata.task,
    }
    if metadata.refuses:
        strings["refusal_threshold"] = repr(metadata.refusal_threshold)
    return strings


def unknown_version(strings: Mapping[str, str]) -> str:
    """Return the format version of a file if it is unknown to this version of digitpad, else "".

    Raises
    ------
    ValueError
        If the file does not contain a version.
    """
    version = strings.get("format_version", "")
    if not (version.isdecimal() and version.isascii()):
        raise ValueError(_("has the format version {version}, which is not a number").format(version=shown(version)))
    known = len(version) <= len(str(FORMAT_VERSION)) and int(version) <= FORMAT_VERSION
    return "" if known else plain_name(version)


def from_strings(strings: Mapping[str, str]) -> ModelMetadata:
    """Read metadata from the strings of a model file.

    Raises
    ------
    ValueError
        If the metadata are invalid; the message continues a sentence that begins with the file's name.
    """
    parts = {}
    for name in ("preprocessing", "labels", "metrics", "training"):
        if name in strings:
            try:
                parts[name] = parse_json(strings[name])
            except JSONError as error:
                raise ValueError(
                    _("has metadata that cannot be read ({name}: {reason})").format(name=name, reason=error)
                ) from error
    try:
        read = to_record(_Strings, parts)
        known = {name: read.preprocessing[name] for name in ("mean", "std", "size") if name in read.preprocessing}
        prepared = to_record(_Prepared, known)
    except JSONError as error:
        raise ValueError(_("has metadata that cannot be read ({reason})").format(reason=error)) from error
    preprocessing = Preprocessing(prepared.mean, prepared.std, prepared.size)
    if not 1 <= len(read.labels) <= _MOST_LABELS:
        raise ValueError(
            _("has {count:,} labels; expected from 1 to {most:,}").format(count=len(read.labels), most=_MOST_LABELS)
        )
    # Files of the first versions do not contain a task, since there was only one.
    task = strings.get("task", CLASSIFICATION)
    if task not in {CLASSIFICATION, SEGMENTATION}:
        raise ValueError(_("was made for the task {task}, which this digitpad does not know").format(task=shown(task)))
    if not preprocessing.works() or (task == CLASSIFICATION and preprocessing.size != 28):
        raise ValueError(
            _("has invalid preprocessing (mean {mean:g}, std {std:g}, {size}x{size})").format(
                mean=preprocessing.mean, std=preprocessing.std, size=preprocessing.size
            )
        )
    labels = tuple(plain_name(label) for label in read.labels)
    return ModelMetadata(labels, preprocessing, read.metrics, read.training, task, _parse_threshold(strings))


def _parse_threshold(strings: Mapping[str, str]) -> float:
    """Return the threshold for rejecting pictures, which is missing in files of networks that never reject."""
    text = strings.get("refusal_threshold", "0.5")
    try:
        threshold = float(text)
    except ValueError:
        threshold = math.nan
    if not 0 <= threshold <= 1:
        raise ValueError(
            _('has the "not a digit" threshold {text}, which is not a number from 0 to 1').format(text=shown(text))
        )
    return threshold
