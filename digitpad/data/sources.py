"""Opens datasets by name: `mnist`, a folder, a file of ink, or several of them joined by a plus."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from digitpad.data.class_names import FASHION_CLASSES, is_fashion_mnist, names_beside, with_names
from digitpad.data.collections.dataset import read_collection
from digitpad.data.collections.store import PREFIX, CollectionStore, find_collection
from digitpad.data.csv_table import read_csv_dataset
from digitpad.data.dataset import DIGITS, Dataset
from digitpad.data.idx import read_idx
from digitpad.data.image_folder import read_image_folder
from digitpad.data.ink import Drawing, read_ink
from digitpad.data.installed import find_fashion_mnist
from digitpad.data.joining import join
from digitpad.data.labels import MOST_CLASSES, indexed
from digitpad.data.lazy_pictures import Progress
from digitpad.data.lazy_views import turned_images
from digitpad.data.mnist import Split, load_mnist
from digitpad.data.npz_file import read_npz_dataset
from digitpad.data.orientation import orientation_remarks, split_turns
from digitpad.data.paper import Pages, load_paper
from digitpad.data.pen import pen_drawings
from digitpad.data.picture_fit import DEFAULT_FIT
from digitpad.data.rasterize import inks_to_images
from digitpad.data.synthetic import load_figures, load_manners, load_non_digits, load_styles
from digitpad.errors import DigitpadError
from digitpad.names import plain_name
from digitpad.translation import gettext as _

# The file names of MNIST and of datasets with the same layout, without .gz.
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

# Entries of an ink file that describe the origin of a drawing.
_ORIGINS = ("writer", "source")


def open_samples(
    spec: str | Path,
    split: Split = "train",
    *,
    shape: tuple[int, ...] | None = None,
    fit: str = DEFAULT_FIT,
    on_progress: Progress = lambda _done, _total: None,
) -> Dataset | Pages:
    """Open any training data: a dataset as in `open_dataset`, or `paper`, the pages for finding ink.

    Raises
    ------
    DigitpadError
        See `open_dataset`.
    """
    if str(spec).lower() == "paper":
        return load_paper(split)
    return open_dataset(spec, split, shape=shape, fit=fit, on_progress=on_progress)


def open_dataset(
    spec: str | Path,
    split: Split = "train",
    *,
    shape: tuple[int, ...] | None = None,
    fit: str = DEFAULT_FIT,
    on_progress: Progress = lambda _done, _total: None,
) -> Dataset:
    """Open a dataset.

    Parameters
    ----------
    spec
        `mnist` and `pen` (bundled: images, and the pen ink of 30 writers); `styles`, `manners`, `non-digits` and
        `figures` (synthetic: digits in many writing styles, pen ink changed to particular manners, images that show no
        digit, and hand-drawn figures and letters; `non-digits` was called `negatives` in older commands, which still
        works); `fashion-mnist`, where it is installed; a folder of IDX files with the names of MNIST's or EMNIST's
        files; a folder with one folder of pictures per class; a collection of the user, as `collection:NAME` or its
        folder; a `.jsonl` file of labelled ink; a `.csv` file (see `csv_table`) or an `.npz` file (see `npz_file`).
        Datasets joined with "+" become one (`mnist+ink.jsonl`); one that is named twice counts twice. The suffixes
        `:transpose` and `:invert` swap rows and columns, or ink and background, of the images (`emnist:transpose`).
    split
        Which split to open; pen ink, synthetic digits, an ink file, a collection or a plain folder of pictures has only
        one, which is returned for both.
    shape
        The input of the network that the images are for, (C, H, W): pictures in folders and the samples of collections
        are prepared for it, see `read_image_folder` and `read_collection`. All other images stay as they are.
    fit
        How these pictures are fitted to the shape, see `digitpad.data.pictures.prepare_picture`.
    on_progress
        Called with the number of pictures or samples that are examined, and of all; what it raises ends the reading.

    Returns
    -------
    Dataset
        uint8 images (N, C, H, W). Those of large folders are decoded when they are used.

    Raises
    ------
    DigitpadError
        If the dataset does not exist, or a part of it cannot be read.
    """
    collection = find_collection(str(spec))
    if collection is not None:
        return read_collection(collection, shape=shape, fit=fit, on_progress=on_progress)
    base, turns = split_turns(str(spec))
    if "+" in str(spec) and not Path(spec).exists() and not Path(base).exists():
        return _open_joined(str(spec).split("+"), split, shape, fit, on_progress)
    if turns and not Path(spec).exists():
        return _turned(open_dataset(base, split, shape=shape, fit=fit, on_progress=on_progress), str(spec), turns)
    if str(spec).startswith(PREFIX):
        CollectionStore().find(str(spec).removeprefix(PREFIX))
    built_in = _built_in(str(spec).lower(), split)
    if built_in is not None:
        return built_in
    path = Path(spec)
    if path.is_dir():
        files = _idx_files(path, split)
        folder = partial(read_image_folder, path, split, shape=shape, fit=fit, on_progress=on_progress)
        return folder() if files is None else _read_idx_pair(str(spec), *files)
    return _read_file(path, split, str(spec))


def _built_in(name: str, split: Split) -> Dataset | None:
    """Return the bundled or synthetic dataset of this name, or None."""
    makers: dict[str, Callable[[], Dataset]] = {
        "mnist": partial(load_mnist, split),
        "pen": lambda: _ink_dataset("pen", pen_drawings(), Path("pen")),
        "non-digits": partial(load_non_digits, split),
        "negatives": partial(load_non_digits, split),
        "styles": load_styles,
        "manners": load_manners,
        "figures": load_figures,
        "fashion-mnist": lambda: open_dataset(find_fashion_mnist(), split),
    }
    return makers[name]() if name in makers else None


def _read_file(path: Path, split: Split, spec: str) -> Dataset:
    """Read a dataset that is a single file, according to its suffix."""
    match path.suffix.lower() if path.exists() else "missing":
        case ".csv":
            return read_csv_dataset(path, spec)
        case ".npz":
            return read_npz_dataset(path, split, spec)
        case ".jsonl":
            return _read_ink_dataset(path)
        case "missing":
            text = _("{path} does not exist; name {names}, a folder, or a {endings} file.")
        case _:
            text = _("{path} is not a dataset; name {names}, a folder, or a {endings} file.")
    names = "mnist, pen, fashion-mnist, styles, manners, non-digits, figures, paper"
    raise DigitpadError(text.format(path=path, names=names, endings=".jsonl, .csv, .npz"))


def _turned(dataset: Dataset, spec: str, turns: Sequence[str]) -> Dataset:
    """Return a dataset with its images transposed or inverted; remarks about its orientation are determined again."""
    before = orientation_remarks(split_turns(spec)[0], dataset)
    kept = (remark for remark in dataset.remarks if remark not in before)
    turned = Dataset.of(
        dataset.name,
        turned_images(dataset.images, turns),
        dataset.labels,
        dataset.classes,
        dataset.origins,
        tuple(kept),
        dataset.marks,
        dataset.fit,
    )
    return replace(turned, remarks=(*turned.remarks, *orientation_remarks(spec, turned)))


def _open_joined(
    specs: Sequence[str], split: Split, shape: tuple[int, ...] | None, fit: str, on_progress: Progress
) -> Dataset:
    """Open each dataset once, even if it is named several times, and join them."""
    if any(not spec.strip() or spec.lower() == "paper" for spec in specs):
        raise DigitpadError(
            _(
                "{names} is not a dataset; put a dataset of digits on each side of every plus, as in mnist+non-digits."
            ).format(names="+".join(specs))
        )
    opened = {
        spec: open_dataset(spec, split, shape=shape, fit=fit, on_progress=on_progress) for spec in dict.fromkeys(specs)
    }
    return join([opened[spec] for spec in specs])


def _idx_files(folder: Path, split: Split) -> tuple[Path, Path] | None:
    """Return the images and labels file of a folder, or None if it does not contain IDX files."""
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
    """Return the images and labels of files with the dataset's name as prefix, as in EMNIST; None without any."""
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
    if highest >= MOST_CLASSES:
        raise DigitpadError(
            _("{path} has the label {label}; labels count classes from 0, and there are at most {most:,}.").format(
                path=labels_path, label=highest, most=MOST_CLASSES
            )
        )
    mapping = names_beside(labels_path)
    if mapping is not None:
        classes, labels = with_names(labels, mapping, labels_path)
    elif is_fashion_mnist(labels):
        classes = FASHION_CLASSES
    else:
        classes = DIGITS if highest < len(DIGITS) else tuple(str(number) for number in range(highest + 1))
    images = images[:, np.newaxis] if images.ndim == 3 else images
    dataset = Dataset.of(images_path.parent.name, images, labels, classes)
    return replace(dataset, remarks=orientation_remarks(spec, dataset))


def _read_ink_dataset(path: Path) -> Dataset:
    return _ink_dataset(path.stem, read_ink(path), path)


def _ink_dataset(name: str, drawings: Sequence[Drawing], path: Path) -> Dataset:
    classes, labels = indexed([_label_of(drawing, path, number) for number, drawing in enumerate(drawings, 1)], path)
    pictures = inks_to_images([(drawing.strokes, drawing.long_side) for drawing in drawings])
    images = np.rint(pictures * 255).astype(np.uint8)
    return Dataset.of(name, images[:, np.newaxis], labels, classes, _origins_of(drawings))


def _origins_of(drawings: Sequence[Drawing]) -> dict[str, tuple[str, ...]]:
    """Return the writers and sources of the drawings, for each entry that at least one drawing has."""
    return {
        kind: tuple(plain_name(str(drawing.extra.get(kind, "unknown"))) for drawing in drawings)
        for kind in _ORIGINS
        if any(kind in drawing.extra for drawing in drawings)
    }


def _label_of(drawing: Drawing, path: Path, number: int) -> str:
    if drawing.label is None or not str(drawing.label).strip():
        raise DigitpadError(
            _("{path}, drawing {number} has no label; a dataset needs one for each drawing.").format(
                path=path, number=number
            )
        )
    return str(drawing.label)
