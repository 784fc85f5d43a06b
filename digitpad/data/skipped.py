"""Skips pictures that cannot be read and reports their names, up to a limit."""

from collections.abc import Sequence
from pathlib import Path

from digitpad.errors import DigitpadError
from digitpad.translation import gettext as _
from digitpad.translation import ngettext

_MOST_NAMED = 5
_SHARE = 10  # one picture in ten may be unreadable
_FEWEST = 3  # number of pictures of which one may be unreadable


class SkippedPictures:
    """Collects pictures that cannot be read.

    A single broken file does not prevent a dataset from being used, but more than a tenth suggests that the wrong
    folder was chosen. Of three or more pictures, one may always be broken.

    Parameters
    ----------
    total
        Total number of pictures.
    folder
        The folder to which reported names are relative; None for full paths.
    """

    def __init__(self, total: int, folder: Path | None = None) -> None:
        self._total = total
        self._folder = folder
        self._errors: list[tuple[Path, DigitpadError]] = []
        self._most = max(1, total // _SHARE) if total >= _FEWEST else 0

    def add(self, path: Path, error: DigitpadError) -> None:
        """Skip a picture.

        Raises
        ------
        DigitpadError
            `error` itself if there are too few pictures to skip one; an error with the names of the first broken
            pictures if there are too many.
        """
        self._errors.append((path, error))
        if len(self._errors) <= self._most:
            return
        if not self._most:
            raise error
        raise DigitpadError(
            _(
                "At least {count} of {total} pictures cannot be read, and digitpad skips {most} at most: {names}. "
                "Repair or remove them. The first error: {error}"
            ).format(
                count=len(self._errors),
                total=self._total,
                most=self._most,
                names=self._names(),
                error=self._errors[0][1],
            )
        ) from error

    def remarks(self) -> tuple[str, ...]:
        """Return a sentence with the names of the skipped pictures; empty if all pictures could be read."""
        count = len(self._errors)
        if not count:
            return ()
        text = ngettext(
            "Skipped {count} of {total} pictures that cannot be read: {names}.",
            "Skipped {count} of {total} pictures that cannot be read: {names}.",
            count,
        )
        return (text.format(count=count, total=self._total, names=self._names()),)

    def _names(self) -> str:
        paths = [path if self._folder is None else path.relative_to(self._folder) for path, _error in self._errors]
        return first_names([str(path) for path in paths])


def first_names(names: Sequence[str]) -> str:
    """Return the first names for a sentence, and how many there are besides."""
    named = ", ".join(names[:_MOST_NAMED])
    more = len(names) - _MOST_NAMED
    if more <= 0:
        return named
    return ngettext("{names} and {count} more", "{names} and {count} more", more).format(names=named, count=more)
