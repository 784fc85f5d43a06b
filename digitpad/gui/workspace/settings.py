"""The settings that the window remembers, in a file in the user's configuration folder."""

import base64
import binascii
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray

from digitpad import paths
from digitpad.data.collections.store import is_named
from digitpad.gui.workspace.stored_values import StoredValues

if TYPE_CHECKING:
    from digitpad.training.film.limits import FilmLimits

_MOST_RECENT = 5
_MOST_DIGITS = 4  # of a pen's width
_MOST_GEOMETRY = 4096
#: Largest limit of a film that can be set.
MOST_MEGABYTES = 1 << 20


class Settings:
    """Typed access to the settings; invalid values count as not set.

    Parameters
    ----------
    path
        The file; by default `window.json` in the user's configuration folder.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._store = StoredValues(path or paths.user_config_dir() / "window.json")

    @property
    def colours(self) -> str:
        """Which colours were chosen: "system", "light" or "dark"."""
        value = self._store.value("colours")
        return value if isinstance(value, str) and value in {"light", "dark"} else "system"

    @colours.setter
    def colours(self, choice: str) -> None:
        self._store.set_value("colours", choice)

    @property
    def text_scale(self) -> float:
        """The text size that was chosen, from 1 to 2; 1 is 100 %."""
        value = self._store.value("text_scale")
        return float(value) if isinstance(value, int | float) and 1.0 <= value <= 2.0 else 1.0

    @text_scale.setter
    def text_scale(self, scale: float) -> None:
        self._store.set_value("text_scale", scale)

    @property
    def model(self) -> Path | None:
        """The model used last, if its file still exists."""
        path = self._path("model")
        if path is not None and not path.is_absolute():
            path = paths.models_dir().resolve() / path
        return path if path is not None and _is(Path.is_file, path) else None

    @property
    def recent_models(self) -> list[Path]:
        """Models opened from files, the latest first; missing files are left out."""
        names = self._store.value("recent_models")
        if not isinstance(names, list):
            return []
        return [Path(name) for name in names if _is(Path.is_file, Path(name))]

    def remember_model(self, path: Path, *, bundled: bool) -> None:
        """Remember a model as the one used last, and as a recent one unless it is bundled.

        A bundled model is remembered by name, because its path differs in another or moved copy of digitpad.
        """
        self._store.set_value("model", path.name if bundled else str(path))
        if not bundled:
            others = [other for other in self.recent_models if other != path]
            self._store.set_value("recent_models", [str(file) for file in (path, *others)][:_MOST_RECENT])

    @property
    def recent_datasets(self) -> list[str]:
        """Folders and files of images that were opened, the latest first; missing ones are left out."""
        names = self._store.value("recent_datasets")
        if not isinstance(names, list):
            return []
        return [name for name in names if name and not is_named(name) and _is(Path.exists, Path(name))]

    def remember_dataset(self, path: str) -> None:
        """Remember a folder or a file of images as recent; collections are always listed, and need not be."""
        if is_named(path):
            return
        others = [other for other in self.recent_datasets if other != path]
        self._store.set_value("recent_datasets", [path, *others][:_MOST_RECENT])

    @property
    def collection(self) -> Path | None:
        """The folder of the collection used last, if it still exists."""
        path = self._path("collection")
        return path if path is not None and _is(Path.is_dir, path) else None

    @collection.setter
    def collection(self, folder: Path) -> None:
        self._store.set_value("collection", str(folder))

    @property
    def hand(self) -> str:
        """The name of the collection that keeps the corrections of the person who uses the window; empty if not set."""
        value = self._store.value("hand")
        return value if isinstance(value, str) else ""

    @hand.setter
    def hand(self, name: str) -> None:
        self._store.set_value("hand", name)

    @property
    def folder(self) -> Path:
        """The folder where a file was last opened or saved."""
        path = self._path("folder")
        return path if path is not None and _is(Path.is_dir, path) else Path.home()

    @folder.setter
    def folder(self, path: Path) -> None:
        # Absolute, because the next start may have another working directory.
        self._store.set_value("folder", str(path.absolute()))

    @property
    def pen_width(self) -> int | None:
        """The pen's width, if one was chosen."""
        value = self._store.value("pen_width")
        if (
            isinstance(value, bool)
            or not isinstance(value, int | str)
            or not str(value).isdecimal()
            or len(str(value)) > _MOST_DIGITS
        ):
            return None
        return int(value)

    @pen_width.setter
    def pen_width(self, width: int) -> None:
        self._store.set_value("pen_width", width)

    @property
    def film(self) -> "FilmLimits":
        """How much the films of runs may take: of one run and of all, in whole MB; 0 films nothing."""
        from digitpad.training.film.limits import MEGABYTE, FilmLimits

        usual = FilmLimits()
        most, total = self._megabytes("film_size", usual.most_bytes), self._megabytes("films_size", usual.total_bytes)
        return FilmLimits(most_bytes=most * MEGABYTE, total_bytes=total * MEGABYTE)

    @film.setter
    def film(self, limits: "FilmLimits") -> None:
        from digitpad.training.film.limits import MEGABYTE

        self._store.set_value("film_size", limits.most_bytes // MEGABYTE)
        self._store.set_value("films_size", limits.total_bytes // MEGABYTE)

    @property
    def geometry(self) -> QByteArray | None:
        """The position and size of the window."""
        value = self._store.value("geometry")
        if not isinstance(value, str) or len(value) > _MOST_GEOMETRY:
            return None
        try:
            return QByteArray(base64.b64decode(value, validate=True))
        except (binascii.Error, ValueError):
            return None

    @geometry.setter
    def geometry(self, value: QByteArray) -> None:
        self._store.set_value("geometry", base64.b64encode(value.data()).decode())

    @property
    def welcomed(self) -> bool:
        """Whether the welcome was dismissed permanently."""
        return self._store.value("welcomed") in {True, "true"}

    @welcomed.setter
    def welcomed(self, value: bool) -> None:
        self._store.set_value("welcomed", value)

    def _megabytes(self, name: str, usual: int) -> int:
        """Return a size in MB; that of `usual`, in bytes, if none is set."""
        value = self._store.value(name)
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST_MEGABYTES:
            return value
        return usual >> 20

    def _path(self, key: str) -> Path | None:
        value = self._store.value(key)
        return Path(value) if isinstance(value, str) and value else None


def _is(kind: Callable[[Path], bool], path: Path) -> bool:
    """Call `Path.is_file` or `Path.is_dir`; an inaccessible path counts as False."""
    try:
        return kind(path)
    except (OSError, ValueError):
        return False
