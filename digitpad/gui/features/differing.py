"""What is said of the difference between two networks that are shown side by side."""

import math

from digitpad.explain.compare import difference, pair_layers
from digitpad.explain.frame import Frame
from digitpad.gui.widgets.percent import percent

#: What the share means, for a tooltip.
MEANING = (
    "How far the layer that is looked at differs between the two networks, for this drawing: "
    "the differences' root mean square, as a share of that of the first network's numbers"
)


def difference_in_words(one: Frame, other: Frame, layer: str, *, of_other: bool = False) -> str:
    """Return how far a layer differs between two networks; empty where there is nothing to compare.

    Parameters
    ----------
    one, other
        What the two networks make of the same picture.
    layer
        The layer that is looked at.
    of_other
        Whether that is one of the other network's.
    """
    pairs = pair_layers(one.structure, other.structure)
    pairing = next((pair for pair in pairs if layer == (pair.other if of_other else pair.one)), None)
    if pairing is None or pairing.one is None or pairing.other is None:
        return ""
    names = pairing.one if pairing.one == pairing.other else f"{pairing.one} and {pairing.other}"
    found = difference(one, other, pairing)
    if found is None:
        return f"{names}: not of one shape"
    if not math.isfinite(found.relative):
        return f"{names}: all zero in the first"
    return f"{names}: the two differ by {percent(found.relative)}"
