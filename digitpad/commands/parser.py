"""Reads the command line, and explains what is wrong with it."""

import argparse
import re
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from digitpad import __version__
from digitpad.commands.command_options import add_commands
from digitpad.errors import DigitpadError
from digitpad.translation import gettext as _


def parse(words: Sequence[str]) -> argparse.Namespace:
    """Read the command line.

    Parameters
    ----------
    words
        The arguments after `digitpad`.

    Returns
    -------
    argparse.Namespace
        `command`, the command's name, and its options.

    Raises
    ------
    DigitpadError
        If it cannot be understood; a file whose name begins with a dash is named, with the two ways to pass it.
    """
    try:
        return _parser().parse_args(words)
    except DigitpadError as error:
        before = words[: words.index("--")] if "--" in words else words
        name = next((word for word in before if _is_dashed_file(word)), None)
        if name is None:
            raise
        raise DigitpadError(
            _(
                "{name} starts with a dash, so it is taken for an option; if it is a file, write "
                "./{name}, or put -- before the files, as in `digitpad predict -- {name}`."
            ).format(name=name)
        ) from error


def command_names() -> list[str]:
    """Return the names of all commands."""
    (commands,) = (action for action in _parser()._actions if isinstance(action, argparse._SubParsersAction))
    return [str(name) for name in commands.choices]


def _is_dashed_file(word: str) -> bool:
    """Return whether a word that looks like an option is the name of a file, or at least ends like one."""
    if not word.startswith("-") or word == "-":
        return False
    with suppress(OSError):  # a name that is too long is not a file
        if Path(word).is_file():
            return True
    return re.fullmatch(r"-[^-=][^=]*\.[A-Za-z]\w*", word) is not None


class _Parser(argparse.ArgumentParser):
    """Reports errors in one line, as every command does."""

    def error(self, message: str) -> NoReturn:
        raise DigitpadError(_("{message}; see {program} --help.").format(message=message, program=self.prog))


def _parser() -> _Parser:
    parser = _Parser(
        prog="digitpad",
        description=_("Draw a digit, watch a neural network read it, and look inside the network."),
        epilog=_("Without a command, the window opens."),
        allow_abbrev=False,
    )
    parser.add_argument(
        "--version", action="version", version=f"digitpad {__version__}", help=_("show the version and exit")
    )
    parser.set_defaults(command="gui", paths=[], model=None)
    add_commands(parser)
    return parser
