"""How far work in the background has come."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the work is.

    Attributes
    ----------
    doing
        What is being done, in words.
    done, total
        Of what is counted: images, or points of a curve; a total of 0 where it is not known.
    """

    doing: str
    done: int = 0
    total: int = 0
