"""Progress of background work."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WorkProgress:
    """Progress of background work.

    Attributes
    ----------
    doing
        Description of the current work.
    done, total
        Number of items, such as images or points of a curve; a total of 0 if it is not known.
    """

    doing: str
    done: int = 0
    total: int = 0
