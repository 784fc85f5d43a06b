"""The training and test images of a dataset under one numbering.

The splits are joined without copying their images: they may be larger than the memory, and decoded when they are used.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitpad.data.collections.store import find_collection
from digitpad.data.dataset import Dataset
from digitpad.data.image_folder import split_folder
from digitpad.data.lazy_pictures import Progress
from digitpad.data.mnist import Split
from digitpad.data.picture_fit import DEFAULT_FIT
from digitpad.data.sources import open_dataset
from digitpad.errors import DigitpadError
from digitpad.translation import gettext as _

#: Files that hold one split only.
_SINGLE = {".jsonl", ".csv"}
_BLOCK_BYTES = 8 << 20


@dataclass(frozen=True, slots=True, eq=False)
class Origins:
    """Where the images come from, in one respect.

    Attributes
    ----------
    names
        The different writers, sources or files.
    codes
        int64 (N,): index into `names` for each image; -1 where it is not recorded.
    """

    names: tuple[str, ...]
    codes: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class SplitDataset:
    """One or two splits of a dataset; the images of the second follow those of the first.

    Attributes
    ----------
    name
        The name of the dataset.
    splits
        The name of each split.
    parts
        The images of each split.
    remarks
        Remarks for the user.
    """

    name: str
    splits: tuple[Split, ...]
    parts: tuple[Dataset, ...]
    remarks: tuple[str, ...] = ()
    _origins: dict[str, Origins] = field(default_factory=dict, init=False, repr=False)

    def __len__(self) -> int:
        return self.starts[-1]

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of one image, (C, H, W)."""
        return tuple(self.parts[0].images.shape[1:])

    @property
    def fit(self) -> str | None:
        """How the pictures are fitted to their shape, see `Dataset`."""
        return self.parts[0].fit

    @cached_property
    def starts(self) -> tuple[int, ...]:
        """The index of the first image of each split, and the number of all images."""
        return (0, *np.cumsum([len(part) for part in self.parts]).tolist())

    @cached_property
    def classes(self) -> tuple[str, ...]:
        """The classes of all splits."""
        return tuple(dict.fromkeys(name for part in self.parts for name in part.classes))

    @cached_property
    def labels(self) -> NDArray[np.int64]:
        """int64 (N,): indices into `classes`."""
        place = {name: index for index, name in enumerate(self.classes)}
        known = [np.array([place[name] for name in part.classes], np.int64)[part.labels] for part in self.parts]
        return np.concatenate(known)

    @cached_property
    def split_of(self) -> NDArray[np.int8]:
        """int8 (N,): index into `splits`."""
        return np.repeat(np.arange(len(self.parts), dtype=np.int8), [len(part) for part in self.parts])

    @property
    def kinds(self) -> tuple[str, ...]:
        """What is recorded about the origin of images: `writer`, `source` and so on."""
        return tuple(dict.fromkeys(kind for part in self.parts for kind in part.origins))

    def origins(self, kind: str) -> Origins:
        """Return the origins of all images in one respect, one of `kinds`."""
        known = self._origins.get(kind)
        if known is None:
            known = self._origins[kind] = _encoded([part.origins.get(kind) for part in self.parts], self.starts)
        return known

    def locate(self, index: int) -> tuple[int, int]:
        """Return the number of the split of an image, and its index in the split."""
        number = int(self.split_of[index])
        return number, index - self.starts[number]

    def path(self, index: int) -> Path | None:
        """Return the file of an image; None if images are not stored in files of their own."""
        number, inside = self.locate(index)
        images = self.parts[number].images
        return None if isinstance(images, np.ndarray) else images.file_of(inside)

    def images(self, indices: Sequence[int] | NDArray[np.integer[Any]]) -> NDArray[np.uint8]:
        """Return some of the images, uint8 (K, C, H, W), in the given order."""
        chosen = np.asarray(indices, np.int64)
        splits = self.split_of[chosen]
        if len(chosen) and (splits == splits[0]).all():
            number = int(splits[0])
            return np.asarray(self.parts[number].images[chosen - self.starts[number]])
        found = np.empty((len(chosen), *self.shape), np.uint8)
        for number, part in enumerate(self.parts):
            here = splits == number
            if here.any():
                found[here] = part.images[chosen[here] - self.starts[number]]
        return found

    def blocks(self, indices: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
        """Divide indices into blocks of images that take little memory."""
        size = max(1, _BLOCK_BYTES // max(1, int(np.prod(self.shape))))
        for start in range(0, len(indices), size):
            yield indices[start : start + size]


def open_splits(
    spec: str | Path,
    *,
    shape: tuple[int, ...] | None = None,
    fit: str = DEFAULT_FIT,
    on_progress: Progress = lambda _done, _total: None,
) -> SplitDataset:
    """Open the training and test images of a dataset.

    Parameters
    ----------
    spec, shape, fit, on_progress
        See `digitpad.data.sources.open_dataset`. The splits are opened one after the other.

    Returns
    -------
    SplitDataset
        Both splits, or one if the dataset is not divided or only one of them can be opened; a remark says why.

    Raises
    ------
    DigitpadError
        If neither split can be opened, or there are no images.
    """
    opened: dict[Split, Dataset] = {}
    troubles: list[DigitpadError] = []
    wanted: tuple[Split, ...] = ("train",) if _is_single(spec) else ("train", "test")
    for split in wanted:
        try:
            opened[split] = open_dataset(spec, split, shape=shape, fit=fit, on_progress=on_progress)
        except DigitpadError as error:
            troubles.append(error)
    if not opened:
        raise troubles[0]
    name = Path(spec).name if Path(spec).is_dir() else ""
    return of_splits(opened, name, tuple(str(error) for error in troubles))


def of_splits(opened: Mapping[Split, Dataset], name: str = "", remarks: Sequence[str] = ()) -> SplitDataset:
    """Join splits; equal ones count once, empty ones and ones with images of another size are left out.

    Parameters
    ----------
    opened
        The images of each split.
    name
        The name of the dataset; empty for that of its first split.
    remarks
        Remarks for the user, besides those of the splits.

    Raises
    ------
    DigitpadError
        If there are no images.
    """
    said = list(dict.fromkeys([*remarks, *(remark for part in opened.values() for remark in part.remarks)]))
    kept: dict[Split, Dataset] = {}
    for split, part in opened.items():
        first = next(iter(kept.values()), part)
        if not len(part) or (kept and part.checksum == first.checksum):
            continue
        if part.images.shape[1:] != first.images.shape[1:]:
            said.append(
                _("The {split} images of {name} have another size; they are left out.").format(
                    split=split, name=part.name
                )
            )
            continue
        kept[split] = part
    if not kept:
        raise DigitpadError(
            _("{dataset} contains no labelled images; choose another dataset.").format(
                dataset=name or next((part.name for part in opened.values()), "")
            )
        )
    parts = tuple(kept.values())
    return SplitDataset(name or parts[0].name, tuple(kept), parts, tuple(said))


def _is_single(spec: str | Path) -> bool:
    """Return whether a dataset has a single split, which need not be opened twice."""
    path = Path(spec)
    if find_collection(str(spec)) is not None:
        return True
    if path.suffix.lower() in _SINGLE:
        return True
    if not path.is_dir() or any(path.glob("*ubyte*")):
        return False
    try:
        return split_folder(path, "train") == split_folder(path, "test")
    except DigitpadError:
        # One of them is missing or ambiguous, which is said when it is opened.
        return False


def _encoded(columns: Sequence[Sequence[str] | None], starts: Sequence[int]) -> Origins:
    places: dict[str, int] = {}
    codes = np.full(starts[-1], -1, np.int64)
    for column, start in zip(columns, starts, strict=False):
        if column is not None:
            codes[start : start + len(column)] = [places.setdefault(name, len(places)) for name in column]
    return Origins(tuple(places), codes)
