"""Which pixels an answer hangs on, read off a frame with gradients: saliency and Grad-CAM.

Both follow from one pass back through the network. Each says something true and something narrow; what it says, and
what it does not, goes with it in words.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from digitpad.explain.frame import Frame, Values
from digitpad.explain.structure import Structure
from digitpad.nn.receptive_field import Extent

_SLOPE = (
    "It is a slope at this very drawing: it does not say what a larger change would do, nor what matters on the whole."
)

SaliencyKind = Literal["signed", "absolute", "input x gradient"]


@dataclass(frozen=True, slots=True, eq=False)
class Attribution:
    """A number for each pixel of the picture.

    Attributes
    ----------
    name
        What it is called.
    values
        float32 (H, W).
    signed
        Whether negative numbers have a meaning; without, all are at least 0.
    meaning
        One sentence on what it means.
    caution
        One sentence on what it does not.
    """

    name: str
    values: Values
    signed: bool
    meaning: str
    caution: str


def saliency(frame: Frame, kind: SaliencyKind = "signed") -> Attribution:
    """Return the slope of the score of the frame's class along each pixel's ink.

    Parameters
    ----------
    frame
        A frame with gradients.
    kind
        "signed" as it is; "absolute" its size; "input x gradient" times the ink that is there. Channels are added up.

    Raises
    ------
    ValueError
        If the frame has no gradients.

    Notes
    -----
    Source: Simonyan, Vedaldi and Zisserman, "Deep inside convolutional networks", 2013; input times gradient:
    Shrikumar, Greenside, Shcherbina and Kundaje, "Not just a black box", 2016.
    """
    slopes = _gradient(frame, frame.structure.input) / np.float32(frame.preprocessing.std)
    score = _score(frame)
    if kind == "absolute":
        return Attribution(
            "Gradient",
            np.abs(slopes).sum(axis=0),
            False,
            f"How fast {score} changes, up or down, when the ink of a pixel begins to change.",
            _SLOPE,
        )
    if kind == "input x gradient":
        return Attribution(
            "Ink × gradient",
            (slopes * frame.pixels).sum(axis=0),
            True,
            f"How much {score} would fall without a pixel's ink, if the network went on in a straight line.",
            "Networks bend, so erasing it may do something else; and missing ink, which counts too, is always 0 here.",
        )
    return Attribution(
        "Signed gradient",
        slopes.sum(axis=0),
        True,
        f"A little more ink raises {score} where it is positive and lowers it where it is negative.",
        _SLOPE,
    )


def grad_cam(frame: Frame, layer: str | None = None) -> Attribution:
    """Return where the maps that speak for the frame's class are active: Grad-CAM.

    Each map counts as much as the score rises with it on the mean over all places; what speaks against the class is cut
    off. Every cell's number stands in the middle of what it sees of the picture, and in between it is interpolated.

    Parameters
    ----------
    frame
        A frame with gradients.
    layer
        Name of an activation with maps; None for the last before the places are given up, see `last_maps`.

    Raises
    ------
    ValueError
        If the frame has no gradients, or the layer no maps.

    Notes
    -----
    Source: Selvaraju et al., "Grad-CAM: visual explanations from deep networks via gradient-based localization", ICCV
    2017.
    """
    name = layer or last_maps(frame.structure)
    if name is None or not frame.structure[name].is_image:
        raise ValueError(f"grad_cam: layer is {layer!r}; expected an activation with maps")
    weights = _gradient(frame, name).mean(axis=(1, 2))
    coarse = np.maximum(np.tensordot(weights, frame[name], axes=1), 0)
    field = frame.structure.fields[frame.structure[name].name]
    fine = _interpolated(_interpolated(coarse, field.rows, field.image[0]).T, field.columns, field.image[1]).T
    return Attribution(
        f"Grad-CAM, {name}",
        np.ascontiguousarray(fine, np.float32),
        False,
        f"Where the maps of {name} that raise {_score(frame)} are active.",
        f"It is no finer than the {coarse.shape[0]} × {coarse.shape[1]} cells of {name}, and leaves out what speaks "
        "against it.",
    )


def last_maps(structure: Structure) -> str | None:
    """Return the last activation with maps of more than one cell that is no pooling's; None if there is none."""
    names = [
        node.name
        for node in structure.shown()
        if node.is_image and node.shape[1] * node.shape[2] > 1 and node.kind != "pooling"
    ]
    return names[-1] if names else None


def _gradient(frame: Frame, name: str) -> Values:
    if not frame.gradients:
        raise ValueError("the frame has no gradients; make it with inspect(..., gradients=True)")
    return frame.gradients[frame.structure[name].name]


def _score(frame: Frame) -> str:
    return "the mean output" if frame.target is None else f"the score of {frame.labels[frame.target]}"


def _interpolated(values: Values, extent: Extent, size: int) -> Values:
    """Return (size, N) of (cells, N): each cell's numbers in the middle of what it sees, interpolated in between."""
    if extent.stride == 0 or len(values) == 1:
        return np.repeat(values[:1], size, axis=0)
    middles = float(extent.start) + (extent.size - 1) / 2 + float(extent.stride) * np.arange(len(values))
    pixels = np.arange(size)
    return np.stack([np.interp(pixels, middles, column) for column in values.T], axis=1)
