"""Datasets by what a person calls them: `mnist`, a folder, a file of ink, or several of them joined by a plus."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from digitpad.data.dataset import DIGITS, Dataset
from digitpad.data.idx import read_idx
from digitpad.data.image_folder import read_image_folder
from digitpad.data.ink import Drawing, read_ink
from digitpad.data.joining import join
from digitpad.data.mnist import Split, load_mnist
from digitpad.data.orientation import orientation_remarks, split_turns, turn
from digitpad.data.paper import Pages, load_paper
from digitpad.data.rasterize import ink_to_image
from digitpad.data.synthetic import load_non_digits, load_styles
from digitpad.errors import DigitpadError
from digitpad.json_records import shown
from digitpad.names import plain_name
from digitpad.translation import gettext as _

# The file names of MNIST and of the datasets made in its likeness, without .gz.
_IDX_NAMES: dict[Split, tuple[tuple[str, str], ...]] = {
    "train": (
        ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
        ("train-images.idx3-ubyte", "train-labels.idx1-ubyte"),
    ),
    "test": (
        ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"),
        ("t10k-images.idx3-ubyte", "t10k-labels.idx1-ubyte"),
    ),
}

#: ImageNet has a thousand; each class is a name and an output of the network.
_MOST_CLASSES = 10_000

# What a line of ink may say about where it is from.
_ORIGINS = ("writer", "source")


def open_samples(spec: str | Path, split: Split = "train") -> Dataset | Pages:
    """Open whatever a network can be trained on: what `open_dataset` opens, or `paper`, pages to find ink on.

    Raises
    ------
    DigitpadError
        As `open_dataset`.
    """
    return load_paper(split) if str(spec).lower() == "paper" else open_dataset(spec, split)


def open_dataset(spec: str | Path, split: Split = "train") -> Dataset:
    """Open a dataset.

    Parameters
    ----------
    spec
        `mnist` (bundled); `styles` and `non-digits` (synthetic: digits in many writing styles, and images that show no
        digit; `non-digits` was called `negatives` in older commands, which still works); a folder of IDX files with
        MNIST's names; a folder with one folder of pictures per class; or a `.jsonl` file of labelled ink. Datasets
        joined with "+" become one (`mnist+ink.jsonl`); one that is named twice counts twice. The suffixes `:transpose`
        and `:invert` swap rows and columns, or ink and background, of the images (`emnist:transpose`).
    split
        Which split to open; an ink file or a plain folder of pictures has only one, which is returned for both.

    Returns
    -------
    Dataset
        uint8 images (N, C, H, W).

    Raises
    ------
    DigitpadError
        If the dataset does not exist, or a part of it cannot be read.
    """
    base, turns = split_turns(str(spec))
    if "+" in str(spec) and not Path(spec).exists() and not Path(base).exists():
        return _open_joined(str(spec).split("+"), split)
    if turns and not Path(spec).exists():
        return _turned(open_dataset(base, split), str(spec), turns)
    built_in = _built_in(str(spec).lower(), split)
    if built_in is not None:
        return built_in
    path = Path(spec)
    if path.is_dir():
        files = _idx_files(path, split)
        return read_image_folder(path, split) if files is None else _read_idx_pair(str(spec), *files)
    if not path.exists():
        raise DigitpadError(
            _(
                "{path} does not exist; name mnist, styles, non-digits, paper, a folder, or a .jsonl file of ink."
            ).format(path=path)
        )
    if path.suffix.lower() != ".jsonl":
        raise DigitpadError(
            _(
                "{path} is not a dataset; name mnist, styles, non-digits, paper, a folder, or a .jsonl file of ink."
            ).format(path=path)
        )
    return _read_ink_dataset(path)


def _built_in(name: str, split: Split) -> Dataset | None:
    """Return the bundled or synthetic dataset of this name, or None."""
    match name:
        case "mnist":
            return load_mnist(split)
        case "non-digits" | "negatives":
            return load_non_digits(split)
        case "styles":
            return load_styles()
    return None


def _turned(dataset: Dataset, spec: str, turns: Sequence[str]) -> Dataset:
    """Return a dataset with its images transposed or inverted; remarks about its orientation are determined again."""
    before = orientation_remarks(split_turns(spec)[0], dataset)
    kept = (remark for remark in dataset.remarks if remark not in before)
    turned = Dataset.of(
        dataset.name, turn(dataset.images, turns), dataset.labels, dataset.classes, dataset.origins, tuple(kept)
    )
    return replace(turned, remarks=(*turned.remarks, *orientation_remarks(spec, turned)))


def _open_joined(specs: Sequence[str], split: Split) -> Dataset:
    """Open each dataset once, even if it is named several times, and join them."""
    if any(not spec.strip() or spec.lower() == "paper" for spec in specs):
        raise DigitpadError(
            _(
                "{names} is not a dataset; put a dataset of digits on each side of every plus, as in mnist+non-digits."
            ).format(names="+".join(specs))
        )
    opened = {spec: open_dataset(spec, split) for spec in dict.fromkeys(specs)}
    return join([opened[spec] for spec in specs])


def _idx_files(folder: Path, split: Split) -> tuple[Path, Path] | None:
    """Return the images and labels file of a folder, or None if it holds no IDX files at all."""
    for pair in _IDX_NAMES[split]:
        found = [next((p for p in (folder / name, folder / f"{name}.gz") if p.exists()), None) for name in pair]
        if found[0] and found[1]:
            return found[0], found[1]
        if found[0] or found[1]:
            missing = pair[0] if found[0] is None else pair[1]
            raise DigitpadError(
                _("{folder} does not contain {file} (or {file}.gz); put it next to the other file.").format(
                    folder=folder, file=missing
                )
            )
    named = _named_idx_files(folder, split)
    if named is not None:
        return named
    other: Split = "test" if split == "train" else "train"
    if any((folder / f"{name}{end}").exists() for pair in _IDX_NAMES[other] for name in pair for end in ("", ".gz")):
        first, second = _IDX_NAMES[split][0]
        raise DigitpadError(
            _("{folder} has no {split} files ({first} and {second}); add them.").format(
                folder=folder, split=split, first=first, second=second
            )
        )
    return None


def _named_idx_files(folder: Path, split: Split) -> tuple[Path, Path] | None:
    """Return the images and labels of files that begin with their dataset's name, as EMNIST's do; None without such."""
    ending = f"-{split}-images-idx3-ubyte"
    found = sorted(path for end in ("", ".gz") for path in folder.glob(f"*{ending}{end}"))
    if not found:
        return None
    if len(found) > 1:
        names = ", ".join(path.name.removesuffix(".gz").removesuffix(ending) for path in found)
        raise DigitpadError(
            _("{folder} contains several datasets ({names}); move one of them to its own folder.").format(
                folder=folder, names=names
            )
        )
    images = found[0]
    labels = images.with_name(images.name.replace("-images-idx3-", "-labels-idx1-"))
    if not labels.exists():
        raise DigitpadError(
            _("{folder} does not contain {name}; put it next to the other file.").format(
                folder=folder, name=labels.name
            )
        )
    return images, labels


def _read_idx_pair(spec: str, images_path: Path, labels_path: Path) -> Dataset:
    images, labels = read_idx(images_path), read_idx(labels_path)
    if images.dtype != np.uint8 or images.ndim not in (3, 4):
        raise DigitpadError(
            _("{path} contains {kind} numbers of shape {shape}; expected images as bytes.").format(
                path=images_path, kind=images.dtype, shape=images.shape
            )
        )
    if labels.ndim != 1 or labels.dtype.kind not in "iu":
        raise DigitpadError(
            _("{path} contains {kind} numbers of shape {shape}; expected labels.").format(
                path=labels_path, kind=labels.dtype, shape=labels.shape
            )
        )
    labels = labels.astype(np.int64)
    highest = int(labels.max(initial=0))
    if highest >= _MOST_CLASSES:
        raise DigitpadError(
            _("{path} has the label {label}; labels must be integers from 0, with at most {most:,} classes.").format(
                path=labels_path, label=highest, most=_MOST_CLASSES
            )
        )
    classes = DIGITS if highest < len(DIGITS) else tuple(str(number) for number in range(highest + 1))
    images = images[:, np.newaxis] if images.ndim == 3 else images
    dataset = Dataset.of(images_path.parent.name, images, labels, classes)
    return replace(dataset, remarks=orientation_remarks(spec, dataset))


def _read_ink_dataset(path: Path) -> Dataset:
    drawings = read_ink(path)
    labels = np.array(
        [
            _digit_of(drawing, _("{path}, drawing {number}").format(path=path, number=n))
            for n, drawing in enumerate(drawings, 1)
        ],
        np.int64,
    )
    pictures = (ink_to_image(drawing.strokes, canvas=drawing.long_side) for drawing in drawings)
    images = np.stack([np.rint(picture * 255).astype(np.uint8) for picture in pictures])
    return Dataset.of(path.stem, images[:, np.newaxis], labels, origins=_origins_of(drawings))


def _origins_of(drawings: Sequence[Drawing]) -> dict[str, tuple[str, ...]]:
    """Return who wrote each drawing and where it was collected, for what at least one of them says."""
    return {
        kind: tuple(plain_name(str(drawing.extra.get(kind, "unknown"))) for drawing in drawings)
        for kind in _ORIGINS
        if any(kind in drawing.extra for drawing in drawings)
    }


def _digit_of(drawing: Drawing, where: str) -> int:
    if str(drawing.label) not in DIGITS:
        said = (
            _("has no label") if drawing.label is None else _("is labelled {label}").format(label=shown(drawing.label))
        )
        raise DigitpadError(
            _("{where} {said}; a dataset needs a digit, 0 to 9, for each drawing.").format(where=where, said=said)
        )
    return int(str(drawing.label))
