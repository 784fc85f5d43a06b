"""How shares and probabilities are written, everywhere in the window."""


def percent(share: float) -> str:
    """Return a share with one decimal, such as "98.7 %" (the space is a no-break one)."""
    return f"{100 * share:.1f}\N{NO-BREAK SPACE}%"


def sureness(probability: float) -> str:
    """Return a network's probability as `percent` does, but never as a certainty.

    A softmax is never quite 1, though float32 may round it to that: from 99.95 % on this says "> 99.9 %".
    """
    if probability >= 0.9995:
        return f">\N{NO-BREAK SPACE}{percent(0.999)}"
    return percent(probability)
