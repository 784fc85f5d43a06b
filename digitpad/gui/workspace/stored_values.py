"""Plain values by name in a JSON file, for the settings of the window.

The file is read with limits and type checks, not by Qt, because a damaged settings file can abort Qt. An unreadable
file is renamed, so that the window opens and nothing is lost. Earlier versions used an INI file; its plain texts are
imported.
"""

import contextlib
from pathlib import Path

from digitpad.atomic import atomic_write
from digitpad.errors import DigitpadError
from digitpad.json_records import JSONError, dump_json, parse_json
from digitpad.regular_files import read_regular

Value = str | int | float | bool | list[str] | None

_MOST_BYTES = 1 << 20
_ASIDE = ".damaged"
#: Prefixes of values in an INI file that are not plain texts.
_LISTS = {"recent_models", "recent_datasets"}


class StoredValues:
    """The values of one file. Each is written at once and read on access, because several windows share the file.

    Parameters
    ----------
    path
        The file; it and its folder need not exist.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._unwritten: dict[str, Value] = {}
        self._set_aside_if_damaged()

    def value(self, key: str, default: Value = None) -> Value:
        """Return a value; `default` if there is none."""
        return self._read().get(key, default)

    def set_value(self, key: str, value: Value) -> None:
        """Store a value. If the file cannot be written, the value lasts as long as the window."""
        values = self._read() | {key: value}
        self._unwritten = values
        with contextlib.suppress(DigitpadError, OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with atomic_write(self._path, durable=False) as file:
                file.write(dump_json(values, indent=2).encode())
            self._unwritten = {}

    def _read(self) -> dict[str, Value]:
        try:
            return _plain(parse_json(read_regular(self._path, most_bytes=_MOST_BYTES))) | self._unwritten
        except FileNotFoundError:
            return _of_ini(self._path.with_suffix(".ini")) | self._unwritten
        except (OSError, DigitpadError, JSONError):
            return dict(self._unwritten)

    def _set_aside_if_damaged(self) -> None:
        try:
            parse_json(read_regular(self._path, most_bytes=_MOST_BYTES))
        except FileNotFoundError:
            return
        except (OSError, DigitpadError, JSONError):
            with contextlib.suppress(OSError):
                self._path.replace(self._path.with_name(self._path.name + _ASIDE))


def _plain(data: object) -> dict[str, Value]:
    """Return the values that have a supported type."""
    if not isinstance(data, dict):
        return {}
    return {key: value for key, value in data.items() if _is_plain(value)}


def _is_plain(value: object) -> bool:
    if isinstance(value, list):
        return all(isinstance(each, str) for each in value)
    return value is None or isinstance(value, str | int | float | bool)


def _of_ini(path: Path) -> dict[str, Value]:
    """Return the plain texts of an INI file written by Qt; escaped and binary values are left out."""
    values: dict[str, Value] = {}
    try:
        lines = read_regular(path, most_bytes=_MOST_BYTES).decode("ascii").splitlines()
    except (OSError, DigitpadError, UnicodeDecodeError):
        return values
    for line in lines:
        key, equals, text = line.partition("=")
        if not equals or any(sign in text for sign in '\\@"'):
            continue
        values[key.strip()] = text.split(", ") if key.strip() in _LISTS else text
    return values
