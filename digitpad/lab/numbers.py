"""Numbers as people write them, read from text such as 1/3, ln 20 or sqrt(2).

A number is an arithmetic expression of constants. It is parsed by Python's own parser into a tree, of which only the
nodes listed here are evaluated, so no text is ever executed.
"""

import ast
import math
import operator
import re
from collections.abc import Callable

from digitpad.errors import DigitpadError
from digitpad.translation import gettext as _

LONGEST = 200
"""Maximum number of characters of one number."""

#: The largest absolute value of a number: its products and sums then stay finite.
_LARGEST = 1e30

_FUNCTIONS: dict[str, Callable[[float], float]] = {
    "ln": math.log,
    "log": math.log,
    "log2": math.log2,
    "log10": math.log10,
    "exp": math.exp,
    "sqrt": math.sqrt,
}
_CONSTANTS = {"pi": math.pi, "e": math.e}
_OPERATORS: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: math.pow,
}
_SPELLINGS = {
    "\N{MINUS SIGN}": "-",
    "\N{EN DASH}": "-",
    "\N{MIDDLE DOT}": "*",
    "\N{MULTIPLICATION SIGN}": "*",
    "\N{DIVISION SLASH}": "/",
    "\N{FRACTION SLASH}": "/",
    "\N{SQUARE ROOT}": "sqrt ",
    "\N{GREEK SMALL LETTER PI}": "pi",
    "^": "**",
}
#: What needs no expression; most numbers of a matrix do not.
_PLAIN = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,3})?")
#: A function with its argument beside it: "ln 20", as it is written on paper.
_BESIDE = re.compile(r"\b(ln|log2|log10|log(?!\d)|exp|sqrt)\s*(-?\s*(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?|pi\b|e\b)")


def plain(text: str) -> str:
    """Return `text` with typographic signs replaced by those of a keyboard: a minus sign by a hyphen, and so on."""
    for sign, typed in _SPELLINGS.items():
        text = text.replace(sign, typed)
    return text


def parse_number(text: str) -> float:
    """Return the value of a number such as -3, 1e-3, 1/3, ln 20, sqrt(2) or 2*pi.

    Parameters
    ----------
    text
        The number, or an expression of numbers, + - * / ^, parentheses and the functions ln, log, log2, log10, exp and
        sqrt, where log is the natural logarithm.

    Raises
    ------
    DigitpadError
        If the text is not a finite number.
    """
    word = text.strip()
    if not word:
        raise DigitpadError(_("A number is missing; write one, such as 3, 0.5, 1/3 or ln 20."))
    if len(word) > LONGEST:
        raise DigitpadError(
            _("{text!r}... is too long for a number; write at most {count} characters.").format(
                text=word[:20], count=LONGEST
            )
        )
    if _PLAIN.fullmatch(word):
        value = float(word)
        if abs(value) <= _LARGEST:
            return value
    try:
        value = _value(ast.parse(_BESIDE.sub(r"\1(\2)", plain(word).lower()), mode="eval").body)
    except ZeroDivisionError as error:
        raise DigitpadError(_("{text!r} divides by zero; write another number.").format(text=word)) from error
    except (SyntaxError, TypeError, ValueError, OverflowError, RecursionError, MemoryError) as error:
        raise DigitpadError(
            _("{text!r} is not a number; write one such as 3, -0.5, 1e-3, 1/3, ln 20 or sqrt(2).").format(text=word)
        ) from error
    if not abs(value) <= _LARGEST:
        raise DigitpadError(_("{text!r} is too large; write a number between -1e30 and 1e30.").format(text=word))
    return value


def _value(node: ast.expr) -> float:
    """Return the value of a tree.

    Raises
    ------
    TypeError
        If it contains anything but arithmetic.
    """
    match node:
        case ast.Constant(value=bool()):
            raise TypeError(ast.dump(node))
        case ast.Constant(value=int() | float() as number):
            return float(number)
        case ast.Name(id=name) if name in _CONSTANTS:
            return _CONSTANTS[name]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand)
        case ast.UnaryOp(op=ast.UAdd(), operand=operand):
            return _value(operand)
        case ast.BinOp(left=left, op=sign, right=right) if type(sign) in _OPERATORS:
            return _OPERATORS[type(sign)](_value(left), _value(right))
        case ast.Call(func=ast.Name(id=name), args=[argument], keywords=[]) if name in _FUNCTIONS:
            return _FUNCTIONS[name](_value(argument))
        case _:
            raise TypeError(ast.dump(node))
