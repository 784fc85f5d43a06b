"""Datasets installed by the system or another program: Fashion-MNIST, from Debian's package or the Keras cache."""

import os
from pathlib import Path

from digitpad.errors import DigitpadError
from digitpad.translation import gettext as _

_SYSTEM_FOLDERS = "/usr/local/share:/usr/share"  # where XDG_DATA_DIRS is not set
_PACKAGE = "dataset-fashion-mnist"
_FOLDER = "datasets/fashion-mnist"


def find_fashion_mnist() -> Path:
    """Return the folder of Fashion-MNIST.

    Raises
    ------
    DigitpadError
        If it is not installed.
    """
    for folder in _folders():
        if any((folder / f"train-images-idx3-ubyte{end}").is_file() for end in ("", ".gz")):
            return folder
    raise DigitpadError(
        _(
            "Fashion-MNIST is not installed; on Debian and Ubuntu, run `sudo apt install {package}`, or name a folder "
            "with its four IDX files."
        ).format(package=_PACKAGE)
    )


def _folders() -> list[Path]:
    shared = [Path(name) for name in (os.environ.get("XDG_DATA_DIRS") or _SYSTEM_FOLDERS).split(os.pathsep) if name]
    folders = [folder / inner for folder in shared for inner in (_FOLDER, _PACKAGE)]
    keras = os.environ.get("KERAS_HOME")
    try:
        folders.append((Path(keras) if keras else Path.home() / ".keras") / _FOLDER)
    except RuntimeError:
        # An account without a home folder has no cache.
        return folders
    return folders
