"""Builds the parts of a run from its settings: optimizer, penalties, policies and architecture."""

import functools
import inspect
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from digitpad.errors import DigitpadError
from digitpad.nn import (
    SGD,
    AdaGrad,
    Adam,
    AdamW,
    Architecture,
    L1Penalty,
    L2Penalty,
    Optimizer,
    Parameter,
    RMSProp,
    Sequential,
)
from digitpad.nn import layers as layer_types
from digitpad.nn.architectures.plan import LayerSpec
from digitpad.training.policies import EarlyStopping, KeepBest, Policy
from digitpad.training.settings import OptimizerName, TrainingSettings
from digitpad.translation import gettext as _

_ADAMW_DECAY = 0.01


def build_optimizer(settings: TrainingSettings, parameters: Sequence[Parameter]) -> Optimizer:
    """Return the optimizer of a run.

    Parameters
    ----------
    settings
        Name of the optimizer, its learning rate and its own settings.
    parameters
        The parameters to optimize.
    """
    rate, momentum = settings.learning_rate, settings.momentum
    betas = settings.beta1, settings.beta2
    eps: dict[str, Any] = {} if settings.eps is None else {"eps": settings.eps}
    match OptimizerName(settings.optimizer):
        case OptimizerName.SGD:
            return SGD(parameters, rate, momentum, dampening=settings.dampening)
        case OptimizerName.NESTEROV:
            return SGD(parameters, rate, momentum, nesterov=True)
        case OptimizerName.ADAGRAD:
            return AdaGrad(
                parameters,
                rate,
                **eps,
                lr_decay=settings.lr_decay,
                initial_accumulator_value=settings.initial_accumulator_value,
            )
        case OptimizerName.RMSPROP:
            return RMSProp(parameters, rate, settings.alpha, **eps, centered=settings.centered)
        case OptimizerName.ADAM:
            return Adam(parameters, rate, betas, **eps, amsgrad=settings.amsgrad)
        case OptimizerName.ADAMW:
            return AdamW(parameters, rate, betas, **eps, weight_decay=decay_of(settings), amsgrad=settings.amsgrad)


def decay_of(settings: TrainingSettings) -> float:
    """Return the weight decay of a run: the chosen one, or the default of its optimizer."""
    if settings.weight_decay is not None:
        return settings.weight_decay
    return _ADAMW_DECAY if settings.optimizer == OptimizerName.ADAMW else 0.0


def build_penalties(settings: TrainingSettings) -> tuple[L1Penalty, L2Penalty]:
    """Return the L1 and L2 penalties; AdamW has its own weight decay, so its L2 penalty is 0."""
    decay = 0.0 if settings.optimizer == OptimizerName.ADAMW else decay_of(settings)
    return L1Penalty(settings.l1), L2Penalty(decay)


def build_policies(settings: TrainingSettings, network: Sequential) -> list[Policy]:
    """Return the policies, which are asked after every epoch."""
    policies: list[Policy] = [KeepBest(network)] if settings.keep_best else []
    if settings.patience is not None:
        policies.append(EarlyStopping(settings.patience, min_delta=settings.min_delta))
    return policies


def apply_to_architecture(settings: TrainingSettings, architecture: Architecture) -> Architecture:
    """Return an architecture with the initializer and the dropout probability of a run.

    Raises
    ------
    DigitpadError
        If dropout is set, and the network has no dropout layer.
    """
    changes: dict[str, dict[str, Any]] = {}
    if settings.initializer is not None:
        changes |= {name: {"initializer": settings.initializer} for name in _initialized_types()}
    if settings.dropout is not None:
        if settings.dropout and "Dropout" not in _types(architecture.layers):
            raise DigitpadError(
                _(
                    "The architecture {architecture} has no dropout layer to set to {dropout}; add one, "
                    "or leave the dropout as it is."
                ).format(architecture=architecture.name, dropout=settings.dropout)
            )
        changes["Dropout"] = {"p": settings.dropout}
    if not changes:
        return architecture
    return replace(architecture, layers=tuple(_changed(spec, changes) for spec in architecture.layers))


def with_zero_weights(architecture: Architecture) -> Architecture:
    """Return an architecture whose layers have initial weights of 0, if they take an initializer.

    Where only shapes matter, it is built twenty times faster.
    """
    changes = {name: {"initializer": "constant"} for name in _initialized_types()}
    return replace(architecture, layers=tuple(_changed(spec, changes) for spec in architecture.layers))


@functools.cache
def _initialized_types() -> list[str]:
    """Return the layer types that have initial weights, except scales around 1, which no run sets."""
    signatures = {name: inspect.signature(getattr(layer_types, name)) for name in layer_types.__all__}
    drawn = {name for name, signature in signatures.items() if "initializer" in signature.parameters}
    return sorted(drawn - {"BatchNorm2D"})


def _types(value: object) -> set[str]:
    """Return the types of all layers in an architecture, including nested ones."""
    if isinstance(value, Mapping):
        own = {str(value["type"])} if "type" in value and "name" in value else set()
        return own.union(*(_types(inner) for inner in value.values()))
    if isinstance(value, list | tuple):
        return set().union(*(_types(inner) for inner in value))
    return set()


def _changed(spec: LayerSpec, changes: Mapping[str, Mapping[str, Any]]) -> LayerSpec:
    """Return a layer specification with changes by type, including nested layers."""
    inner = {key: _changed_inside(value, changes) for key, value in spec.items()}
    return {**inner, **changes.get(str(spec.get("type")), {})}


def _changed_inside(value: Any, changes: Mapping[str, Mapping[str, Any]]) -> Any:
    if isinstance(value, Mapping):
        if "type" in value and "name" in value:
            return _changed(value, changes)
        return {key: _changed_inside(inner, changes) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_changed_inside(inner, changes) for inner in value]
    return value


def has_layer(architecture: Architecture, layer_type: str) -> bool:
    """Return whether an architecture has a layer of a type, including nested ones."""
    return layer_type in _types(architecture.layers)


def replaced_type(architecture: Architecture, old: str, new: str) -> Architecture:
    """Return an architecture with every layer of one type replaced by another that needs no arguments."""
    return replace(architecture, layers=tuple(_changed(spec, {old: {"type": new}}) for spec in architecture.layers))
