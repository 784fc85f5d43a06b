"""How probabilities are written, everywhere in the window."""


def percent(probability: float) -> str:
    """Return a probability with one decimal, such as "98.7 %" (the space is a no-break one)."""
    return f"{100 * probability:.1f}\N{NO-BREAK SPACE}%"
