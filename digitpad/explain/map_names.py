"""The names of maps: their numbers, and the colours of the channels of a colour picture."""

from digitpad.explain.structure import Structure
from digitpad.nn.backend import Shape
from digitpad.translation import gettext as _

_COLOURS = 3  # channels, and dimensions of an image


def map_name(structure: Structure, layer: str, channel: int) -> str:
    """Return the short name of a map: "map 5", or "red", "green" or "blue" of a colour picture.

    Parameters
    ----------
    structure
        The network. An input with three channels is a colour picture.
    layer, channel
        The layer, and the number of the map in it.
    """
    return colour_name(structure, layer, channel) or _("map {number}").format(number=channel)


def colour_name(structure: Structure, layer: str, channel: int) -> str:
    """Return "red", "green" or "blue" for a channel of a colour picture, and "" for any other map."""
    node = structure[layer]
    return name_of_colour(channel) if layer == structure.input and is_colour(node.shape) else ""


def is_colour(shape: Shape) -> bool:
    """Return whether the input of a network, (C, H, W), is a colour picture."""
    return len(shape) == _COLOURS and shape[0] == _COLOURS


def name_of_colour(channel: int) -> str:
    """Return the name of the colour of a channel."""
    return (_("red"), _("green"), _("blue"))[channel]
