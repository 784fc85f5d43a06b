"""Plans and settings as files: what was written is read back, and what is wrong is named."""

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from digitpad.data.augmentation import Augmentation
from digitpad.errors import DigitpadError
from digitpad.models.architecture_file import build_network
from digitpad.nn import ARCHITECTURES, AdamW, Parameter, RMSProp
from digitpad.training.building import apply_to_architecture, build_optimizer, build_penalties
from digitpad.training.plan import RunPlan
from digitpad.training.settings import (
    OptimizerName,
    Schedule,
    TrainingSettings,
    optimizer_options,
    schedule_options,
)

FULL = TrainingSettings(
    epochs=7,
    optimizer="adamw",
    beta1=0.8,
    eps=1e-7,
    weight_decay=0.3,
    schedule="plateau",
    dropout=0.25,
    initializer="xavier_normal",
    keep_best=True,
    patience=3,
    augmentation=Augmentation(rotation=12.5, noise=0.1),
)


@pytest.mark.parametrize("settings", [TrainingSettings(), FULL])
def test_settings_are_read_back_as_they_were(settings: TrainingSettings) -> None:
    assert TrainingSettings.from_json(settings.to_json()) == settings
    plan = RunPlan(ARCHITECTURES["resnet"], "folder", 100, 0, settings, "mine")
    again = RunPlan.from_json(plan.to_json())
    assert (again.settings, again.dataset, again.limit, again.validation) == (settings, "folder", 100, 0)
    assert again.architecture.to_json() == plan.architecture.to_json()


def test_what_a_file_leaves_out_is_the_trainers_own() -> None:
    assert TrainingSettings.from_json('{"learning_rate": 1, "seed": 3}') == TrainingSettings(learning_rate=1.0, seed=3)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "not valid JSON"),
        ("[]", "object with names and values"),
        ('{"speed": 3}', "'speed'"),
        ('{"epochs": "3"}', "epochs must be a whole number, not '3'"),
        ('{"epochs": true}', "epochs must be a whole number, not True"),
        ('{"epochs": 2.5}', "epochs must be a whole number, not 2.5"),
        ('{"momentum": null}', "momentum must be a number, not None"),
        ('{"keep_best": 1}', "keep_best must be true or false"),
        ('{"dropout": "much"}', "dropout must be a number or null"),
        ('{"gamma": 2}', "gamma must be between 0 and 1"),
        ('{"augmentation": {"spin": 3}}', "'spin'"),
        ('{"augmentation": 3}', "augmentation"),
        ('{"learning_rate": NaN}', "learning_rate must be a number, not NaN"),
        ('{"learning_rate": 1e999}', "1e999' is too large"),
        ('{"seed": 1, "seed": 2}', "'seed' appears twice"),
        ('{"seed": 9223372036854775808}', "seed must be a whole number of at most"),
        ('{"threads": 257}', "threads must be a whole number of at most 256"),
        ("[" * 100_000, "nested more than"),
    ],
)
def test_what_is_wrong_in_settings_is_named(text: str, said: str) -> None:
    with pytest.raises(DigitpadError, match=said):
        TrainingSettings.from_json(text)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda data: data.pop("dataset"), "architecture, dataset"),
        (lambda data: data.update(colour=1), "'colour'"),
        (lambda data: data.update(dataset=3), "dataset must be a text"),
        (lambda data: data.update(limit=-1), "limit must be"),
        (lambda data: data.update(validation="all"), "validation must be"),
        (lambda data: data.update(architecture={"name": "x"}), "architecture in the plan cannot be read"),
    ],
)
def test_what_is_wrong_in_a_plan_is_named(change: Callable[[dict[str, Any]], object], said: str) -> None:
    data = RunPlan.quick().to_dict()
    change(data)
    with pytest.raises(DigitpadError, match=said):
        RunPlan.from_json(json.dumps(data))


def test_every_optimizer_and_schedule_names_settings_that_there_are() -> None:
    own = TrainingSettings().to_dict()
    for options in (*map(optimizer_options, OptimizerName), *map(schedule_options, Schedule)):
        assert set(options) <= own.keys()


def test_the_optimizer_has_its_own_settings() -> None:
    parameter = Parameter(np.zeros(3, np.float32))
    adamw = build_optimizer(FULL, [parameter])
    assert isinstance(adamw, AdamW)
    assert (adamw.betas, adamw.eps, adamw.weight_decay) == ((0.8, 0.999), 1e-7, 0.3)
    rmsprop = build_optimizer(TrainingSettings(optimizer="rmsprop", alpha=0.9), [parameter])
    assert isinstance(rmsprop, RMSProp)
    assert (rmsprop.alpha, rmsprop.eps) == (0.9, RMSProp([parameter]).eps)


def test_adamw_decays_in_its_own_way_and_pays_no_penalty() -> None:
    assert [price.strength for price in build_penalties(FULL)] == [0, 0]
    plain = TrainingSettings(weight_decay=0.3, l1=0.1)
    assert [price.strength for price in build_penalties(plain)] == [0.1, 0.3]
    assert [price.strength for price in build_penalties(TrainingSettings())] == [0, 0]


def test_initializer_and_dropout_reach_every_layer_inside_others_too() -> None:
    settings = TrainingSettings(initializer="constant", dropout=0.4)
    plan = apply_to_architecture(settings, ARCHITECTURES["standard"])
    assert [spec["p"] for spec in plan.layers if spec["type"] == "Dropout"] == [0.4]
    resnet = apply_to_architecture(TrainingSettings(initializer="constant"), ARCHITECTURES["resnet"])
    for name, value in build_network(resnet, 0).named_parameters().items():
        if "bn" not in name:
            assert not value.value.any(), name
    with pytest.raises(DigitpadError, match="no dropout layer"):
        apply_to_architecture(settings, ARCHITECTURES["resnet"])
    assert apply_to_architecture(TrainingSettings(), ARCHITECTURES["unet"]) is ARCHITECTURES["unet"]
