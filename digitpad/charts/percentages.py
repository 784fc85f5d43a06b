"""How measured shares and probabilities are written, in the window and in reports."""

from typing import Protocol


class Ends(Protocol):
    """The ends of an interval of shares."""

    @property
    def low(self) -> float:
        """The lower end, in [0, 1]."""
        ...

    @property
    def high(self) -> float:
        """The upper end, in [0, 1]."""
        ...


def percent(share: float) -> str:
    """Return a share with one decimal, such as "98.7 %" (the space is a no-break one)."""
    return f"{100 * share:.1f}\N{NO-BREAK SPACE}%"


def exact_percent(share: float) -> str:
    """Return a share with two decimals: one of 10,000 images is 0.01 %."""
    return f"{100 * share:.2f}\N{NO-BREAK SPACE}%"


def percent_interval(ends: Ends) -> str:
    """Return an interval of shares with two decimals, such as "97.91 – 98.43 %"."""
    return f"{100 * ends.low:.2f} – {exact_percent(ends.high)}"


def sureness(probability: float) -> str:
    """Return a network's probability as `percent` does, but never as 100 %.

    A softmax is never exactly 1, although float32 may round it to 1: from 99.95 % on, the text is "> 99.9 %".
    """
    if probability >= 0.9995:
        return f">\N{NO-BREAK SPACE}{percent(0.999)}"
    return percent(probability)
