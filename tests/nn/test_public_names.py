"""What a user meets has a public name: messages name the class that was called, and packages export what they hold."""

import graphlib
import inspect
import math
import re
from collections.abc import Callable
from typing import Any

import grimp
import numpy as np
import pytest

from digitpad import nn
from digitpad.nn import architectures, engine, layers, losses, optim
from digitpad.nn.checks import Checked
from digitpad.nn.layers import MaxPool2D
from tests.nn.layers.cases import CASES, Case

PRIVATE = re.compile(r"\b_[A-Za-z]\w*")

PUBLIC_CLASSES = [
    kind for name in nn.__all__ if inspect.isclass(kind := getattr(nn, name)) and issubclass(kind, Checked)
]


class Stranger:
    """What no argument can be."""

    def __repr__(self) -> str:
        return "a stranger"


def _message_of(call: Callable[[], object]) -> str:
    with pytest.raises((TypeError, ValueError)) as caught:
        call()
    return str(caught.value)


def test_there_are_layers_losses_and_optimizers_among_them() -> None:
    assert {nn.Conv2D, nn.CrossEntropyLoss, nn.Adam, nn.L1Penalty, nn.ConstantLR} < set(PUBLIC_CLASSES)


@pytest.mark.parametrize("kind", PUBLIC_CLASSES, ids=lambda kind: kind.__name__)
def test_an_unknown_argument_is_refused_in_the_name_of_the_class(kind: type) -> None:
    message = _message_of(lambda: kind(no_such_argument=True))
    assert re.match(rf"{kind.__name__}(\.__init__)?\(\)", message)
    assert PRIVATE.search(message.removeprefix(f"{kind.__name__}.__init__")) is None


def test_an_argument_of_another_library_is_refused_in_the_name_of_the_layer() -> None:
    kind: Any = MaxPool2D
    message = _message_of(lambda: kind(2, unknown_mode=True))
    assert message == "MaxPool2D.__init__() got an unexpected keyword argument 'unknown_mode'"


def _arguments() -> list[tuple[Case, str]]:
    seen: dict[tuple[str, str], tuple[Case, str]] = {}
    for case in CASES:
        for argument in inspect.signature(getattr(layers, case.plan["type"])).parameters:
            seen.setdefault((case.plan["type"], argument), (case, argument))
    return list(seen.values())


@pytest.mark.parametrize(("case", "argument"), _arguments(), ids=lambda value: getattr(value, "name", value))
@pytest.mark.parametrize("value", [Stranger(), math.nan], ids=["a stranger", "NaN"])
def test_every_wrong_argument_of_a_layer_is_refused_in_its_name(case: Case, argument: str, value: object) -> None:
    layer = case.layer()
    given = {"branches": {"one": layer}, "body": layer, "shortcut": layer}
    kind = type(layer)
    wanted = inspect.signature(kind).parameters
    arguments = {name: given.get(name, plan) for name, plan in case.plan.items() if name in wanted}
    message = _message_of(lambda: kind(**{**arguments, argument: value}))

    assert message.startswith(f"{kind.__name__}: ")
    assert argument in message
    assert repr(value) in message
    assert PRIVATE.search(message) is None


@pytest.mark.parametrize(
    ("kind", "argument"),
    [
        (kind, argument)
        for kind in (nn.SGD, nn.AdaGrad, nn.RMSProp, nn.Adam, nn.AdamW)
        for argument in inspect.signature(kind).parameters
        if argument not in {"parameters", "betas"}
    ],
    ids=str,
)
def test_every_wrong_argument_of_an_optimizer_is_refused_in_its_name(kind: Any, argument: str) -> None:
    parameters = [nn.Parameter(np.zeros(3))]
    message = _message_of(lambda: kind(parameters, **{"learning_rate": 0.1, argument: Stranger()}))

    assert message.startswith(f"{kind.__name__}: {argument} is a stranger; expected")


@pytest.mark.parametrize("package", [architectures, engine, layers, losses, optim], ids=lambda p: p.__name__)
def test_a_package_hands_out_what_it_names(package: Any) -> None:
    assert package.__doc__
    assert len(package.__all__) == len(set(package.__all__))
    for name in package.__all__:
        assert getattr(package, name).__doc__ or name.isupper() or name in {"LayerSpec", "Loss"}


def test_the_library_exports_every_layer_loss_and_optimizer() -> None:
    assert set(layers.__all__) | set(optim.__all__) <= set(nn.__all__)
    assert {name for name in losses.__all__ if name != "Loss"} <= set(nn.__all__)


def test_its_imports_form_no_circle() -> None:
    graph = grimp.build_graph("digitpad")
    modules = {name for name in graph.modules if name.startswith("digitpad.nn.") and not graph.find_children(name)}
    imports = {name: graph.find_modules_directly_imported_by(name) & modules for name in modules}
    order = list(graphlib.TopologicalSorter(imports).static_order())

    assert order.index("digitpad.nn.layer") < order.index("digitpad.nn.layers.linear")


WITHOUT_MATHEMATICS = {"Flatten", "Identity", "SkipConnection", "Loss", "LossAndGradient"}


@pytest.mark.parametrize("name", sorted({*layers.__all__, *losses.__all__} - WITHOUT_MATHEMATICS))
def test_every_layer_and_loss_derives_its_gradient(name: str) -> None:
    # Since Python 3.13, docstrings are kept without their indentation.
    assert "\nThe gradient. " in inspect.cleandoc(getattr(nn, name).__doc__)


@pytest.mark.parametrize("name", ["SGD", "AdaGrad", "RMSProp", "Adam", "AdamW"])
def test_every_optimizer_derives_its_step(name: str) -> None:
    assert "\nThe derivation. " in inspect.cleandoc(getattr(nn, name).__doc__)
