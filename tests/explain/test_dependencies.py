"""Receptive fields, verified by perturbing activations: nothing outside matters, every border inside does."""

from collections.abc import Mapping

import numpy as np
import pytest

from digitpad.explain.dependencies import Cell, Region, as_maps, receptive_field
from digitpad.explain.structure import INPUT, Node, Structure
from digitpad.nn import ARCHITECTURES, Architecture, Sequential, layers
from digitpad.nn.backend import Array
from digitpad.nn.receptive_field import ReceptiveField
from tests.explain.networks import PRESETS, SMALL, computed, network_of
from tests.nn.layers.cases import CASES, Case

#: Cells of each activation that are tested.
CELLS = 3
#: Rows of the table of layers that cannot be tested in this way: samples of a batch depend on each other, or a ReLU is
#: always off. The attention gates are in `SMALL`, with a bent line in its place.
MIXED = {"batch-norm-untracked", "attention-gate", "attention-gate-normalized"}
#: By how much numbers are disturbed at least; each by another step, since a softmax does not see a common one.
STEP = 1.0


def rerun(structure: Structure, activations: Mapping[str, Array], changed: str, values: Array) -> dict[str, Array]:
    """Return all activations where one of them holds other values (N, ...)."""
    result: dict[str, Array] = {}
    behind: set[str] = set()
    for node in structure:
        if node.name == changed:
            result[changed] = values
            behind.add(changed)
        elif any(source.name in behind for source in node.sources):
            behind.add(node.name)
            whole = {
                source.name: result[source.name]
                if source.name in behind
                else np.repeat(activations[source.name], len(values), axis=0)
                for source in node.sources
            }
            result[node.name] = computed(node, whole)
        else:
            result[node.name] = activations[node.name]
    return result


def borders(region: Region) -> list[tuple[slice, slice]]:
    """Return the first and the last row and column of a region."""
    rows, columns = slice(region.top, region.bottom), slice(region.left, region.right)
    return [
        (slice(region.top, region.top + 1), columns),
        (slice(region.bottom - 1, region.bottom), columns),
        (rows, slice(region.left, region.left + 1)),
        (rows, slice(region.right - 1, region.right)),
    ]


def value(arrays: Mapping[str, Array], cell: Cell, sample: int) -> float:
    array = arrays[cell.layer]
    return float(array.reshape(len(array), *as_maps(array.shape[1:]))[sample][cell.index])


def some_cells(node: Node, rng: np.random.Generator) -> list[Cell]:
    shape = as_maps(node.shape)
    corners = [Cell(node.name, 0), Cell(node.name, *(size - 1 for size in shape))]
    return [*corners, *(Cell(node.name, *(int(rng.integers(size)) for size in shape)) for _ in range(CELLS - 2))]


def check(network: Sequential, structure: Structure, x: Array, cell: Cell, earlier: list[str]) -> None:
    """Disturb what lies outside a cell's field, and then its borders and channels, of some earlier activations."""
    _, named = network.forward(x, capture=True)
    activations = {INPUT: x, **named}
    field = receptive_field(structure, cell)
    rng = np.random.default_rng(3)
    for name in earlier:
        original = activations[name].reshape(1, *as_maps(structure[name].shape))
        region = field.get(name)
        steps = STEP * rng.uniform(1, 2, original.shape[1:])
        outside = np.ones(original.shape[1:], bool)
        if region is not None:
            outside[list(region.channels), region.top : region.bottom, region.left : region.right] = False
        trials = [np.where(outside, original[0] + steps, original[0])]
        if region is not None:
            for rows, columns in borders(region):
                trial = original[0].copy()
                trial[list(region.channels), rows, columns] += steps[list(region.channels), rows, columns]
                trials.append(trial)
            for channel in {region.channels[0], region.channels[-1]}:
                trial = original[0].copy()
                inside = (channel, slice(region.top, region.bottom), slice(region.left, region.right))
                trial[inside] += steps[inside]
                trials.append(trial)
        values = np.stack(trials).reshape(len(trials), *structure[name].shape)
        after = rerun(structure, activations, name, values)
        before = value(activations, cell, 0)
        assert value(after, cell, 0) == pytest.approx(before, rel=1e-12, abs=1e-12), f"{name} outside the field"
        for sample in range(1, len(trials)):
            moved = abs(value(after, cell, sample) - before)
            assert moved > 1e-9 * max(1, abs(before)), f"{cell} does not see {region} in full ({sample})"


_BENT = ("SELU", "Mish", "Hardswish", "Hardsigmoid")


def smooth(plan: Architecture) -> Architecture:
    """Return a plan whose means take the place of maxima, and a bent line that of curves that level off.

    The largest of a window hides the others, and a curve that has levelled off everything, however they are disturbed;
    what the layers see is the same.
    """

    def replaced(value: object) -> object:
        if isinstance(value, Mapping):
            plain = {key: replaced(inner) for key, inner in value.items()}
            if value.get("type") == "MaxPool2D":
                return {key: inner for key, inner in plain.items() if key != "dilation"} | {"type": "AvgPool2D"}
            if value.get("type") in {"ReLU", "ELU", "SiLU", "GELU", "Tanh", "Sigmoid", *_BENT}:
                return {"name": value["name"], "type": "LeakyReLU", "negative_slope": 0.5}
            return plain
        return [replaced(inner) for inner in value] if isinstance(value, list | tuple) else value

    layer_plans = replaced(plan.layers)
    assert isinstance(layer_plans, list)
    return Architecture(plan.name, plan.input_shape, tuple(layer_plans))


@pytest.mark.parametrize("name", SMALL)
def test_a_cell_depends_on_its_field_alone_and_on_all_of_it(name: str) -> None:
    plan = smooth(SMALL[name])
    network = network_of(plan, positive=True, dtype=np.float64)
    structure = Structure(network, plan.input_shape)
    rng = np.random.default_rng(5)
    x = rng.uniform(0.1, 1, (1, *plan.input_shape))
    nodes = list(structure)
    for index, node in enumerate(nodes):
        for cell in some_cells(node, rng):
            check(network, structure, x, cell, [earlier.name for earlier in nodes[:index]])


@pytest.mark.parametrize("name", PRESETS)
def test_presets_see_what_is_framed(name: str) -> None:
    plan = smooth(ARCHITECTURES[name])
    network = network_of(plan, positive=True, dtype=np.float64)
    structure = Structure(network, plan.input_shape)
    rng = np.random.default_rng(6)
    x = rng.uniform(0.1, 1, (1, *plan.input_shape))
    shown = structure.shown()
    for node in (shown[0], shown[len(shown) // 3], shown[len(shown) // 2]):
        check(network, structure, x, some_cells(node, rng)[-1], [INPUT])


@pytest.mark.parametrize("name", PRESETS)
def test_fields_on_the_picture_are_those_of_the_library(name: str) -> None:
    plan = ARCHITECTURES[name]
    network = network_of(plan)
    structure = Structure(network, plan.input_shape)
    rng = np.random.default_rng(7)
    for visit in network.visit("", plan.input_shape, ReceptiveField.of_image(*plan.input_shape[1:])):
        passed = structure[visit.name].passes_through
        if passed or isinstance(visit.layer, layers.Concatenate) or visit.name.endswith(".theta"):
            continue  # There a cell's channel says more than its place: what it was before, or which branch's.
        for cell in some_cells(structure[visit.name], rng)[1:]:
            seen = receptive_field(structure, cell)[INPUT]
            assert (seen.top, seen.left, seen.bottom, seen.right) == visit.field.box(cell.row, cell.column)


def test_maxima_see_their_whole_window() -> None:
    plan = Architecture(
        "max", (1, 7, 7), ({"name": "p", "type": "MaxPool2D", "kernel_size": 3, "stride": 2, "padding": 1},)
    )
    structure = Structure(network_of(plan), plan.input_shape)
    assert receptive_field(structure, Cell("p", 0, 0, 1))[INPUT] == Region(INPUT, 0, 1, 2, 4, (0,))


def test_a_flattened_unit_is_one_cell_of_one_map() -> None:
    structure = Structure(network_of(ARCHITECTURES["standard"]), (1, 28, 28))
    field = receptive_field(structure, Cell("flatten", 7 * 7 * 5 + 7 * 2 + 3))
    assert field["pool2"] == Region("pool2", 2, 3, 3, 4, (5,))


def test_a_cell_of_a_concatenation_sees_what_its_own_branch_sees() -> None:
    structure = Structure(network_of(SMALL["branches"]), (2, 8, 8))
    narrow, wide = (receptive_field(structure, Cell("mix", channel, 4, 4)) for channel in (1, 3))
    assert narrow[INPUT].size == (1, 1)
    assert "mix.wide.c3" not in narrow
    assert wide[INPUT].size == (3, 3)
    assert wide["mix.wide.c3"] == Region("mix.wide.c3", 4, 4, 5, 5, (1,))


def test_a_cell_that_sees_nothing_has_no_field() -> None:
    plan = Architecture("gaps", (1, 2, 2), ({"name": "u", "type": "ConvTranspose2D", "in_channels": 1,
                                            "out_channels": 1, "kernel_size": 1, "stride": 3},))  # fmt: skip
    structure = Structure(network_of(plan), plan.input_shape)
    assert set(receptive_field(structure, Cell("u", 0, 1, 0))) == {"u"}
    assert receptive_field(structure, Cell("u", 0, 3, 3))[INPUT].size == (1, 1)


@pytest.mark.parametrize("cell", [Cell("nothing", 0), Cell("conv1", 32), Cell("conv1", 0, 28), Cell("fc2", 0, 0, 1)])
def test_a_cell_that_is_not_there_is_refused(cell: Cell) -> None:
    structure = Structure(network_of(ARCHITECTURES["standard"]), (1, 28, 28))
    with pytest.raises(ValueError, match=r"^Cell: (layer|index) is"):
        receptive_field(structure, cell)


@pytest.mark.parametrize("case", [case for case in CASES if case.name not in MIXED], ids=lambda c: c.name)
def test_every_kind_of_layer_sees_what_is_framed(case: Case) -> None:
    """With maxima and bent curves as they are: a step up by more than all numbers differ wins any window."""
    network = Sequential([("layer", case.layer())])
    structure = Structure(network, case.shape[1:])
    rng = np.random.default_rng(8)
    x = rng.uniform(0.1, 1, (1, *case.shape[1:]))
    for node in structure:
        for cell in some_cells(node, rng):
            check(network, structure, x, cell, [INPUT])
