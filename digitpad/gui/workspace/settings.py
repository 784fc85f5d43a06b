"""What the window remembers from one day to the next, in a file of its own in the user's configuration folder."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings

from digitpad import paths

_MOST_RECENT = 5
_MOST_DIGITS = 4  # of a pen's width


class Settings:
    """Typed access to the few things that are kept; whatever is not as expected counts as never set.

    Parameters
    ----------
    path
        The file; by default `window.ini` in the user's configuration folder.
    """

    def __init__(self, path: Path | None = None) -> None:
        file = path or paths.user_config_dir() / "window.ini"
        self._store = QSettings(str(file), QSettings.Format.IniFormat)

    @property
    def colours(self) -> str:
        """Which colours were chosen: "system", "light" or "dark"."""
        value = self._store.value("colours")
        return value if isinstance(value, str) and value in {"light", "dark"} else "system"

    @colours.setter
    def colours(self, choice: str) -> None:
        self._store.setValue("colours", choice)

    @property
    def model(self) -> Path | None:
        """The model used last, if its file is still there."""
        path = self._path("model")
        if path is not None and not path.is_absolute():
            path = paths.models_dir().resolve() / path
        return path if path is not None and _is(Path.is_file, path) else None

    @property
    def recent_models(self) -> list[Path]:
        """Models opened from files, the latest first; those that are gone are left out."""
        value = self._store.value("recent_models")
        names = [value] if isinstance(value, str) else value
        if not isinstance(names, list):
            return []
        return [Path(name) for name in names if isinstance(name, str) and _is(Path.is_file, Path(name))]

    def remember_model(self, path: Path, *, bundled: bool) -> None:
        """Keep a model as the one used last, and among the recent ones if it does not come with digitpad.

        One that does is kept by its name: another copy of digitpad, or this one moved, has it elsewhere.
        """
        self._store.setValue("model", path.name if bundled else str(path))
        if not bundled:
            others = [other for other in self.recent_models if other != path]
            self._store.setValue("recent_models", [str(file) for file in (path, *others)][:_MOST_RECENT])

    @property
    def recent_datasets(self) -> list[str]:
        """Folders and files that a network was trained on, the latest first; those that are gone are left out."""
        value = self._store.value("recent_datasets")
        names = [value] if isinstance(value, str) else value
        if not isinstance(names, list):
            return []
        return [name for name in names if isinstance(name, str) and name and _is(Path.exists, Path(name))]

    def remember_dataset(self, path: str) -> None:
        """Keep a folder or file of images among the recent ones."""
        others = [other for other in self.recent_datasets if other != path]
        self._store.setValue("recent_datasets", [path, *others][:_MOST_RECENT])

    @property
    def folder(self) -> Path:
        """Where a file was last opened or saved."""
        path = self._path("folder")
        return path if path is not None and _is(Path.is_dir, path) else Path.home()

    @folder.setter
    def folder(self, path: Path) -> None:
        # The next start may be from elsewhere.
        self._store.setValue("folder", str(path.absolute()))

    @property
    def pen_width(self) -> int | None:
        """The pen's width, if one was chosen."""
        value = self._store.value("pen_width")
        if not isinstance(value, int | str) or not str(value).isdecimal() or len(str(value)) > _MOST_DIGITS:
            return None
        return int(value)

    @pen_width.setter
    def pen_width(self, width: int) -> None:
        self._store.setValue("pen_width", width)

    @property
    def geometry(self) -> QByteArray | None:
        """The window's place on the screen."""
        value = self._store.value("geometry")
        return value if isinstance(value, QByteArray) else None

    @geometry.setter
    def geometry(self, value: QByteArray) -> None:
        self._store.setValue("geometry", value)

    @property
    def welcomed(self) -> bool:
        """Whether the welcome was dismissed for good."""
        return str(self._store.value("welcomed")).lower() == "true"

    @welcomed.setter
    def welcomed(self, value: bool) -> None:
        self._store.setValue("welcomed", value)

    def _path(self, key: str) -> Path | None:
        value = self._store.value(key)
        return Path(value) if isinstance(value, str) and value else None


def _is(kind: Callable[[Path], bool], path: Path) -> bool:
    """Ask `Path.is_file` or `Path.is_dir`; what cannot be looked at is neither."""
    try:
        return kind(path)
    except OSError:
        return False
