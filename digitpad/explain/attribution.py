"""Attribution of a prediction to pixels, from a frame with gradients: saliency and Grad-CAM.

Both follow from one backward pass through the network. Each result carries a sentence on what it means, and one on what
it does not mean.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from digitpad.data.dataset import by_channel
from digitpad.explain.frame import Frame, Values
from digitpad.explain.structure import Structure
from digitpad.nn.receptive_field import Extent
from digitpad.translation import gettext as _

SaliencyKind = Literal["signed", "absolute", "input x gradient"]


@dataclass(frozen=True, slots=True, eq=False)
class Attribution:
    """A number for each pixel of the picture.

    Attributes
    ----------
    name
        Name of the method.
    values
        float32 (H, W).
    signed
        Whether values may be negative; if not, all are at least 0.
    meaning
        One sentence on what the values mean, in the user's language.
    caution
        One sentence on what they do not mean.
    """

    name: str
    values: Values
    signed: bool
    meaning: str
    caution: str


def saliency(frame: Frame, kind: SaliencyKind = "signed") -> Attribution:
    """Return the derivative of the score of the frame's class with respect to the ink of each pixel.

    Parameters
    ----------
    frame
        A frame with gradients.
    kind
        "signed": the derivative; "absolute": its absolute value; "input x gradient": the derivative times the ink of
        the pixel. Channels are summed.

    Raises
    ------
    ValueError
        If the frame has no gradients.

    Notes
    -----
    Source: Simonyan, Vedaldi and Zisserman, "Deep inside convolutional networks", 2013; input times gradient:
    Shrikumar, Greenside, Shcherbina and Kundaje, "Not just a black box", 2016.
    """
    slopes = _gradient(frame, frame.structure.input) / by_channel(frame.preprocessing.std)
    score = _score(frame)
    if kind == "absolute":
        return Attribution(
            _("Gradient"),
            np.abs(slopes).sum(axis=0),
            False,
            _("The rate at which {score} changes, up or down, with the ink of each pixel.").format(score=score),
            _local(),
        )
    if kind == "input x gradient":
        return Attribution(
            _("Ink × gradient"),
            (slopes * frame.pixels).sum(axis=0),
            True,
            _("The decrease of {score}, to first order, when the ink of a pixel is erased.").format(score=score),
            _(
                "Networks are not linear, so erasing the ink may have another effect; and missing ink, which also "
                "matters, is always 0 here."
            ),
        )
    return Attribution(
        _("Signed gradient"),
        slopes.sum(axis=0),
        True,
        _more(frame).format(score=score),
        _local(),
    )


def _more(frame: Frame) -> str:
    if frame.preprocessing.is_picture:
        return _(
            "A little more light increases {score} where the gradient is positive, and decreases it where negative."
        )
    return _("A little more ink increases {score} where the gradient is positive, and decreases it where negative.")


def grad_cam(frame: Frame, layer: str | None = None) -> Attribution:
    """Return where the feature maps that support the frame's class are active: Grad-CAM.

    The weight of each map is the mean gradient of the score over its cells; negative sums are set to 0. The value of a
    cell is placed at the centre of its receptive field, and values in between are interpolated.

    Parameters
    ----------
    frame
        A frame with gradients.
    layer
        Name of an activation with maps; None for the last layer with spatial dimensions, see `last_maps`.

    Raises
    ------
    ValueError
        If the frame has no gradients, or the layer has no maps.

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
        _("Regions where the maps of {layer} that increase {score} are active.").format(
            layer=name, score=_score(frame)
        ),
        _(
            "Its resolution is that of {layer}, {rows} × {columns} cells; evidence against the class is left out."
        ).format(layer=name, rows=coarse.shape[0], columns=coarse.shape[1]),
    )


def last_maps(structure: Structure) -> str | None:
    """Return the last activation, pooling excluded, whose maps have more than one cell; None if there is none."""
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
    if frame.target is None:
        return _("the mean output")
    return _("the score of {label}").format(label=frame.labels[frame.target])


def _local() -> str:
    return _("It is a local derivative: it does not tell the effect of larger changes, or which pixels matter overall.")


def _interpolated(values: Values, extent: Extent, size: int) -> Values:
    """Interpolate (cells, N) to (size, N); the values of a cell are placed at the centre of its receptive field."""
    if extent.stride == 0 or len(values) == 1:
        return np.repeat(values[:1], size, axis=0)
    middles = float(extent.start) + (extent.size - 1) / 2 + float(extent.stride) * np.arange(len(values))
    pixels = np.arange(size)
    return np.stack([np.interp(pixels, middles, column) for column in values.T], axis=1)
