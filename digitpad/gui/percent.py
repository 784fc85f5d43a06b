"""How probabilities are written, everywhere in the window."""


def percent(probability: float) -> str:
    """Return a probability with one decimal, such as "98.7 %" (the space is a no-break one).

    What is not quite certain is not written as certain: from 99.95 % on it is "> 99.9 %", up to 1 itself.
    """
    rounded = f"{100 * probability:.1f}"
    if rounded == "100.0" and probability < 1:
        rounded = ">\N{NO-BREAK SPACE}99.9"
    return f"{rounded}\N{NO-BREAK SPACE}%"
