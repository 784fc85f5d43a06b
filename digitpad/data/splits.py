"""Whether a dataset has test images of its own, which no training on its training images has seen."""

from pathlib import Path

from digitpad.data.collections.store import find_collection
from digitpad.data.image_folder import split_folder
from digitpad.data.orientation import split_turns
from digitpad.errors import DigitpadError

#: Datasets whose images are the same for training and testing.
_ONE_SPLIT = {"pen", "styles", "manners", "figures"}
_FILES_OF_ONE_SPLIT = {".jsonl", ".csv"}


def has_test_images(dataset: str) -> bool:
    """Return whether the test images of a dataset are other images than its training images.

    Parameters
    ----------
    dataset
        As `open_dataset` takes it. Datasets joined with "+" have test images if each of them has.
    """
    if "+" in dataset and not Path(dataset).exists():
        return all(has_test_images(part) for part in dataset.split("+") if part.strip())
    path = Path(split_turns(dataset)[0])
    if find_collection(dataset) is not None or dataset in _ONE_SPLIT or path.suffix.lower() in _FILES_OF_ONE_SPLIT:
        return False
    if not path.is_dir() or any(path.glob("*-ubyte*")):
        return True
    try:
        return split_folder(path, "test") != path
    except DigitpadError:
        # The evaluation says what is wrong with it.
        return True
