import pytest

from digitpad.nn import ARCHITECTURES, Architecture, build, summarize
from digitpad.training import editing
from digitpad.training.editing import analyze
from digitpad.training.layer_kinds import ACTIVATIONS, KINDS
from tests.presets import PRESETS

LIGHT = ARCHITECTURES["light"]


def index_of(plan: Architecture, name: str) -> int:
    return next(index for index, spec in enumerate(plan.layers) if spec["name"] == name)


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_is_possible_and_its_numbers_are_those_of_the_network(name: str) -> None:
    plan = ARCHITECTURES[name]
    analysis = analyze(plan)
    network = build(plan)
    summary = summarize(network, plan.input_shape)
    assert analysis.is_possible
    assert (analysis.parameters, analysis.multiply_adds) == (summary.parameters, summary.multiply_adds)
    by_name = {layer.name: layer for layer in summary.layers}
    for row in analysis.rows:
        if row.name in by_name:
            layer = by_name[row.name]
            assert row.output_shape == layer.output_shape
            assert layer.receptive_field is not None
            assert row.receptive_field == layer.receptive_field.size
    assert editing.fit(plan).to_json() == plan.to_json()


def test_what_comes_behind_an_edit_still_fits() -> None:
    wider = editing.change(LIGHT, index_of(LIGHT, "conv2"), out_channels=20, kernel_size=5)
    assert analyze(wider, 10).is_possible
    assert wider.layers[index_of(wider, "fc1")]["in_features"] == 20 * 6 * 6
    unpooled = editing.remove(wider, index_of(wider, "pool2"))
    assert unpooled.layers[index_of(unpooled, "fc1")]["in_features"] == 20 * 12 * 12
    normed = editing.add(unpooled, index_of(unpooled, "relu2"), "BatchNorm2D")
    assert normed.layers[index_of(normed, "bn1")]["num_features"] == 20
    deeper = editing.add(normed, index_of(normed, "pool1"), "Conv2D", out_channels=12)
    takes = {spec["name"]: spec.get("in_channels") for spec in deeper.layers}
    assert (takes["conv3"], takes["conv2"]) == (8, 12)
    build(deeper)


def test_layers_inside_others_fit_too() -> None:
    plan = ARCHITECTURES["resnet"]
    wider = editing.change(plan, 0, out_channels=24)
    body = wider.layers[index_of(wider, "block1")]["body"]
    assert body[0]["in_channels"] == 24
    trouble = analyze(wider)
    assert trouble.failing == index_of(wider, "block1")


def test_a_layer_moves_and_can_be_another_activation() -> None:
    moved = editing.move(LIGHT, index_of(LIGHT, "relu1"), index_of(LIGHT, "pool1"))
    assert [spec["name"] for spec in moved.layers[:3]] == ["conv1", "pool1", "relu1"]
    assert analyze(moved, 10).is_possible
    for activation in ACTIVATIONS:
        other = editing.change(LIGHT, 1, type=activation)
        assert other.layers[1] == {"name": "relu1", "type": activation}
        assert analyze(other, 10).is_possible
    sloped = editing.change(LIGHT, 1, type="LeakyReLU", negative_slope=0.2)
    assert editing.change(sloped, 1, type="ReLU").layers[1] == {"name": "relu1", "type": "ReLU"}
    assert editing.change(sloped, 1, negative_slope=None).layers[1] == {"name": "relu1", "type": "LeakyReLU"}


def test_an_edited_preset_does_not_bear_its_name_until_it_is_the_preset_again() -> None:
    edited = editing.change(LIGHT, 0, out_channels=9)
    assert edited.name == "light-edited"
    assert editing.change(edited, 0, out_channels=10).name == "light-edited"
    assert editing.change(edited, 0, out_channels=8) == LIGHT
    own = Architecture("mine", LIGHT.input_shape, LIGHT.layers)
    assert editing.remove(own, 1).name == "mine"


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_can_be_added_where_it_belongs(kind: str) -> None:
    place = index_of(LIGHT, "relu3") if KINDS[kind].group == "numbers" else index_of(LIGHT, "flatten")
    changed = editing.add(LIGHT, place, kind)
    assert analyze(changed, 10).is_possible, analyze(changed, 10).trouble
    names = [spec["name"] for spec in changed.layers]
    assert len(set(names)) == len(names) == len(LIGHT.layers) + 1


@pytest.mark.parametrize(
    ("edit", "failing", "words"),
    [
        (lambda plan: editing.remove(plan, 6), "fc1", ("fc1 expects a vector", "16 maps of 7 × 7", "Flatten")),
        (
            lambda plan: editing.add(plan, 7, "Conv2D"),
            "conv3",
            ("conv3 expects feature maps", "784 numbers", "move it"),
        ),
        (
            lambda plan: editing.change(editing.change(plan, 3, padding=0, kernel_size=9), 5, kernel_size=7),
            "pool2",
            ("kernel of 7 × 7", "16 maps of 6 × 6", "smaller, add padding, or remove a pooling"),
        ),
        (
            lambda plan: editing.change(plan, 3, groups=3),
            "conv2",
            ("3 groups", "8 input channels", "16 output channels"),
        ),
        (lambda plan: editing.change(plan, 10, out_features=12), "fc2", ("fc2 is 12 numbers", "10 classes")),
        (lambda plan: editing.change(plan, 1, name="conv1"), "conv1", ("Two layers have the name conv1",)),
        (lambda plan: editing.change(plan, 1, name=""), "", ("give it a name",)),
        (lambda plan: editing.change(plan, 9, p=1.0), "dropout", ("dropout does not work", "[0, 1)")),
        (lambda plan: editing.change(plan, 3, initializer="best"), "conv2", ("'best'", "he_normal")),
        (lambda plan: editing.change(plan, 7, out_features=10**9), "fc1", ("parameters, more than", "smaller")),
    ],
)
def test_an_impossible_network_is_explained_in_place(edit: object, failing: str, words: tuple[str, ...]) -> None:
    assert callable(edit)
    analysis = analyze(edit(LIGHT), 10)
    assert not analysis.is_possible
    assert analysis.failing is not None
    assert analysis.rows[analysis.failing].name == failing
    for word in words:
        assert word in analysis.trouble
    assert all(row.output_shape is not None for row in analysis.rows[: analysis.failing])


def test_a_network_that_cannot_answer_says_what_is_missing() -> None:
    empty = Architecture("empty", (1, 28, 28), ())
    assert "no layer" in analyze(empty).trouble
    assert "has parameters" in analyze(editing.add(empty, 0, "Flatten")).trouble
    conv = editing.add(empty, 0, "Conv2D")
    assert analyze(conv).is_possible
    assert "16 maps of 28 × 28" in analyze(conv, 10).trouble
    assert "10 classes" in analyze(conv, 10).trouble


def test_a_plan_made_by_hand_that_does_not_fit_is_explained() -> None:
    layers = [dict(spec) for spec in LIGHT.layers]
    layers[3]["in_channels"] = 5
    broken = Architecture("mine", (1, 28, 28), tuple(layers))
    assert analyze(broken).trouble == "conv2 has in_channels = 5, but its input is 8 maps of 14 × 14: set it to 8."
    assert analyze(editing.fit(broken), 10).is_possible
    layers[3] = {"name": "conv2", "type": "Convolution"}
    assert "Convolution" in analyze(Architecture("mine", (1, 28, 28), tuple(layers))).trouble
