"""The metadata of a model file, which describe its network: named strings, some of them JSON.

Metadata are untrusted text and are validated here, once: sizes, types, and numbers that could overflow a computation.
Labels and names are kept as plain text.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from digitpad.data.dataset import MNIST_MEAN, MNIST_STD, NO_DIGIT, PerChannel, in_words, normalize
from digitpad.data.picture_fit import CROP, FITS
from digitpad.json_records import JSONError, dump_json, parse_json, shown, to_record
from digitpad.names import plain_name
from digitpad.translation import gettext as _

FORMAT_VERSION = 1
"""The version of the files of models that read digits or find ink."""

PICTURE_VERSION = 2
"""The version of the files of models that read pictures, which earlier versions of digitpad cannot; the newest."""

CLASSIFICATION, SEGMENTATION = "classification", "segmentation"

DIGIT, PICTURE = "digit", "picture"
"""The kinds of preprocessing: a digit is cropped to its ink and centred, a picture is read as it is."""

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
        Mean and standard deviation of images in [0, 1]: the input of the network is `(x - mean) / std`. One number, or
        one for each channel.
    size
        Height of the picture in pixels, and its width unless `width` is given.
    kind
        `DIGIT`: the ink of the picture is found, cropped, and centred in 28x28 pixels (see
        `digitpad.data.images`); for networks that find ink on pages, the page itself. `PICTURE`: the picture is fitted
        to `shape`, in colour or grey (see `digitpad.data.pictures`).
    channels
        1 for grey, 3 for colour.
    width
        Width of the picture in pixels; None if it is the height.
    fit
        Of `PICTURE`: how the picture is fitted to `shape`, `CROP` or `STRETCH` of `digitpad.data.picture_fit`. In
        model files without it, pictures are cropped.
    """

    mean: PerChannel = MNIST_MEAN
    std: PerChannel = MNIST_STD
    size: int = 28
    kind: str = DIGIT
    channels: int = 1
    width: int | None = None
    fit: str = CROP

    @classmethod
    def of_pictures(cls, shape: tuple[int, ...], mean: PerChannel, std: PerChannel, fit: str = CROP) -> Self:
        """Return the preprocessing of pictures of a shape, (C, H, W)."""
        channels, height, width = shape
        return cls(mean, std, height, PICTURE, channels, None if width == height else width, fit)

    @property
    def shape(self) -> tuple[int, int, int]:
        """The shape of a prepared picture, (C, H, W)."""
        return self.channels, self.size, self.size if self.width is None else self.width

    @property
    def is_picture(self) -> bool:
        """Whether pictures are read as they are, and not as ink on paper."""
        return self.kind == PICTURE

    @property
    def content(self) -> str:
        """What the values of a prepared picture mean, for exported files."""
        if not self.is_picture:
            return "ink 1 on background 0"
        return "red, green and blue" if self.channels == 3 else "grey levels, black 0"

    def receives(self, fit: str | None) -> bool:
        """Return whether images with this fit, see `Dataset.fit`, are those that the network receives."""
        return fit is None or not self.is_picture or fit == self.fit

    def of_channel(self, channel: int) -> tuple[float, float]:
        """Return the mean and the standard deviation of one channel."""
        means, stds = _each(self.mean), _each(self.std)
        return means[channel if len(means) > 1 else 0], stds[channel if len(stds) > 1 else 0]

    def normalize(self, images: NDArray[np.uint8] | NDArray[np.floating[Any]]) -> NDArray[np.float32]:
        """Return images (..., C, H, W), uint8 or floats in [0, 1], as the input of the network, float32."""
        return normalize(images, self.mean, self.std)

    def to_dict(self) -> dict[str, Any]:
        """Return the values by name; for digits and pages only the three that all versions of digitpad know."""
        values: dict[str, Any] = {"mean": self.mean, "std": self.std, "size": self.size}
        if self.is_picture:
            values |= {"kind": self.kind, "channels": self.channels, "width": self.width, "fit": self.fit}
        return values

    def works(self) -> bool:
        """Return whether pixels normalized in this way are usable as the input of a network."""
        means, stds = _each(self.mean), _each(self.std)
        counts = {1, self.channels} if self.is_picture else {1}
        return (
            all(abs(mean) <= _LARGEST_MEAN for mean in means)
            and all(_SMALLEST_STD <= std <= _LARGEST_STD for std in stds)
            and len(means) == len(stds)
            and len(means) in counts
            and self.channels in ({1, 3} if self.is_picture else {1})
            and min(self.shape) >= 1
            and (self.is_picture or self.width is None)
            and self.kind in {DIGIT, PICTURE}
            and self.fit in (FITS if self.is_picture else {CROP})
        )


def _each(values: PerChannel) -> tuple[float, ...]:
    return values if isinstance(values, tuple) else (values,)


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
        """Whether the network has an output for "no digit", which only networks that read digits can have."""
        return NO_DIGIT in self.labels and not self.preprocessing.is_picture


@dataclass(frozen=True, slots=True)
class _Prepared:
    """The preprocessing as stored in a file; files of digits contain the first three fields only."""

    mean: float | tuple[float, ...]
    std: float | tuple[float, ...]
    size: int
    kind: str = DIGIT
    channels: int = 1
    width: int | None = None
    fit: str = CROP


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
        "format_version": str(PICTURE_VERSION if prepared.is_picture else FORMAT_VERSION),
        "preprocessing": dump_json(prepared.to_dict()),
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
    known = len(version) <= len(str(PICTURE_VERSION)) and int(version) <= PICTURE_VERSION
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
        names = [each.name for each in fields(_Prepared)]
        known = {name: read.preprocessing[name] for name in names if name in read.preprocessing}
        prepared = to_record(_Prepared, known)
    except JSONError as error:
        raise ValueError(_("has metadata that cannot be read ({reason})").format(reason=error)) from error
    if prepared.kind not in {DIGIT, PICTURE}:
        text = _("was made for pictures of the kind {kind}, which this digitpad does not know")
        raise ValueError(text.format(kind=shown(prepared.kind)))
    if prepared.fit not in FITS:
        text = _("was made for pictures with the fit {fit}, which this digitpad does not know")
        raise ValueError(text.format(fit=shown(prepared.fit)))
    preprocessing = Preprocessing(**{name: getattr(prepared, name) for name in names})
    if not 1 <= len(read.labels) <= _MOST_LABELS:
        raise ValueError(
            _("has {count:,} labels; expected from 1 to {most:,}").format(count=len(read.labels), most=_MOST_LABELS)
        )
    # Files of the first versions do not contain a task, since there was only one.
    task = strings.get("task", CLASSIFICATION)
    if task not in {CLASSIFICATION, SEGMENTATION}:
        raise ValueError(_("was made for the task {task}, which this digitpad does not know").format(task=shown(task)))
    needs_28 = task == CLASSIFICATION and not preprocessing.is_picture
    if not preprocessing.works() or (needs_28 and preprocessing.size != 28):
        raise ValueError(
            _("has invalid preprocessing (mean {mean}, std {std}, {size})").format(
                mean=in_words(preprocessing.mean),
                std=in_words(preprocessing.std),
                size="x".join(str(side) for side in preprocessing.shape[0 if preprocessing.is_picture else 1 :]),
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
