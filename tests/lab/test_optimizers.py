"""Optimizers of the lab: paths, update rules that arrive at the next point, and surfaces with their gradients."""

import math
import re

import numpy as np
import pytest

from digitpad.errors import DigitpadError
from digitpad.lab.numbers import parse_number
from digitpad.lab.optimizers import OPTIMIZERS, Recipe, contour_levels, follow, settings_of
from digitpad.lab.surfaces import SURFACES, Surface, surface_of
from digitpad.lab.update_rules import update_steps
from digitpad.nn import reference

_RECIPES = [Recipe(name) for name in OPTIMIZERS] + [
    Recipe("rmsprop", 0.01, {"momentum": 0.5, "alpha": 0.9}),
    Recipe("adam", 0.3, {"betas": (0.8, 0.95), "eps": 1e-3}),
    Recipe("adamw", 0.1, {"weight_decay": 0.3}),
    Recipe("sgd", 0.001, {"momentum": 0.5}),
    Recipe("sgd", 1e-5, {"momentum": 0.5, "dampening": 0.3, "maximize": True}),
    Recipe("nesterov", 0.0005, {"weight_decay": 0.2}),
    Recipe("adagrad", 0.3, {"lr_decay": 0.1, "initial_accumulator_value": 0.5, "weight_decay": 0.1}),
    Recipe("rmsprop", 0.01, {"centered": True, "alpha": 0.9}),
    Recipe("rmsprop", 0.01, {"centered": True, "momentum": 0.5, "maximize": True}),
    Recipe("adam", 0.1, {"amsgrad": True, "weight_decay": 0.2}),
    Recipe("adamw", 0.1, {"amsgrad": True, "weight_decay": 0.2, "maximize": True}),
]


@pytest.mark.parametrize("name", SURFACES)
def test_the_gradient_of_a_surface_is_that_of_finite_differences(name: str) -> None:
    surface = SURFACES[name]
    for point in np.random.default_rng(0).normal(size=(5, 2)):
        numerical = reference.numerical_gradient(lambda at: surface.value(*at), point)
        np.testing.assert_allclose(surface.gradient(*point), numerical, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("name", SURFACES)
def test_the_code_of_a_surface_is_its_formula(name: str) -> None:
    surface = SURFACES[name]
    x, y = 1.25, -0.5
    for text, value in [
        (surface.code, surface.value(x, y)),
        *zip(surface.gradient_code, surface.gradient(x, y), strict=True),
    ]:
        filled = re.sub(r"\bx\b", f"({x})", re.sub(r"\by\b", f"({y})", text))
        assert parse_number(filled) == pytest.approx(value)
    for text, value in zip(surface.gradient_formula, surface.gradient(x, y), strict=True):
        filled = text.replace("²", "^2").replace("x", f"({x})").replace("y", f"({y})")
        assert parse_number(filled) == pytest.approx(value)


@pytest.mark.parametrize("name", [name for name, surface in SURFACES.items() if surface.minimum is not None])
def test_the_minimum_is_one(name: str) -> None:
    surface = SURFACES[name]
    assert surface.minimum is not None
    assert surface.gradient(*surface.minimum) == (0, 0)
    assert surface.value(*surface.minimum) == 0


def _largest(found: re.Match[str]) -> str:
    return max(found.groups(), key=parse_number)


@pytest.mark.parametrize("surface", SURFACES.values(), ids=lambda surface: surface.name)
@pytest.mark.parametrize("recipe", _RECIPES, ids=lambda recipe: f"{recipe.name}-{'-'.join(recipe.settings)}")
def test_the_rule_arrives_at_the_next_point(surface: Surface, recipe: Recipe) -> None:
    path = follow(surface, recipe, 12)
    for number in (1, 2, 7, 12):
        for axis in (0, 1):
            steps = update_steps(path, number, axis, digits=14)
            assert steps[-1].value == path.moments[number].point[axis]
            for step in steps[1:]:
                filled = step.filled.replace("ε", repr(settings_of(path).get("eps", 0.0))).replace("²", "^2")
                filled = re.sub(r"max\(([\d.]+(?:e[−+]\d+)?), ([\d.]+(?:e[−+]\d+)?)\)", _largest, filled)
                filled = re.sub(r"√([\d.]+(?:e[−+]\d+)?)", r"sqrt(\1)", filled)
                assert parse_number(filled) == pytest.approx(step.value, rel=1e-7, abs=1e-9), step


def test_each_moment_is_where_the_function_says() -> None:
    path = follow(surface_of("rosenbrock"), Recipe("adam"), 50)
    assert len(path.moments) == 51
    assert path.moments[0].point == path.surface.start
    for moment in path.moments:
        assert moment.value == path.surface.value(*moment.point)
        assert moment.gradient == path.surface.gradient(*moment.point)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_all_of_them_go_down_the_bowl(name: str) -> None:
    path = follow(surface_of("bowl"), Recipe(name), 200)
    assert not path.diverged
    assert path.moments[-1].value < 1e-3


def test_a_path_that_leaves_for_infinity_ends() -> None:
    path = follow(surface_of("rosenbrock"), Recipe("sgd", 0.1), 500)
    assert path.diverged
    assert len(path.moments) < 20
    assert all(math.isfinite(moment.value) for moment in path.moments)


def test_another_start() -> None:
    assert follow(surface_of("bowl"), Recipe("sgd", 0.25), 1, start=(4.0, 0.0)).moments[1].point == (2.0, 0.0)


def test_contours_rise() -> None:
    for surface in SURFACES.values():
        levels = contour_levels(surface)
        assert list(levels) == sorted(levels)
        assert len(levels) > 5


@pytest.mark.parametrize(
    ("recipe", "steps", "message"),
    [
        (Recipe("lbfgs"), 5, "no optimizer called 'lbfgs'"),
        (Recipe("sgd"), 0, "outside 1 to 10,000"),
        (Recipe("sgd", -1.0), 5, "settings do not fit sgd"),
        (Recipe("sgd", 0.1, {"alpha": 0.9}), 5, "settings do not fit sgd"),
        (Recipe("adam", 0.1, {"betas": (1.0, 0.9)}), 5, "settings do not fit adam"),
    ],
)
def test_what_does_not_fit_is_answered(recipe: Recipe, steps: int, message: str) -> None:
    with pytest.raises(DigitpadError, match=message):
        follow(surface_of("bowl"), recipe, steps)


def test_unknown_names() -> None:
    with pytest.raises(DigitpadError, match="no function called 'plain'"):
        surface_of("plain")
    with pytest.raises(ValueError, match="expected a step"):
        update_steps(follow(surface_of("bowl"), Recipe("sgd"), 2), 3, 0)
