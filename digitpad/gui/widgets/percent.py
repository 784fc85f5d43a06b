"""How shares and probabilities are written throughout the window."""


def percent(share: float) -> str:
    """Return a share with one decimal, such as "98.7 %" (the space is a no-break one)."""
    return f"{100 * share:.1f}\N{NO-BREAK SPACE}%"


def sureness(probability: float) -> str:
    """Return a network's probability as `percent` does, but never as 100 %.

    A softmax is never exactly 1, although float32 may round it to 1: from 99.95 % on, the text is "> 99.9 %".
    """
    if probability >= 0.9995:
        return f">\N{NO-BREAK SPACE}{percent(0.999)}"
    return percent(probability)
