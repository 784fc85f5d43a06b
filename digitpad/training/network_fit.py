"""The network follows the data: its input channels, its input size and its last layer are fitted to a dataset.

A plan that is made for digits can so be trained on letters, on signs or on photographs. What is changed is said in a
sentence. A plan that cannot be fitted stays as it is, and `fitting` says why it cannot be trained.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from digitpad.data.dataset import Dataset
from digitpad.data.image_folder import DIGIT_SHAPE
from digitpad.data.labels import are_digits
from digitpad.data.paper import Pages
from digitpad.errors import DigitpadError
from digitpad.nn import Architecture, build
from digitpad.nn.architectures.plan import LayerSpec
from digitpad.nn.backend import Shape
from digitpad.training.building import with_zero_weights
from digitpad.training.data_facts import DataFacts, facts_of
from digitpad.translation import gettext as _
from digitpad.translation import ngettext

#: The types of layer without weights that may come after the last layer with weights.
_BEHIND_THE_LAST = {"GlobalAveragePool2D", "Flatten"}
_OUTPUTS = {"Linear": "out_features", "Conv2D": "out_channels"}
_MOST_NAMED, _MOST_LETTERS = 10, 120  # classes, and letters of their names, in a sentence
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
    changes
        Those of the remarks that say what was changed.
    """

    architecture: Architecture
    remarks: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()


def fit_network(architecture: Architecture, samples: Dataset | Pages | DataFacts) -> NetworkFit:
    """Fit the plan of a network to the data that it will be trained on.

    Parameters
    ----------
    architecture
        The plan; it is not changed.
    samples
        The data, or the facts about them. Plans for pages stay as they are.

    Raises
    ------
    DigitpadError
        If the data have images of one class only, which leaves nothing to tell apart.
    """
    facts = samples if isinstance(samples, DataFacts) else facts_of(samples)
    if not facts.has_classes:
        return NetworkFit(architecture)
    _check_classes(facts)
    fitted, changes = architecture, []
    if facts.shape != architecture.input_shape:
        fitted = _with_input(architecture, facts.shape)
        if fitted is not architecture:
            text = _("Input {shape}, as the images have.")
            changes.append(text.format(shape="x".join(str(side) for side in facts.shape)))
    before = fitted
    fitted = _with_outputs(fitted, len(facts.classes))
    if fitted is not before:
        changes.append(output_sentence(facts.classes))
    remarks = []
    few = facts.count < _FEW_IMAGES * len(facts.classes)
    if len(facts.classes) > _MANY_CLASSES and few and not are_digits(facts.classes):
        text = _("{data} has {classes:,} classes but only {images:,} images; a class needs {least} or more.")
        remarks.append(text.format(data=facts.name, classes=len(facts.classes), images=facts.count, least=_FEW_IMAGES))
    return NetworkFit(fitted, (*changes, *remarks), tuple(changes))


def output_sentence(classes: tuple[str, ...]) -> str:
    """Return the sentence that a network has an output for each class, with the names of the first ones."""
    named = _first_names(classes)
    names = ", ".join(named) + (", …" if len(classes) > len(named) else "")
    text = ngettext(
        "{count:,} output, one for each class: {names}.",
        "{count:,} outputs, one for each class: {names}.",
        len(classes),
    )
    return text.format(count=len(classes), names=names)


def input_for_pictures(architecture: Architecture) -> Shape | None:
    """Return the shape that the pictures of a folder are prepared for, as `open_samples` takes it.

    Returns
    -------
    tuple or None
        The input of the plan; None for `DIGIT_SHAPE`, which every plan for digits has: then the pictures decide, and
        the plan is fitted to them.
    """
    return None if architecture.input_shape == DIGIT_SHAPE else architecture.input_shape


def _check_classes(facts: DataFacts) -> None:
    if len(facts.present) == 1:
        raise DigitpadError(
            _(
                "{data} has images of one class only ({name}), so there is nothing to tell apart; add images of at "
                "least one other class."
            ).format(data=facts.name, name=facts.present[0])
        )


def _first_names(classes: tuple[str, ...]) -> tuple[str, ...]:
    """Return the first names, as many as a sentence has room for, and at least one."""
    room, named = _MOST_LETTERS, 0
    while named < min(_MOST_NAMED, len(classes)) and (not named or len(classes[named]) <= room):
        room -= len(classes[named])
        named += 1
    return classes[:named]


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
        build(with_zero_weights(fitted))
    except (TypeError, ValueError):
        return architecture
    return fitted


def _with_features(linear: LayerSpec, before: list[LayerSpec], shape: Shape) -> Mapping[str, Any]:
    """Return a linear layer with as many inputs as the layers before it have outputs."""
    output = build(with_zero_weights(Architecture("before", shape, tuple(before)))).output_shape(shape)
    return {**linear, "in_features": output[-1]} if len(output) == 1 else linear
