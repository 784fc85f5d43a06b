"""The network follows the data: its input channels, its input size and its last layer are fitted to a dataset.

A plan that is made for digits can so be trained on letters, on signs or on photographs. What is changed is said in a
sentence. A plan that cannot be fitted stays as it is, and `fitting` says why it cannot be trained.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from digitpad.data.dataset import Dataset
from digitpad.data.image_folder import DIGIT_SHAPE
from digitpad.data.labels import are_digits
from digitpad.data.paper import Pages
from digitpad.errors import DigitpadError
from digitpad.nn import Architecture, build
from digitpad.nn.architectures.plan import LayerSpec
from digitpad.nn.backend import Shape
from digitpad.translation import gettext as _
from digitpad.translation import ngettext

#: The types of layer without weights that may come after the last layer with weights.
_BEHIND_THE_LAST = {"GlobalAveragePool2D", "Flatten"}
_OUTPUTS = {"Linear": "out_features", "Conv2D": "out_channels"}
_MOST_NAMED = 10
_MANY_CLASSES, _FEW_IMAGES = 10, 5  # classes from which on, and images of each below which, a remark is made


@dataclass(frozen=True, slots=True)
class NetworkFit:
    """A plan that was fitted to data.

    Attributes
    ----------
    architecture
        The plan, with one output for each class; of two classes, one output may tell which.
    remarks
        Sentences that say what was changed, and what should be known of the classes.
    """

    architecture: Architecture
    remarks: tuple[str, ...] = ()


def fit_network(architecture: Architecture, samples: Dataset | Pages) -> NetworkFit:
    """Fit the plan of a network to the data that it will be trained on.

    Parameters
    ----------
    architecture
        The plan; it is not changed.
    samples
        The data. Plans for pages stay as they are.

    Raises
    ------
    DigitpadError
        If the data have images of one class only, which leaves nothing to tell apart.
    """
    if isinstance(samples, Pages):
        return NetworkFit(architecture)
    _check_classes(samples)
    fitted, remarks = architecture, []
    shape = samples.images.shape[1:]
    if shape != architecture.input_shape:
        fitted = _with_input(architecture, shape)
        if fitted is not architecture:
            text = _("Input {shape}, as the images have.")
            remarks.append(text.format(shape="x".join(str(side) for side in shape)))
    before = fitted
    fitted = _with_outputs(fitted, len(samples.classes))
    if fitted is not before:
        remarks.append(_output_remark(samples.classes))
    few = len(samples) < _FEW_IMAGES * len(samples.classes)
    if len(samples.classes) > _MANY_CLASSES and few and not are_digits(samples.classes):
        text = _("{data} has {classes:,} classes but only {images:,} images; a class needs {least} or more.")
        remarks.append(
            text.format(data=samples.name, classes=len(samples.classes), images=len(samples), least=_FEW_IMAGES)
        )
    return NetworkFit(fitted, tuple(remarks))


def input_for_pictures(architecture: Architecture) -> Shape | None:
    """Return the shape that the pictures of a folder are prepared for, as `open_samples` takes it.

    Returns
    -------
    tuple or None
        The input of the plan; None for `DIGIT_SHAPE`, which every plan for digits has: then the pictures decide, and
        the plan is fitted to them.
    """
    return None if architecture.input_shape == DIGIT_SHAPE else architecture.input_shape


def _check_classes(samples: Dataset) -> None:
    present = np.unique(samples.labels)
    if len(present) == 1:
        name = samples.classes[int(present[0])]
        raise DigitpadError(
            _(
                "{data} has images of one class only ({name}), so there is nothing to tell apart; add images of at "
                "least one other class."
            ).format(data=samples.name, name=name)
        )


def _output_remark(classes: tuple[str, ...]) -> str:
    named = ", ".join(classes[:_MOST_NAMED]) + (", …" if len(classes) > _MOST_NAMED else "")
    text = ngettext(
        "{count:,} output, one for each class: {names}.",
        "{count:,} outputs, one for each class: {names}.",
        len(classes),
    )
    return text.format(count=len(classes), names=named)


def _with_outputs(architecture: Architecture, classes: int) -> Architecture:
    """Return a plan whose last layer with weights has one output for each class."""
    layers = list(architecture.layers)
    place = len(layers) - 1
    while place >= 0 and layers[place].get("type") in _BEHIND_THE_LAST:
        place -= 1
    key = _OUTPUTS.get(str(layers[place].get("type"))) if place >= 0 else None
    if key is None or (key == "out_channels" and place == len(layers) - 1):
        return architecture
    now = layers[place].get(key)
    # One output is enough to tell two classes apart.
    if now == classes or (now == 1 and classes == 2):
        return architecture
    layers[place] = {**layers[place], key: classes}
    return replace(architecture, layers=tuple(layers))


def _with_input(architecture: Architecture, shape: Shape) -> Architecture:
    """Return a plan for images of another shape, (C, H, W), or the plan itself if it cannot be fitted."""
    layers = list(architecture.layers)
    first = next((place for place, layer in enumerate(layers) if layer.get("type") in _OUTPUTS), None)
    if first is None:
        return architecture
    if layers[first].get("type") == "Conv2D" and layers[first].get("in_channels") == architecture.input_shape[0]:
        layers[first] = {**layers[first], "in_channels": shape[0]}
    flat = next((place for place, layer in enumerate(layers) if layer.get("type") == "Linear"), None)
    try:
        if flat is not None:
            layers[flat] = _with_features(layers[flat], layers[:flat], shape)
        fitted = replace(architecture, input_shape=shape, layers=tuple(layers))
        build(fitted)
    except (TypeError, ValueError):
        return architecture
    return fitted


def _with_features(linear: LayerSpec, before: list[LayerSpec], shape: Shape) -> Mapping[str, Any]:
    """Return a linear layer with as many inputs as the layers before it have outputs."""
    output = build(Architecture("before", shape, tuple(before))).output_shape(shape)
    return {**linear, "in_features": output[-1]} if len(output) == 1 else linear
