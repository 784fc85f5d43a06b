"""Texts about the difference between two networks that are shown side by side."""

import math

from PySide6.QtCore import QCoreApplication

from digitpad.explain.compare import difference, pair_layers
from digitpad.explain.frame import Frame
from digitpad.gui.widgets.percent import percent


def meaning() -> str:
    """Return the meaning of the share, for a tooltip."""
    return QCoreApplication.translate(
        "Differing",
        "How much this layer differs between the two networks, for this drawing: the root mean square of the "
        "differences, relative to the root mean square of the first network's activations",
    )


def difference_in_words(one: Frame, other: Frame, layer: str, *, of_other: bool = False) -> str:
    """Return how much a layer differs between two networks; empty if there is nothing to compare.

    Parameters
    ----------
    one, other
        Frames of the two networks for the same picture.
    layer
        The layer.
    of_other
        Whether it is a layer of the other network.
    """
    pairs = pair_layers(one.structure, other.structure)
    pairing = next((pair for pair in pairs if layer == (pair.other if of_other else pair.one)), None)
    if pairing is None or pairing.one is None or pairing.other is None:
        return ""
    names = pairing.one
    if pairing.one != pairing.other:
        names = QCoreApplication.translate("Differing", "{layer} and {other}").format(
            layer=pairing.one, other=pairing.other
        )
    found = difference(one, other, pairing)
    if found is None:
        return QCoreApplication.translate("Differing", "{layer}: the shapes differ").format(layer=names)
    if not math.isfinite(found.relative):
        return QCoreApplication.translate("Differing", "{layer}: all zero in the first network").format(layer=names)
    return QCoreApplication.translate("Differing", "{layer}: the two differ by {share}").format(
        layer=names, share=percent(found.relative)
    )
