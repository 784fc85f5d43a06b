"""Reads JSON from every source: plans, settings, files of runs, metadata of models, the socket of the window.

Reading takes two steps. `parse_json` turns text into plain values and enforces limits on size, nesting and the length
of numbers. It rejects what the standard does not define (NaN, Infinity, numbers that overflow) and duplicate names in
an object. `to_record` then checks these values against the types of a dataclass, and names any field that is missing,
unknown or of another type.

The types are checked by msgspec, which is imported on first use, so that the window starts without it. The text is
parsed by the standard library, since msgspec silently keeps the last of two equal names. Both raise `JSONError`, a
ValueError, whose message can be embedded in a sentence of the caller.
"""

import json
import math
import re
from collections import Counter
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import Enum
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from digitpad.names import plain_name
from digitpad.translation import gettext as _

__all__ = ["MOST_BYTES", "MOST_DEPTH", "JSONError", "dump_json", "parse_json", "shown", "to_record"]

T = TypeVar("T")

MOST_BYTES = 16 << 20
"""Maximum length of a text; a plan with 100,000 layers has 5 MB."""

MOST_DEPTH = 400
"""Maximum nesting depth of lists and objects: Python's parser is recursive and must stay far from its limit."""

#: Maximum number of digits of an integer: as many as 128 bits need, the state of a random number generator.
_MOST_DIGITS = 40
# Possessive quantifiers: backtracking in a text of millions of letters would take a hundred bytes per letter.
_STRINGS = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_AS_SQUARE = bytes.maketrans(b"{}", b"[]")
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
#: A surrogate pair, which is one character, or a lone surrogate, or any other escape.
_ESCAPE = re.compile(
    r"\\(?:(u[dD][89aAbB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)", re.DOTALL
)
_SHOWN = 60


class JSONError(ValueError):
    """What is wrong with a text or with its values, as part of a sentence: "epochs must be a whole number, not '3'"."""


def parse_json(text: str | bytes, *, most_bytes: int = MOST_BYTES, most_depth: int = MOST_DEPTH) -> Any:
    """Turn JSON into plain values.

    Parameters
    ----------
    text
        The text; bytes are read as UTF-8.
    most_bytes
        Maximum length.
    most_depth
        Maximum nesting depth of lists and objects.

    Returns
    -------
    object
        Dictionaries, lists, strings, numbers, booleans and None. Lone surrogates, which files and terminals do not
        accept, become visible escapes.

    Raises
    ------
    JSONError
        If the text is not JSON, too long or too deeply nested, or has an invalid number or a duplicate name.
    """
    if len(text) > most_bytes:
        raise JSONError(_("it is longer than {count:,} bytes").format(count=most_bytes))
    try:
        plain = text.decode("utf-8-sig") if isinstance(text, bytes) else text
        _check_depth(plain, most_depth)
        value = json.loads(
            _without_lone_surrogates(plain),
            object_pairs_hook=_object,
            parse_constant=_NotANumber,
            parse_float=_finite,
            parse_int=_whole,
        )
    except JSONError:
        raise
    except (ValueError, RecursionError) as error:
        raise JSONError(" ".join(str(error).split())) from error
    _refuse_constants(value)
    return value


def to_record(kind: type[T], data: object, *, noun: str = "") -> T:
    """Make a dataclass from plain values, as `parse_json` returns them.

    Parameters
    ----------
    kind
        The dataclass. Fields with defaults may be omitted; fields that are dataclasses are nested objects.
    data
        The values by name. An integer is accepted for a float; nothing else is converted.
    noun
        What a field is called in the message about an unknown one.

    Raises
    ------
    JSONError
        If a field is missing, unknown or of another type; the message names the first one.
    Exception
        Whatever the dataclass itself raises for values of the right type.
    """
    import msgspec

    _check_names(kind, data, noun, "")
    try:
        return msgspec.convert(data, kind, strict=True)
    except msgspec.ValidationError as error:
        raise _explained(kind, data, str(error)) from error


def dump_json(value: object, *, indent: int | None = None) -> str:
    """Return values as JSON text that `parse_json` accepts.

    Raises
    ------
    ValueError, TypeError
        If a number is not finite, or a value cannot be represented in JSON.
    """
    return json.dumps(value, allow_nan=False, indent=indent)


def shown(value: object) -> str:
    """Return a value as shown in a message: on one line and shortened."""
    text = ascii(value) if isinstance(value, str) and not value.isprintable() else repr(value)
    text = " ".join(text.split())
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


def _check_depth(text: str, most: int) -> None:
    if text.count("[") + text.count("{") <= most:
        return
    brackets = _STRINGS.sub(b"", text.encode("utf-8", "surrogatepass")).translate(_AS_SQUARE, _NO_BRACKETS)
    # Each round removes the innermost level; unclosed brackets stay.
    for _level in range(most):
        fewer = brackets.replace(b"[]", b"")
        if len(fewer) == len(brackets):
            break
        brackets = fewer
    if b"[]" in brackets or brackets.count(b"[") > most:
        raise JSONError(_("it is nested more than {count} levels deep").format(count=most))


def _without_lone_surrogates(text: str) -> str:
    """Double the backslash before the escape of each lone surrogate, so that it is read literally."""
    if "\\ud" not in text and "\\uD" not in text:
        return text
    return _ESCAPE.sub(lambda match: "\\" + match.group() if match.group(2) else match.group(), text)


class _NotANumber(str):
    """A name that Python's parser accepts as a number although the standard does not: NaN or Infinity."""

    __slots__ = ()


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) < len(pairs):
        twice = next(name for name, count in Counter(name for name, _value in pairs).items() if count > 1)
        raise JSONError(_("{name} appears twice").format(name=shown(twice)))
    for name, value in pairs:
        if type(value) is _NotANumber:
            raise JSONError(_("{name} must be a number, not {value}").format(name=plain_name(name), value=value))
    return result


def _refuse_constants(value: object) -> None:
    """Reject each `_NotANumber` that `_object` does not see: in a list, or at the top level."""
    waiting = [value]
    while waiting:
        value = waiting.pop()
        if type(value) is _NotANumber:
            raise JSONError(_("{value} is not a number").format(value=value))
        if isinstance(value, dict):
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise JSONError(_("{number} is too large").format(number=shown(text)))
    return value


def _whole(text: str) -> int:
    if len(text) > _MOST_DIGITS:
        raise JSONError(_("{number} is too large").format(number=shown(text)))
    return int(text)


def _check_names(kind: type[Any], data: object, noun: str, prefix: str) -> None:
    """Check the field names of an object, and of the objects inside it that stand for dataclasses."""
    if not isinstance(data, dict):
        what = prefix.rstrip(".") or _("it")
        raise JSONError(
            _("{what} must be an object with names and values, not {value}").format(what=what, value=shown(data))
        )
    known: dict[str, Field[Any]] = {field.name: field for field in fields(kind) if field.init}
    for name in data:
        if name not in known:
            place = _(" in {place}").format(place=prefix.rstrip(".")) if prefix else ""
            called = _("{noun} named {name}").format(noun=noun, name=shown(name)) if noun else shown(name)
            raise JSONError(
                _("there is no {name}{place}; known are {known}").format(
                    name=called, place=place, known=", ".join(known)
                )
            )
    for name, field in known.items():
        if name not in data and field.default is MISSING and field.default_factory is MISSING:
            raise JSONError(_("{name} is missing").format(name=shown(prefix + name)))
    hints = get_type_hints(kind)
    for name, value in data.items():
        if is_dataclass(hints[name]) and isinstance(hints[name], type):
            _check_names(hints[name], value, noun, f"{prefix}{name}.")


def _explained(kind: type[Any], data: object, error: str) -> JSONError:
    """Return which value has the wrong type, and what it must be; `error` is msgspec's message."""
    text, _at, place = error.partition(" - at `$")
    steps = re.findall(r"\.(\w+)|\[(\d+)\]", place)
    hint: Any = kind
    for name, index in steps:
        if index or not is_dataclass(hint) or not isinstance(hint, type):
            # Inside a list or a table, the type of the whole field is clear enough.
            break
        hint = get_type_hints(hint)[name]
        data = data[name] if isinstance(data, dict) else data
    name = ".".join(name for name, _index in steps if name)
    if not name:
        return JSONError(text)
    expected = _expectation(hint)
    return JSONError(
        _("{name} must be {expected}, not {value}").format(name=name, expected=expected, value=shown(data))
    )


def _expectation(hint: Any) -> str:
    """Return what a value must be, in words."""
    if isinstance(hint, UnionType):
        return _(" or ").join(_expectation(each) for each in get_args(hint))
    if isinstance(hint, type) and issubclass(hint, Enum):
        return _("one of {choices}").format(choices=", ".join(repr(str(choice.value)) for choice in hint))
    kind = get_origin(hint) or hint
    words = {
        bool: _("true or false"),
        int: _("a whole number"),
        float: _("a number"),
        str: _("a text"),
        NoneType: _("null"),
        tuple: _("a list"),
        list: _("a list"),
        dict: _("an object with names and values"),
    }
    return words.get(kind, _("another kind of value"))
